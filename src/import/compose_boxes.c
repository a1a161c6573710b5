/* SPDX-License-Identifier: Apache-2.0 */
#include "import/compose_boxes.h"

#include <math.h>

#include "base/boxes.h"
#include "import/compose_order.h"
#include "import/fold.h"

struct ncl_tensor *ncl_compose_corners(struct ncl_import *import, struct ncl_tensor *boxes)
{
    static const int64_t halves[] = {2, 2};
    const int last = boxes->shape.rank - 1;
    struct ncl_tensor *part[2];
    if (import->status || last < 0 || boxes->shape.extent[last] != 4)
        return boxes;
    ncl_compose_split(import, boxes, last, halves, 2, part);
    part[1] = ncl_compose_with(import, "mul", part[1], 0.5);
    struct ncl_tensor *corner[] = {ncl_compose_binary(import, "sub", part[0], part[1]),
                                   ncl_compose_binary(import, "add", part[0], part[1])};
    return ncl_compose_concat(import, corner, 2, last);
}

struct ncl_tensor *ncl_compose_non_max(struct ncl_import *import, struct ncl_tensor *boxes, struct ncl_tensor *scores,
                                       int64_t capacity, double limit, double least)
{
    return NCL_COMPOSE(import, "non_max_suppression", {"boxes", ncl_value_tensor(boxes)},
                       {"scores", ncl_value_tensor(scores)}, {"capacity", ncl_value_integer(capacity)},
                       {"limit", ncl_value_scalar(limit)}, {"least", ncl_value_scalar(least)});
}

/* ---- rows ---- */

/* Rows whose number is none to the end: row j of the result is the row with j others in front of it. Numbers are moved
 * by 1, so that 0, which a product gives where there is none, stands for -1. */
static struct ncl_tensor *rows_sort(struct ncl_import *import, struct ncl_tensor *rows, struct ncl_tensor *is)
{
    const int64_t count = rows->shape.extent[0];
    const nnefcl_shape line = {.rank = 2, .extent = {1, count}};
    struct ncl_tensor *one = ncl_compose_reshape(import, ncl_compose_cast(import, is, NNEFCL_SCALAR), &line),
                      *before = ncl_compose_cum_sum(import, one, 1, true, false),
                      *place = ncl_compose_binary(import, "eq", ncl_compose_grid(import, 2, 0, count), before);
    place = ncl_compose_binary(import, "mul", ncl_compose_cast(import, place, NNEFCL_SCALAR), one);
    rows = ncl_compose_matmul(import, place, ncl_compose_with(import, "add", rows, 1));
    return ncl_compose_with(import, "sub", rows, 1);
}

struct ncl_tensor *ncl_compose_box_rows(struct ncl_import *import, struct ncl_tensor *index)
{
    const nnefcl_shape shape = index->shape, column = {.rank = 2, .extent = {ncl_shape_volume(&shape), 1}};
    struct ncl_tensor *number = ncl_compose_cast(import, index, NNEFCL_SCALAR),
                      *is = ncl_compose_with(import, "ge", number, 0), *part[3];
    for (int i = 0; i < 3; i++) {
        part[i] = i == 2 ? number : ncl_compose_expand(import, ncl_compose_grid(import, 3, i, shape.extent[i]), &shape);
        part[i] = ncl_compose_select(import, is, part[i], ncl_compose_number(import, -1));
        part[i] = ncl_compose_reshape(import, part[i], &column);
    }
    struct ncl_tensor *rows = ncl_compose_concat(import, part, 3, 1);
    return shape.extent[0] * shape.extent[1] > 1 && column.extent[0] <= NCL_BOXES_SORTED ? rows_sort(import, rows, is)
                                                                                         : rows;
}

/* ---- the best of several classes ---- */

struct ncl_tensor *ncl_boxes_shaped(struct ncl_import *import, struct ncl_tensor *x, int rank, int64_t a, int64_t b,
                                    int64_t c)
{
    const nnefcl_shape shape = {.rank = rank, .extent = {a, b, c}};
    return ncl_compose_reshape(import, x, &shape);
}

struct ncl_tensor *ncl_boxes_zero_where(struct ncl_import *import, struct ncl_tensor *none, struct ncl_tensor *x)
{
    return ncl_compose_select(import, none, ncl_compose_number(import, 0), x);
}

