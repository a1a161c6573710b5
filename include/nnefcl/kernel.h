/* SPDX-License-Identifier: Apache-2.0 */
/* Kernels: where several can compute the same, each is a variant of a family. The cheapest that fits is taken, by an
 * estimate; nnefcl_session_options.kernels forces others.
 *
 * Thread rule: any thread at any time. */
#ifndef NNEFCL_KERNEL_H
#define NNEFCL_KERNEL_H

#include "device.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Strings live as long as the library. */
typedef struct nnefcl_variant_info {
    const char *family; /* "conv": what it computes */
    const char *name;   /* "conv_gemm"; the first of a family is the plain one, which fits always */
    const char *about;  /* one line */
    const char *unfit;  /* why it is never taken on the device, NULL: it may be */
} nnefcl_variant_info;
NNEFCL_API size_t nnefcl_variant_count(void);
/* `device` NULL: `unfit` is NULL. NNEFCL_ERR_ARGUMENT: no such index. */
NNEFCL_API nnefcl_status nnefcl_variant(size_t index, const nnefcl_device *device, nnefcl_variant_info *info,
                                        size_t size);
#define nnefcl_variant(index, device, info) nnefcl_variant(index, device, info, sizeof(nnefcl_variant_info))

#ifdef __cplusplus
}
#endif
#endif
