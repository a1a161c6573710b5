/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution as a matrix product on CPUs: conv_halo (where there is a border or a stride), conv_pack (at init for
 * constant filters), conv_gemm. */
#include <math.h>
#include <string.h>

#include "emit/after.h"
#include "base/checked.h"
#include "emit/cost.h"
#include "emit/pitch.h"
#include "ops/conv.h"

#define AXES      3
#define DEPTH_MIN 128 /* rows of the image at a time, at least: the sums wait in memory in between */
#define BLOCK_MAX 32
#define TAPS_MAX  1024 /* they travel in the record */
#define HALO_RUN  4096 /* elements of a task of conv_halo, about */
#define STRIP_MAX 8192 /* elements of a strip */

#define EFFICIENCY  0.7
#define CACHE_RATE  20.0  /* GB/s of one core packing pixels */
#define READ_RATE   25.0  /* GB/s of packed filters */
#define MEMORY_RATE 10.0  /* GB/s of conv_halo */
#define LAUNCH      130.0 /* microseconds of a step more, with the wait for its last task */
#define STRIP_RATE  40.0  /* GB/s of one core laying out rows */
#define STRIP_ROW   14e-3 /* microseconds to begin a row */
#define STRIP_TASK  0.2   /* microseconds of one core for each task: groups of one channel have little work */

/* ---- the filter ---- */

ncl_ref ncl_conv_gemm_pack(struct ncl_lower *lower, const struct ncl_tensor *filter,
                           const struct ncl_conv_matrix *matrix, int64_t panel)
{
    const int64_t panels = ncl_ceil_div(matrix->rows, panel), block = matrix->block ? matrix->block : 1,
                  taps = matrix->block ? matrix->taps : 1, planes = matrix->planes ? matrix->planes : 1,
                  channels = matrix->depth / taps / planes,
                  depth = ncl_ceil_div(channels, block) * block * taps * planes;
    const bool all = matrix->filter == 0;
    const ncl_ref packed =
        ncl_lower_scratch(lower, "packed filter", NNEFCL_SCALAR, matrix->groups * panels * panel * depth);
    struct ncl_emit *step = ncl_step_begin(lower, "conv_pack");
    ncl_step_in(step, ncl_lower_tensor(lower, filter));
    ncl_step_out(step, packed);
    ncl_step_size(step, "PANELS", panels);
    ncl_step_size(step, "ROWS", matrix->rows);
    ncl_step_size(step, "DEPTH", depth);
    ncl_step_size(step, "GROUP", matrix->group_stride);
    ncl_step_size(step, "ROW", matrix->row_stride);
    ncl_step_size(step, "COLUMN", matrix->column_stride);
    ncl_step_size(step, "MR", panel);
    ncl_step_size(step, "CHANNELS", channels);
    ncl_step_size(step, "TAPS", taps);
    ncl_step_size(step, "BLOCK", block);
    ncl_step_size(step, "FILTER", all ? taps : matrix->filter);
    ncl_step_size(step, "FIRST", matrix->first);
    ncl_step_size(step, "WIDTH", all ? taps : matrix->width);
    ncl_step_size(step, "PITCH", all ? taps : matrix->pitch);
    ncl_step_size(step, "PARTS", matrix->parts ? matrix->parts : 1);
    ncl_step_size(step, "STEP", matrix->step ? matrix->step : 1);
    ncl_step_size(step, "PLANES", planes);
    ncl_step_end(step, matrix->groups * panels);
    return packed;
}

/* ---- the product ---- */

/* What conv_gemm.cl keeps near: `depth` rows of the image of a tile fill half of the first cache, and `tiles_max` of
 * them an eighth of the second. */
struct blocks {
    int64_t width, depth, tiles_max; /* width: pixels of a tile */
    int64_t tiles, panels;           /* of a task */
};

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Big filters are read once for several tiles of pixels; output channels are shared out among tasks when pixels alone
 * give too few. */
static struct blocks choose_blocks(const struct ncl_target *target, struct ncl_tile tile, int64_t images,
                                   int64_t pixels, int64_t panels)
{
    struct blocks b = {.width = ncl_tile_columns(target, tile)};
    const int64_t all = ncl_ceil_div(pixels, b.width), wanted = 4 * (int64_t)target->compute_units;
    const int64_t row_bytes = b.width * (int64_t)sizeof(float);
    b.depth = larger((int64_t)target->l1 / 2 / row_bytes, DEPTH_MIN);
    b.tiles = b.tiles_max = larger((int64_t)target->l2 / 8 / (b.depth * row_bytes), 1);
    while (b.tiles > 1 && (b.tiles > all || images * ncl_ceil_div(all, b.tiles) * panels < wanted))
        b.tiles /= 2;
    const int64_t tasks = images * ncl_ceil_div(all, b.tiles);
    int64_t blocks = tasks < wanted ? ncl_ceil_div(wanted, tasks) : 1;
    if (blocks > panels)
        blocks = panels;
    b.panels = ncl_ceil_div(panels, blocks);
    if (b.panels > BLOCK_MAX)
        b.panels = ncl_ceil_div(panels, ncl_ceil_div(panels, BLOCK_MAX));
    return b;
}

