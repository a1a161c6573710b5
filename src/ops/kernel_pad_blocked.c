/* SPDX-License-Identifier: Apache-2.0 */
/* A border around H and W of images in blocks of channels: pad_blocked.cl. */
#include "emit/blocks.h"
#include "emit/cost.h"
#include "emit/variant.h"
#include "ops/pad.h"
#include "ops/window.h"

#define EFFICIENCY 0.05 /* as pad_plain: what both move is the same */

static const char *pad_blocked_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    if (!target->cpu)
        return "needs a device with few wide cores";
    if (!problem)
        return NULL;
    const struct ncl_pad *pad = &problem->pad;
    for (int i = 0; i < 2 && i < pad->input->shape.rank; i++)
        if (pad->before[i] || pad->after[i])
            return "a border of images or channels";
    if (ncl_pad_only_cuts(pad))
        return "nothing is added, it is a view";
    return ncl_blocks_can(problem->result) ? NULL : "the result is no image in blocks";
}

static double pad_blocked_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                               const struct ncl_choice *choice)
{
    (void)choice;
    const double elements = (double)ncl_blocks_elements(target, &problem->result->shape);
    return ncl_cost_macs(target, elements, EFFICIENCY);
}

static nnefcl_status pad_blocked_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                      const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_pad *pad = &problem->pad;
    const nnefcl_shape *out = &problem->result->shape;
    const ncl_ref input = ncl_blocks_in(lower, pad->input);
    const struct ncl_place from = ncl_blocks_place(lower, input), place = ncl_blocks_place(lower, problem->out);
    const struct ncl_blocks_tasks tasks = ncl_blocks_tasks(&lower->plan->target, out, &place);
    struct ncl_emit *step = ncl_step_begin(lower, "pad_blocked");
    ncl_window_define_border(step, pad->border);
    ncl_step_in(step, input);
    ncl_step_out(step, problem->out);
    ncl_blocks_emit_out(step, &place);
    ncl_step_size(step, "CHANNELS", out->extent[1]);
    ncl_step_size(step, "ROWS", tasks.rows);
    ncl_blocks_emit_in(step, &from, (const char *const[]){"X_BATCH", "X_CHANNEL", "X_ROW", "X_FIRST"});
    ncl_step_sizes(step, "IN", from.extent, 2);
    ncl_step_sizes(step, "BEFORE", (const int64_t[]){out->rank > 3 ? pad->before[2] : 0, pad->before[out->rank - 1]},
                   2);
    ncl_step_real(step, "VALUE", pad->value);
    return ncl_step_end(step, tasks.count);
}

const struct ncl_variant ncl_variant_pad_blocked = {.name = "pad_blocked",
                                                    .family = NCL_FAMILY_PAD,
                                                    .about = "a border of images in blocks of channels",
                                                    .unfit = pad_blocked_unfit,
                                                    .cost = pad_blocked_cost,
                                                    .emit = pad_blocked_emit,
                                                    .reads_blocks = true,
                                                    .writes_blocks = true};
