/* SPDX-License-Identifier: Apache-2.0 */
/* Resize and its ancestor Upsample. */
#include <math.h>
#include <string.h>

#include "import/compose_resize.h"
#include "import/onnx/onnx_operators.h"

struct word {
    const char *text;
    int means;
};

static int meaning(struct ncl_import *import, const char *attribute, const char *text, const struct word *words,
                   size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i].text, text) == 0)
            return words[i].means;
    ncl_import_refuse(import, "%s '%.40s' is not supported", attribute, text);
    return 0;
}
#define MEANING(import, attribute, text, words) meaning(import, attribute, text, words, sizeof(words) / sizeof *(words))

static void words_read(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_resize *resize)
{
    static const struct word modes[] = {{"nearest", NCL_RESIZE_NEAREST},
                                        {"linear", NCL_RESIZE_LINEAR},
                                        {"bilinear", NCL_RESIZE_LINEAR},
                                        {"cubic", NCL_RESIZE_CUBIC}};
    static const struct word places[] = {{"half_pixel", NCL_RESIZE_HALF_PIXEL},
                                         {"half_pixel_symmetric", NCL_RESIZE_HALF_PIXEL_SYMMETRIC},
                                         {"pytorch_half_pixel", NCL_RESIZE_HALF_PIXEL_TORCH},
                                         {"align_corners", NCL_RESIZE_ALIGN_CORNERS},
                                         {"asymmetric", NCL_RESIZE_ASYMMETRIC},
                                         {"tf_half_pixel_for_nn", NCL_RESIZE_HALF_PIXEL_NEAREST},
                                         {"tf_crop_and_resize", NCL_RESIZE_CROP}};
    static const struct word roundings[] = {{"floor", NCL_RESIZE_FLOOR},
                                            {"ceil", NCL_RESIZE_CEIL},
                                            {"round_prefer_floor", NCL_RESIZE_HALF_DOWN},
                                            {"round_prefer_ceil", NCL_RESIZE_HALF_UP}};
    const bool old = node->version < 11 || strcmp(node->op, "Upsample") == 0;
    const char *mode = ncl_import_string(import, node, "mode", "nearest"),
               *place =
                   ncl_import_string(import, node, "coordinate_transformation_mode", old ? "asymmetric" : "half_pixel"),
               *rounding = ncl_import_string(import, node, "nearest_mode", old ? "floor" : "round_prefer_floor");
    resize->mode = (enum ncl_resize_mode)MEANING(import, "mode", mode, modes);
    resize->place = (enum ncl_resize_place)MEANING(import, "coordinate_transformation_mode", place, places);
    resize->rounding = (enum ncl_resize_rounding)MEANING(import, "nearest_mode", rounding, roundings);
    resize->cubic = ncl_import_scalar(import, node, "cubic_coeff_a", -0.75);
    resize->outside = ncl_import_scalar(import, node, "extrapolation_value", 0);
    resize->exclude_outside = ncl_import_integer(import, node, "exclude_outside", 0) != 0;
    resize->antialias = ncl_import_integer(import, node, "antialias", 0) != 0;
}

/* Axes that are resized: all of them unless the attribute names some. */
static size_t axes_read(struct ncl_import *import, const struct ncl_import_node *node, int rank,
                        int axis[NNEFCL_MAX_RANK])
{
    size_t count;
    const int64_t *axes = ncl_import_integers(import, node, "axes", &count);
    if (count > (size_t)rank)
        ncl_import_wrong(import, "'axes' has %zu items", count);
    if (!axes)
        count = (size_t)rank;
    for (size_t i = 0; i < count && !import->status; i++)
        axis[i] = axes ? ncl_import_axis(import, axes[i], rank) : (int)i;
    return import->status ? 0 : count;
}

/* A list of numbers with one for each axis; NULL: it is not given. */
static const struct ncl_known *numbers(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                                       size_t count, const char *what)
{
    if (!ncl_import_has(import, node, index))
        return NULL;
    const struct ncl_known *known = ncl_import_need(import, node, index, what);
    if (!known || known->count == 0)
        return NULL;
    if (known->count != count)
        ncl_import_wrong(import, "%s: %zu for %zu axes", what, known->count, count);
    return import->status ? NULL : known;
}

