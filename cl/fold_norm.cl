/* SPDX-License-Identifier: Apache-2.0 */
/* Constants of a batch normalization, put into the filter or the bias in front of it (src/pass/pass_norm.c):
 *
 *   y[i] = (x[i] - mean[c]) (scale[c] / sqrt(variance[c] + EPSILON)) + offset[c],   c = i / INNER mod CHANNELS
 *
 * It runs once, so it is made to be compiled soon: one text for all that init computes of a normalization.
 *
 * COUNT       elements of y             CHUNK   elements of a task
 * CHANNELS, INNER                       how c runs
 * X_STEP, MEAN_STEP, ...                1: one value for each element or channel, 0: one for all (of x with INNER 1)
 * SHIFTED     0: mean and offset are 0, and not read
 * tasks: ceil(COUNT / CHUNK) */
#define COUNT         SIZE(0)
#define CHUNK         SIZE(1)
#define CHANNELS      SIZE(2)
#define INNER         SIZE(3)
#define X_STEP        SIZE(4)
#define MEAN_STEP     SIZE(5)
#define VARIANCE_STEP SIZE(6)
#define OFFSET_STEP   SIZE(7)
#define SCALE_STEP    SIZE(8)
#define SHIFTED       SIZE(9)
#define EPSILON       REAL(10)

static void FN(fold_norm)(INDEX task, SIZES size, global const float *x, global const float *mean,
                          global const float *variance, global const float *offset, global const float *scale,
                          global float *y)
{
    const INDEX end = min((task + 1) * CHUNK, COUNT), inner = INNER;
    for (INDEX i = task * CHUNK, run; i < end; i += run) {
        const INDEX c = i / inner % CHANNELS;
        const float factor = scale[c * SCALE_STEP] / sqrt(variance[c * VARIANCE_STEP] + EPSILON);
        const float from = SHIFTED ? mean[c * MEAN_STEP] : 0, to = SHIFTED ? offset[c * OFFSET_STEP] : 0;
        run = min(inner - i % inner, end - i);
        for (INDEX j = i; j < i + run; j += LANES) {
            const INDEX n = min(i + run - j, (INDEX)LANES);
            NCL_STORE(float, (NCL_LOAD(float, x + j * X_STEP, n) - from) * factor + to, y + j, n);
        }
    }
}
