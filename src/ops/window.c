/* SPDX-License-Identifier: Apache-2.0 */
#include "ops/window.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/checked.h"

/* Bounds every number of a window, and an extent with its padding, so that kernels compute positions in 32 bits. */
#define MAX_EXTENT ((int64_t)1 << 30)

static const struct {
    const char *name, *map;
} borders[] = {
    [NCL_BORDER_IGNORE] = {"ignore", "NCL_BORDER_CONSTANT"},
    [NCL_BORDER_CONSTANT] = {"constant", "NCL_BORDER_CONSTANT"},
    [NCL_BORDER_REPLICATE] = {"replicate", "NCL_BORDER_REPLICATE"},
    [NCL_BORDER_REFLECT] = {"reflect", "NCL_BORDER_REFLECT"},
    [NCL_BORDER_REFLECT_EVEN] = {"reflect-even", "NCL_BORDER_REFLECT_EVEN"},
};
#define BORDER_COUNT ((int)(sizeof borders / sizeof *borders))

/* Why a window was refused. */
struct refusal {
    nnefcl_status status;
    char text[384];
};

static nnefcl_status refuse_window(struct refusal *refusal, nnefcl_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static nnefcl_status refuse_window(struct refusal *refusal, nnefcl_status status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(refusal->text, sizeof refusal->text, format, args);
    va_end(args);
    return refusal->status = status;
}

/* ---- borders ---- */

static int find_border(const char *name)
{
    for (int i = 0; i < BORDER_COUNT; i++)
        if (strcmp(borders[i].name, name) == 0)
            return i;
    return -1;
}

enum ncl_border ncl_window_border(const struct ncl_node *node)
{
    const int border = find_border(ncl_node_string(node, "border"));
    assert(border >= 0);
    return (enum ncl_border)border;
}

void ncl_window_set_string(struct ncl_node *node, const char *name, const char *text)
{
    for (size_t i = 0; i < node->parameter_count; i++)
        if (strcmp(node->parameter[i], name) == 0)
            node->argument[i] = (struct ncl_value){.kind = NCL_VALUE_STRING, .count = strlen(text), .string = text};
}

nnefcl_status ncl_window_infer_border(struct ncl_infer *infer, struct ncl_node *node, unsigned allowed)
{
    if (strcmp(ncl_node_string(node, "border"), "replicated") == 0) {
        const nnefcl_status status = ncl_infer_lax(infer, node, "border 'replicated' is taken as 'replicate'");
        if (status)
            return status;
        ncl_window_set_string(node, "border", "replicate");
    }
    const int border = find_border(ncl_node_string(node, "border"));
    if (border >= 0 && allowed >> border & 1)
        return NNEFCL_OK;
    char list[96] = "";
    for (int i = 0; i < BORDER_COUNT; i++)
        if (allowed >> i & 1)
            snprintf(list + strlen(list), sizeof list - strlen(list), "%s'%s'", *list ? ", " : "", borders[i].name);
    return ncl_infer_error(infer, node, "border '%.40s' is none of %s", ncl_node_string(node, "border"), list);
}

/* ---- lists ---- */

static nnefcl_status check_count(const struct ncl_window *w, int first, const char *name, size_t count, bool optional,
                                 struct refusal *refusal)
{
    if (count == (size_t)(w->rank - first) || (optional && count == 0))
        return NNEFCL_OK;
    if (first)
        return refuse_window(refusal, NNEFCL_ERR_MODEL,
                             "'%s' has %zu items, the input of rank %d has %d spatial dimensions", name, count, w->rank,
                             w->rank - first);
    return refuse_window(refusal, NNEFCL_ERR_MODEL, "'%s' has %zu items, the input has rank %d", name, count, w->rank);
}

/* A list of positive numbers, or an empty one for all 1s. */
static nnefcl_status read_list(const struct ncl_node *node, const struct ncl_window *w, int first, const char *name,
                               bool optional, int64_t *values, struct refusal *refusal)
{
    const size_t count = ncl_node_count(node, name);
    if (check_count(w, first, name, count, optional, refusal))
        return refusal->status;
    for (size_t i = 0; i < count; i++) {
        const int64_t value = ncl_node_integer_at(node, name, i);
        if (value <= 0)
            return refuse_window(refusal, NNEFCL_ERR_MODEL, "item %zu of '%s' is %lld, it must be positive", i, name,
                                 (long long)value);
        if (value > MAX_EXTENT)
            return refuse_window(refusal, NNEFCL_ERR_LIMIT, "item %zu of '%s' is %lld, more than 2^30", i, name,
                                 (long long)value);
        values[first + (int)i] = value;
    }
    return NNEFCL_OK;
}

static nnefcl_status read_padding(const struct ncl_node *node, struct ncl_window *w, int first, struct refusal *refusal)
{
    const struct ncl_value *list = ncl_node_arg(node, "padding");
    if (check_count(w, first, "padding", list->count, true, refusal))
        return refusal->status;
    for (size_t i = 0; i < list->count; i++) {
        const int64_t before = list->item[i].item[0].integer, after = list->item[i].item[1].integer;
        if (before > MAX_EXTENT || before < -MAX_EXTENT || after > MAX_EXTENT || after < -MAX_EXTENT)
            return refuse_window(refusal, NNEFCL_ERR_LIMIT, "item %zu of 'padding' is (%lld,%lld), beyond 2^30", i,
                                 (long long)before, (long long)after);
        w->before[first + (int)i] = before;
        w->after[first + (int)i] = after;
    }
    return NNEFCL_OK;
}

/* ---- shapes ---- */

/* t = max((x - 1) s + f_d - X, 0), p = floor(t / 2), q = ceil(t / 2) with x = ceil(X / s). */
static void automatic_padding(struct ncl_window *w, int axis, int64_t up, int64_t dilated)
{
    const int64_t stride = w->stride[axis], down = ncl_ceil_div(up, stride);
    const int64_t total = (down - 1) * stride + dilated - up;
    w->before[axis] = total > 0 ? total / 2 : 0;
    w->after[axis] = total > 0 ? total - total / 2 : 0;
}

static nnefcl_status too_large(struct refusal *refusal, int axis)
{
    return refuse_window(refusal, NNEFCL_ERR_LIMIT,
                         "the extent of axis %d with its padding, or the window there, is more than 2^30", axis);
}

/* f_d = (f - 1) d + 1 */
static nnefcl_status dilated_size(const struct ncl_window *w, int axis, int64_t *dilated, struct refusal *refusal)
{
    if (!ncl_mul_i64(w->size[axis] - 1, w->dilation[axis], dilated) || *dilated >= MAX_EXTENT)
        return too_large(refusal, axis);
    *dilated += 1;
    return NNEFCL_OK;
}

/* x = floor((p + X + q - f_d) / s) + 1; the numerator must not be negative. All numbers are within 2^31, so sums fit.
 */
static nnefcl_status scale_down(const struct ncl_window *w, int axis, int64_t up, int64_t dilated, int64_t *down,
                                struct refusal *refusal)
{
    const int64_t before = w->before[axis], after = w->after[axis], padded = before + up + after;
    if (up + (before > 0 ? before : 0) + (after > 0 ? after : 0) > MAX_EXTENT)
        return too_large(refusal, axis);
    if (padded < dilated)
        return refuse_window(
            refusal, NNEFCL_ERR_MODEL,
            "the window of %lld (size %lld, dilation %lld) is larger than the padded extent of %lld (%lld "
            "with padding (%lld,%lld)) in axis %d",
            (long long)dilated, (long long)w->size[axis], (long long)w->dilation[axis], (long long)padded,
            (long long)up, (long long)before, (long long)after, axis);
    *down = (padded - dilated) / w->stride[axis] + 1;
    return NNEFCL_OK;
}

static nnefcl_status solve_basic(struct ncl_window *w, int axis, bool automatic, struct refusal *refusal)
{
    int64_t dilated = 0;
    if (dilated_size(w, axis, &dilated, refusal))
        return refusal->status;
    if (automatic)
        automatic_padding(w, axis, w->in.extent[axis], dilated);
    return scale_down(w, axis, w->in.extent[axis], dilated, &w->out.extent[axis], refusal);
}

/* X = (x - 1) s + f_d - (p + q), with automatic padding X = x s (A-SW-1); `reference` > 0: the extent from
 * output_shape, which must scale down to x.
 */
static nnefcl_status solve_reverse(struct ncl_window *w, int axis, bool automatic, int64_t reference,
                                   struct refusal *refusal)
{
    int64_t dilated = 0, up, down;
    if (dilated_size(w, axis, &dilated, refusal))
        return refusal->status;
    const int64_t in = w->in.extent[axis], stride = w->stride[axis];
    if (!ncl_mul_i64(automatic ? in : in - 1, stride, &up) || up > MAX_EXTENT)
        return too_large(refusal, axis);
    if (!automatic)
        up += dilated - w->before[axis] - w->after[axis];
    if (reference > 0)
        up = reference;
    if (up > MAX_EXTENT)
        return too_large(refusal, axis);
    if (up <= 0)
        return refuse_window(refusal, NNEFCL_ERR_MODEL,
                             "the output would have extent %lld in axis %d: (%lld - 1) * %lld + %lld - (%lld + %lld)",
                             (long long)up, axis, (long long)in, (long long)stride, (long long)dilated,
                             (long long)w->before[axis], (long long)w->after[axis]);
    if (automatic)
        automatic_padding(w, axis, up, dilated);
    if (scale_down(w, axis, up, dilated, &down, refusal))
        return refusal->status;
    if (down != in)
        return refuse_window(refusal, NNEFCL_ERR_MODEL,
                             "'output_shape' has extent %lld in axis %d, which scales down to %lld, the input has %lld",
                             (long long)up, axis, (long long)down, (long long)in);
    w->out.extent[axis] = up;
    return NNEFCL_OK;
}

static nnefcl_status read_output_shape(const struct ncl_node *node, const struct ncl_window *w, int64_t *reference,
                                       struct refusal *refusal)
{
    const size_t count = ncl_node_count(node, "output_shape");
    if (count && count != (size_t)w->rank)
        return refuse_window(refusal, NNEFCL_ERR_MODEL, "'output_shape' has %zu items, the input has rank %d", count,
                             w->rank);
    for (size_t i = 0; i < count; i++) {
        reference[i] = ncl_node_integer_at(node, "output_shape", i);
        if (reference[i] <= 0)
            return refuse_window(refusal, NNEFCL_ERR_MODEL, "item %zu of 'output_shape' is %lld, it must be positive",
                                 i, (long long)reference[i]);
    }
    return NNEFCL_OK;
}

static nnefcl_status solve(const struct ncl_node *node, const struct ncl_window_rules *rules, const nnefcl_shape *input,
                           const nnefcl_shape *filter, struct ncl_window *w, struct refusal *refusal)
{
    int64_t reference[NNEFCL_MAX_RANK] = {0};
    *w = (struct ncl_window){.rank = input->rank, .in = *input, .out = *input, .border = ncl_window_border(node)};
    for (int i = 0; i < NNEFCL_MAX_RANK; i++)
        w->size[i] = w->stride[i] = w->dilation[i] = 1;
    for (int i = 2; filter && i < filter->rank; i++)
        w->size[i] = filter->extent[i];
    if (!filter && read_list(node, w, 0, "size", false, w->size, refusal))
        return refusal->status;
    if (read_list(node, w, rules->first, "stride", true, w->stride, refusal) ||
        read_list(node, w, rules->first, "dilation", true, w->dilation, refusal) ||
        read_padding(node, w, rules->first, refusal) ||
        (rules->reverse && read_output_shape(node, w, reference, refusal)))
        return refusal->status;
    if (ncl_window_volume(w) > MAX_EXTENT)
        return refuse_window(refusal, NNEFCL_ERR_LIMIT, "the window has more than 2^30 elements");
    const bool automatic = ncl_node_arg(node, "padding")->count == 0;
    for (int i = rules->first; i < w->rank; i++)
        if (rules->reverse ? solve_reverse(w, i, automatic, reference[i], refusal)
                           : solve_basic(w, i, automatic, refusal))
            return refusal->status;
    return NNEFCL_OK;
}

/* Under --batch the document's leading extent of output_shape stands for the new one. */
static nnefcl_status replace_batch(struct ncl_infer *infer, struct ncl_node *node)
{
    const size_t count = ncl_node_count(node, "output_shape");
    if (infer->old_batch == infer->new_batch || !count ||
        ncl_node_integer_at(node, "output_shape", 0) != infer->old_batch)
        return NNEFCL_OK;
    struct ncl_value *items = NCL_NEW_ARRAY(infer->arena, struct ncl_value, count);
    if (!items)
        return ncl_nomem(infer->diag);
    memcpy(items, ncl_node_arg(node, "output_shape")->item, count * sizeof *items);
    items[0].integer = infer->new_batch;
    for (size_t i = 0; i < node->parameter_count; i++)
        if (strcmp(node->parameter[i], "output_shape") == 0)
            node->argument[i].item = items;
    return NNEFCL_OK;
}

nnefcl_status ncl_window_infer(struct ncl_infer *infer, struct ncl_node *node, const struct ncl_window_rules *rules,
                               const nnefcl_shape *input, const nnefcl_shape *filter, struct ncl_window *window)
{
    nnefcl_status status = ncl_window_infer_border(infer, node, rules->borders);
    if (!status && rules->reverse)
        status = replace_batch(infer, node);
    if (status)
        return status;
    struct refusal refusal = {0};
    status = solve(node, rules, input, filter, window, &refusal);
    if (status == NNEFCL_ERR_MODEL)
        return ncl_infer_error(infer, node, "%s", refusal.text);
    return status ? ncl_error(infer->diag, status, node->at, "%s: %s", node->op->name, refusal.text) : NNEFCL_OK;
}

void ncl_window_read(const struct ncl_node *node, const struct ncl_window_rules *rules, const nnefcl_shape *input,
                     const nnefcl_shape *filter, struct ncl_window *window)
{
    struct refusal refusal = {0};
    const nnefcl_status status = solve(node, rules, input, filter, window, &refusal);
    assert(!status);
    (void)status;
}

/* ---- for lowering ---- */

struct ncl_window_axes ncl_window_last(const struct ncl_window *w, int first, int axes)
{
    struct ncl_window_axes last;
    assert(axes <= NCL_WINDOW_AXES);
    for (int i = 0; i < axes; i++) {
        const int a = w->rank - axes + i;
        const bool real = a >= first;
        last.in[i] = real ? w->in.extent[a] : 1;
        last.out[i] = real ? w->out.extent[a] : 1;
        last.size[i] = real ? w->size[a] : 1;
        last.stride[i] = real ? w->stride[a] : 1;
        last.dilation[i] = real ? w->dilation[a] : 1;
        last.before[i] = real ? w->before[a] : 0;
        last.after[i] = (last.out[i] - 1) * last.stride[i] + (last.size[i] - 1) * last.dilation[i] + 1 -
                        last.before[i] - last.in[i];
    }
    return last;
}

struct ncl_window_depth ncl_window_depth_of(const struct ncl_window *window)
{
    const struct ncl_window_axes last = ncl_window_last(window, 2, 3);
    return (struct ncl_window_depth){last.in[0],     last.out[0],      last.size[0],
                                     last.stride[0], last.dilation[0], last.before[0]};
}

void ncl_window_depth_emit(struct ncl_emit *step, const struct ncl_window_depth *depth)
{
    ncl_step_size(step, "DEPTH_EXTENT", depth->in);
    ncl_step_size(step, "DEPTH_TAPS", depth->taps);
    ncl_step_size(step, "DEPTH_STRIDE", depth->stride);
    ncl_step_size(step, "DEPTH_DILATION", depth->dilation);
    ncl_step_size(step, "DEPTH_BEFORE", depth->before);
}

int64_t ncl_window_volume(const struct ncl_window *window)
{
    int64_t volume = 1;
    for (int i = 0; i < window->rank; i++)
        if (!ncl_mul_i64(volume, window->size[i], &volume))
            return INT64_MAX;
    return volume;
}

bool ncl_window_is_trivial(const struct ncl_window *w, int first, int last)
{
    for (int i = first; i < last; i++)
        if (w->size[i] != 1 || w->stride[i] != 1 || w->dilation[i] != 1 || w->before[i] || w->after[i])
            return false;
    return true;
}

bool ncl_window_is_unpadded(const struct ncl_window *w, int first)
{
    for (int i = first; i < w->rank; i++)
        if (w->before[i] || w->after[i])
            return false;
    return true;
}

void ncl_window_define_border(struct ncl_emit *step, enum ncl_border border)
{
    ncl_step_define(step, "BORDER", borders[border].map);
}

static void emit_window_axes(struct ncl_emit *step, const char *name, const int64_t *values, int first, int rank,
                             int axes, int64_t fill)
{
    for (int i = rank - first; i < axes; i++)
        ncl_step_size(step, name, fill);
    ncl_step_sizes(step, name, values + first, (size_t)(rank - first));
}

void ncl_window_emit(struct ncl_emit *step, const struct ncl_window *w, int first, int axes)
{
    emit_window_axes(step, "IN", w->in.extent, first, w->rank, axes, 1);
    emit_window_axes(step, "OUT", w->out.extent, first, w->rank, axes, 1);
    emit_window_axes(step, "KERNEL", w->size, first, w->rank, axes, 1);
    emit_window_axes(step, "STRIDE", w->stride, first, w->rank, axes, 1);
    emit_window_axes(step, "DILATION", w->dilation, first, w->rank, axes, 1);
    emit_window_axes(step, "BEFORE", w->before, first, w->rank, axes, 0);
}

uint64_t ncl_window_saturated(uint64_t a, uint64_t b)
{
    uint64_t product;
    return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}
