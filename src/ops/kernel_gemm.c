/* SPDX-License-Identifier: Apache-2.0 */
/* Products on CPUs by register tiles, B in panels or row-major. */
#include "emit/cost.h"
#include "ops/matmul.h"
#include "ops/strided.h"

#define BLOCK_ROWS  144     /* rows of A that a task goes through for one panel: B comes from far away, and so seldom */
#define PACK_ROWS   48      /* from so many rows of A on, packing a row-major B at run time pays ... */
#define HALVED_MACS 1000000 /* of a task that may be two: some 10 microseconds */
#define NEAR_B      32768   /* ... unless it has no more elements than this: then any order of it is near */

#define EFFICIENCY 0.9  /* of a full tile */
#define READ_RATE  25.0 /* GB/s of panels */
#define COPY_RATE  19.0 /* GB/s of a copy that is read and written */

static const char *gemm_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    if (!target->cpu)
        return "needs a device with few wide cores";
    if (!problem)
        return NULL;
    const struct ncl_matmul *p = &problem->product;
    if (p->n < ncl_tile_columns(target, ncl_target_low_tile(target, p->n)))
        return "fewer columns than a tile";
    return ncl_product_row_major(p);
}

/* By the columns alone: the rows often are the batch, and one program serves them all; but a tile does not have more
 * rows than the matrix. */
static size_t gemm_choices(const struct ncl_target *target, const struct ncl_problem *problem,
                           struct ncl_choice *choice)
{
    int64_t rows = 1;
    choice->tile = ncl_target_low_tile(target, problem->product.n);
    while (rows * 2 <= problem->product.m)
        rows *= 2;
    if (problem->product.m < choice->tile.rows)
        choice->tile.rows = rows;
    return 1;
}

static bool is_packed(const struct ncl_matmul *p)
{
    return p->b_constant || p->b.column != 1 || (p->m >= PACK_ROWS && p->n * p->k > NEAR_B);
}

/* The last tile computes rows of the one before again; a low one waits for its operands. */
static double gemm_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                        const struct ncl_choice *choice)
{
    const struct ncl_matmul *p = &problem->product;
    const double tile = (double)choice->tile.rows, full = (double)ncl_target_low_tile(target, p->n).rows;
    const double rows = (double)ncl_ceil_div(p->m, choice->tile.rows) * tile, b = (double)p->n * (double)p->k;
    const double work = ncl_cost_macs(target, rows * b, EFFICIENCY * tile / full),
                 read = ncl_cost_bytes(4 * b, READ_RATE);
    const double copy = is_packed(p) && !p->b_constant ? ncl_cost_bytes(8 * b, COPY_RATE) : 0;
    return (double)ncl_product_batch_count(p) * ((work > read ? work : read) + copy);
}

/* B as panels of `width` columns, [ceil(n / width)][k][width]; the last one ends with the last column, so that all are
 * full: n >= width. */
static struct ncl_matrix make_panels(struct ncl_lower *lower, const struct ncl_matmul *p, int64_t width)
{
    const int64_t panels = ncl_ceil_div(p->n, width), whole = p->n / width, size = panels * width * p->k;
    struct ncl_matrix packed = p->b;
    struct ncl_strided copy = {0};
    const int64_t count = ncl_product_copy_batch(&copy, p, &packed, size);
    struct ncl_strided last = copy;
    packed.ref = ncl_lower_scratch(lower, "panels", NNEFCL_SCALAR, count);
    ncl_strided_add(&copy, whole, width * p->b.column, width * p->k);
    ncl_strided_add(&copy, p->k, p->b.row, width);
    ncl_strided_add(&copy, width, p->b.column, 1);
    ncl_strided_choose(lower, &copy, p->b.ref, packed.ref, whole == panels);
    if (whole == panels)
        return packed;
    last.in_first = (p->n - width) * p->b.column;
    last.out_first = whole * width * p->k;
    ncl_strided_add(&last, p->k, p->b.row, width);
    ncl_strided_add(&last, width, p->b.column, 1);
    ncl_strided_choose(lower, &last, p->b.ref, packed.ref, false);
    return packed;
}

