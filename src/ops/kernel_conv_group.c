/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution on devices whose work-items share local memory: the filter times the patches of the image, which are laid
 * out in local memory only. */
#include "emit/pitch.h"
#include "ops/conv.h"
#include "ops/group_product.h"

/* For each group: filters x terms times terms x pixels of all images. */
static struct ncl_matmul describe_patch_matrices(const struct ncl_conv *conv)
{
    const struct ncl_window *w = &conv->window;
    const int64_t plane = ncl_shape_span(&w->in, 2, w->rank), pixels = ncl_shape_span(&w->out, 2, w->rank);
    const int64_t depth = conv->in_channels * ncl_window_volume(w);
    const int64_t bias = ncl_shape_volume(&conv->bias->shape) > 1;
    return (struct ncl_matmul){.m = conv->out_channels,
                               .n = w->in.extent[0] * pixels,
                               .k = depth,
                               .rank = 1,
                               .extent = {conv->groups},
                               .a = {.row = depth, .column = 1, .batch = {conv->out_channels * depth}},
                               .b = {.row = plane, .column = 1, .batch = {conv->in_channels * plane}},
                               .c = {.row = pixels, .column = 1, .batch = {conv->out_channels * pixels}},
                               .bias = {.row = bias, .column = 0, .batch = {bias * conv->out_channels}}};
}

/* With images that lie side by side. */
static struct ncl_group_product describe_patch_product(const struct ncl_problem *problem,
                                                       const struct ncl_matmul *matrices)
{
    const struct ncl_conv *conv = &problem->conv;
    const struct ncl_window *w = &conv->window;
    return (struct ncl_group_product){.matrices = matrices,
                                      .problem = problem,
                                      .image = w,
                                      .images = w->in.extent[0],
                                      .in_image = conv->groups * conv->in_channels * ncl_shape_span(&w->in, 2, w->rank),
                                      .out_image =
                                          conv->groups * conv->out_channels * ncl_shape_span(&w->out, 2, w->rank),
                                      .channels = conv->groups * conv->out_channels,
                                      .may_halve = true};
}

static const char *conv_group_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    const char *device = ncl_group_long_unfit(target);
    if (device || !problem)
        return device;
    const struct ncl_window *w = &problem->conv.window;
    return w->rank > 5 && !ncl_window_is_trivial(w, 2, w->rank) ? "more than three spatial axes" : NULL;
}

static double conv_group_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                              const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_matmul matrices = describe_patch_matrices(&problem->conv);
    const struct ncl_group_product product = describe_patch_product(problem, &matrices);
    return ncl_group_product_cost(target, &product) / (double)product.images; /* of one image, as of all variants */
}

static nnefcl_status conv_group_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                     const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_conv *conv = &problem->conv;
    struct ncl_matmul matrices = describe_patch_matrices(conv);
    matrices.a.ref = ncl_lower_tensor(lower, conv->filter);
    matrices.b.ref = ncl_pitch_in(lower, conv->input);
    matrices.bias.ref = ncl_lower_tensor(lower, conv->bias);
    struct ncl_group_product product = describe_patch_product(problem, &matrices);
    product.in_image = ncl_pitch_of(lower, matrices.b.ref, &conv->window.in);
    product.out_image = ncl_pitch_of(lower, problem->out, &conv->window.out);
    return ncl_group_product_emit(lower, &product);
}

const struct ncl_variant ncl_variant_conv_group = {.name = "conv_group",
                                                   .family = NCL_FAMILY_CONV,
                                                   .about = "tiles of work-groups, patches in local memory",
                                                   .unfit = conv_group_unfit,
                                                   .cost = conv_group_cost,
                                                   .emit = conv_group_emit,
                                                   .reads_pitched = true,
                                                   .writes_pitched = true};
