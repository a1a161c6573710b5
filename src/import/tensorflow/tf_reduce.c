/* SPDX-License-Identifier: Apache-2.0 */
/* Reductions, softmax, products of matrices. */
#include <string.h>

#include "import/tensorflow/tf.h"

/* Axes of x as those of what it is a transpose of. */
static struct ncl_tensor *reduce_moved(struct ncl_import *import, const char *op, struct ncl_tensor *x, const int *axis,
                                       size_t count, bool keep)
{
    struct ncl_tensor *source = ncl_tf_source(x);
    int moved[NNEFCL_MAX_RANK], spatial = 0;
    bool channels = false;
    for (size_t i = 0; source && i < count; i++) {
        moved[i] = axis[i] == 0 ? 0 : axis[i] == x->shape.rank - 1 ? 1 : axis[i] + 1;
        channels |= moved[i] == 1;
        spatial += moved[i] > 1;
    }
    /* Without its axes the result has the channels last anyway, where all of those between are gone. */
    if (!source || channels || !(keep || spatial == x->shape.rank - 2))
        return ncl_compose_reduce(import, op, x, axis, count, keep);
    struct ncl_tensor *y = ncl_compose_reduce(import, op, source, moved, count, keep);
    return keep ? ncl_tf_last(import, y) : y;
}

void ncl_tf_build_reduce(struct ncl_import *import, const struct ncl_import_node *node)
{
    const bool mean = ncl_tf_is_quantized(node) && strcmp(node->op, "MEAN") == 0;
    struct ncl_tensor *x = mean ? ncl_tf_steps(import, node, 0) : ncl_tf_tensor(import, node, 0);
    int axes[NNEFCL_MAX_RANK];
    const size_t count = ncl_tf_axes(import, node, 1, x->shape.rank, axes);
    if (import->status)
        return;
    const bool keep = ncl_import_integer(import, node, "keep_dims", 0) != 0;
    struct ncl_tensor *y = reduce_moved(import, mean ? "sum_reduce" : import->op->as, x, axes, count, keep);
    if (x->dtype == NNEFCL_INTEGER && y->dtype == NNEFCL_SCALAR && strcmp(import->op->as, "mean_reduce") != 0)
        ncl_import_give_number(import, node, 0, y, ncl_import_value(import, node, 0)->element);
    else if (mean)
        ncl_tf_quantized_mean(import, node, y, ncl_shape_volume(&x->shape) / ncl_shape_volume(&y->shape));
    else
        ncl_tf_give(import, node, 0, y);
}

static struct ncl_tensor *last_axis(struct ncl_import *import, const struct ncl_import_node *node, int *axis)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0);
    *axis = x->shape.rank - 1;
    if (x->shape.rank == 0)
        ncl_import_wrong(import, "the operand has no axis");
    return x;
}

void ncl_tf_build_softmax(struct ncl_import *import, const struct ncl_import_node *node)
{
    int axis;
    struct ncl_tensor *x = last_axis(import, node, &axis);
    const double beta = ncl_import_scalar(import, node, "beta", 1);
    const int64_t axes[] = {axis};
    if (beta != 1)
        x = ncl_compose_with(import, "mul", x, beta);
    ncl_tf_give(
        import, node, 0,
        NCL_COMPOSE(import, "softmax", {"x", ncl_value_tensor(x)}, {"axes", ncl_compose_integers(import, axes, 1)}));
}

void ncl_tf_build_log_softmax(struct ncl_import *import, const struct ncl_import_node *node)
{
    int axis;
    struct ncl_tensor *x = last_axis(import, node, &axis);
    ncl_tf_give(import, node, 0, ncl_compose_log_softmax(import, x, &axis, 1));
}

void ncl_tf_build_arg(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0);
    int64_t given[NNEFCL_MAX_RANK];
    ncl_tf_integers(import, node, 1, "the axis", given);
    const int axis = ncl_import_axis(import, given[0], x->shape.rank);
    if (!import->status)
        ncl_tf_give(import, node, 0, ncl_compose_reduce(import, import->op->as, x, &axis, 1, false));
}

