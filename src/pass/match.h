/* SPDX-License-Identifier: Apache-2.0 */
/* Does a node of a graph compute what a template is written as (ir/template.h)? Operands of commutative operations may
 * stand in either order, numbers may be off by a rounding to float; what is computed on the way must be read by nobody
 * else, and be no output. */
#ifndef NCL_MATCH_H
#define NCL_MATCH_H

#include "ir/template.h"
#include "pass/rewrite.h"

#define NCL_MATCH_PARAMETERS 16 /* of a pattern */
#define NCL_MATCH_NODES      48 /* of a pattern, each counted as often as it is written */

struct ncl_match {
    struct ncl_value bound[NCL_MATCH_PARAMETERS]; /* by parameter; NONE: not met */
    size_t count;
    struct ncl_node *node[NCL_MATCH_NODES]; /* met on the way, without the root; some more than once */
};

bool ncl_match_find(const struct ncl_rewrite *rw, const struct ncl_template *template, struct ncl_node *root,
                    struct ncl_match *match);

/* The same tensor or the same value, numbers up to a rounding to float. */
bool ncl_values_match(const struct ncl_value *a, const struct ncl_value *b);

#endif
