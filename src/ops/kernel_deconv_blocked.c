/* SPDX-License-Identifier: Apache-2.0 */
/* deconv on CPUs, images in blocks of channels: output r + s q of an axis, 0 <= r < s, adds up the taps c, c + s, ...
 * of the filter, c = (r + p) mod s, times inputs that follow each other: for each r of each axis, its phase, that is a
 * convolution of every s-th tap turned round, and conv_blocked stores its outputs where they belong. Nothing lies
 * between, and nothing is added up in memory. */
#include "base/checked.h"
#include "emit/blocks.h"
#include "emit/variant.h"
#include "ops/conv.h"

#define PHASES_MAX 16   /* each is a step */
#define EFFICIENCY 0.85 /* as that of conv_blocked ... */
#define ONE_VECTOR 0.35 /* ... where each input that is read is multiplied by one vector only */

/* Of an axis: outputs from `first` on, `stride` apart. */
struct phase {
    int64_t first, count; /* of the outputs; count 0: there are none */
    int64_t tap, taps;    /* the first one, and how many */
    int64_t before;       /* zeros in front of the input */
};

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static struct phase phase_of(const struct ncl_window_axes *image, int axis, int64_t r)
{
    const int64_t stride = image->stride[axis], at = r + image->before[axis], up = floor_div(at, stride);
    const int64_t tap = at - up * stride, taps = ncl_ceil_div(image->size[axis] - tap, stride);
    const int64_t rest = image->out[axis] - r;
    return (struct phase){.first = r,
                          .count = rest > 0 ? ncl_ceil_div(rest, stride) : 0,
                          .tap = tap,
                          .taps = taps,
                          .before = taps - 1 - up};
}

/* One convolution of those that make it up; false: it has no outputs. */
struct part {
    struct ncl_problem problem;
    struct ncl_conv_lattice lattice;
    int64_t first, width, pitch, step; /* of its taps, the last one first */
};

static bool part_of(const struct ncl_problem *problem, int64_t index, struct part *part)
{
    const struct ncl_window_axes image = ncl_window_last(&problem->conv.window, 2, 2);
    const struct phase phase[2] = {phase_of(&image, 0, index / image.stride[1]),
                                   phase_of(&image, 1, index % image.stride[1])};
    *part = (struct part){.problem = *problem, .width = phase[1].taps, .step = -image.stride[1]};
    struct ncl_window *window = &part->problem.conv.window;
    part->problem.family = NCL_FAMILY_CONV;
    part->problem.flops = 2.0 * (double)window->in.extent[0] * (double)problem->conv.groups;
    part->problem.flops *= (double)problem->conv.in_channels * (double)problem->conv.out_channels;
    window->border = NCL_BORDER_CONSTANT;
    part->pitch = -image.stride[0] * image.size[1];
    for (int i = 0; i < 2; i++) {
        const int axis = window->rank - 2 + i;
        const struct phase *p = &phase[i];
        if (!p->count)
            return false;
        part->first = part->first * image.size[1] + p->tap + (p->taps - 1) * image.stride[i];
        part->lattice.first[i] = p->first;
        part->lattice.stride[i] = image.stride[i];
        part->problem.flops *= (double)p->count * (double)p->taps;
        if (axis < 2)
            continue; /* an image of rank 3 has one row */
        window->size[axis] = p->taps;
        window->out.extent[axis] = p->count;
        window->stride[axis] = window->dilation[axis] = 1;
        window->before[axis] = p->before;
        window->after[axis] = p->count - 1 + p->taps - p->before - window->in.extent[axis];
    }
    part->lattice.begun = index > 0;
    return true;
}

static int64_t part_count(const struct ncl_problem *problem)
{
    const struct ncl_window_axes image = ncl_window_last(&problem->conv.window, 2, 2);
    return image.stride[0] * image.stride[1];
}

/* ---- the variant ---- */

static const char *axis_unfit(const struct ncl_window_axes *image, int i)
{
    if (image->dilation[i] > 1 && image->size[i] > 1)
        return "a dilated filter";
    if (image->size[i] < image->stride[i])
        return "outputs that no tap reaches";
    if (image->stride[i] > PHASES_MAX)
        return "too many phases";
    return NULL;
}

