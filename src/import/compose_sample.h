/* SPDX-License-Identifier: Apache-2.0 */
/* Samples of images at places that are computed, by gathers of rows of channels. Sticky, see import.h. */
#ifndef NCL_COMPOSE_SAMPLE_H
#define NCL_COMPOSE_SAMPLE_H

#include "import/compose.h"

struct ncl_sample_image {
    struct ncl_tensor *pixels; /* [N H W, C] */
    int64_t batch, height, width;
};

/* x is [N, H, W, C]; what is larger than indices in scalars reach is refused. */
struct ncl_sample_image ncl_sample_image_of(struct ncl_import *import, struct ncl_tensor *x);
/* Where each image begins among the pixels: [N,1,1,..] of this rank. */
struct ncl_tensor *ncl_sample_starts(struct ncl_import *import, const struct ncl_sample_image *image, int rank);
struct ncl_tensor *ncl_sample_clamped(struct ncl_import *import, struct ncl_tensor *x, double low, double high);
/* 1 inside of [0, last], else 0. */
struct ncl_tensor *ncl_sample_inside(struct ncl_import *import, struct ncl_tensor *at, double last);
/* Pixels at whole places y, x of the images `first` (where each begins), with a weight of the same shape: [.., C].
 * zeros: outside of the image there are such, not its border. */
struct ncl_tensor *ncl_sample_pixel(struct ncl_import *import, const struct ncl_sample_image *image,
                                    struct ncl_tensor *first, struct ncl_tensor *y, struct ncl_tensor *x,
                                    struct ncl_tensor *weight, bool zeros);
/* Four neighbours, weighted; largest: not their sum but their maximum. */
struct ncl_tensor *ncl_sample_bilinear(struct ncl_import *import, const struct ncl_sample_image *image,
                                       struct ncl_tensor *first, struct ncl_tensor *y, struct ncl_tensor *x, bool zeros,
                                       bool largest);

#endif
