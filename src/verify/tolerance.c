#include "verify/tolerance.h"

#include <string.h>

#include "ir/custom.h"

static const struct ncl_tolerance table[] = {
#define TOLERANCE(op, ulp, per_term, reason) {op, ulp, per_term, reason},
#include "verify/tolerance.def"
#undef TOLERANCE
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
    *own = (struct ncl_tolerance){op->name, op->custom->ulp, op->custom->ulp_per_term, "what the application allows"};
    return own;
}

double ncl_tolerance_ulp(const struct ncl_tolerance *tolerance, uint64_t terms)
{
    return tolerance->ulp + tolerance->per_term * (double)terms;
}
