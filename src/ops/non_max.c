/* SPDX-License-Identifier: Apache-2.0 */
/* non_max_suppression, which chapter 4 lacks: of boxes that cover each other the one with the highest score. Boxes are
 * (a0, b0, a1, b1), two opposite corners, [batch, boxes, 4]; scores are [batch, classes, boxes], and each row of them
 * is judged alone. Of the boxes whose score is above `least` the highest is chosen (of equal ones the first), then
 * those that cover it by more than `limit` are dropped, and so on, `capacity` times at most:
 *
 *   covers(i, j) = intersection(i, j) / (area(i) + area(j) - intersection(i, j)) > limit;   never without an
 * intersection
 *
 * `index` has their numbers in that order, -1 behind the last one; `rest` the scores of what was neither chosen nor
 * dropped, minus infinity elsewhere. A score that is no number is not above `least`. */
#include <math.h>

#include "base/boxes.h"
#include "emit/lower.h"
#include "emit/reference.h"

nnefcl_status ncl_non_max_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    const nnefcl_shape *boxes = &ncl_node_tensor(node, "boxes")->shape,
                       *scores = &ncl_node_tensor(node, "scores")->shape;
    const int64_t capacity = ncl_node_integer(node, "capacity");
    char a[NCL_SHAPE_TEXT], b[NCL_SHAPE_TEXT];
    if (boxes->rank != 3 || scores->rank != 3 || boxes->extent[2] != 4 || boxes->extent[0] != scores->extent[0] ||
        boxes->extent[1] != scores->extent[2])
        return ncl_infer_error(infer, node, "'boxes' has shape %s and 'scores' %s, they must be (B,N,4) and (B,C,N)",
                               ncl_shape_text(boxes, a), ncl_shape_text(scores, b));
    if (capacity < 1)
        return ncl_infer_error(infer, node, "capacity = %lld, it must be positive", (long long)capacity);
    const nnefcl_shape index = {.rank = 3, .extent = {scores->extent[0], scores->extent[1], capacity}};
    const nnefcl_status status = ncl_infer_result(infer, node, 0, &index);
    return status ? status : ncl_infer_result(infer, node, 1, scores);
}

nnefcl_status ncl_non_max_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    const struct ncl_tensor *scores = ncl_node_tensor(node, "scores");
    const int64_t *extent = scores->shape.extent, rows = extent[0] * extent[1];
    struct ncl_emit *step = ncl_step_begin(lower, "non_max");
    ncl_step_in(step, ncl_lower_tensor(lower, ncl_node_tensor(node, "boxes")));
    ncl_step_in(step, ncl_lower_tensor(lower, scores));
    ncl_step_out(step, ncl_lower_tensor(lower, ncl_node_result(node, 0)));
    ncl_step_out(step, ncl_lower_tensor(lower, ncl_node_result(node, 1)));
    ncl_step_size(step, "BOXES", extent[2]);
    ncl_step_size(step, "CLASSES", extent[1]);
    ncl_step_size(step, "CAPACITY", ncl_node_integer(node, "capacity"));
    ncl_step_real(step, "LIMIT", ncl_node_scalar(node, "limit"));
    ncl_step_real(step, "LEAST", ncl_node_scalar(node, "least"));
    ncl_step_flops(step, 10.0 * (double)rows * (double)extent[2] * (double)ncl_node_integer(node, "capacity"));
    return ncl_step_end(step, rows);
}

/* ---- the definition ---- */

void ncl_non_max_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *scores = ncl_node_tensor(node, "scores");
    const double *box = ncl_reference_in(reference, ncl_node_tensor(node, "boxes")),
                 *score = ncl_reference_in(reference, scores), limit = (float)ncl_node_scalar(node, "limit"),
                 least = (float)ncl_node_scalar(node, "least");
    double *index = ncl_reference_out(reference, ncl_node_result(node, 0)),
           *rest = ncl_reference_out(reference, ncl_node_result(node, 1));
    const int64_t *extent = scores->shape.extent, capacity = ncl_node_integer(node, "capacity");
    for (int64_t row = 0; row < extent[0] * extent[1]; row++, score += extent[2], rest += extent[2]) {
        const double *own = box + row / extent[1] * extent[2] * 4;
        for (int64_t i = 0; i < extent[2]; i++)
            rest[i] = score[i] > least ? score[i] : -INFINITY;
        for (int64_t k = 0; k < capacity; k++)
            *index++ = (double)ncl_boxes_choose(own, rest, extent[2], limit);
    }
}
