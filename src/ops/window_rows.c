#include "ops/window_rows.h"

#define LINES_MAX 8192 /* as in window_rows.cl */

/* The last two axes of the window; rank 1: one row. */
struct plane {
    int64_t in[2], out[2], size[2], stride[2], dilation[2], before[2];
    int64_t lines; /* private rows for one row of outputs */
    int64_t pitch;
};

static void read_plane(const struct ncl_window *w, int first, int64_t lanes, struct plane *p)
{
    for (int i = 0; i < 2; i++) {
        const int a = w->rank - 2 + i;
        const bool real = a >= first;
        p->in[i] = real ? w->in.extent[a] : 1;
        p->out[i] = real ? w->out.extent[a] : 1;
        p->size[i] = real ? w->size[a] : 1;
        p->stride[i] = real ? w->stride[a] : 1;
        p->dilation[i] = real ? w->dilation[a] : 1;
        p->before[i] = real ? w->before[a] : 0;
    }
    const int64_t width = p->out[1] < lanes ? lanes : p->out[1];
    p->lines = (p->size[0] - 1) * p->dilation[0] + 1;
    p->pitch = (width - 1) * p->stride[1] + (p->size[1] - 1) * p->dilation[1] +
               2; /* one more for the odd half of the last even load */
}

bool ncl_rows_possible(const struct ncl_lower *lower, const struct ncl_window *window, int first)
{
    struct plane p;
    if (!lower->plan->target.cpu || lower->plain_kernels || window->rank < first + 1 ||
        !ncl_window_is_trivial(window, first, window->rank - 2))
        return false;
    read_plane(window, first, lower->plan->target.lanes, &p);
    return p.pitch <= LINES_MAX && p.lines <= LINES_MAX / p.pitch;
}

/* As many rows as private memory holds, but enough tasks for all cores. */
static int64_t choose_rows(const struct ncl_lower *lower, const struct plane *p, int64_t planes)
{
    const int64_t fit = (LINES_MAX / p->pitch - p->lines) / p->stride[0] + 1,
                  wanted = 8 * (int64_t)lower->plan->target.compute_units;
    const int64_t blocks = ncl_ceil_div(wanted, planes),
                  share = ncl_ceil_div(p->out[0], blocks < p->out[0] ? blocks : p->out[0]);
    return fit < share ? fit : share;
}

nnefcl_status ncl_rows_emit(struct ncl_lower *lower, const struct ncl_rows *rows, const struct ncl_window *window,
                            double flops)
{
    const bool weighted = rows->kind == NCL_ROWS_WEIGHTED;
    const ncl_ref input = ncl_lower_tensor(lower, rows->input);
    struct plane p;
    read_plane(window, weighted ? 2 : 0, lower->plan->target.lanes, &p);
    const int64_t planes = ncl_shape_volume(&rows->output->shape) / (p.out[0] * p.out[1]),
                  run = choose_rows(lower, &p, planes);
    struct ncl_emit *step = ncl_step_begin(lower, "window_rows");
    ncl_window_define_border(step, window->border);
    ncl_step_define_int(step, "KIND", rows->kind);
    ncl_step_define_int(step, "STEP", p.stride[1] <= 2 ? p.stride[1] : 0);
    ncl_step_define_int(step, "TAPS", p.size[0] == p.size[1] && p.size[0] <= 5 ? p.size[0] : 0);
    ncl_step_define_int(step, "IGNORE", window->border == NCL_BORDER_IGNORE && !ncl_window_is_unpadded(window, 0));
    ncl_step_define_int(step, "NORMALIZE", rows->normalize);
    ncl_step_in(step, input);
    ncl_step_in(step, weighted ? ncl_lower_tensor(lower, rows->filter) : input);
    ncl_step_in(step, weighted ? ncl_lower_tensor(lower, rows->bias) : input);
    ncl_step_out(step, ncl_lower_tensor(lower, rows->output));
    ncl_step_sizes(step, "IN", p.in, 2);
    ncl_step_sizes(step, "OUT", p.out, 2);
    ncl_step_sizes(step, "KERNEL", p.size, 2);
    ncl_step_sizes(step, "STRIDE", p.stride, 2);
    ncl_step_sizes(step, "DILATION", p.dilation, 2);
    ncl_step_sizes(step, "BEFORE", p.before, 2);
    ncl_step_size(step, "ROWS", run);
    ncl_step_size(step, "PITCH", p.pitch);
    ncl_step_size(step, "MULTIPLIER", weighted ? rows->output->shape.extent[1] / rows->input->shape.extent[1] : 1);
    ncl_step_size(step, "CHANNELS", weighted ? rows->output->shape.extent[1] : 1);
    ncl_step_size(step, "BIAS", weighted && ncl_shape_volume(&rows->bias->shape) > 1);
    ncl_step_flops(step, flops);
    return ncl_step_end(step, planes * ncl_ceil_div(p.out[0], run));
}
