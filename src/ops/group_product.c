/* SPDX-License-Identifier: Apache-2.0 */
/* Steps of gemm_group.cl and, where tasks share the sums of a tile, of gemm_join.cl. */
#include "ops/group_product.h"

#include "emit/after.h"
#include "emit/cost.h"
#include "ops/strided.h"
#include "ops/window.h"

#define ROWS 8 /* of a work-item, and columns, as in gemm_group.cl */
#define GAP  16 /* bytes */
#define SPAN NCL_WINDOW_AXES /* axes of an image */

#define TERMS_SHORT 50000 /* in a work-item whose loops are short: an iteration each, and one more for a panel of 8 */
#define TERMS_MIN   64    /* of a task: less does not pay for the step that adds up */
/* Judged by what an H100 took (docs/gpu.md), not fitted to it; the unit of time is that of cost.h. */
#define EFFICIENCY 2.0   /* of large tiles */
#define FULL       16    /* lots of 32 work-items that the registers of a compute unit hold ... */
#define HALF_BUSY  12.0  /* ... and so many more or less of them keep half of it busy */
#define AROUND     40.0  /* terms in the time in which a task begins and ends */
#define PANEL      8     /* terms between two barriers */
#define JOIN       5.0   /* microseconds of the step that adds up */
#define JOIN_RATE  400.0 /* GB/s */

/* What B is. */
enum right {
    RIGHT_MATRIX,  /* also patches whose places are found element by element */
    RIGHT_POINTS,  /* patches of one element */
    RIGHT_SQUARES, /* of 3 x 3 */
    RIGHT_SPACES,  /* of three axes, whose places take registers of their own: a panel has half as many steps */
    RIGHT_KINDS
};

/* Work-items of a group along both edges of its tile, and steps of k of its panels in local memory: what of the next
 * panel is on its way must fit into the registers too, and squares come as wholes; 0: there is no such panel. */
struct edges {
    int64_t down, across, depth[RIGHT_KINDS];
    double efficiency; /* of the largest one's */
};

/* The smallest one comes last, which fits every device that has any. */
static const struct edges tiles[] = {
    {16, 16, {16, 16, 18, 8}, 1}, {8, 16, {8, 8, 9, 8}, 0.88}, {16, 8, {8, 8, 0, 8}, 0.88}, {8, 8, {8, 8, 9, 8}, 0.83}};
#define TILES    (sizeof tiles / sizeof *tiles)
#define SMALLEST (tiles + TILES - 1)

static int64_t tile_count(const struct edges *edges, const struct ncl_matmul *p)
{
    return ncl_ceil_div(p->m, edges->down * ROWS) * ncl_ceil_div(p->n, edges->across * ROWS);
}

/* Of panels whose elements are so large. */
static uint32_t local_bytes(const struct edges *edges, enum right right, size_t element)
{
    return (uint32_t)(2 * edges->depth[right] *
                      ((edges->down + edges->across) * ROWS * (int64_t)element + 2 * GAP));
}

static bool edges_fit(const struct ncl_target *target, const struct edges *edges, enum right right)
{
    return edges->depth[right] && target->max_work_group >= (size_t)(edges->down * edges->across) &&
           target->local_memory >= local_bytes(edges, right, sizeof(float));
}

/* How fast a compute unit is with so many lots of 32 work-items, 1 with FULL of them. */
static double unit_speed(int64_t lots)
{
    return (double)lots / ((double)lots + HALF_BUSY) * (FULL + HALF_BUSY) / FULL;
}

/* Tasks that a compute unit works off one after the other: all units have as many at a time as their registers hold,
 * until the last ones, few for each, which take longer. */
static double unit_rounds(const struct ncl_target *target, const struct edges *edges, int64_t tasks)
{
    const int64_t units = (int64_t)target->compute_units, lots = edges->down * edges->across / 32, beside = FULL / lots;
    const int64_t last = ncl_ceil_div(tasks % (units * beside), units);
    return (double)(tasks / (units * beside) * beside) + (last ? (double)last / unit_speed(last * lots) : 0);
}

/* Microseconds when `splits` tasks share the sums of a tile. */
static double tile_cost(const struct ncl_target *target, const struct edges *edges, const struct ncl_matmul *p,
                        int64_t batch, int64_t splits)
{
    const int64_t terms = ncl_ceil_div(p->k, splits);
    const double rounds = unit_rounds(target, edges, tile_count(edges, p) * batch * splits);
    const double sums = (double)(batch * p->m) * (double)p->n * (double)splits * sizeof(float);
    const double items = (double)(edges->down * edges->across), each = (double)target->compute_units * rounds * items;
    return ncl_cost_macs(target, each * ROWS * ROWS * ((double)terms + AROUND), EFFICIENCY * edges->efficiency) +
           (splits > 1 ? JOIN + ncl_cost_bytes(2 * sums, JOIN_RATE) : 0) +
           ncl_cost_barriers(target, each, (double)ncl_ceil_div(terms, PANEL));
}

