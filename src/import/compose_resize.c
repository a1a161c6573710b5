/* SPDX-License-Identifier: Apache-2.0 */
#include "import/compose_resize.h"

#include <math.h>
#include <string.h>

#define MAX_GATHERS 4 /* terms of one element that are gathered; more are a product with a matrix */

struct ncl_resize ncl_resize_of(const nnefcl_shape *shape)
{
    struct ncl_resize resize = {.cubic = -0.75};
    for (int i = 0; i < shape->rank; i++) {
        resize.out[i] = shape->extent[i];
        resize.scale[i] = resize.end[i] = 1;
    }
    return resize;
}

/* ---- places and weights ---- */

static double place_of(const struct ncl_resize *resize, int axis, int64_t in, int64_t i)
{
    const double scale = resize->scale[axis], out = (double)resize->out[axis], at = (double)i, last = (double)in - 1;
    const double centre = (double)in / 2 * (1 - out / ((double)in * scale));
    switch (resize->place) {
    case NCL_RESIZE_HALF_PIXEL:
        return (at + 0.5) / scale - 0.5;
    case NCL_RESIZE_HALF_PIXEL_SYMMETRIC:
        return centre + (at + 0.5) / scale - 0.5;
    case NCL_RESIZE_HALF_PIXEL_TORCH:
        return out > 1 ? (at + 0.5) / scale - 0.5 : 0;
    case NCL_RESIZE_ALIGN_CORNERS:
        return out > 1 ? at * last / (out - 1) : 0;
    case NCL_RESIZE_ASYMMETRIC:
        return at / scale;
    case NCL_RESIZE_HALF_PIXEL_NEAREST:
        return (at + 0.5) / scale;
    case NCL_RESIZE_CROP:
        break;
    }
    const double start = resize->start[axis], end = resize->end[axis];
    return out > 1 ? start * last + at * (end - start) * last / (out - 1) : 0.5 * (start + end) * last;
}

static double rounded(enum ncl_resize_rounding rounding, double x)
{
    switch (rounding) {
    case NCL_RESIZE_FLOOR:
        return floor(x);
    case NCL_RESIZE_CEIL:
        return ceil(x);
    case NCL_RESIZE_HALF_DOWN:
        return ceil(x - 0.5);
    default:
        return floor(x + 0.5);
    }
}

/* A tent, or the cubic of Keys with coefficient a. */
static double filter_at(enum ncl_resize_mode mode, double a, double x)
{
    x = fabs(x);
    if (mode == NCL_RESIZE_LINEAR)
        return x < 1 ? 1 - x : 0;
    if (x < 1)
        return ((a + 2) * x - (a + 3)) * x * x + 1;
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}

bool ncl_resize_terms_new(struct ncl_import *import, struct ncl_resize_terms *terms, size_t count, int64_t out)
{
    size_t all;
    const nnefcl_shape shape = {.rank = 2, .extent = {out, (int64_t)count}};
    if (!ncl_known_count(&shape, &all)) {
        ncl_import_refuse(import, "an axis is too long to be resized so");
        return false;
    }
    terms->count = count;
    terms->out = out;
    terms->index = NCL_NEW_ARRAY(&import->scratch, int64_t, all);
    terms->weight = NCL_NEW_ARRAY(&import->scratch, double, all);
    if (!terms->index || !terms->weight)
        ncl_import_nomem(import);
    return !import->status;
}

/* Elements to be filled in, of weights or marks; NULL: an error was reported. */
static struct ncl_known *elements_new(struct ncl_import *import, enum ncl_stored_type element,
                                      const nnefcl_shape *shape)
{
    size_t count;
    if (!ncl_known_count(shape, &count))
        ncl_import_refuse(import, "an axis is too long to be resized so");
    struct ncl_known *known = import->status ? NULL : ncl_known_new(&import->scratch, element, shape);
    if (!known && !import->status)
        ncl_import_nomem(import);
    return known;
}

static int64_t clamped(double at, int64_t in)
{
    return at < 0 ? 0 : at > (double)(in - 1) ? in - 1 : (int64_t)at;
}

static void nearest_terms(const struct ncl_resize *resize, int axis, int64_t in, struct ncl_resize_terms *terms)
{
    for (int64_t i = 0; i < resize->out[axis]; i++) {
        terms->index[i] = clamped(rounded(resize->rounding, place_of(resize, axis, in, i)), in);
        terms->weight[i] = 1;
    }
}

