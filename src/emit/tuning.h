/* SPDX-License-Identifier: Apache-2.0 */
/* What candidates were measured to take: a tuning table (nnefcl/tune.h has its form), read for one device. A candidate
 * is a variant and a problem as text, which holds what their time depends on: extents, strides and borders, no names
 * and nothing of what comes before or behind. */
#ifndef NCL_TUNING_H
#define NCL_TUNING_H

#include "base/names.h"
#include "emit/variant.h"

struct ncl_tuning {
    struct ncl_names microseconds; /* by candidate: double */
};

#define NCL_CANDIDATE_TEXT 1024

/* "conv_blocked conv ..." into `text`. False: problems of this family have one kernel that is worth a look, or it is
 * too long, and nobody measures it. */
bool ncl_candidate_text(const struct ncl_variant *variant, const struct ncl_problem *problem,
                        char text[NCL_CANDIDATE_TEXT]);
/* Is it a family of that kind? */
bool ncl_family_tunable(enum ncl_family family);

/* Rows of the device; the last one of a candidate counts. `text` lives as long as the result. NNEFCL_ERR_ARGUMENT names
 * the line that is no row. */
nnefcl_status ncl_tuning_read(struct ncl_tuning *tuning, const char *text, const struct ncl_target *target,
                              struct ncl_arena *arena, struct ncl_diag *diag);
/* Negative: nobody measured it. */
double ncl_tuning_find(const struct ncl_tuning *tuning, const struct ncl_variant *variant,
                       const struct ncl_problem *problem);

/* The whole of `text` (NULL: no table yet) with the rows of `tuning` in place of the device's own. */
nnefcl_status ncl_tuning_write(const struct ncl_tuning *tuning, const char *text, const struct ncl_target *target,
                               struct ncl_arena *arena, struct ncl_text *out);

#endif
