/* SPDX-License-Identifier: Apache-2.0 */
/* Complex numbers, two tensors of the same shape, and the Fourier transforms that give and take them: spectrograms. */
#include <string.h>

#include "import/compose_signal.h"
#include "import/tensorflow/tf.h"

static struct ncl_tensor *two(struct ncl_import *import, const char *op, struct ncl_tensor *x, struct ncl_tensor *y)
{
    return ncl_compose_binary(import, op, x, y);
}

/* Both parts of an operand, zeros for the one that a real operand lacks. */
static void parts_of(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                     struct ncl_tensor *part[2])
{
    ncl_import_complex(import, node, index, part);
    if (!part[1])
        part[1] = ncl_compose_with(import, "mul", part[0], 0);
}

/* ---- parts ---- */

void ncl_tf_build_complex(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *real = ncl_tf_tensor(import, node, 0), *imaginary = ncl_tf_tensor(import, node, 1);
    nnefcl_shape shape = real->shape;
    if (!import->status && !ncl_shape_equal(&real->shape, &imaginary->shape)) {
        shape = two(import, "add", real, imaginary)->shape;
        real = ncl_compose_expand(import, real, &shape);
        imaginary = ncl_compose_expand(import, imaginary, &shape);
    }
    ncl_import_give_complex(import, node, 0, (struct ncl_tensor *const[]){real, imaginary});
}

/* Real, Imag */
void ncl_tf_build_complex_part(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *part[2];
    parts_of(import, node, 0, part);
    ncl_tf_give(import, node, 0, part[strcmp(import->op->as, "imaginary") == 0]);
}

void ncl_tf_build_magnitude(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *part[2];
    parts_of(import, node, 0, part);
    for (int i = 0; i < 2; i++)
        part[i] = ncl_compose_unary(import, "sqr", part[i]);
    ncl_tf_give(import, node, 0, ncl_compose_unary(import, "sqrt", two(import, "add", part[0], part[1])));
}

void ncl_tf_build_angle(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *part[2];
    parts_of(import, node, 0, part);
    ncl_tf_give(import, node, 0, ncl_tf_angle(import, part[1], part[0]));
}

void ncl_tf_build_conjugate(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *part[2];
    parts_of(import, node, 0, part);
    part[1] = ncl_compose_unary(import, "neg", part[1]);
    ncl_import_give_complex(import, node, 0, part);
}

/* ---- arithmetic ---- */

bool ncl_tf_complex_unary(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *part[2];
    const char *op = import->op->as;
    if (!ncl_import_value(import, node, 0)->imaginary)
        return false;
    parts_of(import, node, 0, part);
    if (strcmp(op, "exp") == 0) {
        struct ncl_tensor *size = ncl_compose_unary(import, "exp", part[0]), *angle = part[1];
        part[0] = two(import, "mul", size, ncl_compose_unary(import, "cos", angle));
        part[1] = two(import, "mul", size, ncl_compose_unary(import, "sin", angle));
    } else if (strcmp(op, "neg") == 0) {
        for (int i = 0; i < 2; i++)
            part[i] = ncl_compose_unary(import, "neg", part[i]);
    } else {
        ncl_import_refuse(import, "complex numbers");
    }
    ncl_import_give_complex(import, node, 0, part);
    return true;
}

bool ncl_tf_complex_binary(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x[2], *y[2], *z[2];
    const char *op = import->op->as;
    if (!ncl_import_value(import, node, 0)->imaginary && !ncl_import_value(import, node, 1)->imaginary)
        return false;
    parts_of(import, node, 0, x);
    parts_of(import, node, 1, y);
    if (strcmp(op, "mul") == 0) {
        z[0] = two(import, "sub", two(import, "mul", x[0], y[0]), two(import, "mul", x[1], y[1]));
        z[1] = two(import, "add", two(import, "mul", x[0], y[1]), two(import, "mul", x[1], y[0]));
    } else {
        if (strcmp(op, "add") != 0 && strcmp(op, "sub") != 0)
            ncl_import_refuse(import, "complex numbers");
        for (int i = 0; i < 2; i++)
            z[i] = two(import, op, x[i], y[i]);
    }
    ncl_import_give_complex(import, node, 0, z);
    return true;
}

/* From complex numbers, or to them: DT_COMPLEX64. */
bool ncl_tf_complex_cast(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *part[2];
    const struct ncl_tf_detail *detail = node->detail;
    const bool from = ncl_import_value(import, node, 0)->imaginary != NULL,
               to = (detail ? (int64_t)detail->element[node->input_count]
                            : ncl_import_integer(import, node, "DstT", NCL_STORED_FLOAT32)) >= NCL_STORED_COUNT;
    if (!from)
        return false;
    parts_of(import, node, 0, part);
    if (to)
        ncl_import_give_complex(import, node, 0, part);
    else
        ncl_tf_give(import, node, 0, part[0]);
    return true;
}

/* ---- transforms ---- */

/* The last axis cut off, or filled up with zeros, to that length. */
static struct ncl_tensor *fitted(struct ncl_import *import, struct ncl_tensor *x, int axis, int64_t length)
{
    int64_t before[NNEFCL_MAX_RANK] = {0}, after[NNEFCL_MAX_RANK] = {0};
    if (import->status || axis < 0)
        return x;
    after[axis] = length - x->shape.extent[axis];
    return after[axis] ? ncl_compose_pad(import, x, before, after, "constant", 0) : x;
}

