/* SPDX-License-Identifier: Apache-2.0 */
/* Modules that move elements. Axes are counted from 1, and often without the batch: nInputDims, numInputDims say how
 * many axes there are then, so that one more is the batch. */
#include <string.h>

#include "import/torch7/torch7.h"

static int64_t whole(const struct ncl_t7 *module, const char *name, double otherwise)
{
    const double number = ncl_t7_number(module, name, otherwise);
    return number >= -1e9 && number <= 1e9 ? (int64_t)number : 0;
}

/* `given`, from 1 on or from the end, as an axis of x; `dims` axes without the batch, 0: it is not said. */
static int axis_of(struct ncl_import *import, const struct ncl_tensor *x, int64_t given, int64_t dims)
{
    const bool batch = dims > 0 && x->shape.rank == dims + 1;
    const int64_t axis = given < 0 ? x->shape.rank + given : given - 1 + batch;
    if (axis >= 0 && axis < x->shape.rank)
        return (int)axis;
    ncl_import_wrong(import, "dimension %lld of %d", (long long)given, x->shape.rank);
    return 0;
}

/* ---- shapes ---- */

/* Elements of the extents that are given; -1, which takes what is left, is told apart. */
static int64_t elements_of(struct ncl_import *import, const nnefcl_shape *shape, bool *open)
{
    int64_t count = 1;
    *open = false;
    for (int i = 0; i < shape->rank; i++) {
        if (shape->extent[i] == -1 && !*open)
            *open = true;
        else if (shape->extent[i] < 1 || __builtin_mul_overflow(count, shape->extent[i], &count)) {
            ncl_import_wrong(import, "an extent of %lld", (long long)shape->extent[i]);
            return 1;
        }
    }
    return count;
}

static void give_view(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *x,
                      nnefcl_shape shape, int64_t batch)
{
    if (batch > 0 && shape.rank < NNEFCL_MAX_RANK) {
        memmove(shape.extent + 1, shape.extent, (size_t)shape.rank++ * sizeof *shape.extent);
        shape.extent[0] = batch;
    }
    bool open;
    const int64_t given = elements_of(import, &shape, &open), all = ncl_shape_volume(&x->shape);
    for (int i = 0; i < shape.rank; i++)
        if (shape.extent[i] == -1)
            shape.extent[i] = all / given;
    if (all % given || (!open && all != given))
        ncl_import_wrong(import, "the shape does not fit %lld elements", (long long)all);
    if (!import->status)
        ncl_import_give(import, node, 0, ncl_compose_reshape(import, x, &shape));
}

/* The batch is what the elements leave over, and the axes in front of numInputDims. A -1 in front of other extents
 * takes it in: Torch would add an axis, which no module behind it expects, and other readers of the format do not. */
void ncl_torch7_build_view(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_t7 *module = ncl_torch7_module(node);
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    nnefcl_shape shape = {0};
    shape.rank = (int)ncl_t7_integers(ncl_t7_field(module, "size"), shape.extent);
    const int64_t dims = whole(module, "numInputDims", 0);
    const int first = dims > 0 && dims < x->shape.rank ? x->shape.rank - (int)dims : 0;
    bool open;
    const int64_t given = elements_of(import, &shape, &open);
    const int64_t inner = ncl_shape_span(&x->shape, first, x->shape.rank), outer = ncl_shape_span(&x->shape, 0, first);
    const bool takes = shape.rank > 1 && shape.extent[0] == -1;
    const int64_t batch = takes ? 0 : open ? outer : outer * (inner / given);
    if (import->status)
        return;
    give_view(import, node, x, shape, batch == 1 && first == 0 ? 0 : batch);
}

/* batchMode nil: without the batch when that fits and the first extent is not 1. */
void ncl_torch7_build_reshape(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_t7 *module = ncl_torch7_module(node), *mode = ncl_t7_field(module, "batchMode");
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    nnefcl_shape shape = {0};
    shape.rank = (int)ncl_t7_integers(ncl_t7_field(module, "size"), shape.extent);
    bool open;
    const int64_t given = elements_of(import, &shape, &open), first = x->shape.rank ? x->shape.extent[0] : 1;
    const bool alone = mode ? mode->number == 0 : ncl_shape_volume(&x->shape) == given && first != 1;
    give_view(import, node, x, shape, alone ? 0 : first);
}

void ncl_torch7_build_squeeze(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_t7 *module = ncl_torch7_module(node);
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const int64_t given = whole(module, "dim", 0);
    nnefcl_shape shape = {0};
    const int axis = given ? axis_of(import, x, given, whole(module, "numInputDims", 0)) : -1;
    for (int i = 0; i < x->shape.rank; i++)
        if (x->shape.extent[i] != 1 || (axis >= 0 && i != axis))
            shape.extent[shape.rank++] = x->shape.extent[i];
    if (!import->status)
        ncl_import_give(import, node, 0, ncl_compose_reshape(import, x, &shape));
}

