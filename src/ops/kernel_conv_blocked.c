/* Convolution on CPUs that leaves its result in blocks of channels: from an input in blocks, where nothing is copied,
 * packed or tested at borders, and from a plain one of few channels. */
#include "emit/after.h"
#include "emit/blocks.h"
#include "emit/cost.h"
#include "ops/conv.h"

#define TILES_MAX 32
#define STRIP_MAX 16384 /* elements of a strip */
#define TASKS     8     /* for each core, so that the last ones end together */

#define EFFICIENCY 0.85
#define STRIP_PART 0.8 /* of that, where one channel at a time is multiplied */

/* The window over two axes; rank 3: one row. */
struct image {
    struct ncl_window_axes axes;
    int64_t after[2];
};

static struct image read_image(const struct ncl_window *w)
{
    struct image image = {.axes = ncl_window_last(w, 2, 2)};
    for (int i = 0; i < 2; i++)
        image.after[i] = (image.axes.out[i] - 1) * image.axes.stride[i] +
                         (image.axes.size[i] - 1) * image.axes.dilation[i] + 1 - image.axes.before[i] -
                         image.axes.in[i];
    return image;
}

static const char *conv_blocked_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    if (!target->cpu)
        return "needs a device with few wide cores";
    if (!problem)
        return NULL;
    const struct ncl_conv *conv = &problem->conv;
    const int64_t lanes = target->lanes;
    const struct image image = read_image(&conv->window);
    if (conv->groups > 1 && (conv->in_channels % lanes || conv->out_channels % lanes))
        return "groups that are no whole blocks of channels";
    for (int i = 0; i < 2; i++)
        if (conv->window.border != NCL_BORDER_CONSTANT && (image.axes.before[i] > 0 || image.after[i] > 0))
            return "a border that is not zero";
    return image.axes.before[0] > UINT16_MAX || image.axes.before[1] > UINT16_MAX || image.after[0] > UINT16_MAX ||
                   image.after[1] > UINT16_MAX
               ? "a border that is too wide"
               : NULL;
}

static void conv_blocked_halo(const struct ncl_problem *problem, int64_t before[2], int64_t after[2])
{
    const struct image image = read_image(&problem->conv.window);
    for (int i = 0; i < 2; i++) {
        before[i] = image.axes.before[i] > before[i] ? image.axes.before[i] : before[i];
        after[i] = image.after[i] > after[i] ? image.after[i] : after[i];
    }
}

/* Pixels by output channels: any image size and any batch has the same tile. */
static size_t conv_blocked_choices(const struct ncl_target *target, const struct ncl_problem *problem,
                                   struct ncl_choice *choice)
{
    choice->tile = ncl_target_tile(target, 0, problem->conv.out_channels);
    return 1;
}

/* Of one image; channels of filling are computed too. */
static double padded_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                          const struct ncl_choice *choice, int64_t depth, double efficiency)
{
    const struct ncl_conv *conv = &problem->conv;
    const int64_t width = ncl_tile_columns(target, choice->tile);
    const double filters = (double)(ncl_ceil_div(conv->out_channels, width) * width) / (double)conv->out_channels,
                 channels = (double)(ncl_ceil_div(conv->in_channels, depth) * depth) / (double)conv->in_channels;
    const double macs = problem->flops / 2 / (double)conv->window.out.extent[0];
    return ncl_cost_macs(target, macs * filters * channels, efficiency);
}

static double conv_blocked_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                                const struct ncl_choice *choice)
{
    return padded_cost(target, problem, choice, target->lanes, EFFICIENCY);
}

/* ---- how tasks share the work ---- */

struct share {
    int64_t tiles, panels, part; /* of a task; blocks of the depth at a time */
    int64_t tasks;
};

static int64_t at_least_one(int64_t a)
{
    return a < 1 ? 1 : a;
}

/* The windows of the tiles of a task stay in a quarter of the second cache, and so do the weights that they share; but
 * there are tasks enough for all cores. */
