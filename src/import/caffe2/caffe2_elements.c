/* SPDX-License-Identifier: Apache-2.0 */
/* Formulas element by element, reductions and normalizations. */
#include <string.h>
#include <strings.h>

#include "import/caffe2/caffe2.h"
#include "import/compose_resize.h"

void ncl_caffe2_build_mean(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *y = ncl_import_tensor(import, node, 0);
    for (size_t i = 1; i < node->input_count; i++)
        y = ncl_compose_binary(import, "add", y, ncl_import_tensor(import, node, i));
    ncl_import_give(import, node, 0, ncl_compose_with(import, "div", y, (double)node->input_count));
}

/* Pow has its exponent as an argument or an operand; Scale has a factor. */
void ncl_caffe2_build_with(struct ncl_import *import, const struct ncl_import_node *node)
{
    const bool pow = strcmp(node->op, "Pow") == 0;
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    ncl_import_give(import, node, 0,
                    pow && ncl_import_has(import, node, 1)
                        ? ncl_compose_binary(import, "pow", x, ncl_import_tensor(import, node, 1))
                        : ncl_compose_with(import, pow ? "pow" : "mul", x,
                                           ncl_import_scalar(import, node, pow ? "exponent" : "scale", 1)));
}

/* x sigmoid(x) */
void ncl_caffe2_build_swish(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    ncl_import_give(import, node, 0, ncl_compose_unary(import, "silu", x));
}

/* x / (1 + |x|) */
void ncl_caffe2_build_softsign(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    struct ncl_tensor *below = ncl_compose_with(import, "add", ncl_compose_unary(import, "abs", x), 1);
    ncl_import_give(import, node, 0, ncl_compose_binary(import, "div", x, below));
}

/* min(max(alpha x + beta, 0), 1) */
void ncl_caffe2_build_hard_sigmoid(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_compose_with(import, "mul", ncl_import_tensor(import, node, 0),
                                            ncl_import_scalar(import, node, "alpha", 0.2));
    x = ncl_compose_with(import, "add", x, ncl_import_scalar(import, node, "beta", 0.5));
    ncl_import_give(import, node, 0,
                    NCL_COMPOSE(import, "clamp", {"x", ncl_value_tensor(x)}, {"a", ncl_value_scalar(0)},
                                {"b", ncl_value_scalar(1)}));
}

/* scale x above 0, scale alpha (exp(x) - 1) below */
void ncl_caffe2_build_selu(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    x = NCL_COMPOSE(import, "elu", {"x", ncl_value_tensor(x)},
                    {"alpha", ncl_value_scalar(ncl_import_scalar(import, node, "alpha", 1.6732632423543772))});
    ncl_import_give(import, node, 0,
                    ncl_compose_with(import, "mul", x, ncl_import_scalar(import, node, "scale", 1.0507009873554804)));
}

/* The numbers of TensorProto.DataType, or their names. */
void ncl_caffe2_build_cast(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const struct {
        const char *name;
        int64_t number;
        nnefcl_dtype dtype;
    } types[] = {{"FLOAT", 1, NNEFCL_SCALAR},  {"INT32", 2, NNEFCL_INTEGER},  {"BOOL", 5, NNEFCL_LOGICAL},
                 {"UINT8", 6, NNEFCL_INTEGER}, {"INT8", 7, NNEFCL_INTEGER},   {"UINT16", 8, NNEFCL_INTEGER},
                 {"INT16", 9, NNEFCL_INTEGER}, {"INT64", 10, NNEFCL_INTEGER}, {"FLOAT16", 12, NNEFCL_SCALAR},
                 {"DOUBLE", 13, NNEFCL_SCALAR}};
    const struct ncl_import_attribute *to = ncl_import_attribute(node, "to");
    const bool word = to && to->kind == NCL_ATTRIBUTE_STRINGS;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (word ? strcasecmp(ncl_import_string(import, node, "to", ""), types[i].name) == 0
                 : ncl_import_integer(import, node, "to", 1) == types[i].number) {
            ncl_import_give(import, node, 0,
                            ncl_compose_cast(import, ncl_import_tensor(import, node, 0), types[i].dtype));
            return;
        }
    ncl_import_refuse(import, "a type that has no counterpart");
}

/* ---- reductions ---- */

