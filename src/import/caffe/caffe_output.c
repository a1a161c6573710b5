/* SPDX-License-Identifier: Apache-2.0 */
/* DetectionOutput, the end of an SSD: offsets from prior boxes become boxes, those of each class are thinned out, and
 * rows (image, class, score, x0, y0, x1, y1) are left, by image, class and falling score. Caffe gives as many rows as
 * it finds; here there are keep_top_k of each image, and those that are none are -1. */
#include <math.h>

#include "import/caffe/caffe.h"
#include "import/compose_boxes.h"
#include "import/compose_order.h"

struct detection {
    const Caffe__DetectionOutput *param;
    int64_t batch, boxes, classes;
    struct ncl_tensor *offsets, *scores, *priors, *variances; /* [batch, n, 4], [batch, classes, n], [1, n, 4] twice */
};

/* ---- operands ---- */

static bool operands_fit(struct ncl_import *import, const struct ncl_import_node *node, struct detection *d)
{
    const nnefcl_shape *offsets = &ncl_import_value(import, node, 0)->shape,
                       *scores = &ncl_import_value(import, node, 1)->shape,
                       *priors = &ncl_import_value(import, node, 2)->shape;
    if (import->status || offsets->rank < 2 || priors->rank != 3 || priors->extent[1] != 2)
        return false;
    d->batch = offsets->extent[0];
    d->boxes = priors->extent[2] / 4;
    d->classes = d->param->num_classes;
    const int64_t all = ncl_shape_volume(offsets), row = all / d->batch, count = all / 4;
    return d->boxes > 0 && d->classes > 0 && priors->extent[2] % 4 == 0 && row * d->batch == all &&
           row == priors->extent[2] && ncl_shape_volume(scores) / count == d->classes &&
           ncl_shape_volume(scores) % count == 0;
}

static bool detection_read(struct ncl_import *import, const struct ncl_import_node *node, struct detection *d)
{
    static const int classes_first[] = {0, 2, 1};
    static const int64_t halves[] = {1, 1};
    struct ncl_tensor *half[2];
    d->param = ncl_caffe_layer(node)->detection_output_param;
    if (!d->param || !operands_fit(import, node, d)) {
        ncl_import_wrong(import, "its operands do not fit each other");
        return false;
    }
    const nnefcl_shape boxes = {3, {d->batch, d->boxes, 4}}, scores = {3, {d->batch, d->boxes, d->classes}},
                       one = {3, {1, d->boxes, 4}};
    if (!d->param->share_location || (d->param->nms_param && d->param->nms_param->eta < 1))
        ncl_import_refuse(import, "boxes for each class of their own, or a limit that declines");
    d->offsets = ncl_compose_reshape(import, ncl_import_tensor(import, node, 0), &boxes);
    d->scores = ncl_compose_reshape(import, ncl_import_tensor(import, node, 1), &scores);
    d->scores = ncl_compose_transpose(import, d->scores, classes_first);
    ncl_compose_split(import, ncl_import_tensor(import, node, 2), 1, halves, 2, half);
    if (import->status)
        return false;
    d->priors = ncl_compose_reshape(import, half[0], &one);
    d->variances = ncl_compose_reshape(import, half[1], &one);
    return true;
}

/* ---- boxes ---- */

static struct ncl_tensor *halves_join(struct ncl_import *import, struct ncl_tensor *a, struct ncl_tensor *b)
{
    struct ncl_tensor *item[] = {a, b};
    return ncl_compose_concat(import, item, 2, 2);
}

/* Corners are moved by the offsets, by parts of the prior's extents, or its centre and extents are. */
static struct ncl_tensor *boxes_decode(struct ncl_import *import, const struct detection *d)
{
    static const int64_t halves[] = {2, 2};
    const Caffe__PriorBox__CodeType code = d->param->code_type;
    struct ncl_tensor *by = d->offsets, *corner[2], *part[2];
    if (!d->param->variance_encoded_in_target)
        by = ncl_compose_binary(import, "mul", by, d->variances);
    if (code == CAFFE__PRIOR_BOX__CODE_TYPE__CORNER)
        return ncl_compose_binary(import, "add", by, d->priors);
    ncl_compose_split(import, d->priors, 2, halves, 2, corner);
    ncl_compose_split(import, by, 2, halves, 2, part);
    struct ncl_tensor *extent = ncl_compose_binary(import, "sub", corner[1], corner[0]), *centre;
    part[0] = ncl_compose_binary(import, "mul", part[0], extent);
    if (code == CAFFE__PRIOR_BOX__CODE_TYPE__CORNER_SIZE) {
        part[1] = ncl_compose_binary(import, "mul", part[1], extent);
        return ncl_compose_binary(import, "add", halves_join(import, part[0], part[1]), d->priors);
    }
    centre = ncl_compose_with(import, "mul", ncl_compose_binary(import, "add", corner[0], corner[1]), 0.5);
    part[0] = ncl_compose_binary(import, "add", part[0], centre);
    part[1] = ncl_compose_binary(import, "mul", ncl_compose_unary(import, "exp", part[1]), extent);
    return ncl_compose_corners(import, halves_join(import, part[0], part[1]));
}

