/* SPDX-License-Identifier: Apache-2.0 */
/* Comparison of an output with what it should be. */
#ifndef COMPARE_H
#define COMPARE_H

#include <jansson.h>

#include "array.h"

struct comparison {
    bool same_type, same_shape, ok;
    size_t count, bad;       /* elements, and those out of tolerance */
    double max_abs, max_rel; /* largest |got - want| and |got - want| / |want| of finite pairs */
    size_t worst;            /* position of the element furthest beyond its tolerance, or nearest to it */
    double got, want;        /* there */
};

/* Fine: |got - want| <= atol + rtol |want|, NaN with NaN, equal infinities; integers and logicals exactly; type, rank
 * and shape equal. */
struct comparison compare_tensors(const nnefcl_tensor *got, const nnefcl_tensor *want, double rtol, double atol);
void compare_print(const char *output, const nnefcl_tensor *got, const nnefcl_tensor *want, const struct comparison *c);
json_t *compare_json(const char *output, const char *file, const struct comparison *c);

#endif
