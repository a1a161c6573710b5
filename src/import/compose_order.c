/* SPDX-License-Identifier: Apache-2.0 */
#include "import/compose_order.h"

#define MAX_CUMSUM 4096 /* a product with a triangle of ones */

struct ncl_tensor *ncl_compose_grid(struct ncl_import *import, int rank, int axis, int64_t extent)
{
    nnefcl_shape shape = {.rank = rank};
    if (!ncl_compose_has_axes(import, rank))
        return &import->nothing;
    for (int i = 0; i < rank; i++)
        shape.extent[i] = i == axis ? extent : 1;
    struct ncl_known *known = ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &shape);
    if (!known) {
        ncl_import_refuse(import, "an axis is too long");
        return &import->nothing;
    }
    for (size_t i = 0; i < known->count; i++)
        known->real[i] = (double)i;
    return ncl_import_constant(import, known);
}

static struct ncl_tensor *triangle(struct ncl_import *import, int64_t n, bool exclusive, bool reverse)
{
    struct ncl_known *ones = ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &(nnefcl_shape){2, {n, n}});
    if (!ones) {
        ncl_import_refuse(import, "the axis is too long");
        return &import->nothing;
    }
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++)
            ones->real[i * n + j] = (reverse ? i > j : i < j) || (i == j && !exclusive);
    return ncl_import_constant(import, ones);
}

struct ncl_tensor *ncl_compose_cum_sum(struct ncl_import *import, struct ncl_tensor *x, int axis, bool exclusive,
                                       bool reverse)
{
    const int last = x->shape.rank - 1;
    int order[NNEFCL_MAX_RANK];
    if (x->shape.rank == 0 || x->shape.extent[axis] > MAX_CUMSUM)
        ncl_import_refuse(import, "the axis has more than %d elements", MAX_CUMSUM);
    if (import->status)
        return x;
    const int64_t n = x->shape.extent[axis];
    for (int i = 0; i <= last; i++)
        order[i] = i == axis ? last : i == last ? axis : i;
    x = ncl_compose_transpose(import, x, order);
    const nnefcl_shape moved = x->shape, rows = {2, {ncl_shape_volume(&moved) / n, n}};
    x = ncl_compose_matmul(import, ncl_compose_reshape(import, x, &rows), triangle(import, n, exclusive, reverse));
    return ncl_compose_transpose(import, ncl_compose_reshape(import, x, &moved), order);
}

struct ncl_tensor *ncl_compose_one_hot(struct ncl_import *import, struct ncl_tensor *index, int axis, int64_t depth,
                                       struct ncl_tensor *on, struct ncl_tensor *off)
{
    struct ncl_tensor *place = ncl_compose_unsqueeze(import, index, axis);
    struct ncl_tensor *hot =
        ncl_compose_binary(import, "eq", place, ncl_compose_grid(import, index->shape.rank + 1, axis, depth));
    return ncl_compose_select(import, hot, on, off);
}

void ncl_compose_top_k(struct ncl_import *import, struct ncl_tensor *x, int axis, int64_t k, bool largest,
                       struct ncl_tensor **value, struct ncl_tensor **index)
{
    *value = *index = &import->nothing;
    if (!import->status && (x->shape.rank == 0 || k < 1 || k > x->shape.extent[axis]))
        ncl_import_wrong(import, "%lld elements of %lld are asked for", (long long)k,
                         x->shape.rank ? (long long)x->shape.extent[axis] : 0);
    if (import->status)
        return;
    const struct ncl_named_value given[] = {{"x", ncl_value_tensor(x)},
                                            {"axis", ncl_value_integer(axis)},
                                            {"count", ncl_value_integer(k)},
                                            {"largest", ncl_value_logical(largest)}};
    const struct ncl_node *node = ncl_compose_node(import, "top_k", given, sizeof given / sizeof *given);
    if (!node)
        return;
    *value = ncl_node_result(node, 0);
    *index = ncl_node_result(node, 1);
}

/* The halves of an axis times each other, until one is left. */
struct ncl_tensor *ncl_compose_product(struct ncl_import *import, struct ncl_tensor *x, const int *axis, size_t count)
{
    for (size_t i = 0; i < count; i++)
        while (!import->status && x->shape.extent[axis[i]] > 1) {
            const int64_t extent = x->shape.extent[axis[i]], half = extent / 2;
            struct ncl_tensor *rest = extent % 2 ? ncl_compose_slice(import, x, axis[i], 2 * half, extent, 1) : NULL;
            struct ncl_tensor *low = ncl_compose_slice(import, x, axis[i], 0, half, 1),
                              *high = ncl_compose_slice(import, x, axis[i], half, 2 * half, 1);
            x = ncl_compose_binary(import, "mul", low, high);
            if (rest)
                x = ncl_compose_concat(import, (struct ncl_tensor *[]){x, rest}, 2, axis[i]);
        }
    return x;
}

/* The two axes in front, one gather of rows of both together. */
struct ncl_tensor *ncl_compose_reverse_sequence(struct ncl_import *import, struct ncl_tensor *x,
                                                const struct ncl_known *lengths, int time, int batch)
{
    int order[NNEFCL_MAX_RANK] = {time, batch}, back[NNEFCL_MAX_RANK], count = 2;
    if (time == batch)
        ncl_import_wrong(import, "steps and batch are one axis");
    for (int i = 0; i < x->shape.rank && !import->status; i++)
        if (i != time && i != batch)
            order[count++] = i;
    for (int i = 0; i < count; i++)
        back[order[i]] = i;
    if (import->status)
        return x;
    x = ncl_compose_transpose(import, x, order);
    const nnefcl_shape whole = x->shape;
    const int64_t times = whole.extent[0], batches = whole.extent[1];
    nnefcl_shape rows = {.rank = whole.rank - 1, .extent = {times * batches}};
    for (int i = 1; i < rows.rank; i++)
        rows.extent[i] = whole.extent[i + 1];
    int64_t *index = times * batches <= (int64_t)NCL_KNOWN_MAX
                         ? NCL_NEW_ARRAY(&import->scratch, int64_t, (size_t)(times * batches))
                         : NULL;
    if (!index || (int64_t)lengths->count != batches) {
        ncl_import_refuse(import, "it has too many rows, or not one length for each");
        return x;
    }
    for (int64_t t = 0; t < times; t++)
        for (int64_t b = 0; b < batches; b++) {
            const int64_t length = ncl_known_int64(lengths, (size_t)b);
            const bool turned = length <= times && t < length;
            index[t * batches + b] = (turned ? length - 1 - t : t) * batches + b;
        }
    x = ncl_compose_pick(import, ncl_compose_reshape(import, x, &rows), 0, index, (size_t)(times * batches));
    return ncl_compose_transpose(import, ncl_compose_reshape(import, x, &whole), back);
}
