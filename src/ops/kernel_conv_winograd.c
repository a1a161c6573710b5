/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution with 3 x 3 taps by Winograd's minimal filtering, on images in blocks of channels: fewer multiplications
 * than taps, for transforms of the image, the filters and the sums (cl/conv_winograd.cl has the formulas). */
#include <assert.h>

#include "emit/after.h"
#include "emit/blocks.h"
#include "emit/cost.h"
#include "ops/conv.h"

#define TILES_MAX 60 /* of a strip */

/* The two minimal filterings: what they cost beside the products, in cycles of a core for a block of channels. */
struct filtering {
    int64_t tile;   /* rows and columns of an output tile */
    double in, out; /* for one tile and one block: of channels read, of channels written */
};
static const struct filtering f2 = {2, 50, 70}, f4 = {4, 150, 200};

#define EFFICIENCY 0.85
#define CYCLES     3e3 /* of a microsecond */
#define NEAR_RATE  12  /* bytes of transformed filters that come from the third cache beside each cycle */
#define FAR_RATE   20  /* GB/s of memory */
#define TASK       6e3 /* cycles that a task costs */

static int64_t points_of(const struct filtering *f)
{
    return (f->tile + 2) * (f->tile + 2);
}

static const char *conv_winograd_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    const char *blocked = ncl_conv_blocked_unfit(target, problem);
    if (blocked || !problem)
        return blocked;
    if (problem->conv.window.rank == 5 && !ncl_window_is_trivial(&problem->conv.window, 2, 3))
        return "taps in several planes";
    const struct ncl_window_axes image = ncl_window_last(&problem->conv.window, 2, 2);
    for (int i = 0; i < 2; i++)
        if (image.size[i] != 3 || image.stride[i] != 1)
            return "not 3 x 3 taps with stride 1";
    return NULL;
}

static size_t conv_winograd_choices(const struct ncl_target *target, const struct ncl_problem *problem,
                                    struct ncl_choice *choice)
{
    const struct ncl_conv *conv = &problem->conv;
    choice->tile = conv->groups > 1 ? ncl_target_narrow_tile(target, conv->out_channels)
                                    : ncl_target_tile(target, 0, conv->out_channels);
    return 1;
}

/* ---- the work, and how tasks share it ---- */

struct work {
    int64_t across, all;           /* tiles in a row, of an image */
    int64_t points, width, panels; /* output channels of a panel, panels of a group */
    int64_t blocks_in, blocks_out; /* blocks of channels of a group */
    int64_t groups, depth;         /* channels with those that fill the last block */
    double product, filters;       /* cycles for a tile and all panels; bytes of transformed filters */
};

struct share {
    int64_t tiles, strips; /* of a strip, of a task */
    int64_t panels, pass;  /* of a task, at a time */
    int64_t tasks;
    double time, read; /* cycles; of these, of filters that come from the third cache */
};

static int64_t round_up(int64_t a, int64_t step)
{
    return ncl_ceil_div(a, step) * step;
}

static struct work describe_tile_work(const struct ncl_target *target, const struct ncl_problem *problem,
                                      const struct filtering *f, struct ncl_tile tile)
{
    const struct ncl_conv *conv = &problem->conv;
    const struct ncl_window_axes image = ncl_window_last(&conv->window, 2, 2);
    struct work work = {.across = ncl_conv_tiles(&image, 1, f->tile),
                        .points = points_of(f),
                        .width = ncl_tile_columns(target, tile),
                        .blocks_in = ncl_ceil_div(conv->in_channels, target->lanes),
                        .blocks_out = ncl_ceil_div(conv->out_channels, target->lanes),
                        .groups = conv->groups};
    work.all = work.across * ncl_conv_tiles(&image, 0, f->tile);
    work.panels = ncl_ceil_div(conv->out_channels, work.width);
    work.depth = work.blocks_in * target->lanes;
    const double macs = (double)work.points * (double)work.depth * (double)(work.panels * work.width);
    work.product = macs / (2 * EFFICIENCY * target->lanes);
    work.filters = macs * sizeof(float);
    return work;
}

/* Strips of `tiles`, the panels in `shares`: the last task of the busiest core ends after this time. */
static struct share share_tiles_so(const struct ncl_target *target, const struct filtering *f, const struct work *work,
                                   int64_t images, int64_t tiles, int64_t shares)
{
    const int64_t strips = ncl_ceil_div(work->all, tiles), units = target->compute_units;
    struct share share = {.tiles = tiles, .panels = ncl_ceil_div(work->panels, shares)};
    shares = ncl_ceil_div(work->panels, share.panels);
    share.strips = ncl_ceil_div(strips * images * shares, 4 * units);
    if (share.strips > strips)
        share.strips = strips;
    share.tasks = images * work->groups * shares * ncl_ceil_div(strips, share.strips);
    const double out = f->out * (double)work->blocks_out, in = f->in * (double)work->blocks_in;
    const double filters = work->filters / NEAR_RATE / (double)shares;
    const double strip = (double)tiles * (in + (work->product + out) / (double)shares) + filters;
    const double rounds = (double)ncl_ceil_div(share.tasks, units);
    share.time = rounds * ((double)share.strips * strip + TASK);
    share.read = rounds * (double)share.strips * filters;
    return share;
}

