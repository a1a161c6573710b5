/* SPDX-License-Identifier: Apache-2.0 */
/* Pass `pad`: zeros around the input of a window that reads zeros beyond it anyway are padding of the window, and pads
 * of nothing vanish (exporters write both: TensorFlow has no uneven padding, and converters pad by (0, 0)). */
#include <string.h>

#include "pass/pass.h"

/* What slides a window over its input, and the first axis that its padding speaks of. */
static const struct window {
    const char *op;
    int first_axis;
} windows[] = {{"conv", 2}, {"box", 0}, {"avg_pool", 0}, {"max_pool", 0}};

static const struct window *window_of(const struct ncl_node *node)
{
    for (size_t i = 0; i < sizeof windows / sizeof *windows; i++)
        if (ncl_node_is(node, windows[i].op))
            return &windows[i];
    return NULL;
}

static bool reads_zeros(const struct ncl_node *node)
{
    return strcmp(ncl_node_string(node, "border"), "constant") == 0;
}

static int64_t pad_at(const struct ncl_node *node, size_t axis, int side)
{
    return ncl_node_arg(node, "padding")->item[axis].item[side].integer;
}

/* One that takes nothing away: what a crop takes, the window's padding would not bring back. */
static bool is_zero_pad(const struct ncl_node *node)
{
    if (!ncl_node_is(node, "pad") || !reads_zeros(node) || ncl_node_scalar(node, "value") != 0)
        return false;
    for (size_t i = 0; i < ncl_node_count(node, "padding"); i++)
        if (pad_at(node, i, 0) < 0 || pad_at(node, i, 1) < 0)
            return false;
    return true;
}

/* Does it add nothing along the axes in front of `end`? */
static bool pads_nothing(const struct ncl_node *pad, size_t end)
{
    for (size_t i = 0; i < end && i < ncl_node_count(pad, "padding"); i++)
        if (pad_at(pad, i, 0) != 0 || pad_at(pad, i, 1) != 0)
            return false;
    return true;
}

/* The padding of the window with that of the pad; it names every axis, an empty one would be found from the input. */
static bool padding_add(struct ncl_rewrite *rw, const struct ncl_node *node, size_t first, const struct ncl_node *pad,
                        struct ncl_value *sum)
{
    const struct ncl_value *own = ncl_node_arg(node, "padding");
    struct ncl_value *item = ncl_rewrite_alloc(rw, own->count, sizeof *item);
    struct ncl_value *side = ncl_rewrite_alloc(rw, 2 * own->count, sizeof *side);
    if (!item || !side || own->count == 0 || own->count + first != ncl_node_count(pad, "padding"))
        return false;
    for (size_t i = 0; i < own->count; i++) {
        for (int k = 0; k < 2; k++) {
            side[2 * i + k] = own->item[i].item[k];
            side[2 * i + k].integer += pad_at(pad, first + i, k);
        }
        item[i] = own->item[i];
        item[i].item = &side[2 * i];
    }
    *sum = *own;
    sum->item = item;
    return true;
}

static void window_take(struct ncl_rewrite *rw, struct ncl_node *node, const struct window *window)
{
    struct ncl_node *pad = ncl_rewrite_producer(rw, ncl_node_tensor(node, "input"));
    struct ncl_value padding;
    if (!pad || !is_zero_pad(pad) || !reads_zeros(node) || !pads_nothing(pad, (size_t)window->first_axis) ||
        ncl_rewrite_reader(rw, ncl_node_result(pad, 0)) != node ||
        !padding_add(rw, node, (size_t)window->first_axis, pad, &padding))
        return;
    ncl_rewrite_set(rw, node, "padding", &padding);
    ncl_rewrite_set(rw, node, "input", ncl_node_arg(pad, "input"));
    ncl_rewrite_remove(rw, pad);
}

void ncl_pass_pad(struct ncl_rewrite *rw, const struct ncl_pass_facts *facts)
{
    (void)facts;
    for (struct ncl_node *node = ncl_rewrite_first(rw); node; node = ncl_rewrite_next(node)) {
        const struct window *window = window_of(node);
        if (window) {
            window_take(rw, node, window);
        } else if (ncl_node_is(node, "pad") && pads_nothing(node, NNEFCL_MAX_RANK) &&
                   !ncl_rewrite_is_output(rw, ncl_node_result(node, 0))) {
            ncl_rewrite_replace(rw, ncl_node_result(node, 0), ncl_node_tensor(node, "input"));
            ncl_rewrite_remove(rw, node);
        }
    }
}
