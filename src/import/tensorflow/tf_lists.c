/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of tensors, which loops read and fill, exist while the file is read: an operator that changes one gives a new
 * one. Those of TensorFlow 2 (TensorList...) are operand 0, those of TensorFlow 1 (TensorArray...) go along in the last
 * operand, the flow. Indices have to be known. */
#include <string.h>

#include "import/tensorflow/tf.h"

#define MAX_ITEMS 65536

struct ncl_import_list {
    size_t count;
    struct ncl_import_value **item; /* NULL: not set, which reads as zeros */
    bool grows;                     /* takes items behind its last one */
    bool shaped;                    /* items have this shape: */
    nnefcl_shape shape;
    enum ncl_stored_type element;
};

static struct ncl_import_list *list_new(struct ncl_import *import, size_t count)
{
    struct ncl_import_list *list = NCL_NEW(&import->scratch, struct ncl_import_list);
    if (count > MAX_ITEMS)
        ncl_import_refuse(import, "a list of more than %d tensors", MAX_ITEMS);
    else if (!list || !(list->item = NCL_NEW_ARRAY(&import->scratch, struct ncl_import_value *, count)))
        ncl_import_nomem(import);
    if (import->status)
        return NULL;
    list->count = count;
    list->element = NCL_STORED_FLOAT32;
    return list;
}

/* The same items, as many as there is room for. */
static struct ncl_import_list *list_copy(struct ncl_import *import, const struct ncl_import_list *from, size_t count)
{
    struct ncl_import_list *list = from ? list_new(import, count) : NULL;
    for (size_t i = 0; list && i < count && i < from->count; i++)
        list->item[i] = from->item[i];
    if (list) {
        list->grows = from->grows;
        list->shaped = from->shaped;
        list->shape = from->shape;
        list->element = from->element;
    }
    return list;
}

/* ---- operands ---- */

static const struct ncl_import_list *list_operand(struct ncl_import *import, const struct ncl_import_node *node)
{
    const bool flow = strcmp(import->op->as, "flow") == 0;
    const struct ncl_import_value *value =
        ncl_import_value(import, node, flow && node->input_count ? node->input_count - 1 : 0);
    if (!value->list)
        ncl_import_wrong(import, "its operand is no list of tensors");
    return import->status ? NULL : value->list;
}

static size_t count_operand(struct ncl_import *import, const struct ncl_import_node *node, size_t index)
{
    const struct ncl_known *known = ncl_import_need(import, node, index, "the length of the list");
    const int64_t count = known && known->count == 1 ? ncl_known_int64(known, 0) : -1;
    if (count < 0)
        ncl_import_wrong(import, "a list of %lld tensors", (long long)count);
    return import->status ? 0 : (size_t)count;
}

/* The shape of an item, which may be told by a list of extents; one that it does not tell is -1. */
static void shape_operand(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                          struct ncl_import_list *list)
{
    const struct ncl_known *known = ncl_import_has(import, node, index) ? ncl_import_known(import, node, index) : NULL;
    if (!list || !known || known->shape.rank != 1 || known->count > NNEFCL_MAX_RANK)
        return;
    list->shaped = true;
    list->shape.rank = (int)known->count;
    for (size_t i = 0; i < known->count; i++) {
        list->shape.extent[i] = ncl_known_int64(known, i);
        list->shaped &= list->shape.extent[i] > 0;
    }
}

static enum ncl_stored_type element_attribute(struct ncl_import *import, const struct ncl_import_node *node)
{
    const char *name = strcmp(import->op->as, "flow") == 0 ? "dtype" : "element_dtype";
    const int64_t element = ncl_import_integer(import, node, name, NCL_STORED_FLOAT32);
    if (element < 0 || element >= NCL_STORED_COUNT)
        ncl_import_refuse(import, "a list of lists, strings or complex numbers");
    return import->status ? NCL_STORED_FLOAT32 : (enum ncl_stored_type)element;
}

/* ---- items ---- */