/* L2_NORMALIZATION, over the last axis: x / max(|x|, 1e-6) */
void ncl_tf_build_l2_norm(struct ncl_import *import, const struct ncl_import_node *node)
{
    int axis;
    struct ncl_tensor *x = last_axis(import, node, &axis);
    struct ncl_tensor *sum =
        ncl_compose_reduce(import, "sum_reduce", ncl_compose_unary(import, "sqr", x), &axis, 1, true);
    struct ncl_tensor *norm = ncl_compose_with(import, "max", ncl_compose_unary(import, "sqrt", sum), 1e-6);
    ncl_tf_give(import, node, 0, ncl_compose_binary(import, "div", x, norm));
}

/* ---- products ---- */

/* MatMul, BatchMatMul: transpose_a, adj_x. */
void ncl_tf_build_matmul(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *a = ncl_tf_steps(import, node, 0), *b = ncl_tf_steps(import, node, 1);
    if (ncl_import_integer(import, node, "transpose_a", 0) || ncl_import_integer(import, node, "adj_x", 0))
        a = ncl_compose_swap_last(import, a);
    if (ncl_import_integer(import, node, "transpose_b", 0) || ncl_import_integer(import, node, "adj_y", 0))
        b = ncl_compose_swap_last(import, b);
    ncl_tf_give_product(import, node, 0, 1, ncl_tf_fuse(import, node, ncl_compose_matmul(import, a, b)));
}

void ncl_tf_build_einsum(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *item[NCL_EINSUM_OPERANDS];
    for (size_t i = 0; i < node->input_count && i < NCL_EINSUM_OPERANDS; i++)
        item[i] = ncl_tf_tensor(import, node, i);
    ncl_tf_give(import, node, 0,
                ncl_compose_einsum(import, ncl_import_string(import, node, "equation", ""), item, node->input_count));
}

static struct ncl_tensor *as_row(struct ncl_import *import, struct ncl_tensor *bias)
{
    const nnefcl_shape shape = {.rank = 2, .extent = {1, ncl_shape_volume(&bias->shape)}};
    return ncl_compose_reshape(import, bias, &shape);
}

/* FULLY_CONNECTED: rows of x times [outputs, inputs]. */
void ncl_tf_build_fully_connected(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_steps(import, node, 0), *filter = ncl_tf_steps(import, node, 1);
    if (ncl_import_integer(import, node, "weights_format", 0)) {
        ncl_import_refuse(import, "shuffled weights");
        return;
    }
    if (filter->shape.rank != 2 || ncl_shape_volume(&x->shape) % filter->shape.extent[1]) {
        ncl_import_wrong(import, "weights that do not fit the input");
        return;
    }
    nnefcl_shape rows = {.rank = 2, .extent = {0, filter->shape.extent[1]}}, out = x->shape;
    rows.extent[0] = ncl_shape_volume(&x->shape) / rows.extent[1];
    struct ncl_tensor *bias =
        ncl_import_has(import, node, 2) ? as_row(import, ncl_tf_steps(import, node, 2)) : ncl_compose_number(import, 0);
    struct ncl_tensor *y = ncl_shape_equal(&rows, &x->shape) ? x : ncl_compose_reshape(import, x, &rows);
    y = NCL_COMPOSE(import, "linear", {"input", ncl_value_tensor(y)}, {"filter", ncl_value_tensor(filter)},
                    {"bias", ncl_value_tensor(bias)});
    if (ncl_import_integer(import, node, "keep_num_dims", 0) && out.rank > 0 && out.rank != 2) {
        out.extent[out.rank - 1] = filter->shape.extent[0];
        y = ncl_compose_reshape(import, y, &out);
    }
    ncl_tf_give_product(import, node, 0, 1, y);
}
