/* SPDX-License-Identifier: Apache-2.0 */
#include "import/compose_sample.h"

struct ncl_sample_image ncl_sample_image_of(struct ncl_import *import, struct ncl_tensor *x)
{
    const int64_t *e = x->shape.extent;
    struct ncl_sample_image image = {NULL, e[0], e[1], e[2]};
    if (x->shape.rank != 4)
        ncl_import_refuse(import, "the input has rank %d, not 4", x->shape.rank);
    else if (e[0] * e[1] * e[2] > 1 << 24)
        ncl_import_refuse(import, "the image has more than 2^24 pixels");
    if (!import->status)
        image.pixels = ncl_compose_reshape(import, x, &(nnefcl_shape){2, {e[0] * e[1] * e[2], e[3]}});
    return image;
}

struct ncl_tensor *ncl_sample_starts(struct ncl_import *import, const struct ncl_sample_image *image, int rank)
{
    nnefcl_shape shape = {rank, {image->batch, 1, 1, 1}};
    struct ncl_known *first = ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &shape);
    for (int64_t i = 0; first && i < image->batch; i++)
        first->real[i] = (double)(i * image->height * image->width);
    if (!first)
        ncl_import_nomem(import);
    return first ? ncl_import_constant(import, first) : &import->nothing;
}

struct ncl_tensor *ncl_sample_clamped(struct ncl_import *import, struct ncl_tensor *x, double low, double high)
{
    return NCL_COMPOSE(import, "clamp", {"x", ncl_value_tensor(x)}, {"a", ncl_value_scalar(low)},
                       {"b", ncl_value_scalar(high)});
}

struct ncl_tensor *ncl_sample_inside(struct ncl_import *import, struct ncl_tensor *at, double last)
{
    struct ncl_tensor *above = ncl_compose_with(import, "ge", at, 0), *below = ncl_compose_with(import, "le", at, last);
    return ncl_compose_cast(import, ncl_compose_binary(import, "and", above, below), NNEFCL_SCALAR);
}

struct ncl_tensor *ncl_sample_pixel(struct ncl_import *import, const struct ncl_sample_image *image,
                                    struct ncl_tensor *first, struct ncl_tensor *y, struct ncl_tensor *x,
                                    struct ncl_tensor *weight, bool zeros)
{
    const double bottom = (double)(image->height - 1), right = (double)(image->width - 1);
    if (zeros)
        weight = ncl_compose_binary(import, "mul", weight,
                                    ncl_compose_binary(import, "mul", ncl_sample_inside(import, y, bottom),
                                                       ncl_sample_inside(import, x, right)));
    struct ncl_tensor *row = ncl_compose_with(import, "mul", ncl_sample_clamped(import, y, 0, bottom),
                                              (double)image->width),
                      *place = ncl_compose_binary(import, "add", row, ncl_sample_clamped(import, x, 0, right));
    place = ncl_compose_cast(import, ncl_compose_binary(import, "add", place, first), NNEFCL_INTEGER);
    struct ncl_tensor *value = NCL_COMPOSE(import, "gather", {"input", ncl_value_tensor(image->pixels)},
                                           {"indices", ncl_value_tensor(place)}, {"axis", ncl_value_integer(0)});
    return ncl_compose_binary(import, "mul", value, ncl_compose_unsqueeze(import, weight, weight->shape.rank));
}

static struct ncl_tensor *one_minus(struct ncl_import *import, struct ncl_tensor *x)
{
    return ncl_compose_binary(import, "sub", ncl_compose_number(import, 1), x);
}

struct ncl_tensor *ncl_sample_bilinear(struct ncl_import *import, const struct ncl_sample_image *image,
                                       struct ncl_tensor *first, struct ncl_tensor *y, struct ncl_tensor *x, bool zeros,
                                       bool largest)
{
    struct ncl_tensor *y0 = ncl_compose_unary(import, "floor", y), *x0 = ncl_compose_unary(import, "floor", x),
                      *dy = ncl_compose_binary(import, "sub", y, y0), *dx = ncl_compose_binary(import, "sub", x, x0),
                      *sum = NULL;
    for (int i = 0; i < 4 && !import->status; i++) {
        const bool down = i / 2, right = i % 2;
        struct ncl_tensor *weight = ncl_compose_binary(import, "mul", down ? dy : one_minus(import, dy),
                                                       right ? dx : one_minus(import, dx)),
                          *term =
                              ncl_sample_pixel(import, image, first, down ? ncl_compose_with(import, "add", y0, 1) : y0,
                                               right ? ncl_compose_with(import, "add", x0, 1) : x0, weight, zeros);
        sum = sum ? ncl_compose_binary(import, largest ? "max" : "add", sum, term) : term;
    }
    return sum ? sum : &import->nothing;
}
