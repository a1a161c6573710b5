/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution on CPUs that leaves its result in blocks of channels: from an input in blocks, where nothing is copied,
 * packed or tested at borders, and from a plain one of few channels. */
#include <math.h>
#include <string.h>

#include "emit/after.h"
#include "emit/blocks.h"
#include "emit/cost.h"
#include "emit/pitch.h"
#include "ops/conv.h"
#include "ops/conv_narrow.h"

#define STRIP_MAX 16384 /* elements of a strip */
#define DEEP_MAX  40960 /* of several planes of a volume: the rows that tasks have in common are more */
#define TASKS     8     /* for each core, so that the last ones end together */

#define INSIDE_MOST 0.8 /* where less of the products has more than zeros to multiply, tiles leave taps out */
#define TASKS_KNOWN 512 /* so many times the cores: it is known which core computes which task */

#define EFFICIENCY 0.85
#define READ_RATE  25.0 /* GB/s of packed filters */
#define STRIP_PART 0.8  /* of that, where one channel at a time is multiplied */
#define STRIP_ONE  0.5  /* and has one tap: what is laid out is read once for each panel */
#define NEAR_RATE  12   /* bytes from beyond the second cache, beside each cycle */
#define TASK       6e3  /* cycles that a task costs */
#define DISTURBED  0.75 /* of a task: what cores wait for at the end of a step */
#define LINE       64   /* bytes of a cache */

const char *ncl_conv_border_unfit(const struct ncl_window *window)
{
    const struct ncl_window_axes plane = ncl_window_last(window, 2, 3);
    for (int i = 0; i < 3; i++) {
        if (window->border != NCL_BORDER_CONSTANT && (plane.before[i] > 0 || plane.after[i] > 0))
            return "a border that is not zero";
        if (plane.before[i] > UINT16_MAX || plane.after[i] > UINT16_MAX)
            return "a border that is too wide";
    }
    return NULL;
}

const char *ncl_conv_blocked_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    if (!target->cpu)
        return "needs a device with few wide cores";
    if (!problem)
        return NULL;
    const struct ncl_conv *conv = &problem->conv;
    const int64_t lanes = target->lanes;
    if (conv->groups > 1 && (conv->in_channels % lanes || conv->out_channels % lanes))
        return "groups that are no whole blocks of channels";
    return ncl_conv_border_unfit(&conv->window);
}

void ncl_conv_blocked_halo(const struct ncl_problem *problem, int64_t before[2], int64_t after[2])
{
    const struct ncl_window_axes image = ncl_window_last(&problem->conv.window, 2, 2);
    for (int i = 0; i < 2; i++) {
        before[i] = image.before[i] > before[i] ? image.before[i] : before[i];
        after[i] = image.after[i] > after[i] ? image.after[i] : after[i];
    }
}

/* ---- the variant ---- */

static const char *conv_blocked_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    if (!problem)
        return ncl_conv_blocked_unfit(target, NULL);
    const struct ncl_conv_narrow narrow = ncl_conv_narrow_of(target, problem);
    const struct ncl_conv *conv = &narrow.problem.conv;
    if (conv->groups > 1 && conv->in_channels / narrow.depth.taps % target->lanes)
        return "groups that are no whole blocks of channels";
    const char *border = ncl_conv_border_unfit(&problem->conv.window);
    return border ? border : ncl_conv_blocked_unfit(target, &narrow.problem);
}

static void conv_blocked_halo(const struct ncl_problem *problem, int64_t before[2], int64_t after[2])
{
    const struct ncl_conv_narrow narrow = ncl_conv_narrow_taps(problem);
    ncl_conv_blocked_halo(&narrow.problem, before, after);
}

size_t ncl_conv_blocked_choices(const struct ncl_target *target, const struct ncl_problem *problem,
                                struct ncl_choice *choice)
{
    choice->tile = ncl_target_tile(target, 0, problem->conv.out_channels);
    return 1;
}