static struct share share_work(const struct ncl_target *target, const struct ncl_problem *problem, struct ncl_tile tile,
                               int64_t depth, int64_t tiles_max)
{
    const struct ncl_conv *conv = &problem->conv;
    const struct image image = read_image(&conv->window);
    const int64_t all = ncl_ceil_div(image.axes.out[0] * image.axes.out[1], tile.rows),
                  width = ncl_tile_columns(target, tile), panels = ncl_ceil_div(conv->out_channels, width),
                  near = (int64_t)(target->l2 / 4 / sizeof(float));
    const int64_t images = conv->window.in.extent[0] * conv->groups, wanted = TASKS * (int64_t)target->compute_units;
    struct share share = {.tiles = near / (conv->in_channels * tile.rows * image.axes.stride[0] * image.axes.stride[1]),
                          .panels = panels,
                          .part = at_least_one(near / (image.axes.size[0] * image.axes.size[1] * depth * width))};
    share.tiles = at_least_one(share.tiles < tiles_max ? share.tiles : tiles_max);
    share.tiles = ncl_ceil_div(all, ncl_ceil_div(all, share.tiles));
    while (images * ncl_ceil_div(all, share.tiles) * ncl_ceil_div(panels, share.panels) < wanted && share.panels > 1)
        share.panels = ncl_ceil_div(share.panels, 2);
    while (images * ncl_ceil_div(all, share.tiles) * ncl_ceil_div(panels, share.panels) < wanted && share.tiles > 1)
        share.tiles = ncl_ceil_div(share.tiles, 2);
    share.tasks = images * ncl_ceil_div(all, share.tiles) * ncl_ceil_div(panels, share.panels);
    return share;
}

/* ---- the step ---- */

static ncl_ref pack_filter(struct ncl_lower *lower, const struct ncl_conv *conv, int64_t depth, int64_t width)
{
    const int64_t taps = ncl_window_volume(&conv->window), elements = conv->in_channels * taps;
    const struct ncl_conv_matrix matrix = {.groups = conv->groups,
                                           .rows = conv->out_channels,
                                           .depth = elements,
                                           .group_stride = conv->out_channels * elements,
                                           .row_stride = elements,
                                           .column_stride = 1,
                                           .block = depth,
                                           .taps = taps};
    return ncl_conv_gemm_pack(lower, conv->filter, &matrix, width);
}

/* Rows of a strip: the pixels of a task may begin anywhere in a row. */
static int64_t strip_rows(const struct image *image, int64_t pixels)
{
    const int64_t rows = (pixels + image->axes.out[1] - 2) / image->axes.out[1] + 1;
    return ((rows < image->axes.out[0] ? rows : image->axes.out[0]) - 1) * image->axes.stride[0] +
           (image->axes.size[0] - 1) * image->axes.dilation[0] + 1;
}

static int64_t strip_pitch(const struct image *image)
{
    return image->axes.in[1] + image->axes.before[1] + image->after[1];
}

/* What the kernel knows of x: in place, or in strips of `rows` rows. */
static void emit_input(struct ncl_emit *step, const struct image *image, const struct ncl_place *x, int64_t rows)
{
    const int64_t row = rows ? strip_pitch(image) : x->row, channel = rows ? rows * row : x->channel;
    ncl_step_size(step, "BATCH", x->batch);
    ncl_step_size(step, "CHANNEL", channel);
    ncl_step_size(step, "FIRST", x->first - image->axes.before[0] * row - image->axes.before[1] * x->block);
    ncl_step_sizes(step, "STEP", (const int64_t[]){image->axes.stride[0] * row, image->axes.stride[1] * x->block}, 2);
    ncl_step_sizes(step, "TAP", (const int64_t[]){image->axes.dilation[0] * row, image->axes.dilation[1] * x->block},
                   2);
}

