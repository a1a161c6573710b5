/* SPDX-License-Identifier: Apache-2.0 */
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

static double unary_parameter(const struct ncl_node *node, const char *name)
{
    for (size_t i = 0; i < node->parameter_count; i++)
        if (strcmp(node->parameter[i], name) == 0)
            return ncl_node_scalar(node, name);
    return 0;
}

void ncl_unary_elements(struct ncl_expression *expression, const struct ncl_node *node)
{
    const char *const x = ncl_expression_tensor(expression, ncl_node_tensor(node, "x"));
    ncl_expression_apply(expression, ncl_node_result(node, 0)->dtype, node->op->formula, &x,
                         unary_parameter(node, "alpha"), unary_parameter(node, "lambda"));
}

/* ---- the definition ---- */

void ncl_copy_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *result = ncl_node_result(node, 0);
    memcpy(ncl_reference_out(reference, result), ncl_reference_in(reference, ncl_node_tensor(node, "x")),
           (size_t)ncl_shape_volume(&result->shape) * sizeof(double));
}

#define PI 3.14159265358979323846

static double erfc_polynomial(double t)
{
    return ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
}

#define UNARY(name, formula, definition, ulp, reason)                                                                  \
    static double define_##name(double x, double alpha, double lambda)                                                 \
    {                                                                                                                  \
        (void)alpha;                                                                                                   \
        (void)lambda;                                                                                                  \
        return definition;                                                                                             \
    }
#define INNER UNARY
#include "ir/unary.def"
#undef UNARY

static const struct definition {
    const char *op;
    double (*of)(double x, double alpha, double lambda);
} definitions[] = {
#define UNARY(name, formula, definition, ulp, reason) {#name, define_##name},
#include "ir/unary.def"
#undef UNARY
#undef INNER
};

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
    const double alpha = unary_parameter(node, "alpha"), lambda = unary_parameter(node, "lambda"),
                 *x = ncl_reference_in(reference, ncl_node_tensor(node, "x"));
    const int64_t count = ncl_shape_volume(&result->shape);
    double *y = ncl_reference_out(reference, result);
    while (strcmp(definition->op, node->op->name) != 0)
        definition++; /* unary.def made both */
    for (int64_t i = 0; i < count; i++)
        y[i] = definition->of(x[i], alpha, lambda);
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++)
        if (ncl_node_is(node, scales[i].op))
            scales[i].of(ncl_reference_scale(reference, result, 1), x, y, count);
}
