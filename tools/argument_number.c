/* SPDX-License-Identifier: Apache-2.0 */
#include "argument_number.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* strtoull accepts blanks and signs, which no count has. */
static bool leading_count(const char *text, char **end, uint64_t *value)
{
    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    *value = strtoull(text, end, 10);
    return errno == 0;
}

bool number_count(const char *text, uint64_t *value)
{
    char *end;
    return leading_count(text, &end, value) && !*end;
}

bool number_bytes(const char *text, uint64_t *value)
{
    static const char units[] = "KMGT";
    char *end;
    if (!leading_count(text, &end, value))
        return false;
    if (!*end)
        return true;
    const char *unit = strchr(units, *end);
    if (!unit || end[1])
        return false;
    unsigned shift = 10 * (unsigned)(unit - units + 1);
    if (*value > UINT64_MAX >> shift)
        return false;
    *value <<= shift;
    return true;
}

static bool leading_real(const char *text, char **end, double *value)
{
    if (!strchr("+-.0123456789", *text) || !*text)
        return false;
    *value = strtod(text, end);
    return *end != text && isfinite(*value);
}

bool number_real(const char *text, double *value)
{
    char *end;
    return leading_real(text, &end, value) && !*end;
}

size_t number_list(const char *text, double *values, size_t room)
{
    for (size_t n = 0; n < room; n++) {
        char *end;
        if (!leading_real(text, &end, &values[n]))
            return 0;
        if (!*end)
            return n + 1;
        if (*end != ',')
            return 0;
        text = end + 1;
    }
    return 0;
}
