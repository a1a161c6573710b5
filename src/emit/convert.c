/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/convert.h"

static const char *convert_name(struct ncl_lower *lower, const struct ncl_plan_tensor *out)
{
    return ncl_arena_printf(lower->arena, "%s = convert", out->name);
}

/* ---- any two forms, element by element: convert.cl ---- */

struct axes {
    int64_t extent[NNEFCL_MAX_RANK], before[NNEFCL_MAX_RANK], in[NNEFCL_MAX_RANK], out[NNEFCL_MAX_RANK],
        memory[NNEFCL_MAX_RANK];
    int64_t cells;
};

static struct axes axes_between(const struct ncl_layout *in, const struct ncl_layout *out, const nnefcl_shape *shape)
{
    struct axes axes = {.cells = out->block ? out->block : 1};
    for (int i = 0; i < shape->rank; i++) {
        axes.extent[i] = shape->extent[i];
        axes.before[i] = i < 2 ? 0 : out->before[i - 2];
        axes.in[i] = ncl_layout_stride(in, shape, i);
        axes.out[i] = ncl_layout_stride(out, shape, i);
        axes.memory[i] = ncl_layout_extent(out, shape, i);
        axes.cells *= axes.memory[i];
    }
    return axes;
}

static void emit_convert_axes(struct ncl_emit *step, const struct ncl_layout *in, const struct ncl_layout *out,
                              const nnefcl_shape *shape, const struct axes *axes)
{
    const int64_t origin[NNEFCL_MAX_RANK] = {0};
    ncl_step_size(step, "RANK", shape->rank);
    ncl_step_size(step, "IN_AXIS", in->axis);
    ncl_step_size(step, "IN_BLOCK", in->block ? in->block : 1);
    ncl_step_size(step, "IN_FIRST", ncl_layout_offset(in, shape, origin));
    ncl_step_size(step, "OUT_AXIS", out->axis);
    ncl_step_size(step, "OUT_BLOCK", out->block ? out->block : 1);
    ncl_step_sizes(step, "EXTENT", axes->extent, NNEFCL_MAX_RANK);
    ncl_step_sizes(step, "BEFORE", axes->before, NNEFCL_MAX_RANK);
    ncl_step_sizes(step, "IN_STRIDE", axes->in, NNEFCL_MAX_RANK);
    ncl_step_sizes(step, "OUT_STRIDE", axes->out, NNEFCL_MAX_RANK);
    ncl_step_sizes(step, "OUT_EXTENT", axes->memory, NNEFCL_MAX_RANK);
    ncl_step_real(step, "LOAD_STEP", (double)in->step);
    ncl_step_real(step, "STORE_STEP", (double)out->step);
}

static void emit_elements(struct ncl_lower *lower, ncl_ref from, ncl_ref to)
{
    const struct ncl_plan_tensor *in = &lower->plan->tensor[from], *out = &lower->plan->tensor[to];
    const struct axes axes = axes_between(&in->layout, &out->layout, &out->shape);
    const int64_t chunk = lower->plan->target.chunk;
    struct ncl_emit *step = ncl_step_begin(lower, "convert");
    ncl_step_name(step, convert_name(lower, out));
    ncl_step_define_storage(step, "IN", from);
    ncl_step_define_storage(step, "OUT", to);
    ncl_step_in(step, from);
    ncl_step_out(step, to);
    ncl_step_size(step, "COUNT", axes.cells);
    ncl_step_size(step, "CHUNK", chunk);
    emit_convert_axes(step, &in->layout, &out->layout, &out->shape, &axes);
    ncl_step_end(step, ncl_ceil_div(axes.cells, chunk));
}

/* ---- floats to whole numbers and back, where nothing else differs: convert_whole.cl ---- */

static bool only_wholeness_differs(const struct ncl_plan_tensor *in, const struct ncl_plan_tensor *out)
{
    struct ncl_layout floats = out->layout.element == NCL_ELEMENT_WHOLE ? out->layout : in->layout;
    const struct ncl_layout *other = out->layout.element == NCL_ELEMENT_WHOLE ? &in->layout : &out->layout;
    floats.element = NCL_ELEMENT_OWN;
    floats.step = 0;
    return (in->layout.element == NCL_ELEMENT_WHOLE) != (out->layout.element == NCL_ELEMENT_WHOLE) && !floats.outer &&
           ncl_layout_equal(&floats, other);
}

