/* SPDX-License-Identifier: Apache-2.0 */
/* Convolutions and pools: NNEF's windows have an extent for batch and channels too, those of other systems have not. */
#include "import/compose.h"

#define BORDER 2 /* batch and channels */

struct ncl_compose_window ncl_compose_window_of(size_t rank)
{
    struct ncl_compose_window window = {.rank = rank};
    for (size_t i = 0; i < NNEFCL_MAX_RANK; i++)
        window.size[i] = window.stride[i] = window.dilation[i] = 1;
    return window;
}

static int64_t dilated(const struct ncl_compose_window *window, size_t i)
{
    return (window->size[i] - 1) * window->dilation[i] + 1;
}

bool ncl_compose_window_check(struct ncl_import *import, const struct ncl_compose_window *window,
                              const nnefcl_shape *input)
{
    static const int64_t most = (int64_t)1 << 30;
    if (window->rank + BORDER != (size_t)input->rank)
        ncl_import_wrong(import, "a window of %zu axes is laid on an input of rank %d", window->rank, input->rank);
    for (size_t i = 0; i < window->rank; i++)
        if (window->size[i] < 1 || window->stride[i] < 1 || window->dilation[i] < 1 || window->size[i] > most ||
            window->stride[i] > most || window->dilation[i] > most || window->before[i] > most ||
            window->before[i] < -most || window->after[i] > most || window->after[i] < -most)
            ncl_import_wrong(import, "a size, stride, dilation or padding of the window is out of range");
    return !import->status;
}

void ncl_compose_window_same(struct ncl_import *import, struct ncl_compose_window *window, const nnefcl_shape *input,
                             bool odd_before)
{
    for (size_t i = 0; ncl_compose_window_check(import, window, input) && i < window->rank; i++) {
        const int64_t extent = input->extent[BORDER + i], stride = window->stride[i],
                      total = ((extent + stride - 1) / stride - 1) * stride + dilated(window, i) - extent;
        const int64_t less = total > 0 ? total / 2 : 0, more = total > 0 ? total - less : 0;
        window->before[i] = odd_before ? more : less;
        window->after[i] = odd_before ? less : more;
    }
}

/* How far the last window hangs over the padded end: it may when extents are rounded up, unless it begins in the
 * padding behind. */
static int64_t overhang(const struct ncl_compose_window *window, const nnefcl_shape *input, size_t i)
{
    const int64_t inside = input->extent[BORDER + i] + window->before[i], padded = inside + window->after[i],
                  room = padded - dilated(window, i), stride = window->stride[i];
    if (!window->ceil || room < 0)
        return 0;
    int64_t last = (room + stride - 1) / stride * stride;
    if (last >= inside)
        last -= stride;
    return last > room ? last - room : 0;
}

/* ---- convolutions ---- */

static void spatial_arguments(struct ncl_import *import, const struct ncl_compose_window *window,
                              struct ncl_named_value *given)
{
    given[0] =
        (struct ncl_named_value){"padding", ncl_compose_pairs(import, window->before, window->after, window->rank)};
    given[1] = (struct ncl_named_value){"stride", ncl_compose_integers(import, window->stride, window->rank)};
    given[2] = (struct ncl_named_value){"dilation", ncl_compose_integers(import, window->dilation, window->rank)};
}

/* A bias of rank 1 belongs to the channels. */
static struct ncl_tensor *bias_place(struct ncl_import *import, struct ncl_tensor *bias)
{
    if (!bias)
        return ncl_compose_number(import, 0);
    return bias->shape.rank == 1 ? ncl_compose_unsqueeze(import, bias, 0) : bias;
}

struct ncl_tensor *ncl_compose_conv(struct ncl_import *import, struct ncl_tensor *input, struct ncl_tensor *filter,
                                    struct ncl_tensor *bias, const struct ncl_compose_window *window, int64_t groups)
{
    struct ncl_named_value given[7] = {{"input", ncl_value_tensor(input)},
                                       {"filter", ncl_value_tensor(filter)},
                                       {"bias", ncl_value_tensor(bias_place(import, bias))},
                                       {"groups", ncl_value_integer(groups)}};
    ncl_compose_window_check(import, window, &input->shape);
    if (groups < 1)
        ncl_import_wrong(import, "there are %lld groups", (long long)groups);
    spatial_arguments(import, window, given + 4);
    return ncl_compose(import, "conv", given, 7);
}

