/* SPDX-License-Identifier: Apache-2.0 */
/* The drivers of OpenCL, opened on a thread of their own while the model is read: that takes longer than all else of a
 * small network's start (docs/start.md). */
#ifndef DRIVERS_H
#define DRIVERS_H

#include "mempool.h"

/* Begins. Where it cannot, the first who asks for devices opens the drivers. `spec`: of the device; drivers that cannot
 * have it are left out. */
void drivers_begin(const char *spec, struct pool *pool);
/* Until they are open, or nobody is opening them. Before the process ends by exit: the exit handlers of libraries that
 * were opened last run first, and would meet the thread that opens the next one. */
void drivers_wait(void);
/* The file in the folder `vendors` that names the only driver which can have a device, where others are beside it that
 * cannot. NULL: there is none, or all may be needed. */
const char *drivers_only(const char *vendors, struct pool *pool);

#endif
