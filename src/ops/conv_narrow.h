/* SPDX-License-Identifier: Apache-2.0 */
/* What is computed of a convolution on blocks of channels: without taps that read nothing but zeros around the image
 * (what is dilated further than the image is large), and with groups joined that are narrower than a block, zeros in
 * the filter between them. Of a volume it is one of images: each plane of the output is one, whose channels are those
 * of all planes that it reads, one plane after the other. */
#ifndef NCL_CONV_NARROW_H
#define NCL_CONV_NARROW_H

#include "emit/blocks.h"
#include "emit/variant.h"
#include "ops/window.h"

struct ncl_conv_narrow {
    struct ncl_problem problem;
    struct ncl_window_depth depth;
    double flops;              /* of the definition */
    int64_t first[2], size[2]; /* of the taps: the first one, and how many there were */
    int64_t parts;             /* groups that are joined to one */
};

/* As it is; without those taps; with groups joined too. */
struct ncl_conv_narrow ncl_conv_narrow_none(const struct ncl_problem *problem);
struct ncl_conv_narrow ncl_conv_narrow_taps(const struct ncl_problem *problem);
struct ncl_conv_narrow ncl_conv_narrow_of(const struct ncl_target *target, const struct ncl_problem *problem);

/* Fields of a record: PLANES, PLANE and DEPTH_... of conv_blocked.cl, where x lies so. */
void ncl_conv_depth_emit(struct ncl_emit *step, const struct ncl_window_depth *depth, const struct ncl_place *x);

/* Which part of the products has more than zeros to multiply. */
double ncl_conv_part_inside(const struct ncl_window *window);

#endif
