/* SPDX-License-Identifier: Apache-2.0 */
/* pad (4.5.5): the input with a border on each side of each axis; a negative one cuts off. 'ignore' is allowed by the
 * text, but says nothing of the values: zeros. A reflection wider than the input goes on as in sliding windows (the
 * text's formulas end with the first one, A-PAD-1). */
#include "base/checked.h"
#include "emit/variant.h"
#include "ops/pad.h"
#include "ops/strided.h"
#include "ops/window_line.h"

struct padding {
    int64_t before, after;
};

static struct padding padding_at(const struct ncl_node *node, int axis)
{
    const struct ncl_value *pair = ncl_node_arg(node, "padding")->item[axis].item;
    return (struct padding){pair[0].integer, pair[1].integer};
}

nnefcl_status ncl_pad_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    const nnefcl_shape *input = &ncl_node_tensor(node, "input")->shape;
    const size_t count = ncl_node_count(node, "padding");
    nnefcl_shape output = *input;
    const nnefcl_status status = ncl_window_infer_border(infer, node, NCL_BORDERS_ALL);
    if (status)
        return status;
    if (count != (size_t)input->rank)
        return ncl_infer_error(infer, node, "padding has %zu items, the input rank %d", count, input->rank);
    for (int i = 0; i < input->rank; i++) {
        const struct padding padding = padding_at(node, i);
        if (!ncl_add_i64(output.extent[i], padding.before, &output.extent[i]) ||
            !ncl_add_i64(output.extent[i], padding.after, &output.extent[i]))
            return ncl_infer_error(infer, node, "the extent of axis %d is too large", i);
    }
    return ncl_infer_result(infer, node, 0, &output);
}

bool ncl_pad_only_cuts(const struct ncl_pad *pad)
{
    for (int i = 0; i < pad->input->shape.rank; i++)
        if (pad->before[i] > 0 || pad->after[i] > 0)
            return false;
    return true;
}

static void lower_cut(struct ncl_lower *lower, const struct ncl_pad *pad, const struct ncl_tensor *result)
{
    int64_t in[NNEFCL_MAX_RANK], out[NNEFCL_MAX_RANK];
    struct ncl_strided copy = {0};
    ncl_strided_dense(&pad->input->shape, in);
    ncl_strided_dense(&result->shape, out);
    for (int i = 0; i < result->shape.rank; i++) {
        copy.in_first -= pad->before[i] * in[i];
        ncl_strided_add(&copy, result->shape.extent[i], in[i], out[i]);
    }
    ncl_strided_lower(lower, &copy, pad->input, result);
}

void ncl_pad_problem(const struct ncl_node *node, struct ncl_problem *problem)
{
    const enum ncl_border border = ncl_window_border(node);
    *problem = (struct ncl_problem){
        .family = NCL_FAMILY_PAD,
        .node = node,
        .result = ncl_node_result(node, 0),
        .pad = {.input = ncl_node_tensor(node, "input"),
                .border = border,
                .value = border == NCL_BORDER_CONSTANT ? ncl_node_scalar(node, "value") : 0},
    };
    for (int i = 0; i < problem->pad.input->shape.rank; i++) {
        problem->pad.before[i] = padding_at(node, i).before;
        problem->pad.after[i] = padding_at(node, i).after;
    }
}

nnefcl_status ncl_pad_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    struct ncl_problem problem;
    ncl_pad_problem(node, &problem);
    if (!ncl_pad_only_cuts(&problem.pad))
        return ncl_choose_lower(lower, node);
    lower_cut(lower, &problem.pad, problem.result);
    return ncl_lower_status(lower);
}

/* 4.5.5: output[i] = input~[i - p] in each axis; outside of the input `value` under 'constant', as the element that it
 * is written as, 0 under 'ignore'. */
void ncl_pad_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input"), *output = ncl_node_result(node, 0);
    const enum ncl_border border = ncl_window_border(node);
    const double *x = ncl_reference_in(reference, input),
                 fill = border == NCL_BORDER_CONSTANT ? (double)(float)ncl_node_scalar(node, "value") : 0;
    double *y = ncl_reference_out(reference, output);
    int64_t at[NNEFCL_MAX_RANK], from[NNEFCL_MAX_RANK];
    for (bool more = ncl_position_first(&output->shape, at); more; more = ncl_position_next(&output->shape, at)) {
        bool outside = false;
        for (int i = 0; i < input->shape.rank; i++) {
            from[i] = ncl_line_border(border, at[i] - padding_at(node, i).before, input->shape.extent[i]);
            outside = outside || from[i] < 0;
        }
        *y++ = outside ? fill : x[ncl_position_index(&input->shape, from)];
    }
}
