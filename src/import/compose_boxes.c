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

/* ---- known boxes ---- */

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
            ncl_import_charge(import, (size_t)extent[2]);
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
