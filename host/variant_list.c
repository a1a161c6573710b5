/* SPDX-License-Identifier: Apache-2.0 */
/* The table of variants for applications (nnefcl/kernel.h). */
#include "base/filled.h"
#include "emit/variant.h"
#include "host.h"
#include "nnefcl/kernel.h"

size_t nnefcl_variant_count(void)
{
    return ncl_variant_count;
}

nnefcl_status(nnefcl_variant)(size_t index, const nnefcl_device *device, nnefcl_variant_info *info, size_t size)
{
    nnefcl_variant_info made = {0};
    if (index >= ncl_variant_count)
        return NCL_FILLED_GIVE(NNEFCL_ERR_ARGUMENT, info, size, made, unfit);
    const struct ncl_variant *variant = ncl_variants[index];
    made = (nnefcl_variant_info){.family = ncl_family_name(variant->family),
                                 .name = variant->name,
                                 .about = variant->about,
                                 .unfit = device ? ncl_variant_unfit(variant, &device->target, NULL) : NULL};
    return NCL_FILLED_GIVE(NNEFCL_OK, info, size, made, unfit);
}