static void emit_whole(struct ncl_lower *lower, ncl_ref from, ncl_ref to)
{
    const struct ncl_plan_tensor *in = &lower->plan->tensor[from], *out = &lower->plan->tensor[to];
    const bool wholes = out->layout.element == NCL_ELEMENT_WHOLE;
    const int64_t count = (int64_t)(out->bytes / ncl_layout_element(&out->layout, out->dtype)),
                  chunk = lower->plan->target.chunk;
    struct ncl_emit *step = ncl_step_begin(lower, "convert_whole");
    ncl_step_name(step, convert_name(lower, out));
    ncl_step_define_int(step, "WHOLES", wholes);
    ncl_step_in(step, from);
    ncl_step_out(step, to);
    ncl_step_size(step, "COUNT", count);
    ncl_step_size(step, "CHUNK", chunk);
    ncl_step_real(step, "STEP", (double)(wholes ? out->layout.step : in->layout.step));
    ncl_step_end(step, ncl_ceil_div(count, chunk));
}

/* ---- to blocks of channels, from them, or as they are, in rows: convert_rows.cl ---- */

enum rows_mode { ROWS_TO_BLOCKS, ROWS_FROM_BLOCKS, ROWS_ALIKE, ROWS_UNFIT }; /* as in convert_rows.cl */

static bool has_halo(const struct ncl_layout *layout, int axis)
{
    return axis > 1 && (layout->before[axis - 2] || layout->after[axis - 2]);
}

static enum rows_mode mode_between(const struct ncl_target *target, const struct ncl_plan_tensor *in,
                                   const struct ncl_plan_tensor *out)
{
    const struct ncl_layout *a = &in->layout, *b = &out->layout, *blocks = a->block ? a : b;
    const bool by_rows = !blocks->block || blocks->axis < in->shape.rank - 1;
    if (!target->cpu || a->element || b->element || in->shape.rank == 0 || !by_rows)
        return ROWS_UNFIT;
    if (a->block == b->block && (!a->block || a->axis == b->axis))
        return ROWS_ALIKE;
    if (blocks->block != target->lanes || (a->block && b->block) || has_halo(b, blocks->axis))
        return ROWS_UNFIT;
    return b->block ? ROWS_TO_BLOCKS : ROWS_FROM_BLOCKS;
}

/* The fields of the record that are not plain numbers of the target. */
struct rows {
    int rank; /* axes in front of the one that a row runs along */
    int64_t block, width, lines, last, axis, in_lane, out_lane, left, right, in_first;
    int64_t count[NNEFCL_MAX_RANK], before[NNEFCL_MAX_RANK], in[NNEFCL_MAX_RANK], out[NNEFCL_MAX_RANK],
        memory[NNEFCL_MAX_RANK];
};

/* Does the row go on along the axis in front of the last one, on both sides? */
static bool row_goes_on(const struct ncl_plan_tensor *tensor, int axis)
{
    const struct ncl_layout *layout = &tensor->layout;
    return axis > 0 && !(layout->block && layout->axis == axis - 1) && !has_halo(layout, axis) &&
           !has_halo(layout, axis - 1) &&
           ncl_layout_stride(layout, &tensor->shape, axis - 1) ==
               ncl_layout_stride(layout, &tensor->shape, axis) * tensor->shape.extent[axis];
}

static void read_row(const struct ncl_plan_tensor *in, const struct ncl_plan_tensor *out, int64_t chunk,
                     struct rows *rows)
{
    const nnefcl_shape *shape = &out->shape;
    int first = shape->rank - 1;
    const bool halo = first > 1;
    rows->left = halo ? out->layout.before[first - 2] : 0;
    rows->right = halo ? out->layout.after[first - 2] : 0;
    while (ncl_shape_span(shape, first, shape->rank) * rows->block < chunk && row_goes_on(in, first) &&
           row_goes_on(out, first))
        first--;
    rows->rank = first;
    rows->width = ncl_shape_span(shape, first, shape->rank);
}

