/* SPDX-License-Identifier: Apache-2.0 */
#include "ir/driver_fact.h"

#include <string.h>

static const struct ncl_driver_fact facts[] = {
    {"rusticl", "llvmpipe", .short_loops = true, .soft_fma = true, .barrier = 0.4, .local_unknown = true},
    {"rusticl", "", .local_unknown = true},
    {"Portable Computing Language", "", .keeps_programs = true, .lost_barriers = true,
     .long_header = true, .keeps_names = true}};

const struct ncl_driver_fact *ncl_driver_fact_find(const nnefcl_device_info *info)
{
    static const struct ncl_driver_fact nothing;
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        if (strstr(info->platform_name, facts[i].platform) && strstr(info->name, facts[i].device))
            return &facts[i];
    return &nothing;
}