/* Rows of A that one task goes through: blocks of about the same size, but enough tasks for every unit. */
static int64_t block_rows(const struct ncl_lower *lower, const struct ncl_matmul *p, int64_t tile, int64_t panels)
{
    const int64_t tiles = ncl_ceil_div(p->m, tile);
    const int64_t wanted = 4 * (int64_t)lower->plan->target.compute_units, others = panels * ncl_product_batch_count(p);
    int64_t blocks = ncl_ceil_div(p->m, BLOCK_ROWS);
    if (blocks * others < wanted)
        blocks = ncl_ceil_div(wanted, others);
    if (blocks > tiles)
        blocks = tiles;
    return ncl_ceil_div(tiles, blocks) * tile;
}

/* How many of the last tasks are two, of half the rows: one for each core, where it takes long enough that cores which
 * end apart wait for longer than a second task costs. */
static int64_t halved_tasks(const struct ncl_target *target, int64_t tasks, int64_t macs)
{
    const int64_t cores = target->compute_units;
    return cores > 1 && tasks >= 2 * cores && macs >= HALVED_MACS ? cores : 0;
}

static nnefcl_status gemm_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                               const struct ncl_choice *choice)
{
    struct ncl_matmul copy = problem->product, *p = &copy;
    const bool packed = is_packed(p);
    const int64_t width = ncl_tile_columns(&lower->plan->target, choice->tile);
    if (p->a.column != 1 && p->a.row != 1)
        p->a = ncl_product_dense(lower, p, p->a, p->m, p->k, "a");
    if (packed)
        p->b = make_panels(lower, p, width);
    if (lower->status)
        return lower->status;
    const int64_t panels = ncl_ceil_div(p->n, width), rows = block_rows(lower, p, choice->tile.rows, panels);
    const int64_t blocks = ncl_ceil_div(p->m, rows), tasks = blocks * panels * ncl_product_batch_count(p);
    const int64_t halved = halved_tasks(&lower->plan->target, tasks, rows * width * p->k);
    const bool transposed = p->a.column != 1;
    struct ncl_emit *step = ncl_step_begin(lower, "gemm");
    ncl_step_define_int(step, "MR", choice->tile.rows);
    ncl_step_define_int(step, "VECTORS", choice->tile.vectors);
    ncl_step_define_int(step, "TRANSPOSED_A", transposed);
    ncl_step_define_int(step, "PACKED", packed);
    ncl_step_define(step, "BIAS",
                    p->bias.ref == NCL_NO_TENSOR ? "NO_BIAS"
                    : p->bias.column             ? "COLUMN_BIAS"
                                                 : "ROW_BIAS");
    ncl_product_operands(lower, step, problem, p->a.ref, p->b.ref);
    ncl_step_size(step, "M", p->m);
    ncl_step_size(step, "N", p->n);
    ncl_step_size(step, "K", p->k);
    ncl_step_size(step, "LDA", transposed ? p->a.column : p->a.row);
    ncl_step_size(step, "LDB", packed ? width : p->b.row);
    ncl_step_size(step, "LDC", p->c.row);
    ncl_step_size(step, "ROWS", rows);
    ncl_step_size(step, "BLOCKS", blocks);
    ncl_step_size(step, "PANELS", panels);
    ncl_step_size(step, "BIAS_ROW", p->bias.row);
    ncl_step_size(step, "AHEAD", ncl_ceil_div(lower->plan->target.compute_units, blocks));
    ncl_product_batch(step, p, "A_STRIDE", &p->a, "B_STRIDE", &p->b);
    ncl_step_size(step, "HALVED", tasks - halved);
    ncl_step_flops(step, problem->flops);
    return ncl_step_end(step, tasks + halved);
}

const struct ncl_variant ncl_variant_product_gemm = {.name = "product_gemm",
                                                     .family = NCL_FAMILY_PRODUCT,
                                                     .about = "register tiles, B in panels or row-major",
                                                     .unfit = gemm_unfit,
                                                     .choices = gemm_choices,
                                                     .cost = gemm_cost,
                                                     .emit = gemm_emit};
