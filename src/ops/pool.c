/* box, avg_pool, max_pool (NNEF 4.3.2, 4.9.3). */
#include "ops/pool.h"
#include "ops/window_line.h"
#include "ops/window_rows.h"

#include <math.h>
#include <string.h>

#include "nnefcl/model.h"

#define AXES NNEFCL_MAX_RANK
#define RUN  16 /* outputs of a task on a CPU */

static const struct ncl_window_rules rules = {.borders = NCL_BORDERS_ALL};

nnefcl_status ncl_pool_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    struct ncl_window window;
    /* PyTorch pads with minus infinity; its exporters call that 'constant', which means zeros in the text. */
    if (node->op->variant == NCL_POOL_MAX && infer->compat & (NNEFCL_COMPAT_TORCH | NNEFCL_COMPAT_TRACT) &&
        strcmp(ncl_node_string(node, "border"), "constant") == 0)
        ncl_window_set_string(node, "border", "ignore");
    const nnefcl_status status =
        ncl_window_infer(infer, node, &rules, &ncl_node_tensor(node, "input")->shape, NULL, &window);
    return status ? status : ncl_infer_result(infer, node, 0, &window.out);
}

nnefcl_status ncl_pool_emit(struct ncl_lower *lower, const struct ncl_node *node, const struct ncl_pool *pool,
                            const struct ncl_window *window)
{
    const struct ncl_tensor *output = ncl_node_result(node, 0);
    const int64_t count = ncl_shape_volume(&output->shape), run = lower->plan->target.cpu ? RUN : 1;
    const double flops = (double)count * (double)ncl_window_volume(window);
    if (ncl_rows_possible(lower, window, 0) && output->shape.extent[output->shape.rank - 1] > 1) {
        const struct ncl_rows rows = {.kind = pool->max ? NCL_ROWS_MAX : NCL_ROWS_SUM,
                                      .normalize = pool->normalize,
                                      .input = ncl_node_tensor(node, "input"),
                                      .output = output};
        return ncl_rows_emit(lower, &rows, window, flops);
    }
    struct ncl_emit *step = ncl_step_begin(lower, "pool");
    ncl_window_define_border(step, window->border);
    ncl_step_define_int(step, "MAX", pool->max);
    ncl_step_define_int(step, "NORMALIZE", pool->normalize);
    ncl_step_define_int(step, "IGNORE", window->border == NCL_BORDER_IGNORE);
    ncl_step_define_int(step, "CLIP", window->border <= NCL_BORDER_CONSTANT);
    ncl_step_in(step, ncl_lower_tensor(lower, ncl_node_tensor(node, "input")));
    ncl_step_out(step, ncl_lower_tensor(lower, output));
    ncl_step_size(step, "COUNT", count);
    ncl_step_size(step, "RUN", run);
    ncl_step_size(step, "VOLUME", ncl_window_volume(window));
    ncl_window_emit(step, window, 0, AXES);
    ncl_step_flops(step, flops);
    return ncl_step_end(step, ncl_ceil_div(count, run));
}

static struct ncl_pool read_pool(const struct ncl_node *node)
{
    const int kind = node->op->variant;
    return (struct ncl_pool){.max = kind == NCL_POOL_MAX,
                             .normalize = kind == NCL_POOL_AVERAGE ||
                                          (kind == NCL_POOL_BOX && ncl_node_logical(node, "normalize"))};
}

nnefcl_status ncl_pool_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    const struct ncl_pool pool = read_pool(node);
    struct ncl_window window;
    ncl_window_read(node, &rules, &ncl_node_tensor(node, "input")->shape, NULL, &window);
    return ncl_pool_emit(lower, node, &pool, &window);
}

/* ---- definition ---- */

/* Under 'constant' the zeros outside are values like any others, 'ignore' leaves them out; of nothing at all the result
 * is 0 (A-BOX-2). */
static void define_maximum(const struct ncl_lines *lines, const double *x, double *y)
{
    const struct ncl_window *w = lines->window;
    int64_t at[NNEFCL_MAX_RANK], row[NNEFCL_MAX_RANK], tap[NNEFCL_MAX_RANK], i = 0;
    for (bool more = ncl_position_first(&w->out, at); more; more = ncl_position_next(&w->out, at)) {
        const int64_t inside = ncl_lines_inside(lines, at);
        const bool zero = w->border == NCL_BORDER_IGNORE
                              ? inside == 0
                              : w->border == NCL_BORDER_CONSTANT && inside < ncl_window_volume(w);
        y[i++] = zero ? 0 : -(double)INFINITY;
    }
    for (bool more = ncl_position_first(&lines->rows, row); more;
         more = ncl_position_next(&lines->rows, row), y += lines->width)
        for (bool again = ncl_position_first(&lines->taps, tap); again; again = ncl_position_next(&lines->taps, tap)) {
            const int64_t origin = ncl_lines_origin(lines, row, tap);
            const struct ncl_line line = ncl_lines_line(lines, tap);
            if (origin >= 0)
                ncl_line_raise(&line, x + origin, y);
        }
}

/* The values of a window: all of them, or under 'ignore' those inside of the input (A-BOX-1); nothing has the average 0
 * (A-BOX-2). */
static void normalize(const struct ncl_lines *lines, double *y, double *scale)
{
    const struct ncl_window *w = lines->window;
    int64_t at[NNEFCL_MAX_RANK], i = 0;
    for (bool more = ncl_position_first(&w->out, at); more; more = ncl_position_next(&w->out, at), i++) {
        const int64_t values = w->border == NCL_BORDER_IGNORE ? ncl_lines_inside(lines, at) : ncl_window_volume(w);
        y[i] = values ? y[i] / (double)values : 0;
        scale[i] = values ? ncl_reference_average(scale[i], (double)values) : 0;
    }
}

/* 4.3.2 and 4.9.3: the sum (by its number of values, when normalized) or the maximum over j of input~[i s + j d - p].
 */
void ncl_pool_define(const struct ncl_reference *reference, const struct ncl_node *node, const struct ncl_pool *pool,
                     const struct ncl_window *window)
{
    const struct ncl_lines lines = ncl_lines_make(window, &rules);
    const struct ncl_tensor *output = ncl_node_result(node, 0);
    const double *x = ncl_reference_in(reference, ncl_node_tensor(node, "input"));
    double *y = ncl_reference_out(reference, output);
    if (pool->max) {
        define_maximum(&lines, x, y);
        return;
    }
    double *scale = ncl_reference_scale(reference, output, ncl_lines_terms(&lines) + pool->normalize);
    ncl_lines_sum(&lines, x, y, scale);
    if (pool->normalize)
        normalize(&lines, y, scale);
}

void ncl_pool_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_pool pool = read_pool(node);
    struct ncl_window window;
    ncl_window_read(node, &rules, &ncl_node_tensor(node, "input")->shape, NULL, &window);
    ncl_pool_define(reference, node, &pool, &window);
}
