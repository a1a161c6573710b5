/* Reductions to values (NNEF 4.4) and moments (4.9.6). */
#include "ops/axes.h"

/* The variants in ops.def; the last one is for moments. */
enum kind { SUM, MEAN, MAX, MIN, ALL, ANY, VARIANCE };

nnefcl_status ncl_reduce_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    nnefcl_shape shape;
    const nnefcl_status status = ncl_axes_infer(infer, node, ncl_node_tensor(node, "input"), &shape);
    return status ? status : ncl_infer_result(infer, node, 0, &shape);
}

/* How the kernel `reduce` makes one result of a line. */
struct reduction {
    const char *join, *start;
    const char *map; /* NULL: the element itself */
    bool mean, sum;
};

static const struct reduction reductions[] = {
    [SUM] = {.join = "a + v", .start = "0", .sum = true},
    [MEAN] = {.join = "a + v", .start = "0", .sum = true, .mean = true},
    [MAX] = {.join = "select(a, v, (v > a) | isnan(v))", .start = "-INFINITY"},
    [MIN] = {.join = "select(a, v, (v < a) | isnan(v))", .start = "INFINITY"},
    [ALL] = {.join = "a & v", .start = "1"},
    [ANY] = {.join = "a | v", .start = "0"},
    [VARIANCE] = {.join = "a + v", .start = "0", .map = "(v - m) * (v - m)", .sum = true, .mean = true},
};

static nnefcl_status emit(struct ncl_lower *lower, enum kind kind, const struct ncl_tensor *input, const struct ncl_tensor *mean,
                          const struct ncl_tensor *output)
{
    const struct reduction *reduction = &reductions[kind];
    struct ncl_axes axes;
    ncl_axes_find(&axes, &input->shape, &output->shape);
    struct ncl_emit *step = ncl_step_begin(lower, "reduce");
    ncl_step_define_type(step, "T", input->dtype);
    ncl_step_define(step, "JOIN", reduction->join);
    ncl_step_define(step, "START", reduction->start);
    ncl_step_define_int(step, "SUM", reduction->sum);
    if (reduction->map)
        ncl_step_define(step, "MAP(v)", reduction->map);
    if (reduction->mean)
        ncl_step_define(step, "FINISH(v)", "v / VOLUME");
    ncl_step_in(step, ncl_lower_tensor(lower, input));
    ncl_step_in(step, ncl_lower_tensor(lower, mean));
    ncl_step_out(step, ncl_lower_tensor(lower, output));
    const int64_t tasks = ncl_axes_emit(lower, step, &axes);
    ncl_step_real(step, "VOLUME", (double)axes.volume);
    ncl_step_flops(step, (double)ncl_shape_volume(&input->shape));
    return ncl_step_end(step, tasks);
}

static nnefcl_status emit_or_view(struct ncl_lower *lower, enum kind kind, const struct ncl_tensor *input, const struct ncl_tensor *output)
{
    if (ncl_shape_volume(&input->shape) != ncl_shape_volume(&output->shape))
        return emit(lower, kind, input, input, output);
    ncl_lower_view(lower, output, input, 0);
    return ncl_lower_status(lower);
}

nnefcl_status ncl_reduce_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    return emit_or_view(lower, (enum kind)node->op->variant, ncl_node_tensor(node, "input"), ncl_node_result(node, 0));
}

nnefcl_status ncl_sum_reduce_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    return emit_or_view(lower, ncl_node_logical(node, "normalize") ? MEAN : SUM, ncl_node_tensor(node, "input"), ncl_node_result(node, 0));
}

/* ---- moments: the mean, then the mean of squared differences from it ---- */

nnefcl_status ncl_moments_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    nnefcl_shape shape;
    nnefcl_status status = ncl_axes_infer(infer, node, ncl_node_tensor(node, "input"), &shape);
    for (size_t r = 0; r < 2 && !status; r++)
        status = ncl_infer_result(infer, node, r, &shape);
    return status;
}

nnefcl_status ncl_moments_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input"), *mean = ncl_node_result(node, 0);
    const nnefcl_status status = emit(lower, MEAN, input, input, mean);
    return status ? status : emit(lower, VARIANCE, input, mean, ncl_node_result(node, 1));
}
