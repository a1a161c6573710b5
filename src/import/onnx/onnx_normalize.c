/* SPDX-License-Identifier: Apache-2.0 */
/* Normalizations. */
#include "import/onnx/onnx_operators.h"

/* A parameter with a value for each channel, as [1,C]. */
static struct ncl_tensor *per_channel(struct ncl_import *import, const struct ncl_import_node *node, size_t index)
{
    const nnefcl_shape *shape = &ncl_import_value(import, node, index)->shape;
    return ncl_import_tensor_as(import, node, index,
                                &(nnefcl_shape){.rank = 2, .extent = {1, ncl_shape_volume(shape)}});
}

/* (x - mean) / sqrt(variance + epsilon) along axes; *mean, *variance and *factor, 1 / sqrt(...), if they are asked
 * for. */
static struct ncl_tensor *standardized(struct ncl_import *import, struct ncl_tensor *x, const int *axis, size_t count,
                                       double epsilon, struct ncl_tensor **mean, struct ncl_tensor **variance,
                                       struct ncl_tensor **factor)
{
    struct ncl_tensor *m = ncl_compose_reduce(import, "mean_reduce", x, axis, count, true),
                      *centred = ncl_compose_binary(import, "sub", x, m),
                      *v = ncl_compose_reduce(import, "mean_reduce", ncl_compose_unary(import, "sqr", centred), axis,
                                              count, true),
                      *deviation = ncl_compose_unary(import, "sqrt", ncl_compose_with(import, "add", v, epsilon));
    if (mean)
        *mean = m;
    if (variance)
        *variance = v;
    if (factor)
        *factor = ncl_compose_unary(import, "rcp", deviation);
    return ncl_compose_binary(import, "div", centred, deviation);
}

static struct ncl_tensor *scaled(struct ncl_import *import, struct ncl_tensor *x, struct ncl_tensor *scale,
                                 struct ncl_tensor *offset)
{
    x = scale ? ncl_compose_binary(import, "mul", x, scale) : x;
    return offset ? ncl_compose_binary(import, "add", x, offset) : x;
}

/* [1,C,1,1] for a parameter of the channels of x; a literal where there is one channel. */
static struct ncl_tensor *channel_column(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                                         const nnefcl_shape *x)
{
    nnefcl_shape shape = {.rank = x->rank};
    for (int i = 0; i < shape.rank; i++)
        shape.extent[i] = i == 1 ? x->extent[1] : 1;
    if (ncl_shape_volume(&ncl_import_value(import, node, index)->shape) != shape.extent[1])
        ncl_import_wrong(import, "a parameter has not one value for each channel");
    const struct ncl_known *one =
        !import->status && shape.extent[1] == 1 ? ncl_import_known(import, node, index) : NULL;
    if (one && ncl_known_is_real(one))
        return ncl_compose_number(import, ncl_known_double(one, 0));
    return import->status ? &import->nothing : ncl_import_tensor_as(import, node, index, &shape);
}

/* What is left of a moment, and what the batch adds to it. */
static void moment_give(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                        struct ncl_tensor *of_batch)
{
    if (!ncl_import_wants(import, node, index))
        return;
    const double momentum = ncl_import_scalar(import, node, "momentum", 0.9);
    const nnefcl_shape row = {.rank = 1, .extent = {of_batch->shape.extent[1]}};
    struct ncl_tensor *old = ncl_import_tensor(import, node, index + 2);
    ncl_import_give(
        import, node, index,
        ncl_compose_binary(import, "add", ncl_compose_with(import, "mul", old, momentum),
                           ncl_compose_with(import, "mul", ncl_compose_reshape(import, of_batch, &row), 1 - momentum)));
}

/* training_mode: by the moments of what is given. Networks that standardize their weights have it on those. */
static void batch_normalization_of_batch(struct ncl_import *import, const struct ncl_import_node *node)
{
    int axis[NNEFCL_MAX_RANK];
    size_t count = 0;
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *mean, *variance;
    const nnefcl_shape shape = x->shape;
    if (shape.rank < 2)
        ncl_import_wrong(import, "the input has rank %d", shape.rank);
    for (int i = 0; i < shape.rank; i++)
        if (i != 1)
            axis[count++] = i;
    if (import->status)
        return;
    x = standardized(import, x, axis, count, ncl_import_scalar(import, node, "epsilon", 1e-5), &mean, &variance, NULL);
    x = scaled(import, x, channel_column(import, node, 1, &shape), channel_column(import, node, 2, &shape));
    ncl_import_give(import, node, 0, x);
    moment_give(import, node, 1, mean);
    moment_give(import, node, 2, variance);
}