/* A tile is computed whole, however few pixels there are. */
static double idle_rows(const struct ncl_problem *problem, struct ncl_tile tile)
{
    const struct ncl_window *w = &problem->conv.window;
    const double pixels = (double)ncl_shape_span(&w->out, 2, w->rank), rows = (double)tile.rows;
    return pixels < rows ? rows / pixels : 1;
}

/* Of one image; channels of filling are computed too. */
static double padded_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                          const struct ncl_choice *choice, int64_t depth, double efficiency, size_t weight)
{
    const struct ncl_conv *conv = &problem->conv;
    const int64_t width = ncl_tile_columns(target, choice->tile);
    const double filters = (double)(ncl_ceil_div(conv->out_channels, width) * width) / (double)conv->out_channels,
                 channels = (double)(ncl_ceil_div(conv->in_channels, depth) * depth) / (double)conv->in_channels;
    const double macs = problem->flops / 2 / (double)conv->window.out.extent[0];
    const double weights = (double)weight * (double)ncl_shape_volume(&conv->filter->shape);
    const double work = ncl_cost_macs(target, macs * filters * channels * idle_rows(problem, choice->tile), efficiency),
                 read = ncl_cost_bytes(weights, READ_RATE);
    return work > read ? work : read;
}

double ncl_conv_blocked_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                             const struct ncl_choice *choice, const struct ncl_conv_elements *elements)
{
    return padded_cost(target, problem, choice, target->lanes, elements->efficiency, elements->bytes);
}

static size_t conv_blocked_choices(const struct ncl_target *target, const struct ncl_problem *problem,
                                   struct ncl_choice *choice)
{
    const struct ncl_conv_narrow narrow = ncl_conv_narrow_of(target, problem);
    const struct ncl_conv *conv = &narrow.problem.conv;
    choice->tile = conv->groups > 1 ? ncl_target_narrow_tile(target, conv->out_channels)
                                    : ncl_target_channel_tile(target, conv->out_channels);
    return 1;
}

/* Output planes; each of those that it reads fills its own last block. */
static double planes_cost(const struct ncl_target *target, const struct ncl_conv_narrow *narrow)
{
    const int64_t all = narrow->problem.conv.in_channels, taps = narrow->depth.taps, lanes = target->lanes;
    const double filled = (double)(taps * ncl_ceil_div(all / taps, lanes)) / (double)ncl_ceil_div(all, lanes);
    return (double)narrow->depth.out * filled;
}

static double conv_blocked_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                                const struct ncl_choice *choice)
{
    static const struct ncl_conv_elements floats = {EFFICIENCY, sizeof(float)};
    const struct ncl_conv_narrow narrow = ncl_conv_narrow_of(target, problem);
    return planes_cost(target, &narrow) * ncl_conv_blocked_cost(target, &narrow.problem, choice, &floats);
}

/* ---- how tasks share the work ---- */

struct work {
    int64_t tiles, panels;           /* of an image; of a group */
    double product, windows, filter; /* of a tile and a panel: cycles, bytes of x and of filters */
    double near;                     /* bytes of the second cache for either */
};

struct share {
    int64_t tiles, panels, part; /* of a task; blocks of the depth at a time */
    int64_t strips;              /* of so many tiles, of a task */
    int64_t tasks;
    bool far;    /* filters come from beyond the second cache */
    double time; /* cycles */
};

static int64_t at_least_one(int64_t a)
{
    return a < 1 ? 1 : a;
}

/* Where the stride leaves pixels out, their places in a line of the cache come along. */
static double pixel_bytes(const struct ncl_target *target, const struct ncl_window_axes *image, double element)
{
    const double block = (double)target->lanes * element, with = block * (double)image->stride[1];
    return with < LINE ? with : block > LINE ? block : LINE;
}

