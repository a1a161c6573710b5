/* Which kernel computes a product, and what has to be packed for it. */
#include <assert.h>

#include "ops/broadcast.h"
#include "ops/matmul.h"
#include "ops/strided.h"

#define BLOCK_ROWS                                                                                                     \
    144 /* rows of A that a task of gemm.cl goes through for one panel: B comes from far away, and so seldom */
#define FEW_ROWS  8     /* up to so many, the second operand is read once and not worth packing at run time */
#define PACK_ROWS 48    /* from so many rows of A on, packing a row-major B at run time pays ... */
#define NEAR_B    32768 /* ... unless it has no more elements than this: then any order of it is near */

/* ---- the shape of the problem ---- */

static void remove_axis(struct ncl_matmul *p, int axis)
{
    struct ncl_matrix *matrix[] = {&p->a, &p->b, &p->c, &p->bias};
    for (int i = axis; i + 1 < p->rank; i++) {
        p->extent[i] = p->extent[i + 1];
        for (int j = 0; j < 4; j++)
            matrix[j]->batch[i] = matrix[j]->batch[i + 1];
    }
    p->rank--;
}

/* The last axis of the batch is more rows of A when B repeats along it and the rows go on evenly. */
static bool fold_into_rows(struct ncl_matmul *p)
{
    const int last = p->rank - 1;
    const bool even_bias = p->bias.ref == NCL_NO_TENSOR || p->bias.batch[last] == p->bias.row * p->m;
    if (p->b.batch[last] != 0 || p->a.batch[last] != p->a.row * p->m || p->c.batch[last] != p->c.row * p->m ||
        !even_bias)
        return false;
    p->m *= p->extent[last];
    p->rank--;
    return true;
}

static void simplify(struct ncl_matmul *p)
{
    for (int i = p->rank - 1; i >= 0; i--)
        if (p->extent[i] == 1)
            remove_axis(p, i);
    if (p->m == 1) { /* the row stride is free then: the one that goes on with the batch */
        p->a.row = p->rank ? p->a.batch[p->rank - 1] : p->k;
        p->c.row = p->rank ? p->c.batch[p->rank - 1] : p->n;
        p->bias.row = p->rank ? p->bias.batch[p->rank - 1] : 0;
    }
    while (p->rank && fold_into_rows(p))
        ;
}

/* ---- records ---- */

static void emit_batch(struct ncl_emit *step, const struct ncl_matmul *p, const char *a_name,
                       const struct ncl_matrix *a, const char *b_name, const struct ncl_matrix *b)
{
    int64_t extent[NCL_MATMUL_BATCH];
    for (int i = 0; i < NCL_MATMUL_BATCH; i++)
        extent[i] = i < p->rank ? p->extent[i] : 1;
    ncl_step_size(step, "RANK", p->rank);
    ncl_step_sizes(step, "EXTENT", extent, NCL_MATMUL_BATCH);
    ncl_step_sizes(step, a_name, a->batch, NCL_MATMUL_BATCH);
    ncl_step_sizes(step, b_name, b->batch, NCL_MATMUL_BATCH);
    ncl_step_sizes(step, "C_STRIDE", p->c.batch, NCL_MATMUL_BATCH);
    ncl_step_sizes(step, "BIAS_STRIDE", p->bias.batch, NCL_MATMUL_BATCH);
}

static int64_t batch_count(const struct ncl_matmul *p)
{
    int64_t count = 1;
    for (int i = 0; i < p->rank; i++)
        count *= p->extent[i];
    return count;
}

static nnefcl_status end(struct ncl_emit *step, const struct ncl_matmul *p, int64_t tasks)
{
    ncl_step_flops(step, 2.0 * (double)p->m * (double)p->n * (double)p->k * (double)batch_count(p));
    return ncl_step_end(step, tasks * batch_count(p));
}

static void operands(struct ncl_emit *step, const struct ncl_matmul *p, ncl_ref a, ncl_ref b)
{
    ncl_step_in(step, a);
    ncl_step_in(step, b);
    ncl_step_in(step, p->bias.ref == NCL_NO_TENSOR ? b : p->bias.ref); /* any, it is not read */
    ncl_step_out(step, p->c.ref);
}

