/* SPDX-License-Identifier: Apache-2.0 */
/* Values on values, known while the graph is built (3.3.3); errors are reported at `at`. */
#ifndef NCL_CONSTANT_MATH_H
#define NCL_CONSTANT_MATH_H

#include "front/build.h"

nnefcl_status ncl_constant_unary(struct ncl_build *build, enum ncl_operator op, struct ncl_loc at,
                                 struct ncl_value *value);
nnefcl_status ncl_constant_binary(struct ncl_build *build, enum ncl_operator op, struct ncl_loc at,
                                  const struct ncl_value *left, const struct ncl_value *right,
                                  struct ncl_value *result);
nnefcl_status ncl_constant_index(struct ncl_build *build, struct ncl_loc at, const struct ncl_value *value,
                                 int64_t index, struct ncl_value *result);
/* begin or end NULL: open. */
nnefcl_status ncl_constant_range(struct ncl_build *build, struct ncl_loc at, const struct ncl_value *value,
                                 const int64_t *begin, const int64_t *end, struct ncl_value *result);
nnefcl_status ncl_constant_builtin(struct ncl_build *build, const char *name, struct ncl_loc at,
                                   struct ncl_value *value);
/* An array or tuple of items in scratch memory, not filled yet; NULL: reported. */
struct ncl_value *ncl_constant_items(struct ncl_build *build, struct ncl_loc at, size_t count);

#endif
