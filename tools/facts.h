/* SPDX-License-Identifier: Apache-2.0 */
/* The facts of a device in JSON: --list-devices prints them, --target reads them. */
#ifndef FACTS_H
#define FACTS_H

#include <jansson.h>

#include "nnefcl/device.h"

/* "cpu", "gpu", "accelerator", "other" */
const char *facts_type(const nnefcl_device_info *info);

void facts_write(json_t *row, const nnefcl_device_info *info);
/* Those that `row` has replace what `info` says. The name of one that is none, as a text for a count; NULL: all are
 * well. */
const char *facts_read(const json_t *row, nnefcl_device_info *info);

#endif
