/* SPDX-License-Identifier: Apache-2.0 */
/* Sequences of tensors exist while the file is read: an operator that changes one gives a new one. Positions have to be
 * known. */
#include <string.h>

#include "import/onnx/onnx_operators.h"

#define MAX_ITEMS 65536

struct ncl_import_list {
    size_t count;
    struct ncl_import_value **item;
};

static struct ncl_import_list *list_new(struct ncl_import *import, size_t count)
{
    struct ncl_import_list *list = NCL_NEW(&import->scratch, struct ncl_import_list);
    if (count > MAX_ITEMS)
        ncl_import_refuse(import, "a sequence of more than %d tensors", MAX_ITEMS);
    else if (!list || !(list->item = NCL_NEW_ARRAY(&import->scratch, struct ncl_import_value *, count)))
        ncl_import_nomem(import);
    if (import->status)
        return NULL;
    list->count = count;
    return list;
}

static const struct ncl_import_list *list_operand(struct ncl_import *import, const struct ncl_import_node *node,
                                                  size_t index)
{
    const struct ncl_import_value *value = ncl_import_value(import, node, index);
    if (!value->list && !import->status)
        ncl_import_wrong(import, "its operand is no sequence");
    return import->status ? NULL : value->list;
}

static struct ncl_import_value *item_of(struct ncl_import *import, const struct ncl_import_value *from)
{
    struct ncl_import_value *item = ncl_import_values_new(import, 1);
    if (item)
        *item = *from;
    return item;
}

/* A position from 0 to `last`, negative ones from the back; not given: `otherwise`. */
static size_t position_of(struct ncl_import *import, const struct ncl_import_node *node, size_t index, size_t last,
                          size_t otherwise)
{
    if (!ncl_import_has(import, node, index))
        return otherwise;
    const struct ncl_known *known = ncl_import_need(import, node, index, "the position");
    int64_t at = known && known->count == 1 ? ncl_known_int64(known, 0) : 0;
    at += at < 0 ? (int64_t)last + (strcmp(node->op, "SequenceInsert") == 0 ? 0 : 1) : 0;
    if (!import->status && (at < 0 || (size_t)at > last))
        ncl_import_wrong(import, "a position outside of the sequence");
    return import->status ? 0 : (size_t)at;
}

/* SequenceEmpty, SequenceConstruct */
void ncl_onnx_sequence_new(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_import_list *list = list_new(import, node->input_count);
    for (size_t i = 0; list && i < list->count && !import->status; i++)
        list->item[i] = item_of(import, ncl_import_value(import, node, i));
    if (list && !import->status)
        ncl_import_give_list(import, node, 0, list);
}

void ncl_onnx_sequence_insert(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_import_list *from = list_operand(import, node, 0);
    struct ncl_import_list *list = from ? list_new(import, from->count + 1) : NULL;
    if (!list)
        return;
    const size_t at = position_of(import, node, 2, from->count, from->count);
    for (size_t i = 0; i < list->count && !import->status; i++)
        list->item[i] = i == at ? item_of(import, ncl_import_value(import, node, 1)) : from->item[i - (i > at)];
    if (!import->status)
        ncl_import_give_list(import, node, 0, list);
}

void ncl_onnx_sequence_erase(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_import_list *from = list_operand(import, node, 0);
    if (from && from->count == 0)
        ncl_import_wrong(import, "the sequence is empty");
    struct ncl_import_list *list = from && from->count ? list_new(import, from->count - 1) : NULL;
    if (!list)
        return;
    const size_t at = position_of(import, node, 1, from->count - 1, from->count - 1);
    for (size_t i = 0; i < list->count; i++)
        list->item[i] = from->item[i + (i >= at)];
    if (!import->status)
        ncl_import_give_list(import, node, 0, list);
}

void ncl_onnx_sequence_at(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_import_list *list = list_operand(import, node, 0);
    if (list && list->count == 0)
        ncl_import_wrong(import, "the sequence is empty");
    const size_t at = list && list->count ? position_of(import, node, 1, list->count - 1, 0) : 0;
    if (!import->status)
        ncl_import_pass(import, node, 0, list->item[at]);
}

