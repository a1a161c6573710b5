/* SPDX-License-Identifier: Apache-2.0 */
/* top_k, which chapter 4 lacks: of each line along `axis` the `count` greatest elements (least, unless `largest`) and
 * their positions, the best one first, of equal ones the first:
 *
 *   value[p, k, q] = x[p, index[p, k, q], q],   index[p, k, q]: what has k elements of the line in front of it
 *
 * A NaN is beyond every number, as for argmax_reduce and argmin_reduce. */
#include <math.h>

#include "emit/lower.h"
#include "emit/reference.h"
#include "ops/axes.h"

#define PARTS 64 /* of a row: those of top_k.cl */

nnefcl_status ncl_top_k_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    nnefcl_shape shape = ncl_node_tensor(node, "x")->shape;
    const int64_t axis = ncl_node_integer(node, "axis"), count = ncl_node_integer(node, "count");
    nnefcl_status status = ncl_axis_infer(infer, node, shape.rank);
    if (status)
        return status;
    if (count < 1 || count > shape.extent[axis])
        return ncl_infer_error(infer, node, "count = %lld, there are %lld elements", (long long)count,
                               (long long)shape.extent[axis]);
    if (shape.extent[axis] > INT32_MAX)
        return ncl_infer_error(infer, node, "positions among %lld elements do not fit 32 bits",
                               (long long)shape.extent[axis]);
    shape.extent[axis] = count;
    status = ncl_infer_result(infer, node, 0, &shape);
    return status ? status : ncl_infer_result(infer, node, 1, &shape);
}

/* Rows of a task: on a CPU about a chunk of elements, and every compute unit has some. */
static int64_t top_k_span(const struct ncl_target *target, int64_t rows, int64_t extent)
{
    const int64_t fair = ncl_ceil_div(rows, 4 * (int64_t)target->compute_units),
                  full = ncl_ceil_div(target->chunk, extent);
    return !target->cpu ? 1 : fair < full ? fair : full;
}

nnefcl_status ncl_top_k_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    const struct ncl_tensor *x = ncl_node_tensor(node, "x");
    const struct ncl_target *target = &lower->plan->target;
    const int axis = (int)ncl_node_integer(node, "axis");
    const int64_t extent = x->shape.extent[axis], step = ncl_shape_span(&x->shape, axis + 1, x->shape.rank),
                  rows = ncl_shape_volume(&x->shape) / extent, span = top_k_span(target, rows, extent);
    struct ncl_emit *emit = ncl_step_begin(lower, "top_k");
    ncl_step_define_int(emit, "LARGEST", ncl_node_logical(node, "largest"));
    ncl_step_in(emit, ncl_lower_tensor(lower, x));
    ncl_step_out(emit, ncl_lower_tensor(lower, ncl_node_result(node, 0)));
    ncl_step_out(emit, ncl_lower_tensor(lower, ncl_node_result(node, 1)));
    ncl_step_size(emit, "COUNT", extent);
    ncl_step_size(emit, "STEP", step);
    ncl_step_size(emit, "FOUND", ncl_node_integer(node, "count"));
    ncl_step_size(emit, "ROWS", rows);
    ncl_step_size(emit, "SPAN", span);
    ncl_step_size(emit, "PART", ncl_ceil_div(extent, PARTS * (int64_t)target->lanes) * target->lanes);
    ncl_step_flops(emit, (double)ncl_shape_volume(&x->shape));
    return ncl_step_end(emit, ncl_ceil_div(rows, span));
}

/* ---- the definition ---- */

/* Is element i in front of j? */
static bool comes_first(const double *x, int64_t step, int64_t i, int64_t j, bool largest)
{
    const double a = x[i * step], b = x[j * step];
    if (isnan(a) || isnan(b))
        return isnan(a) && (!isnan(b) || i < j);
    return a == b ? i < j : (a > b) == largest;
}

void ncl_top_k_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "x");
    const int axis = (int)ncl_node_integer(node, "axis");
    const int64_t extent = input->shape.extent[axis], count = ncl_node_integer(node, "count"),
                  step = ncl_shape_span(&input->shape, axis + 1, input->shape.rank),
                  rows = ncl_shape_volume(&input->shape) / extent;
    const bool largest = ncl_node_logical(node, "largest");
    double *value = ncl_reference_out(reference, ncl_node_result(node, 0)),
           *index = ncl_reference_out(reference, ncl_node_result(node, 1));
    for (int64_t row = 0; row < rows; row++) {
        const double *x = ncl_reference_in(reference, input) + row / step * extent * step + row % step;
        const int64_t to = row / step * count * step + row % step;
        for (int64_t k = 0, last = -1; k < count; k++) {
            int64_t best = -1;
            for (int64_t i = 0; i < extent; i++)
                if ((last < 0 || (i != last && comes_first(x, step, last, i, largest))) &&
                    (best < 0 || comes_first(x, step, i, best, largest)))
                    best = i;
            value[to + k * step] = x[best * step];
            index[to + k * step] = (double)best;
            last = best;
        }
    }
}
