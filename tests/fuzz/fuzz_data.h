/* SPDX-License-Identifier: Apache-2.0 */
/* Data files of the command: arrays and pictures for an input. */
#ifndef FUZZ_DATA_H
#define FUZZ_DATA_H

#include <stddef.h>

#include "nnefcl/device.h"
#include "tools/data.h"

/* The bytes become an input of this type and shape, or an error with a word. */
void fuzz_data_load(const void *data, size_t size, nnefcl_dtype dtype, const nnefcl_shape *shape,
                    const struct image_options *options);
/* The bytes become an array to compare with. */
void fuzz_data_wanted(const void *data, size_t size, nnefcl_dtype dtype, const nnefcl_shape *shape);
/* The bytes become the facts of a device; false: they are none, and there was a word. */
bool fuzz_data_target(const void *data, size_t size, nnefcl_device_info *info);

#endif