static void define_strip(struct ncl_emit *step, const struct ncl_conv_strip *strip)
{
    if (!strip)
        return;
    ncl_step_define_int(step, "STRIP", 1);
    ncl_step_define_int(step, "STRIP_MAX", STRIP_MAX);
    ncl_window_define_border(step, strip->border);
}

static void emit_strip(struct ncl_emit *step, const struct ncl_conv_strip *strip)
{
    static const struct ncl_conv_strip none;
    const struct ncl_conv_strip *s = strip ? strip : &none;
    ncl_step_sizes(step, "IN", s->in, 2);
    ncl_step_sizes(step, "SLOTS", s->slots, 2);
    ncl_step_sizes(step, "STRIDE", s->stride, 2);
    ncl_step_sizes(step, "DILATION", s->dilation, 2);
    ncl_step_sizes(step, "BEFORE", s->before, 2);
    ncl_step_size(step, "STRIP_ROWS", s->rows);
}

nnefcl_status ncl_conv_gemm_product(struct ncl_lower *lower, const struct ncl_conv_product *p)
{
    const int64_t images = p->batch * p->groups, panels = ncl_ceil_div(p->filters, p->tile.rows);
    const struct blocks blocks = choose_blocks(&lower->plan->target, p->tile, images, p->pixels, panels);
    struct ncl_emit *step = ncl_step_begin(lower, "conv_gemm");
    ncl_step_define_int(step, "MR", p->tile.rows);
    ncl_step_define_int(step, "VECTORS", p->tile.vectors);
    ncl_step_define_int(step, "KC", blocks.depth);
    ncl_step_define_int(step, "TILES_MAX", blocks.tiles_max);
    ncl_step_define_int(step, "BLOCK_MAX", BLOCK_MAX);
    ncl_step_define_int(step, "NO_BIAS", p->bias == NCL_NO_TENSOR);
    define_strip(step, p->strip);
    ncl_step_in(step, p->image);
    ncl_step_in(step, p->packed);
    ncl_step_in_or(step, p->bias, p->packed);
    ncl_step_out(step, p->output);
    ncl_step_after_shared(lower, step, p->output, 1, false, p->image);
    ncl_step_size(step, "PIXELS", p->pixels);
    ncl_step_size(step, "ROW", p->row);
    ncl_step_size(step, "HEIGHT", p->height);
    ncl_step_size(step, "PITCH", p->pitch);
    ncl_step_size(step, "PLANE", p->plane);
    ncl_step_size(step, "CHANNEL", p->channel);
    ncl_step_size(step, "IN_IMAGE", p->in_image);
    ncl_step_size(step, "OUT_IMAGE", p->out_image);
    ncl_step_size(step, "GROUPS", p->groups);
    ncl_step_size(step, "CHANNELS", p->channels);
    ncl_step_size(step, "FILTERS", p->filters);
    ncl_step_size(step, "TAPS", (int64_t)p->tap_count);
    ncl_step_size(step, "TILES", blocks.tiles);
    ncl_step_size(step, "BLOCK", blocks.panels);
    ncl_step_size(step, "BIAS", p->bias_step);
    emit_strip(step, p->strip);
    ncl_step_sizes(step, "TAP", p->tap, p->tap_count);
    ncl_step_flops(step, 2.0 * (double)(p->batch * p->groups * p->filters) * (double)p->pixels *
                             (double)(p->channels * (int64_t)p->tap_count));
    return ncl_step_end(step, images * ncl_ceil_div(panels, blocks.panels) *
                                  ncl_ceil_div(p->pixels, blocks.width * blocks.tiles));
}

/* ---- conv ---- */

/* A window over three spatial axes, and what conv_halo makes of its input. */
struct halo {
    struct ncl_window_axes axes;
    int64_t slots[AXES], extent[AXES];
    bool needed;
};