static struct work describe_panel_work(const struct ncl_target *target, const struct ncl_problem *problem,
                                       struct ncl_tile tile, const struct ncl_conv_elements *elements)
{
    const struct ncl_conv *conv = &problem->conv;
    const struct ncl_window_axes image = ncl_window_last(&conv->window, 2, 2);
    const double lanes = (double)target->lanes, rows = (double)tile.rows, blocks = (double)conv->in_channels / lanes;
    const double depth = (double)(conv->in_channels * ncl_window_volume(&conv->window));
    return (struct work){.tiles = ncl_ceil_div(image.out[0] * image.out[1], tile.rows),
                         .panels = ncl_ceil_div(conv->out_channels, ncl_tile_columns(target, tile)),
                         .product = depth * rows * (double)tile.vectors / (2 * elements->efficiency),
                         .windows = blocks * rows * pixel_bytes(target, &image, (double)elements->bytes),
                         .filter = depth * (double)tile.vectors * lanes * (double)elements->bytes,
                         .near = (double)target->l2 / 2};
}

/* How many whole tasks the core computes that ends last. Cores take the tasks in their order, of which the last one for
 * each of `parts` has only `rest` of its tiles and the last `parts` of all `shares` only `few` of their panels. */
static double longest_core(int64_t units, int64_t tasks, int64_t parts, int64_t shares, double rest, double few)
{
    double end[TASKS_KNOWN], last = 0;
    memset(end, 0, (size_t)units * sizeof *end);
    for (int64_t line = 0, share = 1; line < tasks / parts; line++, share = share < shares ? share + 1 : 1)
        for (int64_t part = 1; part <= parts; part++) {
            int64_t next = 0;
            for (int64_t u = 1; u < units; u++)
                next = end[u] < end[next] ? u : next;
            end[next] += (part < parts ? 1 : rest) * (share < shares ? 1 : few);
            last = end[next] > last ? end[next] : last;
        }
    return last;
}

/* So many tiles in a task, and the panels in `shares`: how long all take, or at least take where that is more than
 * `known` anyway. A task reads its filters from beyond the second cache, unless all stay there, and its windows once if
 * they stay there, else for each panel. At the end cores wait for those with one task more, and for any that was
 * disturbed. */
static struct share share_pixels_so(const struct ncl_target *target, const struct work *work, int64_t images,
                                    int64_t tiles, int64_t shares, double known)
{
    const int64_t parts = ncl_ceil_div(work->tiles, tiles), units = target->compute_units;
    const double windows = work->windows * (double)tiles, all = work->filter * (double)work->panels;
    struct share share = {.tiles = tiles, .panels = ncl_ceil_div(work->panels, shares), .strips = 1};
    share.far = all + windows > work->near;
    const int64_t pieces = ncl_ceil_div(work->panels, share.panels);
    share.tasks = images * parts * pieces;
    const double panels = (double)share.panels, filters = share.far ? work->filter * panels : 0;
    const double read = filters + (windows > work->near ? windows * panels : windows);
    const double task = (double)tiles * panels * work->product + read / NEAR_RATE + TASK;
    const double rest = (double)(work->tiles - (parts - 1) * tiles) / (double)tiles,
                 few = (double)(work->panels - (pieces - 1) * share.panels) / panels;
    const double whole = (double)work->tiles / (double)(parts * tiles), tasks = (double)share.tasks;
    const double most = (double)(ncl_ceil_div(share.tasks, units) * units);
    const double even = (double)images * ((double)(parts - 1) + rest) * ((double)(pieces - 1) + few) / (double)units;
    double longest = even; /* no core ends last before all are done */
    if (share.tasks * units > TASKS_KNOWN)
        longest = (tasks * whole + most - tasks) / (double)units;
    else if (task * (DISTURBED + even) < known * (1 + 1e-9))
        longest = longest_core(units, share.tasks, parts, pieces, rest, few);
    share.time = task * (DISTURBED + longest);
    return share;
}

