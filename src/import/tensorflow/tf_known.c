/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers that have to be known: LinSpace, InvertPermutation, BroadcastArgs, Where, DataFormatDimMap,
 * DataFormatVecPermute.
 */
#include <string.h>

#include "import/compose_index.h"
#include "import/fold.h"
#include "import/tensorflow/tf.h"

static void give_known(struct ncl_import *import, const struct ncl_import_node *node, const struct ncl_known *known)
{
    if (known)
        ncl_import_give_known(import, node, 0, known);
}

/* `count` numbers from one to another. */
void ncl_tf_build_lin_space(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_known *from = ncl_import_need(import, node, 0, "the first number"),
                           *to = ncl_import_need(import, node, 1, "the last number"),
                           *count = ncl_import_need(import, node, 2, "how many numbers");
    if (!from || !to || !count)
        return;
    const nnefcl_shape shape = {.rank = 1, .extent = {count->count == 1 ? ncl_known_int64(count, 0) : 0}};
    if (from->count != 1 || to->count != 1 || shape.extent[0] < 1) {
        ncl_import_wrong(import, "%lld numbers", (long long)shape.extent[0]);
        return;
    }
    const double first = ncl_known_double(from, 0), last = ncl_known_double(to, 0);
    struct ncl_known *line = ncl_fold_new(import, NCL_STORED_FLOAT32, &shape);
    for (size_t i = 0; line && i < line->count; i++)
        line->real[i] = line->count == 1 ? first : first + (last - first) * (double)i / (double)(line->count - 1);
    give_known(import, node, line);
}

void ncl_tf_build_invert(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_known *x = ncl_import_need(import, node, 0, "the permutation");
    struct ncl_known *y = x ? ncl_fold_new(import, x->element, &x->shape) : NULL;
    for (size_t i = 0; y && i < y->count; i++) {
        const int64_t at = ncl_known_int64(x, i);
        if (at < 0 || (size_t)at >= y->count || ncl_known_is_real(x)) {
            ncl_import_wrong(import, "%lld in a permutation of %zu", (long long)at, y->count);
            return;
        }
        y->integer[at] = (int64_t)i;
    }
    give_known(import, node, y);
}

/* Where each axis of src_format stands in dst_format, in `place`, room for NNEFCL_MAX_RANK; how many, 0: an error. */
static size_t format_places(struct ncl_import *import, const struct ncl_import_node *node, size_t *place)
{
    const char *from = ncl_import_string(import, node, "src_format", "NHWC"),
               *to = ncl_import_string(import, node, "dst_format", "NCHW");
    const size_t count = strlen(from);
    bool fits = count == strlen(to) && count >= 1 && count <= NNEFCL_MAX_RANK;
    for (size_t i = 0; fits && i < count; i++) {
        const char *found = strchr(to, from[i]);
        fits = found != NULL;
        place[i] = found ? (size_t)(found - to) : 0;
    }
    if (!fits)
        ncl_import_wrong(import, "the formats '%.20s' and '%.20s'", from, to);
    return fits && !import->status ? count : 0;
}

static const struct ncl_known *whole_numbers(struct ncl_import *import, const struct ncl_import_node *node,
                                             const char *what)
{
    const struct ncl_known *x = ncl_import_need(import, node, 0, what);
    if (x && ncl_known_is_real(x))
        ncl_import_wrong(import, "%s are no integers", what);
    return import->status ? NULL : x;
}

/* DataFormatDimMap: axes of one format as those of another, negative ones from the end. */
void ncl_tf_build_format_axes(struct ncl_import *import, const struct ncl_import_node *node)
{
    size_t place[NNEFCL_MAX_RANK];
    const struct ncl_known *x = whole_numbers(import, node, "the axes");
    const size_t count = x ? format_places(import, node, place) : 0;
    struct ncl_known *y = count ? ncl_fold_new(import, x->element, &x->shape) : NULL;
    for (size_t i = 0; y && i < y->count && !import->status; i++) {
        const int axis = ncl_import_axis(import, ncl_known_int64(x, i), (int)count);
        y->integer[i] = import->status ? 0 : (int64_t)place[axis];
    }
    give_known(import, node, import->status ? NULL : y);
}

/* DataFormatVecPermute: rows, one for each axis of one format, in the order of another. */
void ncl_tf_build_format_order(struct ncl_import *import, const struct ncl_import_node *node)
{
    size_t place[NNEFCL_MAX_RANK];
    const struct ncl_known *x = whole_numbers(import, node, "the numbers of axes");
    const size_t count = x ? format_places(import, node, place) : 0;
    if (count && (x->shape.rank < 1 || x->shape.extent[0] != (int64_t)count))
        ncl_import_refuse(import, "numbers for other axes than %zu", count);
    struct ncl_known *y = count && !import->status ? ncl_fold_new(import, x->element, &x->shape) : NULL;
    for (size_t i = 0; y && i < y->count; i++) {
        const size_t row = y->count / count;
        y->integer[place[i / row] * row + i % row] = ncl_known_int64(x, i);
    }
    give_known(import, node, y);
}

/* The shape that two have together. */
void ncl_tf_build_broadcast_args(struct ncl_import *import, const struct ncl_import_node *node)
{
    nnefcl_shape a, b, joined;
    a.rank = (int)ncl_tf_integers(import, node, 0, "a shape", a.extent);
    b.rank = (int)ncl_tf_integers(import, node, 1, "a shape", b.extent);
    if (import->status)
        return;
    if (!ncl_fold_join(&a, &b, &joined)) {
        ncl_import_wrong(import, "shapes that do not fit each other");
        return;
    }
    const struct ncl_known *known = ncl_known_integers(&import->scratch, joined.extent, (size_t)joined.rank);
    if (known)
        ncl_import_give_known(import, node, 0, known);
    else
        ncl_import_nomem(import);
}

/* The positions of what is not 0: [count, rank]. */
void ncl_tf_build_where(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_known *x = ncl_import_need(import, node, 0, "the condition");
    int64_t at[NNEFCL_MAX_RANK] = {0};
    size_t count = 0, next = 0;
    for (size_t i = 0; x && i < x->count; i++)
        count += ncl_known_double(x, i) != 0;
    if (!x)
        return;
    const nnefcl_shape shape = {.rank = 2, .extent = {(int64_t)count, x->shape.rank}};
    struct ncl_known *y = ncl_fold_new(import, NCL_STORED_INT64, &shape);
    for (size_t i = 0; y && i < x->count; i++) {
        for (int k = 0; k < x->shape.rank && ncl_known_double(x, i) != 0; k++)
            y->integer[next++] = at[k];
        ncl_index_next(&x->shape, at);
    }
    give_known(import, node, y);
}

/* ShapeN: of each operand. */
void ncl_tf_build_shapes(struct ncl_import *import, const struct ncl_import_node *node)
{
    for (size_t i = 0; i < node->output_count && i < node->input_count; i++) {
        const nnefcl_shape *shape = &ncl_import_value(import, node, i)->shape;
        const struct ncl_known *known = ncl_known_integers(&import->scratch, shape->extent, (size_t)shape->rank);
        if (known)
            ncl_import_give_known(import, node, i, known);
        else
            ncl_import_nomem(import);
    }
}