/* Places outside of the operand are its border, or do not count at all. */
static void filter_terms(const struct ncl_resize *resize, int axis, int64_t in, double stretch,
                         struct ncl_resize_terms *terms)
{
    const int64_t half = (int64_t)terms->count / 2;
    for (int64_t i = 0; i < resize->out[axis]; i++) {
        const double at = place_of(resize, axis, in, i), from = floor(at) - (double)half + 1;
        int64_t *index = terms->index + i * (int64_t)terms->count;
        double *weight = terms->weight + i * (int64_t)terms->count, sum = 0;
        for (size_t j = 0; j < terms->count; j++) {
            const double tap = from + (double)j;
            const bool outside = tap < 0 || tap > (double)(in - 1);
            index[j] = clamped(tap, in);
            weight[j] =
                resize->exclude_outside && outside ? 0 : filter_at(resize->mode, resize->cubic, (tap - at) * stretch);
            sum += weight[j];
        }
        for (size_t j = 0; j < terms->count && (resize->exclude_outside || stretch < 1) && sum != 0; j++)
            weight[j] /= sum;
    }
}

static bool terms_make(struct ncl_import *import, const struct ncl_resize *resize, int axis, int64_t in,
                       struct ncl_resize_terms *terms)
{
    const double stretch = resize->antialias && resize->scale[axis] < 1 ? resize->scale[axis] : 1,
                 reach = ceil((resize->mode == NCL_RESIZE_CUBIC ? 2 : 1) / stretch);
    const size_t count = resize->mode == NCL_RESIZE_NEAREST ? 1 : reach < 1e6 ? 2 * (size_t)reach : NCL_KNOWN_MAX + 1;
    if (!ncl_resize_terms_new(import, terms, count, resize->out[axis]))
        return false;
    if (resize->mode == NCL_RESIZE_NEAREST)
        nearest_terms(resize, axis, in, terms);
    else
        filter_terms(resize, axis, in, stretch, terms);
    return true;
}

/* ---- operations of NNEF that do the same ---- */

static bool is_nearest_upsample(struct ncl_import *import, const struct ncl_resize *resize, const nnefcl_shape *in,
                                int axis, int64_t factor)
{
    struct ncl_resize_terms terms;
    if (!terms_make(import, resize, axis, in->extent[axis], &terms))
        return false;
    for (int64_t i = 0; i < resize->out[axis]; i++)
        if (terms.index[i] != i / factor)
            return false;
    return true;
}

static const char *linear_method(const struct ncl_resize *resize)
{
    switch (resize->place) {
    case NCL_RESIZE_HALF_PIXEL:
    case NCL_RESIZE_HALF_PIXEL_SYMMETRIC:
    case NCL_RESIZE_HALF_PIXEL_TORCH:
        return "symmetric";
    case NCL_RESIZE_ALIGN_CORNERS:
        return "aligned";
    case NCL_RESIZE_ASYMMETRIC:
        return "asymmetric";
    default:
        return NULL;
    }
}

/* Whole factors of all spatial axes; NULL: it is none of them. */
static struct ncl_tensor *upsample(struct ncl_import *import, struct ncl_tensor *x, const struct ncl_resize *resize)
{
    int64_t factor[NNEFCL_MAX_RANK];
    const char *method = linear_method(resize);
    const bool nearest = resize->mode == NCL_RESIZE_NEAREST;
    if (x->shape.rank < 3 || resize->mode == NCL_RESIZE_CUBIC || (!nearest && (!method || resize->exclude_outside)))
        return NULL;
    for (int i = 0; i < x->shape.rank && !import->status; i++) {
        factor[i] = resize->out[i] / x->shape.extent[i];
        if (factor[i] * x->shape.extent[i] != resize->out[i] || factor[i] < 1 || (i < 2 && factor[i] != 1) ||
            fabs(resize->scale[i] - (double)factor[i]) > 1e-6 ||
            (nearest && !is_nearest_upsample(import, resize, &x->shape, i, factor[i])))
            return NULL;
    }
    const size_t count = (size_t)x->shape.rank - 2;
    if (nearest)
        return NCL_COMPOSE(import, "nearest_upsample", {"input", ncl_value_tensor(x)},
                           {"factor", ncl_compose_integers(import, factor + 2, count)});
    return NCL_COMPOSE(import, "multilinear_upsample", {"input", ncl_value_tensor(x)},
                       {"factor", ncl_compose_integers(import, factor + 2, count)},
                       {"method", ncl_compose_string(method)}, {"border", ncl_compose_string("replicate")});
}

/* ---- the general way, axis by axis ---- */

static struct ncl_tensor *weights_tensor(struct ncl_import *import, const nnefcl_shape *shape, const double *weight,
                                         size_t step)
{
    struct ncl_known *known = elements_new(import, NCL_STORED_FLOAT32, shape);
    if (!known)
        return &import->nothing;
    for (size_t i = 0; i < known->count; i++)
        known->real[i] = weight[i * step];
    return ncl_import_constant(import, known);
}

static struct ncl_tensor *term_gather(struct ncl_import *import, struct ncl_tensor *x, int axis,
                                      const struct ncl_resize_terms *terms, size_t term, int64_t out)
{
    int64_t *index = NCL_NEW_ARRAY(&import->scratch, int64_t, (size_t)out);
    nnefcl_shape column = {.rank = x->shape.rank};
    if (!index) {
        ncl_import_nomem(import);
        return &import->nothing;
    }
    for (int64_t i = 0; i < out; i++)
        index[i] = terms->index[i * (int64_t)terms->count + (int64_t)term];
    struct ncl_tensor *picked = ncl_compose_pick(import, x, axis, index, (size_t)out);
    if (terms->count == 1)
        return picked;
    for (int i = 0; i < column.rank; i++)
        column.extent[i] = i == axis ? out : 1;
    return ncl_compose_binary(import, "mul", picked,
                              weights_tensor(import, &column, terms->weight + term, terms->count));
}