static nnefcl_status emit_plain(struct ncl_lower *lower, const struct ncl_matmul *p)
{
    struct ncl_emit *step = ncl_step_begin(lower, "matmul_plain");
    operands(step, p, p->a.ref, p->b.ref);
    ncl_step_size(step, "M", p->m);
    ncl_step_size(step, "N", p->n);
    ncl_step_size(step, "K", p->k);
    ncl_step_size(step, "A_ROW", p->a.row);
    ncl_step_size(step, "A_COLUMN", p->a.column);
    ncl_step_size(step, "B_ROW", p->b.row);
    ncl_step_size(step, "B_COLUMN", p->b.column);
    ncl_step_size(step, "C_ROW", p->c.row);
    ncl_step_size(step, "C_COLUMN", p->c.column);
    ncl_step_size(step, "BIAS_ROW", p->bias.row);
    ncl_step_size(step, "BIAS_COLUMN", p->bias.column);
    ncl_step_size(step, "HAS_BIAS", p->bias.ref != NCL_NO_TENSOR);
    emit_batch(step, p, "A_STRIDE", &p->a, "B_STRIDE", &p->b);
    return end(step, p, p->m * p->n);
}

/* ---- packing ---- */

/* Axes of the batch along which the matrix does not repeat go in front of a dense copy with `size` elements each; the
 * copy's strides replace the matrix'. */
static int64_t add_batch(struct ncl_strided *copy, const struct ncl_matmul *p, struct ncl_matrix *matrix, int64_t size)
{
    for (int i = 0; i < p->rank; i++) {
        int64_t inner = size;
        if (matrix->batch[i] == 0)
            continue;
        for (int j = i + 1; j < p->rank; j++)
            inner *= matrix->batch[j] ? p->extent[j] : 1;
        ncl_strided_add(copy, p->extent[i], matrix->batch[i], inner);
    }
    for (int i = p->rank - 1; i >= 0; i--) {
        if (matrix->batch[i] == 0)
            continue;
        matrix->batch[i] = size;
        size *= p->extent[i];
    }
    return size;
}

/* A dense row-major copy of a matrix of these extents. */
static struct ncl_matrix make_dense(struct ncl_lower *lower, const struct ncl_matmul *p, struct ncl_matrix matrix,
                                    int64_t rows, int64_t columns, const char *name)
{
    struct ncl_strided copy = {0};
    const struct ncl_matrix from = matrix;
    const int64_t count = add_batch(&copy, p, &matrix, rows * columns);
    ncl_strided_add(&copy, rows, from.row, columns);
    ncl_strided_add(&copy, columns, from.column, 1);
    matrix.ref = ncl_lower_scratch(lower, name, NNEFCL_SCALAR, count);
    matrix.row = columns;
    matrix.column = 1;
    ncl_strided_emit(lower, &copy, from.ref, matrix.ref, true);
    return matrix;
}

/* B as panels of `width` columns, [ceil(n / width)][k][width]; the last one ends with the last column, so that all are
 * full: n >= width. */
static struct ncl_matrix make_panels(struct ncl_lower *lower, const struct ncl_matmul *p, int64_t width)
{
    const int64_t panels = ncl_ceil_div(p->n, width), whole = p->n / width, size = panels * width * p->k;
    struct ncl_matrix packed = p->b;
    struct ncl_strided copy = {0};
    const int64_t count = add_batch(&copy, p, &packed, size);
    struct ncl_strided last = copy;
    packed.ref = ncl_lower_scratch(lower, "panels", NNEFCL_SCALAR, count);
    ncl_strided_add(&copy, whole, width * p->b.column, width * p->k);
    ncl_strided_add(&copy, p->k, p->b.row, width);
    ncl_strided_add(&copy, width, p->b.column, 1);
    ncl_strided_emit(lower, &copy, p->b.ref, packed.ref, whole == panels);
    if (whole == panels)
        return packed;
    last.in_first = (p->n - width) * p->b.column;
    last.out_first = whole * width * p->k;
    ncl_strided_add(&last, p->k, p->b.row, width);
    ncl_strided_add(&last, width, p->b.column, 1);
    ncl_strided_emit(lower, &last, p->b.ref, packed.ref, false);
    return packed;
}

/* ---- gemv.cl ---- */

