/* SPDX-License-Identifier: Apache-2.0 */
/* Unique, of what is known: the shape of its results depends on the elements. */
#include <string.h>

#include "import/onnx/onnx_operators.h"

#define MOST_ITEMS 16384

/* Items are elements, or slices along an axis: item i has elements at i * step + outer * span + inner. */
struct items {
    const struct ncl_known *x;
    bool flat; /* elements, of no axis */
    int axis;
    int64_t count, step, outer, span;
    /* of the items that differ, by their first appearance: where that is, how many there are */
    int64_t *first, *many, *kind; /* kind: of each item, which of them it is */
    int64_t *sorted, kinds;       /* numbers of kinds by what they are */
};

static int compare(const struct items *items, int64_t i, int64_t j)
{
    for (int64_t o = 0; o < items->outer; o++)
        for (int64_t k = 0; k < items->step; k++) {
            const size_t at = (size_t)(o * items->span + k), a = (size_t)(i * items->step) + at,
                         b = (size_t)(j * items->step) + at;
            const bool real = ncl_known_is_real(items->x);
            if (real ? items->x->real[a] < items->x->real[b] : items->x->integer[a] < items->x->integer[b])
                return -1;
            if (real ? items->x->real[a] > items->x->real[b] : items->x->integer[a] > items->x->integer[b])
                return 1;
        }
    return 0;
}

static void sort_in(struct items *items, int64_t item)
{
    int64_t low = 0, high = items->kinds;
    while (low < high) {
        const int64_t middle = (low + high) / 2, kind = items->sorted[middle];
        const int order = compare(items, item, items->first[kind]);
        if (order == 0) {
            items->many[kind]++;
            items->kind[item] = kind;
            return;
        }
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    memmove(items->sorted + low + 1, items->sorted + low, (size_t)(items->kinds - low) * sizeof *items->sorted);
    items->sorted[low] = items->kind[item] = items->kinds;
    items->first[items->kinds] = item;
    items->many[items->kinds++] = 1;
}

static bool read_items(struct ncl_import *import, const struct ncl_import_node *node, struct items *items)
{
    const bool flat = items->flat = ncl_import_attribute(node, "axis") == NULL;
    items->x = ncl_import_need(import, node, 0, "its operand");
    if (!items->x)
        return false;
    const nnefcl_shape *shape = &items->x->shape;
    const int axis = flat ? 0 : ncl_import_axis(import, ncl_import_integer(import, node, "axis", 0), shape->rank);
    items->axis = axis;
    items->count = flat ? (int64_t)items->x->count : import->status ? 0 : shape->extent[axis];
    items->step = flat ? 1 : import->status ? 1 : ncl_shape_span(shape, axis + 1, shape->rank);
    items->span = items->count * items->step;
    items->outer = flat ? 1 : import->status ? 0 : ncl_shape_span(shape, 0, axis);
    if (!import->status && (items->count > MOST_ITEMS || items->x->count == 0))
        ncl_import_refuse(import, "%lld items, at most %d are supported", (long long)items->count, MOST_ITEMS);
    int64_t *room = import->status ? NULL : NCL_NEW_ARRAY(&import->scratch, int64_t, 4 * (size_t)items->count);
    if (!room && !import->status)
        ncl_import_nomem(import);
    if (!room)
        return false;
    items->first = room;
    items->many = room + items->count;
    items->kind = room + 2 * items->count;
    items->sorted = room + 3 * items->count;
    return true;
}

/* The items of the kinds in their order, in the axis that they come from. */
static void give_items(struct ncl_import *import, const struct ncl_import_node *node, const struct items *items,
                       const int64_t *order)
{
    nnefcl_shape shape = items->x->shape;
    if (items->flat)
        shape.rank = 1;
    shape.extent[items->axis] = items->kinds;
    struct ncl_known *y = ncl_fold_new(import, items->x->element, &shape);
    for (int64_t o = 0; y && o < items->outer; o++)
        for (int64_t k = 0; k < items->kinds; k++)
            for (int64_t i = 0; i < items->step; i++) /* both kinds of elements have 8 bytes */
                y->integer[(o * items->kinds + k) * items->step + i] =
                    items->x->integer[o * items->span + items->first[order[k]] * items->step + i];
    if (y)
        ncl_import_give_known(import, node, 0, y);
}

static void give_list(struct ncl_import *import, const struct ncl_import_node *node, size_t index, const int64_t *list,
                      int64_t count)
{
    const struct ncl_known *known = ncl_known_integers(&import->scratch, list, (size_t)count);
    if (!known)
        ncl_import_nomem(import);
    else if (ncl_import_wants(import, node, index))
        ncl_import_give_known(import, node, index, known);
}

void ncl_onnx_unique(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct items items = {0};
    if (!read_items(import, node, &items))
        return;
    ncl_import_charge(import, 16 * items.x->count);
    for (int64_t i = 0; i < items.count && !import->status; i++)
        sort_in(&items, i);
    int64_t *list = NCL_NEW_ARRAY(&import->scratch, int64_t, 3 * (size_t)items.count);
    if (!list)
        ncl_import_nomem(import);
    if (import->status)
        return;
    int64_t *place = list + items.count, *order = place + items.count;
    const bool sorted = ncl_import_integer(import, node, "sorted", 1) != 0;
    for (int64_t k = 0; k < items.kinds; k++)
        order[k] = sorted ? items.sorted[k] : k;
    give_items(import, node, &items, order);
    for (int64_t k = 0; k < items.kinds; k++) {
        list[k] = items.first[order[k]];
        place[order[k]] = k;
    }
    give_list(import, node, 1, list, items.kinds);
    for (int64_t i = 0; i < items.count; i++)
        list[i] = place[items.kind[i]];
    give_list(import, node, 2, list, items.count);
    for (int64_t k = 0; k < items.kinds; k++)
        list[k] = items.many[order[k]];
    give_list(import, node, 3, list, items.kinds);
}
