/* SPDX-License-Identifier: Apache-2.0 */
/* Boxes of detectors: NonMaxSuppression of all forms, and what Lite has behind an SSD as one operator. As many are
 * given as there may be: those that are none are -1, or zeros where the operator says so. */
#include <math.h>
#include <string.h>

#include "import/compose_boxes.h"
#include "import/compose_order.h"
#include "import/tensorflow/tf.h"

/* ---- NonMaxSuppression, V2 to V5 ---- */

/* boxes [n, 4], scores [n], most, limit, least, sigma. Results: numbers; of V5 their scores; of V4 and V5 how many. */
void ncl_tf_build_non_max(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *boxes = ncl_tf_tensor(import, node, 0), *scores = ncl_tf_tensor(import, node, 1);
    const int64_t n = scores->shape.rank == 1 ? scores->shape.extent[0] : 0;
    const double most = ncl_import_need_number(import, node, 2, "a limit", 0),
                 limit = ncl_import_need_number(import, node, 3, "a limit", 0.5),
                 least = ncl_import_need_number(import, node, 4, "a limit", -INFINITY);
    const bool scored = strcmp(import->op->as, "scored") == 0, counted = *import->op->as != '\0';
    if (!import->status && (n < 1 || boxes->shape.rank != 2 || boxes->shape.extent[0] != n || !(most >= 1)))
        ncl_import_wrong(import, "%g of boxes and scores that do not fit", most);
    if (ncl_import_need_number(import, node, 5, "a limit", 0) != 0)
        ncl_import_refuse(import, "scores that decline softly");
    if (import->status)
        return;
    const int64_t capacity = counted && most < 1e6 ? (int64_t)most : most < (double)n ? (int64_t)most : n;
    struct ncl_tensor *index =
        ncl_compose_non_max(import, ncl_boxes_shaped(import, boxes, 3, 1, n, 4),
                            ncl_boxes_shaped(import, scores, 3, 1, 1, n), capacity, limit, least);
    index = ncl_compose_cast(import, ncl_boxes_shaped(import, index, 1, capacity, 0, 0), NNEFCL_SCALAR);
    struct ncl_tensor *none = ncl_compose_with(import, "lt", index, 0);
    if (counted) {
        const int axis = 0;
        struct ncl_tensor *is = ncl_compose_cast(import, ncl_compose_unary(import, "not", none), NNEFCL_SCALAR);
        ncl_import_give_number(import, node, scored ? 2 : 1,
                               ncl_compose_reduce(import, "sum_reduce", is, &axis, 1, false), NCL_STORED_INT32);
        index = ncl_boxes_zero_where(import, none, index);
    }
    if (scored) {
        struct ncl_tensor *picked = ncl_compose_box_gather(import, ncl_boxes_shaped(import, scores, 3, 1, n, 1),
                                                           ncl_boxes_shaped(import, index, 2, 1, capacity, 0));
        ncl_tf_give(import, node, 1,
                    ncl_boxes_zero_where(import, none, ncl_boxes_shaped(import, picked, 1, capacity, 0, 0)));
    }
    ncl_import_give_number(import, node, 0, index, NCL_STORED_INT32);
}

/* ---- the best of several classes ---- */

/* Zeros behind what there is, up to `total`. */
static struct ncl_tensor *filled_up(struct ncl_import *import, struct ncl_tensor *x, int64_t total)
{
    int64_t before[NNEFCL_MAX_RANK] = {0}, after[NNEFCL_MAX_RANK] = {0};
    after[1] = total - x->shape.extent[1];
    return after[1] > 0 ? ncl_compose_pad(import, x, before, after, "constant", 0) : x;
}

