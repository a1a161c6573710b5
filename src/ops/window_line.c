/* SPDX-License-Identifier: Apache-2.0 */
#include "ops/window_line.h"

#include <math.h>

/* ---- borders ---- */

/* input[-i] and input[z - 1 - (i - z + 1)], with edge = 1 input[-i - 1] and input[z - 1 - (i - z)]. Both of them in a
 * row move i by a period, which brings an index from afar near first. */
static int64_t reflect(int64_t i, int64_t z, int64_t edge)
{
    const int64_t period = 2 * (z - 1 + edge);
    i = period ? i % period : 0;
    if (i < 0)
        i = -i - edge;
    return i < z ? i : z - 1 - (i - z + 1 - edge);
}

int64_t ncl_line_border(enum ncl_border border, int64_t i, int64_t z)
{
    if (i >= 0 && i < z)
        return i;
    switch (border) {
    case NCL_BORDER_REPLICATE:
        return i < 0 ? 0 : z - 1;
    case NCL_BORDER_REFLECT:
        return reflect(i, z, 0);
    case NCL_BORDER_REFLECT_EVEN:
        return reflect(i, z, 1);
    default:
        return -1;
    }
}

/* ---- rows and taps ---- */

struct ncl_lines ncl_lines_make(const struct ncl_window *window, const struct ncl_window_rules *rules)
{
    const int last = window->rank - 1;
    struct ncl_lines lines = {
        .window = window, .reverse = rules->reverse, .first = rules->first, .rows = window->out, .width = 1};
    lines.taps.rank = window->rank;
    for (int i = 0; i < window->rank; i++)
        lines.taps.extent[i] = window->size[i];
    for (int i = 0; i < rules->first; i++)
        lines.rows.extent[i] = 1;
    if (last >= rules->first) {
        lines.width = window->out.extent[last];
        lines.rows.extent[last] = 1;
    }
    return lines;
}

/* input~ has this index for output o and tap j: o s + j d - p, or (o + p - j d) / s where that is an integer. */
static bool find_index(const struct ncl_lines *lines, int axis, int64_t o, int64_t j, int64_t *index)
{
    const struct ncl_window *w = lines->window;
    const int64_t s = w->stride[axis], d = w->dilation[axis], p = w->before[axis];
    *index = lines->reverse ? (o + p - j * d) / s : o * s + j * d - p;
    return !lines->reverse || (o + p - j * d) % s == 0;
}

int64_t ncl_lines_origin(const struct ncl_lines *lines, const int64_t *row, const int64_t *tap)
{
    const struct ncl_window *w = lines->window;
    int64_t origin = 0, index;
    for (int i = lines->first; i < w->rank - 1; i++) {
        if (!find_index(lines, i, row[i], tap[i], &index))
            return -1;
        index = ncl_line_border(w->border, index, w->in.extent[i]);
        if (index < 0)
            return -1;
        origin = origin * w->in.extent[i] + index;
    }
    return w->rank > lines->first ? origin * w->in.extent[w->rank - 1] : 0;
}

/* Takes away what lies in front of element 0 and behind the last one. */
static void cut(struct ncl_line *line)
{
    const int64_t lead = line->in < 0 ? ncl_ceil_div(-line->in, line->in_step) : 0;
    const int64_t end = line->in < line->extent ? (line->extent - 1 - line->in) / line->in_step + 1 : 0;
    line->count = (line->count < end ? line->count : end) - lead;
    line->in += lead * line->in_step;
    line->out += lead * line->out_step;
}

struct ncl_line ncl_lines_line(const struct ncl_lines *lines, const int64_t *tap)
{
    const struct ncl_window *w = lines->window;
    const int last = w->rank - 1;
    struct ncl_line line = {.border = w->border, .extent = 1, .count = 1, .out_step = 1, .in_step = 1};
    if (last < lines->first) /* no axis: one output, one input */
        return line;
    const int64_t s = w->stride[last], shift = tap[last] * w->dilation[last] - w->before[last];
    line.extent = w->in.extent[last];
    if (lines->reverse) { /* the first output with s | (o - shift), and every s-th from there on */
        line.out = (shift % s + s) % s;
        line.out_step = s;
        line.in = (line.out - shift) / s;
    } else {
        line.in = shift;
        line.in_step = s;
    }
    line.count = line.out < lines->width ? (lines->width - 1 - line.out) / line.out_step + 1 : 0;
    if (w->border == NCL_BORDER_CONSTANT || w->border == NCL_BORDER_IGNORE)
        cut(&line);
    return line;
}

static int64_t divisor(int64_t a, int64_t b)
{
    return b ? divisor(b, a % b) : a;
}

uint64_t ncl_lines_terms(const struct ncl_lines *lines)
{
    const struct ncl_window *w = lines->window;
    uint64_t terms = 1;
    for (int i = lines->first; i < w->rank; i++) /* in reverse every s / gcd(s, d)-th tap meets an element */
        terms *= (uint64_t)ncl_ceil_div(w->size[i],
                                        lines->reverse ? w->stride[i] / divisor(w->stride[i], w->dilation[i]) : 1);
    return terms;
}

int64_t ncl_lines_inside(const struct ncl_lines *lines, const int64_t *at)
{
    const struct ncl_window *w = lines->window;
    int64_t inside = 1, index;
    for (int i = lines->first; i < w->rank; i++) {
        int64_t here = 0;
        for (int64_t j = 0; j < w->size[i]; j++)
            here += find_index(lines, i, at[i], j, &index) && index >= 0 && index < w->in.extent[i];
        inside *= here;
    }
    return inside;
}

/* ---- loops ---- */

void ncl_line_add(const struct ncl_line *line, double factor, const double *restrict x, double *restrict y,
                  double *restrict scale)
{
    const int64_t out_step = line->out_step, in_step = line->in_step;
    int64_t out = line->out, in = line->in;
    for (int64_t t = 0; t < line->count; t++, out += out_step, in += in_step) {
        const int64_t from = in >= 0 && in < line->extent ? in : ncl_line_border(line->border, in, line->extent);
        const double term = factor * x[from];
        y[out] += term;
        scale[out] += fabs(term);
    }
}

void ncl_line_raise(const struct ncl_line *line, const double *x, double *y)
{
    int64_t out = line->out, in = line->in;
    for (int64_t t = 0; t < line->count; t++, out += line->out_step, in += line->in_step) {
        const double value = x[ncl_line_border(line->border, in, line->extent)];
        if (value > y[out] || isnan(value))
            y[out] = value;
    }
}

void ncl_lines_sum(const struct ncl_lines *lines, const double *x, double *y, double *scale)
{
    int64_t row[NNEFCL_MAX_RANK], tap[NNEFCL_MAX_RANK];
    for (bool more = ncl_position_first(&lines->rows, row); more; more = ncl_position_next(&lines->rows, row)) {
        for (bool again = ncl_position_first(&lines->taps, tap); again; again = ncl_position_next(&lines->taps, tap)) {
            const int64_t origin = ncl_lines_origin(lines, row, tap);
            const struct ncl_line line = ncl_lines_line(lines, tap);
            if (origin >= 0)
                ncl_line_add(&line, 1, x + origin, y, scale);
        }
        y += lines->width;
        scale += lines->width;
    }
}
