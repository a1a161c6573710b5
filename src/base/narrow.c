/* SPDX-License-Identifier: Apache-2.0 */
#include "base/narrow.h"

#include <math.h>

void ncl_narrow(const double *real, size_t count, uint64_t position, float *out, struct ncl_lost *lost)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = (float)real[i];
        const bool infinite = isinf(out[i]) && !isinf(real[i]), zero = out[i] == 0 && real[i] != 0;
        if ((infinite || zero) && lost->infinite + lost->zero == 0) {
            lost->first = position + i;
            lost->value = real[i];
        }
        lost->infinite += infinite;
        lost->zero += zero;
    }
}

void ncl_narrow_tell(const struct ncl_lost *lost, const char *name, uint64_t volume, struct ncl_diag *diag)
{
    if (lost->infinite + lost->zero > 0)
        ncl_warning(diag, NCL_NOWHERE,
                    "%s: element %llu is %.9g and became %s in 32 bits; of %llu values %llu became infinite and %llu "
                    "became 0",
                    name, (unsigned long long)lost->first, lost->value, fabs(lost->value) > 1 ? "infinite" : "0",
                    (unsigned long long)volume, (unsigned long long)lost->infinite, (unsigned long long)lost->zero);
}
