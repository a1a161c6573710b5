/* OpenCL C sources from the bodies in cl/. */
#ifndef NCL_SOURCE_H
#define NCL_SOURCE_H

#include "ir/plan.h"

/* The launch form of one kernel: prelude, defines, body, and
 *   kernel void launch(global const long *records, ulong record, ulong tasks, global uchar *m0, ulong o0, global uchar
 * *m1, ulong o1, ...) with one (buffer, byte offset) pair for each tensor. Work-group size: target.group. */
void ncl_source_launch(struct ncl_text *text, const struct ncl_plan *plan, uint32_t kernel);
/* The launch forms of all kernels for which wanted[kernel] is set, as one program: kernel 7 is `launch_7`. */
void ncl_source_launches(struct ncl_text *text, const struct ncl_plan *plan, const bool *wanted);
/* The whole run list as one kernel for CPU devices:
 *   kernel void persistent(global const long *records, volatile global int *counters_, global uchar *m0, ulong o0, ...)
 * with one pair for each buffer of the plan (INIT ones included: any buffer may stand for them); `counters_` holds
 * NCL_PERSISTENT_COUNTERS zeroed ints, which the kernel leaves zeroed; launch target.compute_units work-items, local
 * size 1. The steps themselves are part of `records` (ncl_source_records). Fewer than 2^31 tasks in all. */
#define NCL_PERSISTENT_COUNTERS 48
void ncl_source_persistent(struct ncl_text *text, const struct ncl_plan *plan);
/* All records: the sizes of every kernel step at step->record, and behind them the step table of the persistent form.
 * `count` 64-bit integers. */
nnefcl_status ncl_source_records(const struct ncl_plan *plan, struct ncl_arena *arena, int64_t **records,
                                 size_t *count);

#endif
