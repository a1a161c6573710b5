/* SPDX-License-Identifier: Apache-2.0 */
/* Operators that give the same elements in another shape, order or type. */
#include <string.h>

#include "base/checked.h"
#include "import/bits.h"
#include "import/onnx/onnx_operators.h"

void ncl_onnx_identity(struct ncl_import *import, const struct ncl_import_node *node)
{
    ncl_import_pass(import, node, 0, ncl_import_value(import, node, 0));
}

/* Nothing is dropped outside of training; the mask says so. */
void ncl_onnx_dropout(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_import_value *value = ncl_import_value(import, node, 0);
    const struct ncl_known *training =
        ncl_import_has(import, node, 2) ? ncl_import_need(import, node, 2, "training") : NULL;
    if (training && training->count == 1 && ncl_known_double(training, 0) != 0)
        ncl_import_refuse(import, "training is not supported");
    ncl_import_pass(import, node, 0, value);
    if (ncl_import_wants(import, node, 1))
        ncl_import_give_known(
            import, node, 1,
            ncl_fold_fill(import, ncl_known_scalar(&import->scratch, NCL_STORED_BOOL, 1), &value->shape));
}

/* ---- types ---- */

/* Before operator set 6: names of types. */
static int64_t cast_named(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const struct {
        const char *name;
        int64_t type;
    } types[] = {{"FLOAT", 1}, {"UINT8", 2}, {"INT8", 3},     {"UINT16", 4},  {"INT16", 5},   {"INT32", 6},
                 {"INT64", 7}, {"BOOL", 9},  {"FLOAT16", 10}, {"DOUBLE", 11}, {"UINT32", 12}, {"UINT64", 13}};
    const char *name = ncl_import_string(import, node, "to", "");
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].name, name) == 0)
            return types[i].type;
    return 0;
}

static enum ncl_stored_type cast_target(struct ncl_import *import, const struct ncl_import_node *node)
{
    enum ncl_stored_type element = NCL_STORED_FLOAT32;
    const int64_t to = node->version < 6 ? cast_named(import, node) : ncl_import_integer(import, node, "to", 0);
    if (ncl_onnx_element(to, &element))
        return element;
    ncl_import_refuse(import, "elements cannot be cast to type %lld", (long long)to);
    return NCL_STORED_FLOAT32;
}

/* Floats of 8 bits are other numbers; those of 16 are kept with more digits. */
static bool is_float8(enum ncl_stored_type element)
{
    return element == NCL_STORED_FLOAT8E4M3FN || element == NCL_STORED_FLOAT8E5M2;
}

/* Of one kind here, it is the same tensor: floats are kept as float32. */
static void cast_to(struct ncl_import *import, const struct ncl_import_node *node, enum ncl_stored_type element)
{
    const nnefcl_dtype dtype = ncl_stored_dtype(element);
    if (is_float8(element) && ncl_import_value(import, node, 0)->element != element) {
        ncl_import_refuse(import, "elements cannot be cast to type %s", ncl_stored_name(element));
        return;
    }
    if (ncl_import_narrow(import, node, element))
        return;
    if (ncl_stored_dtype(ncl_import_value(import, node, 0)->element) == dtype) {
        struct ncl_import_value same = *ncl_import_value(import, node, 0);
        if (same.constant || same.known)
            same.tensor = ncl_import_tensor(import, node, 0);
        else
            same.element = element;
        ncl_import_pass(import, node, 0, &same);
        return;
    }
    ncl_import_give_element(import, node, 0, ncl_compose_cast(import, ncl_import_tensor(import, node, 0), dtype),
                            element);
}

void ncl_onnx_cast(struct ncl_import *import, const struct ncl_import_node *node)
{
    cast_to(import, node, cast_target(import, node));
}

static bool cast_fold(struct ncl_import *import, const struct ncl_import_node *node, enum ncl_stored_type element)
{
    return !is_float8(element) &&
           ncl_onnx_folded(import, node, ncl_fold_cast(import, ncl_import_known(import, node, 0), element));
}