static int64_t greatest_divisor(int64_t a, int64_t b)
{
    while (b) {
        const int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static void read_halo(const struct ncl_window *w, struct halo *h)
{
    h->needed = !ncl_window_is_unpadded(w, 2);
    h->axes = ncl_window_last(w, 2, AXES);
    for (int i = 0; i < AXES; i++) {
        const int64_t period = h->axes.stride[i] / greatest_divisor(h->axes.stride[i], h->axes.dilation[i]);
        h->slots[i] = h->axes.size[i] < period ? h->axes.size[i] : period;
        h->extent[i] = h->axes.out[i] + (h->axes.size[i] - 1) * h->axes.dilation[i] / h->axes.stride[i];
        h->needed |= h->axes.stride[i] > 1;
    }
}

static ncl_ref emit_halo(struct ncl_lower *lower, const struct ncl_conv *conv, const struct halo *h)
{
    const ncl_ref input = ncl_pitch_in(lower, conv->input);
    const int64_t channels = conv->groups * conv->in_channels, planes = conv->window.in.extent[0] * channels;
    const int64_t rows = planes * h->slots[0] * h->slots[1] * h->slots[2] * h->extent[0] * h->extent[1];
    const ncl_ref image = ncl_lower_scratch(lower, "image", NNEFCL_SCALAR, rows * h->extent[2]);
    const int64_t run = ncl_ceil_div(HALO_RUN, h->extent[2]);
    struct ncl_emit *step = ncl_step_begin(lower, "conv_halo");
    ncl_window_define_border(step, conv->window.border);
    ncl_step_in(step, input);
    ncl_step_out(step, image);
    ncl_step_size(step, "ROWS", rows);
    ncl_step_size(step, "RUN", run);
    ncl_step_sizes(step, "IN", h->axes.in, AXES);
    ncl_step_sizes(step, "SLOTS", h->slots, AXES);
    ncl_step_sizes(step, "EXTENT", h->extent, AXES);
    ncl_step_sizes(step, "STRIDE", h->axes.stride, AXES);
    ncl_step_sizes(step, "DILATION", h->axes.dilation, AXES);
    ncl_step_sizes(step, "BEFORE", h->axes.before, AXES);
    ncl_step_size(step, "CHANNELS", channels);
    ncl_step_size(step, "IN_IMAGE", ncl_pitch_of(lower, input, &conv->window.in));
    ncl_step_end(step, ncl_ceil_div(rows, run));
    return image;
}

/* Where tap (t0, t1, t2) reads relative to the output's position. */
static size_t list_taps(const struct halo *h, int64_t *tap)
{
    size_t count = 0;
    for (int64_t t0 = 0; t0 < h->axes.size[0]; t0++)
        for (int64_t t1 = 0; t1 < h->axes.size[1]; t1++)
            for (int64_t t2 = 0; t2 < h->axes.size[2]; t2++) {
                const int64_t t[AXES] = {t0, t1, t2};
                int64_t slot = 0, position = 0;
                for (int i = 0; i < AXES; i++) {
                    slot = slot * h->slots[i] + t[i] % h->slots[i];
                    position = position * h->extent[i] + t[i] * h->axes.dilation[i] / h->axes.stride[i];
                }
                tap[count++] = slot * h->extent[0] * h->extent[1] * h->extent[2] + position;
            }
    return count;
}

static const char *conv_gemm_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    if (!target->cpu)
        return "needs a device with few wide cores";
    if (!problem)
        return NULL;
    const struct ncl_window *window = &problem->conv.window;
    if (window->rank - 2 > AXES)
        return "more than three spatial axes";
    int64_t taps = 1, elements = ncl_shape_span(&window->in, 0, 2);
    struct halo h;
    read_halo(window, &h);
    for (int i = 0; i < AXES; i++)
        if (!ncl_mul_i64(taps, h.axes.size[i], &taps) || !ncl_mul_i64(elements, h.slots[i], &elements) ||
            !ncl_mul_i64(elements, h.extent[i], &elements))
            return "the image with its border is too large";
    if (taps > TAPS_MAX)
        return "more than 1024 taps";
    return (uint64_t)elements > target->max_allocation / sizeof(float) ? "the image with its border is too large"
                                                                       : NULL;
}

/* Any image size and any batch has the same tile. */
static size_t conv_gemm_choices(const struct ncl_target *target, const struct ncl_problem *problem,
                                struct ncl_choice *choice)
{
    choice->tile = ncl_target_tile(target, problem->conv.out_channels, 0);
    return 1;
}

/* Of one image. Rows of padding are computed too; each group packs its image once. */
static double product_cost(const struct ncl_target *target, const struct ncl_problem *problem, struct ncl_tile tile)
{
    const struct ncl_conv *conv = &problem->conv;
    const double filters = (double)conv->out_channels,
                 rows = (double)(ncl_ceil_div(conv->out_channels, tile.rows) * tile.rows);
    const double pixels = (double)ncl_shape_span(&conv->window.out, 2, conv->window.rank) * (double)conv->groups;
    const double packed = pixels * (double)conv->in_channels * (double)ncl_window_volume(&conv->window);
    const double macs = problem->flops / 2 / (double)conv->window.out.extent[0];
    const double image = pixels / (double)conv->groups, width = (double)ncl_tile_columns(target, tile);
    const double idle = image > 0 ? ceil(image / width) * width / image : 1; /* tiles are computed whole */
    const double work = ncl_cost_macs(target, macs * rows / filters * idle, EFFICIENCY),
                 read = ncl_cost_bytes(4 * (double)ncl_shape_volume(&conv->filter->shape), READ_RATE);
    return (work > read ? work : read) + ncl_cost_bytes(8 * packed, CACHE_RATE * target->compute_units);
}

/* Where there is a border or a stride, the image is copied before, in a step of its own. */
static double conv_gemm_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                             const struct ncl_choice *choice)
{
    struct halo h;
    read_halo(&problem->conv.window, &h);
    const double image = (double)ncl_shape_volume(&problem->conv.window.in) / (double)problem->conv.window.in.extent[0];
    return product_cost(target, problem, choice->tile) +
           (h.needed ? ncl_cost_bytes(8 * image, MEMORY_RATE) + LAUNCH : 0);
}