static struct ncl_import_value *item_new(struct ncl_import *import, const struct ncl_import_value *from)
{
    struct ncl_import_value *item = ncl_import_values_new(import, 1);
    if (item)
        *item = *from;
    return item;
}

/* Row `index` of x. */
static struct ncl_import_value *item_of_row(struct ncl_import *import, struct ncl_tensor *x,
                                            enum ncl_stored_type element, int64_t index)
{
    struct ncl_tensor *row = ncl_compose_squeeze(import, ncl_compose_slice(import, x, 0, index, index + 1, 1), 0);
    const struct ncl_import_value value = {.name = "", .element = element, .shape = row->shape, .tensor = row};
    return import->status ? NULL : item_new(import, &value);
}

static struct ncl_import_value *item_of_zeros(struct ncl_import *import, const struct ncl_import_list *list)
{
    if (!list->shaped)
        ncl_import_refuse(import, "an item that was not set is read, whose shape is not known");
    const struct ncl_known *zeros =
        import->status ? NULL : ncl_known_new(&import->scratch, list->element, &list->shape);
    if (!zeros)
        ncl_import_nomem(import);
    const struct ncl_import_value value = {.name = "", .element = list->element, .shape = list->shape, .known = zeros};
    return import->status ? NULL : item_new(import, &value);
}

static struct ncl_import_value *list_item(struct ncl_import *import, const struct ncl_import_list *list, int64_t index)
{
    if (index < 0 || (size_t)index >= list->count) {
        ncl_import_wrong(import, "item %lld of a list of %zu tensors", (long long)index, list->count);
        return NULL;
    }
    return list->item[index] ? list->item[index] : item_of_zeros(import, list);
}

/* Items by their numbers (all of them: NULL) as rows of one tensor. */
static void items_stack(struct ncl_import *import, const struct ncl_import_node *node,
                        const struct ncl_import_list *list, const struct ncl_known *index)
{
    const size_t count = index ? index->count : list->count;
    struct ncl_tensor **row = NCL_NEW_ARRAY(&import->scratch, struct ncl_tensor *, count);
    if (!row)
        ncl_import_nomem(import);
    if (count == 0)
        ncl_import_refuse(import, "a tensor without elements would result");
    for (size_t i = 0; i < count && !import->status; i++) {
        struct ncl_import_value *item = list_item(import, list, index ? ncl_known_int64(index, i) : (int64_t)i);
        row[i] = item ? ncl_compose_unsqueeze(import, ncl_import_as_tensor(import, item), 0) : NULL;
    }
    if (!import->status)
        ncl_import_give_element(import, node, 0, ncl_compose_concat(import, row, count, 0), list->element);
}

/* ---- operators ---- */

/* TensorListReserve, EmptyTensorList (`count` is a room then): an item's shape, the count. */
void ncl_tf_build_list_new(struct ncl_import *import, const struct ncl_import_node *node)
{
    const bool empty = strcmp(node->op, "EmptyTensorList") == 0;
    struct ncl_import_list *list = list_new(import, empty ? 0 : count_operand(import, node, 1));
    shape_operand(import, node, 0, list);
    if (list)
        list->element = element_attribute(import, node);
    ncl_import_give_list(import, node, 0, list);
}

/* TensorArray: the count; the handle, and the flow that it begins. */
void ncl_tf_build_array_new(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_import_list *list = list_new(import, count_operand(import, node, 0));
    if (list) {
        list->element = element_attribute(import, node);
        list->grows = ncl_import_integer(import, node, "dynamic_size", 0) != 0;
    }
    ncl_import_give_list(import, node, 0, list);
    ncl_import_give_list(import, node, 1, list);
}

/* TensorListFromTensor: its rows. */
void ncl_tf_build_list_rows(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0);
    if (x->shape.rank == 0)
        ncl_import_wrong(import, "its operand has no rows");
    struct ncl_import_list *list = import->status ? NULL : list_new(import, (size_t)x->shape.extent[0]);
    if (list)
        list->element = ncl_import_value(import, node, 0)->element;
    for (size_t i = 0; list && i < list->count && !import->status; i++)
        list->item[i] = item_of_row(import, x, list->element, (int64_t)i);
    ncl_import_give_list(import, node, 0, list);
}

