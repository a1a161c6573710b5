/* SPDX-License-Identifier: Apache-2.0 */
/* argmax_pool, sample, desample (NNEF 4.3.3) and max_pool_with_index, which is the first two by its definition (4.9.3).
 *
 * A window wholly in an ignored border has index 0 and value 0 (A-BOX-2). 'ignore' is no border of sample, but
 * max_pool_with_index passes it on: it is accepted there, and what lies outside is not sampled (A-SAMPLE-1). A NaN is
 * the maximum, as in max_pool. Indices that no position of the window has sample 0 and are not mapped back. */
#include <math.h>

#include "base/checked.h"
#include "ops/window_line.h"

#define AXES NNEFCL_MAX_RANK
#define RUN  16 /* outputs of a task on a CPU */

static const struct ncl_window_rules pool_rules = {.borders = NCL_BORDERS_ALL};
static const struct ncl_window_rules sample_rules = {.borders = NCL_BORDERS_FILLED};
static const struct ncl_window_rules desample_rules = {.reverse = true, .borders = 1u << NCL_BORDER_CONSTANT};

static nnefcl_status check_index(struct ncl_infer *infer, struct ncl_node *node, const nnefcl_shape *wanted,
                                 const char *whose)
{
    const nnefcl_shape *index = &ncl_node_tensor(node, "index")->shape;
    char a[NCL_SHAPE_TEXT], b[NCL_SHAPE_TEXT];
    if (ncl_shape_equal(index, wanted))
        return NNEFCL_OK;
    return ncl_infer_error(infer, node, "'index' has shape %s, it must be that of the %s, %s", ncl_shape_text(index, a),
                           whose, ncl_shape_text(wanted, b));
}

nnefcl_status ncl_argmax_pool_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    struct ncl_window window;
    const nnefcl_status status =
        ncl_window_infer(infer, node, &pool_rules, &ncl_node_tensor(node, "input")->shape, NULL, &window);
    return status ? status : ncl_infer_result(infer, node, 0, &window.out);
}

nnefcl_status ncl_max_pool_with_index_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    struct ncl_window window;
    nnefcl_status status =
        ncl_window_infer(infer, node, &pool_rules, &ncl_node_tensor(node, "input")->shape, NULL, &window);
    if (!status)
        status = ncl_infer_result(infer, node, 0, &window.out);
    return status ? status : ncl_infer_result(infer, node, 1, &window.out);
}

nnefcl_status ncl_sample_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    struct ncl_window window;
    nnefcl_status status =
        ncl_window_infer(infer, node, &sample_rules, &ncl_node_tensor(node, "input")->shape, NULL, &window);
    if (!status)
        status = check_index(infer, node, &window.out, "output");
    return status ? status : ncl_infer_result(infer, node, 0, &window.out);
}

nnefcl_status ncl_desample_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    const nnefcl_shape *input = &ncl_node_tensor(node, "input")->shape;
    struct ncl_window window;
    nnefcl_status status = check_index(infer, node, input, "input");
    if (!status)
        status = ncl_window_infer(infer, node, &desample_rules, input, NULL, &window);
    return status ? status : ncl_infer_result(infer, node, 0, &window.out);
}

/* ---- kernels ---- */

/* The last part of every step here: a task for each run of elements of `output`. */
static nnefcl_status end_step(struct ncl_lower *lower, struct ncl_emit *step, const struct ncl_tensor *output,
                              const struct ncl_window *window, bool volume, double flops)
{
    const int64_t count = ncl_shape_volume(&output->shape), run = lower->plan->target.cpu ? RUN : 1;
    ncl_step_size(step, "COUNT", count);
    ncl_step_size(step, "RUN", run);
    if (volume)
        ncl_step_size(step, "VOLUME", ncl_window_volume(window));
    ncl_window_emit(step, window, 0, AXES);
    ncl_step_flops(step, flops);
    return ncl_step_end(step, ncl_ceil_div(count, run));
}

