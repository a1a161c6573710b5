/* Binary operations (NNEF 4.2.2), min and max (4.2.4), prelu (4.9.1): everything of two operands and one formula. */
#include "ops/unary.h"

static const char *second(const struct ncl_node *node)
{
    return node->parameter[1]; /* "y", or "alpha" of prelu */
}

nnefcl_status ncl_binary_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    const char *const names[] = {"x", second(node)};
    nnefcl_shape shape;
    const nnefcl_status status = ncl_broadcast_infer(infer, node, names, 2, &shape);
    return status ? status : ncl_infer_result(infer, node, 0, &shape);
}

nnefcl_status ncl_binary_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    const struct ncl_tensor *result = ncl_node_result(node, 0);
    struct ncl_broadcast broadcast = {.formula = node->op->formula, .result = ncl_lower_tensor(lower, result), .result_shape = result->shape};
    ncl_broadcast_operand(lower, &broadcast, ncl_node_tensor(node, "x"));
    ncl_broadcast_operand(lower, &broadcast, ncl_node_tensor(node, second(node)));
    return ncl_broadcast_emit(lower, &broadcast);
}

/* ---- pow: exponents that need no logarithm ---- */

static const struct power {
    double exponent;
    const char *formula;
} powers[] = {
    {2.0, "x * x"}, {3.0, "x * x * x"}, {0.5, "sqrt(x)"}, {-0.5, "rsqrt(x)"}, {-1.0, "1.0f / x"}, {-2.0, "1.0f / (x * x)"},
};

nnefcl_status ncl_pow_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    const struct ncl_tensor *x = ncl_node_tensor(node, "x"), *y = ncl_node_tensor(node, "y"), *result = ncl_node_result(node, 0);
    if (!lower->plain_kernels && ncl_shape_volume(&x->shape) == ncl_shape_volume(&result->shape))
        for (size_t i = 0; i < sizeof powers / sizeof *powers; i++)
            if (ncl_tensor_is_filled_with(y, powers[i].exponent))
                return ncl_unary_emit(lower, x, result, powers[i].formula, 0, 0);
    return ncl_binary_lower(lower, node);
}