struct tiling {
    const struct edges *edges;
    int64_t splits;
    double cost;
};

static void consider_splits(const struct ncl_target *target, const struct edges *edges, const struct ncl_matmul *p,
                            int64_t batch, bool splittable, struct tiling *best)
{
    static const int64_t counts[] = {1, 2, 3, 4, 6, 8, 12, 16, 24, 32};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        const int64_t splits = counts[i];
        if (splits > 1 && (!splittable || p->k / splits < TERMS_MIN))
            return;
        const double cost = tile_cost(target, edges, p, batch, splits);
        if (!best->edges || cost < best->cost)
            *best = (struct tiling){edges, splits, cost};
    }
}

/* Large tiles read least, where there are enough of them to fill the device; else smaller ones, or tasks for parts of
 * the sums. */
static struct tiling choose_tiling(const struct ncl_target *target, const struct ncl_matmul *p, int64_t batch,
                                   enum right right, bool splittable)
{
    struct tiling best = {0};
    for (size_t i = 0; i < TILES; i++)
        if (edges_fit(target, &tiles[i], right) || &tiles[i] == SMALLEST)
            consider_splits(target, &tiles[i], p, batch, splittable, &best);
    return best;
}

/* Rows of C follow each other through the whole batch, and so do those of the bias, or they repeat. */
static bool is_dense_operand(const struct ncl_matmul *p)
{
    int64_t pitch = p->m;
    bool dense = p->c.column == 1 && p->c.row == p->n;
    for (int i = p->rank - 1; i >= 0; i--) {
        dense = dense && p->c.batch[i] == pitch * p->n && (p->bias.ref == NCL_NO_TENSOR || p->bias.batch[i] == 0);
        pitch *= p->extent[i];
    }
    return dense;
}

const char *ncl_group_product_unfit(const struct ncl_target *target, int64_t terms)
{
    if (target->cpu)
        return "barriers cost too much on a CPU";
    if (target->local_is_global)
        return "local memory is no faster than the other";
    if (target->short_loops && terms > TERMS_SHORT)
        return "the sums are too long for the driver's loops";
    return !target->barriers || !edges_fit(target, SMALLEST, RIGHT_SQUARES)
               ? "needs work-groups of 64 work-items with local memory"
               : NULL;
}

const char *ncl_group_long_unfit(const struct ncl_target *target)
{
    return target->short_loops ? "llvmpipe compiles it for too long" : ncl_group_product_unfit(target, 0);
}

/* Zeros around the image, if there is anything around it. */
static bool is_zero_padded(const struct ncl_window *w)
{
    return w->border == NCL_BORDER_CONSTANT || w->border == NCL_BORDER_IGNORE || ncl_window_is_unpadded(w, 2);
}

/* The last three axes of the image; one line of pixels where a window does nothing. */
static struct ncl_window_axes read_window_axes(const struct ncl_window *w)
{
    struct ncl_window_axes axes = ncl_window_last(w, 2, SPAN);
    if (ncl_window_is_trivial(w, 2, w->rank)) {
        axes.in[SPAN - 1] = axes.out[SPAN - 1] = ncl_shape_span(&w->out, 2, w->rank);
        for (int i = 0; i < SPAN - 1; i++)
            axes.in[i] = axes.out[i] = 1;
    }
    return axes;
}

/* 2, or 3 where the one in front of them does something. */
static int image_axes(const struct ncl_window_axes *axes)
{
    return axes->in[0] > 1 || axes->out[0] > 1 || axes->size[0] > 1 ? 3 : 2;
}

static enum right right_kind(const struct ncl_window *w)
{
    if (!w)
        return RIGHT_MATRIX;
    const struct ncl_window_axes axes = read_window_axes(w);
    if (image_axes(&axes) > 2)
        return RIGHT_SPACES;
    if (!is_zero_padded(w))
        return RIGHT_MATRIX;
    if (axes.size[1] == 1 && axes.size[2] == 1)
        return RIGHT_POINTS;
    return axes.size[1] == 3 && axes.size[2] == 3 && axes.dilation[2] == 1 ? RIGHT_SQUARES : RIGHT_MATRIX;
}

static struct tiling product_tiling(const struct ncl_target *target, const struct ncl_group_product *product)
{
    const struct ncl_matmul *p = product->matrices;
    return choose_tiling(target, p, ncl_product_batch_count(p), right_kind(product->image),
                         product->channels || is_dense_operand(p));
}

double ncl_group_product_cost(const struct ncl_target *target, const struct ncl_group_product *product)
{
    return product_tiling(target, product).cost;
}

