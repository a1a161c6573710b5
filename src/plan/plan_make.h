/* SPDX-License-Identifier: Apache-2.0 */
/* Graph to plan (DESIGN 3). A stage takes const input and returns something new. */
#ifndef NCL_PLAN_MAKE_H
#define NCL_PLAN_MAKE_H

#include "emit/lower.h"

struct ncl_plan_options {
    const char *const *disabled_passes;
    size_t disabled_pass_count;
    const char *const *kernels; /* forced variants: "conv=conv_gemm", "plain" */
    size_t kernel_count;
    const char *tuning; /* the text of a table, NULL: none */
    enum ncl_kept weights;
    bool half;     /* tensors between steps and weights in half (NNEFCL_PRECISION_MIXED) */
    bool multiply_half; /* products of halves where the device can (NNEFCL_PRECISION_FP16) */
    bool exact;    /* exact variants only, chosen by estimates (NNEFCL_PRECISION_EXACT) */
    bool measured; /* steps name their candidates */
    bool separate_buffers, keep_tensors, long_index;
    uint64_t memory_limit; /* bytes of device memory, 0: target->global_memory */
    int64_t at_once; /* images of a batch that are computed at a time, or 0: by estimates. For ncl_model_plan */
    int64_t parts;   /* the graph is of a part of the batch, of which a run has so many; 0, 1: it is of the whole */
};

/* Lowering, memory plan. Everything in `arena`; nothing points into the graph. `compat`: NNEFCL_COMPAT_* of the model.
 */
nnefcl_status ncl_plan_make(const struct ncl_graph *graph, unsigned compat, const struct ncl_target *target,
                            const struct ncl_plan_options *options, struct ncl_arena *arena, struct ncl_diag *diag,
                            struct ncl_plan **plan);
/* plan_repeat.c: fills in plan->moves_us and fixed_us, behind all steps: weights, tensors that no cache holds from step
 * to step, and the steps themselves. */
void ncl_plan_estimate(struct ncl_plan *plan);
/* The run list once for each part of a batch, one behind the other, and inputs and outputs of all of them. Behind all
 * steps, before the memory plan. */
nnefcl_status ncl_plan_repeat(struct ncl_lower *lower, int64_t parts);
/* held.c: what is to be read after a run keeps its memory: every tensor of the graph but constants and variables as
 * they were loaded (their files tell). Before the memory plan ... */
nnefcl_status ncl_keep_tensors(struct ncl_lower *lower);
/* ... and behind it: fills in plan->held. */
nnefcl_status ncl_keep_map(struct ncl_lower *lower);
/* meant.c: fills in plan->meant. */
nnefcl_status ncl_keep_meant(struct ncl_lower *lower);
/* plan_halves.c: tensors that every step can read and write in half lie so. Behind all steps, before the memory plan.
 */
nnefcl_status ncl_plan_halves(struct ncl_lower *lower);
/* schedule.c: sorts the init steps, loads in the order of the files and each step right behind what it waits for. */
nnefcl_status ncl_schedule_init(struct ncl_plan *plan, const struct ncl_graph *graph, struct ncl_arena *arena,
                                struct ncl_diag *diag);
/* memplan.c: gives every tensor of the plan its buffer and offset; no buffer above target.max_allocation, a larger
 * tensor is NNEFCL_ERR_LIMIT with both numbers. */
nnefcl_status ncl_memplan(struct ncl_plan *plan, const struct ncl_plan_options *options, struct ncl_arena *arena,
                          struct ncl_diag *diag);

#endif
