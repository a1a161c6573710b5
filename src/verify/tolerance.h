/* SPDX-License-Identifier: Apache-2.0 */
/* How far a result may be from its definition, operation by operation (tolerance.def), in units in the last place
 * (judge.h). */
#ifndef NCL_TOLERANCE_H
#define NCL_TOLERANCE_H

#include "ir/op.h"

struct ncl_tolerance {
    const char *op;
    double ulp;         /* of any element */
    double per_term;    /* and for each rounding in a row (struct ncl_elements, terms) */
    const char *reason; /* for the numbers */
    double most_terms;  /* terms beyond these add nothing; 0: all count */
};

/* NULL: an operation that the table does not know. */
const struct ncl_tolerance *ncl_tolerance_find(const char *op);
/* The same for an operation that may be registered: then `own` is filled in with what the application allows. */
const struct ncl_tolerance *ncl_tolerance_of(const struct ncl_op *op, struct ncl_tolerance *own);
double ncl_tolerance_ulp(const struct ncl_tolerance *tolerance, uint64_t terms);

#endif
