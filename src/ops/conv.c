/* SPDX-License-Identifier: Apache-2.0 */
/* conv (NNEF 4.3.1): shape rule, and the node as a problem. Without a spatial dimension it is a product of
 * matrices (A-CONV-1). */
#include "ops/channels.h"
#include "ops/conv.h"

static const struct ncl_window_rules rules = {.first = 2, .borders = NCL_BORDERS_FILLED};

/* ---- checks ---- */

nnefcl_status ncl_conv_check_rank(struct ncl_infer *infer, struct ncl_node *node)
{
    const nnefcl_shape *input = &ncl_node_tensor(node, "input")->shape,
                       *filter = &ncl_node_tensor(node, "filter")->shape;
    if (input->rank < 2)
        return ncl_infer_error(infer, node, "the input has rank %d, it needs a batch and a channel axis", input->rank);
    if (filter->rank != input->rank)
        return ncl_infer_error(infer, node, "the filter has rank %d, the input has rank %d", filter->rank, input->rank);
    if (ncl_node_integer(node, "groups") < 0)
        return ncl_infer_error(infer, node, "'groups' is %lld, it must not be negative",
                               (long long)ncl_node_integer(node, "groups"));
    return NNEFCL_OK;
}

nnefcl_status ncl_conv_check_bias(struct ncl_infer *infer, struct ncl_node *node, int64_t channels)
{
    const nnefcl_shape *bias = &ncl_node_tensor(node, "bias")->shape;
    const nnefcl_shape result = {.rank = 2, .extent = {1, channels}};
    const int64_t volume = ncl_shape_volume(bias);
    char text[NCL_SHAPE_TEXT];
    if (volume == 1)
        return NNEFCL_OK;
    if (ncl_channels_read(bias, &result) == NCL_CHANNELS_MISPLACED)
        return ncl_infer_lax(infer, node, "bias of shape %s is taken as [1,%lld]", ncl_shape_text(bias, text),
                             (long long)channels);
    if (bias->rank < 2 || bias->extent[1] != channels || volume != channels)
        return ncl_infer_error(infer, node, "bias has shape %s, it must be [1,%lld] or one value",
                               ncl_shape_text(bias, text), (long long)channels);
    return NNEFCL_OK;
}

static int64_t conv_groups(const struct ncl_node *node)
{
    const int64_t groups = ncl_node_integer(node, "groups");
    return groups ? groups : ncl_node_tensor(node, "input")->shape.extent[1];
}

static nnefcl_status check_conv_channels(struct ncl_infer *infer, struct ncl_node *node)
{
    const int64_t groups = conv_groups(node), channels = ncl_node_tensor(node, "input")->shape.extent[1];
    const nnefcl_shape *filter = &ncl_node_tensor(node, "filter")->shape;
    if (filter->extent[0] % groups)
        return ncl_infer_error(infer, node, "the %lld filters do not divide into %lld groups",
                               (long long)filter->extent[0], (long long)groups);
    if (channels % groups || filter->extent[1] != channels / groups)
        return ncl_infer_error(infer, node, "the filter has %lld channels in %lld groups, the input has %lld channels",
                               (long long)filter->extent[1], (long long)groups, (long long)channels);
    return ncl_conv_check_bias(infer, node, filter->extent[0]);
}

nnefcl_status ncl_conv_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    nnefcl_status status = ncl_conv_check_rank(infer, node);
    if (!status)
        status = check_conv_channels(infer, node);
    if (status)
        return status;
    struct ncl_window window;
    const nnefcl_shape *filter = &ncl_node_tensor(node, "filter")->shape;
    status = ncl_window_infer(infer, node, &rules, &ncl_node_tensor(node, "input")->shape, filter, &window);
    if (status)
        return status;
    window.out.extent[1] = filter->extent[0];
    return ncl_infer_result(infer, node, 0, &window.out);
}

uint64_t ncl_conv_macs(const struct ncl_node *node)
{
    const nnefcl_shape *filter = &ncl_node_tensor(node, "filter")->shape;
    return ncl_window_saturated((uint64_t)ncl_shape_volume(&ncl_node_result(node, 0)->shape),
                                (uint64_t)ncl_shape_span(filter, 1, filter->rank));
}

/* ---- the problem ---- */

void ncl_conv_read(const struct ncl_node *node, const struct ncl_window_rules *window_rules, int64_t groups,
                   int64_t in_channels, int64_t out_channels, struct ncl_conv *conv)
{
    *conv = (struct ncl_conv){.input = ncl_node_tensor(node, "input"),
                              .filter = ncl_node_tensor(node, "filter"),
                              .bias = ncl_node_tensor(node, "bias"),
                              .groups = groups,
                              .in_channels = in_channels,
                              .out_channels = out_channels};
    ncl_window_read(node, window_rules, &conv->input->shape, &conv->filter->shape, &conv->window);
    conv->window.out.extent[1] = groups * out_channels;
}

static void read_conv(const struct ncl_node *node, struct ncl_conv *conv)
{
    const int64_t groups = conv_groups(node), *filter = ncl_node_tensor(node, "filter")->shape.extent;
    ncl_conv_read(node, &rules, groups, filter[1], filter[0] / groups, conv);
}

void ncl_conv_problem(const struct ncl_node *node, struct ncl_problem *problem)
{
    *problem = (struct ncl_problem){.family = NCL_FAMILY_CONV,
                                    .node = node,
                                    .result = ncl_node_result(node, 0),
                                    .flops = 2.0 * (double)ncl_conv_macs(node)};
    read_conv(node, &problem->conv);
}

/* ---- definition ---- */

/* 4.3.1: output[b][k2][i] = bias + sum over k1, j of input~[b][k1][i s + j d - p] filter[k2][k1][j], the filter of
 * shape (c, C / G, ...). */
void ncl_conv_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    struct ncl_conv conv;
    read_conv(node, &conv);
    const int64_t taps = ncl_window_volume(&conv.window), filter = conv.in_channels * taps;
    const struct ncl_conv_filter lie = {.group = conv.out_channels * filter, .output = filter, .input = taps};
    ncl_conv_define(reference, node, &conv, &conv.window, &rules, &lie);
}

/* ---- dilated images ---- */

bool ncl_conv_is_dilated(const struct ncl_window_axes *image)
{
    return image->dilation[0] > 1 || image->dilation[1] > 1;
}

int64_t ncl_conv_images(const struct ncl_window_axes *image, int axis)
{
    return image->dilation[axis] < image->out[axis] ? image->dilation[axis] : image->out[axis];
}

int64_t ncl_conv_tiles(const struct ncl_window_axes *image, int axis, int64_t tile)
{
    return ncl_conv_images(image, axis) * ncl_ceil_div(ncl_ceil_div(image->out[axis], image->dilation[axis]), tile);
}
