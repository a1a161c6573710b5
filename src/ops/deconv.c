/* SPDX-License-Identifier: Apache-2.0 */
/* deconv (NNEF 4.3.1): shape rule, and the node as a problem. Channels as in the result semantics of the text
 * (A-DECONV-2): the filter has shape (c, C/G, ...), c are the channels of the input, C those of the output and the
 * bias. */
#include "ops/conv.h"

static const struct ncl_window_rules rules = {.first = 2, .reverse = true, .borders = NCL_BORDERS_FILLED};

/* A-DECONV-1, groups = 0: as many as output_shape has channels; without it as many as the input has. */
static int64_t deconv_groups(const struct ncl_node *node)
{
    const int64_t groups = ncl_node_integer(node, "groups");
    if (groups)
        return groups;
    return ncl_node_count(node, "output_shape") > 1 ? ncl_node_integer_at(node, "output_shape", 1)
                                                    : ncl_node_tensor(node, "input")->shape.extent[1];
}

static nnefcl_status check_deconv_channels(struct ncl_infer *infer, struct ncl_node *node)
{
    const int64_t groups = deconv_groups(node), channels = ncl_node_tensor(node, "input")->shape.extent[1];
    const nnefcl_shape *filter = &ncl_node_tensor(node, "filter")->shape;
    if (filter->extent[0] != channels)
        return ncl_infer_error(infer, node, "the filter has batch %lld, the input has %lld channels",
                               (long long)filter->extent[0], (long long)channels);
    if (groups <= 0 || channels % groups)
        return ncl_infer_error(infer, node, "the %lld filters do not divide into %lld groups", (long long)channels,
                               (long long)groups);
    if (ncl_node_integer(node, "groups") == 0 && filter->extent[1] != 1)
        return ncl_infer_error(infer, node, "the filter has %lld channels, with 'groups' = 0 it must have 1",
                               (long long)filter->extent[1]);
    return ncl_conv_check_bias(infer, node, filter->extent[1] * groups);
}

static nnefcl_status check_output_shape(struct ncl_infer *infer, struct ncl_node *node, const nnefcl_shape *output)
{
    for (int i = 0; i < 2 && ncl_node_count(node, "output_shape"); i++)
        if (ncl_node_integer_at(node, "output_shape", (size_t)i) != output->extent[i])
            return ncl_infer_error(infer, node, "'output_shape' has extent %lld in axis %d, the output has %lld %s",
                                   (long long)ncl_node_integer_at(node, "output_shape", (size_t)i), i,
                                   (long long)output->extent[i], i ? "channels" : "batches");
    return NNEFCL_OK;
}

nnefcl_status ncl_deconv_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    nnefcl_status status = ncl_conv_check_rank(infer, node);
    if (!status)
        status = check_deconv_channels(infer, node);
    if (status)
        return status;
    struct ncl_window window;
    const nnefcl_shape *filter = &ncl_node_tensor(node, "filter")->shape;
    status = ncl_window_infer(infer, node, &rules, &ncl_node_tensor(node, "input")->shape, filter, &window);
    if (status)
        return status;
    window.out.extent[1] = filter->extent[1] * deconv_groups(node);
    status = check_output_shape(infer, node, &window.out);
    return status ? status : ncl_infer_result(infer, node, 0, &window.out);
}

uint64_t ncl_deconv_macs(const struct ncl_node *node)
{
    const nnefcl_shape *filter = &ncl_node_tensor(node, "filter")->shape;
    return ncl_window_saturated((uint64_t)ncl_shape_volume(&ncl_node_tensor(node, "input")->shape),
                                (uint64_t)ncl_shape_span(filter, 1, filter->rank));
}

static void read_deconv(const struct ncl_node *node, struct ncl_conv *conv)
{
    const int64_t groups = deconv_groups(node), *filter = ncl_node_tensor(node, "filter")->shape.extent;
    ncl_conv_read(node, &rules, groups, filter[0] / groups, filter[1], conv);
}

void ncl_deconv_problem(const struct ncl_node *node, struct ncl_problem *problem)
{
    *problem = (struct ncl_problem){.family = NCL_FAMILY_DECONV,
                                    .node = node,
                                    .result = ncl_node_result(node, 0),
                                    .flops = 2.0 * (double)ncl_deconv_macs(node)};
    read_deconv(node, &problem->conv);
}

/* ---- definition ---- */

/* 4.3.1: output[b][k1][i] = bias + sum over k2, j of input~[b][k2][(i + p - j d) / s] filter[k2][k1][j], the filter of
 * shape (c, C / G, ...); only terms for which s divides i + p - j d. */
void ncl_deconv_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    struct ncl_conv conv;
    read_deconv(node, &conv);
    const int64_t taps = ncl_window_volume(&conv.window), filter = conv.out_channels * taps;
    const struct ncl_conv_filter lie = {.group = conv.in_channels * filter, .output = taps, .input = filter};
    ncl_conv_define(reference, node, &conv, &conv.window, &rules, &lie);
}
