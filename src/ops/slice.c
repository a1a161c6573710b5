/* SPDX-License-Identifier: Apache-2.0 */
/* slice (4.5.4): output = input[:, begin:end:stride, :]. The extent is rounded down (A-SLICE-1); a section that begins
 * outside is refused (A-SLICE-2). */
#include "base/checked.h"
#include "emit/blocks.h"
#include "emit/cut.h"
#include "emit/reference.h"
#include "ops/strided.h"

struct section {
    int64_t first, stride, count;
};

/* begin or end: negative counts from the end, what lies outside is clamped to -1 .. extent. */
static int64_t resolve(int64_t index, int64_t extent)
{
    if (index < 0 && !ncl_add_i64(index, extent, &index))
        return -1;
    return index < 0 ? -1 : index > extent ? extent : index;
}

/* Deprecated, but still the rule: without strides an end of 0 is the extent. */
static bool all_strides_are_one(const struct ncl_node *node)
{
    for (size_t i = 0; i < ncl_node_count(node, "stride"); i++)
        if (ncl_node_integer_at(node, "stride", i) != 1)
            return false;
    return true;
}

static nnefcl_status read_section(struct ncl_infer *infer, const struct ncl_node *node, size_t index, int64_t extent,
                                  struct section *section)
{
    const int64_t stride = ncl_node_count(node, "stride") ? ncl_node_integer_at(node, "stride", index) : 1;
    const int64_t end_item = ncl_node_integer_at(node, "end", index),
                  begin_item = ncl_node_integer_at(node, "begin", index);
    const int64_t begin = resolve(begin_item, extent);
    const int64_t end = end_item == 0 && all_strides_are_one(node) ? extent : resolve(end_item, extent);
    if (stride == 0)
        return ncl_infer_error(infer, node, "stride is 0");
    if (stride > 0 ? end < begin : begin < end)
        return ncl_infer_error(infer, node, "begin = %lld lies %s end = %lld with stride %lld along extent %lld",
                               (long long)begin_item, stride > 0 ? "after" : "before", (long long)end_item,
                               (long long)stride, (long long)extent);
    if (begin < 0 || begin >= extent)
        return ncl_infer_error(infer, node, "begin = %lld is outside of extent %lld", (long long)begin_item,
                               (long long)extent);
    /* "the division rounding down"; -(INT64_MIN) cannot occur: |end - begin| is below 2^31 */
    *section = (struct section){begin, stride, (end - begin) / stride};
    if (section->count == 0)
        return ncl_infer_error(infer, node, "the section from %lld to %lld with stride %lld along extent %lld is empty",
                               (long long)begin_item, (long long)end_item, (long long)stride, (long long)extent);
    return NNEFCL_OK;
}

/* The section of every axis: a whole one where the axis is not named. */
static nnefcl_status read_sections(struct ncl_infer *infer, const struct ncl_node *node, const nnefcl_shape *input,
                                   struct section section[NNEFCL_MAX_RANK])
{
    bool seen[NNEFCL_MAX_RANK] = {false};
    for (int i = 0; i < input->rank; i++)
        section[i] = (struct section){0, 1, input->extent[i]};
    for (size_t i = 0; i < ncl_node_count(node, "axes"); i++) {
        const int64_t axis = ncl_node_integer_at(node, "axes", i);
        if (axis < 0 || axis >= input->rank)
            return ncl_infer_error(infer, node, "axis %lld is outside of rank %d", (long long)axis, input->rank);
        if (seen[axis])
            return ncl_infer_error(infer, node, "axis %lld is given twice", (long long)axis);
        seen[axis] = true;
        const nnefcl_status status = read_section(infer, node, i, input->extent[axis], &section[axis]);
        if (status)
            return status;
    }
    return NNEFCL_OK;
}

