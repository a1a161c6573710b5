/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/spread.h"

#include <math.h>
#include <string.h>

/* ---- lines: the elements along the axes of a node ---- */

struct line {
    const struct ncl_tensor *tensor;
    const double *x, *off;
    nnefcl_shape along, across; /* extent 1 along the other axes */
    int64_t first[NNEFCL_MAX_RANK], within[NNEFCL_MAX_RANK];
};

static struct line lines_of(const struct ncl_node *node, const struct ncl_elements *elements, double *const *off)
{
    const struct ncl_tensor *tensor = node->argument[0].tensor;
    struct line line = {.tensor = tensor,
                        .x = elements[tensor->id].value,
                        .off = off[tensor->id],
                        .along = {.rank = tensor->shape.rank},
                        .across = tensor->shape};
    for (int i = 0; i < line.along.rank; i++)
        line.along.extent[i] = 1;
    for (size_t i = 0; i < ncl_node_count(node, "axes"); i++) {
        const int64_t axis = ncl_node_integer_at(node, "axes", i);
        line.along.extent[axis] = tensor->shape.extent[axis];
        line.across.extent[axis] = 1;
    }
    return line;
}

static int64_t line_index(const struct line *line)
{
    int64_t at[NNEFCL_MAX_RANK];
    for (int i = 0; i < line->along.rank; i++)
        at[i] = line->first[i] + line->within[i];
    return ncl_position_index(&line->tensor->shape, at);
}

/* The index of an element; -1: there are no more. */
static int64_t gathered_first(struct line *line)
{
    return ncl_position_first(&line->along, line->within) ? line_index(line) : -1;
}

static int64_t gathered_next(struct line *line)
{
    return ncl_position_next(&line->along, line->within) ? line_index(line) : -1;
}

/* What cannot be told from infinities and NaN may be anything. */
static double bound_of(double bound)
{
    return isnan(bound) ? (double)INFINITY : bound;
}

/* The length of all that a line may be off: sqrt(sum of d^2). Lengths of sums are at most sums of lengths, so the
 * length of x is off by this much at most. */
static double length_off(struct line *line)
{
    double sum = 0;
    for (int64_t i = gathered_first(line); i >= 0; i = gathered_next(line))
        sum += line->off[i] * line->off[i];
    return sqrt(sum);
}

/* ---- softmax ----
 *
 * p_i grows with x_i and falls with every other x_j, so
 *
 *     exp(x_i - d_i) / (exp(x_i - d_i) + sum of exp(x_j + d_j)) <= p_i <= exp(x_i + d_i) / (exp(x_i + d_i)
 *         + sum of exp(x_j - d_j)),    j the others,
 *
 * and both are reached. For small d that is p_i (d_i + sum of p_j d_j) to either side. */

struct exponentials {
    double most;      /* the largest x + d, taken off of all */
    double high, low; /* sums of exp(x + d) and of exp(x - d) */
};

static struct exponentials sum_exponentials(struct line *line)
{
    struct exponentials sums = {.most = -INFINITY};
    for (int64_t i = gathered_first(line); i >= 0; i = gathered_next(line))
        sums.most = fmax(sums.most, line->x[i] + line->off[i]);
    for (int64_t i = gathered_first(line); i >= 0; i = gathered_next(line)) {
        sums.high += exp(line->x[i] + line->off[i] - sums.most);
        sums.low += exp(line->x[i] - line->off[i] - sums.most);
    }
    return sums;
}

/* Where all of it vanishes it may be any part. */
static double part(double one, double others, double otherwise)
{
    return one + others > 0 ? one / (one + others) : otherwise;
}

static void spread_softmax(const struct ncl_node *node, const struct ncl_elements *elements, double *const *off)
{
    const struct ncl_tensor *result = ncl_node_result(node, 0);
    const double *p = elements[result->id].value;
    struct line line = lines_of(node, elements, off);
    for (bool more = ncl_position_first(&line.across, line.first); more;
         more = ncl_position_next(&line.across, line.first)) {
        if (length_off(&line) == 0)
            continue;
        const struct exponentials sums = sum_exponentials(&line);
        for (int64_t i = gathered_first(&line); i >= 0; i = gathered_next(&line)) {
            const double high = exp(line.x[i] + line.off[i] - sums.most),
                         low = exp(line.x[i] - line.off[i] - sums.most),
                         largest = part(high, fmax(sums.low - low, 0), 1),
                         least = part(low, fmax(sums.high - high, 0), 0);
            off[result->id][i] =
                isfinite(sums.high + sums.low) ? bound_of(fmax(largest - p[i], p[i] - least)) : (double)INFINITY;
        }
    }
}

/* ---- moments ----
 *
 * The mean is off by the mean of d. The deviation sqrt(variance) is the length of x - mean over sqrt(n), and what that
 * is off has lost its mean, too: so it is off by sqrt(mean of d^2) at most. */
static void spread_moments(const struct ncl_node *node, const struct ncl_elements *elements, double *const *off)
{
    const struct ncl_tensor *mean = ncl_node_result(node, 0), *variance = ncl_node_result(node, 1);
    const double *squared = elements[variance->id].value;
    struct line line = lines_of(node, elements, off);
    const double n = (double)ncl_shape_volume(&line.along);
    int64_t at = 0;
    for (bool more = ncl_position_first(&line.across, line.first); more;
         more = ncl_position_next(&line.across, line.first), at++) {
        const double deviation_off = length_off(&line) / sqrt(n);
        if (deviation_off == 0)
            continue;
        for (int64_t i = gathered_first(&line); i >= 0; i = gathered_next(&line))
            off[mean->id][at] += line.off[i] / n;
        off[variance->id][at] = bound_of(deviation_off * (2 * sqrt(squared[at]) + deviation_off));
    }
}

/* ---- l2_normalization ----
 *
 * x / L, L = max(length of x + bias, epsilon). For an L' between the least and the most that it may be
 * |x' / L' - x / L| <= d / L' + |x| |1 / L' - 1 / L|, which is largest at one of them. */
static void spread_length(const struct ncl_node *node, const struct ncl_elements *elements, double *const *off)
{
    const struct ncl_tensor *result = ncl_node_result(node, 0);
    const double bias = ncl_node_scalar(node, "bias"), epsilon = ncl_node_scalar(node, "epsilon");
    struct line line = lines_of(node, elements, off);
    for (bool more = ncl_position_first(&line.across, line.first); more;
         more = ncl_position_next(&line.across, line.first)) {
        const double by = length_off(&line);
        double squares = 0;
        for (int64_t i = gathered_first(&line); i >= 0; i = gathered_next(&line))
            squares += line.x[i] * line.x[i];
        const double root = sqrt(squares), length = fmax(root + bias, epsilon),
                     least = fmax(fmax(root - by, 0) + bias, epsilon), most = fmax(root + by + bias, epsilon),
                     apart = fmax(1 / least - 1 / length, 1 / length - 1 / most);
        for (int64_t i = gathered_first(&line); i >= 0 && by != 0; i = gathered_next(&line))
            off[result->id][i] = least > 0 ? bound_of(line.off[i] / least + fabs(line.x[i]) * apart) : (double)INFINITY;
    }
}

ncl_spread ncl_spread_find(const struct ncl_op *op)
{
    static const struct {
        const char *op;
        ncl_spread spread;
    } table[] = {{"softmax", spread_softmax}, {"moments", spread_moments}, {"l2_normalization", spread_length}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (!op->custom && strcmp(table[i].op, op->name) == 0)
            return table[i].spread;
    return NULL;
}
