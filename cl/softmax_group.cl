/* SPDX-License-Identifier: Apache-2.0 */
/* y = exp(x - m) / (sum of exp(x - m)) along each line, m its maximum (NNEF 4.9.1), by work-groups.
 *
 * SHARE work-items of a group have every SHARE-th element of a line each; maximum and sum are joined as trees in local
 * memory.
 *
 * COLUMNS  1: neighbours of a group have neighbouring lines, WIDTH in a row; 0: neighbours along a line
 * RESULTS  number of lines                               SHARE    work-items of a line, a power of two
 * RUN      elements along the innermost gathered axis, STEP apart                ELEMENTS of a line
 * KEPT     outer axes that stay: EXTENT, STRIDE; GATHERED  outer axes that are gathered: GATHERED_EXTENT,
 *          GATHERED_STRIDE; innermost first
 * group: a float of local memory for each work-item
 * tasks: ceil(RESULTS / (work-items / SHARE)) */
#define COLUMNS SIZE(0)
#define RESULTS SIZE(1)
#define SHARE SIZE(2)
#define WIDTH SIZE(3)
#define RUN SIZE(4)
#define STEP SIZE(5)
#define ELEMENTS SIZE(6)
#define KEPT SIZE(7)
#define GATHERED SIZE(8)
#define EXTENT(i) SIZE(9 + (i))
#define STRIDE(i) SIZE(13 + (i))
#define GATHERED_EXTENT(i) SIZE(17 + (i))
#define GATHERED_STRIDE(i) SIZE(21 + (i))

/* Element e of a line, counted from its first one. */
static INDEX FN(softmax_group_at)(SIZES size, INDEX e)
{
    return e < RUN ? e * STEP : e % RUN * STEP + NCL_OFFSET(e / RUN, GATHERED, 17, 21);
}

static void FN(softmax_group)(INDEX task, SIZES size, local float *shared, global const float *x, global float *y)
{
    const int item = get_local_id(0), share = SHARE, lines = (int)get_local_size(0) / share;
    const int place = COLUMNS ? item / lines : item % share, pitch = COLUMNS ? lines : 1;
    const INDEX result = task * lines + (COLUMNS ? item % lines : item / share), line = min(result, RESULTS - 1);
    const INDEX first = line % WIDTH + NCL_OFFSET(line / WIDTH, KEPT, 9, 13), end = result < RESULTS ? ELEMENTS : 0;
    float peak = -INFINITY, sum = 0, lost = 0;
    for (INDEX e = place; e < end; e += share)
        peak = fmax(peak, x[first + FN(softmax_group_at)(size, e)]);
    shared[item] = peak;
    NCL_TREE(place, share, reach, {
        peak = fmax(peak, shared[item + reach * pitch]);
        shared[item] = peak;
    })
    peak = shared[item - place * pitch];
    barrier(CLK_LOCAL_MEM_FENCE);
    for (INDEX e = place; e < end; e += share) {
        const float v = exp(x[first + FN(softmax_group_at)(size, e)] - peak);
        NCL_ADD_UP(float, sum, v, lost)
    }
    shared[item] = sum;
    NCL_TREE(place, share, reach, {
        sum += shared[item + reach * pitch];
        shared[item] = sum;
    })
    const float scale = 1.0f / shared[item - place * pitch];
    for (INDEX e = place; e < end; e += share) {
        const INDEX at = first + FN(softmax_group_at)(size, e);
        y[at] = exp(x[at] - peak) * scale;
    }
}
