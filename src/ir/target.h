/* Facts about a device that lowering may use, as data: a plan can be made for a device that is not there. */
#ifndef NCL_TARGET_H
#define NCL_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ncl_target {
    const char *name;
    bool cpu; /* one work-item for each task, register tiles, long loops; else work-groups of `group` tasks */
    unsigned compute_units;
    unsigned group;          /* work-items of a work-group: 1 on CPUs, 64 elsewhere */
    unsigned chunk;          /* elements of one task of an element-wise kernel: a multiple of 8 */
    uint64_t max_allocation; /* bytes of the largest buffer */
    uint64_t global_memory;  /* bytes */
    uint64_t local_memory;   /* bytes */
    size_t max_work_group;
    unsigned alignment; /* bytes between tensors in a buffer: a power of two, 64 or more */
    bool fp16, fp64;
};

/* For plans without a device. */
extern const struct ncl_target ncl_target_generic_cpu, ncl_target_generic_gpu;

#endif
