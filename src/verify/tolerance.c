#include "verify/tolerance.h"

#include <stddef.h>
#include <string.h>

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

double ncl_tolerance_ulp(const struct ncl_tolerance *tolerance, uint64_t terms)
{
    return tolerance->ulp + tolerance->per_term * (double)terms;
}
