#include "ops/strided.h"

#include <assert.h>

#include "ops/broadcast.h"

#define TILE 64 /* edge of a task of blocked_transpose.cl */

void ncl_strided_dense(const nnefcl_shape *shape, int64_t stride[NNEFCL_MAX_RANK])
{
    int64_t step = 1;
    for (int i = shape->rank - 1; i >= 0; i--) {
        stride[i] = step;
        step *= shape->extent[i];
    }
}

void ncl_strided_add(struct ncl_strided *copy, int64_t extent, int64_t in, int64_t out)
{
    if (extent == 1)
        return;
    assert(copy->rank < NCL_STRIDED_RANK);
    copy->axis[copy->rank++] = (struct ncl_strided_axis){extent, in, out};
}

struct ncl_strided ncl_strided_broadcast(const nnefcl_shape *from, const nnefcl_shape *to)
{
    struct ncl_strided copy = {0};
    int64_t in[NNEFCL_MAX_RANK], out[NNEFCL_MAX_RANK];
    ncl_strided_dense(from, in);
    ncl_strided_dense(to, out);
    for (int i = 0; i < to->rank; i++)
        ncl_strided_add(&copy, to->extent[i], i < from->rank && from->extent[i] != 1 ? in[i] : 0, out[i]);
    return copy;
}

void ncl_strided_collapse(struct ncl_strided *copy)
{
    int rank = 0;
    for (int i = 0; i < copy->rank; i++) {
        const struct ncl_strided_axis axis = copy->axis[i];
        if (rank) {
            struct ncl_strided_axis *outer = &copy->axis[rank - 1];
            if (outer->in == axis.in * axis.extent && outer->out == axis.out * axis.extent) {
                *outer = (struct ncl_strided_axis){outer->extent * axis.extent, axis.in, axis.out};
                continue;
            }
        }
        copy->axis[rank++] = axis;
    }
    copy->rank = rank;
}

/* ---- blocked transpose ---- */

static int find_unit(const struct ncl_strided *copy, bool in)
{
    for (int i = 0; i < copy->rank; i++)
        if ((in ? copy->axis[i].in : copy->axis[i].out) == 1)
            return i;
    return -1;
}

/* The axis that is contiguous in the input and the one that is so in the output are two, both long enough for blocks of
 * `edge`. */
static bool is_transpose(const struct ncl_strided *copy, int64_t edge, int *row, int *column)
{
    *row = find_unit(copy, true);
    *column = find_unit(copy, false);
    return *row >= 0 && *column >= 0 && *row != *column && copy->axis[*row].extent >= edge &&
           copy->axis[*column].extent >= edge;
}

static void emit_outer(struct ncl_emit *step, const struct ncl_strided_axis *outer, int count)
{
    int64_t value[NCL_STRIDED_RANK];
    for (int i = 0; i < NCL_STRIDED_RANK; i++)
        value[i] = i < count ? outer[i].extent : 1;
    ncl_step_sizes(step, "EXTENT", value, NCL_STRIDED_RANK);
    for (int i = 0; i < NCL_STRIDED_RANK; i++)
        value[i] = i < count ? outer[i].in : 0;
    ncl_step_sizes(step, "IN_STRIDE", value, NCL_STRIDED_RANK);
    for (int i = 0; i < NCL_STRIDED_RANK; i++)
        value[i] = i < count ? outer[i].out : 0;
    ncl_step_sizes(step, "OUT_STRIDE", value, NCL_STRIDED_RANK);
}

static struct ncl_emit *begin(struct ncl_lower *lower, const char *body, ncl_ref in, ncl_ref out, bool whole)
{
    struct ncl_emit *step = ncl_step_begin(lower, body);
    if (lower->status)
        return step;
    ncl_step_define_type(step, "T", lower->plan->tensor[out].dtype);
    ncl_step_in(step, in);
    if (whole)
        ncl_step_out(step, out);
    else
        ncl_step_inout(step, out);
    return step;
}

