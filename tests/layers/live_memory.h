/* SPDX-License-Identifier: Apache-2.0 */
/* Buffers that are alive, and their bytes. */
#ifndef LIVE_MEMORY_H
#define LIVE_MEMORY_H

#include "layer.h"
#include "layer_init.h"

/* A buffer was made, or held once more. `size`: of a new one. */
void live_memory_hold(cl_mem memory, size_t size);
/* One hold less. */
void live_memory_release(cl_mem memory);
/* What there is, and the peak since the last call. */
struct layer_memory live_memory_get(void);

#endif
