/* SPDX-License-Identifier: Apache-2.0 */
/* Regions: RoIPool and RoIAlign. */
#include "import/caffe2/caffe2.h"
#include "import/compose_regions.h"

/* Rows have five numbers, the first of which is the image; four: there is one image. */
static struct ncl_regions regions_of(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *rois = ncl_import_tensor(import, node, 1);
    struct ncl_regions regions = {.rois = rois,
                                  .rows = ncl_import_integer(import, node, "pooled_h", 1),
                                  .columns = ncl_import_integer(import, node, "pooled_w", 1),
                                  .samples = ncl_import_integer(import, node, "sampling_ratio", -1),
                                  .scale = ncl_import_scalar(import, node, "spatial_scale", 1),
                                  .half = ncl_import_integer(import, node, "aligned", 0) != 0};
    if (import->status || rois->shape.rank != 2 || rois->shape.extent[1] != 4) {
        ncl_regions_split(import, rois, &regions);
        return regions;
    }
    regions.batch = ncl_compose_squeeze(import, ncl_compose_slice(import, rois, 1, 0, 1, 1), 1);
    regions.batch = ncl_compose_with(import, "mul", regions.batch, 0);
    return regions;
}

void ncl_caffe2_build_roi_pool(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_regions regions = regions_of(import, node);
    ncl_caffe2_give(import, node, ncl_compose_roi_max(import, ncl_caffe2_first(import, node, 0), &regions));
}

void ncl_caffe2_build_roi_align(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_regions regions = regions_of(import, node);
    ncl_caffe2_give(import, node, ncl_compose_roi_align(import, ncl_caffe2_first(import, node, 0), &regions));
}
