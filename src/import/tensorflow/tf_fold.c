/* SPDX-License-Identifier: Apache-2.0 */
/* Operators on what is known while the file is read: shapes and indices that are computed from shapes, counters of
 * loops. False: it is left to the device. */
#include <stdio.h>
#include <string.h>

#include "base/checked.h"
#include "import/fold.h"
#include "import/tensorflow/tf.h"

static bool give_known(struct ncl_import *import, const struct ncl_import_node *node, const struct ncl_known *known)
{
    if (known)
        ncl_import_give_known(import, node, 0, known);
    return known != NULL;
}

/* Integers that stand for other numbers. */
static bool has_quant(const struct ncl_import_node *node)
{
    const struct ncl_tf_detail *detail = node->detail;
    bool found = false;
    for (size_t i = 0; detail && i < node->input_count + node->output_count; i++)
        found |= detail->quant[i].count > 0;
    return found;
}

/* Quotients of integers: cut towards zero, or towards minus infinity. */
static bool divides(const char *op)
{
    return strcmp(op, "div") == 0 || strcmp(op, "floor_div") == 0 || strcmp(op, "mod") == 0;
}

static bool has_zero(const struct ncl_known *x)
{
    for (size_t i = 0; i < x->count; i++)
        if (ncl_known_double(x, i) == 0)
            return true;
    return false;
}

/* floor(x / y) = (x - mod(x, y)) / y */
static const struct ncl_known *floor_quotient(struct ncl_import *import, const struct ncl_known *x,
                                              const struct ncl_known *y)
{
    const struct ncl_known *rest = ncl_fold_binary(import, "mod", x, y),
                           *whole = rest ? ncl_fold_binary(import, "sub", x, rest) : NULL;
    return whole ? ncl_fold_binary(import, "div", whole, y) : NULL;
}

/* Few floats: sizes that are scaled on their way. What is computed in double and then rounded is what a float operation
 * gives; more of them, and other functions, are left to the device, which rounds as all the rest does. */
bool ncl_tf_few_floats(const struct ncl_known *x)
{
    return x->element == NCL_STORED_FLOAT32 && x->count <= 16;
}

static bool folds(const char *op, const struct ncl_known *x, const struct ncl_known *y)
{
    static const char *const exact[] = {"add", "sub", "mul", "div", "min", "max", "lt", "gt", "le", "ge", "eq", "ne"};
    if (!ncl_known_is_real(x) && !ncl_known_is_real(y))
        return true;
    if (!ncl_tf_few_floats(x) || !ncl_tf_few_floats(y))
        return false;
    for (size_t i = 0; i < sizeof exact / sizeof *exact; i++)
        if (strcmp(exact[i], op) == 0)
            return true;
    return false;
}

bool ncl_tf_fold_binary(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_known *x = ncl_import_known(import, node, 0), *y = ncl_import_known(import, node, 1);
    const char *op = import->op->as;
    if (!x || !y || has_quant(node) || !folds(op, x, y) || ncl_import_integer(import, node, "activation", 0) ||
        (divides(op) && has_zero(y)))
        return false;
    return give_known(import, node,
                      strcmp(op, "floor_div") == 0 ? floor_quotient(import, x, y) : ncl_fold_binary(import, op, x, y));
}

bool ncl_tf_fold_cast(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_known *x = ncl_import_known(import, node, 0);
    const struct ncl_tf_detail *detail = node->detail;
    const int64_t to = detail ? (int64_t)detail->element[node->input_count]
                              : ncl_import_integer(import, node, "DstT", NCL_STORED_COUNT);
    return x && to >= 0 && to < NCL_STORED_COUNT && !has_quant(node) &&
           give_known(import, node, ncl_fold_cast(import, x, (enum ncl_stored_type)to));
}

/* ---- the same elements in another shape ---- */

static bool fold_shape(struct ncl_import *import, const struct ncl_import_node *node, const struct ncl_known *x,
                       const nnefcl_shape *shape)
{
    size_t count;
    return ncl_known_count(shape, &count) && count == x->count &&
           give_known(import, node, ncl_known_reshape(&import->scratch, x, shape));
}