void ncl_torch7_build_unsqueeze(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_t7 *module = ncl_torch7_module(node);
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const int64_t dims = whole(module, "numInputDims", 0),
                  axis = whole(module, "pos", 1) - 1 + (dims > 0 && x->shape.rank > dims);
    if (axis < 0 || axis > x->shape.rank)
        ncl_import_wrong(import, "position %lld of %d", (long long)axis + 1, x->shape.rank);
    else
        ncl_import_give(import, node, 0, ncl_compose_unsqueeze(import, x, (int)axis));
}

/* Pairs of axes that change places, one pair after the other. */
void ncl_torch7_build_transpose(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_t7 *module = ncl_torch7_module(node), *pairs = ncl_t7_field(module, "permutations"), *pair;
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    int axis[NNEFCL_MAX_RANK];
    for (int i = 0; i < x->shape.rank; i++)
        axis[i] = i;
    for (size_t k = 1; pairs && (pair = ncl_t7_item(pairs, k)) && !import->status; k++) {
        int64_t given[NNEFCL_MAX_RANK];
        if (ncl_t7_integers(pair, given) != 2) {
            ncl_import_wrong(import, "a permutation that is no pair");
            return;
        }
        const int a = axis_of(import, x, given[0], whole(module, "numInputDims", 0)),
                  b = axis_of(import, x, given[1], whole(module, "numInputDims", 0)), kept = axis[a];
        axis[a] = axis[b];
        axis[b] = kept;
    }
    if (!import->status)
        ncl_import_give(import, node, 0, ncl_compose_transpose(import, x, axis));
}

/* ---- parts and joins ---- */

void ncl_torch7_build_narrow(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_t7 *module = ncl_torch7_module(node);
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const int axis = axis_of(import, x, whole(module, "dimension", 1), 0);
    if (import->status)
        return;
    const int64_t extent = x->shape.extent[axis], given = whole(module, "index", 1),
                  begin = given < 0 ? extent + given : given - 1, length = whole(module, "length", 1),
                  end = length < 0 ? extent + length + 1 : begin + length;
    if (begin < 0 || end <= begin || end > extent)
        ncl_import_wrong(import, "elements from %lld to %lld of %lld", (long long)begin, (long long)end,
                         (long long)extent);
    else
        ncl_import_give(import, node, 0, ncl_compose_slice(import, x, axis, begin, end, 1));
}

void ncl_torch7_build_select(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_t7 *module = ncl_torch7_module(node);
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const int axis = axis_of(import, x, whole(module, "dimension", 1), whole(module, "nInputDims", 0));
    if (import->status)
        return;
    const int64_t extent = x->shape.extent[axis], given = whole(module, "index", 1),
                  at = given < 0 ? extent + given : given - 1;
    if (at < 0 || at >= extent)
        ncl_import_wrong(import, "element %lld of %lld", (long long)given, (long long)extent);
    else
        ncl_import_give(import, node, 0,
                        ncl_compose_squeeze(import, ncl_compose_slice(import, x, axis, at, at + 1, 1), axis));
}

/* Zeros around those that are smaller than the largest along an axis; an odd one comes behind. */
static void put_in_middle(struct ncl_import *import, struct ncl_tensor **item, size_t count, int axis)
{
    nnefcl_shape most = item[0]->shape;
    for (size_t i = 1; i < count && !import->status; i++) {
        if (item[i]->shape.rank != most.rank)
            ncl_import_wrong(import, "images of ranks %d and %d", most.rank, item[i]->shape.rank);
        for (int k = 0; k < most.rank && !import->status; k++)
            if (item[i]->shape.extent[k] > most.extent[k])
                most.extent[k] = item[i]->shape.extent[k];
    }
    for (size_t i = 0; i < count && !import->status; i++) {
        int64_t before[NNEFCL_MAX_RANK] = {0}, after[NNEFCL_MAX_RANK] = {0}, more = 0;
        for (int k = 0; k < most.rank; k++) {
            const int64_t rest = k == axis ? 0 : most.extent[k] - item[i]->shape.extent[k];
            before[k] = rest / 2;
            after[k] = rest - rest / 2;
            more += rest;
        }
        if (more)
            item[i] = ncl_compose_pad(import, item[i], before, after, "constant", 0);
    }
}

/* What is above 0 and what is below, one behind the other: of channels, which come first, or behind the batch. */
void ncl_torch7_build_two_signs(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const int64_t rank = whole(ncl_torch7_module(node), "nInputDims", x->shape.rank - 1);
    struct ncl_tensor *part[2] = {ncl_compose_unary(import, "relu", x),
                                  ncl_compose_unary(import, "relu", ncl_compose_unary(import, "neg", x))};
    ncl_import_give(import, node, 0, ncl_compose_concat(import, part, 2, x->shape.rank == rank ? 0 : 1));
}