static nnefcl_status emit_argmax(struct ncl_lower *lower, const struct ncl_tensor *input,
                                 const struct ncl_tensor *index, const struct ncl_window *window)
{
    struct ncl_emit *step = ncl_step_begin(lower, "argmax_pool");
    ncl_window_define_border(step, window->border);
    ncl_step_define_int(step, "IGNORE", window->border == NCL_BORDER_IGNORE);
    ncl_step_in(step, ncl_lower_tensor(lower, input));
    ncl_step_out(step, ncl_lower_tensor(lower, index));
    return end_step(lower, step, index, window, false,
                    (double)ncl_shape_volume(&index->shape) * (double)ncl_window_volume(window));
}

static nnefcl_status emit_sample(struct ncl_lower *lower, const struct ncl_tensor *input,
                                 const struct ncl_tensor *index, const struct ncl_tensor *output,
                                 const struct ncl_window *window)
{
    struct ncl_emit *step = ncl_step_begin(lower, "sample");
    ncl_window_define_border(step, window->border);
    ncl_step_in(step, ncl_lower_tensor(lower, input));
    ncl_step_in(step, ncl_lower_tensor(lower, index));
    ncl_step_out(step, ncl_lower_tensor(lower, output));
    return end_step(lower, step, output, window, true, 0);
}

nnefcl_status ncl_argmax_pool_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input");
    struct ncl_window window;
    ncl_window_read(node, &pool_rules, &input->shape, NULL, &window);
    return emit_argmax(lower, input, ncl_node_result(node, 0), &window);
}

nnefcl_status ncl_max_pool_with_index_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input"), *index = ncl_node_result(node, 1);
    struct ncl_window window;
    ncl_window_read(node, &pool_rules, &input->shape, NULL, &window);
    const nnefcl_status status = emit_argmax(lower, input, index, &window);
    return status ? status : emit_sample(lower, input, index, ncl_node_result(node, 0), &window);
}

nnefcl_status ncl_sample_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input");
    struct ncl_window window;
    ncl_window_read(node, &sample_rules, &input->shape, NULL, &window);
    return emit_sample(lower, input, ncl_node_tensor(node, "index"), ncl_node_result(node, 0), &window);
}

nnefcl_status ncl_desample_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input"), *output = ncl_node_result(node, 0);
    struct ncl_window window;
    ncl_window_read(node, &desample_rules, &input->shape, NULL, &window);
    struct ncl_emit *step = ncl_step_begin(lower, "desample");
    ncl_step_in(step, ncl_lower_tensor(lower, input));
    ncl_step_in(step, ncl_lower_tensor(lower, ncl_node_tensor(node, "index")));
    ncl_step_out(step, ncl_lower_tensor(lower, output));
    return end_step(lower, step, output, &window, false, (double)ncl_shape_volume(&input->shape));
}

/* ---- the definition ---- */

/* The element of x~ that position `tap` of the window at output `at` reads; -1: outside. */
static int64_t read_at(const struct ncl_window *window, const int64_t *at, const int64_t *tap)
{
    int64_t from[NNEFCL_MAX_RANK];
    for (int i = 0; i < window->rank; i++) {
        from[i] = ncl_line_border(window->border,
                                  at[i] * window->stride[i] + tap[i] * window->dilation[i] - window->before[i],
                                  window->in.extent[i]);
        if (from[i] < 0)
            return -1;
    }
    return ncl_position_index(&window->in, from);
}

static nnefcl_shape taps_of(const struct ncl_window *window)
{
    nnefcl_shape taps = {.rank = window->rank};
    for (int i = 0; i < taps.rank; i++)
        taps.extent[i] = window->size[i];
    return taps;
}

/* index[i] = the first j with the largest input~[i s + j d - p], in row-major order of the positions. */
static void define_argmax(const struct ncl_window *window, const double *x, double *index)
{
    const nnefcl_shape taps = taps_of(window);
    int64_t at[NNEFCL_MAX_RANK], tap[NNEFCL_MAX_RANK];
    for (bool more = ncl_position_first(&window->out, at); more; more = ncl_position_next(&window->out, at), index++) {
        int64_t number = 0;
        double largest = 0;
        bool found = false;
        for (bool next = ncl_position_first(&taps, tap); next; next = ncl_position_next(&taps, tap), number++) {
            const int64_t from = read_at(window, at, tap);
            const double value = from < 0 ? 0 : x[from];
            if (from < 0 && window->border == NCL_BORDER_IGNORE)
                continue;
            if (found && (isnan(largest) || !(value > largest || isnan(value))))
                continue;
            found = true;
            largest = value;
            *index = (double)number;
        }
    }
}