struct ncl_tensor *ncl_compose_deconv(struct ncl_import *import, struct ncl_tensor *input, struct ncl_tensor *filter,
                                      struct ncl_tensor *bias, const struct ncl_compose_window *window, int64_t groups,
                                      const int64_t *output)
{
    int64_t shape[NNEFCL_MAX_RANK] = {input->shape.extent[0], filter->shape.extent[1] * groups};
    for (size_t i = 0; i < window->rank && i + BORDER < NNEFCL_MAX_RANK; i++)
        shape[BORDER + i] = output[i];
    struct ncl_named_value given[8] = {{"input", ncl_value_tensor(input)},
                                       {"filter", ncl_value_tensor(filter)},
                                       {"bias", ncl_value_tensor(bias_place(import, bias))},
                                       {"groups", ncl_value_integer(groups)},
                                       {"output_shape", ncl_compose_integers(import, shape, window->rank + BORDER)}};
    ncl_compose_window_check(import, window, &input->shape);
    if (groups < 1)
        ncl_import_wrong(import, "there are %lld groups", (long long)groups);
    spatial_arguments(import, window, given + 5);
    return ncl_compose(import, "deconv", given, 8);
}

/* ---- pools ---- */

void ncl_compose_pool_arguments(struct ncl_import *import, const struct ncl_compose_window *window, const char *border,
                                struct ncl_named_value given[NCL_COMPOSE_POOL_ARGUMENTS])
{
    struct ncl_compose_window whole = ncl_compose_window_of(window->rank + BORDER);
    for (size_t i = 0; i < window->rank; i++) {
        whole.size[BORDER + i] = window->size[i];
        whole.stride[BORDER + i] = window->stride[i];
        whole.dilation[BORDER + i] = window->dilation[i];
        whole.before[BORDER + i] = window->before[i];
        whole.after[BORDER + i] = window->after[i];
    }
    given[0] = (struct ncl_named_value){"size", ncl_compose_integers(import, whole.size, whole.rank)};
    given[1] = (struct ncl_named_value){"border", ncl_compose_string(border)};
    spatial_arguments(import, &whole, given + 2);
}

static struct ncl_tensor *pool_node(struct ncl_import *import, const char *op, struct ncl_tensor *input,
                                    const struct ncl_compose_window *window, const char *border)
{
    struct ncl_named_value given[NCL_COMPOSE_POOL_ARGUMENTS + 1] = {{"input", ncl_value_tensor(input)}};
    ncl_compose_pool_arguments(import, window, border, given + 1);
    return ncl_compose(import, op, given, NCL_COMPOSE_POOL_ARGUMENTS + 1);
}

struct ncl_compose_window ncl_compose_window_whole(struct ncl_import *import, const struct ncl_compose_window *window,
                                                   const nnefcl_shape *input)
{
    struct ncl_compose_window over = *window;
    ncl_compose_window_check(import, window, input);
    for (size_t i = 0; i < window->rank && !import->status; i++)
        over.after[i] += overhang(window, input, i);
    return over;
}

struct ncl_tensor *ncl_compose_max_pool(struct ncl_import *import, struct ncl_tensor *input,
                                        const struct ncl_compose_window *window)
{
    const struct ncl_compose_window over = ncl_compose_window_whole(import, window, &input->shape);
    return pool_node(import, "max_pool", input, &over, "ignore");
}

struct ncl_tensor *ncl_compose_avg_pool(struct ncl_import *import, struct ncl_tensor *input,
                                        const struct ncl_compose_window *window, bool padded)
{
    struct ncl_compose_window over = *window;
    int64_t before[NNEFCL_MAX_RANK] = {0}, after[NNEFCL_MAX_RANK] = {0};
    bool hangs = false;
    ncl_compose_window_check(import, window, &input->shape);
    for (size_t i = 0; i < window->rank && !import->status; i++) {
        const int64_t more = overhang(window, &input->shape, i);
        hangs |= more > 0;
        over.after[i] += more;
        before[BORDER + i] = window->before[i];
        after[BORDER + i] = window->after[i];
    }
    if (!padded || !hangs)
        return pool_node(import, "avg_pool", input, &over, padded ? "constant" : "ignore");
    for (size_t i = 0; i < window->rank; i++) { /* zeros that count are elements, the overhang is none */
        over.before[i] = 0;
        over.after[i] -= window->after[i];
    }
    return pool_node(import, "avg_pool", ncl_compose_pad(import, input, before, after, "constant", 0), &over, "ignore");
}
