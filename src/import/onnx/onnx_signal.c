/* SPDX-License-Identifier: Apache-2.0 */
/* Signals: DFT and STFT as products with the matrix of the transform, MelWeightMatrix. */
#include <math.h>
#include <string.h>

#include "import/compose_signal.h"
#include "import/onnx/onnx_operators.h"

static struct ncl_transform transform_of(struct ncl_import *import, const struct ncl_import_node *node, int64_t length,
                                         int64_t have, int64_t parts)
{
    struct ncl_transform t = {length, have < length ? have : length, length, parts,
                              ncl_import_integer(import, node, "inverse", 0) != 0};
    if (ncl_import_integer(import, node, "onesided", 0) != 0)
        t.bins = length / 2 + 1;
    return t;
}

/* Known whole numbers of one element; -1: not given. */
static int64_t number_of(struct ncl_import *import, const struct ncl_import_node *node, size_t index, const char *what)
{
    const double number = ncl_import_need_number(import, node, index, what, -1);
    return number >= -NCL_TRANSFORM_MOST && number <= 1 << 30 ? (int64_t)number : 0;
}

/* The axis in front of the last one, where it belongs, and back: a swap of two axes. */
static struct ncl_tensor *swapped(struct ncl_import *import, struct ncl_tensor *x, int axis)
{
    int order[NNEFCL_MAX_RANK];
    for (int i = 0; i < x->shape.rank; i++)
        order[i] = i;
    order[axis] = x->shape.rank - 2;
    order[x->shape.rank - 2] = axis;
    return axis == x->shape.rank - 2 ? x : ncl_compose_transpose(import, x, order);
}

static int axis_of(struct ncl_import *import, const struct ncl_import_node *node, int rank)
{
    int64_t axis = ncl_import_integer(import, node, "axis", 1);
    if (node->version >= 20)
        axis = ncl_import_has(import, node, 2) ? number_of(import, node, 2, "the axis") : -2;
    const int at = ncl_import_axis(import, axis, rank);
    if (!import->status && (rank < 2 || at == rank - 1))
        ncl_import_wrong(import, "the axis is that of the parts of numbers");
    return at;
}

void ncl_onnx_dft(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const int rank = x->shape.rank, axis = axis_of(import, node, rank);
    if (import->status)
        return;
    const int64_t have = x->shape.extent[axis],
                  length = ncl_import_has(import, node, 1) ? number_of(import, node, 1, "the length") : have;
    const struct ncl_transform t = transform_of(import, node, length, have, x->shape.extent[rank - 1]);
    if (t.parts != 1 && t.parts != 2)
        ncl_import_wrong(import, "numbers of %lld parts", (long long)t.parts);
    if (import->status)
        return;
    x = swapped(import, ncl_compose_slice(import, x, axis, 0, t.count, 1), axis);
    nnefcl_shape flat = x->shape;
    flat.extent[--flat.rank - 1] = t.count * t.parts;
    x = ncl_compose_reshape(import, x, &flat);
    ncl_import_give(import, node, 0, swapped(import, ncl_compose_transform(import, x, &t), axis));
}

/* [batch, parts, samples] of a signal [batch, samples] or [batch, samples, parts]. */
static struct ncl_tensor *channels_of(struct ncl_import *import, struct ncl_tensor *x)
{
    static const int order[] = {0, 2, 1};
    return x->shape.rank == 2 ? ncl_compose_unsqueeze(import, x, 1) : ncl_compose_transpose(import, x, order);
}

/* A filter [numbers of bins, parts, samples] times the window. */
static struct ncl_tensor *filter_of(struct ncl_import *import, const struct ncl_import_node *node,
                                    const struct ncl_transform *t, int64_t first, int64_t bins)
{
    static const int order[] = {0, 2, 1};
    struct ncl_tensor *filter = ncl_transform_matrix(import, t, first, bins);
    filter = ncl_compose_reshape(import, filter, &(nnefcl_shape){3, {2 * bins, t->count, t->parts}});
    filter = ncl_compose_transpose(import, filter, order);
    return ncl_import_has(import, node, 2)
               ? ncl_compose_binary(import, "mul", filter, ncl_import_tensor(import, node, 2))
               : filter;
}

