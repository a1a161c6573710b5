/* SPDX-License-Identifier: Apache-2.0 */
/* CropAndResize: parts of images, each brought to one size. Boxes are (y0, x0, y1, x1) as parts of the image without
 * its last row and column; sample i of n lies at y0 (H - 1) + i (y1 - y0) (H - 1) / (n - 1), a single one in the
 * middle. What lies outside of the image is extrapolation_value. */
#include <string.h>

#include "import/compose_sample.h"
#include "import/tensorflow/tf.h"

/* Places along one axis, [boxes, n]; `which`: 0 of y, 1 of x. */
static struct ncl_tensor *crop_places(struct ncl_import *import, struct ncl_tensor *boxes, int which, int64_t n,
                                      int64_t extent)
{
    struct ncl_known *part = ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &(nnefcl_shape){2, {1, n}});
    if (!part) {
        ncl_import_refuse(import, "there are too many samples");
        return &import->nothing;
    }
    for (int64_t i = 0; i < n; i++)
        part->real[i] = n > 1 ? (double)i / (double)(n - 1) : 0.5;
    const double last = (double)(extent - 1);
    struct ncl_tensor *begin = ncl_compose_slice(import, boxes, 1, which, which + 1, 1),
                      *end = ncl_compose_slice(import, boxes, 1, which + 2, which + 3, 1), *length;
    begin = ncl_compose_with(import, "mul", begin, last);
    length = ncl_compose_binary(import, "sub", ncl_compose_with(import, "mul", end, last), begin);
    length = ncl_compose_binary(import, "mul", length, ncl_import_constant(import, part));
    return ncl_compose_binary(import, "add", begin, length);
}

static struct ncl_tensor *crop_nearest(struct ncl_import *import, const struct ncl_sample_image *image,
                                       struct ncl_tensor *first, struct ncl_tensor *y, struct ncl_tensor *x)
{
    y = ncl_compose_unary(import, "round", y);
    x = ncl_compose_unary(import, "round", x);
    struct ncl_tensor *zero =
        ncl_compose_binary(import, "mul", ncl_compose_with(import, "mul", y, 0), ncl_compose_with(import, "mul", x, 0));
    return ncl_sample_pixel(import, image, first, y, x, ncl_compose_with(import, "add", zero, 1), false);
}

/* image [N, H, W, C], boxes [k, 4], which image [k], size [2] */
void ncl_tf_build_crop_and_resize(struct ncl_import *import, const struct ncl_import_node *node)
{
    const char *method = ncl_import_string(import, node, "method", "bilinear");
    const bool nearest = strcmp(method, "nearest") == 0;
    const struct ncl_sample_image image = ncl_sample_image_of(import, ncl_tf_tensor(import, node, 0));
    struct ncl_tensor *boxes = ncl_tf_tensor(import, node, 1), *number = ncl_import_number(import, node, 2);
    int64_t size[NNEFCL_MAX_RANK];
    const size_t sizes = ncl_tf_integers(import, node, 3, "the size", size);
    if (!import->status &&
        (sizes != 2 || size[0] < 1 || size[1] < 1 || size[0] > 4096 || size[1] > 4096 || boxes->shape.rank != 2 ||
         boxes->shape.extent[1] != 4 || ncl_shape_volume(&number->shape) != boxes->shape.extent[0]))
        ncl_import_wrong(import, "its operands do not fit each other");
    if (!nearest && strcmp(method, "bilinear") != 0)
        ncl_import_refuse(import, "method '%.40s'", method);
    if (import->status)
        return;
    const int64_t count = boxes->shape.extent[0];
    struct ncl_tensor *y = crop_places(import, boxes, 0, size[0], image.height),
                      *x = crop_places(import, boxes, 1, size[1], image.width), *first, *value, *there;
    y = ncl_compose_reshape(import, y, &(nnefcl_shape){3, {count, size[0], 1}});
    x = ncl_compose_reshape(import, x, &(nnefcl_shape){3, {count, 1, size[1]}});
    first = ncl_compose_with(import, "mul", ncl_compose_reshape(import, number, &(nnefcl_shape){3, {count, 1, 1}}),
                             (double)(image.height * image.width));
    there = ncl_compose_binary(import, "mul", ncl_sample_inside(import, y, (double)(image.height - 1)),
                               ncl_sample_inside(import, x, (double)(image.width - 1)));
    y = ncl_sample_clamped(import, y, 0, (double)(image.height - 1));
    x = ncl_sample_clamped(import, x, 0, (double)(image.width - 1));
    value = nearest ? crop_nearest(import, &image, first, y, x)
                    : ncl_sample_bilinear(import, &image, first, y, x, false, false);
    there = ncl_compose_with(import, "gt", ncl_compose_unsqueeze(import, there, 3), 0.5);
    const double outside = ncl_import_scalar(import, node, "extrapolation_value", 0);
    ncl_tf_give(import, node, 0, ncl_compose_select(import, there, value, ncl_compose_number(import, outside)));
}
