/* SPDX-License-Identifier: Apache-2.0 */
/* linear (4.9.2): matmul(input, filter, transposeB = true) + bias. */
#include <math.h>

#include "nnefcl/model.h"
#include "emit/elements.h"
#include "ops/broadcast.h"
#include "ops/matmul.h"
#include "emit/reference.h"

/* The filter of the input's rank: torch's exporter leaves the leading unit axes out. */
static nnefcl_status widen_filter(struct ncl_infer *infer, const struct ncl_node *node, const nnefcl_shape *input,
                                  nnefcl_shape *filter)
{
    if (filter->rank != 2 || input->rank <= 2)
        return NNEFCL_OK;
    if (infer && !(infer->compat & NNEFCL_COMPAT_TORCH))
        return ncl_infer_needs_compat(infer, node, "torch", "a filter of rank 2 with an input of rank %d", input->rank);
    const nnefcl_shape matrix = *filter;
    filter->rank = input->rank;
    for (int i = 0; i < filter->rank; i++)
        filter->extent[i] = i < filter->rank - 2 ? 1 : matrix.extent[i - filter->rank + 2];
    return NNEFCL_OK;
}

enum bias_reading { BIAS_AS_WRITTEN, BIAS_OF_COLUMNS, BIAS_UNKNOWN };

/* Exporters write the bias as [n] or, to inputs of rank 3, as [1,n], which the text would align with an axis of rows. A
 * bias that lacks axes is never aligned with one that happens to be as long: it has a value for each column, or it is
 * wrong. */
static enum bias_reading bias_read(const nnefcl_shape *bias, const nnefcl_shape *product)
{
    const int64_t columns = product->extent[product->rank - 1], volume = ncl_shape_volume(bias);
    if (bias->rank >= product->rank || volume == 1)
        return BIAS_AS_WRITTEN;
    return volume == columns && bias->extent[bias->rank - 1] == columns ? BIAS_OF_COLUMNS : BIAS_UNKNOWN;
}

/* The shape of the bias as it is read. */
static nnefcl_shape bias_place(const nnefcl_shape *bias, const nnefcl_shape *product)
{
    if (bias_read(bias, product) != BIAS_OF_COLUMNS)
        return *bias;
    nnefcl_shape row = {.rank = product->rank};
    for (int i = 0; i < row.rank; i++)
        row.extent[i] = i < row.rank - 1 ? 1 : product->extent[i];
    return row;
}

/* Joins the bias to the product; the reading of exporters is a warning, to inputs of a higher rank a dialect. */
static nnefcl_status bias_check(struct ncl_infer *infer, const struct ncl_node *node, nnefcl_shape *product)
{
    const nnefcl_shape *bias = &ncl_node_tensor(node, "bias")->shape;
    const enum bias_reading reading = bias_read(bias, product);
    const long long columns = (long long)product->extent[product->rank - 1];
    char left[NCL_SHAPE_TEXT], right[NCL_SHAPE_TEXT];
    ncl_shape_text(bias, left);
    ncl_shape_text(product, right);
    if (reading == BIAS_AS_WRITTEN && !ncl_broadcast_join(product, bias))
        return ncl_infer_error(infer, node, "bias %s does not broadcast to the product %s", left, right);
    if (reading == BIAS_UNKNOWN)
        return ncl_infer_error(infer, node, "bias %s has not the %lld columns of the product %s", left, columns, right);
    if (reading == BIAS_AS_WRITTEN || (product->rank > 2 && infer->compat & NNEFCL_COMPAT_TORCH))
        return NNEFCL_OK;
    if (product->rank > 2)
        return ncl_infer_needs_compat(infer, node, "torch", "bias %s for the last axis of %s", left, right);
    return ncl_infer_lax(infer, node, "bias %s is taken for [1,%lld]", left, columns);
}

nnefcl_status ncl_linear_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    const nnefcl_shape *input = &ncl_node_tensor(node, "input")->shape;
    nnefcl_shape filter = ncl_node_tensor(node, "filter")->shape, shape;
    nnefcl_status status = widen_filter(infer, node, input, &filter);
    if (!status)
        status = ncl_matmul_shape(infer, node, input, &filter, false, true, &shape);
    if (!status)
        status = bias_check(infer, node, &shape);
    return status ? status : ncl_infer_result(infer, node, 0, &shape);
}