bool ncl_onnx_cast_fold(struct ncl_import *import, const struct ncl_import_node *node)
{
    return cast_fold(import, node, cast_target(import, node));
}

void ncl_onnx_cast_like(struct ncl_import *import, const struct ncl_import_node *node)
{
    cast_to(import, node, ncl_import_value(import, node, 1)->element);
}

bool ncl_onnx_cast_like_fold(struct ncl_import *import, const struct ncl_import_node *node)
{
    return cast_fold(import, node, ncl_import_value(import, node, 1)->element);
}

/* ---- shapes: of known tensors and of others alike ---- */

/* The result is operand 0 in this shape. */
static void give_shape(struct ncl_import *import, const struct ncl_import_node *node, const nnefcl_shape *shape)
{
    ncl_import_give_element(import, node, 0, ncl_compose_reshape(import, ncl_import_tensor(import, node, 0), shape),
                            ncl_import_value(import, node, 0)->element);
}

static bool fold_shape(struct ncl_import *import, const struct ncl_import_node *node, const nnefcl_shape *shape)
{
    const struct ncl_known *known = import->status ? NULL : ncl_import_known(import, node, 0);
    return ncl_onnx_folded(import, node, known ? ncl_known_reshape(&import->scratch, known, shape) : NULL);
}

static int64_t volume(const nnefcl_shape *shape)
{
    int64_t product = 1;
    for (int i = 0; i < shape->rank; i++)
        if (!ncl_mul_i64(product, shape->extent[i], &product))
            return -1;
    return product;
}

/* 0 copies an extent, -1 is what is left. */
static void reshape_resolve(struct ncl_import *import, const nnefcl_shape *from, const int64_t *list, size_t count,
                            bool zero_is_zero, nnefcl_shape *to)
{
    int open = -1;
    *to = (nnefcl_shape){.rank = (int)count};
    for (int i = 0; i < to->rank; i++) {
        to->extent[i] = list[i] == 0 && !zero_is_zero && i < from->rank ? from->extent[i] : list[i];
        if (list[i] == -1) {
            open = i;
            to->extent[i] = 1;
        }
    }
    const int64_t have = volume(from), want = volume(to);
    if (open >= 0 && want > 0 && have % want == 0)
        to->extent[open] = have / want;
    char a[NCL_SHAPE_TEXT], b[NCL_SHAPE_TEXT];
    if (volume(to) != have)
        ncl_import_wrong(import, "the shape %s has another number of elements than %s", ncl_shape_text(to, b),
                         ncl_shape_text(from, a));
}

/* With another batch than the file was written for, a constant extent in front means that one. */
static void batch_replace(const struct ncl_import *import, const nnefcl_shape *from, int64_t *list, size_t count)
{
    int64_t rest = 1;
    for (size_t i = 1; i < count; i++)
        rest = list[i] > 0 && rest > 0 ? rest * list[i] : -1;
    if (import->infer.old_batch && import->infer.new_batch != import->infer.old_batch && count > 0 && list[0] > 0 &&
        from->rank > 0 && from->extent[0] == import->infer.new_batch && rest > 0 && volume(from) % rest == 0 &&
        volume(from) / rest * import->infer.old_batch == list[0] * import->infer.new_batch)
        list[0] = volume(from) / rest;
}

static bool reshape_shape(struct ncl_import *import, const struct ncl_import_node *node, nnefcl_shape *shape)
{
    int64_t list[NCL_ONNX_LIST];
    size_t count = 0;
    const nnefcl_shape *from = &ncl_import_value(import, node, 0)->shape;
    if (!ncl_onnx_list(import, node, "shape", 1, list, &count) || import->status)
        return false;
    if (count > NNEFCL_MAX_RANK)
        ncl_import_refuse(import, "the shape has more than %d axes", NNEFCL_MAX_RANK);
    batch_replace(import, from, list, count);
    if (!import->status)
        reshape_resolve(import, from, list, count, ncl_import_integer(import, node, "allowzero", 0) != 0, shape);
    return !import->status;
}

