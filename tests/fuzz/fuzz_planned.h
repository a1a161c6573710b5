/* SPDX-License-Identifier: Apache-2.0 */
/* A model whose kernels are of every family that has variants, and what is made of it for a device. */
#ifndef FUZZ_PLANNED_H
#define FUZZ_PLANNED_H

#include "fuzz/fuzz.h"
#include "nnefcl/inspect.h"

/* Dumps its plan, or the sources of that, for what the options name, or for a generic CPU or GPU. */
void fuzz_plan_dump(const nnefcl_session_options *options, int gpu, nnefcl_dump what);
/* Checks it, and dumps plan and sources. */
void fuzz_plan(const nnefcl_session_options *options);

#endif