/* Rows of x against rows of w; c is transposed when they are swapped. Both get contiguous along k first. */
static nnefcl_status emit_rows(struct ncl_lower *lower, const struct ncl_matmul *p, struct ncl_matrix x, int64_t x_rows,
                               struct ncl_matrix w, int64_t w_rows, bool swapped)
{
    if (x.column != 1)
        x = make_dense(lower, p, x, x_rows, p->k, "x");
    if (w.column != 1)
        w = make_dense(lower, p, w, w_rows, p->k, "w");
    if (lower->status)
        return lower->status;
    const int64_t wanted = 8 * (int64_t)lower->plan->target.compute_units;
    int64_t rows = ncl_ceil_div(ncl_ceil_div(w_rows * batch_count(p), wanted), 4) * 4;
    if (rows > 64)
        rows = 64;
    struct ncl_emit *step = ncl_step_begin(lower, "gemv");
    operands(step, p, x.ref, w.ref);
    ncl_step_size(step, "X_ROWS", x_rows);
    ncl_step_size(step, "W_ROWS", w_rows);
    ncl_step_size(step, "K", p->k);
    ncl_step_size(step, "LDX", x.row);
    ncl_step_size(step, "LDW", w.row);
    ncl_step_size(step, "C_I", swapped ? p->c.column : p->c.row);
    ncl_step_size(step, "C_J", swapped ? p->c.row : p->c.column);
    ncl_step_size(step, "BIAS_I", swapped ? p->bias.column : p->bias.row);
    ncl_step_size(step, "BIAS_J", swapped ? p->bias.row : p->bias.column);
    ncl_step_size(step, "HAS_BIAS", p->bias.ref != NCL_NO_TENSOR);
    ncl_step_size(step, "ROWS", rows);
    ncl_step_size(step, "BLOCKS", ncl_ceil_div(w_rows, rows));
    emit_batch(step, p, "X_STRIDE", &x, "W_STRIDE", &w);
    return end(step, p, ncl_ceil_div(w_rows, rows));
}

/* ---- gemm.cl ---- */

/* By the columns alone: the rows often are the batch, and one program serves them all; but a tile does not have more
 * rows than the matrix. */
static struct ncl_tile product_tile(const struct ncl_target *target, const struct ncl_matmul *p)
{
    struct ncl_tile tile = ncl_target_tile(target, 0, p->n);
    int64_t rows = 1;
    while (rows * 2 <= p->m)
        rows *= 2;
    if (p->m < tile.rows)
        tile.rows = rows;
    return tile;
}

/* Rows of A that one task goes through: blocks of about the same size, but enough tasks for every unit. */
static int64_t block_rows(const struct ncl_lower *lower, const struct ncl_matmul *p, int64_t tile, int64_t panels)
{
    const int64_t tiles = ncl_ceil_div(p->m, tile);
    const int64_t wanted = 4 * (int64_t)lower->plan->target.compute_units, others = panels * batch_count(p);
    int64_t blocks = ncl_ceil_div(p->m, BLOCK_ROWS);
    if (blocks * others < wanted)
        blocks = ncl_ceil_div(wanted, others);
    if (blocks > tiles)
        blocks = tiles;
    return ncl_ceil_div(tiles, blocks) * tile;
}

static nnefcl_status emit_gemm(struct ncl_lower *lower, const struct ncl_matmul *problem)
{
    struct ncl_matmul copy = *problem, *p = &copy;
    const struct ncl_tile tile = product_tile(&lower->plan->target, p);
    const int64_t width = ncl_tile_columns(&lower->plan->target, tile);
    const bool constant = ncl_lower_is_constant(lower, p->b.ref);
    const bool packed = constant || p->b.column != 1 || (p->m >= PACK_ROWS && p->n * p->k > NEAR_B);
    if (p->a.column != 1 && p->a.row != 1)
        p->a = make_dense(lower, p, p->a, p->m, p->k, "a");
    if (packed)
        p->b = make_panels(lower, p, width);
    if (lower->status)
        return lower->status;
    const int64_t panels = ncl_ceil_div(p->n, width), rows = block_rows(lower, p, tile.rows, panels);
    const int64_t blocks = ncl_ceil_div(p->m, rows);
    const bool transposed = p->a.column != 1;
    struct ncl_emit *step = ncl_step_begin(lower, "gemm");
    ncl_step_define_int(step, "MR", tile.rows);
    ncl_step_define_int(step, "VECTORS", tile.vectors);
    ncl_step_define_int(step, "TRANSPOSED_A", transposed);
    ncl_step_define_int(step, "PACKED", packed);
    ncl_step_define(step, "BIAS",
                    p->bias.ref == NCL_NO_TENSOR ? "NO_BIAS"
                    : p->bias.column             ? "COLUMN_BIAS"
                                                 : "ROW_BIAS");
    operands(step, p, p->a.ref, p->b.ref);
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
    emit_batch(step, p, "A_STRIDE", &p->a, "B_STRIDE", &p->b);
    return end(step, p, blocks * panels);
}

