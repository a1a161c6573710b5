/* SPDX-License-Identifier: Apache-2.0 */
/* The definition of conv and deconv (NNEF 4.3.1, Result semantics, Grouped Convolutions). */
#include <math.h>

#include "ops/conv.h"
#include "ops/window_line.h"

/* One row of one output channel: the filter over `channels` channels of the input, `plane` apart, their filters `pitch`
 * apart. */
struct channel {
    const double *x, *filter;
    int64_t channels, plane, pitch;
};

static void conv_add_row(const struct ncl_lines *lines, const struct channel *from, const int64_t *row, double *y,
                         double *scale)
{
    int64_t tap[NNEFCL_MAX_RANK], j = 0;
    for (bool more = ncl_position_first(&lines->taps, tap); more; more = ncl_position_next(&lines->taps, tap), j++) {
        const int64_t origin = ncl_lines_origin(lines, row, tap);
        if (origin < 0)
            continue;
        const struct ncl_line line = ncl_lines_line(lines, tap);
        for (int64_t c = 0; c < from->channels; c++)
            ncl_line_add(&line, from->filter[c * from->pitch + j], from->x + c * from->plane + origin, y, scale);
    }
}

/* All filters of a group, row by row, so that the rows of the input that they read stay near. y: the first output
 * channel of the group. */
static void add_group(const struct ncl_lines *lines, const struct channel *first, int64_t filters, int64_t filter_pitch,
                      int64_t plane, double *y, double *scale)
{
    int64_t row[NNEFCL_MAX_RANK], begin = 0;
    for (bool more = ncl_position_first(&lines->rows, row); more;
         more = ncl_position_next(&lines->rows, row), begin += lines->width)
        for (int64_t k = 0; k < filters; k++) {
            struct channel from = *first;
            from.filter += k * filter_pitch;
            conv_add_row(lines, &from, row, y + k * plane + begin, scale + k * plane + begin);
        }
}

static void begin_with_bias(const double *bias, int64_t bias_step, int64_t channels, int64_t plane, double *y,
                            double *scale)
{
    for (int64_t i = 0; i < channels * plane; i++) {
        y[i] = bias[i / plane * bias_step];
        scale[i] = fabs(y[i]);
    }
}

/* ---- what transforms may be off ---- */

/* Minimal filtering (cl/conv_winograd.cl; Lavin and Gray 2015) computes a tile of up to 4 x 4 outputs from all of the 6
 * x 6 inputs around it, so that its errors grow with the largest of these, also where the filter is zero. With d, g the
 * input and the filter of a channel, in one dimension |A^T| (|G| |g| * |B^T| |d|) is at most 12.54 sum|g| max|d| for
 * F(4,3) with the points 0, +-1/sqrt 2, +-sqrt 2 and 4 for F(2,3); in two the square. Roundings in a row: the sum over
 * the channels and at most 30 of the transforms and their factors. With a dilation, the tiles are those of the images
 * that every dilation-th pixel makes. */
#define TRANSFORMS       157.2516
#define TRANSFORM_TERMS  30
#define TRANSFORM_BEFORE 3 /* an output may be the last of its tile ... */
#define TRANSFORM_AFTER  5 /* ... or the first, whose inputs are 6 */

#define SOME 256 /* outputs at a time */

static bool may_transform(const struct ncl_reference *reference, const struct ncl_window *window,
                          const struct ncl_window_rules *rules)
{
    bool may = reference->transforms && window->rank == 4 && !rules->reverse;
    for (int i = 2; i < window->rank && may; i++)
        may = window->size[i] == 3 && window->stride[i] == 1;
    return may;
}