bool ncl_tf_fold_reshape(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_known *x = ncl_import_known(import, node, 0), *to = ncl_import_known(import, node, 1);
    nnefcl_shape shape = {0};
    int64_t given = 1;
    if (!x || !to || to->count > NNEFCL_MAX_RANK)
        return false;
    shape.rank = (int)to->count;
    for (int i = 0; i < shape.rank; i++) {
        shape.extent[i] = ncl_known_int64(to, (size_t)i);
        if (shape.extent[i] < -1 || (shape.extent[i] >= 0 && !ncl_mul_i64(given, shape.extent[i], &given)))
            return false;
    }
    for (int i = 0; i < shape.rank; i++)
        if (shape.extent[i] == -1)
            shape.extent[i] = given ? (int64_t)x->count / given : 0;
    return fold_shape(import, node, x, &shape);
}

bool ncl_tf_fold_squeeze(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_known *x = ncl_import_known(import, node, 0);
    size_t count;
    const int64_t *axis = ncl_import_integers(import, node, "squeeze_dims", &count);
    nnefcl_shape shape = {0};
    bool gone[NNEFCL_MAX_RANK] = {false};
    if (!x || (ncl_known_is_real(x) && x->count > 1) || has_quant(node))
        return false;
    for (size_t i = 0; i < count; i++) {
        const int64_t at = axis[i] < 0 ? axis[i] + x->shape.rank : axis[i];
        if (at < 0 || at >= x->shape.rank)
            return false;
        gone[at] = true;
    }
    for (int i = 0; i < x->shape.rank; i++)
        if (!(count ? gone[i] : x->shape.extent[i] == 1))
            shape.extent[shape.rank++] = x->shape.extent[i];
    return fold_shape(import, node, x, &shape);
}

/* With one more axis of extent 1. */
static const struct ncl_known *lifted(struct ncl_import *import, const struct ncl_known *x, int64_t axis)
{
    nnefcl_shape shape = {.rank = x->shape.rank + 1};
    for (int i = 0; i < shape.rank; i++)
        shape.extent[i] = i == (int)axis ? 1 : x->shape.extent[i - (i > (int)axis)];
    return ncl_known_reshape(&import->scratch, x, &shape);
}

bool ncl_tf_fold_expand_dims(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_known *x = ncl_import_known(import, node, 0), *axis = ncl_import_known(import, node, 1);
    if (!x || !axis || axis->count != 1 || x->shape.rank == NNEFCL_MAX_RANK ||
        (ncl_known_is_real(x) && x->shape.rank > 0) || has_quant(node))
        return false;
    const int64_t given = ncl_known_int64(axis, 0), at = given < 0 ? given + x->shape.rank + 1 : given;
    return at >= 0 && at <= x->shape.rank && give_known(import, node, lifted(import, x, at));
}

/* ---- lists of numbers ---- */

/* Operands first, first + 1, ... joined along an axis, which is a new one where `packs`. Of real numbers only lists,
 * and lists of single ones. */
static bool join_known(struct ncl_import *import, const struct ncl_import_node *node, size_t first, size_t count,
                       int64_t given, bool packs)
{
    const struct ncl_known **item = NCL_NEW_ARRAY(&import->scratch, const struct ncl_known *, count);
    int64_t axis = given;
    for (size_t i = 0; i < count; i++) {
        const struct ncl_known *part = item ? ncl_import_known(import, node, first + i) : NULL;
        if (!part || part->shape.rank + packs > (ncl_known_is_real(part) ? 1 : NNEFCL_MAX_RANK) ||
            (i && part->element != item[0]->element))
            return false;
        const int rank = part->shape.rank + packs;
        axis = given < 0 ? given + rank : given;
        item[i] = axis < 0 || axis >= rank ? NULL : packs ? lifted(import, part, axis) : part;
        if (!item[i])
            return false;
    }
    return count > 0 && give_known(import, node, ncl_fold_concat(import, item, count, (int)axis));
}

bool ncl_tf_fold_concat(struct ncl_import *import, const struct ncl_import_node *node)
{
    const bool lite = node->detail != NULL, old = strcmp(node->op, "Concat") == 0;
    if (node->input_count == 0 || has_quant(node))
        return false;
    if (lite)
        return join_known(import, node, 0, node->input_count, ncl_import_integer(import, node, "axis", 0), false);
    const struct ncl_known *axis = ncl_import_known(import, node, old ? 0 : node->input_count - 1);
    return axis && axis->count == 1 && !ncl_known_is_real(axis) &&
           join_known(import, node, old, node->input_count - 1, ncl_known_int64(axis, 0), false);
}

bool ncl_tf_fold_pack(struct ncl_import *import, const struct ncl_import_node *node)
{
    return join_known(import, node, 0, node->input_count, ncl_import_integer(import, node, "axis", 0), true);
}

