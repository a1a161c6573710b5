/* SPDX-License-Identifier: Apache-2.0 */
/* The table of kernels.def. */
#include "emit/variant.h"

#define VARIANT(name) extern const struct ncl_variant ncl_variant_##name;
#include "ops/kernels.def"
#undef VARIANT

const struct ncl_variant *const ncl_variants[] = {
#define VARIANT(name) &ncl_variant_##name,
#include "ops/kernels.def"
#undef VARIANT
};
const size_t ncl_variant_count = sizeof ncl_variants / sizeof *ncl_variants;