/* product + bias as a step of its own: the bias is larger than the product. */
static nnefcl_status lower_in_two(struct ncl_lower *lower, struct ncl_problem *problem, const nnefcl_shape *shape,
                                  const nnefcl_shape *bias_shape)
{
    const struct ncl_tensor *bias = ncl_node_tensor(problem->node, "bias"), *result = problem->result;
    problem->result = NULL;
    problem->out = ncl_lower_scratch(lower, "product", NNEFCL_SCALAR, ncl_shape_volume(shape));
    ncl_product_choose(lower, problem);
    struct ncl_expression sum;
    ncl_expression_begin_as(&sum, lower, NNEFCL_SCALAR, &result->shape);
    const char *const terms[] = {ncl_expression_operand(&sum, problem->out, shape),
                                 ncl_expression_operand(&sum, ncl_lower_tensor(lower, bias), bias_shape)};
    ncl_expression_apply(&sum, NNEFCL_SCALAR, "x + y", terms, 0, 0);
    return ncl_elements_emit(&sum, ncl_lower_tensor(lower, result));
}

nnefcl_status ncl_linear_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input"), *bias = ncl_node_tensor(node, "bias"),
                            *result = ncl_node_result(node, 0);
    struct ncl_tensor filter =
        *ncl_node_tensor(node, "filter"); /* the same tensor, already known to the plan, under a wider shape */
    nnefcl_shape shape = input->shape;
    ncl_lower_tensor(lower, ncl_node_tensor(node, "filter"));
    widen_filter(NULL, node, &input->shape, &filter.shape);
    const int last = shape.rank - 1;
    for (int i = 0; i < last - 1; i++)
        shape.extent[i] = shape.extent[i] == 1 ? filter.shape.extent[i] : shape.extent[i];
    shape.extent[last] = filter.shape.extent[last - 1];
    const bool same = ncl_shape_equal(&shape, &result->shape);
    struct ncl_problem problem = {.family = NCL_FAMILY_PRODUCT, .node = node, .result = result};
    problem.product = ncl_matmul_describe(lower, input, &filter, false, true, &shape);
    const nnefcl_shape bias_shape = bias_place(&bias->shape, &shape);
    if (!same)
        return lower_in_two(lower, &problem, &shape, &bias_shape);
    if (!ncl_tensor_is_filled_with(bias, 0))
        problem.product.bias = ncl_matmul_broadcast(ncl_lower_tensor(lower, bias), &bias_shape, &shape);
    return ncl_product_choose(lower, &problem);
}

uint64_t ncl_linear_macs(const struct ncl_node *node)
{
    const nnefcl_shape *filter = &ncl_node_tensor(node, "filter")->shape;
    return (uint64_t)ncl_shape_volume(&ncl_node_result(node, 0)->shape) * (uint64_t)filter->extent[filter->rank - 1];
}

/* ---- the definition ---- */

/* matmul(input, filter, transposeB = true) + bias: the product of row r of the input and row c of the filter, bias
 * added. */
void ncl_linear_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input"), *bias = ncl_node_tensor(node, "bias"),
                            *result = ncl_node_result(node, 0);
    const double *x = ncl_reference_in(reference, input),
                 *w = ncl_reference_in(reference, ncl_node_tensor(node, "filter")),
                 *b = ncl_reference_in(reference, bias);
    nnefcl_shape filter = ncl_node_tensor(node, "filter")->shape, product;
    widen_filter(NULL, node, &input->shape, &filter);
    ncl_matmul_shape(NULL, node, &input->shape, &filter, false, true, &product);
    const nnefcl_shape added = bias_place(&bias->shape, &product);
    const int last = product.rank - 1;
    const int64_t depth = filter.extent[last];
    const double stored = ncl_reference_stored(reference, input, ncl_node_tensor(node, "filter"));
    double *y = ncl_reference_out(reference, result),
           *scale = ncl_reference_scale(reference, result, (uint64_t)depth + 1);
    int64_t at[NNEFCL_MAX_RANK];
    for (bool more = ncl_position_first(&result->shape, at); more;
         more = ncl_position_next(&result->shape, at), y++, scale++) {
        int64_t row[NNEFCL_MAX_RANK], column[NNEFCL_MAX_RANK];
        for (int i = 0; i <= last; i++) {
            row[i] = i < last ? at[i] : 0;
            column[i] = i < last - 1 ? at[i] : i < last ? at[last] : 0;
        }
        const double *left = x + ncl_position_repeated(&input->shape, row),
                     *right = w + ncl_position_repeated(&filter, column);
        *y = b[ncl_position_repeated(&added, at)];
        *scale = fabs(*y) + stored;
        for (int64_t k = 0; k < depth; k++) {
            *y += left[k] * right[k];
            *scale += fabs(left[k] * right[k]);
        }
    }
}
