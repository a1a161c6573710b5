/* SPDX-License-Identifier: Apache-2.0 */
/* --doctor: what of OpenCL is there, what the devices can, whether their kernels are right, and how fast they are. */
#ifndef DOCTOR_H
#define DOCTOR_H

#include "document.h"
#include "nnefcl/nnefcl.h"
#include "options.h"

struct doctor {
    const struct options *options;
    struct pool *pool;
    struct talk *talk;
    json_t *document; /* NULL: text */
};

enum status doctor_execute(const struct options *options, struct pool *pool, struct talk *talk);

/* doctor_system.c: the loader, the files that name drivers, caches and their rights, memory of the host. */
void doctor_system(struct doctor *doctor);

/* doctor_probe.c: small models, one for each family of kernels. */
struct probe {
    const char *family, *kernel; /* the kernel that most of its time went to */
    const char *failure;         /* why it is bad; NULL: it is fine */
    double ulp, tolerance;       /* of the worst element */
    double ms;                   /* the fastest of some runs */
    double flops, bytes;         /* of one run: arithmetic, inputs and outputs */
    double peak;                 /* a second, of what bounds it; 0: not measured */
};
/* The family number `index`; false: there are no more. */
bool doctor_probe(const struct doctor *doctor, const nnefcl_device *device, size_t index, struct probe *probe);

/* doctor_peak.c: a second, by kernels that do nothing else; 0: not measured. What fits into a cache is faster than what
 * does not, so the bytes that are read or copied are as many as those of what is compared with it. */
double doctor_peak_flops(const struct doctor *doctor, const nnefcl_device *device);
double doctor_peak_bytes(const struct doctor *doctor, const nnefcl_device *device, double bytes);

#endif