void ncl_onnx_batch_normalization(struct ncl_import *import, const struct ncl_import_node *node)
{
    if (ncl_import_integer(import, node, "training_mode", 0)) {
        batch_normalization_of_batch(import, node);
        return;
    }
    const double epsilon = ncl_import_scalar(import, node, "epsilon", 1e-5);
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *scale = per_channel(import, node, 1),
                      *offset = per_channel(import, node, 2), *mean = per_channel(import, node, 3),
                      *variance = per_channel(import, node, 4);
    if (ncl_import_integer(import, node, "spatial", 1) == 0)
        ncl_import_refuse(import, "spatial = 0 is not supported");
    ncl_import_give(import, node, 0,
                    NCL_COMPOSE(import, "batch_normalization", {"input", ncl_value_tensor(x)},
                                {"mean", ncl_value_tensor(mean)}, {"variance", ncl_value_tensor(variance)},
                                {"offset", ncl_value_tensor(offset)}, {"scale", ncl_value_tensor(scale)},
                                {"epsilon", ncl_value_scalar(epsilon)}));
}

void ncl_onnx_instance_normalization(struct ncl_import *import, const struct ncl_import_node *node)
{
    int axis[NNEFCL_MAX_RANK];
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const nnefcl_shape shape = x->shape;
    for (int i = 2; i < shape.rank; i++)
        axis[i - 2] = i;
    if (shape.rank < 3)
        ncl_import_wrong(import, "the input has rank %d", shape.rank);
    if (import->status)
        return;
    x = standardized(import, x, axis, (size_t)shape.rank - 2, ncl_import_scalar(import, node, "epsilon", 1e-5), NULL,
                     NULL, NULL);
    ncl_import_give(
        import, node, 0,
        scaled(import, x, channel_column(import, node, 1, &shape), channel_column(import, node, 2, &shape)));
}

/* A group of channels and all that lies behind them, as one axis. Scales are of groups before operator set 21, of
 * channels from there on. */
void ncl_onnx_group_normalization(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const int axis[] = {2};
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const nnefcl_shape whole = x->shape;
    const int64_t groups = ncl_import_integer(import, node, "num_groups", 0);
    if (whole.rank < 2 || groups < 1 || whole.extent[1] % groups)
        ncl_import_wrong(import, "the channels do not divide into %lld groups", (long long)groups);
    if (import->status)
        return;
    const nnefcl_shape rows = {3, {whole.extent[0], groups, ncl_shape_span(&whole, 1, whole.rank) / groups}};
    x = standardized(import, ncl_compose_reshape(import, x, &rows), axis, 1,
                     ncl_import_scalar(import, node, "epsilon", 1e-5), NULL, NULL, NULL);
    if (node->version < 21) {
        x = scaled(import, x, channel_column(import, node, 1, &rows), channel_column(import, node, 2, &rows));
        ncl_import_give(import, node, 0, ncl_compose_reshape(import, x, &whole));
        return;
    }
    x = ncl_compose_reshape(import, x, &whole);
    ncl_import_give(
        import, node, 0,
        scaled(import, x, channel_column(import, node, 1, &whole), channel_column(import, node, 2, &whole)));
}

static size_t axes_from(struct ncl_import *import, const struct ncl_import_node *node, const struct ncl_tensor *x,
                        int axis[NNEFCL_MAX_RANK])
{
    const int first = ncl_import_axis(import, ncl_import_integer(import, node, "axis", -1), x->shape.rank);
    for (int i = first; i < x->shape.rank; i++)
        axis[i - first] = i;
    return (size_t)(x->shape.rank - first);
}

void ncl_onnx_layer_normalization(struct ncl_import *import, const struct ncl_import_node *node)
{
    int axis[NNEFCL_MAX_RANK];
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *scale = ncl_import_tensor(import, node, 1),
                      *offset = ncl_import_has(import, node, 2) ? ncl_import_tensor(import, node, 2) : NULL, *mean,
                      *factor;
    const size_t count = axes_from(import, node, x, axis);
    const bool factors = ncl_import_wants(import, node, 2);
    x = standardized(import, x, axis, count, ncl_import_scalar(import, node, "epsilon", 1e-5), &mean, NULL,
                     factors ? &factor : NULL);
    ncl_import_give(import, node, 0, scaled(import, x, scale, offset));
    ncl_import_give(import, node, 1, mean);
    if (factors)
        ncl_import_give(import, node, 2, factor);
}

