/* SPDX-License-Identifier: Apache-2.0 */
/* Operators, subscripts and built-in functions on values that are known while compiling (3.3.3). Types are right
 * already. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/checked.h"
#include "base/number.h"
#include "front/constant_math.h"

struct ncl_value *ncl_constant_items(struct ncl_build *build, struct ncl_loc at, size_t count)
{
    if (count > NCL_MAX_ITEMS) {
        ncl_error(build->diag, NNEFCL_ERR_LIMIT, at, "an array of %zu items, more than %zu", count, NCL_MAX_ITEMS);
        return NULL;
    }
    ncl_build_spend(build, count / 8);
    struct ncl_value *item = NCL_NEW_ARRAY(&build->scratch, struct ncl_value, count);
    if (!item)
        ncl_build_nomem(build);
    return item;
}

static nnefcl_status new_string(struct ncl_build *build, struct ncl_loc at, size_t length, char **text)
{
    if (length > NCL_MAX_ITEMS)
        return ncl_error(build->diag, NNEFCL_ERR_LIMIT, at, "a string of %zu bytes, more than %zu", length,
                         NCL_MAX_ITEMS);
    ncl_build_spend(build, length / 64);
    *text = ncl_arena_alloc(&build->scratch, length + 1);
    return *text ? NNEFCL_OK : ncl_build_nomem(build);
}

static struct ncl_value string_of(const char *text, size_t length)
{
    return (struct ncl_value){.kind = NCL_VALUE_STRING, .count = length, .string = text};
}

static struct ncl_value logical_of(bool logical)
{
    return (struct ncl_value){.kind = NCL_VALUE_LOGICAL, .logical = logical};
}

/* False, too, when there were too many steps. */
static bool deep_equal(struct ncl_build *build, const struct ncl_value *a, const struct ncl_value *b)
{
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case NCL_VALUE_INTEGER:
        return a->integer == b->integer;
    case NCL_VALUE_SCALAR:
        return a->scalar == b->scalar;
    case NCL_VALUE_LOGICAL:
        return a->logical == b->logical;
    case NCL_VALUE_STRING:
        return a->count == b->count && ncl_build_spend(build, 1 + a->count / 64) &&
               memcmp(a->string, b->string, a->count) == 0;
    case NCL_VALUE_ARRAY:
    case NCL_VALUE_TUPLE:
        if (a->count != b->count)
            return false;
        for (size_t i = 0; i < a->count; i++)
            if (!ncl_build_spend(build, 1) || !deep_equal(build, &a->item[i], &b->item[i]))
                return false;
        return true;
    default:
        return false;
    }
}

/* ---- numbers ---- */

static bool power(int64_t base, int64_t exponent, int64_t *result)
{
    int64_t value = 1;
    while (exponent > 0) {
        if ((exponent & 1) && !ncl_mul_i64(value, base, &value))
            return false;
        exponent >>= 1;
        if (exponent && !ncl_mul_i64(base, base, &base))
            return false;
    }
    *result = value;
    return true;
}

static nnefcl_status integers(struct ncl_build *build, enum ncl_operator op, struct ncl_loc at, int64_t a, int64_t b,
                              int64_t *result)
{
    bool good = true;
    if (op == NCL_OP_DIV && b == 0)
        return ncl_error(build->diag, NNEFCL_ERR_MODEL, at, "division of an integer by zero");
    if (op == NCL_OP_POW && b < 0)
        return ncl_error(build->diag, NNEFCL_ERR_MODEL, at, "an integer to the power of %" PRId64 " is no integer", b);
    switch (op) {
    case NCL_OP_ADD:
        good = ncl_add_i64(a, b, result);
        break;
    case NCL_OP_SUB:
        good = ncl_sub_i64(a, b, result);
        break;
    case NCL_OP_MUL:
        good = ncl_mul_i64(a, b, result);
        break;
    case NCL_OP_DIV:
        if ((good = !(a == INT64_MIN && b == -1)))
            *result = a / b;
        break;
    default:
        good = power(a, b, result);
        break;
    }
    return good ? NNEFCL_OK
                : ncl_error(build->diag, NNEFCL_ERR_MODEL, at,
                            "the result of the operation on integers does not fit 64 bits");
}

static double scalars(enum ncl_operator op, double a, double b)
{
    switch (op) {
    case NCL_OP_ADD:
        return a + b;
    case NCL_OP_SUB:
        return a - b;
    case NCL_OP_MUL:
        return a * b;
    case NCL_OP_DIV:
        return a / b;
    default:
        return pow(a, b);
    }
}