void ncl_onnx_reshape(struct ncl_import *import, const struct ncl_import_node *node)
{
    nnefcl_shape shape;
    if (reshape_shape(import, node, &shape))
        give_shape(import, node, &shape);
}

bool ncl_onnx_reshape_fold(struct ncl_import *import, const struct ncl_import_node *node)
{
    nnefcl_shape shape;
    return !reshape_shape(import, node, &shape) || fold_shape(import, node, &shape);
}

static nnefcl_shape flatten_shape(struct ncl_import *import, const struct ncl_import_node *node)
{
    const nnefcl_shape *from = &ncl_import_value(import, node, 0)->shape;
    const int64_t given = ncl_import_integer(import, node, "axis", 1);
    const int axis = given == from->rank ? from->rank : ncl_import_axis(import, given, from->rank);
    return (nnefcl_shape){.rank = 2, .extent = {ncl_shape_span(from, 0, axis), ncl_shape_span(from, axis, from->rank)}};
}

void ncl_onnx_flatten(struct ncl_import *import, const struct ncl_import_node *node)
{
    const nnefcl_shape shape = flatten_shape(import, node);
    give_shape(import, node, &shape);
}

bool ncl_onnx_flatten_fold(struct ncl_import *import, const struct ncl_import_node *node)
{
    const nnefcl_shape shape = flatten_shape(import, node);
    return fold_shape(import, node, &shape);
}

static nnefcl_shape squeeze_shape(struct ncl_import *import, const struct ncl_import_node *node)
{
    const nnefcl_shape *from = &ncl_import_value(import, node, 0)->shape;
    int64_t list[NCL_ONNX_LIST];
    size_t count = 0;
    bool gone[NNEFCL_MAX_RANK] = {false};
    nnefcl_shape shape = {0};
    if (!ncl_onnx_list(import, node, "axes", 1, list, &count))
        for (int i = 0; i < from->rank; i++)
            gone[i] = from->extent[i] == 1;
    for (size_t i = 0; i < count && !import->status; i++)
        gone[ncl_import_axis(import, list[i], from->rank)] = true;
    for (int i = 0; i < from->rank; i++) {
        if (gone[i] && from->extent[i] != 1)
            ncl_import_wrong(import, "axis %d has the extent %lld and cannot be taken away", i,
                             (long long)from->extent[i]);
        if (!gone[i])
            shape.extent[shape.rank++] = from->extent[i];
    }
    return shape;
}

void ncl_onnx_squeeze(struct ncl_import *import, const struct ncl_import_node *node)
{
    const nnefcl_shape shape = squeeze_shape(import, node);
    give_shape(import, node, &shape);
}

bool ncl_onnx_squeeze_fold(struct ncl_import *import, const struct ncl_import_node *node)
{
    const nnefcl_shape shape = squeeze_shape(import, node);
    return fold_shape(import, node, &shape);
}

static nnefcl_shape unsqueeze_shape(struct ncl_import *import, const struct ncl_import_node *node)
{
    const nnefcl_shape *from = &ncl_import_value(import, node, 0)->shape;
    int64_t list[NCL_ONNX_LIST];
    size_t count = 0;
    bool added[NNEFCL_MAX_RANK] = {false};
    nnefcl_shape shape = *from;
    ncl_onnx_list(import, node, "axes", 1, list, &count);
    if (from->rank + (int)count > NNEFCL_MAX_RANK)
        ncl_import_refuse(import, "the result has more than %d axes", NNEFCL_MAX_RANK);
    if (import->status)
        return shape;
    shape.rank += (int)count;
    for (size_t i = 0; i < count && !import->status; i++)
        added[ncl_import_axis(import, list[i], shape.rank)] = true;
    for (int i = 0, next = 0; i < shape.rank; i++)
        shape.extent[i] = added[i] || next >= from->rank ? 1 : from->extent[next++];
    return shape;
}

void ncl_onnx_unsqueeze(struct ncl_import *import, const struct ncl_import_node *node)
{
    const nnefcl_shape shape = unsqueeze_shape(import, node);
    give_shape(import, node, &shape);
}

