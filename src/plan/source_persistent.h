/* SPDX-License-Identifier: Apache-2.0 */
/* The persistent form: a whole run list as one kernel, for CPU devices, which runs the steps of init as well, each as a
 * list of its own.
 *
 *   kernel void persistent(global const long *records, volatile global int *counters, long looks, long list,
 *                          global uchar *m0, ulong o0, ...)
 *
 * with one (buffer, byte offset) pair for each buffer of the plan, their number rounded up (ncl_persistent_buffers; any
 * buffer may stand for those that are not there). The steps are data: records[list] is their number, records[list + 1]
 * the place of their table in the records, records[list + 2] the number of launches of a run, so that one text serves
 * every plan over the same bodies or some of them. The run list is list 0. `counters` holds NCL_PERSISTENT_COUNTERS
 * zeroed ints, which the last launch of a run leaves zeroed; `looks` is ncl_persistent_looks of the deadline; launch
 * target.compute_units work-items, local size 1.
 *
 * Work-groups spin while they wait for each other, which costs little as long as each has a core. Where another process
 * takes one, spinning keeps the group that waits for a core from having the one that nothing is done on. So a group
 * that has waited for long leaves, and the others behind it, each at the end of its task: the kernel ends, the driver
 * blocks, the system moves what waits, and the next launch goes on where the last one stopped. Launches behind the end
 * of the list do nothing; in the last one of a run nobody leaves. */
#ifndef NCL_SOURCE_PERSISTENT_H
#define NCL_SOURCE_PERSISTENT_H

#include "plan/source.h"

#define NCL_PERSISTENT_OVERLAP  8 /* steps that may be under way at a time */
#define NCL_PERSISTENT_COUNTERS (NCL_PERSISTENT_DONE + 16 * NCL_PERSISTENT_OVERLAP)
#define NCL_PERSISTENT_DONE     80 /* the first one of done tasks: of steps 0, OVERLAP, 2 OVERLAP, ... */
#define NCL_PERSISTENT_STALLED  48 /* of them: becomes 1 when a group waited for another beyond all measure */

/* Can the run list of the plan be one kernel on its target? NULL: yes, else why not. */
const char *ncl_persistent_unfit(const struct ncl_plan *plan);
/* Pairs that the kernel of this plan takes: 4, 8, 16 or 32; 0: the plan has more buffers than that. */
unsigned ncl_persistent_buffers(const struct ncl_plan *plan);
/* The bodies of the plan, and the key of the program. */
nnefcl_status ncl_persistent_set(const struct ncl_plan *plan, struct ncl_arena *arena,
                                 struct ncl_program_text *program);
/* What the kernel of a program has, or a plan asks for: pairs, and bodies as steps number them. */
struct ncl_bodies {
    unsigned buffers;
    size_t count;
    const uint64_t *key; /* ascending */
};
nnefcl_status ncl_persistent_bodies(const struct ncl_plan *plan, const struct ncl_program_text *set,
                                    struct ncl_arena *arena, struct ncl_bodies *bodies);
bool ncl_persistent_serves(const struct ncl_bodies *has, const struct ncl_bodies *wants);
/* How often a group looks before it gives up waiting for another one, for all that is left of it to end not long behind
 * the deadline of a session; 0: none. */
int64_t ncl_persistent_looks(double timeout_ms);
/* How many of the first steps have to be over before this one starts: up to the last one that it meets in memory, and
 * all but NCL_PERSISTENT_OVERLAP - 1 before it. */
size_t ncl_persistent_waits(const struct ncl_plan *plan, size_t index);
/* Launches of a run. */
size_t ncl_persistent_rounds(const struct ncl_plan *plan);
void ncl_source_persistent(struct ncl_text *text, const struct ncl_plan *plan, const struct ncl_program_text *program);
/* Where the lists of init steps begin in the records, one behind the other, and what each takes: nothing for steps that
 * are no kernels. */
uint64_t ncl_persistent_init_lists(const struct ncl_plan *plan);
uint64_t ncl_persistent_init_list_size(const struct ncl_step *step);
/* All records: the numbers in front that the kernel reads, the sizes of every kernel step at step->record, and the
 * table and lists, for a program that has these bodies. `bodies` NULL: launches only, no table. `count` 64-bit
 * integers. */
nnefcl_status ncl_source_records(const struct ncl_plan *plan, const struct ncl_bodies *bodies, struct ncl_arena *arena,
                                 int64_t **records, size_t *count);

#endif
