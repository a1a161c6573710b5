/* SPDX-License-Identifier: Apache-2.0 */
/* cast (4.5.8): the same contents as another element type, by the rules of the built-in functions (3.3.3). */
#include <math.h>

#include "ops/broadcast.h"
#include "emit/reference.h"

nnefcl_status ncl_cast_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    return ncl_infer_result(infer, node, 0, &ncl_node_tensor(node, "input")->shape);
}

nnefcl_status ncl_cast_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    static const char *const converts[] = {
        [NNEFCL_SCALAR] = "TO_FLOAT", [NNEFCL_INTEGER] = "TO_INT", [NNEFCL_LOGICAL] = "TO_BOOL"};
    const struct ncl_tensor *input = ncl_node_tensor(node, "input"), *result = ncl_node_result(node, 0);
    const int64_t count = ncl_shape_volume(&result->shape), chunk = ncl_broadcast_chunk(&lower->plan->target, count);
    if (input->dtype == result->dtype) {
        ncl_lower_view(lower, result, input, 0);
        return ncl_lower_status(lower);
    }
    const bool truncates = input->dtype == NNEFCL_SCALAR && result->dtype == NNEFCL_INTEGER;
    const ncl_ref in = ncl_lower_tensor(lower, input), out = ncl_lower_tensor(lower, result);
    struct ncl_emit *step = ncl_step_begin(lower, "cast");
    ncl_step_define_type(step, "FROM", input->dtype);
    ncl_step_define_type(step, "TO", result->dtype);
    ncl_step_define(step, "CONVERT", truncates ? "TRUNCATED" : converts[result->dtype]);
    ncl_step_in(step, in);
    ncl_step_out(step, out);
    ncl_step_size(step, "COUNT", count);
    ncl_step_size(step, "CHUNK", chunk);
    return ncl_step_end(step, ncl_ceil_div(count, chunk));
}

/* ---- the definition ---- */

/* A scalar becomes an integer by truncation toward zero (A-CAST-1), and a logical by being other than 0. What no
 * integer holds, of which the text says nothing, becomes the nearest one, and NaN 0. */
void ncl_cast_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input"), *output = ncl_node_result(node, 0);
    const double *x = ncl_reference_in(reference, input);
    double *y = ncl_reference_out(reference, output);
    for (int64_t i = 0; i < ncl_shape_volume(&input->shape); i++) {
        if (output->dtype == NNEFCL_LOGICAL)
            y[i] = x[i] != 0;
        else if (output->dtype == NNEFCL_INTEGER)
            y[i] = isnan(x[i]) ? 0 : fmin(fmax(trunc(x[i]), INT32_MIN), INT32_MAX);
        else
            y[i] = x[i];
    }
}
