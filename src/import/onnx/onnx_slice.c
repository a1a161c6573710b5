/* SPDX-License-Identifier: Apache-2.0 */
/* Sections, chosen elements, and what is put around them. */
#include <string.h>

#include "import/onnx/onnx_operators.h"

/* ---- Slice: attributes before operator set 10, operands from there on ---- */

struct section {
    int axis;
    int64_t begin, count, stride;
};

static int64_t clamped(int64_t value, int64_t low, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

/* Ends far outside stand for the end of the axis. */
static struct section section_of(struct ncl_import *import, int64_t begin, int64_t end, int64_t stride, int64_t extent)
{
    struct section section = {.stride = stride};
    if (stride == 0 || stride == INT64_MIN) {
        ncl_import_wrong(import, "a step is 0");
        return section;
    }
    begin = begin < 0 ? begin + extent : begin;
    end = end < -extent ? -1 - extent : end;
    end = end < 0 ? end + extent : end;
    section.begin = stride > 0 ? clamped(begin, 0, extent) : clamped(begin, -1, extent - 1);
    end = stride > 0 ? clamped(end, 0, extent) : clamped(end, -1, extent - 1);
    const int64_t length = stride > 0 ? end - section.begin : section.begin - end, step = stride > 0 ? stride : -stride;
    section.count = length > 0 ? (length - 1) / step + 1 : 0;
    if (section.count == 1)
        section.stride = 1;
    return section;
}

static size_t sections_read(struct ncl_import *import, const struct ncl_import_node *node, struct section *section)
{
    int64_t begin[NCL_ONNX_LIST], end[NCL_ONNX_LIST], axes[NCL_ONNX_LIST], step[NCL_ONNX_LIST];
    size_t begins = 0, ends = 0, axis_count = 0, steps = 0;
    const nnefcl_shape *shape = &ncl_import_value(import, node, 0)->shape;
    bool seen[NNEFCL_MAX_RANK] = {false};
    ncl_onnx_list(import, node, "starts", 1, begin, &begins);
    ncl_onnx_list(import, node, "ends", 2, end, &ends);
    const bool some = ncl_onnx_list(import, node, "axes", 3, axes, &axis_count),
               strided = ncl_onnx_list(import, node, "steps", 4, step, &steps);
    if (begins != ends || (some && axis_count != begins) || (strided && steps != begins) ||
        (!some && begins > (size_t)shape->rank))
        ncl_import_wrong(import, "starts, ends, axes and steps are lists of different lengths");
    for (size_t i = 0; i < begins && !import->status; i++) {
        const int axis = ncl_import_axis(import, some ? axes[i] : (int64_t)i, shape->rank);
        if (seen[axis])
            ncl_import_wrong(import, "axis %d is named twice", axis);
        seen[axis] = true;
        section[i] = section_of(import, begin[i], end[i], strided ? step[i] : 1, shape->extent[axis]);
        section[i].axis = axis;
    }
    return import->status ? 0 : begins;
}

void ncl_onnx_slice(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct section section[NCL_ONNX_LIST];
    const size_t count = sections_read(import, node, section);
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    for (size_t i = 0; i < count && !import->status; i++) {
        const struct section *s = &section[i];
        const int64_t end = s->begin + (s->count - 1) * s->stride + (s->stride > 0 ? 1 : -1);
        if (s->count == 0)
            ncl_import_refuse(import, "a tensor without elements would result");
        x = ncl_compose_slice(import, x, s->axis, s->begin, end, s->stride);
    }
    ncl_import_give_element(import, node, 0, x, ncl_import_value(import, node, 0)->element);
}

bool ncl_onnx_slice_fold(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct section section[NCL_ONNX_LIST];
    const size_t count = sections_read(import, node, section);
    const struct ncl_known *known = ncl_import_known(import, node, 0);
    for (size_t i = 0; i < count && known; i++)
        known = ncl_fold_slice(import, known, section[i].axis, section[i].begin, section[i].count, section[i].stride);
    return ncl_onnx_folded(import, node, known);
}

/* ---- Gather ---- */

/* Negative indices count from the end. Known ones are written so, others are checked as they come. */
static struct ncl_tensor *indices_tensor(struct ncl_import *import, const struct ncl_import_node *node, int64_t extent)
{
    const struct ncl_known *known = ncl_import_known(import, node, 1);
    if (known) {
        const struct ncl_known *moved =
            ncl_fold_binary(import, "add", known, ncl_known_scalar(&import->scratch, NCL_STORED_INT64, (double)extent));
        const struct ncl_known *negative =
            ncl_fold_binary(import, "lt", known, ncl_known_scalar(&import->scratch, NCL_STORED_INT64, 0));
        known = ncl_fold_select(import, negative, moved, known);
    }
    if (known)
        return ncl_import_constant(import, known);
    struct ncl_tensor *index = ncl_import_tensor(import, node, 1);
    struct ncl_tensor *number = ncl_compose_cast(import, index, NNEFCL_SCALAR),
                      *below = ncl_compose_with(import, "lt", number, 0),
                      *moved = ncl_compose_with(import, "add", number, (double)extent);
    return ncl_compose_cast(import, ncl_compose_select(import, below, moved, number), NNEFCL_INTEGER);
}

void ncl_onnx_gather(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const int axis = ncl_import_axis(import, ncl_import_integer(import, node, "axis", 0), x->shape.rank);
    if (import->status)
        return;
    const struct ncl_import_value *indices = ncl_import_value(import, node, 1);
    const struct ncl_known *one = indices->shape.rank == 0 ? ncl_import_known(import, node, 1) : NULL;
    const int64_t extent = x->shape.extent[axis];
    if (one && one->integer[0] >= -extent && one->integer[0] < extent) { /* one of them is a section */
        const int64_t at = one->integer[0] < 0 ? one->integer[0] + extent : one->integer[0];
        x = ncl_compose_squeeze(import, ncl_compose_slice(import, x, axis, at, at + 1, 1), axis);
    } else {
        x = NCL_COMPOSE(import, "gather", {"input", ncl_value_tensor(x)},
                        {"indices", ncl_value_tensor(indices_tensor(import, node, extent))},
                        {"axis", ncl_value_integer(axis)});
    }
    ncl_import_give_element(import, node, 0, x, ncl_import_value(import, node, 0)->element);
}

bool ncl_onnx_gather_fold(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_known *x = ncl_import_known(import, node, 0), *index = ncl_import_known(import, node, 1);
    const int axis = ncl_import_axis(import, ncl_import_integer(import, node, "axis", 0), x ? x->shape.rank : 1);
    return ncl_onnx_folded(import, node,
                           x && index && !import->status ? ncl_fold_gather(import, x, index, axis) : NULL);
}

/* ---- Pad ---- */

/* 'wrap': the other end of the axis. */
static struct ncl_tensor *pad_wrap(struct ncl_import *import, struct ncl_tensor *x, const int64_t *before,
                                   const int64_t *after)
{
    for (int i = 0; i < x->shape.rank && !import->status; i++) {
        const int64_t extent = x->shape.extent[i], count = before[i] + extent + after[i];
        int64_t *index = count > 0 && count <= (int64_t)NCL_KNOWN_MAX
                             ? NCL_NEW_ARRAY(&import->scratch, int64_t, (size_t)count)
                             : NULL;
        if (before[i] == 0 && after[i] == 0)
            continue;
        if (!index) {
            ncl_import_refuse(import, "a padding is out of range");
            return x;
        }
        for (int64_t j = 0; j < count; j++)
            index[j] = ((j - before[i]) % extent + extent) % extent;
        x = ncl_compose_pick(import, x, i, index, (size_t)count);
    }
    return x;
}

static bool pads_read(struct ncl_import *import, const struct ncl_import_node *node, int rank, int64_t *before,
                      int64_t *after)
{
    int64_t pads[NCL_ONNX_LIST], axes[NCL_ONNX_LIST];
    size_t count = 0, axis_count = 0;
    ncl_onnx_list(import, node, node->version < 2 ? "paddings" : "pads", 1, pads, &count);
    const bool some = node->version >= 18 && ncl_onnx_list(import, node, "axes", 3, axes, &axis_count);
    const size_t padded = some ? axis_count : (size_t)rank;
    if (count != 2 * padded)
        ncl_import_wrong(import, "'pads' has %zu items for %zu axes", count, padded);
    for (int i = 0; i < NNEFCL_MAX_RANK; i++)
        before[i] = after[i] = 0;
    for (size_t i = 0; i < padded && !import->status; i++) {
        const int axis = some ? ncl_import_axis(import, axes[i], rank) : (int)i;
        before[axis] = pads[i];
        after[axis] = pads[padded + i];
        if (pads[i] > 1 << 30 || pads[i] < -(1 << 30) || pads[padded + i] > 1 << 30 || pads[padded + i] < -(1 << 30))
            ncl_import_wrong(import, "a padding is out of range");
    }
    return !import->status;
}

void ncl_onnx_pad(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const char *const modes[][2] = {{"constant", "constant"}, {"reflect", "reflect"}, {"edge", "replicate"}};
    int64_t before[NNEFCL_MAX_RANK], after[NNEFCL_MAX_RANK];
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const char *mode = ncl_import_string(import, node, "mode", "constant");
    double value = node->version < 11 ? ncl_import_scalar(import, node, "value", 0) : 0;
    if (!pads_read(import, node, x->shape.rank, before, after))
        return;
    if (node->version >= 11 && ncl_import_has(import, node, 2) && strcmp(mode, "constant") == 0) {
        const struct ncl_known *known = ncl_import_need(import, node, 2, "the value of the padding");
        value = known && known->count == 1 ? ncl_known_double(known, 0) : 0;
    }
    if (strcmp(mode, "wrap") == 0) {
        ncl_import_give_element(import, node, 0, pad_wrap(import, x, before, after),
                                ncl_import_value(import, node, 0)->element);
        return;
    }
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (strcmp(mode, modes[i][0]) == 0) {
            ncl_import_give_element(import, node, 0, ncl_compose_pad(import, x, before, after, modes[i][1], value),
                                    ncl_import_value(import, node, 0)->element);
            return;
        }
    ncl_import_refuse(import, "the mode '%.40s' is not supported", mode);
}