static bool ordered(enum ncl_operator op, const struct ncl_value *a, const struct ncl_value *b)
{
    const bool integer = a->kind == NCL_VALUE_INTEGER;
    const bool less = integer ? a->integer < b->integer : a->scalar < b->scalar;
    const bool greater = integer ? a->integer > b->integer : a->scalar > b->scalar;
    const bool same = integer ? a->integer == b->integer : a->scalar == b->scalar;
    return op == NCL_OP_LT ? less : op == NCL_OP_LE ? less || same : op == NCL_OP_GT ? greater : greater || same;
}

nnefcl_status ncl_constant_unary(struct ncl_build *build, enum ncl_operator op, struct ncl_loc at,
                                 struct ncl_value *value)
{
    if (op == NCL_OP_NOT)
        value->logical = !value->logical;
    else if (op == NCL_OP_SUB && value->kind == NCL_VALUE_SCALAR)
        value->scalar = -value->scalar;
    else if (op == NCL_OP_SUB)
        return integers(build, NCL_OP_SUB, at, 0, value->integer, &value->integer);
    return NNEFCL_OK;
}

/* ---- arrays and strings ---- */

static nnefcl_status concatenate(struct ncl_build *build, struct ncl_loc at, const struct ncl_value *a,
                                 const struct ncl_value *b, struct ncl_value *result)
{
    if (a->kind == NCL_VALUE_STRING) {
        char *text;
        const nnefcl_status status = new_string(build, at, a->count + b->count, &text);
        if (status)
            return status;
        memcpy(text, a->string, a->count);
        memcpy(text + a->count, b->string, b->count);
        *result = string_of(text, a->count + b->count);
        return NNEFCL_OK;
    }
    if (a->count == 0 || b->count == 0) {
        *result = a->count ? *a : *b;
        return NNEFCL_OK;
    }
    struct ncl_value *item = ncl_constant_items(build, at, a->count + b->count);
    if (!item)
        return build->diag->status;
    memcpy(item, a->item, a->count * sizeof *item);
    memcpy(item + a->count, b->item, b->count * sizeof *item);
    *result = (struct ncl_value){.kind = NCL_VALUE_ARRAY, .count = a->count + b->count, .item = item};
    return NNEFCL_OK;
}

static nnefcl_status repeat(struct ncl_build *build, struct ncl_loc at, const struct ncl_value *value, int64_t times,
                            struct ncl_value *result)
{
    size_t count;
    if (times < 0)
        return ncl_error(build->diag, NNEFCL_ERR_MODEL, at, "cannot repeat %" PRId64 " times", times);
    if ((uint64_t)times > NCL_MAX_ITEMS || !ncl_mul_size(value->count, (size_t)times, &count))
        return ncl_error(build->diag, NNEFCL_ERR_LIMIT, at, "repeating %" PRId64 " times gives more than %zu items",
                         times, NCL_MAX_ITEMS);
    if (value->kind == NCL_VALUE_STRING) {
        char *text;
        const nnefcl_status status = new_string(build, at, count, &text);
        if (status)
            return status;
        for (size_t i = 0; i < count; i += value->count)
            memcpy(text + i, value->string, value->count);
        *result = string_of(text, count);
        return NNEFCL_OK;
    }
    struct ncl_value *item = ncl_constant_items(build, at, count);
    if (!item)
        return build->diag->status;
    for (size_t i = 0; i < count; i += value->count)
        memcpy(item + i, value->item, value->count * sizeof *item);
    *result = (struct ncl_value){.kind = NCL_VALUE_ARRAY, .count = count, .item = item};
    return NNEFCL_OK;
}

static nnefcl_status array_contains(struct ncl_build *build, const struct ncl_value *item,
                                    const struct ncl_value *array, struct ncl_value *result)
{
    bool found = false;
    for (size_t i = 0; i < array->count && !found && ncl_build_spend(build, 1); i++)
        found = deep_equal(build, item, &array->item[i]);
    *result = logical_of(found);
    return NNEFCL_OK;
}

nnefcl_status ncl_constant_binary(struct ncl_build *build, enum ncl_operator op, struct ncl_loc at,
                                  const struct ncl_value *left, const struct ncl_value *right, struct ncl_value *result)
{
    switch (op) {
    case NCL_OP_IN:
        return array_contains(build, left, right, result);
    case NCL_OP_EQ:
    case NCL_OP_NE:
        *result = logical_of(deep_equal(build, left, right) == (op == NCL_OP_EQ));
        return NNEFCL_OK;
    case NCL_OP_LT:
    case NCL_OP_LE:
    case NCL_OP_GT:
    case NCL_OP_GE:
        *result = logical_of(ordered(op, left, right));
        return NNEFCL_OK;
    default:
        break;
    }
    if (left->kind == NCL_VALUE_ARRAY || left->kind == NCL_VALUE_STRING)
        return op == NCL_OP_ADD ? concatenate(build, at, left, right, result)
                                : repeat(build, at, left, right->integer, result);
    *result = (struct ncl_value){.kind = left->kind};
    if (left->kind == NCL_VALUE_INTEGER)
        return integers(build, op, at, left->integer, right->integer, &result->integer);
    result->scalar = scalars(op, left->scalar, right->scalar);
    return NNEFCL_OK;
}