bool ncl_onnx_unsqueeze_fold(struct ncl_import *import, const struct ncl_import_node *node)
{
    const nnefcl_shape shape = unsqueeze_shape(import, node);
    return fold_shape(import, node, &shape);
}

/* ---- order ---- */

static bool transpose_axes(struct ncl_import *import, const struct ncl_import_node *node, int axis[NNEFCL_MAX_RANK])
{
    const int rank = ncl_import_value(import, node, 0)->shape.rank;
    bool seen[NNEFCL_MAX_RANK] = {false};
    size_t count;
    const int64_t *perm = ncl_import_integers(import, node, "perm", &count);
    if (perm && count != (size_t)rank)
        ncl_import_wrong(import, "'perm' has %zu items, the input has rank %d", count, rank);
    for (int i = 0; i < rank && !import->status; i++) {
        axis[i] = perm ? ncl_import_axis(import, perm[i], rank) : rank - 1 - i;
        if (seen[axis[i]])
            ncl_import_wrong(import, "'perm' names an axis twice");
        seen[axis[i]] = true;
    }
    return !import->status;
}

void ncl_onnx_transpose(struct ncl_import *import, const struct ncl_import_node *node)
{
    int axis[NNEFCL_MAX_RANK];
    if (transpose_axes(import, node, axis))
        ncl_import_give_element(import, node, 0,
                                ncl_compose_transpose(import, ncl_import_tensor(import, node, 0), axis),
                                ncl_import_value(import, node, 0)->element);
}

bool ncl_onnx_transpose_fold(struct ncl_import *import, const struct ncl_import_node *node)
{
    int axis[NNEFCL_MAX_RANK];
    if (!transpose_axes(import, node, axis))
        return true;
    return ncl_onnx_folded(import, node, ncl_fold_transpose(import, ncl_import_known(import, node, 0), axis));
}

/* [N,C,H,W] as [N,C / b^2,H b,W b]: the block comes first in the channels (DCR), or the channel does (CRD). */
void ncl_onnx_depth_to_space(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const int deep[] = {0, 3, 4, 1, 5, 2}, wide[] = {0, 1, 4, 2, 5, 3};
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const int64_t b = ncl_import_integer(import, node, "blocksize", 0), *e = x->shape.extent;
    const bool channel = strcmp(ncl_import_string(import, node, "mode", "DCR"), "CRD") == 0;
    if (x->shape.rank != 4 || b < 1 || b > 1024 || e[1] % (b * b))
        ncl_import_wrong(import, "the channels do not divide into blocks");
    if (import->status)
        return;
    const nnefcl_shape split = channel ? (nnefcl_shape){6, {e[0], e[1] / (b * b), b, b, e[2], e[3]}}
                                       : (nnefcl_shape){6, {e[0], b, b, e[1] / (b * b), e[2], e[3]}},
                       whole = {4, {e[0], e[1] / (b * b), e[2] * b, e[3] * b}};
    x = ncl_compose_transpose(import, ncl_compose_reshape(import, x, &split), channel ? wide : deep);
    ncl_import_give(import, node, 0, ncl_compose_reshape(import, x, &whole));
}

void ncl_onnx_space_to_depth(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const int axes[] = {0, 3, 5, 1, 2, 4};
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const int64_t b = ncl_import_integer(import, node, "blocksize", 0), *e = x->shape.extent;
    if (x->shape.rank != 4 || b < 1 || b > 1024 || e[2] % b || e[3] % b)
        ncl_import_wrong(import, "the extents do not divide into blocks");
    if (import->status)
        return;
    const nnefcl_shape split = {6, {e[0], e[1], e[2] / b, b, e[3] / b, b}},
                       whole = {4, {e[0], e[1] * b * b, e[2] / b, e[3] / b}};
    x = ncl_compose_transpose(import, ncl_compose_reshape(import, x, &split), axes);
    ncl_import_give(import, node, 0, ncl_compose_reshape(import, x, &whole));
}

/* ---- parts ---- */

