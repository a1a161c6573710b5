/* SPDX-License-Identifier: Apache-2.0 */
/* Reductions: axes are an attribute, and an operand from operator set 18 on (of sums from 13 on). */
#include <string.h>

#include "import/compose_order.h"
#include "import/onnx/onnx_operators.h"

struct axes {
    int axis[NNEFCL_MAX_RANK];
    size_t count;
    bool keep, nothing; /* nothing: no axes are given, and that means none */
};

static struct axes axes_read(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct axes axes = {.keep = ncl_import_integer(import, node, "keepdims", 1) != 0};
    const int rank = ncl_import_value(import, node, 0)->shape.rank;
    size_t count;
    const bool attribute = ncl_import_integers(import, node, "axes", &count) != NULL && count > 0,
               operand =
                   ncl_import_has(import, node, 1) && ncl_shape_volume(&ncl_import_value(import, node, 1)->shape) > 0;
    axes.nothing = ncl_import_integer(import, node, "noop_with_empty_axes", 0) && !attribute && !operand;
    axes.count = axes.nothing ? 0 : ncl_onnx_axes(import, node, 1, rank, axes.axis);
    return axes;
}

static struct ncl_tensor *product(struct ncl_import *import, struct ncl_tensor *x, const struct axes *axes)
{
    x = ncl_compose_product(import, x, axes->axis, axes->count);
    nnefcl_shape shape = {0};
    for (int i = 0; i < x->shape.rank; i++) {
        bool reduced = false;
        for (size_t j = 0; j < axes->count; j++)
            reduced |= axes->axis[j] == i;
        if (axes->keep || !reduced)
            shape.extent[shape.rank++] = x->shape.extent[i];
    }
    return ncl_compose_reshape(import, x, &shape);
}

/* What is done before and behind the sum. */
static const struct {
    const char *as, *before, *reduce, *after;
} sums[] = {
    {"sum", NULL, "sum_reduce", NULL},      {"mean", NULL, "mean_reduce", NULL},
    {"max", NULL, "max_reduce", NULL},      {"min", NULL, "min_reduce", NULL},
    {"l1", "abs", "sum_reduce", NULL},      {"l2", "sqr", "sum_reduce", "sqrt"},
    {"log_sum", NULL, "sum_reduce", "log"}, {"sum_square", "sqr", "sum_reduce", NULL},
};

static struct ncl_tensor *reduced(struct ncl_import *import, struct ncl_tensor *x, const struct axes *axes)
{
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
        if (strcmp(import->op->as, sums[i].as) != 0)
            continue;
        x = sums[i].before ? ncl_compose_unary(import, sums[i].before, x) : x;
        x = axes->count ? ncl_compose_reduce(import, sums[i].reduce, x, axes->axis, axes->count, axes->keep) : x;
        return sums[i].after ? ncl_compose_unary(import, sums[i].after, x) : x;
    }
    return product(import, x, axes);
}

/* m + log(sum(exp(x - m))) */
static struct ncl_tensor *log_sum_exp(struct ncl_import *import, struct ncl_tensor *x, const struct axes *axes)
{
    struct ncl_tensor *most = ncl_compose_reduce(import, "max_reduce", x, axes->axis, axes->count, true),
                      *power = ncl_compose_unary(import, "exp", ncl_compose_binary(import, "sub", x, most)),
                      *sum = ncl_compose_reduce(import, "sum_reduce", power, axes->axis, axes->count, axes->keep);
    for (size_t i = axes->keep ? 0 : axes->count; i > 0; i--)
        most = ncl_compose_squeeze(import, most, axes->axis[i - 1]);
    return ncl_compose_binary(import, "add", ncl_compose_unary(import, "log", sum), most);
}

void ncl_onnx_reduce(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *s = ncl_compose_cast(import, x, NNEFCL_SCALAR);
    const struct axes axes = axes_read(import, node);
    const bool whole = axes.count == 0 && strcmp(import->op->as, "log_sum_exp") == 0;
    if (whole || (axes.nothing && (strcmp(import->op->as, "sum") == 0 || strcmp(import->op->as, "mean") == 0))) {
        ncl_import_pass(import, node, 0, ncl_import_value(import, node, 0));
        return;
    }
    s = strcmp(import->op->as, "log_sum_exp") == 0 ? log_sum_exp(import, s, &axes) : reduced(import, s, &axes);
    ncl_import_give_element(import, node, 0, ncl_compose_cast(import, s, x->dtype),
                            ncl_import_value(import, node, 0)->element);
}

bool ncl_onnx_reduce_fold(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_known *x = ncl_import_known(import, node, 0);
    const struct axes axes = axes_read(import, node);
    bool gone[NNEFCL_MAX_RANK] = {false};
    nnefcl_shape shape = {0};
    for (size_t i = 0; i < axes.count; i++)
        gone[axes.axis[i]] = true;
    const struct ncl_known *y = x && !import->status ? ncl_fold_reduce(import, import->op->as, x, gone) : NULL;
    for (int i = 0; y && i < y->shape.rank; i++)
        if (axes.keep || !gone[i])
            shape.extent[shape.rank++] = y->shape.extent[i];
    return ncl_onnx_folded(import, node, y ? ncl_known_reshape(&import->scratch, y, &shape) : NULL);
}

/* The first of several equal ones, or the last: then of the reversed axis, counted from its end. */
void ncl_onnx_arg_reduce(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_compose_cast(import, ncl_import_tensor(import, node, 0), NNEFCL_SCALAR);
    const int axis = ncl_import_axis(import, ncl_import_integer(import, node, "axis", 0), x->shape.rank);
    const bool keep = ncl_import_integer(import, node, "keepdims", 1) != 0,
               last = ncl_import_integer(import, node, "select_last_index", 0) != 0;
    const int64_t extent = x->shape.extent[axis];
    if (last && extent > 1)
        x = ncl_compose_slice(import, x, axis, extent - 1, -1, -1);
    struct ncl_tensor *index = ncl_compose_reduce(import, import->op->as, x, &axis, 1, keep);
    if (last && extent > 1) {
        struct ncl_tensor *number = ncl_compose_cast(import, index, NNEFCL_SCALAR);
        number = ncl_compose_binary(import, "sub", ncl_compose_number(import, (double)(extent - 1)), number);
        index = ncl_compose_cast(import, number, NNEFCL_INTEGER);
    }
    ncl_import_give(import, node, 0, index);
}
