/* SPDX-License-Identifier: Apache-2.0 */
/* Binary operations (NNEF 4.2.2), min and max (4.2.4): everything of two operands x and y, and one formula. */
#include <math.h>
#include <string.h>

#include "ops/broadcast.h"
#include "emit/reference.h"

nnefcl_status ncl_binary_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    static const char *const names[] = {"x", "y"};
    nnefcl_shape shape;
    const nnefcl_status status = ncl_broadcast_infer(infer, node, names, 2, &shape);
    return status ? status : ncl_infer_result(infer, node, 0, &shape);
}

static void apply(struct ncl_expression *expression, const struct ncl_node *node, const char *formula)
{
    const char *const terms[] = {ncl_expression_tensor(expression, ncl_node_tensor(node, "x")),
                                 ncl_expression_tensor(expression, ncl_node_tensor(node, "y"))};
    ncl_expression_apply(expression, ncl_node_result(node, 0)->dtype, formula, terms, 0, 0);
}

void ncl_binary_elements(struct ncl_expression *expression, const struct ncl_node *node)
{
    apply(expression, node, node->op->formula);
}

/* ---- pow: exponents that need no logarithm ---- */

static const struct power {
    double exponent;
    const char *formula;
} powers[] = {
    {2.0, "x * x"},
    {3.0, "x * x * x"},
    {0.5, "select(sqrt(x), (V)INFINITY, x == -INFINITY)"},
    {-0.5, "select(rsqrt(x + 0.0f), (V)0.0f, x == -INFINITY)"},
    {-1.0, "1.0f / x"},
    {-2.0, "(1.0f / x) * (1.0f / x)"}, /* x * x may be denormal where its reciprocal is not */
};

void ncl_pow_elements(struct ncl_expression *expression, const struct ncl_node *node)
{
    const struct ncl_tensor *y = ncl_node_tensor(node, "y");
    const char *const x = ncl_expression_tensor(expression, ncl_node_tensor(node, "x"));
    for (size_t i = 0; i < sizeof powers / sizeof *powers; i++)
        if (ncl_tensor_is_filled_with(y, powers[i].exponent)) {
            ncl_expression_apply(expression, NNEFCL_SCALAR, powers[i].formula, &x, 0, 0);
            return;
        }
    apply(expression, node, node->op->formula);
}

/* ---- the definition ---- */

struct definition {
    const char *op;
    double (*of)(double x, double y);
};

/* What lies beyond 32 bits is the last number within them. */
static int32_t bits_of(double x)
{
    return x >= INT32_MAX ? INT32_MAX : x <= INT32_MIN ? INT32_MIN : x == x ? (int32_t)x : 0;
}

#define DEFINE(name, formula)                                                                                          \
    static double define_##name(double x, double y)                                                                    \
    {                                                                                                                  \
        return formula;                                                                                                \
    }
DEFINE(add, x + y)
DEFINE(sub, x - y)
DEFINE(mul, x *y)
DEFINE(div, x / y)
DEFINE(pow, pow(x, y))
DEFINE(lt, x < y)
DEFINE(gt, x > y)
DEFINE(le, x <= y)
DEFINE(ge, x >= y)
DEFINE(eq, x == y)
DEFINE(ne, x != y)
DEFINE(and, x &&y)
DEFINE(or, x || y)
DEFINE(bit_and, bits_of(x) & bits_of(y))
DEFINE(min, x < y ? x : y)
DEFINE(max, x > y ? x : y)
#undef DEFINE

#define ROW(name) {#name, define_##name},
static const struct definition definitions[] = {ROW(add) ROW(sub) ROW(mul) ROW(div) ROW(pow) ROW(lt) ROW(gt) ROW(
    le) ROW(ge) ROW(eq) ROW(ne) ROW(and) ROW(or) ROW(bit_and) ROW(min) ROW(max)};
#undef ROW

void ncl_binary_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *x = ncl_node_tensor(node, "x"), *y = ncl_node_tensor(node, "y"),
                            *z = ncl_node_result(node, 0);
    const double *left = ncl_reference_in(reference, x), *right = ncl_reference_in(reference, y);
    const struct definition *definition = definitions;
    double *result = ncl_reference_out(reference, z);
    int64_t at[NNEFCL_MAX_RANK];
    while (strcmp(definition->op, node->op->name) != 0)
        definition++; /* every operation of the family has one: tests/ops/test_binary.c */
    for (bool more = ncl_position_first(&z->shape, at); more; more = ncl_position_next(&z->shape, at))
        *result++ =
            definition->of(left[ncl_position_repeated(&x->shape, at)], right[ncl_position_repeated(&y->shape, at)]);
}