nnefcl_status ncl_slice_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    const nnefcl_shape *input = &ncl_node_tensor(node, "input")->shape;
    const size_t axes = ncl_node_count(node, "axes"), begins = ncl_node_count(node, "begin"),
                 ends = ncl_node_count(node, "end"), strides = ncl_node_count(node, "stride");
    struct section section[NNEFCL_MAX_RANK];
    if (begins != axes || ends != axes || (strides != 0 && strides != axes))
        return ncl_infer_error(infer, node, "axes, begin, end and stride have %zu, %zu, %zu and %zu items", axes,
                               begins, ends, strides);
    const nnefcl_status status = read_sections(infer, node, input, section);
    if (status)
        return status;
    nnefcl_shape output = *input;
    for (int i = 0; i < input->rank; i++)
        output.extent[i] = section[i].count;
    return ncl_infer_result(infer, node, 0, &output);
}

/* Of one axis, the channels, in steps of one. */
bool ncl_slice_cut(const struct ncl_node *node, struct ncl_cut *cut)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input");
    struct ncl_infer unused = {0};
    struct section section[NNEFCL_MAX_RANK];
    *cut = (struct ncl_cut){.whole = input, .part = &node->result[0], .count = 1};
    if (ncl_node_count(node, "axes") != 1 || ncl_node_integer_at(node, "axes", 0) != 1 ||
        read_sections(&unused, node, &input->shape, section)) /* cannot fail: inference has passed */
        return false;
    cut->first = section[1].first;
    return section[1].stride == 1;
}

nnefcl_status ncl_slice_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input"), *result = ncl_node_result(node, 0);
    struct ncl_infer unused = {.diag = lower->diag};
    struct section section[NNEFCL_MAX_RANK];
    int64_t in[NNEFCL_MAX_RANK], out[NNEFCL_MAX_RANK];
    struct ncl_strided copy = {0};
    struct ncl_cut cut;
    const bool cuts = ncl_slice_cut(node, &cut);
    if (ncl_blocks_held(lower, result))
        return ncl_cut_lower(lower, node);
    if (ncl_cut_view(lower, result, input, cut.first))
        return ncl_lower_status(lower);
    if (read_sections(&unused, node, &input->shape, section)) /* cannot fail: inference has passed */
        return NNEFCL_ERR_INTERNAL;
    ncl_strided_dense(&input->shape, in);
    ncl_strided_dense(&result->shape, out);
    in[0] = cuts ? ncl_strided_image(lower, input) : in[0];
    for (int i = 0; i < result->shape.rank; i++) {
        copy.in_first += section[i].first * in[i];
        ncl_strided_add(&copy, section[i].count, section[i].stride * in[i], out[i]);
    }
    ncl_strided_images(lower, &copy, input, result, cuts);
    return ncl_lower_status(lower);
}

/* ---- the definition ---- */

/* output[..., i, ...] = input[..., begin + i stride, ...]; negative begins and ends count from the end of the axis. */
void ncl_slice_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input"), *output = ncl_node_result(node, 0);
    const double *x = ncl_reference_in(reference, input);
    double *y = ncl_reference_out(reference, output);
    int64_t begin[NNEFCL_MAX_RANK] = {0}, stride[NNEFCL_MAX_RANK], at[NNEFCL_MAX_RANK], from[NNEFCL_MAX_RANK];
    for (int i = 0; i < NNEFCL_MAX_RANK; i++)
        stride[i] = 1;
    for (size_t i = 0; i < ncl_node_count(node, "axes"); i++) {
        const int64_t axis = ncl_node_integer_at(node, "axes", i), first = ncl_node_integer_at(node, "begin", i);
        begin[axis] = first < 0 ? first + input->shape.extent[axis] : first;
        if (begin[axis] < 0) /* "-1", which only a section in reverse could begin at, and it would be empty */
            begin[axis] = -1;
        if (ncl_node_count(node, "stride"))
            stride[axis] = ncl_node_integer_at(node, "stride", i);
    }
    for (bool more = ncl_position_first(&output->shape, at); more; more = ncl_position_next(&output->shape, at)) {
        for (int i = 0; i < output->shape.rank; i++)
            from[i] = begin[i] + at[i] * stride[i];
        *y++ = x[ncl_position_index(&input->shape, from)];
    }
}
