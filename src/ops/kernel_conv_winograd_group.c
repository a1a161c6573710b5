/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution with 3 x 3 taps by Winograd's minimal filtering on devices whose work-items share local memory: a product
 * of matrices for each point of the transforms (cl/winograd_in.cl has the formulas). It has a quarter or 4 / 9 of the
 * multiplications, for 4.5 or 8 times the image and the result in memory between the steps: many channels pay for
 * that, few do not. */
#include "emit/after.h"
#include "emit/cost.h"
#include "emit/pitch.h"
#include "ops/conv.h"
#include "ops/group_product.h"

#define LAUNCH    10.0 /* microseconds, of each transform */
#define UNIT_RATE 4.0  /* GB/s that memory gives each compute unit, where it gives little */
#define MEMORY    16   /* at most one part in so many of the device's for what lies between the steps */
#define FOUR      4    /* elements of the vectors that products read */

struct filtering {
    int64_t tile, points; /* rows of an output tile; of the transform, rows times columns */
    int64_t across, all;  /* tiles in a row, of an image */
    int64_t tiles, pitch; /* of all images; elements of a row of them */
    int64_t pitch_out;    /* elements of a row of transformed filters */
};

static int64_t round_up_panel(int64_t a, int64_t step)
{
    return ncl_ceil_div(a, step) * step;
}

static struct filtering describe_filtering(const struct ncl_conv *conv, int64_t tile)
{
    const struct ncl_window_axes image = ncl_window_last(&conv->window, 2, 2);
    struct filtering f = {.tile = tile, .points = (tile + 2) * (tile + 2)};
    f.across = ncl_conv_tiles(&image, 1, tile);
    f.all = f.across * ncl_conv_tiles(&image, 0, tile);
    f.tiles = conv->window.in.extent[0] * f.all;
    f.pitch = round_up_panel(f.tiles, FOUR);
    f.pitch_out = round_up_panel(conv->out_channels, FOUR);
    return f;
}

/* Elements between the steps: of the transformed image, of the sums. */
static int64_t in_elements(const struct ncl_conv *conv, const struct filtering *f)
{
    return f->points * conv->groups * conv->in_channels * f->pitch;
}

static int64_t out_elements(const struct ncl_conv *conv, const struct filtering *f)
{
    return f->points * conv->groups * conv->out_channels * f->pitch;
}

static const char *winograd_group_unfit(const struct ncl_target *target, const struct ncl_problem *problem,
                                        int64_t tile)
{
    const char *device = ncl_group_long_unfit(target);
    if (device || !problem)
        return device;
    const struct ncl_conv *conv = &problem->conv;
    const struct ncl_window_axes image = ncl_window_last(&conv->window, 2, 2);
    for (int i = 0; i < 2; i++)
        if (conv->window.rank != 4 || image.size[i] != 3 || image.stride[i] != 1)
            return "not 3 x 3 taps with stride 1";
    const struct filtering f = describe_filtering(conv, tile);
    const uint64_t in = (uint64_t)in_elements(conv, &f), out = (uint64_t)out_elements(conv, &f);
    if ((in > out ? in : out) > target->max_allocation / sizeof(float) ||
        in + out > target->global_memory / MEMORY / sizeof(float))
        return "the transforms are too large";
    return NULL;
}

/* For each point and group: filters x channels times channels x tiles. */
static struct ncl_matmul describe_products(const struct ncl_conv *conv, const struct filtering *f)
{
    const int64_t m = conv->out_channels, k = conv->in_channels, groups = conv->groups;
    const int64_t filter = k * f->pitch_out, in = k * f->pitch, out = m * f->pitch;
    return (struct ncl_matmul){.m = m,
                               .n = f->pitch,
                               .k = k,
                               .rank = 2,
                               .extent = {f->points, groups},
                               .a = {.row = 1, .column = f->pitch_out, .batch = {groups * filter, filter}},
                               .b = {.row = f->pitch, .column = 1, .batch = {groups * in, in}},
                               .c = {.row = f->pitch, .column = 1, .batch = {groups * out, out}},
                               .bias = {.ref = NCL_NO_TENSOR}};
}