/* x / sqrt(mean(x^2) + epsilon) */
static struct ncl_tensor *of_root(struct ncl_import *import, struct ncl_tensor *x, const int *axis, size_t count,
                                  double epsilon)
{
    struct ncl_tensor *mean =
        ncl_compose_reduce(import, "mean_reduce", ncl_compose_unary(import, "sqr", x), axis, count, true);
    mean = ncl_compose_with(import, "add", mean, epsilon);
    return ncl_compose_binary(import, "div", x, ncl_compose_unary(import, "sqrt", mean));
}

struct ncl_tensor *ncl_onnx_normalized_last(struct ncl_import *import, struct ncl_tensor *x, struct ncl_tensor *scale,
                                            struct ncl_tensor *offset, double epsilon, bool of_squares)
{
    const int last = x->shape.rank - 1;
    x = of_squares ? of_root(import, x, &last, 1, epsilon)
                   : standardized(import, x, &last, 1, epsilon, NULL, NULL, NULL);
    return scaled(import, x, scale, offset);
}

void ncl_onnx_rms_normalization(struct ncl_import *import, const struct ncl_import_node *node)
{
    int axis[NNEFCL_MAX_RANK];
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *scale = ncl_import_tensor(import, node, 1);
    const size_t count = axes_from(import, node, x, axis);
    x = of_root(import, x, axis, count, ncl_import_scalar(import, node, "epsilon", 1e-5));
    ncl_import_give(import, node, 0, scaled(import, x, scale, NULL));
}

/* Axes 0, 2 and 3 unless it says others. */
void ncl_onnx_mean_variance_normalization(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const int64_t usual[] = {0, 2, 3};
    int axis[NNEFCL_MAX_RANK];
    size_t count;
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const int64_t *axes = ncl_import_integers(import, node, "axes", &count);
    if (!axes)
        count = 3;
    if (count > NNEFCL_MAX_RANK)
        ncl_import_wrong(import, "'axes' has %zu items", count);
    for (size_t i = 0; i < count && !import->status; i++)
        axis[i] = ncl_import_axis(import, axes ? axes[i] : usual[i], x->shape.rank);
    if (!import->status)
        ncl_import_give(import, node, 0, standardized(import, x, axis, count, 1e-9, NULL, NULL, NULL));
}

void ncl_onnx_lp_normalization(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *norm;
    const int axis = ncl_import_axis(import, ncl_import_integer(import, node, "axis", -1), x->shape.rank);
    if (ncl_import_integer(import, node, "p", 2) == 1) {
        norm = ncl_compose_reduce(import, "sum_reduce", ncl_compose_unary(import, "abs", x), &axis, 1, true);
    } else {
        norm = ncl_compose_reduce(import, "sum_reduce", ncl_compose_unary(import, "sqr", x), &axis, 1, true);
        norm = ncl_compose_unary(import, "sqrt", norm);
    }
    ncl_import_give(import, node, 0, ncl_compose_binary(import, "div", x, norm));
}

/* alpha is divided by the size in both. A window of even size reaches one further behind its centre, like NNEF's. */
void ncl_onnx_lrn(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    int64_t size[NNEFCL_MAX_RANK] = {1, ncl_import_integer(import, node, "size", 0), 1, 1, 1, 1, 1, 1};
    const double alpha = ncl_import_scalar(import, node, "alpha", 1e-4),
                 beta = ncl_import_scalar(import, node, "beta", 0.75),
                 bias = ncl_import_scalar(import, node, "bias", 1);
    ncl_import_give(import, node, 0,
                    NCL_COMPOSE(import, "local_response_normalization", {"input", ncl_value_tensor(x)},
                                {"size", ncl_compose_integers(import, size, (size_t)x->shape.rank)},
                                {"alpha", ncl_value_scalar(alpha)}, {"beta", ncl_value_scalar(beta)},
                                {"bias", ncl_value_scalar(bias)}));
}