static nnefcl_status emit_conv(struct ncl_lower *lower, const struct ncl_problem *problem, struct ncl_tile tile,
                               const struct share *share, ncl_ref x, int64_t rows)
{
    const struct ncl_conv *conv = &problem->conv;
    const struct image image = read_image(&conv->window);
    const int64_t depth = rows ? 1 : lower->plan->target.lanes;
    const ncl_ref packed = pack_filter(lower, conv, depth, ncl_tile_columns(&lower->plan->target, tile));
    const struct ncl_place from = ncl_blocks_place(lower, x), to = ncl_blocks_place(lower, problem->out);
    struct ncl_emit *step = ncl_step_begin(lower, "conv_blocked");
    ncl_step_define_int(step, "PIXEL", tile.rows);
    ncl_step_define_int(step, "VECTORS", tile.vectors);
    ncl_step_define_int(step, "TILES_MAX", TILES_MAX);
    if (rows) {
        ncl_step_define_int(step, "STRIP", 1);
        ncl_step_define_int(step, "STRIP_MAX", STRIP_MAX);
        ncl_window_define_border(step, conv->window.border);
    }
    ncl_step_in(step, x);
    ncl_step_in(step, packed);
    ncl_step_in(step, ncl_lower_tensor(lower, conv->bias));
    ncl_step_out(step, problem->out);
    ncl_step_after_shared(lower, step, problem->out, 1, true, x);
    ncl_step_size(step, "PIXELS", image.axes.out[0] * image.axes.out[1]);
    ncl_step_size(step, "OUT_WIDTH", image.axes.out[1]);
    ncl_step_size(step, "GROUPS", conv->groups);
    ncl_step_size(step, "FILTERS", conv->out_channels);
    ncl_step_size(step, "BLOCKS", ncl_ceil_div(conv->in_channels, depth));
    ncl_step_sizes(step, "KERNEL", image.axes.size, 2);
    ncl_step_size(step, "TILES", share->tiles);
    ncl_step_size(step, "PANELS", share->panels);
    ncl_step_size(step, "PART", share->part);
    ncl_step_size(step, "BIAS", ncl_shape_volume(&conv->bias->shape) > 1);
    emit_input(step, &image, &from, rows);
    ncl_blocks_emit_out(step, &to);
    ncl_step_sizes(step, "EXTENT", image.axes.in, 2);
    ncl_step_sizes(step, "STRIDE", image.axes.stride, 2);
    ncl_step_sizes(step, "BEFORE", image.axes.before, 2);
    ncl_step_size(step, "ROWS", rows);
    ncl_step_size(step, "PITCH", strip_pitch(&image));
    ncl_step_flops(step, problem->flops);
    return ncl_step_end(step, share->tasks);
}

static nnefcl_status conv_blocked_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                       const struct ncl_choice *choice)
{
    const struct share share =
        share_work(&lower->plan->target, problem, choice->tile, lower->plan->target.lanes, TILES_MAX);
    return emit_conv(lower, problem, choice->tile, &share, ncl_blocks_in(lower, problem->conv.input), 0);
}

const struct ncl_variant ncl_variant_conv_blocked = {.name = "conv_blocked",
                                                     .family = NCL_FAMILY_CONV,
                                                     .about = "channels in blocks, tiles of pixels in registers",
                                                     .unfit = conv_blocked_unfit,
                                                     .choices = conv_blocked_choices,
                                                     .cost = conv_blocked_cost,
                                                     .emit = conv_blocked_emit,
                                                     .reads_blocks = true,
                                                     .writes_blocks = true,
                                                     .halo = conv_blocked_halo};

/* ---- from a plain input, a strip of its rows in each task ---- */

/* As many tiles as have room for their rows; 0: none. */
static int64_t strip_tiles(const struct ncl_problem *problem, struct ncl_tile tile)
{
    const struct image image = read_image(&problem->conv.window);
    const int64_t row = problem->conv.in_channels * strip_pitch(&image);
    int64_t tiles = TILES_MAX;
    while (tiles && strip_rows(&image, tiles * tile.rows) > STRIP_MAX / row)
        tiles /= 2;
    return tiles;
}

static const char *conv_into_blocks_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    if (!target->cpu)
        return "needs a device with few wide cores";
    if (!problem)
        return NULL;
    const struct ncl_conv *conv = &problem->conv;
    if (conv->window.rank > 4)
        return "more than two spatial axes";
    if (conv->groups > 1 && conv->out_channels % target->lanes)
        return "groups that are no whole blocks of channels";
    return strip_tiles(problem, ncl_target_tile(target, 0, conv->out_channels)) ? NULL
                                                                                : "its rows do not fit private memory";
}

static double conv_into_blocks_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                                    const struct ncl_choice *choice)
{
    return padded_cost(target, problem, choice, 1, EFFICIENCY * STRIP_PART);
}

static nnefcl_status conv_into_blocks_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                           const struct ncl_choice *choice)
{
    const struct image image = read_image(&problem->conv.window);
    const struct share share =
        share_work(&lower->plan->target, problem, choice->tile, 1, strip_tiles(problem, choice->tile));
    return emit_conv(lower, problem, choice->tile, &share, ncl_lower_tensor(lower, problem->conv.input),
                     strip_rows(&image, share.tiles * choice->tile.rows));
}

const struct ncl_variant ncl_variant_conv_into_blocks = {.name = "conv_into_blocks",
                                                         .family = NCL_FAMILY_CONV,
                                                         .about = "the same of a plain input with few channels",
                                                         .unfit = conv_into_blocks_unfit,
                                                         .choices = conv_blocked_choices,
                                                         .cost = conv_into_blocks_cost,
                                                         .emit = conv_into_blocks_emit,
                                                         .writes_blocks = true};
