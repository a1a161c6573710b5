/* SPDX-License-Identifier: Apache-2.0 */
/* Steps of gemm_group.cl and, where tasks share the sums of a tile, of gemm_join.cl. */
#include "ops/group_product.h"

#include "emit/after.h"
#include "emit/cost.h"
#include "ops/window.h"

#define ROWS 8 /* of a work-item, and columns, as in gemm_group.cl */
#define GAP  4
#define SPAN NCL_WINDOW_AXES /* axes of an image */

#define SPLITS_MAX 32
#define TERMS_MIN  96 /* of a task: less does not pay for the step that adds up */
#define WAVES      6  /* groups of 64 work-items that a compute unit wants, to have something to do while some wait */
/* Terms of a task where loops are short: a work-item goes through about ten iterations for each. */
#define TERMS_SHORT 6000

#define EFFICIENCY 0.3   /* of a full tile: read off the code, not measured */
#define JOIN       5.0   /* microseconds of the step that adds up */
#define JOIN_RATE  500.0 /* GB/s */

/* Work-items of a group along both edges of its tile, and steps of k of its panels in local memory: what of the next
 * panel is on its way must fit into the registers too. */
struct edges {
    int64_t down, across, depth;
};

static const struct edges large = {16, 16, 16}, small = {8, 8, 8};

static int64_t tile_count(struct edges edges, const struct ncl_matmul *p)
{
    return ncl_ceil_div(p->m, edges.down * ROWS) * ncl_ceil_div(p->n, edges.across * ROWS);
}

/* Large tiles read least, where there are enough of them to fill the device. */
static struct edges choose_edges(const struct ncl_target *target, const struct ncl_matmul *p, int64_t batch)
{
    return target->max_work_group >= (size_t)(large.down * large.across) &&
                   tile_count(large, p) * batch >= 2 * (int64_t)target->compute_units
               ? large
               : small;
}

static uint32_t local_bytes(struct edges edges)
{
    return (uint32_t)(edges.depth * ((edges.down + edges.across) * ROWS + 2 * GAP)) * (uint32_t)sizeof(float);
}

/* Tasks for the sums of a tile: as many as fill the device, or as short loops need. */
static int64_t choose_splits(const struct ncl_target *target, const struct ncl_matmul *p, int64_t tiles)
{
    const int64_t wanted = WAVES * (int64_t)target->compute_units / tiles, most = p->k / TERMS_MIN;
    int64_t splits = wanted < most ? wanted : most;
    if (splits > SPLITS_MAX)
        splits = SPLITS_MAX;
    if (target->short_loops && splits < ncl_ceil_div(p->k, TERMS_SHORT))
        splits = ncl_ceil_div(p->k, TERMS_SHORT);
    return splits > 1 ? splits : 1;
}

/* Rows of C follow each other through the whole batch, and so do those of the bias, or they repeat. */
static bool is_dense(const struct ncl_matmul *p)
{
    int64_t pitch = p->m;
    bool dense = p->c.column == 1 && p->c.row == p->n;
    for (int i = p->rank - 1; i >= 0; i--) {
        dense = dense && p->c.batch[i] == pitch * p->n && (p->bias.ref == NCL_NO_TENSOR || p->bias.batch[i] == 0);
        pitch *= p->extent[i];
    }
    return dense;
}

const char *ncl_group_product_unfit_device(const struct ncl_target *target)
{
    if (target->cpu)
        return "barriers cost too much on a CPU";
    if (target->local_is_global)
        return "local memory is no faster than the other";
    return !target->barriers || target->max_work_group < (size_t)(small.down * small.across) ||
                   target->local_memory < local_bytes(small)
               ? "needs work-groups of 64 work-items with local memory"
               : NULL;
}

const char *ncl_group_product_unfit(const struct ncl_target *target, const struct ncl_matmul *matrices)
{
    return target->short_loops && matrices->k > TERMS_SHORT && !is_dense(matrices)
               ? "the sums are too long for the driver's loops"
               : NULL;
}

double ncl_group_product_cost(const struct ncl_target *target, const struct ncl_matmul *matrices, int64_t batch)
{
    const struct edges edges = choose_edges(target, matrices, batch);
    const int64_t tiles = tile_count(edges, matrices) * batch, splits = choose_splits(target, matrices, tiles);
    const double macs = (double)tiles * (double)(edges.down * edges.across * ROWS * ROWS) * (double)matrices->k;
    const double sums = (double)(batch * matrices->m) * (double)matrices->n * (double)splits * sizeof(float);
    return ncl_cost_macs(target, macs, EFFICIENCY) * ncl_cost_idle(target, 1, (double)(tiles * splits)) +
           (splits > 1 ? JOIN + ncl_cost_bytes(sums, JOIN_RATE) : 0);
}

/* ---- steps ---- */

struct plan {
    struct edges edges;
    int64_t batch, splits, terms; /* of a task */
    int64_t rows;                 /* of C in the whole batch */
};

static struct plan plan_product(const struct ncl_target *target, const struct ncl_group_product *product)
{
    const struct ncl_matmul *p = product->matrices;
    struct plan plan = {.batch = ncl_product_batch_count(p), .splits = 1, .terms = p->k};
    plan.edges = choose_edges(target, p, plan.batch);
    plan.rows = plan.batch * p->m;
    if (product->channels || is_dense(p))
        plan.splits = choose_splits(target, p, tile_count(plan.edges, p) * plan.batch);
    plan.terms = ncl_ceil_div(ncl_ceil_div(p->k, plan.splits), plan.edges.depth) * plan.edges.depth;
    plan.splits = ncl_ceil_div(p->k, plan.terms);
    return plan;
}

