/* SPDX-License-Identifier: Apache-2.0 */
#include "import/compose.h"

#include <math.h>
#include <string.h>

#include "base/checked.h"

struct ncl_node *ncl_compose_node(struct ncl_import *import, const char *op, const struct ncl_named_value *given,
                                  size_t count)
{
    struct ncl_node *node = NULL;
    const char *misfit = import->status ? NULL : ncl_make_misfit(import->infer.graph, op, given, count);
    if (misfit)
        ncl_import_refuse(import, "%s does not take elements of this type as its '%s'", op, misfit);
    if (!import->status)
        ncl_import_status(import, ncl_make_node(&import->infer, op, given, count, import->at, &node));
    return import->status ? NULL : node;
}

struct ncl_tensor *ncl_compose(struct ncl_import *import, const char *op, const struct ncl_named_value *given,
                               size_t count)
{
    const struct ncl_node *node = ncl_compose_node(import, op, given, count);
    return node ? ncl_node_result(node, 0) : &import->nothing;
}

/* ---- arguments ---- */

static struct ncl_value *items_new(struct ncl_import *import, size_t count)
{
    struct ncl_value *item = NCL_NEW_ARRAY(&import->scratch, struct ncl_value, count);
    if (!item)
        ncl_import_nomem(import);
    return item;
}

struct ncl_value ncl_compose_integers(struct ncl_import *import, const int64_t *item, size_t count)
{
    struct ncl_value *value = items_new(import, count);
    for (size_t i = 0; value && i < count; i++)
        value[i] = ncl_value_integer(item[i]);
    return ncl_value_array(value, value ? count : 0);
}

struct ncl_value ncl_compose_pairs(struct ncl_import *import, const int64_t *before, const int64_t *after, size_t count)
{
    struct ncl_value *pair = items_new(import, count), *side = items_new(import, 2 * count);
    if (!pair || !side)
        return ncl_value_array(NULL, 0);
    for (size_t i = 0; i < count; i++) {
        side[2 * i] = ncl_value_integer(before[i]);
        side[2 * i + 1] = ncl_value_integer(after[i]);
        pair[i] = (struct ncl_value){.kind = NCL_VALUE_TUPLE, .count = 2, .item = &side[2 * i]};
    }
    return ncl_value_array(pair, count);
}

struct ncl_value ncl_compose_tensors(struct ncl_import *import, struct ncl_tensor *const *item, size_t count)
{
    struct ncl_value *value = items_new(import, count);
    for (size_t i = 0; value && i < count; i++)
        value[i] = ncl_value_tensor(item[i]);
    return ncl_value_array(value, value ? count : 0);
}

struct ncl_value ncl_compose_string(const char *string)
{
    return ncl_value_string(string, strlen(string));
}

struct ncl_tensor *ncl_compose_number(struct ncl_import *import, double value)
{
    struct ncl_value literal = ncl_value_scalar(value);
    if (!import->status)
        ncl_import_status(import, ncl_make_literal(&import->infer, import->at, &literal));
    return import->status ? &import->nothing : literal.tensor;
}

struct ncl_tensor *ncl_compose_number_as(struct ncl_import *import, double value, nnefcl_dtype dtype)
{
    return ncl_compose_cast(import, ncl_compose_number(import, value), dtype);
}

/* ---- element by element ---- */

static nnefcl_dtype type_wanted(struct ncl_import *import, const char *op, size_t parameter, nnefcl_dtype otherwise)
{
    const struct ncl_signature *signature = ncl_names_find(import->graph->signatures, op);
    if (!signature || parameter >= signature->parameter_count || signature->takes[parameter].generic ||
        signature->takes[parameter].unbound)
        return otherwise;
    return signature->takes[parameter].dtype;
}

