/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution whose window is the whole image, as 1 x 1 ones on a single pixel are: the images, a row each, times the
 * filters. By trees of work-groups, or on CPUs along the sums. */
#include "ops/conv.h"
#include "ops/group_product.h"

static bool is_window_of_image(const struct ncl_conv *conv)
{
    const struct ncl_window *w = &conv->window;
    bool whole = conv->groups == 1;
    for (int a = 2; a < w->rank; a++)
        whole = whole && w->out.extent[a] == 1 && w->before[a] == 0 && w->size[a] == w->in.extent[a] &&
                (w->size[a] == 1 || w->dilation[a] == 1);
    return whole;
}

static struct ncl_matmul describe_image_matrices(const struct ncl_conv *conv)
{
    const int64_t depth = conv->in_channels * ncl_window_volume(&conv->window), filters = conv->out_channels;
    return (struct ncl_matmul){.m = conv->window.in.extent[0],
                               .n = filters,
                               .k = depth,
                               .a = {.row = depth, .column = 1},
                               .b = {.row = 1, .column = depth},
                               .c = {.row = filters, .column = 1},
                               .bias = {.row = 0, .column = ncl_shape_volume(&conv->bias->shape) > 1}};
}

static const char *vectors_unfit(const struct ncl_target *target, const struct ncl_matmul *matrices)
{
    return target->cpu ? ncl_gemv_unfit(target, matrices) : ncl_group_vector_unfit(target, matrices);
}

static const char *conv_whole_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    const char *device = vectors_unfit(target, NULL);
    if (device || !problem)
        return device;
    if (!is_window_of_image(&problem->conv))
        return "the window is not the whole image";
    const struct ncl_matmul matrices = describe_image_matrices(&problem->conv);
    return vectors_unfit(target, &matrices);
}

/* Of one image, as of all variants. */
static double conv_whole_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                              const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_matmul matrices = describe_image_matrices(&problem->conv);
    const double all = target->cpu ? ncl_gemv_cost(target, &matrices) : ncl_group_vector_cost(target, &matrices);
    return all / (double)matrices.m;
}

static nnefcl_status conv_whole_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                     const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_conv *conv = &problem->conv;
    struct ncl_matmul matrices = describe_image_matrices(conv);
    matrices.a.ref = ncl_lower_tensor(lower, conv->input);
    matrices.b.ref = ncl_lower_tensor(lower, conv->filter);
    matrices.bias.ref = ncl_lower_tensor(lower, conv->bias);
    if (!lower->plan->target.cpu) {
        const struct ncl_group_product product = {.matrices = &matrices, .problem = problem, .axis = 1};
        return ncl_group_vector_emit(lower, &product);
    }
    struct ncl_problem product = *problem;
    product.product = matrices;
    return ncl_gemv_emit(lower, &product);
}

const struct ncl_variant ncl_variant_conv_whole = {.name = "conv_whole",
                                                   .family = NCL_FAMILY_CONV,
                                                   .about = "the window is the image: along the sums, or as trees",
                                                   .unfit = conv_whole_unfit,
                                                   .cost = conv_whole_cost,
                                                   .emit = conv_whole_emit};