/* ---- a library ---- */

/* Offsets of every place of the batch. */
static int64_t *place_offsets(struct ncl_lower *lower, const struct ncl_matmul *p, const struct ncl_matrix *matrix)
{
    const int64_t count = batch_count(p);
    int64_t *offset = NCL_NEW_ARRAY(lower->arena, int64_t, (size_t)count);
    for (int64_t i = 0; offset && i < count; i++) {
        int64_t rest = i;
        for (int k = p->rank - 1; k >= 0; k--) {
            offset[i] += rest % p->extent[k] * matrix->batch[k];
            rest /= p->extent[k];
        }
    }
    return offset;
}

/* Row-major or transposed without gaps: what struct ncl_gemm can say. */
static bool is_dense(const struct ncl_matrix *matrix, int64_t rows, int64_t columns, bool *transposed)
{
    *transposed = !(matrix->column == 1 && matrix->row == columns);
    return !*transposed || (matrix->row == 1 && matrix->column == rows);
}

static nnefcl_status emit_library(struct ncl_lower *lower, const struct ncl_matmul *p, const struct ncl_gemm *form,
                                  ncl_ref c)
{
    struct ncl_gemm gemm = *form;
    gemm.m = p->m;
    gemm.n = p->n;
    gemm.k = p->k;
    gemm.batch = batch_count(p);
    gemm.offset_a = place_offsets(lower, p, &p->a);
    gemm.offset_b = place_offsets(lower, p, &p->b);
    gemm.offset_c = place_offsets(lower, p, &p->c);
    if (!gemm.offset_a || !gemm.offset_b || !gemm.offset_c)
        return lower->status = ncl_nomem(lower->diag);
    return ncl_lower_gemm(lower, p->a.ref, p->b.ref, c, &gemm);
}

static nnefcl_status choose(struct ncl_lower *lower, const struct ncl_matmul *p)
{
    if (lower->plain_kernels || !lower->plan->target.cpu || p->c.column != 1 ||
        (p->bias.ref != NCL_NO_TENSOR && p->bias.column > 1))
        return emit_plain(lower, p);
    const bool b_rows =
        p->b.row == 1 || ncl_lower_is_constant(lower, p->b.ref); /* B' is contiguous along k, or made so at no cost */
    const struct ncl_target *target = &lower->plan->target;
    const int64_t width = ncl_tile_columns(target, ncl_target_tile(target, 0, p->n));
    if (p->m <= FEW_ROWS && b_rows)
        return emit_rows(lower, p, p->a, p->m, ncl_matmul_transposed(p->b), p->n, false);
    if (p->m == 1 && p->n < width)
        return emit_rows(lower, p, p->a, 1, ncl_matmul_transposed(p->b), p->n, false);
    if (p->n < width)
        return emit_rows(lower, p, ncl_matmul_transposed(p->b), p->n, p->a, p->m, true);
    return emit_gemm(lower, p);
}

nnefcl_status ncl_matmul_emit(struct ncl_lower *lower, const struct ncl_matmul *matmul)
{
    struct ncl_matmul p = *matmul;
    struct ncl_gemm form = {0};
    if (lower->status)
        return lower->status;
    simplify(&p);
    if (lower->clblast && p.bias.ref == NCL_NO_TENSOR && p.c.column == 1 && p.c.row == p.n &&
        is_dense(&p.a, p.m, p.k, &form.transpose_a) && is_dense(&p.b, p.k, p.n, &form.transpose_b))
        return emit_library(lower, &p, &form, p.c.ref);
    return choose(lower, &p);
}