struct ncl_tensor *ncl_compose_cast(struct ncl_import *import, struct ncl_tensor *x, nnefcl_dtype dtype)
{
    struct ncl_node *node = NULL;
    if (import->status || x->dtype == dtype)
        return x;
    const struct ncl_named_value given = {"input", ncl_value_tensor(x)};
    ncl_import_status(import, ncl_make_typed(&import->infer, "cast", dtype, &given, 1, import->at, &node));
    return node ? ncl_node_result(node, 0) : &import->nothing;
}

struct ncl_tensor *ncl_compose_unary(struct ncl_import *import, const char *op, struct ncl_tensor *x)
{
    return NCL_COMPOSE(import, op,
                       {"x", ncl_value_tensor(ncl_compose_cast(import, x, type_wanted(import, op, 0, x->dtype)))});
}

bool ncl_compose_has_axes(struct ncl_import *import, int rank)
{
    if (rank > NNEFCL_MAX_RANK)
        ncl_import_refuse(import, "%d axes are too many, %d is the most", rank, NNEFCL_MAX_RANK);
    return rank <= NNEFCL_MAX_RANK;
}

struct ncl_tensor *ncl_compose_lift(struct ncl_import *import, struct ncl_tensor *x, int rank)
{
    int64_t axis[NNEFCL_MAX_RANK];
    const int more = rank - x->shape.rank;
    if (import->status || x->shape.rank == 0 || more <= 0)
        return x;
    for (int i = 0; i < more; i++)
        axis[i] = i;
    return NCL_COMPOSE(import, "unsqueeze", {"input", ncl_value_tensor(x)},
                       {"axes", ncl_compose_integers(import, axis, (size_t)more)});
}

/* An operand that is one number everywhere is a literal, where it does not widen the other one: the passes look for
 * such. */
static struct ncl_tensor *number_of(struct ncl_import *import, struct ncl_tensor *x, const struct ncl_tensor *other)
{
    if (!ncl_tensor_is_number(x) || x->shape.rank == 0 || x->shape.rank > other->shape.rank)
        return x;
    for (int i = 0; i < x->shape.rank; i++)
        if (x->shape.extent[i] != 1 && x->shape.extent[i] != other->shape.extent[other->shape.rank - x->shape.rank + i])
            return x;
    return ncl_compose_number(import, ncl_tensor_number(x));
}

static bool is_arithmetic(const char *op)
{
    static const char *const names[] = {"add", "sub", "mul", "min", "max", "pow"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], op) == 0)
            return true;
    return false;
}

struct ncl_tensor *ncl_compose_binary(struct ncl_import *import, const char *op, struct ncl_tensor *x,
                                      struct ncl_tensor *y)
{
    const bool integers = x->dtype == NNEFCL_INTEGER && y->dtype == NNEFCL_INTEGER && is_arithmetic(op);
    const int rank = x->shape.rank > y->shape.rank ? x->shape.rank : y->shape.rank;
    x = ncl_compose_cast(import, x, type_wanted(import, op, 0, x->dtype));
    y = ncl_compose_cast(import, y, type_wanted(import, op, 1, y->dtype));
    struct ncl_tensor *a = number_of(import, x, y), *b = a == x ? number_of(import, y, x) : y;
    struct ncl_tensor *z = NCL_COMPOSE(import, op, {"x", ncl_value_tensor(ncl_compose_lift(import, a, rank))},
                                       {"y", ncl_value_tensor(ncl_compose_lift(import, b, rank))});
    return integers ? ncl_compose_cast(import, z, NNEFCL_INTEGER) : z;
}

struct ncl_tensor *ncl_compose_with(struct ncl_import *import, const char *op, struct ncl_tensor *x, double number)
{
    return ncl_compose_binary(import, op, ncl_compose_cast(import, x, NNEFCL_SCALAR),
                              ncl_compose_number(import, number));
}

/* Infinities stay constants: no literal is one. */
static struct ncl_tensor *number_selected(struct ncl_import *import, struct ncl_tensor *x,
                                          const struct ncl_tensor *condition)
{
    const bool finite = x->dtype == NNEFCL_SCALAR && ncl_tensor_is_number(x) && isfinite((double)ncl_tensor_number(x));
    return finite ? number_of(import, x, condition) : x;
}

