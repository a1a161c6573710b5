/* SPDX-License-Identifier: Apache-2.0 */
/* The ends of the whole command: --timeout, and the processor time of --check. */
#ifndef DEADLINE_H
#define DEADLINE_H

#include "options.h"

/* From now on the process ends, with its reason, when the time that the options give is over: whatever the driver, a
 * library or the kernel of a device is doing. */
enum status deadline_set(const struct options *options, struct talk *talk);

#endif