/* Of one image. Products go as fast as memory feeds them. */
static double winograd_group_cost(const struct ncl_target *target, const struct ncl_problem *problem, int64_t tile)
{
    const struct ncl_conv *conv = &problem->conv;
    const struct filtering f = describe_filtering(conv, tile);
    const struct ncl_matmul matrices = describe_products(conv, &f);
    const struct ncl_group_product product = {.matrices = &matrices, .problem = problem};
    const double rate = UNIT_RATE * target->compute_units, images = (double)conv->window.in.extent[0];
    const double between = sizeof(float) * (double)(in_elements(conv, &f) + out_elements(conv, &f));
    const double ends =
        sizeof(float) * (double)(ncl_shape_volume(&conv->window.in) + ncl_shape_volume(&conv->window.out));
    const double filters = sizeof(float) * (double)(f.points * conv->groups * conv->in_channels * f.pitch_out);
    const double products = ncl_group_product_cost(target, &product), fed = ncl_cost_bytes(between + filters, rate);
    return ((products > fed ? products : fed) + 2 * LAUNCH + ncl_cost_bytes(between + ends, rate)) / images;
}

/* ---- the steps ---- */

static ncl_ref transform_filter_group(struct ncl_lower *lower, const struct ncl_conv *conv, const struct filtering *f)
{
    const int64_t each = conv->groups * conv->in_channels * f->pitch_out;
    const ncl_ref to = ncl_lower_scratch(lower, "transformed_filter", NNEFCL_SCALAR, f->points * each);
    struct ncl_emit *step = ncl_step_begin(lower, "winograd_filter");
    ncl_step_define_int(step, "TILE", f->tile);
    ncl_step_in(step, ncl_lower_tensor(lower, conv->filter));
    ncl_step_out(step, to);
    ncl_step_size(step, "FILTERS", conv->out_channels);
    ncl_step_size(step, "CHANNELS", conv->in_channels);
    ncl_step_size(step, "GROUPS", conv->groups);
    ncl_step_size(step, "PITCH", f->pitch_out);
    ncl_step_end(step, each);
    return to;
}

static void emit_transformed_tiles(struct ncl_emit *step, const struct filtering *f, int64_t planes)
{
    ncl_step_size(step, "PLANES", planes);
    ncl_step_size(step, "TILES", f->tiles);
    ncl_step_size(step, "PITCH", f->pitch);
    ncl_step_size(step, "ACROSS", f->across);
    ncl_step_size(step, "ALL", f->all);
}

static void emit_dilation(struct ncl_emit *step, const struct ncl_window_axes *image)
{
    if (!ncl_conv_is_dilated(image))
        return;
    ncl_step_define_int(step, "DILATED", 1);
    ncl_step_sizes(step, "DILATION", image->dilation, 2);
    ncl_step_sizes(step, "IMAGES", (const int64_t[]){ncl_conv_images(image, 0), ncl_conv_images(image, 1)}, 2);
}

static ncl_ref transform_image(struct ncl_lower *lower, const struct ncl_conv *conv, const struct filtering *f)
{
    const struct ncl_window_axes image = ncl_window_last(&conv->window, 2, 2);
    const int64_t planes = conv->groups * conv->in_channels;
    const ncl_ref to = ncl_lower_scratch(lower, "transformed", NNEFCL_SCALAR, in_elements(conv, f));
    const ncl_ref input = ncl_pitch_in(lower, conv->input);
    struct ncl_emit *step = ncl_step_begin(lower, "winograd_in");
    ncl_step_define_int(step, "TILE", f->tile);
    ncl_window_define_border(step, conv->window.border);
    ncl_step_in(step, input);
    ncl_step_out(step, to);
    emit_transformed_tiles(step, f, planes);
    ncl_step_sizes(step, "IN", image.in, 2);
    ncl_step_sizes(step, "BEFORE", image.before, 2);
    ncl_step_size(step, "IMAGE", ncl_pitch_of(lower, input, &conv->window.in));
    emit_dilation(step, &image);
    ncl_step_end(step, planes * f->pitch);
    return to;
}