/* JoinTable, Concat; DepthConcat puts smaller images into the middle. */
void ncl_torch7_build_join(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_t7 *module = ncl_torch7_module(node);
    const size_t count = ncl_torch7_operand(node, 0);
    struct ncl_tensor **item = NCL_NEW_ARRAY(&import->scratch, struct ncl_tensor *, count);
    if (!item || count == 0) {
        ncl_import_wrong(import, "nothing to join");
        return;
    }
    for (size_t i = 0; i < count; i++)
        item[i] = ncl_import_tensor(import, node, i);
    const int axis = axis_of(import, item[0], whole(module, "dimension", 1), whole(module, "nInputDims", 0));
    if (strcmp(node->op, "DepthConcat") == 0)
        put_in_middle(import, item, count, axis);
    if (!import->status)
        ncl_import_give(import, node, 0, ncl_compose_concat(import, item, count, axis));
}

void ncl_torch7_build_reduce(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_t7 *module = ncl_torch7_module(node);
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const int axis = axis_of(import, x, whole(module, "dimension", 1), whole(module, "nInputDims", 0));
    const char *op = ncl_t7_true(module, "sizeAverage", false) ? "mean_reduce" : import->op->as;
    if (!import->status)
        ncl_import_give(import, node, 0,
                        ncl_compose_reduce(import, op, x, &axis, 1, !ncl_t7_true(module, "squeeze", true)));
}

/* ---- repetitions, borders, rows ---- */

/* A new axis with `nfeatures` times the same. */
void ncl_torch7_build_replicate(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_t7 *module = ncl_torch7_module(node);
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const int64_t times = whole(module, "nfeatures", 1), dims = whole(module, "ndim", 0),
                  axis = whole(module, "dim", 1) - 1 + (dims > 0 && x->shape.rank > dims);
    if (axis < 0 || axis > x->shape.rank || times < 1) {
        ncl_import_wrong(import, "%lld times at dimension %lld", (long long)times, (long long)axis + 1);
        return;
    }
    x = ncl_compose_unsqueeze(import, x, (int)axis);
    nnefcl_shape shape = x->shape;
    shape.extent[axis] = times;
    ncl_import_give(import, node, 0, ncl_compose_expand(import, x, &shape));
}

/* Along one axis: `pad` elements of a value behind it, or, when it is negative, in front. */
void ncl_torch7_build_pad_axis(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_t7 *module = ncl_torch7_module(node);
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const int axis = axis_of(import, x, whole(module, "dim", 1), whole(module, "nInputDim", 0));
    const int64_t pad = whole(module, "pad", 0);
    int64_t before[NNEFCL_MAX_RANK] = {0}, after[NNEFCL_MAX_RANK] = {0};
    if (whole(module, "index", 1) != 1)
        ncl_import_refuse(import, "a border inside of the tensor");
    before[axis] = pad < 0 ? -pad : 0;
    after[axis] = pad > 0 ? pad : 0;
    if (!import->status)
        ncl_import_give(import, node, 0,
                        ncl_compose_pad(import, x, before, after, "constant", ncl_t7_number(module, "value", 0)));
}

/* Rows of the weights by numbers from 1 on, which are scalars. */
void ncl_torch7_build_lookup(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_compose_with(import, "sub", ncl_import_tensor(import, node, 0), 1),
                      *rows = ncl_import_tensor(import, node, ncl_torch7_operand(node, NCL_TORCH7_WEIGHT));
    x = ncl_compose_cast(import, x, NNEFCL_INTEGER);
    ncl_import_give(import, node, 0,
                    NCL_COMPOSE(import, "gather", {"input", ncl_value_tensor(rows)}, {"indices", ncl_value_tensor(x)},
                                {"axis", ncl_value_integer(0)}));
}

static struct ncl_tensor *matrix_of(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                                    bool transposed)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, index);
    return transposed ? ncl_compose_swap_last(import, x) : x;
}

/* The product of the two matrices of a table. */
void ncl_torch7_build_mm(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_t7 *module = ncl_torch7_module(node);
    if (ncl_torch7_operand(node, 0) != 2) {
        ncl_import_wrong(import, "a product of %zu matrices", ncl_torch7_operand(node, 0));
        return;
    }
    ncl_import_give(import, node, 0,
                    ncl_compose_matmul(import, matrix_of(import, node, 0, ncl_t7_true(module, "transA", false)),
                                       matrix_of(import, node, 1, ncl_t7_true(module, "transB", false))));
}