/* The product of a convolution whose image has these axes and taps. */
static struct ncl_conv_product describe_product(struct ncl_lower *lower, const struct ncl_problem *problem,
                                                const struct halo *h, struct ncl_tile tile)
{
    const struct ncl_conv *conv = &problem->conv;
    const int64_t filters = conv->out_channels,
                  depth = conv->in_channels * h->axes.size[0] * h->axes.size[1] * h->axes.size[2];
    const struct ncl_conv_matrix matrix = {.groups = conv->groups,
                                           .rows = filters,
                                           .depth = depth,
                                           .group_stride = filters * depth,
                                           .row_stride = depth,
                                           .column_stride = 1};
    return (struct ncl_conv_product){
        .packed = ncl_conv_gemm_pack(lower, conv->filter, &matrix, tile.rows),
        .bias = ncl_lower_tensor(lower, conv->bias),
        .output = problem->out,
        .out_image = ncl_pitch_of(lower, problem->out, &conv->window.out),
        .batch = conv->window.in.extent[0],
        .groups = conv->groups,
        .channels = conv->in_channels,
        .filters = filters,
        .tile = tile,
        .bias_step = ncl_shape_volume(&conv->bias->shape) > 1,
        .pixels = h->axes.out[0] * h->axes.out[1] * h->axes.out[2],
        .row = h->axes.out[2],
        .height = h->axes.out[1],
        .pitch = h->extent[2],
        .plane = h->extent[2] * h->extent[1],
        .channel = h->slots[0] * h->slots[1] * h->slots[2] * h->extent[0] * h->extent[1] * h->extent[2],
    };
}

static nnefcl_status conv_gemm_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                    const struct ncl_choice *choice)
{
    const struct ncl_conv *conv = &problem->conv;
    int64_t tap[TAPS_MAX];
    struct halo h;
    read_halo(&conv->window, &h);
    struct ncl_conv_product product = describe_product(lower, problem, &h, choice->tile);
    product.image = h.needed ? emit_halo(lower, conv, &h) : ncl_pitch_in(lower, conv->input);
    product.in_image = h.needed ? conv->groups * conv->in_channels * product.channel
                                : ncl_pitch_of(lower, product.image, &conv->window.in);
    product.tap = tap;
    product.tap_count = list_taps(&h, tap);
    return ncl_conv_gemm_product(lower, &product);
}

const struct ncl_variant ncl_variant_conv_gemm = {.name = "conv_gemm",
                                                  .family = NCL_FAMILY_CONV,
                                                  .about = "packed filters times panels of the image",
                                                  .unfit = conv_gemm_unfit,
                                                  .choices = conv_gemm_choices,
                                                  .cost = conv_gemm_cost,
                                                  .emit = conv_gemm_emit,
                                                  .reads_pitched = true,
                                                  .writes_pitched = true};

/* ---- with a strip of the image in each task ---- */

/* How the tasks of a batch share the work. */
static struct blocks strip_blocks(const struct ncl_target *target, const struct ncl_problem *problem,
                                  struct ncl_tile tile, const struct halo *h, int64_t batch)
{
    const struct ncl_conv *conv = &problem->conv;
    return choose_blocks(target, tile, batch * conv->groups, h->axes.out[1] * h->axes.out[2],
                         ncl_ceil_div(conv->out_channels, tile.rows));
}