struct ncl_tensor *ncl_compose_select(struct ncl_import *import, struct ncl_tensor *condition, struct ncl_tensor *yes,
                                      struct ncl_tensor *no)
{
    int rank = condition->shape.rank;
    rank = rank < yes->shape.rank ? yes->shape.rank : rank;
    rank = rank < no->shape.rank ? no->shape.rank : rank;
    condition = ncl_compose_cast(import, condition, NNEFCL_LOGICAL);
    if (yes->dtype != no->dtype) {
        yes = ncl_compose_cast(import, yes, NNEFCL_SCALAR);
        no = ncl_compose_cast(import, no, NNEFCL_SCALAR);
    }
    yes = number_selected(import, yes, condition);
    no = number_selected(import, no, condition);
    return NCL_COMPOSE(import, "select", {"condition", ncl_value_tensor(ncl_compose_lift(import, condition, rank))},
                       {"true_value", ncl_value_tensor(ncl_compose_lift(import, yes, rank))},
                       {"false_value", ncl_value_tensor(ncl_compose_lift(import, no, rank))});
}

/* ---- reductions and products ---- */

static struct ncl_value axes_value(struct ncl_import *import, const int *axis, size_t count)
{
    struct ncl_value *item = items_new(import, count);
    for (size_t i = 0; item && i < count; i++)
        item[i] = ncl_value_integer(axis[i]);
    return ncl_value_array(item, item ? count : 0);
}

struct ncl_tensor *ncl_compose_reduce(struct ncl_import *import, const char *op, struct ncl_tensor *x, const int *axis,
                                      size_t count, bool keep)
{
    const struct ncl_value axes = axes_value(import, axis, count);
    x = ncl_compose_cast(import, x, type_wanted(import, op, 0, x->dtype));
    struct ncl_tensor *y = NCL_COMPOSE(import, op, {"input", ncl_value_tensor(x)}, {"axes", axes});
    if (keep || count == 0)
        return y;
    return NCL_COMPOSE(import, "squeeze", {"input", ncl_value_tensor(y)}, {"axes", axes});
}

struct ncl_tensor *ncl_compose_log_softmax(struct ncl_import *import, struct ncl_tensor *x, const int *axis,
                                           size_t count)
{
    struct ncl_tensor *shifted =
        ncl_compose_binary(import, "sub", x, ncl_compose_reduce(import, "max_reduce", x, axis, count, true));
    struct ncl_tensor *sum =
        ncl_compose_reduce(import, "sum_reduce", ncl_compose_unary(import, "exp", shifted), axis, count, true);
    return ncl_compose_binary(import, "sub", shifted, ncl_compose_unary(import, "log", sum));
}

struct ncl_tensor *ncl_compose_matmul(struct ncl_import *import, struct ncl_tensor *a, struct ncl_tensor *b)
{
    const bool row = a->shape.rank == 1, column = b->shape.rank == 1;
    a = ncl_compose_cast(import, a, NNEFCL_SCALAR);
    b = ncl_compose_cast(import, b, NNEFCL_SCALAR);
    if (a->shape.rank == 0 || b->shape.rank == 0)
        ncl_import_wrong(import, "a product of matrices has an operand of rank 0");
    if (row)
        a = ncl_compose_unsqueeze(import, a, 0);
    if (column)
        b = ncl_compose_unsqueeze(import, b, 1);
    const int rank = a->shape.rank > b->shape.rank ? a->shape.rank : b->shape.rank;
    struct ncl_tensor *c = NCL_COMPOSE(import, "matmul", {"A", ncl_value_tensor(ncl_compose_lift(import, a, rank))},
                                       {"B", ncl_value_tensor(ncl_compose_lift(import, b, rank))});
    if (column)
        c = ncl_compose_squeeze(import, c, c->shape.rank - 1);
    return row ? ncl_compose_squeeze(import, c, c->shape.rank - (column ? 1 : 2)) : c;
}
