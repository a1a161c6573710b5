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
    double *scale = ncl_reference_scale(reference, output, (uint64_t)conv->in_channels * ncl_lines_terms(&lines) + 1);
    from.x = ncl_reference_in(reference, conv->input);
    for (int64_t b = 0; b < window->in.extent[0]; b++) {
        begin_with_bias(bias, ncl_shape_volume(&conv->bias->shape) > 1, channels, plane, y, scale);
        for (int64_t g = 0; g < conv->groups; g++) {
            from.filter = ncl_reference_in(reference, conv->filter) + g * filter->group;
            add_group(&lines, &from, conv->out_channels, filter->output, plane, y, scale);
            from.x += conv->in_channels * from.plane;
            y += conv->out_channels * plane;
            scale += conv->out_channels * plane;
        }
    }
}
