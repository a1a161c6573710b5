/* SPDX-License-Identifier: Apache-2.0 */
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
