/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/tolerance.h"

#include <string.h>

#include "emit/custom.h"

static const struct ncl_tolerance table[] = {
#define TOLERANCE(op, ulp, per_term, reason)                      {op, ulp, per_term, reason, 0},
#define TOLERANCE_IN_PARTS(op, ulp, per_term, most_terms, reason) {op, ulp, per_term, reason, most_terms},
#define UNARY(name, formula, definition, ulp, reason)             TOLERANCE(#name, ulp, 0, reason)
#define INNER                                                     UNARY
#include "ir/unary.def"
#include "verify/tolerance.def"
#undef TOLERANCE
#undef TOLERANCE_IN_PARTS
#undef UNARY
#undef INNER
};

const struct ncl_tolerance *ncl_tolerance_find(const char *op)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(table[i].op, op) == 0)
            return &table[i];
    return NULL;
}

const struct ncl_tolerance *ncl_tolerance_of(const struct ncl_op *op, struct ncl_tolerance *own)
{
    if (!op->custom)
        return ncl_tolerance_find(op->name);
    *own =
        (struct ncl_tolerance){op->name, op->custom->ulp, op->custom->ulp_per_term, "what the application allows", 0};
    return own;
}

double ncl_tolerance_ulp(const struct ncl_tolerance *tolerance, uint64_t terms)
{
    const double most = tolerance->most_terms;
    return tolerance->ulp + tolerance->per_term * (most > 0 && (double)terms > most ? most : (double)terms);
}
