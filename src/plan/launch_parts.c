/* SPDX-License-Identifier: Apache-2.0 */
/* A work-item knows its task by its global number, so that a launch from an offset on is the same work; a work-group,
 * whose number counts from 0 in every launch (OpenCL 1.2, 6.12.1), adds the offset (plan/source.c). */
#include "plan/launch_parts.h"

/* What a compute unit does at least: a tenth of what those of small GPUs do. */
#define FLOPS_OF_MS 5e6
#define BYTES_OF_MS 1e6
#define PARTS_MAX   1024.0

static double parts_wanted(const struct ncl_plan *plan, const struct ncl_step *step, double most_ms)
{
    const double arithmetic = (double)step->flops / FLOPS_OF_MS,
                 memory = (double)ncl_plan_step_bytes(plan, step) / BYTES_OF_MS,
                 ms = (arithmetic > memory ? arithmetic : memory) / plan->target.compute_units;
    return ms / most_ms < PARTS_MAX ? ms / most_ms : PARTS_MAX;
}

struct ncl_part ncl_launch_parts_next(const struct ncl_plan *plan, const struct ncl_step *step, double most_ms,
                                      uint64_t first)
{
    struct ncl_part part = {first, step->tasks - first};
    if (step->kind != NCL_STEP_KERNEL || !(most_ms > 0))
        return part;
    const double parts = parts_wanted(plan, step, most_ms);
    if (parts <= 1)
        return part;
    const struct ncl_kernel *kernel = &plan->kernel[step->kernel];
    const uint64_t group = kernel->map == NCL_MAP_GROUP ? 1 : ncl_plan_group(plan, kernel),
                   share = (uint64_t)((double)step->tasks / parts),
                   tasks = share < group ? group : (share + group - 1) / group * group;
    if (tasks < part.tasks)
        part.tasks = tasks;
    return part;
}