nnefcl_status ncl_constant_index(struct ncl_build *build, struct ncl_loc at, const struct ncl_value *value,
                                 int64_t index, struct ncl_value *result)
{
    if (index < 0 || (uint64_t)index >= value->count)
        return ncl_error(build->diag, NNEFCL_ERR_MODEL, at, "subscript %" PRId64 " is outside of the %s of %zu %s",
                         index, value->kind == NCL_VALUE_STRING ? "string" : "array", value->count,
                         value->kind == NCL_VALUE_STRING ? "characters" : "items");
    if (value->kind != NCL_VALUE_STRING) {
        *result = value->item[index];
        return NNEFCL_OK;
    }
    const int64_t end = index + 1;
    return ncl_constant_range(build, at, value, &index, &end, result);
}

nnefcl_status ncl_constant_range(struct ncl_build *build, struct ncl_loc at, const struct ncl_value *value,
                                 const int64_t *begin, const int64_t *end, struct ncl_value *result)
{
    const int64_t count = (int64_t)value->count, first = begin ? *begin : 0, last = end ? *end : count;
    const bool empty = first >= last; /* then the ends may lie anywhere */
    if (!empty && (first < 0 || last > count))
        return ncl_error(build->diag, NNEFCL_ERR_MODEL, at,
                         "the range %" PRId64 ":%" PRId64 " is outside of 0:%" PRId64, first, last, count);
    const size_t length = empty ? 0 : (size_t)(last - first);
    if (value->kind == NCL_VALUE_ARRAY) {
        *result =
            (struct ncl_value){.kind = NCL_VALUE_ARRAY, .count = length, .item = empty ? NULL : value->item + first};
        return NNEFCL_OK;
    }
    char *text;
    const nnefcl_status status = new_string(build, at, length, &text);
    if (status)
        return status;
    if (length)
        memcpy(text, value->string + first, length);
    *result = string_of(text, length);
    return NNEFCL_OK;
}

/* ---- built-in functions ---- */

static nnefcl_status shape_of_value(struct ncl_build *build, struct ncl_loc at, struct ncl_value *value)
{
    const nnefcl_shape none = {0}, *shape = value->kind == NCL_VALUE_TENSOR ? &value->tensor->shape : &none;
    struct ncl_value *item = ncl_constant_items(build, at, (size_t)shape->rank);
    if (!item)
        return build->diag->status;
    for (int i = 0; i < shape->rank; i++)
        item[i] = (struct ncl_value){.kind = NCL_VALUE_INTEGER, .integer = shape->extent[i]};
    *value = (struct ncl_value){.kind = NCL_VALUE_ARRAY, .count = (size_t)shape->rank, .item = item};
    return NNEFCL_OK;
}

static nnefcl_status range_of_value(struct ncl_build *build, struct ncl_loc at, struct ncl_value *value)
{
    struct ncl_value *item = ncl_constant_items(build, at, value->count);
    if (!item)
        return build->diag->status;
    for (size_t i = 0; i < value->count; i++)
        item[i] = (struct ncl_value){.kind = NCL_VALUE_INTEGER, .integer = (int64_t)i};
    *value = (struct ncl_value){.kind = NCL_VALUE_ARRAY, .count = value->count, .item = item};
    return NNEFCL_OK;
}

/* A literal of the syntax, with a sign in front: digits, and for scalars a fraction and an exponent. */
static bool is_numeral(const char *text, size_t length, bool scalar)
{
    size_t at = length && (text[0] == '-' || text[0] == '+') ? 1 : 0;
    size_t digits = strspn(text + at, "0123456789");
    if (!digits)
        return false;
    at += digits;
    if (scalar && text[at] == '.')
        at += 1 + strspn(text + at + 1, "0123456789");
    if (scalar && (text[at] == 'e' || text[at] == 'E')) {
        at++;
        at += text[at] == '-' || text[at] == '+';
        digits = strspn(text + at, "0123456789");
        if (!digits)
            return false;
        at += digits;
    }
    return at == length;
}