static struct share find_share(const struct ncl_target *target, const struct ncl_problem *problem, struct ncl_tile tile,
                               const struct ncl_conv_elements *elements, int64_t tiles_max)
{
    const struct work work = describe_panel_work(target, problem, tile, elements);
    const int64_t images = problem->conv.window.in.extent[0] * problem->conv.groups;
    struct share best = {0};
    for (int64_t tiles = 1; tiles <= tiles_max && tiles <= work.tiles; tiles++)
        for (int64_t shares = 1; shares <= work.panels; shares *= 2) {
            const double known = best.tasks ? best.time : INFINITY;
            const struct share share = share_pixels_so(target, &work, images, tiles, shares, known);
            if (!best.tasks || share.time < best.time)
                best = share;
        }
    return best;
}

struct ncl_conv_share ncl_conv_blocked_share(const struct ncl_target *target, const struct ncl_problem *problem,
                                             struct ncl_tile tile, const struct ncl_conv_elements *elements)
{
    const struct share share = find_share(target, problem, tile, elements, NCL_CONV_TILES);
    return (struct ncl_conv_share){share.tiles, share.panels, share.tasks};
}

static struct share share_pixels(const struct ncl_target *target, const struct ncl_problem *problem,
                                 struct ncl_tile tile, int64_t depth, int64_t tiles_max)
{
    static const struct ncl_conv_elements floats = {EFFICIENCY, sizeof(float)};
    const int64_t block = ncl_window_volume(&problem->conv.window) * depth * ncl_tile_columns(target, tile);
    struct share share = find_share(target, problem, tile, &floats, tiles_max);
    share.part = at_least_one((int64_t)(target->l2 / 4 / sizeof(float)) / block);
    return share;
}

/* ---- the step ---- */

static ncl_ref pack_filter(struct ncl_lower *lower, const struct ncl_conv_narrow *narrow, int64_t depth, int64_t width)
{
    const struct ncl_conv *conv = &narrow->problem.conv;
    const struct ncl_window_axes image = ncl_window_last(&conv->window, 2, 2);
    const int64_t taps = image.size[0] * image.size[1], filter = narrow->size[0] * narrow->size[1],
                  row = conv->in_channels / narrow->parts * filter;
    const struct ncl_conv_matrix matrix = {.groups = conv->groups,
                                           .rows = conv->out_channels,
                                           .depth = conv->in_channels * taps,
                                           .group_stride = conv->out_channels * row,
                                           .row_stride = row,
                                           .column_stride = 1,
                                           .block = depth,
                                           .taps = taps,
                                           .filter = filter,
                                           .first = narrow->first[0] * narrow->size[1] + narrow->first[1],
                                           .width = image.size[1],
                                           .pitch = narrow->size[1],
                                           .planes = narrow->depth.taps,
                                           .parts = narrow->parts};
    return ncl_conv_gemm_pack(lower, conv->filter, &matrix, width);
}

/* Rows of a strip: the pixels of a task may begin anywhere in a row. */
static int64_t blocked_strip_rows(const struct ncl_window_axes *image, int64_t pixels)
{
    const int64_t rows = (pixels + image->out[1] - 2) / image->out[1] + 1;
    return ((rows < image->out[0] ? rows : image->out[0]) - 1) * image->stride[0] +
           (image->size[0] - 1) * image->dilation[0] + 1;
}

static int64_t strip_pitch(const struct ncl_window_axes *image)
{
    return image->in[1] + image->before[1] + image->after[1];
}

/* No more tasks than it takes: each has room for a strip. */
static void join_strips(struct share *share, const struct ncl_target *target, const struct ncl_problem *problem,
                        struct ncl_tile tile)
{
    const struct ncl_window_axes image = ncl_window_last(&problem->conv.window, 2, 2);
    const int64_t all = ncl_ceil_div(image.out[0] * image.out[1], tile.rows), parts = ncl_ceil_div(all, share->tiles),
                  others = share->tasks / parts;
    share->strips = at_least_one(share->tasks / (TASKS * (int64_t)target->compute_units));
    share->strips = share->strips < parts ? share->strips : parts;
    share->tasks = others * ncl_ceil_div(parts, share->strips);
}

