/* SPDX-License-Identifier: Apache-2.0 */
#include "import/fold.h"

#include <math.h>
#include <string.h>

#include "base/checked.h"

/* ---- functions ---- */

enum gives { SAME, LOGICAL };

/* name, of x, what it gives */
#define UNARY_LIST(X)                                                                                                  \
    X(neg, -x, SAME)                                                                                                   \
    X(abs, fabs(x), SAME)                                                                                              \
    X(rcp, 1 / x, SAME)                                                                                                \
    X(not, x == 0, LOGICAL)                                                                                            \
    X(sign, (x > 0) - (x < 0), SAME)                                                                                   \
    X(floor, floor(x), SAME)                                                                                           \
    X(ceil, ceil(x), SAME)                                                                                             \
    X(round_even, nearbyint(x), SAME)                                                                                  \
    X(sqrt, sqrt(x), SAME)                                                                                             \
    X(exp, exp(x), SAME)                                                                                               \
    X(log, log(x), SAME)                                                                                               \
    X(sin, sin(x), SAME)                                                                                               \
    X(cos, cos(x), SAME)                                                                                               \
    X(tanh, tanh(x), SAME)                                                                                             \
    X(erf, erf(x), SAME)                                                                                               \
    X(relu, x > 0 ? x : 0, SAME)                                                                                       \
    X(sigmoid, 1 / (1 + exp(-x)), SAME)

#define FOLD_FUNCTION(name, expression, gives)                                                                         \
    static double fold_##name(double x)                                                                                \
    {                                                                                                                  \
        return expression;                                                                                             \
    }
UNARY_LIST(FOLD_FUNCTION)
#undef FOLD_FUNCTION

static const struct {
    const char *name;
    double (*real)(double);
    enum gives gives;
} unary[] = {
#define FOLD_ROW(name, expression, gives) {#name, fold_##name, gives},
    UNARY_LIST(FOLD_ROW)
#undef FOLD_ROW
};

static int64_t divide(int64_t x, int64_t y)
{
    return y == 0 ? 0 : y == -1 ? (int64_t)(0 - (uint64_t)x) : x / y;
}

static int64_t rest(int64_t x, int64_t y)
{
    return y == 0 || y == -1 ? 0 : x % y;
}

/* name, of doubles, of integers (which wrap, as the types of files do), what it gives */
#define BINARY_LIST(X)                                                                                                 \
    X(add, x + y, (int64_t)((uint64_t)x + (uint64_t)y), SAME)                                                          \
    X(sub, x - y, (int64_t)((uint64_t)x - (uint64_t)y), SAME)                                                          \
    X(mul, x *y, (int64_t)((uint64_t)x * (uint64_t)y), SAME)                                                           \
    X(div, x / y, divide(x, y), SAME)                                                                                  \
    X(mod, x - y * floor(x / y), rest(x, y) && (rest(x, y) < 0) != (y < 0) ? rest(x, y) + y : rest(x, y), SAME)        \
    X(fmod, fmod(x, y), rest(x, y), SAME)                                                                              \
    X(pow, pow(x, y), ncl_int64_of(pow((double)x, (double)y)), SAME)                                                   \
    X(min, x < y ? x : y, x < y ? x : y, SAME)                                                                         \
    X(max, x > y ? x : y, x > y ? x : y, SAME)                                                                         \
    X(lt, x < y, x < y, LOGICAL)                                                                                       \
    X(gt, x > y, x > y, LOGICAL)                                                                                       \
    X(le, x <= y, x <= y, LOGICAL)                                                                                     \
    X(ge, x >= y, x >= y, LOGICAL)                                                                                     \
    X(eq, x == y, x == y, LOGICAL)                                                                                     \
    X(ne, x != y, x != y, LOGICAL)                                                                                     \
    X(and, x != 0 && y != 0, x != 0 && y != 0, LOGICAL)                                                                \
    X(or, x != 0 || y != 0, x != 0 || y != 0, LOGICAL)

#define FOLD_FUNCTION(name, reals, integers, gives)                                                                    \
    static double reals_##name(double x, double y)                                                                     \
    {                                                                                                                  \
        return reals;                                                                                                  \
    }                                                                                                                  \
    static int64_t integers_##name(int64_t x, int64_t y)                                                               \
    {                                                                                                                  \
        return integers;                                                                                               \
    }
BINARY_LIST(FOLD_FUNCTION)
#undef FOLD_FUNCTION

static const struct function {
    const char *name;
    double (*real)(double, double);
    int64_t (*integer)(int64_t, int64_t);
    enum gives gives;
} binary[] = {
#define FOLD_ROW(name, reals, integers, gives) {#name, reals_##name, integers_##name, gives},
    BINARY_LIST(FOLD_ROW)
#undef FOLD_ROW
};

/* ---- the walk ---- */

bool ncl_fold_join(const nnefcl_shape *a, const nnefcl_shape *b, nnefcl_shape *joined)
{
    joined->rank = a->rank > b->rank ? a->rank : b->rank;
    for (int i = 1; i <= joined->rank; i++) {
        const int64_t x = i <= a->rank ? a->extent[a->rank - i] : 1, y = i <= b->rank ? b->extent[b->rank - i] : 1;
        if (x != y && x != 1 && y != 1)
            return false;
        joined->extent[joined->rank - i] = x == 1 ? y : x;
    }
    return true;
}

