/* SPDX-License-Identifier: Apache-2.0 */
/* The persistent form: a whole run list as one kernel, for CPU devices.
 *
 *   kernel void persistent(global const long *records, volatile global int *counters_, global uchar *m0, ulong o0, ...)
 *
 * with one (buffer, byte offset) pair for each buffer of the plan, their number rounded up (ncl_persistent_buffers; any
 * buffer may stand for those that are not there). The steps are data: records[0] is their number, records[1] the place
 * of their table in the records, so that one text serves every run list over the same bodies. `counters_` holds
 * NCL_PERSISTENT_COUNTERS zeroed ints, which the kernel leaves zeroed; launch target.compute_units work-items, local
 * size 1. */
#ifndef NCL_SOURCE_PERSISTENT_H
#define NCL_SOURCE_PERSISTENT_H

#include "plan/source.h"

#define NCL_PERSISTENT_COUNTERS 64
#define NCL_PERSISTENT_STALLED  48 /* of them: becomes 1 when a group waited for another beyond all measure */

/* Can the run list of the plan be one kernel on its target? NULL: yes, else why not. */
const char *ncl_persistent_unfit(const struct ncl_plan *plan);
/* Pairs that the kernel of this plan takes: 4, 8, 16 or 32; 0: the plan has more buffers than that. */
unsigned ncl_persistent_buffers(const struct ncl_plan *plan);
/* The bodies of the run list, and the key of the program. */
nnefcl_status ncl_persistent_set(const struct ncl_plan *plan, struct ncl_arena *arena,
                                 struct ncl_program_text *program);
void ncl_source_persistent(struct ncl_text *text, const struct ncl_plan *plan, const struct ncl_program_text *program);
/* All records: two numbers that lead to the step table, the sizes of every kernel step at step->record, and the table.
 * `persistent` NULL: launches only, no table. `count` 64-bit integers. */
nnefcl_status ncl_source_records(const struct ncl_plan *plan, const struct ncl_program_text *persistent,
                                 struct ncl_arena *arena, int64_t **records, size_t *count);

#endif
