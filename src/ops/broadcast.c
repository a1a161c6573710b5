#include "ops/broadcast.h"

#define SMALLEST_CHUNK 512 /* elements: below that a task costs more than it spreads */

bool ncl_broadcast_join(nnefcl_shape *shape, const nnefcl_shape *operand)
{
    for (int i = 0; i < operand->rank; i++) {
        if (i == shape->rank)
            shape->extent[shape->rank++] = 1;
        if (shape->extent[i] == 1)
            shape->extent[i] = operand->extent[i];
        else if (operand->extent[i] != 1 && operand->extent[i] != shape->extent[i])
            return false;
    }
    return true;
}

nnefcl_status ncl_broadcast_infer(struct ncl_infer *infer, const struct ncl_node *node, const char *const *names,
                                  size_t count, nnefcl_shape *shape)
{
    char got[NCL_SHAPE_TEXT], want[NCL_SHAPE_TEXT];
    *shape = (nnefcl_shape){0};
    for (size_t i = 0; i < count; i++) {
        const nnefcl_shape before = *shape, *operand = &ncl_node_tensor(node, names[i])->shape;
        if (!ncl_broadcast_join(shape, operand))
            return ncl_infer_error(infer, node, "'%s' of shape %s does not broadcast with the shape %s of %s", names[i],
                                   ncl_shape_text(operand, got), ncl_shape_text(&before, want),
                                   i == 1 ? names[0] : "the operands before it");
    }
    return NNEFCL_OK;
}

int64_t ncl_broadcast_chunk(const struct ncl_target *target, int64_t count)
{
    if (!target->cpu)
        return target->chunk;
    int64_t chunk = ncl_ceil_div(count, 4 * (int64_t)target->compute_units);
    if (chunk < SMALLEST_CHUNK)
        chunk = SMALLEST_CHUNK;
    if (chunk > target->chunk)
        chunk = target->chunk;
    return ncl_ceil_div(chunk, target->lanes) * target->lanes;
}

/* ---- axes: as few as describe how the operands run ---- */

struct axes {
    int count; /* innermost first */
    int64_t extent[NNEFCL_MAX_RANK];
    int64_t stride[NCL_BROADCAST_OPERANDS][NNEFCL_MAX_RANK]; /* 0: repeated along the axis */
};

/* One axis more on the outside; it becomes part of the last one where every operand goes on as it went there. */
static void add_axis(struct axes *axes, int arity, int64_t extent, const int64_t *stride)
{
    const int last = axes->count - 1;
    bool goes_on = axes->count > 0;
    for (int k = 0; k < arity && goes_on; k++)
        goes_on = stride[k] == axes->stride[k][last] * axes->extent[last];
    if (goes_on) {
        axes->extent[last] *= extent;
        return;
    }
    axes->extent[axes->count] = extent;
    for (int k = 0; k < arity; k++)
        axes->stride[k][axes->count] = stride[k];
    axes->count++;
}

static struct axes collapse(const struct ncl_broadcast *broadcast)
{
    struct axes axes = {0};
    int64_t volume[NCL_BROADCAST_OPERANDS] = {1, 1, 1, 1}, stride[NCL_BROADCAST_OPERANDS];
    for (int i = broadcast->result_shape.rank - 1; i >= 0; i--) {
        for (int k = 0; k < broadcast->arity; k++) {
            const int64_t extent = i < broadcast->shape[k].rank ? broadcast->shape[k].extent[i] : 1;
            stride[k] = extent == 1 ? 0 : volume[k];
            volume[k] *= extent;
        }
        if (broadcast->result_shape.extent[i] > 1)
            add_axis(&axes, broadcast->arity, broadcast->result_shape.extent[i], stride);
    }
    if (axes.count == 0) { /* a single element; every operand has it, so all of them run along it */
        axes.count = axes.extent[0] = 1;
        for (int k = 0; k < broadcast->arity; k++)
            axes.stride[k][0] = 1;
    }
    return axes;
}

/* ---- the step ---- */

void ncl_broadcast_operand(struct ncl_lower *lower, struct ncl_broadcast *broadcast, const struct ncl_tensor *tensor)
{
    broadcast->operand[broadcast->arity] = ncl_lower_tensor(lower, tensor);
    broadcast->shape[broadcast->arity++] = tensor->shape;
}

static void define_types(struct ncl_lower *lower, struct ncl_emit *step, const struct ncl_broadcast *broadcast)
{
    static const char *const names[] = {"X", "Y", "Z", "W"};
    const struct ncl_plan_tensor *tensor = lower->plan->tensor;
    for (int k = 0; k < broadcast->arity; k++)
        ncl_step_define_type(step, names[k], tensor[broadcast->operand[k]].dtype);
    ncl_step_define_type(step, "R", tensor[broadcast->result].dtype);
}

nnefcl_status ncl_broadcast_emit(struct ncl_lower *lower, const struct ncl_broadcast *broadcast)
{
    static const char *const steps[] = {"STEP0", "STEP1", "STEP2", "STEP3"};
    if (ncl_lower_status(lower))
        return ncl_lower_status(lower);
    const struct axes axes = collapse(broadcast);
    const int64_t count = ncl_shape_volume(&broadcast->result_shape),
                  chunk = ncl_broadcast_chunk(&lower->plan->target, count);
    struct ncl_emit *step = ncl_step_begin(lower, "broadcast");
    ncl_step_define(step, "FORMULA", broadcast->formula);
    ncl_step_define_int(step, "ARITY", broadcast->arity);
    define_types(lower, step, broadcast);
    if (broadcast->quantize)
        ncl_step_define_int(step, "QUANTIZE", 1);
    for (int k = 0; k < broadcast->arity; k++) {
        ncl_step_define_int(step, steps[k], axes.stride[k][0]); /* 0 or 1: tensors are dense */
        ncl_step_in(step, broadcast->operand[k]);
    }
    ncl_step_out(step, broadcast->result);
    ncl_step_size(step, "COUNT", count);
    ncl_step_size(step, "CHUNK", chunk);
    ncl_step_size(step, "INNER", axes.extent[0]);
    ncl_step_size(step, "OUTER", axes.count - 1);
    ncl_step_real(step, "ALPHA", broadcast->alpha);
    ncl_step_real(step, "BETA", broadcast->beta);
    ncl_step_sizes(step, "EXTENT", axes.extent + 1, NNEFCL_MAX_RANK - 1);
    for (int k = 0; k < broadcast->arity; k++)
        ncl_step_sizes(step, "STRIDE", axes.stride[k] + 1, NNEFCL_MAX_RANK - 1);
    ncl_step_flops(step, (double)count);
    return ncl_step_end(step, ncl_ceil_div(count, chunk));
}