/* Tensors without elements add nothing. */
void ncl_onnx_concat(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor **item = ncl_arena_array(&import->scratch, node->input_count, sizeof *item);
    const int rank = ncl_import_value(import, node, 0)->shape.rank,
              axis = ncl_import_axis(import, ncl_import_integer(import, node, "axis", 1), rank);
    size_t count = 0;
    if (!item)
        ncl_import_nomem(import);
    for (size_t i = 0; i < node->input_count && !import->status; i++)
        if (ncl_import_value(import, node, i)->shape.extent[axis] != 0)
            item[count++] = ncl_import_tensor(import, node, i);
    if (count == 0)
        ncl_import_wrong(import, "there is nothing to join");
    for (size_t i = 1; i < count && !import->status; i++)
        if (item[i]->dtype != item[0]->dtype || item[i]->shape.rank != rank)
            ncl_import_wrong(import, "the tensors to join have different types or ranks");
    if (!import->status)
        ncl_import_give_element(import, node, 0, ncl_compose_concat(import, item, count, axis),
                                ncl_import_value(import, node, 0)->element);
}

bool ncl_onnx_concat_fold(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_known **item = ncl_arena_array(&import->scratch, node->input_count, sizeof *item);
    const int rank = ncl_import_value(import, node, 0)->shape.rank,
              axis = ncl_import_axis(import, ncl_import_integer(import, node, "axis", 1), rank);
    if (!item)
        ncl_import_nomem(import);
    for (size_t i = 0; i < node->input_count && !import->status; i++)
        item[i] = ncl_import_need(import, node, i, "an operand");
    return ncl_onnx_folded(import, node,
                           import->status ? NULL : ncl_fold_concat(import, item, node->input_count, axis));
}

/* The extents of the parts along the axis; false: an error was reported. */
static bool split_parts(struct ncl_import *import, const struct ncl_import_node *node, int *axis, int64_t *part)
{
    const struct ncl_import_value *value = ncl_import_value(import, node, 0);
    const struct ncl_known *list = ncl_import_has(import, node, 1) ? ncl_import_need(import, node, 1, "split") : NULL;
    size_t count;
    const int64_t *attribute = ncl_import_integers(import, node, "split", &count);
    const int64_t parts = (int64_t)node->output_count;
    *axis = ncl_import_axis(import, ncl_import_integer(import, node, "axis", 0), value->shape.rank);
    if ((attribute && count != node->output_count) ||
        (list && (list->count != node->output_count || ncl_known_is_real(list))))
        ncl_import_wrong(import, "'split' has another number of parts than there are results");
    if (import->status || !parts)
        return false;
    int64_t left = value->shape.extent[*axis], each = (left + parts - 1) / parts;
    for (int64_t i = 0; i < parts; i++) {
        part[i] = attribute ? attribute[i] : list ? list->integer[i] : each < left ? each : left;
        if (part[i] < 0 || part[i] > left)
            ncl_import_wrong(import, "the parts are longer than the axis");
        left -= part[i];
    }
    if (left)
        ncl_import_wrong(import, "the parts are shorter than the axis");
    return !import->status;
}

void ncl_onnx_split(struct ncl_import *import, const struct ncl_import_node *node)
{
    int64_t *part = NCL_NEW_ARRAY(&import->scratch, int64_t, node->output_count), begin = 0;
    struct ncl_tensor **item = ncl_arena_array(&import->scratch, node->output_count, sizeof *item),
                      *x = ncl_import_tensor(import, node, 0);
    int axis;
    if (!part || !item)
        ncl_import_nomem(import);
    if (!split_parts(import, node, &axis, part))
        return;
    bool all = true;
    for (size_t i = 0; i < node->output_count; i++)
        all &= part[i] > 0 && ncl_import_wants(import, node, i);
    if (all)
        ncl_compose_split(import, x, axis, part, node->output_count, item);
    for (size_t i = 0; i < node->output_count && !import->status; begin += part[i++])
        if (ncl_import_wants(import, node, i))
            ncl_import_give_element(import, node, i,
                                    all ? item[i] : ncl_compose_slice(import, x, axis, begin, begin + part[i], 1),
                                    ncl_import_value(import, node, 0)->element);
}