struct ncl_known *ncl_fold_new(struct ncl_import *import, enum ncl_stored_type element, const nnefcl_shape *shape)
{
    size_t count;
    if (import->status || !ncl_known_count(shape, &count))
        return NULL;
    struct ncl_known *known = ncl_known_new(&import->scratch, element, shape);
    if (!known)
        ncl_import_nomem(import);
    return known;
}

const struct ncl_known *ncl_fold_unary(struct ncl_import *import, const char *op, const struct ncl_known *x)
{
    size_t i = 0;
    while (i < sizeof unary / sizeof *unary && strcmp(unary[i].name, op) != 0)
        i++;
    if (!x || i == sizeof unary / sizeof *unary)
        return NULL;
    struct ncl_known *y = ncl_fold_new(import, unary[i].gives == LOGICAL ? NCL_STORED_BOOL : x->element, &x->shape);
    for (size_t j = 0; y && j < y->count; j++) {
        const double value = unary[i].real(ncl_known_double(x, j));
        if (ncl_known_is_real(y))
            y->real[j] = ncl_known_rounded(y->element, value);
        else
            y->integer[j] = ncl_int64_of(value);
    }
    return y;
}

/* Both operands as large as the result. */
static bool operands_match(struct ncl_import *import, const struct ncl_known **x, const struct ncl_known **y,
                           nnefcl_shape *shape)
{
    if (!*x || !*y)
        return false;
    if (!ncl_fold_join(&(*x)->shape, &(*y)->shape, shape)) {
        char a[NCL_SHAPE_TEXT], b[NCL_SHAPE_TEXT];
        ncl_import_wrong(import, "the shapes %s and %s do not fit each other", ncl_shape_text(&(*x)->shape, a),
                         ncl_shape_text(&(*y)->shape, b));
        return false;
    }
    *x = ncl_fold_expand(import, *x, shape);
    *y = ncl_fold_expand(import, *y, shape);
    return *x && *y;
}

const struct ncl_known *ncl_fold_binary(struct ncl_import *import, const char *op, const struct ncl_known *x,
                                        const struct ncl_known *y)
{
    nnefcl_shape shape;
    size_t i = 0;
    while (i < sizeof binary / sizeof *binary && strcmp(binary[i].name, op) != 0)
        i++;
    if (i == sizeof binary / sizeof *binary || !operands_match(import, &x, &y, &shape))
        return NULL;
    const struct function *function = &binary[i];
    const bool real = ncl_known_is_real(x) || ncl_known_is_real(y);
    struct ncl_known *z = ncl_fold_new(import,
                                       function->gives == LOGICAL ? NCL_STORED_BOOL
                                       : ncl_known_is_real(x)     ? x->element
                                                                  : y->element,
                                       &shape);
    for (size_t j = 0; z && j < z->count; j++) {
        if (ncl_known_is_real(z))
            z->real[j] = ncl_known_rounded(z->element, function->real(ncl_known_double(x, j), ncl_known_double(y, j)));
        else
            z->integer[j] = real ? ncl_int64_of(function->real(ncl_known_double(x, j), ncl_known_double(y, j)))
                                 : function->integer(x->integer[j], y->integer[j]);
    }
    return z;
}

const struct ncl_known *ncl_fold_select(struct ncl_import *import, const struct ncl_known *condition,
                                        const struct ncl_known *yes, const struct ncl_known *no)
{
    nnefcl_shape shape;
    if (!condition || !operands_match(import, &yes, &no, &shape) || !operands_match(import, &condition, &yes, &shape))
        return NULL;
    no = ncl_fold_expand(import, no, &shape);
    struct ncl_known *z =
        no && ncl_known_is_real(yes) == ncl_known_is_real(no) ? ncl_fold_new(import, yes->element, &shape) : NULL;
    for (size_t j = 0; z && j < z->count; j++)
        z->integer[j] = condition->integer[j] ? yes->integer[j] : no->integer[j]; /* bits of either kind */
    return z;
}

static int64_t wrapped(int64_t value, enum ncl_stored_type element)
{
    const unsigned bits = ncl_stored_bits(element);
    if (bits >= 64)
        return value;
    const uint64_t low = (uint64_t)value & (((uint64_t)1 << bits) - 1);
    return ncl_stored_low(element) < 0 ? (int64_t)(low << (64 - bits)) >> (64 - bits) : (int64_t)low;
}

const struct ncl_known *ncl_fold_cast(struct ncl_import *import, const struct ncl_known *x,
                                      enum ncl_stored_type element)
{
    struct ncl_known *y = x ? ncl_fold_new(import, element, &x->shape) : NULL;
    for (size_t j = 0; y && j < y->count; j++) {
        if (ncl_known_is_real(y))
            y->real[j] = ncl_known_rounded(element, ncl_known_double(x, j));
        else if (element == NCL_STORED_BOOL)
            y->integer[j] = ncl_known_double(x, j) != 0;
        else
            y->integer[j] = wrapped(ncl_known_int64(x, j), element);
    }
    return y;
}
