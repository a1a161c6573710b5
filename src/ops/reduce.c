/* SPDX-License-Identifier: Apache-2.0 */
/* Reductions to values (NNEF 4.4) and moments (4.9.6). */
#include <math.h>

#include "emit/reference.h"
#include "emit/variant.h"
#include "ops/reduce.h"

nnefcl_status ncl_reduce_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    nnefcl_shape shape;
    const nnefcl_status status = ncl_axes_infer(infer, node, ncl_node_tensor(node, "input"), &shape);
    return status ? status : ncl_infer_result(infer, node, 0, &shape);
}

static enum ncl_reduction reduce_kind(const struct ncl_node *node)
{
    const enum ncl_reduction kind = (enum ncl_reduction)node->op->variant;
    return kind == NCL_REDUCE_SUM && ncl_node_logical(node, "normalize") ? NCL_REDUCE_MEAN : kind;
}

void ncl_reduce_problem(const struct ncl_node *node, struct ncl_problem *problem)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input"), *output = ncl_node_result(node, 0);
    *problem = (struct ncl_problem){
        .family = NCL_FAMILY_REDUCE,
        .node = node,
        .result = output,
        .flops = (double)ncl_shape_volume(&input->shape),
        .reduce = {.kind = reduce_kind(node), .input = input, .mean = NCL_NO_TENSOR, .shape = output->shape}};
}

nnefcl_status ncl_reduce_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input"), *output = ncl_node_result(node, 0);
    if (!ncl_shape_equal(&input->shape, &output->shape))
        return ncl_choose_lower(lower, node);
    ncl_lower_view(lower, output, input, 0);
    return ncl_lower_status(lower);
}

nnefcl_status ncl_reduce_emit(struct ncl_lower *lower, enum ncl_reduction kind, const struct ncl_tensor *input,
                              ncl_ref mean, ncl_ref output, const nnefcl_shape *shape)
{
    struct ncl_problem problem = {.family = NCL_FAMILY_REDUCE,
                                  .node = lower->node,
                                  .out = output,
                                  .flops = (double)ncl_shape_volume(&input->shape),
                                  .reduce = {.kind = kind, .input = input, .mean = mean, .shape = *shape}};
    return ncl_choose(lower, &problem);
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
    const struct ncl_tensor *input = ncl_node_tensor(node, "input");
    const nnefcl_shape *shape = &ncl_node_result(node, 0)->shape;
    const ncl_ref mean = ncl_lower_tensor(lower, ncl_node_result(node, 0)),
                  variance = ncl_lower_tensor(lower, ncl_node_result(node, 1));
    const nnefcl_status status = ncl_reduce_emit(lower, NCL_REDUCE_MEAN, input, NCL_NO_TENSOR, mean, shape);
    return status ? status : ncl_reduce_emit(lower, NCL_REDUCE_VARIANCE, input, mean, variance, shape);
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
        scale[i] /= (double)volume;
    }
}

void ncl_reduce_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    reduce_define(reference, reduce_kind(node), ncl_node_tensor(node, "input"), ncl_node_result(node, 0));
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
