/* Regions of interest (NNEF 4.6): checked and shaped. */
#include "ir/op.h"

#include <string.h>

static nnefcl_status check_sizes(struct ncl_infer *infer, struct ncl_node *node, const char *name, int spatial)
{
    if (ncl_node_count(node, name) != (size_t)spatial)
        return ncl_infer_error(infer, node, "'%s' has %zu items, the input has %d spatial dimensions", name, ncl_node_count(node, name), spatial);
    for (int i = 0; i < spatial; i++)
        if (ncl_node_integer_at(node, name, (size_t)i) <= 0)
            return ncl_infer_error(infer, node, "item %d of '%s' is %lld, it must be positive", i, name,
                                   (long long)ncl_node_integer_at(node, name, (size_t)i));
    return NNEFCL_OK;
}

/* (N, 2 M) coordinates and (N, 1) batch indices for M spatial dimensions; trailing singular extents do not matter. */
static nnefcl_status check_regions(struct ncl_infer *infer, struct ncl_node *node, int spatial)
{
    const nnefcl_shape *rois = &ncl_node_tensor(node, "rois")->shape, *index = &ncl_node_tensor(node, "batch_index")->shape;
    char text[NCL_SHAPE_TEXT];
    if (rois->rank != 2 || rois->extent[1] != 2 * spatial)
        return ncl_infer_error(infer, node, "'rois' has shape %s, it must be (N,%d) for %d spatial dimensions", ncl_shape_text(rois, text),
                               2 * spatial, spatial);
    if (index->rank < 1 || index->extent[0] != rois->extent[0] || ncl_shape_volume(index) != rois->extent[0])
        return ncl_infer_error(infer, node, "'batch_index' has shape %s, it must be (%lld,1)", ncl_shape_text(index, text),
                               (long long)rois->extent[0]);
    return NNEFCL_OK;
}

static nnefcl_status check_method(struct ncl_infer *infer, struct ncl_node *node, const char *name)
{
    const char *method = ncl_node_string(node, name);
    if (strcmp(method, "symmetric") == 0 || strcmp(method, "asymmetric") == 0 || strcmp(method, "aligned") == 0)
        return NNEFCL_OK;
    return ncl_infer_error(infer, node, "%s '%.40s' is none of 'symmetric', 'asymmetric', 'aligned'", name, method);
}

nnefcl_status ncl_roi_pool_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    const nnefcl_shape *input = &ncl_node_tensor(node, "input")->shape;
    const int spatial = input->rank - 2;
    if (spatial < 1)
        return ncl_infer_error(infer, node, "the input has rank %d, it needs a spatial dimension", input->rank);
    nnefcl_status status = check_sizes(infer, node, "output_size", spatial);
    if (!status)
        status = check_regions(infer, node, spatial);
    if (status)
        return status;
    nnefcl_shape output = *input;
    output.extent[0] = ncl_node_tensor(node, "rois")->shape.extent[0];
    for (int i = 0; i < spatial; i++)
        output.extent[2 + i] = ncl_node_integer_at(node, "output_size", (size_t)i);
    return ncl_infer_result(infer, node, 0, &output);
}

nnefcl_status ncl_roi_resample_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    const nnefcl_status status = check_method(infer, node, "method");
    return status ? status : ncl_roi_pool_infer(infer, node);
}

nnefcl_status ncl_roi_align_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    nnefcl_status status = check_method(infer, node, "resize_method");
    if (!status && ncl_node_tensor(node, "input")->shape.rank > 2)
        status = check_sizes(infer, node, "sampling_rate", ncl_node_tensor(node, "input")->shape.rank - 2);
    return status ? status : ncl_roi_pool_infer(infer, node);
}
