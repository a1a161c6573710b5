/* SPDX-License-Identifier: Apache-2.0 */
/* Rows by the numbers of what they belong to, which have to be known: sums, means, products, extrema of segments. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "import/compose_index.h"
#include "import/fold.h"
#include "import/tensorflow/tf.h"

struct segments {
    const char *as;    /* "sum", "mean", "sqrt_n", "prod", "max", "min" */
    bool unsorted;     /* any order, negative ones are left out, and a number of their own says how many there are */
    int64_t count;     /* of segments */
    int64_t *row, *of; /* rows of the operand that belong to one, and which it is */
    size_t rows;
    double *in_segment; /* how many rows each one has */
};

/* Operation, what it begins with, and what a segment without rows is. */
static const struct {
    const char *as, *op;
    double first;
    double empty, empty_unsorted;
} kinds[] = {
    {"sum", "add", 0, 0, 0},
    {"mean", "add", 0, 0, 0},
    {"sqrt_n", "add", 0, 0, 0},
    {"prod", "mul", 1, 1, 1},
    {"max", "max", -FLT_MAX, 0, -FLT_MAX},
    {"min", "min", FLT_MAX, 0, FLT_MAX},
};

/* ---- which rows belong to which segment ---- */

static bool segments_new(struct ncl_import *import, struct segments *s, size_t rows)
{
    s->row = NCL_NEW_ARRAY(&import->scratch, int64_t, rows);
    s->of = NCL_NEW_ARRAY(&import->scratch, int64_t, rows);
    s->in_segment = NCL_NEW_ARRAY(&import->scratch, double, (size_t)s->count);
    if (!s->row || !s->of || !s->in_segment)
        ncl_import_nomem(import);
    return !import->status;
}

/* `index`: the rows of the operand; NULL: all of them. */
static void segments_read(struct ncl_import *import, struct segments *s, const struct ncl_known *segment,
                          const struct ncl_known *index, int64_t extent)
{
    for (size_t i = 0; i < segment->count && !import->status; i++) {
        int64_t at = index ? ncl_known_int64(index, i) : (int64_t)i;
        const int64_t of = ncl_known_int64(segment, i);
        if (s->unsorted && of < 0)
            continue;
        if (of < 0 || of >= s->count)
            ncl_import_wrong(import, "segment %lld of %lld", (long long)of, (long long)s->count);
        else if (ncl_index_resolve(import, &at, extent)) {
            s->row[s->rows] = at;
            s->of[s->rows++] = of;
            s->in_segment[of]++;
        }
    }
}

/* data, perhaps numbers of rows, segments, perhaps how many segments */
static bool segments_of(struct ncl_import *import, const struct ncl_import_node *node, const nnefcl_shape *shape,
                        struct segments *s)
{
    const bool sparse = strncmp(node->op, "Sparse", 6) == 0;
    const struct ncl_known *index = sparse ? ncl_import_need(import, node, 1, "the rows") : NULL,
                           *segment = ncl_import_need(import, node, 1 + sparse, "the segments");
    int64_t count[NNEFCL_MAX_RANK] = {0};
    if (import->status || !segment)
        return false;
    if (shape->rank < 1 || segment->shape.rank != 1 || segment->count == 0 ||
        (int64_t)segment->count != (index ? (int64_t)index->count : shape->extent[0])) {
        ncl_import_refuse(import, "%zu segments for rank %d", segment->count, shape->rank);
        return false;
    }
    s->unsorted = node->input_count > 2 + (size_t)sparse && !sparse;
    if (node->input_count > 2 + (size_t)sparse)
        ncl_tf_integers(import, node, 2 + sparse, "how many", count);
    else
        count[0] = ncl_known_int64(segment, segment->count - 1) + 1;
    s->count = count[0];
    if (s->count < 1 || s->count > (int64_t)NCL_KNOWN_MAX)
        ncl_import_refuse(import, "%lld segments", (long long)s->count);
    if (!import->status && segments_new(import, s, segment->count))
        segments_read(import, s, segment, index, shape->extent[0]);
    return !import->status;
}

/* ---- what becomes of them ---- */

/* One number for each segment, in front of as many axes as the operand has; NULL: an error. */
static struct ncl_known *by_segment(struct ncl_import *import, const struct segments *s, int rank,
                                    enum ncl_stored_type element)
{
    nnefcl_shape shape = {.rank = rank, .extent = {s->count}};
    for (int i = 1; i < rank; i++)
        shape.extent[i] = 1;
    return ncl_fold_new(import, element, &shape);
}

static struct ncl_tensor *divided(struct ncl_import *import, const struct segments *s, struct ncl_tensor *y)
{
    struct ncl_known *by = by_segment(import, s, y->shape.rank, NCL_STORED_FLOAT32);
    for (int64_t i = 0; by && i < s->count; i++) {
        const double rows = s->in_segment[i] > 0 ? s->in_segment[i] : 1;
        by->real[i] = strcmp(s->as, "mean") == 0 ? rows : sqrt(rows);
    }
    return by ? ncl_compose_binary(import, "div", y, ncl_import_constant(import, by)) : y;
}

static struct ncl_tensor *with_empty(struct ncl_import *import, const struct segments *s, struct ncl_tensor *y,
                                     double empty)
{
    struct ncl_known *none = by_segment(import, s, y->shape.rank, NCL_STORED_BOOL);
    for (int64_t i = 0; none && i < s->count; i++)
        none->integer[i] = s->in_segment[i] == 0;
    return none ? ncl_compose_select(import, ncl_import_constant(import, none),
                                     ncl_compose_number_as(import, empty, y->dtype), y)
                : y;
}

static struct ncl_tensor *joined(struct ncl_import *import, const struct segments *s, struct ncl_tensor *x,
                                 const char *op, double first)
{
    const nnefcl_shape rows = {.rank = 1, .extent = {(int64_t)s->rows}};
    nnefcl_shape whole = x->shape;
    struct ncl_known *place = ncl_fold_new(import, NCL_STORED_INT64, &rows);
    whole.extent[0] = s->count;
    struct ncl_tensor *y = ncl_compose_expand(import, ncl_compose_number_as(import, first, x->dtype), &whole);
    if (!place || s->rows == 0)
        return y;
    memcpy(place->integer, s->of, s->rows * sizeof *s->of);
    x = ncl_compose_pick(import, x, 0, s->row, s->rows);
    return ncl_compose_scatter_rows(import, y, x, place, op);
}

/* SegmentSum and its like, UnsortedSegmentSum..., SparseSegmentSum...: `as` says which. */
void ncl_tf_build_segments(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct segments s = {.as = import->op->as};
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0);
    const nnefcl_dtype dtype = x->dtype;
    size_t kind = 0;
    if (!segments_of(import, node, &x->shape, &s))
        return;
    while (strcmp(kinds[kind].as, s.as) != 0)
        kind++;
    struct ncl_tensor *y =
        joined(import, &s, ncl_compose_cast(import, x, NNEFCL_SCALAR), kinds[kind].op, kinds[kind].first);
    const double empty = s.unsorted ? kinds[kind].empty_unsorted : kinds[kind].empty;
    if (strcmp(s.as, "mean") == 0 || strcmp(s.as, "sqrt_n") == 0)
        y = divided(import, &s, y);
    if (empty != kinds[kind].first)
        y = with_empty(import, &s, y, empty);
    ncl_tf_give(import, node, 0, ncl_compose_cast(import, y, dtype));
}