static ncl_ref strip_scratch(struct ncl_lower *lower, const struct ncl_conv *conv, const struct share *share,
                             int64_t rows)
{
    const struct ncl_window_axes image = ncl_window_last(&conv->window, 2, 2);
    return ncl_lower_scratch(lower, "strips", NNEFCL_SCALAR,
                             share->tasks * conv->in_channels * rows * strip_pitch(&image));
}

/* What the kernel knows of x: in place, or in strips of `rows` rows. */
static void emit_blocked_input(struct ncl_emit *step, const struct ncl_window_axes *image, const struct ncl_place *x,
                               int64_t rows)
{
    const int64_t row = rows ? strip_pitch(image) : x->row, channel = rows ? rows * row : x->channel;
    ncl_step_size(step, "BATCH", x->batch * (x->block > 1 ? x->planes : 1));
    ncl_step_size(step, "CHANNEL", channel);
    ncl_step_size(step, "FIRST", x->first - image->before[0] * row - image->before[1] * x->block);
    ncl_step_sizes(step, "STEP", (const int64_t[]){image->stride[0] * row, image->stride[1] * x->block}, 2);
    ncl_step_sizes(step, "TAP", (const int64_t[]){image->dilation[0] * row, image->dilation[1] * x->block}, 2);
}

struct emitted {
    const struct ncl_problem *problem;
    const struct ncl_window_depth *depth;
    double flops; /* of the definition */
    struct ncl_tile tile;
    const struct share *share;
    ncl_ref x, packed;
    int64_t rows; /* of a strip; 0: x lies in blocks */
    const struct ncl_conv_lattice *lattice;
};

/* What it writes: all of an image, or one of several that lie in each other. */
static void emit_blocked_output(struct ncl_emit *step, struct ncl_place *y, const struct ncl_conv_lattice *lattice)
{
    y->first += lattice->first[0] * y->row + lattice->first[1] * y->block;
    ncl_blocks_emit_out(step, y);
}

static const struct ncl_conv_lattice all_pixels = {.stride = {1, 1}};

