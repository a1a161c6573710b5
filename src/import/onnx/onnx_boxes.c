/* SPDX-License-Identifier: Apache-2.0 */
/* NonMaxSuppression. How many rows it gives depends on data: all that there are where the boxes are known, or said when
 * the model is opened; else as many as there may be, rows of -1 for those that are not. */
#include <math.h>

#include "base/checked.h"
#include "import/compose_boxes.h"
#include "import/onnx/onnx_operators.h"

enum operand { BOXES, SCORES, MOST, LIMIT, LEAST };

struct suppression {
    int64_t capacity;
    double limit, least;
    bool centers;
};

static bool is_said(const struct ncl_import_value *value)
{
    return value->known || value->constant || value->given;
}

static void centers_turn(struct ncl_known *boxes)
{
    for (size_t i = 0; i + 3 < boxes->count; i += 4)
        for (size_t k = i; k < i + 2; k++) {
            const double center = boxes->real[k], half = boxes->real[k + 2] / 2;
            boxes->real[k] = center - half;
            boxes->real[k + 2] = center + half;
        }
}

static void give_said(struct ncl_import *import, const struct ncl_import_node *node, const struct suppression *s)
{
    const struct ncl_known *given = ncl_import_need(import, node, BOXES, "the boxes"),
                           *scores = ncl_import_need(import, node, SCORES, "the scores");
    struct ncl_known *boxes = given ? ncl_known_reshape(&import->scratch, given, &given->shape) : NULL;
    if (boxes && scores && !(ncl_known_is_real(boxes) && ncl_known_is_real(scores)))
        ncl_import_wrong(import, "its boxes and scores are no floats");
    if (!boxes || !scores || import->status)
        return;
    boxes->real = NCL_NEW_ARRAY(&import->scratch, double, boxes->count);
    for (size_t i = 0; boxes->real && i < boxes->count; i++)
        boxes->real[i] = given->real[i];
    if (!boxes->real) {
        ncl_import_nomem(import);
        return;
    }
    if (s->centers)
        centers_turn(boxes);
    const struct ncl_known *rows = ncl_fold_non_max(import, boxes, scores, s->capacity, s->limit, s->least);
    if (rows)
        ncl_import_give_known(import, node, 0, rows);
}

void ncl_onnx_non_max_suppression(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_import_value *box = ncl_import_value(import, node, BOXES),
                                  *score = ncl_import_value(import, node, SCORES);
    const nnefcl_shape *b = &box->shape, *s = &score->shape;
    const double most = ncl_import_need_number(import, node, MOST, "a limit", 0);
    struct suppression how = {.limit = ncl_import_need_number(import, node, LIMIT, "a limit", 0),
                              .least = ncl_import_need_number(import, node, LEAST, "a limit", -INFINITY),
                              .centers = ncl_import_integer(import, node, "center_point_box", 0) != 0};
    if (!import->status && (b->rank != 3 || s->rank != 3 || b->extent[2] != 4 || b->extent[0] != s->extent[0] ||
                            b->extent[1] != s->extent[2]))
        ncl_import_wrong(import, "its boxes and scores do not fit");
    if (import->status)
        return;
    how.capacity = most < (double)s->extent[2] ? ncl_int64_of(most) : s->extent[2];
    if (how.capacity < 1) {
        ncl_import_refuse(import, "a tensor without elements would result");
        return;
    }
    if (is_said(box) && is_said(score)) {
        give_said(import, node, &how);
        return;
    }
    struct ncl_tensor *boxes = ncl_import_tensor(import, node, BOXES);
    if (how.centers)
        boxes = ncl_compose_corners(import, boxes);
    struct ncl_tensor *index =
        ncl_compose_non_max(import, boxes, ncl_import_tensor(import, node, SCORES), how.capacity, how.limit, how.least);
    if (!import->status)
        ncl_import_give_number(import, node, 0, ncl_compose_box_rows(import, index), NCL_STORED_INT64);
}
