/* SPDX-License-Identifier: Apache-2.0 */
/* Tensors whose elements are whole multiples of a step, by what made them: a quantization (4.9.5, 7.1), in the graph or
 * in the file of a variable, or rounding, bounds, sums and products by which other formats write one. */
#ifndef NCL_MULTIPLES_H
#define NCL_MULTIPLES_H

#include "ir/op.h"

struct ncl_multiples {
    double step;                    /* > 0 */
    const struct ncl_tensor *steps; /* NULL, or factors of the step known at init, one for each index along axis 0 */
    int64_t low, high;              /* every element is k step as a float, low <= k <= high */
};

/* False: nothing is known of that kind. */
bool ncl_multiples_of(const struct ncl_tensor *tensor, struct ncl_multiples *multiples);
/* Of zero_point_linear_quantize by one scale and one zero point, as a node. */
bool ncl_multiples_of_node(const struct ncl_node *node, struct ncl_multiples *multiples);

#endif
