/* SPDX-License-Identifier: Apache-2.0 */
/* Windows in double precision, for references: which elements of the input a window reads, by the formulas of NNEF 4.3.
 *
 * The outputs of a window operation are taken as rows along the last axis. A tap (a position in the window) connects a
 * row with one row of the input: that is a line, and what it does to a row is one plain loop. */
#ifndef NCL_WINDOW_LINE_H
#define NCL_WINDOW_LINE_H

#include "emit/reference.h"
#include "ops/window.h"

/* A window as rows and taps; positions of both have an entry for each axis of the input, those of axes that the window
 * does not speak of are 0. */
struct ncl_lines {
    const struct ncl_window *window;
    bool reverse;
    int first;
    nnefcl_shape rows, taps; /* `rows`: the output with an extent of 1 in the last axis */
    int64_t width;           /* elements of a row */
};

/* Element t of the line, t in [0,count): the output at out + t out_step of its row reads input~ at in + t in_step of
 * its row. */
struct ncl_line {
    enum ncl_border border;
    int64_t extent; /* of a row of the input */
    int64_t count, out, out_step, in, in_step;
};

/* The element of an axis that input~[index] is (4.3, Border Modes); negative: none, zero under 'constant' and left out
 * under 'ignore'. What one reflection leaves outside is reflected again. */
int64_t ncl_line_border(enum ncl_border border, int64_t index, int64_t extent);

struct ncl_lines ncl_lines_make(const struct ncl_window *window, const struct ncl_window_rules *rules);
/* Where the row of the input that tap `tap` connects with row `row` begins, counted from the first element of the axes
 * from rules->first on; negative: no such row, or it lies outside and is not continued. */
int64_t ncl_lines_origin(const struct ncl_lines *lines, const int64_t *row, const int64_t *tap);
/* The line of a tap, the same for every row. Under 'constant' and 'ignore' it is cut to what lies inside of the input.
 */
struct ncl_line ncl_lines_line(const struct ncl_lines *lines, const int64_t *tap);
/* Terms of the longest sum that a window gives. */
uint64_t ncl_lines_terms(const struct ncl_lines *lines);
/* Elements of the window of output `at` that lie inside of the input (not `reverse`). */
int64_t ncl_lines_inside(const struct ncl_lines *lines, const int64_t *at);

/* y[o] += factor x[i] and scale[o] += |factor x[i]| for each element of the line. */
void ncl_line_add(const struct ncl_line *line, double factor, const double *x, double *y, double *scale);
/* y[o] = max(y[o], x[i]) for each element of the line; a NaN stays. */
void ncl_line_raise(const struct ncl_line *line, const double *x, double *y);

/* y[o] = sum of input~ over the window of o, and the scales: box and debox without normalization. Both are zeros
 * before. */
void ncl_lines_sum(const struct ncl_lines *lines, const double *x, double *y, double *scale);

#endif