/* boxes [batch, n, 1, 4], scores [batch, n, classes], most of a class, most, limit, least. */
void ncl_tf_build_combined_non_max(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const int classes_first[] = {0, 2, 1};
    struct ncl_tensor *boxes = ncl_tf_tensor(import, node, 0), *scores = ncl_tf_tensor(import, node, 1);
    const double each = ncl_import_need_number(import, node, 2, "a limit", 0),
                 most = ncl_import_need_number(import, node, 3, "a limit", 0);
    const int64_t *e = boxes->shape.extent;
    if (!import->status && (boxes->shape.rank != 4 || scores->shape.rank != 3 || !(each >= 1) || !(most >= 1)))
        ncl_import_wrong(import, "boxes of rank %d", boxes->shape.rank);
    else if (!import->status && (e[2] != 1 || each > 1e6 || most > 1e6))
        ncl_import_refuse(import, "boxes for each class of their own, or too many");
    if (import->status)
        return;
    const int64_t room = (int64_t)each * scores->shape.extent[2],
                  total = ncl_import_integer(import, node, "pad_per_class", 0) && room < (int64_t)most ? room
                                                                                                       : (int64_t)most;
    struct ncl_boxes_best best = ncl_compose_box_best(
        import, ncl_boxes_shaped(import, boxes, 3, e[0], e[1], 4), ncl_compose_transpose(import, scores, classes_first),
        (int64_t)each, total, ncl_import_need_number(import, node, 4, "a limit", 0.5),
        ncl_import_need_number(import, node, 5, "a limit", -INFINITY));
    if (import->status)
        return;
    if (ncl_import_integer(import, node, "clip_boxes", 1))
        best.boxes = NCL_COMPOSE(import, "clamp", {"x", ncl_value_tensor(best.boxes)}, {"a", ncl_value_scalar(0)},
                                 {"b", ncl_value_scalar(1)});
    ncl_tf_give(import, node, 0, filled_up(import, best.boxes, total));
    ncl_tf_give(import, node, 1, filled_up(import, best.scores, total));
    ncl_tf_give(import, node, 2, filled_up(import, best.classes, total));
    ncl_import_give_number(import, node, 3, best.count, NCL_STORED_INT32);
}

/* ---- TFLite_Detection_PostProcess ---- */

/* Offsets (y, x, height, width), scaled, from anchors (y, x, height, width), as corners. */
static struct ncl_tensor *decoded(struct ncl_import *import, const struct ncl_import_node *node,
                                  struct ncl_tensor *offsets, struct ncl_tensor *anchors)
{
    static const char *const scale[] = {"y_scale", "x_scale", "h_scale", "w_scale"};
    static const int64_t halves[] = {2, 2};
    struct ncl_tensor *part[2], *anchor[2];
    const nnefcl_shape four = {.rank = 3, .extent = {1, 1, 4}};
    struct ncl_known *by = ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &four);
    if (!by) {
        ncl_import_nomem(import);
        return offsets;
    }
    for (size_t i = 0; i < 4; i++)
        by->real[i] = ncl_import_scalar(import, node, scale[i], 1);
    offsets = ncl_compose_binary(import, "div", offsets, ncl_import_constant(import, by));
    ncl_compose_split(import, offsets, 2, halves, 2, part);
    ncl_compose_split(import, ncl_boxes_shaped(import, anchors, 3, 1, anchors->shape.extent[0], 4), 2, halves, 2,
                      anchor);
    if (import->status)
        return offsets;
    part[0] = ncl_compose_binary(import, "add", ncl_compose_binary(import, "mul", part[0], anchor[1]), anchor[0]);
    part[1] = ncl_compose_binary(import, "mul", ncl_compose_unary(import, "exp", part[1]), anchor[1]);
    return ncl_compose_corners(import, ncl_compose_concat(import, part, 2, 2));
}