static const struct ncl_known *index_operand(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_known *index = ncl_import_need(import, node, 1, "the number of an item");
    if (index && index->count != 1)
        ncl_import_wrong(import, "%zu numbers for one item", index->count);
    return import->status ? NULL : index;
}

void ncl_tf_build_list_get(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_import_list *list = list_operand(import, node);
    const struct ncl_known *index = index_operand(import, node);
    const struct ncl_import_value *item = list && index ? list_item(import, list, ncl_known_int64(index, 0)) : NULL;
    if (item)
        ncl_import_pass(import, node, 0, item);
}

void ncl_tf_build_list_set(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_import_list *from = list_operand(import, node);
    const struct ncl_known *index = index_operand(import, node);
    const int64_t at = index ? ncl_known_int64(index, 0) : 0;
    const bool grows =
        from && (from->grows || ncl_import_integer(import, node, "resize_if_index_out_of_bounds", 0) != 0);
    const size_t count = grows && at >= 0 && (size_t)at >= from->count ? (size_t)at + 1 : from ? from->count : 0;
    struct ncl_import_list *list = index ? list_copy(import, from, count) : NULL;
    if (list && (at < 0 || (size_t)at >= list->count))
        ncl_import_wrong(import, "item %lld of a list of %zu tensors", (long long)at, list->count);
    else if (list)
        list->item[at] = item_new(import, ncl_import_value(import, node, 2));
    ncl_import_give_list(import, node, 0, list);
}

/* TensorListPushBack: the item; TensorListPopBack: the list without the last, the last. */
void ncl_tf_build_list_push(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_import_list *from = list_operand(import, node);
    struct ncl_import_list *list = from ? list_copy(import, from, from->count + 1) : NULL;
    if (list)
        list->item[from->count] = item_new(import, ncl_import_value(import, node, 1));
    ncl_import_give_list(import, node, 0, list);
}

void ncl_tf_build_list_pop(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_import_list *from = list_operand(import, node);
    const struct ncl_import_value *item = from ? list_item(import, from, (int64_t)from->count - 1) : NULL;
    if (!item)
        return;
    ncl_import_give_list(import, node, 0, list_copy(import, from, from->count - 1));
    ncl_import_pass(import, node, 1, item);
}

void ncl_tf_build_list_count(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_import_list *list = list_operand(import, node);
    if (list)
        ncl_import_give_known(import, node, 0,
                              ncl_known_scalar(&import->scratch, NCL_STORED_INT32, (double)list->count));
}

void ncl_tf_build_list_stack(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_import_list *list = list_operand(import, node);
    if (list)
        items_stack(import, node, list, NULL);
}

void ncl_tf_build_list_gather(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_import_list *list = list_operand(import, node);
    const struct ncl_known *index = list ? ncl_import_need(import, node, 1, "the numbers of items") : NULL;
    if (index)
        items_stack(import, node, list, index);
}

/* TensorArrayScatter: items by their numbers become rows of a tensor. */
void ncl_tf_build_list_scatter(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_import_list *from = list_operand(import, node);
    const struct ncl_known *index = from ? ncl_import_need(import, node, 1, "the numbers of items") : NULL;
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 2);
    struct ncl_import_list *list = index ? list_copy(import, from, from->count) : NULL;
    if (list && (x->shape.rank == 0 || (size_t)x->shape.extent[0] != index->count))
        ncl_import_wrong(import, "%zu numbers for the rows of its operand", index->count);
    for (size_t i = 0; list && i < index->count && !import->status; i++) {
        const int64_t at = ncl_known_int64(index, i);
        if (at < 0 || (size_t)at >= list->count)
            ncl_import_wrong(import, "item %lld of a list of %zu tensors", (long long)at, list->count);
        else
            list->item[at] = item_of_row(import, x, list->element, (int64_t)i);
    }
    ncl_import_give_list(import, node, 0, list);
}
