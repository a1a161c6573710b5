/* SPDX-License-Identifier: Apache-2.0 */
/* ResizeArea and ScaleAndTranslate (tf.image.resize with 'area', with 'lanczos3' and its like, or with antialias):
 * each element of the result is a weighted mean of a span of the operand's, along each of two axes. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "import/compose_resize.h"
#include "import/tensorflow/tf.h"

static const double turn = 3.14159265358979323846;

/* The image, channels first, and the size that it gets; false: an error. */
static bool image_and_size(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor **x,
                           int64_t size[NNEFCL_MAX_RANK])
{
    *x = ncl_tf_first(import, ncl_compose_cast(import, ncl_tf_tensor(import, node, 0), NNEFCL_SCALAR));
    const size_t count = ncl_tf_integers(import, node, 1, "the size", size);
    if (!import->status && (count != 2 || (*x)->shape.rank != 4 || size[0] < 1 || size[1] < 1))
        ncl_import_wrong(import, "%zu extents for rank %d", count, (*x)->shape.rank);
    return !import->status;
}

/* ---- means over areas ---- */

/* Element i is the mean from i * scale to (i + 1) * scale, where an element of the operand fills one unit. */
static void area_terms(float scale, int64_t in, struct ncl_resize_terms *terms)
{
    for (int64_t i = 0; i < terms->out; i++) {
        const float from = (float)i * scale, to = (float)(i + 1) * scale;
        const int64_t first = (int64_t)floorf(from);
        for (size_t j = 0; j < terms->count; j++) {
            const int64_t at = first + (int64_t)j;
            const float low = fmaxf((float)at, from), high = fminf((float)(at + 1), to);
            terms->index[(size_t)i * terms->count + j] = at < in ? at : in - 1;
            terms->weight[(size_t)i * terms->count + j] = high > low ? (double)((high - low) / scale) : 0;
        }
    }
}

void ncl_tf_build_resize_area(struct ncl_import *import, const struct ncl_import_node *node)
{
    const bool align = ncl_import_integer(import, node, "align_corners", 0) != 0;
    struct ncl_tensor *x;
    int64_t size[NNEFCL_MAX_RANK];
    if (!image_and_size(import, node, &x, size))
        return;
    for (int i = 0; i < 2 && !import->status; i++) {
        struct ncl_resize_terms terms;
        const int64_t in = x->shape.extent[2 + i], corner = align && size[i] > 1;
        const float scale = (float)(in - corner) / (float)(size[i] - corner);
        if (size[i] == in)
            continue;
        if (scale == 0)
            ncl_import_refuse(import, "align_corners of one element");
        else if (ncl_resize_terms_new(import, &terms, (size_t)ceilf(scale) + 1, size[i])) {
            area_terms(scale, in, &terms);
            x = ncl_compose_terms(import, x, 2 + i, &terms);
        }
    }
    ncl_tf_give(import, node, 0, ncl_tf_last(import, x));
}

/* ---- kernels that are moved over the operand ---- */

struct kernel {
    const char *name;
    double radius;
    double (*at)(double x, double radius); /* x from 0 to radius */
};

static double lanczos(double x, double radius)
{
    return x <= 1e-3 ? 1 : radius * sin(turn * x) * sin(turn * x / radius) / (turn * turn * x * x);
}

static double gaussian(double x, double radius)
{
    const double sigma = radius / 3;
    return exp(-x * x / (2 * sigma * sigma));
}

static double box(double x, double radius)
{
    (void)radius;
    return x < 0.5 ? 1 : x == 0.5 ? 0.5 : 0;
}

static double triangle(double x, double radius)
{
    return radius - x;
}

static double keys_cubic(double x, double radius)
{
    (void)radius;
    return x < 1 ? (1.5 * x - 2.5) * x * x + 1 : ((-0.5 * x + 2.5) * x - 4) * x + 2;
}

static double mitchell_cubic(double x, double radius)
{
    (void)radius;
    return x < 1 ? ((7 * x / 6 - 2) * x * x) + 8.0 / 9 : ((-7 * x / 18 + 2) * x - 10.0 / 3) * x + 16.0 / 9;
}

