/* SPDX-License-Identifier: Apache-2.0 */
/* Parts and copies of integers that are known: shapes of which some extents are taken, turned or repeated. */
#include "import/fold.h"
#include "import/tensorflow/tf.h"

/* Integers that are themselves, or few floats; NULL: it is something else, or not known. */
static const struct ncl_known *shape_part(struct ncl_import *import, const struct ncl_import_node *node, size_t index)
{
    const struct ncl_known *known = ncl_tf_input_quant(node, index) ? NULL : ncl_import_known(import, node, index);
    return known && (!ncl_known_is_real(known) || ncl_tf_few_floats(known)) ? known : NULL;
}

static bool give(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                 const struct ncl_known *known)
{
    if (known && ncl_import_wants(import, node, index))
        ncl_import_give_known(import, node, index, known);
    return known != NULL;
}

bool ncl_tf_fold_unary(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_known *x = shape_part(import, node, 0);
    return x && give(import, node, 0, ncl_fold_unary(import, import->op->as, x));
}

bool ncl_tf_fold_slice(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_known *x = shape_part(import, node, 0), *begin = ncl_import_known(import, node, 1),
                           *size = ncl_import_known(import, node, 2);
    if (!x || !begin || !size || begin->count != (size_t)x->shape.rank || size->count != begin->count)
        return false;
    for (int i = 0; i < (int)begin->count && x; i++) {
        const int64_t extent = x->shape.extent[i], from = ncl_known_int64(begin, (size_t)i),
                      given = ncl_known_int64(size, (size_t)i), count = given < 0 ? extent - from : given;
        if (from < 0 || from > extent || count < 0 || count > extent - from)
            return false;
        x = ncl_fold_slice(import, x, i, from, count, 1);
    }
    return give(import, node, 0, x);
}

/* Equal parts along an axis, which go away where `squeeze`. */
static bool fold_parts(struct ncl_import *import, const struct ncl_import_node *node, const struct ncl_known *x,
                       int64_t axis, bool squeeze)
{
    const int64_t at = axis < 0 ? axis + x->shape.rank : axis, parts = (int64_t)node->output_count;
    if (at < 0 || at >= x->shape.rank || parts == 0 || x->shape.extent[at] % parts ||
        (squeeze && x->shape.extent[at] != parts))
        return false;
    const int64_t count = x->shape.extent[at] / parts;
    for (int64_t i = 0; i < parts; i++) {
        const struct ncl_known *part = ncl_fold_slice(import, x, (int)at, i * count, count, 1);
        nnefcl_shape shape = {0};
        for (int k = 0; part && k < part->shape.rank; k++)
            if (!squeeze || k != (int)at)
                shape.extent[shape.rank++] = part->shape.extent[k];
        if (!part || !give(import, node, (size_t)i, ncl_known_reshape(&import->scratch, part, &shape)))
            return false;
    }
    return true;
}

bool ncl_tf_fold_unpack(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_known *x = shape_part(import, node, 0);
    return x && fold_parts(import, node, x, ncl_import_integer(import, node, "axis", 0), true);
}

bool ncl_tf_fold_split(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_known *axis = ncl_import_known(import, node, 0), *x = shape_part(import, node, 1);
    return x && axis && axis->count == 1 && fold_parts(import, node, x, ncl_known_int64(axis, 0), false);
}

bool ncl_tf_fold_fill(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_known *extents = shape_part(import, node, 0), *value = shape_part(import, node, 1);
    nnefcl_shape shape = {0};
    size_t count;
    if (!extents || !value || value->count != 1 || extents->count > NNEFCL_MAX_RANK)
        return false;
    for (size_t i = 0; i < extents->count; i++)
        if ((shape.extent[shape.rank++] = ncl_known_int64(extents, i)) < 0)
            return false;
    return ncl_known_count(&shape, &count) && give(import, node, 0, ncl_fold_fill(import, value, &shape));
}

bool ncl_tf_fold_transpose(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_known *x = shape_part(import, node, 0), *order = ncl_import_known(import, node, 1);
    int axis[NNEFCL_MAX_RANK];
    bool taken[NNEFCL_MAX_RANK] = {false};
    if (!x || !order || order->count != (size_t)x->shape.rank)
        return false;
    for (size_t i = 0; i < order->count; i++) {
        const int64_t at = ncl_known_int64(order, i);
        if (at < 0 || at >= x->shape.rank || taken[at])
            return false;
        taken[at] = true;
        axis[i] = (int)at;
    }
    return give(import, node, 0, ncl_fold_transpose(import, x, axis));
}

/* A list, from its end. */
bool ncl_tf_fold_reverse(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_known *x = shape_part(import, node, 0), *axes = ncl_import_known(import, node, 1);
    if (!x || !axes || axes->count != 1 || x->shape.rank != 1 || x->count == 0)
        return false;
    return give(import, node, 0, ncl_fold_slice(import, x, 0, (int64_t)x->count - 1, (int64_t)x->count, -1));
}

/* Repeated along each axis. */
bool ncl_tf_fold_tile(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_known *x = shape_part(import, node, 0), *repeats = ncl_import_known(import, node, 1);
    if (!x || !repeats || repeats->count != (size_t)x->shape.rank)
        return false;
    for (int i = 0; i < (int)repeats->count && x; i++) {
        const int64_t times = ncl_known_int64(repeats, (size_t)i);
        if (times < 1 || times > (int64_t)NCL_KNOWN_MAX)
            return false;
        const struct ncl_known **item = NCL_NEW_ARRAY(&import->scratch, const struct ncl_known *, (size_t)times);
        for (int64_t k = 0; item && k < times; k++)
            item[k] = x;
        x = item ? ncl_fold_concat(import, item, (size_t)times, i) : NULL;
    }
    return give(import, node, 0, x);
}
