/* Unary operations (NNEF 4.2.1), simplifiers (4.2.4) and activations (4.9.1) of one operand. */
#include <math.h>
#include <string.h>

#include "emit/expression.h"
#include "emit/reference.h"

nnefcl_status ncl_unary_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    return ncl_infer_result(infer, node, 0, &ncl_node_tensor(node, "x")->shape);
}

nnefcl_status ncl_copy_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    ncl_lower_view(lower, ncl_node_result(node, 0), ncl_node_tensor(node, "x"), 0);
    return ncl_lower_status(lower);
}

static double parameter(const struct ncl_node *node, const char *name)
{
    for (size_t i = 0; i < node->parameter_count; i++)
        if (strcmp(node->parameter[i], name) == 0)
            return ncl_node_scalar(node, name);
    return 0;
}

void ncl_unary_elements(struct ncl_expression *expression, const struct ncl_node *node)
{
    const char *const x = ncl_expression_tensor(expression, ncl_node_tensor(node, "x"));
    ncl_expression_apply(expression, ncl_node_result(node, 0)->dtype, node->op->formula, &x, parameter(node, "alpha"),
                         parameter(node, "lambda"));
}

/* ---- the definition ---- */

#define PI 3.14159265358979323846

struct definition {
    const char *op;
    double (*of)(double x, double alpha, double lambda);
};

static double erfc_polynomial(double t)
{
    return ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
}

#define DEFINE(name, formula)                                                                                          \
    static double define_##name(double x, double alpha, double lambda)                                                 \
    {                                                                                                                  \
        (void)alpha;                                                                                                   \
        (void)lambda;                                                                                                  \
        return formula;                                                                                                \
    }
DEFINE(copy, x)
DEFINE(neg, -x)
DEFINE(rcp, 1 / x)
DEFINE(exp, exp(x))
DEFINE(log, log(x))
DEFINE(sin, sin(x))
DEFINE(cos, cos(x))
DEFINE(tan, tan(x))
DEFINE(sinh, sinh(x))
DEFINE(cosh, cosh(x))
DEFINE(tanh, tanh(x))
DEFINE(asin, asin(x))
DEFINE(acos, acos(x))
DEFINE(atan, atan(x))
DEFINE(asinh, asinh(x))
DEFINE(acosh, acosh(x))
DEFINE(atanh, atanh(x))
DEFINE(abs, fabs(x))
DEFINE(sign, x > 0 ? 1 : x < 0 ? -1 : x) /* of a NaN: itself */
DEFINE(not, !x)
DEFINE(floor, floor(x))
DEFINE(ceil, ceil(x))
DEFINE(round, floor(x + 0.5)) /* exact for a float in double precision */
DEFINE(sqr, x *x)
DEFINE(sqrt, sqrt(x))
DEFINE(rsqr, 1 / (x * x))
DEFINE(rsqrt, 1 / sqrt(x))
DEFINE(log2, log2(x))
DEFINE(sigmoid, 1 / (1 + exp(-x)))
DEFINE(relu, x > 0 ? x : 0)
DEFINE(leaky_relu, x < 0 ? alpha * x : x)
DEFINE(elu, x < 0 ? alpha * expm1(x) : x)
DEFINE(selu, lambda *(x < 0 ? alpha * expm1(x) : x))
DEFINE(gelu, x / (1 + exp(-1.702 * x))) /* x sigmoid(1.702 x) */
DEFINE(silu, x / (1 + exp(-x)))
DEFINE(softplus,
       (x > 0 ? x : 0) + log1p(exp(-fabs(x)))) /* log(exp(x) + 1), which double precision would not reach far out */
DEFINE(erf, erf(x))
DEFINE(round_even, nearbyint(x))
DEFINE(gelu_erf, x *erfc(-x *sqrt(0.5)) / 2)
DEFINE(gelu_tanh, x / (1 + exp(-2 * sqrt(2 / PI) * (x + 0.044715 * x * x * x))))
DEFINE(hard_sigmoid, fmin(fmax(x + 3, 0), 6) / 6)
DEFINE(erf_polynomial, x == 0 ? 0 : copysign(1 - erfc_polynomial(1 / (1 + 0.3275911 * fabs(x))) * exp(-x * x), x))
DEFINE(mish, x *tanh(log1p(exp(x))))
DEFINE(hard_swish, x *fmin(fmax(x + 3, 0), 6) / 6)
#undef DEFINE

#define ROW(name) {#name, define_##name},
static const struct definition definitions[] = {
    ROW(copy) ROW(neg) ROW(rcp) ROW(exp) ROW(log) ROW(sin) ROW(cos) ROW(tan) ROW(sinh) ROW(cosh) ROW(tanh) ROW(asin)
        ROW(acos) ROW(atan) ROW(asinh) ROW(acosh) ROW(atanh) ROW(abs) ROW(sign) ROW(not ) ROW(floor) ROW(ceil)
            ROW(round) ROW(sqr) ROW(sqrt) ROW(rsqr) ROW(rsqrt) ROW(log2) ROW(sigmoid) ROW(relu) ROW(leaky_relu) ROW(elu)
                ROW(selu) ROW(gelu) ROW(silu) ROW(softplus) ROW(erf) ROW(round_even) ROW(gelu_erf) ROW(gelu_tanh)
                    ROW(erf_polynomial) ROW(mish) ROW(hard_sigmoid) ROW(hard_swish)};
#undef ROW

/* An error of half a unit in the argument of exp(-1.702 x) is as many units of the result as the argument is large. */
static void gelu_scale(double *scale, const double *x, const double *y, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        scale[i] = fabs(y[i]) * (1 + 1.702 * fabs(x[i]));
}

/* 1 + erf rounds in units of 1, so that of x where it is small; tanh as above, with 1.596 x (1 + 0.0447 x^2) as the
 * argument. */
static void gelu_erf_scale(double *scale, const double *x, const double *y, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        scale[i] = fmax(fabs(y[i]), fabs(x[i]) / 2);
}

static void gelu_tanh_scale(double *scale, const double *x, const double *y, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        scale[i] = fabs(y[i]) * (1 + 1.596 * fabs(x[i]) * (1 + 0.0447 * x[i] * x[i]));
}

/* 1 - p rounds in units of 1. */
static void erf_polynomial_scale(double *scale, const double *x, const double *y, int64_t count)
{
    (void)x;
    (void)y;
    for (int64_t i = 0; i < count; i++)
        scale[i] = 1;
}

static const struct scale {
    const char *op;
    void (*of)(double *scale, const double *x, const double *y, int64_t count);
} scales[] = {{"gelu", gelu_scale},
              {"gelu_erf", gelu_erf_scale},
              {"gelu_tanh", gelu_tanh_scale},
              {"erf_polynomial", erf_polynomial_scale}};

void ncl_unary_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *result = ncl_node_result(node, 0);
    const struct definition *definition = definitions;
    const double alpha = parameter(node, "alpha"), lambda = parameter(node, "lambda"),
                 *x = ncl_reference_in(reference, ncl_node_tensor(node, "x"));
    const int64_t count = ncl_shape_volume(&result->shape);
    double *y = ncl_reference_out(reference, result);
    while (strcmp(definition->op, node->op->name) != 0)
        definition++; /* every operation of the family has one: tests/ops/test_unary.c */
    for (int64_t i = 0; i < count; i++)
        y[i] = definition->of(x[i], alpha, lambda);
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++)
        if (strcmp(node->op->name, scales[i].op) == 0)
            scales[i].of(ncl_reference_scale(reference, result, 1), x, y, count);
}
