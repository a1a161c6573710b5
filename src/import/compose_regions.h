/* SPDX-License-Identifier: Apache-2.0 */
/* Regions of images [N,C,H,W]: what RoiAlign and RoI pooling make of them, [regions, C, rows, columns]. Sticky, see
 * import.h. */
#ifndef NCL_COMPOSE_REGIONS_H
#define NCL_COMPOSE_REGIONS_H

#include "import/compose.h"

struct ncl_regions {
    struct ncl_tensor *rois;  /* [regions, 4]: x0, y0, x1, y1 */
    struct ncl_tensor *batch; /* [regions]: the image of each, scalars */
    int64_t rows, columns;    /* cells */
    double scale;             /* from coordinates to pixels */
    int64_t samples;          /* align: of a cell, along each axis; below 1: as many as it has pixels, rounded up */
    const struct ncl_known *known; /* align: what is in `rois`; NULL: nobody knows */
    bool half, largest;            /* align: coordinates are shifted by half a pixel; the maximum, not the mean */
};

/* Rows (batch, x0, y0, x1, y1) as the first two. */
void ncl_regions_split(struct ncl_import *import, struct ncl_tensor *rows, struct ncl_regions *regions);
struct ncl_tensor *ncl_compose_roi_align(struct ncl_import *import, struct ncl_tensor *x,
                                         const struct ncl_regions *regions);
/* The same of as many samples as a cell has pixels (compose_region_means.c). */
struct ncl_tensor *ncl_compose_roi_means(struct ncl_import *import, struct ncl_tensor *x,
                                         const struct ncl_regions *regions);
/* The maximum of each cell: corners rounded to pixels, both inside; cells from floor to ceil; 0 where one is empty. */
struct ncl_tensor *ncl_compose_roi_max(struct ncl_import *import, struct ncl_tensor *x,
                                       const struct ncl_regions *regions);

#endif
