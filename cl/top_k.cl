/* SPDX-License-Identifier: Apache-2.0 */
/* Of each row the FOUND greatest elements (least, where LARGEST is 0) and their positions, the best one first, of equal
 * ones the first; a NaN is beyond every number.
 *
 *   value[r, k] = x[r, index[r, k]],   index[r, k]: what has k elements of row r in front of it
 *
 * COUNT  elements of a row, STEP apart; STEP rows lie beside each other      ROWS   rows, SPAN of them in a task
 * PART   elements of a part, a multiple of LANES: at most PARTS in a row
 *
 * The best of each part is known; the best of them is the next one found, and only its part is gone through again, for
 * the best behind it. Elements are compared as whole numbers of the same order.
 *
 * tasks: ceil(ROWS / SPAN) */
#ifndef LARGEST
#define LARGEST 1
#endif
#define COUNT SIZE(0)
#define STEP  SIZE(1)
#define FOUND SIZE(2)
#define ROWS  SIZE(3)
#define SPAN  SIZE(4)
#define PART  SIZE(5)

#define PARTS   64
#define NOTHING (-0x7fffffff - 1) /* behind all elements */
#define FOLD(d) FN(top_k_join)(&best, &at, NCL_SWAP(best, d), NCL_SWAP(at, d));

/* Elements from position j on; behind the row the last one again. */
static V FN(top_k_load)(SIZES size, global const float *x, INDEX j)
{
    if (STEP == 1 && j + LANES <= COUNT)
        return VLOAD(x + j);
    float each[LANES];
    for (int i = 0; i < LANES; i++)
        each[i] = x[min(j + i, COUNT - 1) * STEP];
    return VLOAD(each);
}

/* Whole numbers of the order of the elements: the bits of floats are, once negative ones are counted down. Both
 * zeros are one. */
static VI FN(top_k_whole)(V v)
{
    const VI bits = NCL_CAT(as_int, LANES)(v), size = bits & 0x7fffffff;
    const VI whole = select(size, -size, bits < 0);
    return select(LARGEST ? whole : -whole, (VI)0x7fffffff, size > 0x7f800000);
}

/* Joins other lanes: the better one, or of equal ones the smaller position. */
static void FN(top_k_join)(VI *best, VI *at, VI other, VI there)
{
    const VI wins = (other > *best) | ((other == *best) & (there < *at));
    *best = select(*best, other, wins);
    *at = select(*at, there, wins);
}

static int2 FN(top_k_fold)(VI best, VI at)
{
    NCL_HALVINGS(FOLD)
    return (int2)(best.s0, at.s0);
}

/* The best element of the part that begins at `start` behind `last`: what it is, and where. */
static int2 FN(top_k_part)(SIZES size, global const float *x, INDEX start, int2 last)
{
    const INDEX end = min(start + PART, COUNT);
    VI best = NOTHING, at = 0x7fffffff;
    for (INDEX j = start; j < end; j += LANES) {
        const VI v = FN(top_k_whole)(FN(top_k_load)(size, x, j)), here = (int)j + NCL_RAMP;
        const VI behind = (v < last.s0) | ((v == last.s0) & (here > last.s1));
        const VI wins = behind & (v > best) & (here < (int)COUNT);
        best = select(best, v, wins);
        at = select(at, here, wins);
    }
    return FN(top_k_fold)(best, at);
}

static void FN(top_k_row)(SIZES size, global const float *x, global float *value, global int *index)
{
    int what[PARTS], where[PARTS];
    const int parts = (int)((COUNT + PART - 1) / PART);
    for (int p = 0; p < (parts + LANES - 1) / LANES * LANES; p++) {
        const int2 best = p < parts ? FN(top_k_part)(size, x, p * PART, (int2)(0x7fffffff, -1)) : (int2)(NOTHING);
        what[p] = best.s0;
        where[p] = best.s1;
    }
    for (INDEX k = 0; k < FOUND; k++) {
        VI best = VLOAD(what), at = VLOAD(where);
        for (int p = LANES; p < parts; p += LANES)
            FN(top_k_join)(&best, &at, VLOAD(what + p), VLOAD(where + p));
        const int2 last = FN(top_k_fold)(best, at);
        const int p = (int)(last.s1 / PART);
        const int2 next = FN(top_k_part)(size, x, p * PART, last);
        value[k * STEP] = x[last.s1 * STEP];
        index[k * STEP] = last.s1;
        what[p] = next.s0;
        where[p] = next.s1;
    }
}

static void FN(top_k)(INDEX task, SIZES size, global const float *x, global float *value, global int *index)
{
    const INDEX end = min((task + 1) * SPAN, ROWS);
    for (INDEX row = task * SPAN; row < end; row++) {
        const INDEX outer = row / STEP, beside = row % STEP, to = outer * FOUND * STEP + beside;
        FN(top_k_row)(size, x + outer * COUNT * STEP + beside, value + to, index + to);
    }
}