static nnefcl_status from_string(struct ncl_build *build, struct ncl_loc at, bool scalar, struct ncl_value *value)
{
    const char *text = value->string;
    const size_t length = value->count;
    if (!ncl_build_spend(build, length / 8))
        return NNEFCL_OK; /* the next instruction says so */
    struct ncl_value result = {.kind = scalar ? NCL_VALUE_SCALAR : NCL_VALUE_INTEGER};
    if (!is_numeral(text, length, scalar))
        return ncl_error(build->diag, NNEFCL_ERR_MODEL, at, "'%.60s' is no literal of type %s", text,
                         scalar ? "scalar" : "integer");
    if (scalar ? !ncl_parse_double(text, length, &result.scalar) : !ncl_parse_int64(text, length, &result.integer))
        return ncl_error(build->diag, NNEFCL_ERR_MODEL, at, "'%.60s' does not fit 64 bits", text);
    *value = result;
    return NNEFCL_OK;
}

static nnefcl_status to_string(struct ncl_build *build, struct ncl_loc at, struct ncl_value *value)
{
    char number[NCL_NUMBER_SIZE], *text;
    const char *source = number;
    if (value->kind == NCL_VALUE_STRING)
        return NNEFCL_OK;
    if (value->kind == NCL_VALUE_LOGICAL)
        source = value->logical ? "true" : "false";
    else if (value->kind == NCL_VALUE_INTEGER)
        snprintf(number, sizeof number, "%" PRId64, value->integer);
    else
        ncl_format_double(value->scalar, number);
    const nnefcl_status status = new_string(build, at, strlen(source), &text);
    if (status)
        return status;
    *value = string_of(strcpy(text, source), strlen(source));
    return NNEFCL_OK;
}

/* A-CAST-1: toward zero. */
static nnefcl_status value_to_integer(struct ncl_build *build, struct ncl_loc at, struct ncl_value *value)
{
    if (value->kind == NCL_VALUE_STRING)
        return from_string(build, at, false, value);
    struct ncl_value result = {.kind = NCL_VALUE_INTEGER,
                               .integer = value->kind == NCL_VALUE_LOGICAL ? value->logical : value->integer};
    if (value->kind == NCL_VALUE_SCALAR) {
        if (!(value->scalar > -0x1p63 && value->scalar < 0x1p63))
            return ncl_error(build->diag, NNEFCL_ERR_MODEL, at, "%g does not fit an integer", value->scalar);
        result.integer = (int64_t)value->scalar;
    }
    *value = result;
    return NNEFCL_OK;
}

static nnefcl_status value_to_scalar(struct ncl_build *build, struct ncl_loc at, struct ncl_value *value)
{
    if (value->kind == NCL_VALUE_STRING)
        return from_string(build, at, true, value);
    const double number = value->kind == NCL_VALUE_LOGICAL   ? value->logical
                          : value->kind == NCL_VALUE_INTEGER ? (double)value->integer
                                                             : value->scalar;
    *value = (struct ncl_value){.kind = NCL_VALUE_SCALAR, .scalar = number};
    return NNEFCL_OK;
}

static nnefcl_status value_to_logical(struct ncl_build *build, struct ncl_loc at, struct ncl_value *value)
{
    (void)build, (void)at;
    *value = logical_of(value->kind == NCL_VALUE_STRING    ? value->count > 0
                        : value->kind == NCL_VALUE_INTEGER ? value->integer != 0
                        : value->kind == NCL_VALUE_SCALAR  ? value->scalar != 0
                                                           : value->logical);
    return NNEFCL_OK;
}

static nnefcl_status length_of(struct ncl_build *build, struct ncl_loc at, struct ncl_value *value)
{
    (void)build, (void)at;
    *value = (struct ncl_value){.kind = NCL_VALUE_INTEGER, .integer = (int64_t)value->count};
    return NNEFCL_OK;
}

nnefcl_status ncl_constant_builtin(struct ncl_build *build, const char *name, struct ncl_loc at,
                                   struct ncl_value *value)
{
    static const struct {
        const char *name;
        nnefcl_status (*compute)(struct ncl_build *build, struct ncl_loc at, struct ncl_value *value);
    } builtin[] = {{"shape_of", shape_of_value},  {"length_of", length_of},    {"range_of", range_of_value},
                   {"integer", value_to_integer}, {"scalar", value_to_scalar}, {"logical", value_to_logical},
                   {"string", to_string}};
    for (size_t i = 0; i < sizeof builtin / sizeof *builtin; i++)
        if (strcmp(builtin[i].name, name) == 0)
            return builtin[i].compute(build, at, value);
    return ncl_error(build->diag, NNEFCL_ERR_MODEL, at, "unknown function '%s'", name);
}