/* The largest magnitude that the tiles of output (row, column) may read of a plane. */
static double loudest(const struct ncl_window *window, const double *x, int64_t row, int64_t column)
{
    const int64_t at[] = {row - window->before[2], column - window->before[3]}, *extent = &window->in.extent[2];
    const int64_t *dilation = &window->dilation[2];
    double most = 0;
    for (int64_t i = -TRANSFORM_BEFORE; i <= TRANSFORM_AFTER; i++) {
        const int64_t r = ncl_line_border(window->border, at[0] + i * dilation[0], extent[0]);
        for (int64_t j = -TRANSFORM_BEFORE; j <= TRANSFORM_AFTER && r >= 0; j++) {
            const int64_t q = ncl_line_border(window->border, at[1] + j * dilation[1], extent[1]);
            if (q >= 0)
                most = fmax(most, fabs(x[r * extent[1] + q]));
        }
    }
    return most;
}

static double magnitude(const double *filter)
{
    double sum = 0;
    for (int i = 0; i < 9; i++)
        sum += fabs(filter[i]);
    return sum;
}

/* Adds one channel of the input to the scales of the outputs of its group. */
static void transform_scales(const struct ncl_window *window, const struct channel *from, int64_t filters,
                             int64_t filter_pitch, double *scale)
{
    const int64_t *extent = &window->out.extent[2], plane = extent[0] * extent[1];
    double most[SOME];
    for (int64_t first = 0; first < plane; first += SOME) {
        const int64_t count = plane - first < SOME ? plane - first : SOME;
        for (int64_t i = 0; i < count; i++)
            most[i] = loudest(window, from->x, (first + i) / extent[1], (first + i) % extent[1]);
        for (int64_t k = 0; k < filters; k++) {
            const double factor = TRANSFORMS * magnitude(from->filter + k * filter_pitch);
            for (int64_t i = 0; i < count; i++)
                scale[k * plane + first + i] += factor * most[i];
        }
    }
}

void ncl_conv_define(const struct ncl_reference *reference, const struct ncl_node *node, const struct ncl_conv *conv,
                     const struct ncl_window *window, const struct ncl_window_rules *rules,
                     const struct ncl_conv_filter *filter)
{
    const struct ncl_tensor *output = ncl_node_result(node, 0);
    const struct ncl_lines lines = ncl_lines_make(window, rules);
    const int64_t plane = ncl_shape_span(&window->out, 2, window->rank), channels = conv->groups * conv->out_channels;
    struct channel from = {
        .channels = conv->in_channels, .plane = ncl_shape_span(&window->in, 2, window->rank), .pitch = filter->input};
    const double *bias = ncl_reference_in(reference, conv->bias);
    double *y = ncl_reference_out(reference, output);
    const bool transforms = may_transform(reference, window, rules);
    const uint64_t terms = transforms ? (uint64_t)conv->in_channels + TRANSFORM_TERMS
                                      : (uint64_t)conv->in_channels * ncl_lines_terms(&lines) + 1;
    double *scale = ncl_reference_scale(reference, output, terms);
    from.x = ncl_reference_in(reference, conv->input);
    const double stored = ncl_reference_stored(reference, conv->input, conv->filter);
    for (int64_t b = 0; b < window->in.extent[0]; b++) {
        begin_with_bias(bias, ncl_shape_volume(&conv->bias->shape) > 1, channels, plane, y, scale);
        for (int64_t g = 0; g < conv->groups; g++) {
            from.filter = ncl_reference_in(reference, conv->filter) + g * filter->group;
            for (int64_t k = 0; k < conv->out_channels && plane == 1; k++)
                scale[k] += stored;
            add_group(&lines, &from, conv->out_channels, filter->output, plane, y, scale);
            for (int64_t c = 0; c < conv->in_channels && transforms; c++) {
                const struct channel one = {.x = from.x + c * from.plane, .filter = from.filter + c * filter->input};
                transform_scales(window, &one, conv->out_channels, filter->output, scale);
            }
            from.x += conv->in_channels * from.plane;
            y += conv->out_channels * plane;
            scale += conv->out_channels * plane;
        }
    }
}
