/* SPDX-License-Identifier: Apache-2.0 */
/* debox (NNEF 4.3.2). */
#include "emit/variant.h"
#include "ops/window_line.h"

static const struct ncl_window_rules rules = {.reverse = true, .borders = NCL_BORDERS_ALL};

nnefcl_status ncl_debox_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    struct ncl_window window;
    const nnefcl_status status =
        ncl_window_infer(infer, node, &rules, &ncl_node_tensor(node, "input")->shape, NULL, &window);
    return status ? status : ncl_infer_result(infer, node, 0, &window.out);
}

nnefcl_status ncl_debox_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    struct ncl_problem problem = {.family = NCL_FAMILY_DEBOX, .node = node, .result = ncl_node_result(node, 0)};
    struct ncl_debox *debox = &problem.debox;
    debox->input = ncl_node_tensor(node, "input");
    ncl_window_read(node, &rules, &debox->input->shape, NULL, &debox->window);
    const double volume = (double)ncl_window_volume(&debox->window);
    debox->divisor = ncl_node_logical(node, "normalize") ? volume : 1;
    problem.flops = (double)ncl_shape_volume(&debox->input->shape) * volume;
    return ncl_choose(lower, &problem);
}

/* 4.3.2: output[i] = sum over j of input~[(i + p - j d) / s], only terms for which s divides i + p - j d; with
 * `normalize` divided by the volume of the window, under 'ignore' as well (A-BOX-3). */
void ncl_debox_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input"), *output = ncl_node_result(node, 0);
    const bool normalize = ncl_node_logical(node, "normalize");
    struct ncl_window window;
    ncl_window_read(node, &rules, &input->shape, NULL, &window);
    const struct ncl_lines lines = ncl_lines_make(&window, &rules);
    double *y = ncl_reference_out(reference, output),
           *scale = ncl_reference_scale(reference, output, ncl_lines_terms(&lines) + normalize);
    ncl_lines_sum(&lines, ncl_reference_in(reference, input), y, scale);
    for (int64_t i = 0; normalize && i < ncl_shape_volume(&output->shape); i++) {
        y[i] /= (double)ncl_window_volume(&window);
        scale[i] /= (double)ncl_window_volume(&window);
    }
}
