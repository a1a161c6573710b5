/* SPDX-License-Identifier: Apache-2.0 */
/* local_response_normalization (NNEF 4.9.4): the box of its body has automatic padding, border 'constant' and divides
 * by the whole volume of the window. */
#include <math.h>

#include "base/checked.h"
#include "emit/reference.h"
#include "ops/broadcast.h"

nnefcl_status ncl_lrn_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    const nnefcl_shape *shape = &ncl_node_tensor(node, "input")->shape;
    const size_t count = ncl_node_count(node, "size");
    if (count != (size_t)shape->rank)
        return ncl_infer_error(infer, node, "'size' has %zu items, the input has rank %d", count, shape->rank);
    for (size_t i = 0; i < count; i++)
        if (ncl_node_integer_at(node, "size", i) <= 0)
            return ncl_infer_error(infer, node, "item %zu of 'size' is %lld, it must be positive", i,
                                   (long long)ncl_node_integer_at(node, "size", i));
    return ncl_infer_result(infer, node, 0, shape);
}

/* The axes, innermost first, those that the window does not cross merged with their neighbours. */
struct reach {
    int count;
    int64_t inner; /* elements of the innermost axes that it does not cross */
    int64_t extent[NNEFCL_MAX_RANK], before[NNEFCL_MAX_RANK], after[NNEFCL_MAX_RANK];
    double volume;
};

static int64_t at_most(int64_t value, int64_t limit)
{
    return value < limit ? value : limit;
}

static struct reach find_reach(const struct ncl_node *node, const nnefcl_shape *shape)
{
    struct reach reach = {.inner = 1, .volume = 1};
    for (int i = shape->rank - 1; i >= 0; i--) {
        const int64_t size = ncl_node_integer_at(node, "size", (size_t)i), extent = shape->extent[i];
        const int last = reach.count - 1;
        reach.volume *= (double)size;
        if (size == 1 && reach.count == 0) {
            reach.inner *= extent;
        } else if (size == 1 && reach.before[last] + reach.after[last] == 0) {
            reach.extent[last] *= extent;
        } else {
            reach.extent[reach.count] = extent;
            reach.before[reach.count] = at_most((size - 1) / 2, extent);
            reach.after[reach.count++] = at_most(size / 2, extent);
        }
    }
    if (reach.count == 0)
        reach.extent[reach.count++] = 1;
    return reach;
}

static const char *lrn_scaled(double beta)
{
    if (beta == 0.5)
        return "x * rsqrt(s)";
    if (beta == 0.75)
        return "x / (sqrt(s) * sqrt(sqrt(s)))";
    return beta == 1.0 ? "x / s" : "x / pow(s, BETA)";
}

nnefcl_status ncl_lrn_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input"), *output = ncl_node_result(node, 0);
    const int64_t count = ncl_shape_volume(&input->shape), chunk = ncl_broadcast_chunk(&lower->plan->target, count);
    const struct reach reach = find_reach(node, &input->shape);
    const double beta = ncl_node_scalar(node, "beta");
    struct ncl_emit *step = ncl_step_begin(lower, "lrn");
    ncl_step_define(step, "SCALED", lrn_scaled(beta));
    ncl_step_in(step, ncl_lower_tensor(lower, input));
    ncl_step_out(step, ncl_lower_tensor(lower, output));
    ncl_step_size(step, "COUNT", count);
    ncl_step_size(step, "CHUNK", chunk);
    ncl_step_size(step, "INNER", reach.inner);
    ncl_step_size(step, "AXES", reach.count);
    ncl_step_real(step, "ALPHA", ncl_node_scalar(node, "alpha") / reach.volume);
    ncl_step_real(step, "BETA", beta);
    ncl_step_real(step, "BIAS", ncl_node_scalar(node, "bias"));
    ncl_step_sizes(step, "EXTENT", reach.extent, NNEFCL_MAX_RANK);
    ncl_step_sizes(step, "BEFORE", reach.before, NNEFCL_MAX_RANK);
    ncl_step_sizes(step, "AFTER", reach.after, NNEFCL_MAX_RANK);
    ncl_step_real(step, "RESTORE", exp2(-80 * beta));
    ncl_step_flops(step, (double)count * reach.volume);
    return ncl_step_end(step, ncl_ceil_div(count, chunk));
}

/* ---- definition ---- */

/* The sum of input^2 over the window of automatic padding p = floor((f - 1) / 2) around `at`; beyond the input are
 * zeros. */
static double sum_squares(const struct ncl_node *node, const nnefcl_shape *shape, const double *x, const int64_t *at)
{
    int64_t low[NNEFCL_MAX_RANK], from[NNEFCL_MAX_RANK], j[NNEFCL_MAX_RANK];
    nnefcl_shape window = {.rank = shape->rank};
    double sum = 0;
    for (int i = 0; i < shape->rank; i++) {
        const int64_t f = ncl_node_integer_at(node, "size", (size_t)i), first = at[i] - (f - 1) / 2;
        low[i] = first > 0 ? first : 0;
        window.extent[i] = at_most(first + f, shape->extent[i]) - low[i];
    }
    for (bool more = ncl_position_first(&window, j); more; more = ncl_position_next(&window, j)) {
        for (int i = 0; i < shape->rank; i++)
            from[i] = low[i] + j[i];
        const double value = x[ncl_position_index(shape, from)];
        sum += value * value;
    }
    return sum;
}

/* The body of 4.9.4: sigma = bias + alpha box(sqr(input), normalize = true), output = input / sigma^beta. The relative
 * error of sigma reaches the output beta times; where alpha or bias is negative, it may be large. */
void ncl_lrn_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input"), *output = ncl_node_result(node, 0);
    const double alpha = ncl_node_scalar(node, "alpha"), beta = ncl_node_scalar(node, "beta"),
                 bias = ncl_node_scalar(node, "bias");
    const double volume = find_reach(node, &input->shape).volume, *x = ncl_reference_in(reference, input);
    double *y = ncl_reference_out(reference, output),
           *scale = ncl_reference_scale(reference, output, ncl_uint64_of(fmin(volume, 0x1p40)) + 4);
    int64_t at[NNEFCL_MAX_RANK], i = 0;
    for (bool more = ncl_position_first(&input->shape, at); more; more = ncl_position_next(&input->shape, at), i++) {
        const double mean = sum_squares(node, &input->shape, x, at) / volume, sigma = bias + alpha * mean;
        const double spread = fabs(beta) * (fabs(bias) + fabs(alpha) * mean) / fabs(sigma);
        y[i] = x[i] / pow(sigma, beta);
        scale[i] = spread > 1 ? fabs(y[i]) * spread : 0;
    }
}