/* ---- steps ---- */

struct plan {
    struct tiling tiling;
    enum right right;
    int64_t batch, terms; /* of a task */
    int64_t rows, row;    /* of C in the whole batch, as they lie in memory; its elements */
};

static struct plan plan_product(const struct ncl_target *target, const struct ncl_group_product *product)
{
    const struct ncl_matmul *p = product->matrices;
    struct plan plan = {.tiling = product_tiling(target, product),
                        .right = right_kind(product->image),
                        .batch = ncl_product_batch_count(p),
                        .row = product->image ? p->n / product->images : p->n};
    const int64_t depth = plan.tiling.edges->depth[plan.right];
    plan.rows = plan.batch * p->m * (p->n / plan.row);
    plan.terms = ncl_ceil_div(ncl_ceil_div(p->k, plan.tiling.splits), depth) * depth;
    plan.tiling.splits = ncl_ceil_div(p->k, plan.terms);
    return plan;
}

/* What is known at init is read along its rows or columns of the result then, and in vectors of four: `line` and `step`
 * are the strides of the matrix along them and along k. */
static void turn_constant(struct ncl_lower *lower, const struct ncl_matmul *p, struct ncl_matrix *matrix, int64_t lines,
                          int64_t *line, int64_t *step)
{
    const int64_t pitch = ncl_ceil_div(lines, 4) * 4;
    const struct ncl_matrix from = *matrix;
    const int64_t from_line = *line, from_step = *step;
    struct ncl_strided copy = {0};
    if (!ncl_lower_is_constant(lower, matrix->ref) || (from_line == 1 && from_step % 4 == 0))
        return;
    const int64_t count = ncl_product_copy_batch(&copy, p, matrix, p->k * pitch);
    ncl_strided_add(&copy, p->k, from_step, pitch);
    ncl_strided_add(&copy, lines, from_line, 1);
    matrix->ref = ncl_lower_scratch(lower, "turned", NNEFCL_SCALAR, count);
    *line = 1;
    *step = pitch;
    ncl_strided_choose(lower, &copy, from.ref, matrix->ref, lines == pitch);
}

static void emit_image(struct ncl_emit *step, const struct ncl_group_product *product, int64_t out_image)
{
    static const struct ncl_window none;
    const struct ncl_window_axes axes = read_window_axes(product->image ? product->image : &none);
    ncl_step_size(step, "IN_IMAGE", product->in_image);
    ncl_step_size(step, "OUT_IMAGE", out_image);
    ncl_step_sizes(step, "OUT", axes.out, SPAN);
    ncl_step_sizes(step, "IN", axes.in, SPAN);
    ncl_step_sizes(step, "KERNEL", axes.size, SPAN);
    ncl_step_sizes(step, "STRIDE", axes.stride, SPAN);
    ncl_step_sizes(step, "DILATION", axes.dilation, SPAN);
    ncl_step_sizes(step, "BEFORE", axes.before, SPAN);
}

/* Four neighbours along the one axis, or the other, are always a vector, and there is a first one. */
static bool is_vectors(const struct ncl_matrix *matrix, const struct ncl_matmul *p, int64_t along, int64_t other,
                       int64_t lines)
{
    bool vectors = along == 1 && other % 4 == 0 && lines % 4 == 0;
    for (int i = 0; i < p->rank; i++)
        vectors = vectors && matrix->batch[i] % 4 == 0;
    return vectors;
}

static bool is_vectors_either(const struct ncl_matrix *matrix, const struct ncl_matmul *p, int64_t line, int64_t step,
                              int64_t lines)
{
    return step == 1 && line != 1 ? is_vectors(matrix, p, step, line, p->k) : is_vectors(matrix, p, line, step, lines);
}

/* Does all that gemm_group.cl has for edges of panels fall away? Patches take more registers with it. */
static bool is_whole(const struct ncl_group_product *product, const struct ncl_matmul *p, const struct plan *plan)
{
    return !product->image && p->k % plan->tiling.edges->depth[plan->right] == 0 &&
           is_vectors_either(&p->a, p, p->a.row, p->a.column, p->m) &&
           is_vectors_either(&p->b, p, p->b.column, p->b.row, p->n);
}

static void define_image(struct ncl_emit *step, const struct ncl_window *w, enum right right)
{
    static const int taps[RIGHT_KINDS] = {[RIGHT_POINTS] = 1, [RIGHT_SQUARES] = 9};
    const struct ncl_window_axes axes = read_window_axes(w);
    ncl_step_define_int(step, "IMAGE", image_axes(&axes));
    ncl_step_define_int(step, "TAPS", taps[right]);
    ncl_window_define_border(step, taps[right] ? NCL_BORDER_CONSTANT : w->border);
}

