/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of drivers and changes what we ask of them; each with its reproducer in docs/drivers. */
#ifndef NCL_DRIVER_FACT_H
#define NCL_DRIVER_FACT_H

#include <stdbool.h>

#include "nnefcl/device.h"

struct ncl_driver_fact {
    const char *platform, *device; /* parts of their names */
    bool
        short_loops; /* a work-item ends its loops, without a word, once it has been through 65,535 iterations in all */
    bool soft_fma;   /* fma is a function of some hundred instructions, compiled into each place */
    bool keeps_programs; /* it has a cache on disk, and compiles again for whoever asks for a binary (docs/start.md) */
    bool lost_barriers;  /* a loop with barriers ends behind its first round where a condition stands around it */
    bool long_header;    /* it reads 18,000 lines of declarations, twice for a program, unless _OPENCL_H_ is there */
    bool keeps_names; /* programs have names of all values, a third of what it reads when they are known. Without them
                         it crashes over kernels with barriers, in all of the context */
    double barrier;      /* microseconds that a barrier takes for each work-item; 0: not worth a thought */
    bool local_unknown;  /* it says of every device that its local memory is global memory */
};

/* Of a driver that nothing is known of: nothing. */
const struct ncl_driver_fact *ncl_driver_fact_find(const nnefcl_device_info *info);

#endif
