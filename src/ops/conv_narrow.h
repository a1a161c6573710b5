/* SPDX-License-Identifier: Apache-2.0 */
/* What is computed of a convolution on blocks of channels: without taps that read nothing but zeros around the image
 * (what is dilated further than the image is large), and with groups joined that are narrower than a block, zeros in
 * the filter between them. */
#ifndef NCL_CONV_NARROW_H
#define NCL_CONV_NARROW_H

#include "emit/variant.h"
#include "ops/window.h"

struct ncl_conv_narrow {
    struct ncl_problem problem;
    double flops;              /* of the definition */
    int64_t first[2], size[2]; /* of the taps: the first one, and how many there were */
    int64_t parts;             /* groups that are joined to one */
};

/* As it is; without those taps; with groups joined too. */
struct ncl_conv_narrow ncl_conv_narrow_none(const struct ncl_problem *problem);
struct ncl_conv_narrow ncl_conv_narrow_taps(const struct ncl_problem *problem);
struct ncl_conv_narrow ncl_conv_narrow_of(const struct ncl_target *target, const struct ncl_problem *problem);

/* Which part of the products has more than zeros to multiply. */
double ncl_conv_part_inside(const struct ncl_window *window);

#endif