/* The sum of absolute values, or the root of the sum of squares. */
void ncl_caffe2_build_norm(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_compose_unary(import, import->op->as, ncl_import_tensor(import, node, 0));
    size_t count;
    const int64_t *given = ncl_import_integers(import, node, "axes", &count);
    int axis[NNEFCL_MAX_RANK];
    const size_t all = count ? count : (size_t)x->shape.rank;
    if (all > NNEFCL_MAX_RANK)
        ncl_import_wrong(import, "%zu axes", all);
    for (size_t i = 0; i < all && !import->status; i++)
        axis[i] = count ? ncl_import_axis(import, given[i], x->shape.rank) : (int)i;
    if (import->status)
        return;
    x = ncl_compose_reduce(import, "sum_reduce", x, axis, all, ncl_import_integer(import, node, "keepdims", 1) != 0);
    ncl_import_give(import, node, 0, strcmp(import->op->as, "sqr") == 0 ? ncl_compose_unary(import, "sqrt", x) : x);
}

void ncl_caffe2_build_arg(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const int axis = ncl_import_axis(import, ncl_import_integer(import, node, "axis", -1), x->shape.rank);
    if (!import->status)
        ncl_import_give(import, node, 0,
                        ncl_compose_reduce(import, import->op->as, x, &axis, 1,
                                           ncl_import_integer(import, node, "keepdims", 1) != 0));
}

/* As many axes in front, or at the end, as num_reduce_dim says; all of them (SumElements). */
void ncl_caffe2_build_reduce_some(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const int rank = x->shape.rank;
    const bool front = strncmp(node->op, "ReduceFront", 11) == 0, all = strcmp(node->op, "SumElements") == 0;
    const int64_t count = all ? rank : ncl_import_integer(import, node, "num_reduce_dim", 1);
    int axis[NNEFCL_MAX_RANK];
    if (!import->status && (count < 1 || count > rank || ncl_import_has(import, node, 1)))
        ncl_import_refuse(import, "%lld axes of rank %d, or lengths of rows", (long long)count, rank);
    for (int i = 0; i < count && !import->status; i++)
        axis[i] = front || all ? i : rank - 1 - i;
    if (!import->status)
        ncl_import_give(import, node, 0, ncl_compose_reduce(import, import->op->as, x, axis, (size_t)count, false));
}

/* x / max(|x|, 1e-12), |x| the root of the sum of squares along an axis. */
void ncl_caffe2_build_normalize(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const int axis = ncl_import_axis(import, ncl_import_integer(import, node, "axis", -1), x->shape.rank);
    if (import->status)
        return;
    struct ncl_tensor *d =
        ncl_compose_reduce(import, "sum_reduce", ncl_compose_unary(import, "sqr", x), &axis, 1, true);
    d = ncl_compose_with(import, "max", ncl_compose_unary(import, "sqrt", d), 1e-12);
    ncl_import_give(import, node, 0, ncl_compose_binary(import, "div", x, d));
}

void ncl_caffe2_build_select(struct ncl_import *import, const struct ncl_import_node *node)
{
    ncl_import_give(import, node, 0,
                    ncl_compose_select(import, ncl_import_tensor(import, node, 0), ncl_import_tensor(import, node, 1),
                                       ncl_import_tensor(import, node, 2)));
}

/* Axes from `axis` on. */
static size_t axes_from(struct ncl_import *import, const struct ncl_import_node *node, const struct ncl_tensor *x,
                        int *axis)
{
    size_t count = 0;
    for (int i = ncl_import_axis(import, ncl_import_integer(import, node, "axis", 1), x->shape.rank); i < x->shape.rank;
         i++)
        axis[count++] = i;
    return import->status ? 0 : count;
}

void ncl_caffe2_build_log_softmax(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    int axis[NNEFCL_MAX_RANK];
    const size_t count = axes_from(import, node, x, axis);
    if (count)
        ncl_import_give(import, node, 0, ncl_compose_log_softmax(import, x, axis, count));
}

/* (x - mean) / d, scaled and shifted where there are weights, which lie at the last axes; then mean and d, which is
 * sqrt(variance + epsilon). */
