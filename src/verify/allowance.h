/* SPDX-License-Identifier: Apache-2.0 */
/* What a tensor may be off that was computed by another operation than the document has for it: by one that a pass
 * recognized. It is right if it is what the operation is defined to be, within the operation's own tolerance. */
#ifndef NCL_ALLOWANCE_H
#define NCL_ALLOWANCE_H

#include "ir/plan.h"
#include "verify/slack.h"

/* Is this tensor an operand that comes from elsewhere: neither the result nor a literal? */
bool ncl_meant_needs(const struct ncl_meant *meant, size_t index);
/* off[i], by element of the result, becomes what it may be off by the definition of the operation where that is more,
 * less `tolerance` units of `want`, which are allowed besides. `from` has all that it needs. */
nnefcl_status ncl_meant_raise(const struct ncl_meant *meant, const struct ncl_slack *from,
                              const struct ncl_elements *want, double tolerance, double *off, struct ncl_diag *diag);

#endif
