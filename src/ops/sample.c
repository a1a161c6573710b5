/* argmax_pool, sample, desample, max_pool_with_index (NNEF 4.3.3, 4.9.3): checked and shaped. */
#include "ops/window.h"

static nnefcl_status check_index(struct ncl_infer *infer, struct ncl_node *node, const nnefcl_shape *wanted, const char *whose)
{
    const nnefcl_shape *index = &ncl_node_tensor(node, "index")->shape;
    char a[NCL_SHAPE_TEXT], b[NCL_SHAPE_TEXT];
    if (ncl_shape_equal(index, wanted))
        return NNEFCL_OK;
    return ncl_infer_error(infer, node, "'index' has shape %s, it must be that of the %s, %s", ncl_shape_text(index, a), whose,
                           ncl_shape_text(wanted, b));
}

nnefcl_status ncl_argmax_pool_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    static const struct ncl_window_rules rules = {.borders = NCL_BORDERS_ALL};
    struct ncl_window window;
    const nnefcl_status status = ncl_window_infer(infer, node, &rules, &ncl_node_tensor(node, "input")->shape, NULL, &window);
    return status ? status : ncl_infer_result(infer, node, 0, &window.out);
}

nnefcl_status ncl_max_pool_with_index_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    static const struct ncl_window_rules rules = {.borders = NCL_BORDERS_ALL};
    struct ncl_window window;
    nnefcl_status status = ncl_window_infer(infer, node, &rules, &ncl_node_tensor(node, "input")->shape, NULL, &window);
    if (!status)
        status = ncl_infer_result(infer, node, 0, &window.out);
    return status ? status : ncl_infer_result(infer, node, 1, &window.out);
}

nnefcl_status ncl_sample_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    static const struct ncl_window_rules rules = {.borders = NCL_BORDERS_FILLED};
    struct ncl_window window;
    nnefcl_status status = ncl_window_infer(infer, node, &rules, &ncl_node_tensor(node, "input")->shape, NULL, &window);
    if (!status)
        status = check_index(infer, node, &window.out, "output");
    return status ? status : ncl_infer_result(infer, node, 0, &window.out);
}

nnefcl_status ncl_desample_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    static const struct ncl_window_rules rules = {.reverse = true, .borders = 1u << NCL_BORDER_CONSTANT};
    const nnefcl_shape *input = &ncl_node_tensor(node, "input")->shape;
    struct ncl_window window;
    nnefcl_status status = check_index(infer, node, input, "input");
    if (!status)
        status = ncl_window_infer(infer, node, &rules, input, NULL, &window);
    return status ? status : ncl_infer_result(infer, node, 0, &window.out);
}