/* The axis becomes the last one, and its elements are multiplied by a matrix of the weights. */
static struct ncl_tensor *terms_matrix(struct ncl_import *import, struct ncl_tensor *x, int axis,
                                       const struct ncl_resize_terms *terms, int64_t out)
{
    const int64_t in = x->shape.extent[axis];
    const nnefcl_shape shape = {.rank = 2, .extent = {in, out}};
    struct ncl_known *matrix = elements_new(import, NCL_STORED_FLOAT32, &shape);
    int order[NNEFCL_MAX_RANK];
    for (int i = 0; i < x->shape.rank; i++)
        order[i] = i == axis ? x->shape.rank - 1 : i == x->shape.rank - 1 ? axis : i;
    if (!matrix)
        return &import->nothing;
    for (int64_t i = 0; i < out; i++)
        for (size_t j = 0; j < terms->count; j++)
            matrix->real[terms->index[(size_t)i * terms->count + j] * out + i] +=
                terms->weight[(size_t)i * terms->count + j];
    x = ncl_compose_matmul(import, ncl_compose_transpose(import, x, order), ncl_import_constant(import, matrix));
    return ncl_compose_transpose(import, x, order);
}

struct ncl_tensor *ncl_compose_terms(struct ncl_import *import, struct ncl_tensor *x, int axis,
                                     const struct ncl_resize_terms *terms)
{
    if (terms->count > MAX_GATHERS)
        return terms_matrix(import, x, axis, terms, terms->out);
    struct ncl_tensor *sum = term_gather(import, x, axis, terms, 0, terms->out);
    for (size_t i = 1; i < terms->count && !import->status; i++)
        sum = ncl_compose_binary(import, "add", sum, term_gather(import, x, axis, terms, i, terms->out));
    return sum;
}

static struct ncl_tensor *axis_resize(struct ncl_import *import, struct ncl_tensor *x, int axis,
                                      const struct ncl_resize *resize)
{
    struct ncl_resize_terms terms;
    if (import->status || !terms_make(import, resize, axis, x->shape.extent[axis], &terms))
        return &import->nothing;
    return ncl_compose_terms(import, x, axis, &terms);
}

/* Positions of a crop that lie outside of the axis have a value of their own. */
static struct ncl_tensor *crop_outside(struct ncl_import *import, struct ncl_tensor *y, int axis, int64_t in,
                                       const struct ncl_resize *resize)
{
    nnefcl_shape column = {.rank = y->shape.rank};
    bool any = false;
    for (int i = 0; i < column.rank; i++)
        column.extent[i] = i == axis ? resize->out[axis] : 1;
    struct ncl_known *outside = elements_new(import, NCL_STORED_BOOL, &column);
    for (size_t i = 0; outside && i < outside->count; i++) {
        const double at = place_of(resize, axis, in, (int64_t)i);
        outside->integer[i] = at < 0 || at > (double)(in - 1);
        any |= outside->integer[i] != 0;
    }
    return any ? ncl_compose_select(import, ncl_import_constant(import, outside),
                                    ncl_compose_number(import, resize->outside), y)
               : y;
}

/* Do elements of an axis change places although their number does not? A scale is not rounded as the extent is. */
static bool moves_within(const struct ncl_resize *resize, int axis)
{
    if (resize->place == NCL_RESIZE_CROP)
        return resize->start[axis] != 0 || resize->end[axis] != 1;
    return resize->place != NCL_RESIZE_ALIGN_CORNERS && resize->scale[axis] != 1;
}

struct ncl_tensor *ncl_compose_resize(struct ncl_import *import, struct ncl_tensor *x, const struct ncl_resize *resize)
{
    const nnefcl_shape in = x->shape;
    for (int i = 0; i < in.rank; i++)
        if (resize->out[i] < 1 || !(resize->scale[i] > 0))
            ncl_import_refuse(import, "axis %d would have the extent %lld", i, (long long)resize->out[i]);
    if (import->status)
        return &import->nothing;
    struct ncl_tensor *whole = upsample(import, x, resize);
    if (whole || import->status)
        return whole ? whole : &import->nothing;
    for (int i = 0; i < in.rank; i++)
        if (resize->out[i] != in.extent[i] || moves_within(resize, i))
            x = axis_resize(import, x, i, resize);
    for (int i = 0; i < in.rank && resize->place == NCL_RESIZE_CROP; i++)
        if (resize->start[i] != 0 || resize->end[i] != 1)
            x = crop_outside(import, x, i, in.extent[i], resize);
    return x;
}
