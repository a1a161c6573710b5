/* local_response_normalization (NNEF 4.9.4): the box of its body has automatic padding, border 'constant' and divides by the whole volume of the
 * window. */
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

static const char *scaled(double beta)
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
    ncl_step_define(step, "SCALED", scaled(lower->plain_kernels ? 0 : beta));
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
    ncl_step_flops(step, (double)count * reach.volume);
    return ncl_step_end(step, ncl_ceil_div(count, chunk));
}