static void scales_apply(const nnefcl_shape *in, const struct ncl_known *scales, const int *axis, size_t count,
                         struct ncl_resize *resize)
{
    for (size_t i = 0; i < count; i++) {
        resize->scale[axis[i]] = ncl_known_double(scales, i);
        const double out = floor((double)in->extent[axis[i]] * resize->scale[axis[i]]);
        resize->out[axis[i]] = out >= 1 && out < 1 << 30 ? (int64_t)out : 0;
    }
}

static void sizes_apply(struct ncl_import *import, const struct ncl_import_node *node, const nnefcl_shape *in,
                        const struct ncl_known *sizes, const int *axis, size_t count, struct ncl_resize *resize)
{
    const char *policy = ncl_import_string(import, node, "keep_aspect_ratio_policy", "stretch");
    const bool smaller = strcmp(policy, "not_larger") == 0, larger = strcmp(policy, "not_smaller") == 0;
    double one = 0;
    for (size_t i = 0; i < count; i++) {
        const double scale = ncl_known_double(sizes, i) / (double)in->extent[axis[i]];
        one = i == 0 || (smaller && scale < one) || (larger && scale > one) ? scale : one;
        resize->out[axis[i]] = ncl_known_int64(sizes, i);
        resize->scale[axis[i]] = scale;
    }
    for (size_t i = 0; i < count && (smaller || larger); i++) {
        const double out = floor((double)in->extent[axis[i]] * one + 0.5);
        resize->scale[axis[i]] = one;
        resize->out[axis[i]] = out >= 1 && out < 1 << 30 ? (int64_t)out : 0;
    }
}

void ncl_onnx_resize(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    struct ncl_resize resize = ncl_resize_of(&x->shape);
    int axis[NNEFCL_MAX_RANK];
    words_read(import, node, &resize);
    const size_t count = axes_read(import, node, x->shape.rank, axis);
    const size_t first = node->version < 11 ? 1 : 2;
    const struct ncl_known *scales = numbers(import, node, first, count, "the scales"),
                           *sizes = first == 2 ? numbers(import, node, 3, count, "the sizes") : NULL,
                           *roi = first == 2 && resize.place == NCL_RESIZE_CROP
                                      ? numbers(import, node, 1, 2 * count, "the region")
                                      : NULL;
    if (!scales && !sizes)
        ncl_import_wrong(import, "neither scales nor sizes are given");
    if (import->status)
        return;
    if (sizes)
        sizes_apply(import, node, &x->shape, sizes, axis, count, &resize);
    else
        scales_apply(&x->shape, scales, axis, count, &resize);
    for (size_t i = 0; roi && i < count; i++) {
        resize.start[axis[i]] = ncl_known_double(roi, i);
        resize.end[axis[i]] = ncl_known_double(roi, count + i);
    }
    ncl_import_give(import, node, 0, ncl_compose_resize(import, ncl_compose_cast(import, x, NNEFCL_SCALAR), &resize));
}

/* Scales are an attribute before operator set 9, then an operand. */
void ncl_onnx_upsample(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    struct ncl_resize resize = ncl_resize_of(&x->shape);
    int axis[NNEFCL_MAX_RANK];
    size_t listed;
    const double *list = ncl_import_scalars(import, node, "scales", &listed);
    words_read(import, node, &resize);
    const size_t count = axes_read(import, node, x->shape.rank, axis);
    const struct ncl_known *scales = list ? NULL : numbers(import, node, 1, count, "the scales");
    struct ncl_known *attribute = list ? ncl_known_new(&import->scratch, NCL_STORED_FLOAT32,
                                                       &(nnefcl_shape){.rank = 1, .extent = {(int64_t)listed}})
                                       : NULL;
    if (attribute)
        memcpy(attribute->real, list, listed * sizeof *list);
    if ((!scales && !attribute) || (attribute && listed != count))
        ncl_import_wrong(import, "there is not one scale for each axis");
    if (import->status)
        return;
    scales_apply(&x->shape, scales ? scales : attribute, axis, count, &resize);
    ncl_import_give(import, node, 0, ncl_compose_resize(import, x, &resize));
}