/* The strip stays in the second cache as it was read, with the sums of some panels; but filters that come from the
 * third one want at least so many tiles that they cost less than the products. */
#define TILES_MIN 24
static struct share share_tiles(const struct ncl_target *target, const struct filtering *f, const struct work *work,
                                struct ncl_tile tile, int64_t images)
{
    const int64_t near = (int64_t)(target->l2 / sizeof(float) / 2), least = round_up(TILES_MIN, tile.rows);
    int64_t most = near / (work->points * work->depth);
    most = most < least ? least : most > TILES_MAX ? TILES_MAX : most;
    struct share best = {0};
    for (int64_t tiles = tile.rows; tiles <= most; tiles += tile.rows)
        for (int64_t shares = 1; shares <= work->panels && shares <= 8; shares *= 2) {
            const struct share share = share_tiles_so(target, f, work, images, tiles, shares);
            if (!best.tasks || share.time < best.time)
                best = share;
        }
    best.pass = near / (work->points * best.tiles * work->width);
    best.pass = best.pass < 1 ? 1 : best.pass > best.panels ? best.panels : best.pass;
    return best;
}

/* Rows or columns that tiles read beyond those that the taps of the image's pixels do: the last tile of the last image
 * that a dilation makes may have nothing but its first pixel there. */
static int64_t beyond(const struct ncl_window_axes *image, int axis, const struct filtering *f)
{
    const int64_t dilation = image->dilation[axis], out = image->out[axis];
    return ncl_conv_images(image, axis) - out + dilation * (round_up(ncl_ceil_div(out, dilation), f->tile) - 1);
}

static void halo_of(const struct ncl_problem *problem, const struct filtering *f, int64_t before[2], int64_t after[2])
{
    const struct ncl_window_axes image = ncl_window_last(&problem->conv.window, 2, 2);
    for (int i = 0; i < 2; i++) {
        const int64_t behind = image.after[i] + beyond(&image, i, f);
        before[i] = image.before[i] > before[i] ? image.before[i] : before[i];
        after[i] = behind > after[i] ? behind : after[i];
    }
}

/* Bytes of zeros that whoever writes the image writes for a dilation, beyond those that the taps read. */
static double zeros_of(const struct ncl_target *target, const struct work *work, const struct ncl_window_axes *image,
                       const struct filtering *f)
{
    if (!ncl_conv_is_dilated(image))
        return 0;
    int64_t taps = 1, tiles = 1;
    for (int i = 0; i < 2; i++) {
        const int64_t extent = image->before[i] + image->in[i] + image->after[i];
        taps *= extent;
        tiles *= extent + beyond(image, i, f);
    }
    return (double)(sizeof(float) * (size_t)target->lanes) * (double)(work->groups * work->blocks_in) *
           (double)(tiles - taps);
}

/* Of one image. What the transformed filters are larger than the filters comes from memory, unless the third cache
 * keeps all weights of the network from run to run. What comes from the third cache does so beside the products, which
 * ask for it in time; but strips that are chosen as if it cost nothing read too much. */
static double cost_of(const struct ncl_target *target, const struct ncl_problem *problem, const struct filtering *f,
                      struct ncl_tile tile)
{
    const struct work work = describe_tile_work(target, problem, f, tile);
    const double larger = work.filters * (double)work.groups * (1 - 9.0 / (double)work.points),
                 more = ncl_target_keeps(target, target->weights) ? 0 : larger;
    const struct share share = share_tiles(target, f, &work, tile, 1);
    const struct ncl_window_axes image = ncl_window_last(&problem->conv.window, 2, 2);
    const int64_t planes = ncl_window_depth_of(&problem->conv.window).out;
    return (double)planes * (share.time - share.read) / CYCLES +
           ncl_cost_bytes(more + (double)planes * zeros_of(target, &work, &image, f), FAR_RATE);
}

/* ---- the steps ---- */

static ncl_ref transform_filter(struct ncl_lower *lower, const struct ncl_conv *conv, const struct filtering *f,
                                const struct work *work)
{
    const int64_t count = work->groups * work->panels * work->points * work->depth * work->width;
    const ncl_ref to = ncl_lower_scratch(lower, "transformed_filter", NNEFCL_SCALAR, count);
    struct ncl_emit *step = ncl_step_begin(lower, "conv_winograd_filter");
    ncl_step_in(step, ncl_lower_tensor(lower, conv->filter));
    ncl_step_out(step, to);
    ncl_step_size(step, "PANELS", work->panels);
    ncl_step_size(step, "FILTERS", conv->out_channels);
    ncl_step_size(step, "CHANNELS", conv->in_channels);
    ncl_step_size(step, "DEPTH", work->depth);
    ncl_step_size(step, "WIDTH", work->width);
    ncl_step_size(step, "TILE", f->tile);
    ncl_step_end(step, work->groups * work->panels);
    return to;
}

