/* SPDX-License-Identifier: Apache-2.0 */
/* What the pass `heads` makes of attention: its operands and its result lie in tensors with strides, where transposes
 * and cuts would bring the heads side by side. */
#include <stdlib.h>

#include "base/checked.h"
#include "ops/attention.h"

/* Behind the batch, in `extents` and in each view. */
enum { EXTENTS = 4 };
enum { FIRST, BATCH, STRIDES = 2 };

static int rank_of(const struct ncl_node *node)
{
    return (int)ncl_node_count(node, "extents") - EXTENTS;
}

static int64_t view_extent(const struct ncl_node *node, int index)
{
    return ncl_node_integer_at(node, "extents", (size_t)index);
}

static struct ncl_attention_matrix view_of(const struct ncl_node *node, const struct ncl_tensor *tensor,
                                           const char *view)
{
    const int rank = rank_of(node);
    struct ncl_attention_matrix matrix = {.tensor = tensor, .first = ncl_node_integer_at(node, view, FIRST)};
    for (int i = 0; i < rank; i++)
        matrix.batch[i] = ncl_node_integer_at(node, view, (size_t)(BATCH + i));
    matrix.row = ncl_node_integer_at(node, view, (size_t)(BATCH + rank));
    matrix.column = ncl_node_integer_at(node, view, (size_t)(BATCH + rank + 1));
    return matrix;
}

static struct ncl_attention describe(const struct ncl_node *node)
{
    const int rank = rank_of(node);
    struct ncl_attention attention = {
        .queries = view_extent(node, rank),
        .keys = view_extent(node, rank + 1),
        .depth = view_extent(node, rank + 2),
        .columns = view_extent(node, rank + 3),
        .rank = rank,
        .query = view_of(node, ncl_node_tensor(node, "query"), "query_view"),
        .key = view_of(node, ncl_node_tensor(node, "key"), "key_view"),
        .value = view_of(node, ncl_node_tensor(node, "value"), "value_view"),
        .result = view_of(node, ncl_node_result(node, 0), "result_view"),
    };
    for (int i = 0; i < rank; i++)
        attention.extent[i] = view_extent(node, i);
    return attention;
}

void ncl_attention_views_problem(const struct ncl_node *node, struct ncl_problem *problem)
{
    const struct ncl_attention attention = describe(node);
    ncl_attention_complete(node, &attention, problem);
}

/* ---- shapes ---- */

/* One axis of a view: `last` becomes the index of the last element so far. */
static bool axis_fits(int64_t extent, int64_t stride, int64_t volume, int64_t *last)
{
    int64_t reach;
    return extent > 0 && stride >= 0 && ncl_mul_i64(extent - 1, stride, &reach) && ncl_add_i64(*last, reach, last) &&
           *last < volume;
}

static bool view_fits(const struct ncl_attention *p, const struct ncl_attention_matrix *matrix, int64_t rows,
                      int64_t columns)
{
    const int64_t volume = ncl_shape_volume(&matrix->tensor->shape);
    int64_t last = matrix->first;
    bool fits = last >= 0 && last < volume;
    for (int i = 0; i < p->rank; i++)
        fits = fits && axis_fits(p->extent[i], matrix->batch[i], volume, &last);
    return fits && axis_fits(rows, matrix->row, volume, &last) && axis_fits(columns, matrix->column, volume, &last);
}

struct axis {
    int64_t extent, stride;
};

static int axis_compare(const void *a, const void *b)
{
    const int64_t left = ((const struct axis *)a)->stride, right = ((const struct axis *)b)->stride;
    return (left > right) - (left < right);
}

/* Each element of the result is written once: axes in some order are those of a dense tensor. */
static bool result_fills(const struct ncl_attention *p)
{
    struct axis axis[NCL_MATMUL_BATCH + STRIDES];
    const struct ncl_attention_matrix *matrix = &p->result;
    int64_t volume = 1;
    int count = 0;
    for (int i = 0; i < p->rank; i++)
        axis[count++] = (struct axis){p->extent[i], matrix->batch[i]};
    axis[count++] = (struct axis){p->queries, matrix->row};
    axis[count++] = (struct axis){p->columns, matrix->column};
    qsort(axis, (size_t)count, sizeof *axis, axis_compare);
    for (int i = 0; i < count; i++) {
        if (axis[i].extent != 1 && axis[i].stride != volume)
            return false;
        volume *= axis[i].extent; /* fits: the view does */
    }
    return matrix->first == 0 && volume == ncl_shape_volume(&matrix->tensor->shape);
}

static bool lists_fit(const struct ncl_node *node)
{
    static const char *const views[] = {"query_view", "key_view", "value_view", "result_view"};
    const int rank = rank_of(node);
    for (size_t i = 0; i < sizeof views / sizeof *views; i++)
        if (ncl_node_count(node, views[i]) != (size_t)(BATCH + rank + STRIDES))
            return false;
    return rank >= 0 && rank <= NCL_MATMUL_BATCH && ncl_node_count(node, "shape") <= NNEFCL_MAX_RANK;
}

static nnefcl_status scores_check(struct ncl_infer *infer, const struct ncl_node *node)
{
    const int rank = rank_of(node);
    nnefcl_shape scores = {.rank = rank + 2};
    for (int i = 0; i < scores.rank; i++)
        scores.extent[i] = view_extent(node, i);
    return ncl_attention_check(infer, node, &scores);
}

nnefcl_status ncl_attention_views_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    nnefcl_shape shape = {.rank = (int)ncl_node_count(node, "shape")};
    if (!lists_fit(node))
        return ncl_infer_error(infer, node, "extents and views are of different ranks");
    for (int i = 0; i < shape.rank; i++)
        shape.extent[i] = ncl_node_integer_at(node, "shape", (size_t)i);
    nnefcl_status status = scores_check(infer, node);
    if (!status)
        status = ncl_infer_result(infer, node, 0, &shape);
    if (status)
        return status;
    const struct ncl_attention p = describe(node);
    if (!view_fits(&p, &p.query, p.queries, p.depth) || !view_fits(&p, &p.key, p.keys, p.depth) ||
        !view_fits(&p, &p.value, p.keys, p.columns) || !view_fits(&p, &p.result, p.queries, p.columns))
        return ncl_infer_error(infer, node, "a view lies outside of its tensor");
    if (p.query.column != 1 || p.result.column != 1 || !result_fills(&p))
        return ncl_infer_error(infer, node, "the views are not those of matrices row by row");
    return NNEFCL_OK;
}
