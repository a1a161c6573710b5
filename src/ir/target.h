/* SPDX-License-Identifier: Apache-2.0 */
/* Facts about a device that lowering may use, as data: a plan can be made for a device that is not there. */
#ifndef NCL_TARGET_H
#define NCL_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nnefcl/device.h"

struct ncl_target {
    const char *name, *driver; /* of the device, and its driver's version: tuning tables name both */
    bool cpu; /* one work-item for each task, register tiles, long loops; else work-groups of `group` tasks */
    unsigned compute_units;
    unsigned group;          /* work-items of a work-group: 1 on CPUs, 64 elsewhere */
    unsigned chunk;          /* elements of one task of an element-wise kernel: a multiple of `lanes` */
    uint64_t max_allocation; /* bytes of the largest buffer */
    uint64_t global_memory;  /* bytes */
    uint64_t local_memory;   /* bytes */
    size_t max_work_group;
    size_t max_parameter_bytes; /* of the arguments of one kernel */
    unsigned alignment;         /* bytes between tensors in a buffer: a power of two, 64 or more */
    unsigned lanes;             /* floats of a vector in kernels, their LANES: 8 or 16 */
    unsigned registers;         /* vectors of that width that the registers of a core hold */
    uint64_t l1, l2, l3;        /* bytes of the caches: nearest, second, shared; estimates where no query tells */
    uint64_t weights;           /* bytes of the constants of the network that costs are for; 0: of a device alone */
    bool barriers;              /* work-items of a group can wait for each other and share local memory */
    bool relaxed_atomics; /* what a work-group wrote in front of a mem_fence and an atomic is there for the group that
                             saw the atomic: the persistent form hands data on by that */
    bool short_loops;     /* the driver ends the loops of a work-item, without a word, after 65,535 iterations in all */
    bool soft_fma;        /* fma costs some hundred instructions */
    bool lost_barriers;   /* no loop with barriers may stand in a condition, also not in one of the whole work-group */
    bool declares;        /* texts declare the functions that they call, and the driver's own header is not read */
    double barrier;       /* microseconds that a barrier takes for each work-item, where that counts */
    bool fp16, fp64;
    bool clblast;         /* the host can call CLBlast on it */
    bool calls;           /* a function that stands apart costs a call, and is compiled once; else it becomes part */
    bool local_is_global; /* panels in local memory gain nothing: it is as far away as what they are copied from */
};

/* What lowering needs of a device's facts; `target` keeps the name. Facts that cannot be become the nearest ones that
 * can: they may come from a file. */
void ncl_target_describe(struct ncl_target *target, const nnefcl_device_info *info);

/* For plans without a device. */
extern const struct ncl_target ncl_target_generic_cpu, ncl_target_generic_gpu;

/* Do so many bytes of weights stay in the third cache from run to run? What runs in between has the other half. */
bool ncl_target_keeps(const struct ncl_target *target, uint64_t weights);

/* Registers for vectors of so many lanes: AVX-512 has twice as many, twice as wide. */
unsigned ncl_target_registers(unsigned lanes);

/* Sums of a matrix product that stay in registers: `rows` times `vectors` of them, beside one row of vectors of the one
 * operand and an element of the other: rows * vectors + vectors + 1 registers. */
struct ncl_tile {
    int64_t rows, vectors;
};

/* The fastest tile for a result of rows x columns elements: the padding at its edges counts. 0 columns or rows: what
 * the tile must not depend on, because it follows the batch or the size of an image, and programs should not. A tile is
 * never wider than the result, but for results that are narrower than all of them. */
struct ncl_tile ncl_target_tile(const struct ncl_target *target, int64_t rows, int64_t columns);
/* The same where low tiles are faster, for results of any number of rows: rows of the left operand lie apart, or what
 * follows the sums wants registers. */
struct ncl_tile ncl_target_low_tile(const struct ncl_target *target, int64_t columns);
/* The same for the output channels of one of many groups: of few vectors, one too. */
struct ncl_tile ncl_target_narrow_tile(const struct ncl_target *target, int64_t columns);
/* The same for the output channels of all: three vectors where two would compute filling. A kernel with other tiles is
 * another text, a quarter of a second of a cold start. */
struct ncl_tile ncl_target_channel_tile(const struct ncl_target *target, int64_t columns);
/* Elements in a row of the tile. */
int64_t ncl_tile_columns(const struct ncl_target *target, struct ncl_tile tile);

#endif