void ncl_onnx_sequence_length(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_import_list *list = list_operand(import, node, 0);
    const struct ncl_known *count =
        list ? ncl_known_scalar(&import->scratch, NCL_STORED_INT64, (double)list->count) : NULL;
    if (count)
        ncl_import_give_known(import, node, 0, count);
}

/* Extents of the parts: as given, of one size and what is left, or 1 each. Returns how many; 0: an error. */
static size_t parts_of(struct ncl_import *import, const struct ncl_import_node *node, int64_t extent, int64_t **part)
{
    const struct ncl_known *split =
        ncl_import_has(import, node, 1) ? ncl_import_need(import, node, 1, "the extents of the parts") : NULL;
    const bool listed = split && split->shape.rank == 1;
    const int64_t size = listed ? 1 : split && split->count == 1 ? ncl_known_int64(split, 0) : 1;
    const size_t count = listed ? split->count : size > 0 ? (size_t)((extent - 1) / size + 1) : 0;
    int64_t rest = extent;
    *part = NCL_NEW_ARRAY(&import->scratch, int64_t, count);
    for (size_t i = 0; *part && i < count && !import->status; i++) {
        (*part)[i] = listed ? ncl_known_int64(split, i) : size < rest ? size : rest;
        if ((*part)[i] < 1 || (*part)[i] > rest)
            ncl_import_refuse(import, "a part of %lld elements of %lld", (long long)(*part)[i], (long long)rest);
        else
            rest -= (*part)[i];
    }
    if (!*part)
        ncl_import_nomem(import);
    else if (!import->status && (count == 0 || rest != 0))
        ncl_import_wrong(import, "the parts do not fit %lld elements", (long long)extent);
    return import->status ? 0 : count;
}

void ncl_onnx_split_to_sequence(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const int axis = ncl_import_axis(import, ncl_import_integer(import, node, "axis", 0), x->shape.rank);
    const bool squeezed = !ncl_import_has(import, node, 1) && ncl_import_integer(import, node, "keepdims", 1) == 0;
    int64_t *part;
    const size_t count = import->status ? 0 : parts_of(import, node, x->shape.extent[axis], &part);
    struct ncl_import_list *list = count ? list_new(import, count) : NULL;
    struct ncl_tensor **item = list ? NCL_NEW_ARRAY(&import->scratch, struct ncl_tensor *, count) : NULL;
    if (!item)
        return;
    ncl_compose_split(import, x, axis, part, count, item);
    for (size_t i = 0; i < count && !import->status; i++) {
        struct ncl_tensor *row = squeezed ? ncl_compose_squeeze(import, item[i], axis) : item[i];
        list->item[i] = item_of(
            import,
            &(const struct ncl_import_value){
                .name = "", .element = ncl_import_value(import, node, 0)->element, .shape = row->shape, .tensor = row});
    }
    if (!import->status)
        ncl_import_give_list(import, node, 0, list);
}

void ncl_onnx_concat_from_sequence(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_import_list *list = list_operand(import, node, 0);
    const bool new_axis = ncl_import_integer(import, node, "new_axis", 0) != 0;
    struct ncl_tensor **item = list ? NCL_NEW_ARRAY(&import->scratch, struct ncl_tensor *, list->count) : NULL;
    if (!item)
        return;
    if (list->count == 0) {
        ncl_import_refuse(import, "a tensor without elements would result");
        return;
    }
    const int axis =
        ncl_import_axis(import, ncl_import_integer(import, node, "axis", 0), list->item[0]->shape.rank + new_axis);
    for (size_t i = 0; i < list->count && !import->status; i++) {
        item[i] = ncl_import_as_tensor(import, list->item[i]);
        if (new_axis)
            item[i] = ncl_compose_unsqueeze(import, item[i], axis);
    }
    if (!import->status)
        ncl_import_give_element(import, node, 0, ncl_compose_concat(import, item, list->count, axis),
                                list->item[0]->element);
}
