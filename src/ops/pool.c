/* SPDX-License-Identifier: Apache-2.0 */
/* box, avg_pool, max_pool (NNEF 4.3.2, 4.9.3). */
#include "ops/pool.h"

#include "emit/pitch.h"
#include "ops/window_line.h"

#include <math.h>
#include <string.h>

#include "nnefcl/model.h"

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

void ncl_pool_define_kind(struct ncl_emit *step, const struct ncl_pool *pool)
{
    ncl_step_define_int(step, "MAX", pool->max);
    ncl_step_define_int(step, "NORMALIZE", pool->normalize);
    ncl_step_define_int(step, "IGNORE", pool->window.border == NCL_BORDER_IGNORE);
}

void ncl_pool_emit_images(const struct ncl_lower *lower, struct ncl_emit *step, const struct ncl_problem *problem,
                          ncl_ref input, int axes)
{
    const struct ncl_window *window = &problem->pool.window;
    ncl_step_size(step, "PLANES", ncl_shape_span(&window->in, 1, window->rank - axes));
    ncl_pitch_emit(lower, step, input, &window->in, problem->out, &window->out);
}

static void pool_describe(const struct ncl_node *node, const struct ncl_pool *pool, struct ncl_problem *problem)
{
    *problem = (struct ncl_problem){
        .family = NCL_FAMILY_POOL, .node = node, .result = ncl_node_result(node, 0), .pool = *pool};
    problem->flops = (double)ncl_shape_volume(&problem->result->shape) * (double)ncl_window_volume(&pool->window);
}

nnefcl_status ncl_pool_choose(struct ncl_lower *lower, const struct ncl_node *node, const struct ncl_pool *pool)
{
    struct ncl_problem problem;
    pool_describe(node, pool, &problem);
    return ncl_choose(lower, &problem);
}

static struct ncl_pool read_pool(const struct ncl_node *node)
{
    const int kind = node->op->variant;
    struct ncl_pool pool = {.input = ncl_node_tensor(node, "input"),
                            .max = kind == NCL_POOL_MAX,
                            .normalize = kind == NCL_POOL_AVERAGE ||
                                         (kind == NCL_POOL_BOX && ncl_node_logical(node, "normalize"))};
    ncl_window_read(node, &rules, &pool.input->shape, NULL, &pool.window);
    return pool;
}

void ncl_pool_problem(const struct ncl_node *node, struct ncl_problem *problem)
{
    const struct ncl_pool pool = read_pool(node);
    pool_describe(node, &pool, problem);
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
        scale[i] = values ? scale[i] / (double)values : 0;
    }
}

/* 4.3.2 and 4.9.3: the sum (by its number of values, when normalized) or the maximum over j of input~[i s + j d - p].
 */
void ncl_pool_define(const struct ncl_reference *reference, const struct ncl_node *node, const struct ncl_pool *pool)
{
    const struct ncl_lines lines = ncl_lines_make(&pool->window, &rules);
    const struct ncl_tensor *output = ncl_node_result(node, 0);
    const double *x = ncl_reference_in(reference, pool->input);
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
    ncl_pool_define(reference, node, &pool);
}