/* ---- classes ---- */

/* All but the background. */
static struct ncl_tensor *classes_of_things(struct ncl_import *import, struct detection *d)
{
    const int64_t without = d->param->background_label_id;
    if (without < 0 || without >= d->classes)
        return d->scores;
    int64_t *index = NCL_NEW_ARRAY(&import->scratch, int64_t, (size_t)d->classes);
    if (!index || d->classes < 2) {
        ncl_import_wrong(import, "no class but the background");
        return d->scores;
    }
    for (int64_t i = 0; i + 1 < d->classes; i++)
        index[i] = i < without ? i : i + 1;
    return ncl_compose_pick(import, d->scores, 1, index, (size_t)d->classes - 1);
}

/* Scores below the k-th of their class are none: they never take part. */
static struct ncl_tensor *scores_thin(struct ncl_import *import, struct ncl_tensor *scores, int64_t k)
{
    struct ncl_tensor *value, *index;
    ncl_compose_top_k(import, scores, 2, k, true, &value, &index);
    if (import->status)
        return scores;
    struct ncl_tensor *last = ncl_compose_slice(import, value, 2, k - 1, k, 1),
                      *in = ncl_compose_binary(import, "ge", scores, last);
    return ncl_compose_select(import, in, scores, ncl_compose_number(import, -(double)INFINITY));
}

/* ---- rows ---- */

/* [batch, k, 7], by class; what is none, behind all others, is -1. */
static struct ncl_tensor *rows_join(struct ncl_import *import, const struct detection *d,
                                    const struct ncl_boxes_best *best)
{
    const int64_t k = best->scores->shape.extent[1];
    const nnefcl_shape column = {3, {d->batch, k, 1}};
    struct ncl_tensor *place = ncl_compose_grid(import, 2, 1, k), *part[4],
                      *count = ncl_compose_reshape(import, best->count, &(nnefcl_shape){2, {d->batch, 1}}),
                      *none = ncl_compose_binary(import, "ge", place, count), *class = best->classes, *order, *index;
    const int64_t background = d->param->background_label_id;
    if (background >= 0 && background < d->classes) {
        struct ncl_tensor *behind =
            ncl_compose_cast(import, ncl_compose_with(import, "ge", class, (double)background), NNEFCL_SCALAR);
        class = ncl_compose_binary(import, "add", class, behind);
    }
    order = ncl_compose_binary(import, "add", ncl_compose_with(import, "mul", class, (double)k), place);
    order = ncl_compose_select(
        import, none, ncl_compose_binary(import, "add", place, ncl_compose_number(import, (double)(d->classes * k))),
        order);
    ncl_compose_top_k(import, order, 1, k, false, &order, &index);
    part[0] = ncl_compose_expand(import, ncl_compose_grid(import, 3, 0, d->batch), &column);
    part[1] = ncl_compose_reshape(import, class, &column);
    part[2] = ncl_compose_reshape(import, best->scores, &column);
    part[3] = best->boxes;
    struct ncl_tensor *rows = ncl_compose_concat(import, part, 4, 2);
    rows = ncl_compose_select(import, ncl_compose_reshape(import, none, &column), ncl_compose_number(import, -1), rows);
    return import->status ? rows : ncl_compose_box_gather(import, rows, ncl_compose_cast(import, index, NNEFCL_SCALAR));
}

void ncl_caffe_build_detection_output(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct detection d = {0};
    if (!detection_read(import, node, &d))
        return;
    const Caffe__NonMaximum standard = CAFFE__NON_MAXIMUM__INIT,
                            *thin = d.param->nms_param ? d.param->nms_param : &standard;
    struct ncl_tensor *scores = classes_of_things(import, &d);
    const int64_t each = thin->top_k > 0 && thin->top_k < d.boxes ? thin->top_k : d.boxes,
                  all = scores->shape.extent[1] * each,
                  total = d.param->keep_top_k > 0 && d.param->keep_top_k < all ? d.param->keep_top_k : all;
    if (each < d.boxes)
        scores = scores_thin(import, scores, each);
    if (!import->status && total >= ((int64_t)1 << 23) / d.classes)
        ncl_import_refuse(import, "%lld rows are too many: keep_top_k is not set", (long long)total);
    const double least = d.param->has_confidence_threshold ? d.param->confidence_threshold : -3.4028235e38;
    if (import->status)
        return;
    const struct ncl_boxes_best best =
        ncl_compose_box_best(import, boxes_decode(import, &d), scores, each, total, thin->nms_threshold, least);
    if (import->status)
        return;
    struct ncl_tensor *rows = rows_join(import, &d, &best);
    ncl_import_give(import, node, 0, ncl_compose_reshape(import, rows, &(nnefcl_shape){4, {1, 1, d.batch * total, 7}}));
}