static nnefcl_status emit_conv(struct ncl_lower *lower, const struct emitted *all)
{
    const struct ncl_problem *problem = all->problem;
    const struct ncl_conv *conv = &problem->conv;
    const struct ncl_window_axes image = ncl_window_last(&conv->window, 2, 2);
    const struct share *share = all->share;
    const struct ncl_tile tile = all->tile;
    const ncl_ref x = all->x;
    const int64_t rows = all->rows, depth = rows ? 1 : lower->plan->target.lanes;
    const ncl_ref strips = rows ? strip_scratch(lower, conv, share, rows) : NCL_NO_TENSOR;
    const struct ncl_place from = ncl_blocks_place(lower, x);
    struct ncl_place to = ncl_blocks_place(lower, problem->out);
    struct ncl_emit *step = ncl_step_begin(lower, "conv_blocked");
    ncl_step_define_int(step, "PIXEL", tile.rows);
    ncl_step_define_int(step, "VECTORS", tile.vectors);
    ncl_step_define_int(step, "TILES_MAX", NCL_CONV_TILES);
    ncl_step_needs(step, rows ? 2 : ncl_conv_part_inside(&conv->window) < INSIDE_MOST ? 5 : 1);
    ncl_window_define_border(step, rows ? conv->window.border : NCL_BORDER_CONSTANT);
    ncl_step_in(step, x);
    ncl_step_in(step, all->packed);
    ncl_step_in(step, ncl_lower_tensor(lower, conv->bias));
    if (rows)
        ncl_step_out(step, strips);
    else
        ncl_step_in_or(step, NCL_NO_TENSOR, x);
    (all->lattice->begun ? ncl_step_inout : ncl_step_out)(step, problem->out);
    ncl_step_after_shared(lower, step, problem->out, 1, true, x);
    ncl_step_size(step, "PIXELS", image.out[0] * image.out[1]);
    ncl_step_size(step, "OUT_WIDTH", image.out[1]);
    ncl_step_size(step, "GROUPS", conv->groups);
    ncl_step_size(step, "FILTERS", conv->out_channels);
    ncl_step_size(step, "BLOCKS", ncl_ceil_div(conv->in_channels / all->depth->taps, depth));
    ncl_step_sizes(step, "KERNEL", image.size, 2);
    ncl_step_size(step, "TILES", share->tiles);
    ncl_step_size(step, "PANELS", share->panels);
    ncl_step_size(step, "PART", share->part);
    ncl_step_size(step, "BIAS", ncl_shape_volume(&conv->bias->shape) > 1);
    emit_blocked_input(step, &image, &from, rows);
    emit_blocked_output(step, &to, all->lattice);
    ncl_step_sizes(step, "EXTENT", image.in, 2);
    ncl_step_sizes(step, "STRIDE", image.stride, 2);
    ncl_step_sizes(step, "BEFORE", image.before, 2);
    ncl_step_size(step, "ROWS", rows);
    ncl_step_size(step, "PITCH", strip_pitch(&image));
    ncl_step_size(step, "STRIPS", share->strips);
    ncl_step_size(step, "AHEAD", share->far);
    ncl_step_sizes(step, "DILATION", image.dilation, 2);
    ncl_step_sizes(step, "Y_STEP",
                   (const int64_t[]){all->lattice->stride[0] * to.row, all->lattice->stride[1] * to.block}, 2);
    ncl_conv_depth_emit(step, all->depth, &from);
    ncl_step_flops(step, all->flops);
    return ncl_step_end(step, share->tasks);
}

nnefcl_status ncl_conv_blocked_step(struct ncl_lower *lower, const struct ncl_problem *problem, struct ncl_tile tile,
                                    ncl_ref packed, const struct ncl_conv_lattice *lattice)
{
    const struct ncl_target *target = &lower->plan->target;
    const struct share share = share_pixels(target, problem, tile, target->lanes, NCL_CONV_TILES);
    const struct ncl_window_depth depth = ncl_window_depth_of(&problem->conv.window);
    return emit_conv(lower, &(struct emitted){.problem = problem,
                                              .depth = &depth,
                                              .flops = problem->flops,
                                              .tile = tile,
                                              .share = &share,
                                              .x = ncl_blocks_in(lower, problem->conv.input),
                                              .packed = packed,
                                              .lattice = lattice});
}

static nnefcl_status conv_blocked_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                       const struct ncl_choice *choice)
{
    const struct ncl_target *target = &lower->plan->target;
    const struct ncl_conv_narrow narrow = ncl_conv_narrow_of(target, problem);
    const struct share share = share_pixels(target, &narrow.problem, choice->tile, target->lanes, NCL_CONV_TILES);
    return emit_conv(lower, &(struct emitted){.problem = &narrow.problem,
                                              .depth = &narrow.depth,
                                              .flops = narrow.flops,
                                              .tile = choice->tile,
                                              .share = &share,
                                              .x = ncl_blocks_in(lower, problem->conv.input),
                                              .packed = pack_filter(lower, &narrow, target->lanes,
                                                                    ncl_tile_columns(target, choice->tile)),
                                              .lattice = &all_pixels});
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
                                                     .volumes = true,
                                                     .writes_whole = true,
                                                     .halo = conv_blocked_halo};

/* ---- from a plain input, a strip of its rows in each task ---- */

