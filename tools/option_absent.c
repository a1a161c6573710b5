/* SPDX-License-Identifier: Apache-2.0 */
/* Options that users may expect of this command and that this version does not have. Whoever adds one takes its row
 * away: tests/cli knows both. */
#include <string.h>

#include "option_table.h"

static const struct {
    const char *name, *instead;
} table[] = {
    {"weights", "weights are 32-bit floats on the device"},
};

const char *option_absent(const char *name)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (!strcmp(table[i].name, name))
            return table[i].instead;
    return NULL;
}