static void add_after(struct ncl_lower *lower, struct ncl_emit *step, const struct ncl_group_product *product)
{
    if (product->problem->result)
        ncl_step_after(lower, step, product->problem->out, product->channels ? 1 : product->axis,
                       product->channels == 0);
}

/* The product itself, into `out`; of some terms each where it is split. */
static nnefcl_status emit_product_tiles(struct ncl_lower *lower, const struct ncl_group_product *product,
                                        const struct plan *plan, ncl_ref out)
{
    struct ncl_matmul p = *product->matrices;
    const struct edges *edges = plan->tiling.edges;
    const bool whole = plan->tiling.splits == 1, halves = product->may_halve && lower->multiply_half;
    turn_constant(lower, &p, &p.a, p.m, &p.a.row, &p.a.column);
    if (!product->image)
        turn_constant(lower, &p, &p.b, p.n, &p.b.column, &p.b.row);
    struct ncl_emit *step = ncl_step_begin(lower, "gemm_group");
    ncl_step_group(step, (unsigned)(edges->down * edges->across),
                   local_bytes(edges, plan->right, halves ? sizeof(uint16_t) : sizeof(float)));
    ncl_step_define_int(step, "DOWN", edges->down);
    ncl_step_define_int(step, "ACROSS", edges->across);
    ncl_step_define_int(step, "DEPTH", edges->depth[plan->right]);
    ncl_step_define_int(step, "WHOLE", is_whole(product, &p, plan));
    if (halves)
        ncl_step_define_int(step, "HALVES", 1);
    ncl_step_define_int(step, "LEFT", plan->right != RIGHT_SQUARES && p.a.column == 1 && p.a.row != 1);
    if (product->image)
        define_image(step, product->image, plan->right);
    else
        ncl_step_define_int(step, "RIGHT", p.b.row == 1 && p.b.column != 1);
    if (!whole)
        p.bias.ref = NCL_NO_TENSOR;
    ncl_step_in(step, p.a.ref);
    ncl_step_in(step, p.b.ref);
    ncl_step_in_or(step, p.bias.ref, p.b.ref);
    ncl_step_out(step, out);
    if (whole)
        add_after(lower, step, product);
    ncl_product_record(step, &p);
    ncl_step_size(step, "SPLITS", plan->tiling.splits);
    ncl_step_size(step, "TERMS", plan->terms);
    ncl_step_size(step, "PART", plan->rows * plan->row);
    ncl_step_size(step, "CHANNELS", product->channels);
    emit_image(step, product, whole ? product->out_image : product->channels * plan->row);
    ncl_step_flops(step, product->problem->flops);
    if (halves && edges->depth[plan->right] > lower->plan->half_terms)
        lower->plan->half_terms = (unsigned)edges->depth[plan->right];
    return ncl_step_end(step, plan->tiling.splits * plan->batch * tile_count(edges, &p));
}

static nnefcl_status emit_join(struct ncl_lower *lower, const struct ncl_group_product *product,
                               const struct plan *plan, ncl_ref parts)
{
    const struct ncl_matmul *p = product->matrices;
    struct ncl_emit *step = ncl_step_begin(lower, "gemm_join");
    ncl_step_in(step, parts);
    ncl_step_in_or(step, p->bias.ref, parts);
    ncl_step_out(step, product->problem->out);
    add_after(lower, step, product);
    ncl_step_size(step, "M", plan->rows);
    ncl_step_size(step, "N", plan->row);
    ncl_step_size(step, "SPLITS", plan->tiling.splits);
    ncl_step_size(step, "BIAS_ROW", p->bias.row);
    ncl_step_size(step, "BIAS_COLUMN", p->bias.column);
    ncl_step_size(step, "BIAS_PERIOD", product->channels ? product->channels : p->m);
    ncl_step_size(step, "HAS_BIAS", p->bias.ref != NCL_NO_TENSOR);
    ncl_step_size(step, "CHANNELS", product->channels);
    ncl_step_size(step, "IMAGE", product->image ? product->out_image : product->channels * plan->row);
    return ncl_step_end(step, plan->rows * ncl_ceil_div(plan->row, lower->plan->target.lanes));
}

nnefcl_status ncl_group_product_emit(struct ncl_lower *lower, const struct ncl_group_product *product)
{
    const struct plan plan = plan_product(&lower->plan->target, product);
    if (plan.tiling.splits == 1)
        return emit_product_tiles(lower, product, &plan, product->problem->out);
    const ncl_ref parts =
        ncl_lower_scratch(lower, "parts of sums", NNEFCL_SCALAR, plan.tiling.splits * plan.rows * plan.row);
    const nnefcl_status status = emit_product_tiles(lower, product, &plan, parts);
    return status ? status : emit_join(lower, product, &plan, parts);
}