/* As many tiles as have room for their rows; 0: none. Of volumes: of the convolution of its planes. */
static int64_t strip_tiles(const struct ncl_conv_narrow *all, struct ncl_tile tile)
{
    const struct ncl_window_axes image = ncl_window_last(&all->problem.conv.window, 2, 2);
    const int64_t row = all->problem.conv.in_channels * strip_pitch(&image);
    const int64_t most = all->depth.taps > 1 ? DEEP_MAX : STRIP_MAX;
    int64_t tiles = NCL_CONV_TILES;
    while (tiles && blocked_strip_rows(&image, tiles * tile.rows) > most / row)
        tiles /= 2;
    return tiles;
}

/* Of 6 x 2 vectors half would be filling where a volume has one block of outputs. */
static size_t conv_into_blocks_choices(const struct ncl_target *target, const struct ncl_problem *problem,
                                       struct ncl_choice *choice)
{
    const int64_t filters = problem->conv.out_channels;
    const bool volume = problem->conv.window.rank == 5;
    choice->tile = volume && filters <= target->lanes ? ncl_target_narrow_tile(target, filters)
                                                      : ncl_target_tile(target, 0, filters);
    return 1;
}

static const char *conv_into_blocks_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    if (!target->cpu)
        return "needs a device with few wide cores";
    if (!problem)
        return NULL;
    const struct ncl_conv *conv = &problem->conv;
    if (conv->window.rank > 5)
        return "more than three spatial axes";
    const struct ncl_conv_narrow all = ncl_conv_narrow_none(problem);
    if (conv->window.rank == 5 && conv->window.border != NCL_BORDER_CONSTANT &&
        !ncl_window_is_unpadded(&conv->window, 2))
        return "a border that is not zero around a volume";
    if (conv->groups > 1 && conv->out_channels % target->lanes)
        return "groups that are no whole blocks of channels";
    return strip_tiles(&all, ncl_target_tile(target, 0, conv->out_channels))
               ? NULL
               : "its rows are more than a strip";
}

static double conv_into_blocks_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                                    const struct ncl_choice *choice)
{
    const double part = ncl_window_volume(&problem->conv.window) > 1 ? STRIP_PART : STRIP_ONE;
    const struct ncl_conv_narrow all = ncl_conv_narrow_none(problem);
    return (double)all.depth.out * padded_cost(target, &all.problem, choice, 1, EFFICIENCY * part, sizeof(float));
}

static nnefcl_status conv_into_blocks_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                           const struct ncl_choice *choice)
{
    const struct ncl_window_axes image = ncl_window_last(&problem->conv.window, 2, 2);
    const struct ncl_conv_narrow all = ncl_conv_narrow_none(problem);
    struct share share =
        share_pixels(&lower->plan->target, &all.problem, choice->tile, 1, strip_tiles(&all, choice->tile));
    join_strips(&share, &lower->plan->target, &all.problem, choice->tile);
    const int64_t width = ncl_tile_columns(&lower->plan->target, choice->tile);
    return emit_conv(lower, &(struct emitted){.problem = &all.problem,
                                              .depth = &all.depth,
                                              .flops = all.flops,
                                              .tile = choice->tile,
                                              .share = &share,
                                              .x = ncl_pitch_in(lower, problem->conv.input),
                                              .packed = pack_filter(lower, &all, 1, width),
                                              .lattice = &all_pixels,
                                              .rows = blocked_strip_rows(&image, share.tiles * choice->tile.rows)});
}

const struct ncl_variant ncl_variant_conv_into_blocks = {.name = "conv_into_blocks",
                                                         .family = NCL_FAMILY_CONV,
                                                         .about = "the same of a plain input with few channels",
                                                         .unfit = conv_into_blocks_unfit,
                                                         .choices = conv_into_blocks_choices,
                                                         .cost = conv_into_blocks_cost,
                                                         .emit = conv_into_blocks_emit,
                                                         .reads_pitched = true,
                                                         .writes_blocks = true,
                                                         .volumes = true,
                                                         .writes_whole = true};
