/* SPDX-License-Identifier: Apache-2.0 */
/* Of each row of scores the highest, without those that cover one chosen before by more than LIMIT:
 *
 *   index[k] = the first i with the largest rest[i],   rest[i] = score[i] > LEAST and no chosen j covers i
 *   i and j cover each other: common > LIMIT (area_i + area_j - common)
 *
 * boxes are (a0, b0, a1, b1), opposite corners, CLASSES rows share BOXES of them; -1 where there is none any more.
 *
 * tasks: rows. A task is one work-item: what it drops depends on what it chose before. One pass over the boxes drops
 * those that cover the last one chosen and finds the next. */
#define BOXES    SIZE(0)
#define CLASSES  SIZE(1)
#define CAPACITY SIZE(2)
#define LIMIT    REAL(3)
#define LEAST    REAL(4)

static bool FN(non_max_covers)(float4 a, float4 b, float limit)
{
    const float2 low_a = min(a.lo, a.hi), high_a = max(a.lo, a.hi), low_b = min(b.lo, b.hi), high_b = max(b.lo, b.hi);
    const float2 common = min(high_a, high_b) - max(low_a, low_b), side_a = high_a - low_a, side_b = high_b - low_b;
    const float both = common.x * common.y;
    return common.x > 0 && common.y > 0 && both > limit * (side_a.x * side_a.y + side_b.x * side_b.y - both);
}

static void FN(non_max)(INDEX task, SIZES size, global const float *boxes, global const float *score,
                        global int *index, global float *rest)
{
    global const float *box = boxes + task / CLASSES * BOXES * 4;
    score += task * BOXES;
    rest += task * BOXES;
    index += task * CAPACITY;
    INDEX best = -1;
    for (INDEX i = 0; i < BOXES; i++) {
        const float value = score[i] > LEAST ? score[i] : -INFINITY;
        rest[i] = value;
        if (value > -INFINITY && (best < 0 || value > rest[best]))
            best = i;
    }
    for (INDEX k = 0; k < CAPACITY; k++) {
        const INDEX last = best;
        float highest = -INFINITY;
        index[k] = (int)last;
        best = -1;
        for (INDEX i = 0; i < BOXES && last >= 0; i++) {
            const float value = rest[i];
            if (value == -INFINITY)
                continue;
            if (i == last || FN(non_max_covers)(vload4(last, box), vload4(i, box), LIMIT))
                rest[i] = -INFINITY;
            else if (value > highest) {
                highest = value;
                best = i;
            }
        }
    }
}
