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

static struct line operand_of(const struct ncl_node *node, const struct ncl_elements *elements, double *const *off)
{
    const struct ncl_tensor *tensor = node->argument[0].tensor;
    return (struct line){.tensor = tensor, .x = elements[tensor->id].value, .off = off[tensor->id]};
}

static struct line lines_of(const struct ncl_node *node, const struct ncl_elements *elements, double *const *off)
{
    struct line line = operand_of(node, elements, off);
    const nnefcl_shape *shape = &line.tensor->shape;
    line.across = *shape;
    line.along.rank = shape->rank;
    for (int i = 0; i < line.along.rank; i++)
        line.along.extent[i] = 1;
    for (size_t i = 0; i < ncl_node_count(node, "axes"); i++) {
        const int64_t axis = ncl_node_integer_at(node, "axes", i);
        line.along.extent[axis] = shape->extent[axis];
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

/* ---- local_response_normalization ----
 *
 * x / sigma^beta, sigma = bias + alpha times the mean of the squares in a window, zeros beyond the image. Magnitudes in
 * it may be d less and d more, so sigma lies between two values; |x' f' - x f| <= d f' + |x| |f' - f| for factors f'
 * that are those at one of them at most and at the other at least. */

struct squares {
    double least, sum, most;
};

/* Windows reach floor((size - 1) / 2) to the front. */
static struct squares sum_window(const struct ncl_node *node, const struct line *line, const int64_t *at)
{
    const nnefcl_shape *shape = &line->tensor->shape;
    nnefcl_shape window = {.rank = shape->rank};
    int64_t first[NNEFCL_MAX_RANK], within[NNEFCL_MAX_RANK], place[NNEFCL_MAX_RANK];
    struct squares squares = {0};
    for (int i = 0; i < shape->rank; i++) {
        const int64_t size = ncl_node_integer_at(node, "size", (size_t)i), from = at[i] - (size - 1) / 2,
                      behind = from + size < shape->extent[i] ? from + size : shape->extent[i];
        first[i] = from > 0 ? from : 0;
        window.extent[i] = behind - first[i];
    }
    for (bool more = ncl_position_first(&window, within); more; more = ncl_position_next(&window, within)) {
        for (int i = 0; i < shape->rank; i++)
            place[i] = first[i] + within[i];
        const int64_t index = ncl_position_index(shape, place);
        const double x = fabs(line->x[index]), off = line->off[index];
        squares.sum += x * x;
        squares.least += fmax(x - off, 0) * fmax(x - off, 0);
        squares.most += (x + off) * (x + off);
    }
    return squares;
}

static void spread_local(const struct ncl_node *node, const struct ncl_elements *elements, double *const *off)
{
    const struct ncl_tensor *result = ncl_node_result(node, 0);
    const double alpha = ncl_node_scalar(node, "alpha"), beta = ncl_node_scalar(node, "beta"),
                 bias = ncl_node_scalar(node, "bias");
    const struct line line = operand_of(node, elements, off);
    double volume = 1;
    int64_t at[NNEFCL_MAX_RANK], i = 0;
    for (int k = 0; k < result->shape.rank; k++)
        volume *= (double)ncl_node_integer_at(node, "size", (size_t)k);
    for (bool more = ncl_position_first(&result->shape, at); more; more = ncl_position_next(&result->shape, at), i++) {
        const struct squares squares = sum_window(node, &line, at);
        const double part_of = alpha / volume, factor = pow(bias + part_of * squares.sum, -beta),
                     ends[] = {bias + part_of * squares.least, bias + part_of * squares.most};
        for (int k = 0; k < 2 && squares.least != squares.most; k++) {
            const double other = pow(ends[k], -beta),
                         by = bound_of(line.off[i] * other + fabs(line.x[i]) * fabs(other - factor));
            off[result->id][i] = fmax(off[result->id][i], ends[k] > 0 ? by : (double)INFINITY);
        }
    }
}

ncl_spread ncl_spread_find(const struct ncl_op *op)
{
    static const struct {
        const char *op;
        ncl_spread spread;
    } table[] = {{"softmax", spread_softmax},
                 {"moments", spread_moments},
                 {"l2_normalization", spread_length},
                 {"local_response_normalization", spread_local}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (!op->custom && strcmp(table[i].op, op->name) == 0)
            return table[i].spread;
    return NULL;
}