/* The highest class of each box decides of all classes together, unless "use_regular_nms". */
static struct ncl_boxes_best post_process(struct ncl_import *import, const struct ncl_import_node *node,
                                          struct ncl_tensor *boxes, struct ncl_tensor *scores, int64_t total)
{
    static const int classes_first[] = {0, 2, 1};
    const int axis = 2;
    const double limit = ncl_import_scalar(import, node, "nms_iou_threshold", 0.5),
                 least = nextafterf((float)ncl_import_scalar(import, node, "nms_score_threshold", 0), -INFINITY);
    const int64_t batch = scores->shape.extent[0], n = scores->shape.extent[1];
    if (ncl_import_integer(import, node, "use_regular_nms", 0))
        return ncl_compose_box_best(import, boxes, ncl_compose_transpose(import, scores, classes_first),
                                    ncl_import_integer(import, node, "detections_per_class", 100), total, limit, least);
    struct ncl_tensor *highest = ncl_compose_reduce(import, "max_reduce", scores, &axis, 1, true),
                      *class = ncl_compose_reduce(import, "argmax_reduce", scores, &axis, 1, true);
    const int64_t k = total < n ? total : n;
    struct ncl_tensor *index =
        ncl_compose_non_max(import, boxes, ncl_boxes_shaped(import, highest, 3, batch, 1, n), k, limit, least);
    index = ncl_compose_cast(import, ncl_boxes_shaped(import, index, 2, batch, k, 0), NNEFCL_SCALAR);
    struct ncl_tensor *none = ncl_compose_with(import, "lt", index, 0), *is, *best, *number;
    is = ncl_compose_cast(import, ncl_compose_unary(import, "not", none), NNEFCL_SCALAR);
    best = ncl_boxes_shaped(import, ncl_compose_box_gather(import, highest, index), 2, batch, k, 0);
    number = ncl_boxes_shaped(
        import, ncl_compose_box_gather(import, ncl_compose_cast(import, class, NNEFCL_SCALAR), index), 2, batch, k, 0);
    return (struct ncl_boxes_best){ncl_compose_select(import, ncl_compose_unsqueeze(import, none, 2),
                                                      ncl_compose_number(import, 0),
                                                      ncl_compose_box_gather(import, boxes, index)),
                                   ncl_boxes_zero_where(import, none, best), ncl_boxes_zero_where(import, none, number),
                                   ncl_compose_reduce(import, "sum_reduce", is, &(int){1}, 1, false)};
}

/* offsets [1, n, 4], scores [1, n, classes], perhaps with the background in front, anchors [n, 4]. */
void ncl_tf_build_post_process(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *offsets = ncl_tf_tensor(import, node, 0), *scores = ncl_tf_tensor(import, node, 1),
                      *anchors = ncl_tf_tensor(import, node, 2);
    const int64_t total = ncl_import_integer(import, node, "max_detections", 10),
                  classes = ncl_import_integer(import, node, "num_classes", 1);
    if (!import->status && (offsets->shape.rank != 3 || scores->shape.rank != 3 || anchors->shape.rank != 2 ||
                            offsets->shape.extent[1] != anchors->shape.extent[0] || offsets->shape.extent[2] != 4 ||
                            anchors->shape.extent[1] != 4 || scores->shape.extent[1] != offsets->shape.extent[1] ||
                            classes < 1 || scores->shape.extent[2] < classes || total < 1 ||
                            ncl_import_integer(import, node, "detections_per_class", 100) < 1))
        ncl_import_wrong(import, "its operands do not fit each other");
    if (!import->status && ncl_import_integer(import, node, "max_classes_per_detection", 1) != 1)
        ncl_import_refuse(import, "several classes for each box");
    if (import->status)
        return;
    const int64_t all = scores->shape.extent[2];
    if (all > classes)
        scores = ncl_compose_slice(import, scores, 2, all - classes, all, 1);
    const struct ncl_boxes_best best =
        post_process(import, node, decoded(import, node, offsets, anchors), scores, total);
    if (import->status)
        return;
    ncl_tf_give(import, node, 0, filled_up(import, best.boxes, total));
    ncl_tf_give(import, node, 1, filled_up(import, best.classes, total));
    ncl_tf_give(import, node, 2, filled_up(import, best.scores, total));
    if (ncl_import_wants(import, node, 3))
        ncl_tf_give(import, node, 3, best.count);
}