static void read_memory_axes(const struct ncl_plan_tensor *in, const struct ncl_plan_tensor *out, struct rows *rows)
{
    const nnefcl_shape *shape = &out->shape;
    rows->lines = 1;
    for (int a = 0; a < rows->rank; a++) {
        const bool blocked = rows->block > 1 && a == rows->axis;
        rows->count[a] = blocked ? ncl_ceil_div(shape->extent[a], rows->block) : shape->extent[a];
        rows->memory[a] = blocked ? rows->count[a] : ncl_layout_extent(&out->layout, shape, a);
        rows->before[a] = a < 2 ? 0 : out->layout.before[a - 2];
        rows->in[a] = ncl_layout_stride(&in->layout, shape, a) * (blocked && !in->layout.block ? rows->block : 1);
        rows->out[a] = ncl_layout_stride(&out->layout, shape, a) * (blocked && !out->layout.block ? rows->block : 1);
        rows->lines *= rows->memory[a];
    }
}

static void read_rows(const struct ncl_plan_tensor *in, const struct ncl_plan_tensor *out, int64_t chunk,
                      struct rows *rows)
{
    const struct ncl_layout *blocks = in->layout.block ? &in->layout : &out->layout;
    const int64_t origin[NNEFCL_MAX_RANK] = {0}, channels = blocks->block ? out->shape.extent[blocks->axis] : 1;
    *rows = (struct rows){.block = blocks->block ? blocks->block : 1, .axis = blocks->block ? blocks->axis : -1};
    rows->last = (channels - 1) % rows->block + 1;
    rows->in_lane = blocks->block ? ncl_layout_stride(&in->layout, &in->shape, blocks->axis) : 0;
    rows->out_lane = blocks->block ? ncl_layout_stride(&out->layout, &out->shape, blocks->axis) : 0;
    rows->in_first = ncl_layout_offset(&in->layout, &in->shape, origin);
    read_row(in, out, chunk, rows);
    read_memory_axes(in, out, rows);
}

static void emit_convert_rows(struct ncl_lower *lower, ncl_ref from, ncl_ref to, enum rows_mode mode)
{
    const struct ncl_plan_tensor *in = &lower->plan->tensor[from], *out = &lower->plan->tensor[to];
    const int64_t chunk = lower->plan->target.chunk;
    struct rows rows;
    read_rows(in, out, chunk, &rows);
    const int64_t run = chunk / (rows.width * rows.block) + 1;
    struct ncl_emit *step = ncl_step_begin(lower, "convert_rows");
    ncl_step_name(step, convert_name(lower, out));
    ncl_step_define_moved(step, out->dtype);
    ncl_step_define_int(step, "MODE", mode);
    ncl_step_in(step, from);
    ncl_step_out(step, to);
    ncl_step_size(step, "BLOCK", rows.block);
    ncl_step_size(step, "WIDTH", rows.width);
    ncl_step_size(step, "LINES", rows.lines);
    ncl_step_size(step, "ROWS", run);
    ncl_step_size(step, "LAST", rows.last);
    ncl_step_size(step, "AXIS", rows.axis);
    ncl_step_size(step, "IN_LANE", rows.in_lane);
    ncl_step_size(step, "OUT_LANE", rows.out_lane);
    ncl_step_size(step, "LEFT", rows.left);
    ncl_step_size(step, "RIGHT", rows.right);
    ncl_step_size(step, "IN_FIRST", rows.in_first);
    ncl_step_size(step, "RANK", rows.rank);
    ncl_step_sizes(step, "COUNT", rows.count, NNEFCL_MAX_RANK);
    ncl_step_sizes(step, "BEFORE", rows.before, NNEFCL_MAX_RANK);
    ncl_step_sizes(step, "IN_STRIDE", rows.in, NNEFCL_MAX_RANK);
    ncl_step_sizes(step, "OUT_STRIDE", rows.out, NNEFCL_MAX_RANK);
    ncl_step_sizes(step, "EXTENT", rows.memory, NNEFCL_MAX_RANK);
    ncl_step_end(step, ncl_ceil_div(rows.lines, run));
}

void ncl_convert_emit(struct ncl_lower *lower, ncl_ref from, ncl_ref to)
{
    const struct ncl_plan *plan = lower->plan;
    if (lower->status) /* memory was short: there may be no such tensors */
        return;
    if (only_wholeness_differs(&plan->tensor[from], &plan->tensor[to])) {
        emit_whole(lower, from, to);
        return;
    }
    const enum rows_mode mode = mode_between(&plan->target, &plan->tensor[from], &plan->tensor[to]);
    if (mode == ROWS_UNFIT)
        emit_elements(lower, from, to);
    else
        emit_convert_rows(lower, from, to, mode);
}