bool ncl_onnx_split_fold(struct ncl_import *import, const struct ncl_import_node *node)
{
    int64_t *part = NCL_NEW_ARRAY(&import->scratch, int64_t, node->output_count), begin = 0;
    const struct ncl_known *known = ncl_import_known(import, node, 0);
    int axis;
    if (!part)
        ncl_import_nomem(import);
    if (!known)
        return false;
    if (!split_parts(import, node, &axis, part))
        return true;
    for (size_t i = 0; i < node->output_count && !import->status; begin += part[i++])
        ncl_import_give_known(import, node, i, ncl_fold_slice(import, known, axis, begin, part[i], 1));
    return true;
}

/* ---- repetitions ---- */

static bool expand_shape(struct ncl_import *import, const struct ncl_import_node *node, nnefcl_shape *shape)
{
    int64_t list[NCL_ONNX_LIST];
    size_t count = 0;
    ncl_onnx_list(import, node, "shape", 1, list, &count);
    if (count > NNEFCL_MAX_RANK)
        ncl_import_refuse(import, "the shape has more than %d axes", NNEFCL_MAX_RANK);
    *shape = (nnefcl_shape){.rank = (int)count};
    for (size_t i = 0; i < count && !import->status; i++)
        shape->extent[i] = list[i];
    return !import->status;
}

void ncl_onnx_expand(struct ncl_import *import, const struct ncl_import_node *node)
{
    nnefcl_shape shape;
    if (expand_shape(import, node, &shape))
        ncl_import_give_element(import, node, 0, ncl_compose_expand(import, ncl_import_tensor(import, node, 0), &shape),
                                ncl_import_value(import, node, 0)->element);
}

bool ncl_onnx_expand_fold(struct ncl_import *import, const struct ncl_import_node *node)
{
    nnefcl_shape shape;
    return !expand_shape(import, node, &shape) ||
           ncl_onnx_folded(import, node, ncl_fold_expand(import, ncl_import_known(import, node, 0), &shape));
}

static bool tile_repeats(struct ncl_import *import, const struct ncl_import_node *node, int64_t *list)
{
    size_t count = 0;
    const int rank = ncl_import_value(import, node, 0)->shape.rank;
    if (node->version < 6)
        ncl_import_refuse(import, "its form before operator set 6 is not supported");
    ncl_onnx_list(import, node, "repeats", 1, list, &count);
    if (!import->status && count != (size_t)rank)
        ncl_import_wrong(import, "'repeats' has %zu items, the input has rank %d", count, rank);
    for (size_t i = 0; i < count && !import->status; i++)
        if (list[i] < 1)
            ncl_import_refuse(import, "a tensor without elements would result");
    return !import->status;
}

void ncl_onnx_tile(struct ncl_import *import, const struct ncl_import_node *node)
{
    int64_t list[NCL_ONNX_LIST];
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    if (tile_repeats(import, node, list))
        ncl_import_give(import, node, 0,
                        NCL_COMPOSE(import, "tile", {"input", ncl_value_tensor(x)},
                                    {"repeats", ncl_compose_integers(import, list, (size_t)x->shape.rank)}));
}

/* Copies side by side, axis by axis. */
bool ncl_onnx_tile_fold(struct ncl_import *import, const struct ncl_import_node *node)
{
    int64_t list[NCL_ONNX_LIST];
    const struct ncl_known *known = ncl_import_known(import, node, 0);
    if (!tile_repeats(import, node, list))
        return true;
    for (int i = 0; known && i < known->shape.rank; i++) {
        const size_t copies = (size_t)list[i];
        const struct ncl_known **item =
            copies <= NCL_KNOWN_MAX ? ncl_arena_array(&import->scratch, copies, sizeof *item) : NULL;
        for (size_t j = 0; item && j < copies; j++)
            item[j] = known;
        known = item ? ncl_fold_concat(import, item, copies, i) : NULL;
    }
    return ncl_onnx_folded(import, node, known);
}