/* `bins` of the transform of the last axis; part[1] NULL: of real numbers, which have a second part afterwards. */
static void transform(struct ncl_import *import, struct ncl_tensor *part[2], int64_t bins, bool inverse)
{
    struct ncl_tensor *x = part[0];
    nnefcl_shape shape = x->shape;
    const int last = shape.rank - 1;
    if (import->status) {
        part[1] = part[0];
        return;
    }
    const struct ncl_transform t = {shape.extent[last], shape.extent[last], bins, part[1] ? 2 : 1, inverse};
    if (part[1]) {
        struct ncl_tensor *pair[] = {ncl_compose_unsqueeze(import, part[0], last + 1),
                                     ncl_compose_unsqueeze(import, part[1], last + 1)};
        shape.extent[last] *= 2;
        x = ncl_compose_reshape(import, ncl_compose_concat(import, pair, 2, last + 1), &shape);
    }
    if (last == 0)
        x = ncl_compose_unsqueeze(import, x, 0);
    x = ncl_compose_transform(import, x, &t);
    if (last == 0 && !import->status)
        x = ncl_compose_squeeze(import, x, 0);
    for (int i = 0; i < 2; i++)
        part[i] = import->status
                      ? &import->nothing
                      : ncl_compose_squeeze(import, ncl_compose_slice(import, x, last + 1, i, i + 1, 1), last + 1);
}

static bool has_axes(struct ncl_import *import, const struct ncl_tensor *x, int axes)
{
    if (!import->status && (x->shape.rank < axes || x->shape.rank >= NNEFCL_MAX_RANK))
        ncl_import_refuse(import, "an operand of rank %d", x->shape.rank);
    return !import->status;
}

/* FFT, IFFT */
void ncl_tf_build_fourier(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *part[2];
    parts_of(import, node, 0, part);
    if (!has_axes(import, part[0], 1))
        return;
    transform(import, part, part[0]->shape.extent[part[0]->shape.rank - 1], strcmp(import->op->as, "inverse") == 0);
    ncl_import_give_complex(import, node, 0, part);
}

/* The lengths of the last `axes` axes, which are operand 1. */
static bool lengths_of(struct ncl_import *import, const struct ncl_import_node *node, int axes,
                       int64_t length[NNEFCL_MAX_RANK])
{
    const size_t count = ncl_tf_integers(import, node, 1, "the length", length);
    if ((int)count != axes)
        ncl_import_wrong(import, "%zu lengths for %d axes", count, axes);
    for (size_t i = 0; i < count && !import->status; i++)
        if (length[i] < 1)
            ncl_import_wrong(import, "a transform of %lld numbers", (long long)length[i]);
    return !import->status;
}

/* RFFT: the first half of what the transform of real numbers is, and one more. */
void ncl_tf_build_real_fourier(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *part[2] = {ncl_tf_tensor(import, node, 0), NULL};
    int64_t length[NNEFCL_MAX_RANK] = {0};
    if (!has_axes(import, part[0], 1) || !lengths_of(import, node, 1, length))
        return;
    part[0] = fitted(import, part[0], part[0]->shape.rank - 1, length[0]);
    transform(import, part, length[0] / 2 + 1, false);
    ncl_import_give_complex(import, node, 0, part);
}

/* RFFT2D: the same of the last axis, then all of the one in front of it. */
void ncl_tf_build_plane_fourier(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *part[2] = {ncl_tf_tensor(import, node, 0), NULL};
    int64_t length[NNEFCL_MAX_RANK] = {0};
    if (!has_axes(import, part[0], 2) || !lengths_of(import, node, 2, length))
        return;
    const int rank = part[0]->shape.rank;
    part[0] = fitted(import, fitted(import, part[0], rank - 1, length[1]), rank - 2, length[0]);
    transform(import, part, length[1] / 2 + 1, false);
    if (length[0] > 1) {
        for (int i = 0; i < 2; i++)
            part[i] = ncl_compose_swap_last(import, part[i]);
        transform(import, part, length[0], false);
        for (int i = 0; i < 2; i++)
            part[i] = ncl_compose_swap_last(import, part[i]);
    }
    ncl_import_give_complex(import, node, 0, part);
}

/* IRFFT: the other half is the first one backwards, conjugate. */
void ncl_tf_build_inverse_real_fourier(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *part[2];
    int64_t length[NNEFCL_MAX_RANK] = {0};
    parts_of(import, node, 0, part);
    if (!has_axes(import, part[0], 1) || !lengths_of(import, node, 1, length))
        return;
    const int last = part[0]->shape.rank - 1;
    const int64_t bins = length[0] / 2 + 1, rest = length[0] - bins;
    for (int i = 0; i < 2; i++) {
        part[i] = fitted(import, part[i], last, bins);
        if (rest == 0)
            continue;
        struct ncl_tensor *half[] = {part[i], ncl_compose_slice(import, part[i], last, rest, 0, -1)};
        if (i == 1)
            half[1] = ncl_compose_unary(import, "neg", half[1]);
        part[i] = ncl_compose_concat(import, half, 2, last);
    }
    transform(import, part, length[0], true);
    ncl_tf_give(import, node, 0, part[0]);
}
