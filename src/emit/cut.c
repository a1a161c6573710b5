/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/cut.h"

#include "emit/blocks.h"
#include "emit/convert.h"
#include "emit/forms.h"
#include "emit/join.h"
#include "emit/parts.h"
#include "emit/pitch.h"
#include "emit/share.h"

bool ncl_cut_fits(const struct ncl_cut *cut, int64_t block)
{
    int64_t channel = cut->first;
    bool fits = ncl_blocks_can(cut->whole);
    for (size_t i = 0; i < cut->count && fits; i++) {
        const struct ncl_tensor *part = cut->part[i].tensor;
        const int64_t end = channel + part->shape.extent[1];
        fits = ncl_blocks_can(part) && channel % block == 0 && (end % block == 0 || end == cut->whole->shape.extent[1]);
        channel = end;
    }
    return fits;
}

/* Bytes from one channel of a block, block, or plain channel, to the first channel of the whole. */
static uint64_t offset_of(const struct ncl_lower *lower, ncl_ref whole, int64_t channel)
{
    const struct ncl_plan_tensor *tensor = &lower->plan->tensor[whole];
    const int64_t block = tensor->layout.block ? tensor->layout.block : 1;
    return (uint64_t)(channel / block * ncl_layout_stride(&tensor->layout, &tensor->shape, 1)) * sizeof(float);
}

/* A part of the whole as a tensor of its own. */
static ncl_ref add_section(struct ncl_lower *lower, const struct ncl_tensor *part, ncl_ref whole, int64_t channel)
{
    const struct ncl_layout layout =
        ncl_layout_part(&lower->plan->tensor[whole].layout, &lower->plan->tensor[whole].shape);
    const ncl_ref ref = ncl_forms_add(lower, part->name, part->dtype, &part->shape, &layout);
    if (lower->status)
        return NCL_NO_TENSOR;
    ncl_share_base(lower, ref, whole, offset_of(lower, whole, channel));
    lower->constant[ref] = lower->constant[whole];
    return ref;
}

void ncl_cut_convert(struct ncl_lower *lower, const struct ncl_tensor *part, ncl_ref whole, int64_t channel)
{
    ncl_convert_emit(lower, ncl_forms_some(lower, part), add_section(lower, part, whole, channel));
}

static nnefcl_status cut_in_parts(struct ncl_lower *lower, const struct ncl_cut *cut)
{
    const ncl_ref whole = ncl_blocks_in(lower, cut->whole);
    int64_t channel = cut->first;
    for (size_t i = 0; i < cut->count && !lower->status; i++) {
        const struct ncl_tensor *part = cut->part[i].tensor;
        ncl_forms_give(lower, part, add_section(lower, part, whole, channel));
        channel += part->shape.extent[1];
    }
    return lower->status;
}

bool ncl_cut_view(struct ncl_lower *lower, const struct ncl_tensor *part, const struct ncl_tensor *whole,
                  int64_t channel)
{
    const struct ncl_layout layout = ncl_pitch_layout(lower, part);
    if (!layout.outer)
        return false;
    const ncl_ref base = ncl_pitch_in(lower, whole);
    if (!lower->status)
        ncl_forms_give(lower, part, add_section(lower, part, base, channel));
    return true;
}

static nnefcl_status join_parts(struct ncl_lower *lower, const struct ncl_cut *cut)
{
    const struct ncl_layout layout = ncl_blocks_layout(lower, cut->whole),
                            section = ncl_layout_part(&layout, &cut->whole->shape);
    const ncl_ref whole = ncl_lower_result(lower, cut->whole, &layout);
    struct ncl_section *part = NCL_NEW_ARRAY(lower->arena, struct ncl_section, cut->count);
    if (!part)
        return ncl_parts_nomem(lower);
    int64_t channel = cut->first;
    for (size_t i = 0; i < cut->count && !lower->status; i++) {
        const struct ncl_tensor *tensor = cut->part[i].tensor;
        part[i] =
            (struct ncl_section){tensor, ncl_forms_find(lower, tensor, &section), offset_of(lower, whole, channel)};
        channel += tensor->shape.extent[1];
    }
    ncl_join_parts(lower, part, cut->count, whole);
    channel = cut->first;
    for (size_t i = 0; i < cut->count && !lower->status; i++) {
        const struct ncl_tensor *tensor = cut->part[i].tensor;
        if (!ncl_join_lies(lower, &part[i], whole))
            ncl_cut_convert(lower, tensor, whole, channel);
        channel += tensor->shape.extent[1];
    }
    return lower->status;
}

nnefcl_status ncl_cut_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    struct ncl_cut cut;
    node->op->cut(node, &cut);
    if (lower->status)
        return lower->status;
    return cut.joins ? join_parts(lower, &cut) : cut_in_parts(lower, &cut);
}
