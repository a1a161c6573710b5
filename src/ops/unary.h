/* The step of the unary kernel, for operations that turn out to have one operand. */
#ifndef NCL_UNARY_H
#define NCL_UNARY_H

#include "ops/broadcast.h"

/* output = formula of x, ALPHA and LAMBDA, for tensors of the same number of elements. */
nnefcl_status ncl_unary_emit(struct ncl_lower *lower, const struct ncl_tensor *input, const struct ncl_tensor *output,
                             const char *formula, double alpha, double lambda);

#endif
