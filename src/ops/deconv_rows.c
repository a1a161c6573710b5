#include "ops/deconv_rows.h"

#define AXES     (NNEFCL_MAX_RANK - 2)
#define RUN_SIZE 4096 /* elements of a task, about */

bool ncl_deconv_rows_possible(const struct ncl_lower *lower, const struct ncl_window *window)
{
    return lower->plan->target.cpu && !lower->plain_kernels && window->rank > 2 && ncl_window_is_trivial(window, 0, 2);
}

nnefcl_status ncl_deconv_rows_emit(struct ncl_lower *lower, const struct ncl_deconv_rows *rows,
                                   const struct ncl_window *window)
{
    const nnefcl_shape *in = &window->in, *out = &window->out;
    const bool biased = rows->bias != NCL_NO_TENSOR;
    const int64_t count = ncl_shape_span(out, 0, out->rank - 1),
                  run = ncl_ceil_div(RUN_SIZE, out->extent[out->rank - 1]);
    const int64_t taps = rows->tap ? ncl_window_volume(window) : 1;
    struct ncl_emit *step = ncl_step_begin(lower, "deconv_rows");
    ncl_window_define_border(step, window->border);
    ncl_step_define_int(step, "CLIP", window->border <= NCL_BORDER_CONSTANT);
    ncl_step_define_int(step, "NO_BIAS", !biased);
    ncl_step_in(step, rows->input);
    ncl_step_in(step, biased ? rows->bias : rows->input);
    ncl_step_out(step, rows->output);
    ncl_step_size(step, "ROWS", count);
    ncl_step_size(step, "RUN", run);
    ncl_step_size(step, "CHANNELS", rows->channels);
    ncl_step_size(step, "BIAS", rows->bias_step);
    ncl_step_size(step, "PLANE", taps * ncl_shape_span(in, 2, in->rank));
    ncl_step_size(step, "TAP", rows->tap);
    ncl_step_real(step, "SCALE", rows->scale);
    ncl_window_emit(step, window, 2, AXES);
    ncl_step_flops(step, rows->flops);
    return ncl_step_end(step, ncl_ceil_div(count, run));
}