/* 2, or 3 where the one in front of them does something. */
static int image_axes(const struct ncl_window *w)
{
    return w->rank > 4 && !(ncl_window_is_trivial(w, 2, w->rank - 2) && w->in.extent[w->rank - 3] == 1) ? 3 : 2;
}

/* Of a matrix: a window that is trivial. */
static void emit_image(struct ncl_emit *step, const struct ncl_window *w)
{
    static const struct ncl_window none;
    const struct ncl_window_axes axes = ncl_window_last(w ? w : &none, 2, SPAN);
    ncl_step_size(step, "OUT_HEIGHT", axes.out[SPAN - 2]);
    ncl_step_size(step, "OUT_WIDTH", axes.out[SPAN - 1]);
    ncl_step_sizes(step, "IN", axes.in, SPAN);
    ncl_step_sizes(step, "KERNEL", axes.size, SPAN);
    ncl_step_sizes(step, "STRIDE", axes.stride, SPAN);
    ncl_step_sizes(step, "DILATION", axes.dilation, SPAN);
    ncl_step_sizes(step, "BEFORE", axes.before, SPAN);
}

static void add_after(struct ncl_lower *lower, struct ncl_emit *step, const struct ncl_group_product *product)
{
    if (product->problem->result)
        ncl_step_after(lower, step, product->problem->out, product->channels ? 1 : product->axis,
                       product->channels == 0);
}

/* The product itself, into `out`; of some terms each where it is split. */
static nnefcl_status emit_tiles(struct ncl_lower *lower, const struct ncl_group_product *product,
                                const struct plan *plan, ncl_ref out)
{
    struct ncl_matmul p = *product->matrices;
    const bool whole = plan->splits == 1;
    struct ncl_emit *step = ncl_step_begin(lower, "gemm_group");
    ncl_step_group(step, (unsigned)(plan->edges.down * plan->edges.across), local_bytes(plan->edges));
    ncl_step_define_int(step, "DOWN", plan->edges.down);
    ncl_step_define_int(step, "ACROSS", plan->edges.across);
    ncl_step_define_int(step, "DEPTH", plan->edges.depth);
    ncl_step_define_int(step, "IMAGE", product->image ? image_axes(product->image) : 0);
    if (product->image)
        ncl_window_define_border(step, product->image->border);
    if (!whole)
        p.bias.ref = NCL_NO_TENSOR;
    ncl_step_in(step, p.a.ref);
    ncl_step_in(step, p.b.ref);
    ncl_step_in(step, p.bias.ref == NCL_NO_TENSOR ? p.b.ref : p.bias.ref); /* any, it is not read */
    ncl_step_out(step, out);
    if (whole)
        add_after(lower, step, product);
    ncl_product_record(step, &p);
    ncl_step_size(step, "SPLITS", plan->splits);
    ncl_step_size(step, "TERMS", plan->terms);
    ncl_step_size(step, "PART", plan->rows * p.n);
    ncl_step_size(step, "CHANNELS", product->channels);
    emit_image(step, product->image);
    ncl_step_flops(step, product->problem->flops);
    return ncl_step_end(step, plan->splits * plan->batch * tile_count(plan->edges, &p));
}

static nnefcl_status emit_join(struct ncl_lower *lower, const struct ncl_group_product *product,
                               const struct plan *plan, ncl_ref parts)
{
    const struct ncl_matmul *p = product->matrices;
    struct ncl_emit *step = ncl_step_begin(lower, "gemm_join");
    ncl_step_in(step, parts);
    ncl_step_in(step, p->bias.ref == NCL_NO_TENSOR ? parts : p->bias.ref); /* any, it is not read */
    ncl_step_out(step, product->problem->out);
    add_after(lower, step, product);
    ncl_step_size(step, "M", plan->rows);
    ncl_step_size(step, "N", p->n);
    ncl_step_size(step, "SPLITS", plan->splits);
    ncl_step_size(step, "BIAS_ROW", p->bias.row);
    ncl_step_size(step, "BIAS_COLUMN", p->bias.column);
    ncl_step_size(step, "BIAS_PERIOD", product->channels ? product->channels : p->m);
    ncl_step_size(step, "HAS_BIAS", p->bias.ref != NCL_NO_TENSOR);
    ncl_step_size(step, "CHANNELS", product->channels);
    return ncl_step_end(step, plan->rows * ncl_ceil_div(p->n, lower->plan->target.lanes));
}

nnefcl_status ncl_group_product_emit(struct ncl_lower *lower, const struct ncl_group_product *product)
{
    const struct plan plan = plan_product(&lower->plan->target, product);
    if (plan.splits == 1)
        return emit_tiles(lower, product, &plan, product->problem->out);
    const ncl_ref parts =
        ncl_lower_scratch(lower, "parts of sums", NNEFCL_SCALAR, plan.splits * plan.rows * product->matrices->n);
    const nnefcl_status status = emit_tiles(lower, product, &plan, parts);
    return status ? status : emit_join(lower, product, &plan, parts);
}