void ncl_caffe2_build_layer_norm(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    int axis[NNEFCL_MAX_RANK];
    const size_t count = axes_from(import, node, x, axis);
    if (!count)
        return;
    nnefcl_shape row = x->shape; /* axes of the statistics: those in front, and one */
    row.rank -= (int)count - 1;
    row.extent[row.rank - 1] = 1;
    struct ncl_tensor *mean = ncl_compose_reduce(import, "mean_reduce", x, axis, count, true);
    x = ncl_compose_binary(import, "sub", x, mean);
    struct ncl_tensor *v =
        ncl_compose_reduce(import, "mean_reduce", ncl_compose_unary(import, "sqr", x), axis, count, true);
    v = ncl_compose_with(import, "add", v, ncl_import_scalar(import, node, "epsilon", 1e-5));
    x = ncl_compose_binary(import, "mul", x, ncl_compose_unary(import, "rsqrt", v));
    if (ncl_import_integer(import, node, "elementwise_affine", 0)) {
        x = ncl_compose_binary(import, "mul", x, ncl_import_tensor(import, node, 1));
        x = ncl_compose_binary(import, "add", x, ncl_import_tensor(import, node, 2));
    }
    ncl_import_give(import, node, 0, x);
    if (ncl_import_wants(import, node, 1))
        ncl_import_give(import, node, 1, ncl_compose_reshape(import, mean, &row));
    if (ncl_import_wants(import, node, 2))
        ncl_import_give(import, node, 2, ncl_compose_reshape(import, ncl_compose_unary(import, "sqrt", v), &row));
}

void ncl_caffe2_build_global_pool(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_caffe2_first(import, node, 0);
    int axis[NNEFCL_MAX_RANK];
    size_t count = 0;
    for (int i = 2; i < x->shape.rank; i++)
        axis[count++] = i;
    ncl_caffe2_give(import, node,
                    ncl_compose_reduce(import, strcmp(node->op, "GlobalMaxPool") == 0 ? "max_reduce" : "mean_reduce", x,
                                       axis, count, true));
}

/* ---- elements by place ---- */

void ncl_caffe2_build_gather(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const int axis = ncl_import_axis(import, ncl_import_integer(import, node, "axis", 0), x->shape.rank);
    if (ncl_import_integer(import, node, "match_outer", 0))
        ncl_import_refuse(import, "indices of their own for each row (match_outer)");
    if (!import->status)
        ncl_import_give(import, node, 0,
                        NCL_COMPOSE(import, "gather", {"input", ncl_value_tensor(x)},
                                    {"indices", ncl_value_tensor(ncl_import_tensor(import, node, 1))},
                                    {"axis", ncl_value_integer(axis)}));
}

void ncl_caffe2_build_tile(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const int axis = ncl_import_axis(import, ncl_import_integer(import, node, "axis", 0), x->shape.rank);
    const int64_t tiles = ncl_import_integer(import, node, "tiles", 1);
    int64_t repeats[NNEFCL_MAX_RANK];
    for (int i = 0; i < x->shape.rank; i++)
        repeats[i] = i == axis ? tiles : 1;
    if (tiles < 1 || ncl_import_has(import, node, 1))
        ncl_import_refuse(import, "%lld tiles, or their number as an operand", (long long)tiles);
    else
        ncl_import_give(import, node, 0,
                        NCL_COMPOSE(import, "tile", {"input", ncl_value_tensor(x)},
                                    {"repeats", ncl_compose_integers(import, repeats, (size_t)x->shape.rank)}));
}

/* Corners lie on corners. Extents are computed in floats, which makes 5 of 3 and 5/3. */
void ncl_caffe2_build_bilinear(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_caffe2_first(import, node, 0);
    const double scale[] = {ncl_import_scalar(import, node, "height_scale", 1),
                            ncl_import_scalar(import, node, "width_scale", 1)};
    struct ncl_resize resize = ncl_resize_of(&x->shape);
    resize.mode = NCL_RESIZE_LINEAR;
    resize.place = NCL_RESIZE_ALIGN_CORNERS;
    if (x->shape.rank != 4 || ncl_import_has(import, node, 1)) {
        ncl_import_refuse(import, "an operand of rank %d, or factors as an operand", x->shape.rank);
        return;
    }
    for (int i = 0; i < 2; i++) {
        const float extent = (float)x->shape.extent[i + 2] * (float)scale[i];
        if (!(extent >= 1 && (double)extent <= (double)NCL_KNOWN_MAX)) {
            ncl_import_wrong(import, "a factor of %g", scale[i]);
            return;
        }
        resize.out[i + 2] = (int64_t)extent;
        resize.scale[i + 2] = scale[i];
    }
    ncl_caffe2_give(import, node, ncl_compose_resize(import, x, &resize));
}