/* Rows of a slot that a task needs: its pixels may begin anywhere in a row. */
static int64_t strip_rows(const struct halo *h, int64_t pixels)
{
    const int64_t rows = (pixels + h->axes.out[2] - 2) / h->axes.out[2] + 1;
    return (rows < h->axes.out[1] ? rows : h->axes.out[1]) +
           (h->axes.size[1] - 1) * h->axes.dilation[1] / h->axes.stride[1];
}

static int64_t strip_elements(const struct halo *h, int64_t rows)
{
    return h->slots[1] * h->slots[2] * rows * h->extent[2];
}

static const char *conv_strip_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    const char *reason = conv_gemm_unfit(target, problem);
    struct halo h;
    if (reason || !problem)
        return reason;
    read_halo(&problem->conv.window, &h);
    if (!h.needed)
        return "the image has no border and no stride";
    if (h.axes.in[0] > 1 || h.axes.size[0] > 1 || h.axes.before[0] || h.axes.out[0] > 1)
        return "more than two spatial axes";
    const struct ncl_tile tile = ncl_target_tile(target, problem->conv.out_channels, 0);
    const struct blocks most = strip_blocks(target, problem, tile, &h, 1);
    if (strip_elements(&h, strip_rows(&h, most.width * most.tiles_max)) > STRIP_MAX)
        return "the rows of a task do not fit private memory";
    return NULL;
}

/* Every task lays out its rows anew, once for each channel. For one image, as the step of conv_halo is: another batch
 * has the same kernels. */
static double conv_strip_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                              const struct ncl_choice *choice)
{
    const struct ncl_conv *conv = &problem->conv;
    struct halo h;
    read_halo(&conv->window, &h);
    const struct blocks blocks = strip_blocks(target, problem, choice->tile, &h, 1);
    const int64_t pixels = h.axes.out[1] * h.axes.out[2], panels = ncl_ceil_div(conv->out_channels, choice->tile.rows);
    const int64_t tasks =
        conv->groups * ncl_ceil_div(panels, blocks.panels) * ncl_ceil_div(pixels, blocks.width * blocks.tiles);
    const int64_t rows = strip_rows(&h, blocks.width * blocks.tiles);
    const double strips = (double)(tasks * conv->in_channels), cores = target->compute_units;
    return product_cost(target, problem, choice->tile) +
           ncl_cost_bytes(8 * strips * (double)strip_elements(&h, rows), STRIP_RATE * cores) +
           (strips * (double)(h.slots[1] * h.slots[2] * rows) * STRIP_ROW + (double)tasks * STRIP_TASK) / cores;
}

static nnefcl_status conv_strip_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                     const struct ncl_choice *choice)
{
    int64_t tap[TAPS_MAX];
    struct halo h;
    read_halo(&problem->conv.window, &h);
    const int64_t batch = problem->conv.window.in.extent[0];
    const struct blocks blocks = strip_blocks(&lower->plan->target, problem, choice->tile, &h, batch);
    struct ncl_conv_strip strip = {.border = problem->conv.window.border,
                                   .rows = strip_rows(&h, blocks.width * blocks.tiles)};
    for (int i = 0; i < 2; i++) {
        strip.in[i] = h.axes.in[i + 1];
        strip.slots[i] = h.slots[i + 1];
        strip.stride[i] = h.axes.stride[i + 1];
        strip.dilation[i] = h.axes.dilation[i + 1];
        strip.before[i] = h.axes.before[i + 1];
    }
    struct ncl_conv_product product = describe_product(lower, problem, &h, choice->tile);
    h.extent[1] = strip.rows;
    product.image = ncl_pitch_in(lower, problem->conv.input);
    product.in_image = ncl_pitch_of(lower, product.image, &problem->conv.window.in);
    product.channel = strip.in[0] * strip.in[1];
    product.strip = &strip;
    product.tap = tap;
    product.tap_count = list_taps(&h, tap);
    return ncl_conv_gemm_product(lower, &product);
}

const struct ncl_variant ncl_variant_conv_strip = {.name = "conv_strip",
                                                   .family = NCL_FAMILY_CONV,
                                                   .about = "the same, each task lays out border and stride",
                                                   .unfit = conv_strip_unfit,
                                                   .choices = conv_gemm_choices,
                                                   .cost = conv_strip_cost,
                                                   .emit = conv_strip_emit,
                                                   .reads_pitched = true,
                                                   .writes_pitched = true};