void ncl_onnx_stft(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const int order[] = {0, 2, 1};
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *part[NCL_TRANSFORM_PARTS];
    const bool windowed = ncl_import_has(import, node, 2), sized = ncl_import_has(import, node, 3);
    const int64_t step = number_of(import, node, 1, "the step"),
                  length = sized      ? number_of(import, node, 3, "the length of frames")
                           : windowed ? ncl_shape_volume(&ncl_import_value(import, node, 2)->shape)
                                      : 0;
    if (!import->status && (x->shape.rank < 2 || x->shape.rank > 3 || step < 1 || length < 1 ||
                            length > x->shape.extent[1] || (x->shape.rank == 3 && x->shape.extent[2] > 2)))
        ncl_import_wrong(import, "a signal or frames that do not fit each other");
    if (import->status)
        return;
    struct ncl_transform t = transform_of(import, node, length, length, x->shape.rank == 3 ? x->shape.extent[2] : 1);
    if (ncl_import_integer(import, node, "onesided", 1) != 0)
        t.bins = length / 2 + 1;
    const int64_t most = ncl_transform_at_once(import, &t);
    struct ncl_compose_window window = ncl_compose_window_of(1);
    window.size[0] = length;
    window.stride[0] = step;
    x = channels_of(import, x);
    size_t parts = 0;
    for (int64_t k = 0; k < t.bins && !import->status; k += most)
        part[parts++] = ncl_compose_conv(
            import, x, filter_of(import, node, &t, k, t.bins - k < most ? t.bins - k : most), NULL, &window, 1);
    if (import->status)
        return;
    struct ncl_tensor *y = ncl_compose_concat(import, part, parts, 1);
    const nnefcl_shape shape = {4, {y->shape.extent[0], y->shape.extent[2], t.bins, 2}};
    ncl_import_give(import, node, 0, ncl_compose_reshape(import, ncl_compose_transpose(import, y, order), &shape));
}

/* ---- MelWeightMatrix ---- */

/* Edges of triangles at even distances in mel, as numbers of bins. */
static int64_t mel_edge(int64_t i, int64_t edges, const double *v, int64_t bins)
{
    const double low = 2595 * log10(1 + v[3] / 700), high = 2595 * log10(1 + v[4] / 700),
                 hertz = 700 * (pow(10, (low + (double)i * (high - low) / (double)edges) / 2595) - 1),
                 bin = floor((v[1] + 1) * hertz / v[2]);
    return bin >= 0 && bin < (double)bins ? (int64_t)bin : bin < 0 ? 0 : bins - 1;
}

static double triangle(int64_t at, int64_t left, int64_t centre, int64_t right)
{
    if (at >= centre && at < right)
        return (double)(right - at) / (double)(right - centre);
    if (at == centre)
        return 1;
    return at > left && at < centre ? (double)(at - left) / (double)(centre - left) : 0;
}

void ncl_onnx_mel_weights(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const char *const what[] = {"the number of bands", "the length", "the rate", "the lower edge",
                                       "the upper edge"};
    double v[5];
    for (size_t i = 0; i < 5; i++)
        v[i] = ncl_import_need_number(import, node, i, what[i], 0);
    const bool fits =
        v[0] >= 1 && v[0] <= NCL_TRANSFORM_MOST && v[1] >= 1 && v[1] <= 2 * NCL_TRANSFORM_MOST && v[2] > 0;
    if (!import->status && !fits)
        ncl_import_refuse(import, "%g bands of %g samples", v[0], v[1]);
    const int64_t bands = fits ? (int64_t)v[0] : 1, bins = fits ? (int64_t)v[1] / 2 + 1 : 1;
    struct ncl_known *y =
        import->status ? NULL : ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &(nnefcl_shape){2, {bins, bands}});
    for (int64_t i = 0; y && i < bands; i++) {
        const int64_t left = mel_edge(i, bands + 2, v, bins), centre = mel_edge(i + 1, bands + 2, v, bins),
                      right = mel_edge(i + 2, bands + 2, v, bins);
        for (int64_t j = 0; j < bins; j++)
            y->real[j * bands + i] = triangle(j, left, centre, right);
    }
    if (y)
        ncl_import_give_known(import, node, 0, y);
    else
        ncl_import_nomem(import);
}
