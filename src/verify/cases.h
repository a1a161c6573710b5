/* SPDX-License-Identifier: Apache-2.0 */
/* The cases of the conformance run: small models made from the templates of cases.def, and what goes into them.
 * Device-free, and the same everywhere.
 */
#ifndef NCL_CASES_H
#define NCL_CASES_H

#include "base/alloc.h"
#include "base/diag.h"
#include "nnefcl/tensor.h"

#define NCL_CASE_INPUTS  8
#define NCL_CASE_OUTPUTS 4

enum ncl_case_values { NCL_CASE_RANGE, NCL_CASE_TIES, NCL_CASE_SPECIAL };

struct ncl_case {
    const char *op, *name; /* "conv", "conv-2.17": template 2 of its operation, combination 17 of the alternatives */
    const char *document;
    size_t cycles; /* runs in a row: 3 where there is state */
    size_t input_count;
    struct ncl_case_input {
        enum ncl_case_values values;
        double low, high; /* RANGE */
        uint64_t stream;  /* of random numbers */
    } input[NCL_CASE_INPUTS];
};

/* At most `most` combinations of each template, spread over them by a fixed seed, in the order of cases.def. Everything
 * in `arena`. */
nnefcl_status ncl_cases_make(struct ncl_arena *arena, struct ncl_diag *diag, size_t most, struct ncl_case **cases,
                             size_t *count);
/* The elements of an input in run number `cycle`. */
void ncl_case_fill(const struct ncl_case *item, size_t input, size_t cycle, nnefcl_dtype dtype, int64_t count,
                   void *data);

#endif
