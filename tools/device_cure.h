/* SPDX-License-Identifier: Apache-2.0 */
/* What is known to help where a platform shows no device: drivers tell a code at best. */
#ifndef DEVICE_CURE_H
#define DEVICE_CURE_H

#include <stdbool.h>

#include "mempool.h"
#include "nnefcl/device.h"

/* The cure, or NULL. `info`: of a platform or device that cannot be used. */
const char *device_cure(const nnefcl_device_info *info, struct pool *pool);
/* What to install where there is no platform at all. */
const char *device_cure_none(void);
/* The folder that PoCL keeps its kernels in, and whether it can be written; NULL: there is no place for one. */
const char *pocl_cache_folder(struct pool *pool, bool *writable);
/* Can a folder be written, or made? It is tried. */
bool device_folder_writable(const char *folder, struct pool *pool);
/* Before OpenCL is touched: variables of drivers that end the process by their value are taken out, and PoCL is told to
 * compile each kernel once, unless the variable for it is set. */
void device_set_environment(void);
/* Behind it: what a driver compiled costs nothing to get. */
bool device_hands_out(void);

#endif
