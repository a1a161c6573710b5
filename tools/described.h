/* SPDX-License-Identifier: Apache-2.0 */
/* --target: a device that need not be at hand. */
#ifndef DESCRIBED_H
#define DESCRIBED_H

#include "nnefcl/device.h"
#include "talk.h"

/* By name (nnefcl_target), else from a file that holds the facts of one device, or what --list-devices --json printed:
 * of that the first one that can be used. What the file leaves out is as for "gpu", or "cpu8" of a CPU. STATUS_DATA:
 * the file is none. */
enum status described_read(const char *text, nnefcl_device_info *info, struct talk *talk);

#endif
