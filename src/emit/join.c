/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/join.h"

#include "emit/forms.h"
#include "emit/share.h"

static uint64_t offset_in_root(const struct ncl_lower *lower, ncl_ref ref)
{
    uint32_t buffer;
    uint64_t offset;
    ncl_plan_place(lower->plan, ref, &buffer, &offset);
    return offset;
}

/* Bytes that a tensor has for each index of the axes which count as one; of a dense one all of them. */
static uint64_t bytes_of_part(const struct ncl_plan_tensor *tensor)
{
    const struct ncl_layout *layout = &tensor->layout;
    const int64_t parts = ncl_layout_images(layout, &tensor->shape);
    return tensor->bytes - (uint64_t)((parts - 1) * layout->pitch) * ncl_layout_element(layout, tensor->dtype);
}

/* How many of the parts in a row make up the whole memory of a tensor, no more and no less; 0: none do. */
static size_t count_parts_of(const struct ncl_lower *lower, ncl_ref root, const struct ncl_section *section,
                             size_t count)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < count; i++) {
        const ncl_ref part = section[i].part;
        if (part == NCL_NO_TENSOR || ncl_plan_root(lower->plan, part) != root || offset_in_root(lower, part) != bytes)
            return 0;
        bytes += bytes_of_part(&lower->plan->tensor[part]);
        if (bytes == bytes_of_part(&lower->plan->tensor[root]))
            return i + 1;
    }
    return 0;
}

/* How many of the first parts are placed: one, or several that are the whole of an earlier result. 0: something else
 * has the first one (an input, a constant, another whole). */
static size_t place(struct ncl_lower *lower, const struct ncl_section *section, size_t count, ncl_ref whole)
{
    if (section->part == NCL_NO_TENSOR)
        return 0;
    const ncl_ref root = ncl_plan_root(lower->plan, section->part);
    const size_t placed = count_parts_of(lower, root, section, count);
    if (!placed || lower->plan->tensor[root].storage != NCL_STORE_ARENA || root == ncl_plan_root(lower->plan, whole))
        return 0;
    ncl_share_base(lower, root, whole, section->offset);
    return placed;
}

/* Does the part lie there in the memory of the root? */
static bool lies_in(const struct ncl_lower *lower, const struct ncl_section *section, ncl_ref root, uint64_t offset)
{
    return section->part != NCL_NO_TENSOR && ncl_plan_root(lower->plan, section->part) == root &&
           offset_in_root(lower, section->part) == offset;
}

/* Is the part in a memory that the new whole can have? What wrote parts of this one came behind all that has touched
 * the other, and nobody reads that later. */
static bool may_hand_on(const struct ncl_lower *lower, const struct ncl_section *section, ncl_ref whole)
{
    if (section->part == NCL_NO_TENSOR)
        return false;
    const struct ncl_plan_tensor *tensor = lower->plan->tensor;
    const ncl_ref root = ncl_plan_root(lower->plan, section->part);
    return root != whole && tensor[root].storage == NCL_STORE_ARENA && tensor[root].dtype == tensor[whole].dtype &&
           tensor[root].bytes == tensor[whole].bytes && lies_in(lower, section, root, section->offset) &&
           lower->life[root].reader <= lower->position && lower->life[root].last < lower->life[whole].first;
}

/* A part that is copied to another place of the same memory might find another one there. */
static bool any_moves_within(const struct ncl_lower *lower, const struct ncl_section *section, size_t count,
                             ncl_ref root)
{
    for (size_t i = 0; i < count; i++)
        if (!lies_in(lower, &section[i], root, section[i].offset) && ncl_forms_in(lower, section[i].tensor, root))
            return true;
    return false;
}

static void hand_on(struct ncl_lower *lower, const struct ncl_section *section, size_t count, ncl_ref whole)
{
    size_t i = 0;
    while (i < count && !may_hand_on(lower, &section[i], whole))
        i++;
    const ncl_ref root = i < count ? ncl_plan_root(lower->plan, section[i].part) : NCL_NO_TENSOR;
    if (i == count || any_moves_within(lower, section, count, root))
        return;
    ncl_share_base(lower, whole, root, 0);
    lower->life[root].overwritten = true;
}

void ncl_join_parts(struct ncl_lower *lower, const struct ncl_section *section, size_t count, ncl_ref whole)
{
    if (lower->status || lower->node_constant)
        return;
    for (size_t i = 0, placed; i < count; i += placed ? placed : 1)
        placed = place(lower, section + i, count - i, whole);
    if (lower->plan->tensor[whole].base == NCL_NO_TENSOR && lower->plan->tensor[whole].storage == NCL_STORE_ARENA)
        hand_on(lower, section, count, whole);
}

bool ncl_join_lies(const struct ncl_lower *lower, const struct ncl_section *section, ncl_ref whole)
{
    return !lower->status &&
           lies_in(lower, section, ncl_plan_root(lower->plan, whole), offset_in_root(lower, whole) + section->offset);
}