static const char *deconv_blocked_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    if (!target->cpu)
        return "needs a device with few wide cores";
    if (!problem)
        return NULL;
    if (problem->conv.window.rank > 4 || problem->conv.window.rank < 3)
        return "no image of one or two axes";
    if (problem->conv.window.border > NCL_BORDER_CONSTANT)
        return "a border that is not zero";
    const struct ncl_window_axes image = ncl_window_last(&problem->conv.window, 2, 2);
    const char *rows = axis_unfit(&image, 0), *columns = axis_unfit(&image, 1);
    if (rows || columns)
        return rows ? rows : columns;
    if (part_count(problem) > PHASES_MAX)
        return "too many phases";
    struct part part;
    for (int64_t k = 0; k < part_count(problem); k++) {
        const char *reason = part_of(problem, k, &part) ? ncl_conv_blocked_unfit(target, &part.problem) : NULL;
        if (reason)
            return reason;
    }
    return NULL;
}

static size_t deconv_blocked_choices(const struct ncl_target *target, const struct ncl_problem *problem,
                                     struct ncl_choice *choice)
{
    const struct ncl_conv *conv = &problem->conv;
    choice->tile = conv->groups > 1 ? ncl_target_narrow_tile(target, conv->out_channels)
                                    : ncl_target_channel_tile(target, conv->out_channels);
    return 1;
}

static double deconv_blocked_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                                  const struct ncl_choice *choice)
{
    const struct ncl_conv_elements floats = {choice->tile.vectors > 1 ? EFFICIENCY : ONE_VECTOR, sizeof(float)};
    struct part part;
    double cost = 0;
    for (int64_t k = 0; k < part_count(problem); k++)
        if (part_of(problem, k, &part))
            cost += ncl_conv_blocked_cost(target, &part.problem, choice, &floats);
    return cost;
}

static void deconv_blocked_halo(const struct ncl_problem *problem, int64_t before[2], int64_t after[2])
{
    struct part part;
    for (int64_t k = 0; k < part_count(problem); k++)
        if (part_of(problem, k, &part))
            ncl_conv_blocked_halo(&part.problem, before, after);
}

static ncl_ref pack_part(struct ncl_lower *lower, const struct part *part, struct ncl_tile tile)
{
    const struct ncl_target *target = &lower->plan->target;
    const struct ncl_conv *conv = &part->problem.conv;
    const struct ncl_tensor *filter = conv->filter;
    const int64_t all = ncl_shape_span(&filter->shape, 2, filter->shape.rank), taps = ncl_window_volume(&conv->window);
    const struct ncl_conv_matrix matrix = {.groups = conv->groups,
                                           .rows = conv->out_channels,
                                           .depth = conv->in_channels * taps,
                                           .group_stride = conv->in_channels * conv->out_channels * all,
                                           .row_stride = all,
                                           .column_stride = 1,
                                           .block = target->lanes,
                                           .taps = taps,
                                           .filter = conv->out_channels * all,
                                           .first = part->first,
                                           .width = part->width,
                                           .pitch = part->pitch,
                                           .step = part->step};
    return ncl_conv_gemm_pack(lower, filter, &matrix, ncl_tile_columns(target, tile));
}

/* What hangs on the node is computed by each of the steps, or behind all of them. */
static nnefcl_status deconv_blocked_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                         const struct ncl_choice *choice)
{
    struct ncl_expression *chain = lower->chain;
    nnefcl_status status = NNEFCL_OK;
    struct part part;
    for (int64_t k = 0; k < part_count(problem) && !status; k++) {
        if (!part_of(problem, k, &part))
            continue;
        const ncl_ref packed = pack_part(lower, &part, choice->tile);
        lower->chain = chain;
        status = ncl_conv_blocked_step(lower, &part.problem, choice->tile, packed, &part.lattice);
    }
    return status;
}

const struct ncl_variant ncl_variant_deconv_blocked = {.name = "deconv_blocked",
                                                       .family = NCL_FAMILY_DECONV,
                                                       .about = "phases of the stride, channels in blocks",
                                                       .unfit = deconv_blocked_unfit,
                                                       .choices = deconv_blocked_choices,
                                                       .cost = deconv_blocked_cost,
                                                       .emit = deconv_blocked_emit,
                                                       .reads_blocks = true,
                                                       .writes_blocks = true,
                                                       .halo = deconv_blocked_halo};
