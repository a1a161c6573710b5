/* Reductions to values (NNEF 4.4) and moments (4.9.6). */
#include <math.h>

#include "ops/reduce.h"
#include "emit/reference.h"

nnefcl_status ncl_reduce_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    nnefcl_shape shape;
    const nnefcl_status status = ncl_axes_infer(infer, node, ncl_node_tensor(node, "input"), &shape);
    return status ? status : ncl_infer_result(infer, node, 0, &shape);
}

/* How the kernel `reduce` makes one result of a line. */
struct reduction {
    const char *join, *start;
    const char *map, *finish; /* NULL: the element itself, the joined value */
    bool sum;
};

static const struct reduction reductions[] = {
    [NCL_REDUCE_SUM] = {.join = "a + v", .start = "0", .sum = true},
    [NCL_REDUCE_MEAN] = {.join = "a + v", .start = "0", .sum = true, .finish = "v / VOLUME"},
    [NCL_REDUCE_MAX] = {.join = "select(a, v, (v > a) | isnan(v))", .start = "-INFINITY"},
    [NCL_REDUCE_MIN] = {.join = "select(a, v, (v < a) | isnan(v))", .start = "INFINITY"},
    /* by what is not there: the compiler of rusticl (Mesa 22.3) falls over arrays of bytes that are all 1 */
    [NCL_REDUCE_ALL] = {.join = "a | v", .start = "0", .map = "v ^ (uchar)1", .finish = "v ^ (uchar)1"},
    [NCL_REDUCE_ANY] = {.join = "a | v", .start = "0"},
    [NCL_REDUCE_VARIANCE] =
        {.join = "a + v", .start = "0", .map = "(v - m) * (v - m)", .sum = true, .finish = "v / VOLUME"},
    [NCL_REDUCE_MEAN_SQUARE] = {.join = "a + v", .start = "0", .map = "v * v", .sum = true, .finish = "v / VOLUME"},
};

nnefcl_status ncl_reduce_emit(struct ncl_lower *lower, enum ncl_reduction kind, const struct ncl_tensor *input,
                              ncl_ref mean, ncl_ref output, const nnefcl_shape *shape)
{
    const struct reduction *reduction = &reductions[kind];
    struct ncl_axes axes;
    ncl_axes_find(&axes, &input->shape, shape);
    struct ncl_emit *step = ncl_step_begin(lower, "reduce");
    ncl_step_define_type(step, "T", input->dtype);
    ncl_step_define(step, "JOIN", reduction->join);
    ncl_step_define(step, "START", reduction->start);
    ncl_step_define_int(step, "SUM", reduction->sum);
    if (reduction->map)
        ncl_step_define(step, "MAP(v)", reduction->map);
    if (reduction->finish)
        ncl_step_define(step, "FINISH(v)", reduction->finish);
    ncl_step_in(step, ncl_lower_tensor(lower, input));
    ncl_step_in(step, mean);
    ncl_step_out(step, output);
    const int64_t tasks = ncl_axes_emit(lower, step, &axes);
    ncl_step_real(step, "VOLUME", (double)axes.volume);
    ncl_step_flops(step, (double)ncl_shape_volume(&input->shape));
    return ncl_step_end(step, tasks);
}

static nnefcl_status reduce_emit(struct ncl_lower *lower, enum ncl_reduction kind, const struct ncl_tensor *input,
                                 const struct ncl_tensor *mean, const struct ncl_tensor *output)
{
    return ncl_reduce_emit(lower, kind, input, ncl_lower_tensor(lower, mean), ncl_lower_tensor(lower, output),
                           &output->shape);
}

static nnefcl_status emit_or_view(struct ncl_lower *lower, enum ncl_reduction kind, const struct ncl_tensor *input,
                                  const struct ncl_tensor *output)
{
    if (ncl_shape_volume(&input->shape) != ncl_shape_volume(&output->shape))
        return reduce_emit(lower, kind, input, input, output);
    ncl_lower_view(lower, output, input, 0);
    return ncl_lower_status(lower);
}

nnefcl_status ncl_reduce_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    return emit_or_view(lower, (enum ncl_reduction)node->op->variant, ncl_node_tensor(node, "input"),
                        ncl_node_result(node, 0));
}