static ncl_ref multiply_points(struct ncl_lower *lower, const struct ncl_problem *problem, const struct filtering *f)
{
    struct ncl_matmul matrices = describe_products(&problem->conv, f);
    struct ncl_problem products = {.family = NCL_FAMILY_PRODUCT, .node = problem->node, .flops = problem->flops};
    matrices.a.ref = transform_filter_group(lower, &problem->conv, f);
    matrices.b.ref = transform_image(lower, &problem->conv, f);
    products.out = ncl_lower_scratch(lower, "sums", NNEFCL_SCALAR, out_elements(&problem->conv, f));
    ncl_group_product_emit(lower, &(struct ncl_group_product){.matrices = &matrices, .problem = &products});
    return products.out;
}

static nnefcl_status emit_winograd_group(struct ncl_lower *lower, const struct ncl_problem *problem, int64_t tile)
{
    const struct ncl_conv *conv = &problem->conv;
    const struct ncl_window_axes image = ncl_window_last(&conv->window, 2, 2);
    const struct filtering f = describe_filtering(conv, tile);
    const int64_t planes = conv->groups * conv->out_channels;
    const ncl_ref sums = multiply_points(lower, problem, &f);
    struct ncl_emit *step = ncl_step_begin(lower, "winograd_out");
    ncl_step_define_int(step, "TILE", tile);
    ncl_step_in(step, sums);
    ncl_step_in(step, ncl_lower_tensor(lower, conv->bias));
    ncl_step_out(step, problem->out);
    ncl_step_after(lower, step, problem->out, 1, false);
    emit_transformed_tiles(step, &f, planes);
    ncl_step_sizes(step, "OUT", image.out, 2);
    ncl_step_size(step, "BIAS", ncl_shape_volume(&conv->bias->shape) > 1);
    ncl_step_size(step, "IMAGE", ncl_pitch_of(lower, problem->out, &conv->window.out));
    emit_dilation(step, &image);
    return ncl_step_end(step, planes * f.tiles);
}

/* ---- the two variants ---- */

#define WINOGRAD(NAME, TILE, ABOUT)                                                                                    \
    static const char *NAME##_unfit(const struct ncl_target *target, const struct ncl_problem *problem)                \
    {                                                                                                                  \
        return winograd_group_unfit(target, problem, TILE);                                                            \
    }                                                                                                                  \
    static double NAME##_cost(const struct ncl_target *target, const struct ncl_problem *problem,                      \
                              const struct ncl_choice *choice)                                                         \
    {                                                                                                                  \
        (void)choice;                                                                                                  \
        return winograd_group_cost(target, problem, TILE);                                                             \
    }                                                                                                                  \
    static nnefcl_status NAME##_emit(struct ncl_lower *lower, const struct ncl_problem *problem,                       \
                                     const struct ncl_choice *choice)                                                  \
    {                                                                                                                  \
        (void)choice;                                                                                                  \
        return emit_winograd_group(lower, problem, TILE);                                                              \
    }                                                                                                                  \
    const struct ncl_variant ncl_variant_##NAME = {.name = #NAME,                                                      \
                                                   .family = NCL_FAMILY_CONV,                                          \
                                                   .about = ABOUT,                                                     \
                                                   .unfit = NAME##_unfit,                                              \
                                                   .cost = NAME##_cost,                                                \
                                                   .emit = NAME##_emit,                                                \
                                                   .reads_pitched = true,                                              \
                                                   .writes_pitched = true,                                             \
                                                   .transforms = true};

WINOGRAD(conv_winograd2_group, 2, "Winograd F(2,3), a product by work-groups for each point")
WINOGRAD(conv_winograd4_group, 4, "Winograd F(4,3), a product by work-groups for each point")
