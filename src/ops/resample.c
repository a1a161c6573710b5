/* nearest_downsample, area_downsample, nearest_upsample, multilinear_upsample (NNEF 4.3.4). */
#include <string.h>

#include "base/checked.h"
#include "ops/pool.h"

#define AXES (NNEFCL_MAX_RANK - 2)
#define RUN  16 /* outputs of a task on a CPU */

/* ---- checks ---- */

static nnefcl_status check_factor(struct ncl_infer *infer, struct ncl_node *node)
{
    const int rank = ncl_node_tensor(node, "input")->shape.rank;
    const size_t count = ncl_node_count(node, "factor");
    if (rank < 2 || count != (size_t)(rank - 2))
        return ncl_infer_error(infer, node, "'factor' has %zu items, the input of rank %d has %d spatial dimensions", count, rank,
                               rank < 2 ? 0 : rank - 2);
    for (size_t i = 0; i < count; i++)
        if (ncl_node_integer_at(node, "factor", i) <= 0)
            return ncl_infer_error(infer, node, "item %zu of 'factor' is %lld, it must be positive", i,
                                   (long long)ncl_node_integer_at(node, "factor", i));
    return NNEFCL_OK;
}

nnefcl_status ncl_downsample_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    const nnefcl_status status = check_factor(infer, node);
    if (status)
        return status;
    nnefcl_shape shape = ncl_node_tensor(node, "input")->shape;
    for (int i = 2; i < shape.rank; i++) {
        const int64_t factor = ncl_node_integer_at(node, "factor", (size_t)i - 2);
        if (shape.extent[i] % factor)
            return ncl_infer_error(infer, node, "the factor %lld does not divide the extent %lld of axis %d", (long long)factor,
                                   (long long)shape.extent[i], i);
        shape.extent[i] /= factor;
    }
    return ncl_infer_result(infer, node, 0, &shape);
}

nnefcl_status ncl_upsample_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    const nnefcl_status status = check_factor(infer, node);
    if (status)
        return status;
    nnefcl_shape shape = ncl_node_tensor(node, "input")->shape;
    for (int i = 2; i < shape.rank; i++)
        if (!ncl_mul_i64(shape.extent[i], ncl_node_integer_at(node, "factor", (size_t)i - 2), &shape.extent[i]))
            return ncl_infer_error(infer, node, "the factor %lld for the extent %lld of axis %d is too large",
                                   (long long)ncl_node_integer_at(node, "factor", (size_t)i - 2), (long long)shape.extent[i], i);
    return ncl_infer_result(infer, node, 0, &shape);
}

static const char *const methods[] = {"symmetric", "asymmetric", "aligned"};

static int find_method(const struct ncl_node *node)
{
    for (int i = 0; i < 3; i++)
        if (strcmp(ncl_node_string(node, "method"), methods[i]) == 0)
            return i;
    return -1;
}

nnefcl_status ncl_multilinear_upsample_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    if (find_method(node) < 0)
        return ncl_infer_error(infer, node, "method '%.40s' is none of 'symmetric', 'asymmetric', 'aligned'", ncl_node_string(node, "method"));
    const nnefcl_status status = ncl_window_infer_border(infer, node, NCL_BORDERS_FILLED);
    return status ? status : ncl_upsample_infer(infer, node);
}

/* ---- kernels ---- */

/* A factor for each of six spatial axes, 1s in front. */
static void emit_spatial(struct ncl_emit *step, const char *name, const nnefcl_shape *shape)
{
    for (int i = shape->rank - 2; i < AXES; i++)
        ncl_step_size(step, name, 1);
    ncl_step_sizes(step, name, shape->extent + 2, (size_t)(shape->rank - 2));
}

/* y[o] = x[o s] and y[o] = x[floor(o / f)]: nearest, in both directions. */
nnefcl_status ncl_nearest_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input"), *output = ncl_node_result(node, 0);
    const int64_t count = ncl_shape_volume(&output->shape), run = lower->plan->target.cpu ? lower->plan->target.chunk : 1;
    struct ncl_emit *step = ncl_step_begin(lower, "nearest");
    ncl_step_in(step, ncl_lower_tensor(lower, input));
    ncl_step_out(step, ncl_lower_tensor(lower, output));
    ncl_step_size(step, "COUNT", count);
    ncl_step_size(step, "RUN", run);
    emit_spatial(step, "IN", &input->shape);
    emit_spatial(step, "OUT", &output->shape);
    return ncl_step_end(step, ncl_ceil_div(count, run));
}

nnefcl_status ncl_area_downsample_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    const nnefcl_shape *input = &ncl_node_tensor(node, "input")->shape;
    struct ncl_window window = {.rank = input->rank, .border = NCL_BORDER_CONSTANT, .in = *input, .out = ncl_node_result(node, 0)->shape};
    for (int i = 0; i < input->rank; i++) {
        window.dilation[i] = 1;
        window.size[i] = window.stride[i] = i < 2 ? 1 : ncl_node_integer_at(node, "factor", (size_t)i - 2);
    }
    const struct ncl_pool pool = {.normalize = true};
    return ncl_pool_emit(lower, node, &pool, &window);
}

nnefcl_status ncl_multilinear_upsample_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input"), *output = ncl_node_result(node, 0);
    const int64_t count = ncl_shape_volume(&output->shape), run = lower->plan->target.cpu ? RUN : 1;
    struct ncl_emit *step = ncl_step_begin(lower, "multilinear");
    ncl_window_define_border(step, ncl_window_border(node));
    ncl_step_define_int(step, "METHOD", find_method(node));
    ncl_step_in(step, ncl_lower_tensor(lower, input));
    ncl_step_out(step, ncl_lower_tensor(lower, output));
    ncl_step_size(step, "COUNT", count);
    ncl_step_size(step, "RUN", run);
    ncl_step_size(step, "CORNERS", (int64_t)1 << (input->shape.rank - 2));
    emit_spatial(step, "IN", &input->shape);
    emit_spatial(step, "OUT", &output->shape);
    ncl_step_flops(step, 3.0 * (double)count);
    return ncl_step_end(step, ncl_ceil_div(count, run));
}