/* Elements behind each point, so that the points of a tile do not fall into the same few lines of the first cache. */
#define POINT_GAP 16

static nnefcl_status emit_winograd(struct ncl_lower *lower, const struct ncl_problem *problem,
                                   const struct filtering *f, struct ncl_tile tile)
{
    const struct ncl_target *target = &lower->plan->target;
    const struct ncl_conv *conv = &problem->conv;
    const struct ncl_window_axes image = ncl_window_last(&conv->window, 2, 2);
    const struct work work = describe_tile_work(target, problem, f, tile);
    const struct ncl_place to = ncl_blocks_place(lower, problem->out);
    const struct share share = share_tiles(target, f, &work, tile, to.images);
    const int64_t in_point = work.depth * share.tiles + POINT_GAP;
    const int64_t sum_point = share.pass * share.tiles * work.width + POINT_GAP;
    const int64_t slot = work.points * (in_point + sum_point);
    const ncl_ref x = ncl_blocks_in(lower, conv->input), filter = transform_filter(lower, conv, f, &work),
                  scratch = ncl_lower_scratch(lower, "transformed", NNEFCL_SCALAR, slot * share.tasks);
    const struct ncl_place from = ncl_blocks_place(lower, x);
    struct ncl_emit *step = ncl_step_begin(lower, "conv_winograd");
    ncl_step_define_int(step, "PIXEL", tile.rows);
    ncl_step_define_int(step, "VECTORS", tile.vectors);
    if (ncl_conv_is_dilated(&image))
        ncl_step_define_int(step, "DILATED", 1);
    ncl_step_in(step, x);
    ncl_step_in(step, filter);
    ncl_step_in(step, ncl_lower_tensor(lower, conv->bias));
    ncl_step_out(step, problem->out);
    ncl_step_out(step, scratch);
    ncl_step_after_shared(lower, step, problem->out, 1, true, x);
    ncl_step_size(step, "GROUPS", work.groups);
    ncl_step_size(step, "FILTERS", conv->out_channels);
    ncl_step_size(step, "BLOCKS", work.blocks_in);
    ncl_step_size(step, "ACROSS", work.across);
    ncl_step_size(step, "ALL", work.all);
    ncl_step_size(step, "TILES", share.tiles);
    ncl_step_size(step, "STRIPS", share.strips);
    ncl_step_size(step, "PANELS", share.panels);
    ncl_step_size(step, "PASS", share.pass);
    ncl_step_size(step, "BIAS", ncl_shape_volume(&conv->bias->shape) > 1);
    ncl_step_size(step, "BATCH", from.batch);
    ncl_step_size(step, "CHANNEL", from.channel);
    ncl_step_size(step, "ROW", from.row);
    ncl_step_size(step, "FIRST", from.first - image.before[0] * from.row - image.before[1] * from.block);
    ncl_blocks_emit_out(step, &to);
    ncl_step_size(step, "IN_POINT", in_point);
    ncl_step_size(step, "SUM_POINT", sum_point);
    ncl_step_size(step, "SLOT", slot);
    ncl_step_size(step, "TILE", f->tile);
    if (ncl_conv_is_dilated(&image))
        ncl_step_sizes(step, "DILATION", image.dilation, 2);
    ncl_step_flops(step, problem->flops);
    return ncl_step_end(step, share.tasks);
}

/* ---- the two variants ---- */

#define WINOGRAD(NAME, FILTERING, ABOUT)                                                                               \
    static double NAME##_cost(const struct ncl_target *target, const struct ncl_problem *problem,                      \
                              const struct ncl_choice *choice)                                                         \
    {                                                                                                                  \
        return cost_of(target, problem, &(FILTERING), choice->tile);                                                   \
    }                                                                                                                  \
    static nnefcl_status NAME##_emit(struct ncl_lower *lower, const struct ncl_problem *problem,                       \
                                     const struct ncl_choice *choice)                                                  \
    {                                                                                                                  \
        return emit_winograd(lower, problem, &(FILTERING), choice->tile);                                              \
    }                                                                                                                  \
    static void NAME##_halo(const struct ncl_problem *problem, int64_t before[2], int64_t after[2])                    \
    {                                                                                                                  \
        halo_of(problem, &(FILTERING), before, after);                                                                 \
    }                                                                                                                  \
    const struct ncl_variant ncl_variant_##NAME = {.name = #NAME,                                                      \
                                                   .family = NCL_FAMILY_CONV,                                          \
                                                   .about = ABOUT,                                                     \
                                                   .unfit = conv_winograd_unfit,                                       \
                                                   .choices = conv_winograd_choices,                                   \
                                                   .cost = NAME##_cost,                                                \
                                                   .emit = NAME##_emit,                                                \
                                                   .reads_blocks = true,                                               \
                                                   .writes_blocks = true,                                              \
                                                   .volumes = true,                                                    \
                                                   .halo = NAME##_halo,                                                \
                                                   .transforms = true};

WINOGRAD(conv_winograd2, f2, "Winograd F(2,3), channels in blocks")
WINOGRAD(conv_winograd4, f4, "Winograd F(4,3), channels in blocks")