nnefcl_status ncl_sum_reduce_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    return emit_or_view(lower, ncl_node_logical(node, "normalize") ? NCL_REDUCE_MEAN : NCL_REDUCE_SUM,
                        ncl_node_tensor(node, "input"), ncl_node_result(node, 0));
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
    const nnefcl_status status = reduce_emit(lower, NCL_REDUCE_MEAN, input, input, mean);
    return status ? status : reduce_emit(lower, NCL_REDUCE_VARIANCE, input, mean, ncl_node_result(node, 1));
}

/* ---- the definition ---- */

/* Several axes are reduced one after the other, which the order of a sum in real numbers does not tell. A NaN is beyond
 * every number. */
static double join(enum ncl_reduction kind, double a, double v)
{
    switch (kind) {
    case NCL_REDUCE_MAX:
        return v > a || isnan(v) ? v : a;
    case NCL_REDUCE_MIN:
        return v < a || isnan(v) ? v : a;
    case NCL_REDUCE_ALL:
        return a && v;
    case NCL_REDUCE_ANY:
        return a || v;
    default:
        return a + v;
    }
}

static void reduce_define(const struct ncl_reference *reference, enum ncl_reduction kind,
                          const struct ncl_tensor *input, const struct ncl_tensor *output)
{
    static const double start[] = {[NCL_REDUCE_SUM] = 0,        [NCL_REDUCE_MEAN] = 0, [NCL_REDUCE_MAX] = -INFINITY,
                                   [NCL_REDUCE_MIN] = INFINITY, [NCL_REDUCE_ALL] = 1,  [NCL_REDUCE_ANY] = 0};
    const int64_t count = ncl_shape_volume(&output->shape), volume = ncl_shape_volume(&input->shape) / count;
    const double *x = ncl_reference_in(reference, input);
    double *y = ncl_reference_out(reference, output),
           *scale = kind <= NCL_REDUCE_MEAN ? ncl_reference_scale(reference, output, (uint64_t)volume) : NULL;
    int64_t at[NNEFCL_MAX_RANK];
    for (int64_t i = 0; i < count; i++)
        y[i] = start[kind];
    for (bool more = ncl_position_first(&input->shape, at); more; more = ncl_position_next(&input->shape, at)) {
        const int64_t i = ncl_position_repeated(&output->shape, at);
        y[i] = join(kind, y[i], *x);
        if (scale)
            scale[i] += fabs(*x);
        x++;
    }
    for (int64_t i = 0; i < count && kind == NCL_REDUCE_MEAN; i++) {
        y[i] /= (double)volume;
        scale[i] = ncl_reference_average(scale[i], (double)volume);
    }
}

void ncl_reduce_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    reduce_define(reference, (enum ncl_reduction)node->op->variant, ncl_node_tensor(node, "input"),
                  ncl_node_result(node, 0));
}

void ncl_sum_reduce_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    reduce_define(reference, ncl_node_logical(node, "normalize") ? NCL_REDUCE_MEAN : NCL_REDUCE_SUM,
                  ncl_node_tensor(node, "input"), ncl_node_result(node, 0));
}

/* mean = mean_reduce(input), variance = mean_reduce(sqr(input - mean)). A mean that is off by d adds d^2 to the
 * variance, and d is at most half a unit of the mean magnitude for each of 72 terms (the sums are made in parts,
 * src/verify/tolerance.def). */
void ncl_moments_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input"), *mean = ncl_node_result(node, 0),
                            *variance = ncl_node_result(node, 1);
    const int64_t count = ncl_shape_volume(&mean->shape), volume = ncl_shape_volume(&input->shape) / count;
    const double *x = ncl_reference_in(reference, input), *m = ncl_reference_out(reference, mean);
    double *v = ncl_reference_out(reference, variance),
           *scale = ncl_reference_scale(reference, variance, (uint64_t)volume);
    int64_t at[NNEFCL_MAX_RANK];
    reduce_define(reference, NCL_REDUCE_MEAN, input, mean);
    for (bool more = ncl_position_first(&input->shape, at); more; more = ncl_position_next(&input->shape, at)) {
        const int64_t i = ncl_position_repeated(&mean->shape, at);
        v[i] += (*x - m[i]) * (*x - m[i]) / (double)volume;
        x++;
    }
    const double *magnitude = ncl_reference_scale(reference, mean, (uint64_t)volume);
    for (int64_t i = 0; i < count; i++)
        scale[i] = v[i] + magnitude[i] * magnitude[i] * (fmin((double)volume, 72) + 12) * 0x1p-24;
}