/* output[i] = input~[i s + index[i] d - p] */
static void define_sample(const struct ncl_window *window, const double *x, const double *index, double *y)
{
    const nnefcl_shape taps = taps_of(window);
    const double volume = (double)ncl_window_volume(window);
    int64_t at[NNEFCL_MAX_RANK], tap[NNEFCL_MAX_RANK];
    for (bool more = ncl_position_first(&window->out, at); more;
         more = ncl_position_next(&window->out, at), index++, y++) {
        int64_t rest = *index >= 0 && *index < volume ? (int64_t)*index : -1;
        for (int i = taps.rank - 1; i >= 0 && rest >= 0; i--) {
            tap[i] = rest % taps.extent[i];
            rest /= taps.extent[i];
        }
        const int64_t from = rest < 0 ? -1 : read_at(window, at, tap);
        *y = from < 0 ? 0 : x[from];
    }
}

void ncl_argmax_pool_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input");
    struct ncl_window window;
    ncl_window_read(node, &pool_rules, &input->shape, NULL, &window);
    define_argmax(&window, ncl_reference_in(reference, input), ncl_reference_out(reference, ncl_node_result(node, 0)));
}

void ncl_max_pool_with_index_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input");
    const double *x = ncl_reference_in(reference, input);
    double *index = ncl_reference_out(reference, ncl_node_result(node, 1));
    struct ncl_window window;
    ncl_window_read(node, &pool_rules, &input->shape, NULL, &window);
    define_argmax(&window, x, index);
    define_sample(&window, x, index, ncl_reference_out(reference, ncl_node_result(node, 0)));
}

void ncl_sample_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input");
    struct ncl_window window;
    ncl_window_read(node, &sample_rules, &input->shape, NULL, &window);
    ncl_reference_outside(reference, ncl_node_tensor(node, "index"), (double)ncl_window_volume(&window));
    define_sample(&window, ncl_reference_in(reference, input),
                  ncl_reference_in(reference, ncl_node_tensor(node, "index")),
                  ncl_reference_out(reference, ncl_node_result(node, 0)));
}

/* output[i] = the sum of input[k] over the k that were sampled from it: i = k s + index[k] d - p. */
void ncl_desample_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input"), *output = ncl_node_result(node, 0);
    const double *x = ncl_reference_in(reference, input),
                 *index = ncl_reference_in(reference, ncl_node_tensor(node, "index"));
    struct ncl_window window;
    ncl_window_read(node, &desample_rules, &input->shape, NULL, &window);
    const int64_t volume = ncl_window_volume(&window);
    ncl_reference_outside(reference, ncl_node_tensor(node, "index"), (double)volume);
    double *y = ncl_reference_out(reference, output), *scale = ncl_reference_scale(reference, output, (uint64_t)volume);
    int64_t at[NNEFCL_MAX_RANK], to[NNEFCL_MAX_RANK];
    for (bool more = ncl_position_first(&input->shape, at); more;
         more = ncl_position_next(&input->shape, at), x++, index++) {
        int64_t rest = ncl_int64_of(*index);
        bool inside = rest >= 0 && rest < volume;
        for (int i = window.rank - 1; i >= 0 && inside; i--) {
            to[i] = at[i] * window.stride[i] + rest % window.size[i] * window.dilation[i] - window.before[i];
            inside = to[i] >= 0 && to[i] < output->shape.extent[i];
            rest /= window.size[i];
        }
        if (!inside)
            continue;
        const int64_t i = ncl_position_index(&output->shape, to);
        y[i] += *x;
        scale[i] += fabs(*x);
    }
}