static const struct kernel kernels[] = {
    {"lanczos3", 3, lanczos},
    {"lanczos1", 1, lanczos},
    {"lanczos5", 5, lanczos},
    {"gaussian", 1.5, gaussian},
    {"box", 1, box},
    {"triangle", 1, triangle},
    {"keyscubic", 2, keys_cubic},
    {"mitchellcubic", 2, mitchell_cubic},
};

/* What is sampled outside of the operand is 0; kernels are cut off at its border, and their weights made to sum up to
 * one. */
static void kernel_terms(const struct kernel *kernel, float scale, float translate, bool antialias, int64_t in,
                         struct ncl_resize_terms *terms)
{
    const float inverse = 1 / scale, stretch = antialias && inverse > 1 ? inverse : 1,
                reach = (float)kernel->radius * stretch;
    for (int64_t i = 0; i < terms->out; i++) {
        const float place = ((float)i + 0.5f) * inverse - inverse * translate;
        const float low = fmaxf(ceilf(place - reach - 0.5f), 0),
                    high = fminf(floorf(place + reach - 0.5f), (float)in - 1);
        int64_t *index = terms->index + i * (int64_t)terms->count;
        double *weight = terms->weight + i * (int64_t)terms->count, sum = 0;
        if (!(place >= 0 && place <= (float)in))
            continue;
        for (size_t j = 0; j < terms->count && (float)j <= high - low; j++) {
            index[j] = (int64_t)low + (int64_t)j;
            const double x = fabs((double)((float)index[j] + 0.5f - place) / (double)stretch);
            weight[j] = x < kernel->radius ? kernel->at(x, kernel->radius) : 0;
            sum += weight[j];
        }
        for (size_t j = 0; j < terms->count && fabs(sum) > 1000 * (double)FLT_MIN; j++)
            weight[j] /= sum;
    }
}

static const struct kernel *kernel_of(struct ncl_import *import, const struct ncl_import_node *node)
{
    const char *name = ncl_import_string(import, node, "kernel_type", "lanczos3");
    for (size_t i = 0; i < sizeof kernels / sizeof *kernels; i++)
        if (strcmp(kernels[i].name, name) == 0)
            return &kernels[i];
    ncl_import_wrong(import, "there is no kernel_type '%.40s'", name);
    return kernels;
}

/* images, size, and for each axis a scale and a translation, which have to be known */
void ncl_tf_build_scale_translate(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct kernel *kernel = kernel_of(import, node);
    const bool antialias = ncl_import_integer(import, node, "antialias", 1) != 0;
    const struct ncl_known *scale = ncl_import_need(import, node, 2, "the scale"),
                           *translate = ncl_import_need(import, node, 3, "the translation");
    struct ncl_tensor *x;
    int64_t size[NNEFCL_MAX_RANK];
    if (!scale || !translate || !image_and_size(import, node, &x, size))
        return;
    if (scale->count != 2 || translate->count != 2)
        ncl_import_wrong(import, "%zu scales and %zu translations", scale->count, translate->count);
    for (int i = 0; i < 2 && !import->status; i++) {
        struct ncl_resize_terms terms;
        const float by = (float)ncl_known_double(scale, (size_t)i);
        const int64_t in = x->shape.extent[2 + i];
        if (!(by > 0 && isfinite(by))) {
            ncl_import_wrong(import, "a scale of %g", (double)by);
            return;
        }
        const double taps = 2 * ceil(kernel->radius * (antialias && by < 1 ? 1 / (double)by : 1)) + 1;
        if (!ncl_resize_terms_new(import, &terms, taps < (double)in ? (size_t)taps : (size_t)in, size[i]))
            return;
        kernel_terms(kernel, by, (float)ncl_known_double(translate, (size_t)i), antialias, in, &terms);
        x = ncl_compose_terms(import, x, 2 + i, &terms);
    }
    ncl_tf_give(import, node, 0, ncl_tf_last(import, x));
}