struct ncl_tensor *ncl_compose_box_gather(struct ncl_import *import, struct ncl_tensor *x, struct ncl_tensor *index)
{
    const int64_t batch = x->shape.extent[0], n = x->shape.extent[1], r = x->shape.extent[2];
    struct ncl_tensor *first = ncl_compose_with(import, "mul", ncl_compose_grid(import, 2, 0, batch), (double)n),
                      *at = ncl_compose_with(import, "max", index, 0);
    at = ncl_compose_cast(import, ncl_compose_binary(import, "add", at, first), NNEFCL_INTEGER);
    return NCL_COMPOSE(import, "gather", {"input", ncl_value_tensor(ncl_boxes_shaped(import, x, 2, batch * n, r, 0))},
                       {"indices", ncl_value_tensor(at)}, {"axis", ncl_value_integer(0)});
}

struct ncl_boxes_best ncl_compose_box_best(struct ncl_import *import, struct ncl_tensor *boxes,
                                           struct ncl_tensor *scores, int64_t each, int64_t total, double limit,
                                           double least)
{
    const int64_t batch = scores->shape.extent[0], classes = scores->shape.extent[1], n = scores->shape.extent[2],
                  capacity = each < n ? each : n, all = classes * capacity, k = total < all ? total : all;
    const int last = 1;
    struct ncl_tensor *index =
        ncl_compose_cast(import, ncl_compose_non_max(import, boxes, scores, capacity, limit, least), NNEFCL_SCALAR);
    struct ncl_tensor *row = ncl_boxes_shaped(import, index, 2, batch * classes, capacity, 0), *value, *place;
    value = ncl_compose_box_gather(import, ncl_boxes_shaped(import, scores, 3, batch * classes, n, 1), row);
    value = ncl_compose_select(import, ncl_compose_with(import, "lt", index, 0),
                               ncl_compose_number(import, -(double)INFINITY),
                               ncl_boxes_shaped(import, value, 3, batch, classes, capacity));
    ncl_compose_top_k(import, ncl_boxes_shaped(import, value, 2, batch, all, 0), 1, k, true, &value, &place);
    if (import->status)
        return (struct ncl_boxes_best){boxes, scores, scores, scores};
    struct ncl_tensor *none = ncl_compose_with(import, "eq", value, -(double)INFINITY),
                      *is = ncl_compose_cast(import, ncl_compose_unary(import, "not", none), NNEFCL_SCALAR),
                      *number = ncl_compose_cast(import, place, NNEFCL_SCALAR), *class;
    class = ncl_compose_with(import, "div", ncl_compose_with(import, "add", number, 0.5), (double)capacity);
    struct ncl_tensor *box = ncl_compose_box_gather(import, ncl_boxes_shaped(import, index, 3, batch, all, 1), number);
    box = ncl_compose_box_gather(import, boxes, ncl_boxes_shaped(import, box, 2, batch, k, 0));
    return (struct ncl_boxes_best){
        ncl_compose_select(import, ncl_compose_unsqueeze(import, none, 2), ncl_compose_number(import, 0), box),
        ncl_boxes_zero_where(import, none, value),
        ncl_boxes_zero_where(import, none, ncl_compose_unary(import, "floor", class)),
        ncl_compose_reduce(import, "sum_reduce", is, &last, 1, false)};
}

/* ---- known boxes ---- */

enum { PAIR_COST = 8 }; /* to compare two boxes takes as long as looking at so many elements */

const struct ncl_known *ncl_fold_non_max(struct ncl_import *import, const struct ncl_known *boxes,
                                         const struct ncl_known *scores, int64_t capacity, double limit, double least)
{
    const int64_t *extent = scores->shape.extent, rows = extent[0] * extent[1];
    const nnefcl_shape most = {.rank = 2, .extent = {rows * capacity, 3}};
    struct ncl_known *all = ncl_fold_new(import, NCL_STORED_INT64, &most);
    double *rest = NCL_NEW_ARRAY(&import->scratch, double, (size_t)extent[2]);
    int64_t count = 0, best;
    if (!all || !rest) {
        ncl_import_nomem(import);
        return NULL;
    }
    for (int64_t row = 0; row < rows; row++) {
        const double *box = boxes->real + row / extent[1] * extent[2] * 4, *score = scores->real + row * extent[2];
        for (int64_t i = 0; i < extent[2]; i++)
            rest[i] = score[i] > least ? score[i] : -INFINITY;
        for (int64_t k = 0; k < capacity && (best = ncl_boxes_choose(box, rest, extent[2], limit)) >= 0; k++, count++) {
            ncl_import_charge(import, PAIR_COST * (size_t)extent[2]);
            if (import->status)
                return NULL;
            all->integer[3 * count] = row / extent[1];
            all->integer[3 * count + 1] = row % extent[1];
            all->integer[3 * count + 2] = best;
        }
    }
    all->shape.extent[0] = count;
    all->count = (size_t)count * 3;
    return all;
}
