/* SPDX-License-Identifier: Apache-2.0 */
/* Dilation2D, of grey-scale morphology: the greatest sum of a window's element and the filter's at its place. (Erosion
 * is written as a dilation of what is negated.) */
#include <float.h>
#include <string.h>

#include "import/tensorflow/tf.h"

#define MAX_TAPS 1024

/* Strides or rates: [1, y, x, 1]. */
static void plane_numbers(struct ncl_import *import, const struct ncl_import_node *node, const char *name,
                          int64_t number[NNEFCL_MAX_RANK])
{
    size_t count;
    const int64_t *all = ncl_import_integers(import, node, name, &count);
    if (count != 4 || all[0] != 1 || all[3] != 1 || all[1] < 1 || all[2] < 1) {
        ncl_import_wrong(import, "%zu numbers in %s that do not fit", count, name);
        return;
    }
    number[0] = all[1];
    number[1] = all[2];
}

/* Element (y, x) of the filter [C, h, w] added to what is under it in all windows. */
static struct ncl_tensor *tap(struct ncl_import *import, struct ncl_tensor *x, struct ncl_tensor *filter,
                              const struct ncl_compose_window *window, const int64_t at[2])
{
    for (int i = 0; i < 2; i++) {
        const int64_t begin = at[i] * window->dilation[i], reach = (window->size[i] - 1) * window->dilation[i] + 1,
                      last = (x->shape.extent[2 + i] - reach) / window->stride[i] * window->stride[i];
        x = ncl_compose_slice(import, x, 2 + i, begin, begin + last + 1, window->stride[i]);
        filter = ncl_compose_slice(import, filter, 1 + i, at[i], at[i] + 1, 1);
    }
    return ncl_compose_binary(import, "add", x, filter);
}

/* images [N, H, W, C], the filter [h, w, C] */
void ncl_tf_build_dilation(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const int channels_first[] = {2, 0, 1};
    struct ncl_tensor *x = ncl_tf_first(import, ncl_tf_tensor(import, node, 0)),
                      *filter = ncl_tf_tensor(import, node, 1), *y = NULL;
    struct ncl_compose_window window = ncl_compose_window_of(2);
    plane_numbers(import, node, "strides", window.stride);
    plane_numbers(import, node, "rates", window.dilation);
    if (!import->status &&
        (x->shape.rank != 4 || filter->shape.rank != 3 || filter->shape.extent[2] != x->shape.extent[1]))
        ncl_import_wrong(import, "a filter of rank %d that does not fit", filter->shape.rank);
    for (int i = 0; i < 2; i++)
        window.size[i] = filter->shape.extent[i];
    if (!import->status && window.size[0] > MAX_TAPS / window.size[1])
        ncl_import_refuse(import, "a filter of more than %d elements", MAX_TAPS);
    if (import->status || !ncl_compose_window_check(import, &window, &x->shape))
        return;
    if (strcmp(ncl_import_string(import, node, "padding", "VALID"), "SAME") == 0)
        ncl_compose_window_same(import, &window, &x->shape, false);
    const int64_t before[NNEFCL_MAX_RANK] = {0, 0, window.before[0], window.before[1]},
                  after[NNEFCL_MAX_RANK] = {0, 0, window.after[0], window.after[1]};
    x = ncl_compose_pad(import, x, before, after, "constant", -(double)FLT_MAX);
    filter = ncl_compose_transpose(import, filter, channels_first);
    for (int i = 0; i < 2 && !import->status; i++)
        if (x->shape.extent[2 + i] < (window.size[i] - 1) * window.dilation[i] + 1)
            ncl_import_wrong(import, "the filter is larger than the image");
    for (int64_t i = 0; i < window.size[0] * window.size[1] && !import->status; i++) {
        const int64_t at[] = {i / window.size[1], i % window.size[1]};
        struct ncl_tensor *sum = tap(import, x, filter, &window, at);
        y = y ? ncl_compose_binary(import, "max", y, sum) : sum;
    }
    if (y)
        ncl_tf_give(import, node, 0, ncl_tf_last(import, y));
}