static void emit_transpose(struct ncl_lower *lower, const struct ncl_strided *copy, int row, int column, ncl_ref in,
                           ncl_ref out, bool whole)
{
    struct ncl_strided_axis outer[NCL_STRIDED_RANK];
    int count = 0;
    int64_t volume = 1;
    for (int i = 0; i < copy->rank; i++) {
        if (i == row || i == column)
            continue;
        outer[count++] = copy->axis[i];
        volume *= copy->axis[i].extent;
    }
    const struct ncl_strided_axis a = copy->axis[row], b = copy->axis[column];
    const int64_t tile = lower->plan->target.cpu ? TILE : lower->plan->target.lanes;
    const int64_t tiles_a = ncl_ceil_div(a.extent, tile), tiles_b = ncl_ceil_div(b.extent, tile);
    struct ncl_emit *step = begin(lower, "blocked_transpose", in, out, whole);
    ncl_step_size(step, "ROWS", b.extent);
    ncl_step_size(step, "COLUMNS", a.extent);
    ncl_step_size(step, "ROW_STRIDE", b.in);
    ncl_step_size(step, "COLUMN_STRIDE", a.out);
    ncl_step_size(step, "TILE", tile);
    ncl_step_size(step, "IN_FIRST", copy->in_first);
    ncl_step_size(step, "OUT_FIRST", copy->out_first);
    ncl_step_size(step, "RANK", count);
    emit_outer(step, outer, count);
    ncl_step_end(step, volume * tiles_a * tiles_b);
}

/* ---- copy by rows ---- */

static int64_t volume_of(const struct ncl_strided *copy)
{
    int64_t volume = 1;
    for (int i = 0; i < copy->rank; i++)
        volume *= copy->axis[i].extent;
    return volume;
}

static const char *row_kind(const struct ncl_strided_axis *inner)
{
    if (inner->out == 1 && inner->in == 1)
        return "COPY";
    if (inner->out == 1 && inner->in == 0)
        return "FILL";
    if (inner->out == 1 && inner->in == -1)
        return "REVERSE";
    return "STEP";
}

static void emit_rows(struct ncl_lower *lower, const struct ncl_strided *copy, ncl_ref in, ncl_ref out, bool whole)
{
    const int count = copy->rank ? copy->rank - 1 : 0;
    const struct ncl_strided_axis inner = copy->rank ? copy->axis[count] : (struct ncl_strided_axis){1, 1, 1};
    const int64_t chunk = ncl_broadcast_chunk(&lower->plan->target, volume_of(copy));
    const int64_t piece = inner.extent < 2 * chunk ? inner.extent : chunk;
    const int64_t pieces = ncl_ceil_div(inner.extent, piece);
    const int64_t volume = volume_of(copy) / inner.extent;
    const int64_t rows = pieces > 1 ? 1 : ncl_ceil_div(chunk, inner.extent);
    struct ncl_emit *step = begin(lower, "strided_copy", in, out, whole);
    ncl_step_define(step, "ROW", row_kind(&inner));
    ncl_step_size(step, "ROW_COUNT", volume);
    ncl_step_size(step, "INNER", inner.extent);
    ncl_step_size(step, "INNER_IN", inner.in);
    ncl_step_size(step, "INNER_OUT", inner.out);
    ncl_step_size(step, "TASK_ROWS", rows);
    ncl_step_size(step, "PIECE", piece);
    ncl_step_size(step, "PIECES", pieces);
    ncl_step_size(step, "IN_FIRST", copy->in_first);
    ncl_step_size(step, "OUT_FIRST", copy->out_first);
    ncl_step_size(step, "RANK", count);
    emit_outer(step, copy->axis, count);
    ncl_step_end(step, ncl_ceil_div(volume, rows) * pieces);
}

void ncl_strided_emit(struct ncl_lower *lower, const struct ncl_strided *copy, ncl_ref in, ncl_ref out, bool whole)
{
    int row, column;
    struct ncl_strided work = *copy;
    if (lower->status)
        return;
    ncl_strided_collapse(&work);
    if (!lower->plain_kernels && is_transpose(&work, lower->plan->target.lanes, &row, &column)) {
        emit_transpose(lower, &work, row, column, in, out, whole);
        return;
    }
    emit_rows(lower, &work, in, out, whole);
}

void ncl_strided_lower(struct ncl_lower *lower, const struct ncl_strided *copy, const struct ncl_tensor *input,
                       const struct ncl_tensor *result)
{
    struct ncl_strided work = *copy;
    ncl_strided_collapse(&work);
    if (work.rank == 0 || (work.rank == 1 && work.axis[0].in == 1 && work.axis[0].out == 1)) {
        ncl_lower_view(lower, result, input, work.in_first);
        return;
    }
    const ncl_ref in = ncl_lower_tensor(lower, input);
    ncl_strided_emit(lower, &work, in, ncl_lower_tensor(lower, result), true);
}
