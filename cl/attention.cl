/* SPDX-License-Identifier: Apache-2.0 */
/* y = softmax(q k^T scale / divisor + mask) v for each matrix of a batch, the softmax along the keys: attention.c.
 *
 *   s[i,j] = sum_d q[i,d] k[j,d] scale / divisor + mask[i,j]            m[i] = max_j s[i,j]
 *   y[i,c] = sum_j e[i,j] v[j,c] / sum_j e[i,j],                        e[i,j] = exp(s[i,j] - m[i])
 *
 * The lanes of vectors are queries, WIDTH of them in a task: maxima and sums run from vector to vector, and of keys and
 * values single elements are read, wherever they lie. Keys come in blocks, whose scores stay in private memory; m is
 * the maximum so far, and with each block what was added up for an earlier one is multiplied by exp(earlier m - m). Of
 * heads wider than PART, the columns are made in parts, each from the scores on; scores are added up in such parts,
 * too.
 *
 * MASK     0: none; 1: the same for all queries; 2: one for each score
 * GUARDED  1: a query without weights, all of whose keys are masked, or whose weights are no numbers, has zeros
 * QUERIES, KEYS, DEPTH, COLUMNS   of one matrix; BLOCKS = ceil(QUERIES / WIDTH)
 * x_FIRST, x_ROW, x_COLUMN, x_STRIDE(i)   where the elements of an operand lie; columns of q and y are neighbours
 * tasks: prod_i EXTENT(i) * BLOCKS */
#ifndef MASK
#define MASK 0
#endif
#ifndef GUARDED
#define GUARDED 0
#endif
#define QUERIES SIZE(0)
#define KEYS SIZE(1)
#define DEPTH SIZE(2)
#define COLUMNS SIZE(3)
#define BLOCKS SIZE(4)
#define Q_FIRST SIZE(5)
#define Q_ROW SIZE(6)
#define K_FIRST SIZE(7)
#define K_ROW SIZE(8)
#define K_COLUMN SIZE(9)
#define V_FIRST SIZE(10)
#define V_ROW SIZE(11)
#define V_COLUMN SIZE(12)
#define Y_ROW SIZE(13)
#define MASK_ROW SIZE(14)
#define MASK_COLUMN SIZE(15)
#define RANK SIZE(16)
#define EXTENT(i) SIZE(17 + (i))
#define Q_STRIDE(i) SIZE(23 + (i))
#define K_STRIDE(i) SIZE(29 + (i))
#define V_STRIDE(i) SIZE(35 + (i))
#define Y_STRIDE(i) SIZE(41 + (i))
#define MASK_STRIDE(i) SIZE(47 + (i))
#define SCALE_STRIDE(i) SIZE(53 + (i))

#define NCL_CELL NCL_T6
#define VECTORS 2
#define WIDTH (VECTORS * LANES)
#define TILE 4     /* sums of a tile: TILE * VECTORS, which do not wait for each other and leave registers free */
#define PART 128   /* elements of a head at a time, a multiple of LANES */
#define BLOCK 256  /* keys, a multiple of TILE */
#define QUOTIENT(sum, total) (GUARDED ? select((V)0, (sum) / (total), (total) > 0) : (sum) / (total))
#define LOWEST -3.402823466e38f /* a block without weights leaves it */

/* out[r] += sum_i left[min(first + r, last) row + i step] right[i]: where `fresh`, from 0 on. */
NCL_APART static void FN(attention_tile)(INDEX count, global const float *left, INDEX first, INDEX last, INDEX row,
                                         INDEX step, const V *right, V *out, int fresh)
{
    V sum[TILE][VECTORS];
    long at[TILE];
#pragma unroll
    for (int r = 0; r < TILE; r++) {
        at[r] = (long)min(first + r, last) * row;
#pragma unroll
        for (int v = 0; v < VECTORS; v++)
            sum[r][v] = fresh ? (V)0 : out[r * VECTORS + v];
    }
    for (INDEX i = 0; i < count; i++, left += step, right += VECTORS) {
#pragma unroll
        for (int r = 0; r < TILE; r++) {
            const V value = left[at[r]];
#pragma unroll
            for (int v = 0; v < VECTORS; v++)
                sum[r][v] = fma(value, right[v], sum[r][v]);
        }
    }
#pragma unroll
    for (int i = 0; i < TILE * VECTORS; i++)
        out[i] = sum[i / VECTORS][i % VECTORS];
}

/* q[d] = factor query[.., d]: lane by lane a query, the last one again where there are no more. */
NCL_APART static void FN(attention_queries)(global const NCL_T0 *query, INDEX row, INDEX rows, INDEX depth,
                                            float factor, V *q)
{
    for (INDEX d = 0; d < depth; d += LANES) {
        const INDEX n = min(depth - d, (INDEX)LANES);
        for (int v = 0; v < VECTORS; v++) {
            V part[LANES];
            for (int i = 0; i < LANES; i++)
                part[i] = NCL_LOAD(NCL_T0, query + min((INDEX)(v * LANES + i), rows - 1) * row + d, n) * factor;
            NCL_TRANSPOSE(V, part)
            for (int i = 0; i < n; i++)
                q[(d + i) * VECTORS + v] = part[i];
        }
    }
}