bool ncl_tf_fold_gather(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_known *x = ncl_import_known(import, node, 0), *index = ncl_import_known(import, node, 1);
    if (!x || !index || x->shape.rank != 1 || ncl_known_is_real(x) || has_quant(node))
        return false;
    for (size_t i = 0; i < index->count; i++)
        if (ncl_known_int64(index, i) < 0 || ncl_known_int64(index, i) >= (int64_t)x->count)
            return false;
    return give_known(import, node, ncl_fold_gather(import, x, index, 0));
}

/* Of a list: one number, or those from one on to another, perhaps none; of other integers anything. */
bool ncl_tf_fold_strided_slice(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_known *x = ncl_import_known(import, node, 0), *begin = ncl_import_known(import, node, 1),
                           *end = ncl_import_known(import, node, 2), *step = ncl_import_known(import, node, 3);
    if (!x || !begin || !end || !step || has_quant(node))
        return false;
    if (x->shape.rank != 1 || begin->count != 1 || end->count != 1 || step->count != 1 ||
        ncl_known_int64(step, 0) != 1 || ncl_import_integer(import, node, "ellipsis_mask", 0) ||
        ncl_import_integer(import, node, "new_axis_mask", 0))
        return !ncl_known_is_real(x) && give_known(import, node, ncl_tf_known_spans(import, node, x));
    const int64_t count = (int64_t)x->count;
    const bool one = ncl_import_integer(import, node, "shrink_axis_mask", 0) != 0;
    int64_t from = ncl_known_int64(begin, 0), to = ncl_known_int64(end, 0);
    from = ncl_import_integer(import, node, "begin_mask", 0) ? 0 : from < 0 ? from + count : from;
    to = ncl_import_integer(import, node, "end_mask", 0) ? count : to < 0 ? to + count : to;
    to = one ? from + 1 : to > count ? count : to;
    if (from < 0 || from > count || to < from || to > count)
        return false;
    const int64_t stride = 1;
    const nnefcl_shape shape = {.rank = one ? 0 : 1, .extent = {to - from}};
    return give_known(import, node,
                      ncl_fold_view(import, x, one ? &(nnefcl_shape){0} : &shape, from, one ? NULL : &stride));
}

/* Counters of loops begin so. */
bool ncl_tf_fold_zeros_like(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_known *x = ncl_import_known(import, node, 0);
    const double value = strcmp(node->op, "OnesLike") == 0;
    const struct ncl_known *number = x ? ncl_known_scalar(&import->scratch, x->element, value) : NULL;
    return number && !ncl_known_is_real(x) && !has_quant(node) &&
           give_known(import, node, ncl_fold_fill(import, number, &x->shape));
}

bool ncl_tf_fold_select(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_known *x[3];
    for (size_t i = 0; i < 3; i++)
        if (!(x[i] = ncl_import_known(import, node, i)))
            return false;
    const bool first = strcmp(node->op, "Select") == 0 || strcmp(node->op, "SELECT") == 0;
    return !(first && x[0]->shape.rank == 1 && x[1]->shape.rank > 1) && !has_quant(node) &&
           give_known(import, node, ncl_fold_select(import, x[0], x[1], x[2]));
}

/* "max_reduce" of a list without axes, say: integers alone. */
bool ncl_tf_fold_reduce(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_known *x = ncl_import_known(import, node, 0), *axes = ncl_import_known(import, node, 1);
    const bool keep = ncl_import_integer(import, node, "keep_dims", 0) != 0;
    bool gone[NNEFCL_MAX_RANK] = {false};
    nnefcl_shape shape = {0};
    char op[8];
    if (!x || !axes || ncl_known_is_real(x) || has_quant(node))
        return false;
    for (size_t i = 0; i < axes->count && !import->status; i++)
        gone[ncl_import_axis(import, ncl_known_int64(axes, i), x->shape.rank)] = true;
    snprintf(op, sizeof op, "%.*s", (int)strcspn(import->op->as, "_"), import->op->as);
    const struct ncl_known *y = import->status ? NULL : ncl_fold_reduce(import, op, x, gone);
    for (int i = 0; y && i < y->shape.rank; i++)
        if (keep || !gone[i])
            shape.extent[shape.rank++] = y->shape.extent[i];
    return give_known(import, node, y ? ncl_known_reshape(&import->scratch, y, &shape) : NULL);
}