#if MASK == 1
static void FN(attention_mask)(global const float *mask, INDEX row, INDEX column, INDEX rows, INDEX keys, V *p)
{
    for (INDEX j = 0; j < keys * VECTORS; j++)
        p[j] += mask[j / VECTORS * column];
}
#elif MASK == 2
/* Keys that follow each other: in vectors of them, which are transposed. */
NCL_APART static void FN(attention_mask_rows)(global const float *mask, INDEX row, INDEX rows, INDEX keys, V *p)
{
    for (INDEX j = 0; j < keys; j += LANES) {
        const INDEX n = min(keys - j, (INDEX)LANES);
        for (int v = 0; v < VECTORS; v++) {
            V part[LANES];
            for (int i = 0; i < LANES; i++)
                part[i] = NCL_LOAD(float, mask + min((INDEX)(v * LANES + i), rows - 1) * row + j, n);
            NCL_TRANSPOSE(V, part)
            for (int i = 0; i < n; i++)
                p[(j + i) * VECTORS + v] += part[i];
        }
    }
}

static void FN(attention_mask)(global const float *mask, INDEX row, INDEX column, INDEX rows, INDEX keys, V *p)
{
    if (column == 1) {
        FN(attention_mask_rows)(mask, row, rows, keys, p);
        return;
    }
    for (INDEX j = 0; j < keys * VECTORS; j++) {
        float part[LANES];
        for (int i = 0; i < LANES; i++)
            part[i] = mask[min(j % VECTORS * LANES + i, rows - 1) * row + j / VECTORS * column];
        p[j] += VLOAD(part);
    }
}
#endif

/* Scores become weights e, which are added to `total`; `earlier` is exp(earlier m - m). */
NCL_APART static void FN(attention_weights)(INDEX keys, V *p, V *peak, V *total, V *earlier)
{
    for (int v = 0; v < VECTORS; v++) {
        V highest = peak[v], sum = 0;
        for (INDEX j = v; j < keys * VECTORS; j += VECTORS)
            highest = select(highest, p[j], p[j] > highest);
        for (INDEX j = v; j < keys * VECTORS; j += VECTORS) {
            p[j] = ncl_exp(p[j] - highest);
            sum += p[j];
        }
        earlier[v] = ncl_exp(peak[v] - highest);
        peak[v] = highest;
        total[v] = fma(total[v], earlier[v], sum);
    }
}

static void FN(attention)(INDEX task, SIZES size, global const NCL_T0 *query, global const float *key,
                          global const float *value, global const float *mask, global const float *scale,
                          global const float *divisor, global NCL_CELL *y CHAIN_PARAMETERS)
{
    V q[PART * VECTORS], p[BLOCK * VECTORS], o[PART * VECTORS], peak[VECTORS], total[VECTORS], earlier[VECTORS];
    const INDEX first = task % BLOCKS * WIDTH, rows = min(QUERIES - first, (INDEX)WIDTH);
    INDEX batch = task / BLOCKS, place = first * Y_ROW;
    query += Q_FIRST + first * Q_ROW;
    key += K_FIRST;
    value += V_FIRST;
    mask += first * MASK_ROW;
    for (int i = (int)RANK - 1; i >= 0; i--) {
        const INDEX at = batch % EXTENT(i);
        batch /= EXTENT(i);
        query += at * Q_STRIDE(i);
        key += at * K_STRIDE(i);
        value += at * V_STRIDE(i);
        mask += at * MASK_STRIDE(i);
        scale += at * SCALE_STRIDE(i);
        place += at * Y_STRIDE(i);
    }
    const float factor = *scale / *divisor;
    for (INDEX column = 0; column < COLUMNS; column += PART) {
        const INDEX columns = min(COLUMNS - column, (INDEX)PART);
        for (int v = 0; v < VECTORS; v++) {
            peak[v] = LOWEST;
            total[v] = 0;
        }
        for (INDEX from = 0; from < KEYS; from += BLOCK) {
            const INDEX keys = min(KEYS - from, (INDEX)BLOCK);
            for (INDEX part = 0; part < DEPTH; part += PART) {
                const INDEX depth = min(DEPTH - part, (INDEX)PART);
                if (DEPTH > PART || from + column == 0)
                    FN(attention_queries)(query + part, Q_ROW, rows, depth, factor, q);
                for (INDEX j = 0; j < keys; j += TILE)
                    FN(attention_tile)(depth, key + from * K_ROW + part * K_COLUMN, j, keys - 1, K_ROW, K_COLUMN, q,
                                       p + j * VECTORS, part == 0);
            }
#if MASK
            FN(attention_mask)(mask + from * MASK_COLUMN, MASK_ROW, MASK_COLUMN, rows, keys, p);
#endif
            FN(attention_weights)(keys, p, peak, total, earlier);
            for (INDEX i = 0; from > 0 && i < (columns + LANES - 1) / LANES * LANES * VECTORS; i++)
                o[i] *= earlier[i % VECTORS];
            for (INDEX c = 0; c < (columns + LANES - 1) / LANES * LANES; c += TILE)
                FN(attention_tile)(keys, value + from * V_ROW + column * V_COLUMN, c, columns - 1, V_COLUMN, V_ROW, p,
                                   o + c * VECTORS, from == 0);
        }
        for (INDEX c = 0; c < columns * VECTORS; c += LANES * VECTORS) {
            for (int v = 0; v < VECTORS; v++) {
                V part[LANES];
                for (int i = 0; i < LANES; i++)
                    part[i] = QUOTIENT(o[c + i * VECTORS + v], total[v]);
                NCL_TRANSPOSE(V, part)
                const INDEX at = column + c / VECTORS, last = min(rows - v * LANES, (INDEX)LANES);
                for (int i = 0; i < last; i++)
                    NCL_STORE_AFTER(part[i], min(COLUMNS - at, (INDEX)LANES), y,
                                    place + (v * LANES + i) * Y_ROW + at, at)
            }
        }
    }
}
