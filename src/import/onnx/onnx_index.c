/* SPDX-License-Identifier: Apache-2.0 */
/* Elements by their places: gathers and scatters by elements and by positions. A place is one number, the index of the
 * flat operand; it is computed on the host where indices are known, else as a scalar, exact up to 2^24. */
#include <string.h>

#include "import/compose_index.h"
#include "import/onnx/onnx_operators.h"

#define MAX_LAYERS 64 /* times that one element is written */

static void dense_strides(const nnefcl_shape *shape, int64_t *stride)
{
    int64_t product = 1;
    for (int i = shape->rank; i > 0; i--) {
        stride[i - 1] = product;
        product *= shape->extent[i - 1];
    }
}

static nnefcl_shape flat_shape(const nnefcl_shape *shape)
{
    return (nnefcl_shape){.rank = 1, .extent = {ncl_shape_volume(shape)}};
}

/* Elements of flat x at whole numbers. */
static struct ncl_tensor *flat_gather(struct ncl_import *import, struct ncl_tensor *x, struct ncl_tensor *place)
{
    const nnefcl_shape flat = flat_shape(&x->shape);
    if (flat.extent[0] > NCL_INDEX_MAX && place->dtype == NNEFCL_SCALAR)
        ncl_import_refuse(import, "places among more than 2^24 elements depend on data");
    return NCL_COMPOSE(import, "gather", {"input", ncl_value_tensor(ncl_compose_reshape(import, x, &flat))},
                       {"indices", ncl_value_tensor(ncl_compose_cast(import, place, NNEFCL_INTEGER))},
                       {"axis", ncl_value_integer(0)});
}

/* ---- GatherElements: out[i][j] = x[index[i][j]][j] ---- */

/* The flat place of each element without the term of the axis. */
static struct ncl_known *places_of(struct ncl_import *import, const nnefcl_shape *x, const nnefcl_shape *index,
                                   int axis)
{
    int64_t stride[NNEFCL_MAX_RANK], at[NNEFCL_MAX_RANK] = {0};
    struct ncl_known *places = ncl_known_new(&import->scratch, NCL_STORED_INT64, index);
    dense_strides(x, stride);
    if (!places) {
        ncl_import_refuse(import, "there are too many indices");
        return NULL;
    }
    for (size_t i = 0; i < places->count; i++) {
        for (int j = 0; j < index->rank; j++)
            places->integer[i] += j == axis ? 0 : at[j] * stride[j];
        ncl_index_next(index, at);
    }
    return places;
}

static bool elements_check(struct ncl_import *import, const nnefcl_shape *x, const nnefcl_shape *index, int axis)
{
    bool fits = x->rank == index->rank && x->rank > 0;
    for (int i = 0; fits && i < x->rank; i++)
        fits = i == axis || index->extent[i] <= x->extent[i];
    if (!fits)
        ncl_import_wrong(import, "the indices do not fit the operand");
    return !import->status;
}

/* Known indices become flat places themselves. */
static const struct ncl_known *known_places(struct ncl_import *import, struct ncl_known *places,
                                            const struct ncl_known *known, int64_t extent, int64_t stride)
{
    for (size_t i = 0; places && i < places->count; i++) {
        int64_t index = known->integer[i];
        if (!ncl_index_resolve(import, &index, extent))
            return NULL;
        places->integer[i] += index * stride;
    }
    return places;
}

void ncl_onnx_gather_elements(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *place;
    const struct ncl_import_value *index = ncl_import_value(import, node, 1);
    const int axis = ncl_import_axis(import, ncl_import_integer(import, node, "axis", 0), x->shape.rank);
    int64_t stride[NNEFCL_MAX_RANK];
    if (import->status || !elements_check(import, &x->shape, &index->shape, axis))
        return;
    dense_strides(&x->shape, stride);
    struct ncl_known *places = places_of(import, &x->shape, &index->shape, axis);
    const struct ncl_known *known = ncl_import_known(import, node, 1);
    if (!places)
        return;
    if (known) {
        places = (struct ncl_known *)known_places(import, places, known, x->shape.extent[axis], stride[axis]);
        place = places ? ncl_import_constant(import, places) : &import->nothing;
    } else {
        place = ncl_index_number(import, ncl_import_tensor(import, node, 1), x->shape.extent[axis]);
        place = ncl_compose_with(import, "mul", place, (double)stride[axis]);
        place = ncl_compose_binary(import, "add", place,
                                   ncl_compose_cast(import, ncl_import_constant(import, places), NNEFCL_SCALAR));
    }
    ncl_import_give_element(import, node, 0, flat_gather(import, x, place), ncl_import_value(import, node, 0)->element);
}

void ncl_onnx_gather_nd(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *y = ncl_compose_gather_nd(import, ncl_import_tensor(import, node, 0), node,
                                                 ncl_import_integer(import, node, "batch_dims", 0));
    ncl_import_give_element(import, node, 0, y, ncl_import_value(import, node, 0)->element);
}

/* ---- scatters with known places: the inverse gather, in as many layers as one place is written ---- */

static const char *reduction_of(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const char *const names[][2] = {
        {"none", ""}, {"add", "add"}, {"mul", "mul"}, {"max", "max"}, {"min", "min"}};
    const char *name = ncl_import_string(import, node, "reduction", "none");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i][0], name) == 0)
            return names[i][1];
    ncl_import_refuse(import, "the reduction '%.40s' is not supported", name);
    return "";
}

/* Layer `number`: which update reaches each row, and whether one does. `writer` is by update: its layer. */
static struct ncl_tensor *layer_apply(struct ncl_import *import, struct ncl_tensor *x, struct ncl_tensor *updates,
                                      const struct ncl_known *place, const size_t *layer, size_t number, const char *op)
{
    const nnefcl_shape rows = {.rank = 1, .extent = {x->shape.extent[0]}};
    struct ncl_known *from = ncl_known_new(&import->scratch, NCL_STORED_INT64, &rows),
                     *reached = ncl_known_new(&import->scratch, NCL_STORED_BOOL, &rows);
    nnefcl_shape column = {.rank = x->shape.rank};
    if (!from || !reached) {
        ncl_import_refuse(import, "too many elements are scattered to");
        return x;
    }
    for (size_t i = 0; i < place->count; i++)
        if (layer[i] == number) {
            from->integer[place->integer[i]] = (int64_t)i;
            reached->integer[place->integer[i]] = 1;
        }
    for (int i = 0; i < column.rank; i++)
        column.extent[i] = i == 0 ? rows.extent[0] : 1;
    struct ncl_tensor *new = ncl_compose_pick(import, updates, 0, from->integer, from->count),
                      *mask = ncl_import_constant(import, ncl_known_reshape(&import->scratch, reached, &column));
    if (*op)
        new = ncl_compose_binary(import, op, x, new);
    return ncl_compose_select(import, mask, new, x);
}

/* x and updates are [rows, rest]; place: the row of each update. Without a reduction the last one wins. */
static struct ncl_tensor *rows_scatter(struct ncl_import *import, struct ncl_tensor *x, struct ncl_tensor *updates,
                                       const struct ncl_known *place, const char *op)
{
    size_t *layer = NCL_NEW_ARRAY(&import->scratch, size_t, place->count),
           *written = NCL_NEW_ARRAY(&import->scratch, size_t, (size_t)x->shape.extent[0]), most = 0;
    if (!layer || !written) {
        ncl_import_nomem(import);
        return x;
    }
    for (size_t i = 0; i < place->count; i++) {
        layer[i] = *op ? written[place->integer[i]]++ : 0;
        most = layer[i] > most ? layer[i] : most;
    }
    if (most >= MAX_LAYERS)
        ncl_import_refuse(import, "an element is written more than %d times", MAX_LAYERS);
    for (size_t i = 0; i <= most && !import->status; i++)
        x = layer_apply(import, x, updates, place, layer, i, op);
    return x;
}

void ncl_onnx_scatter_nd(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *updates = ncl_import_tensor(import, node, 2);
    const struct ncl_known *index = ncl_import_need(import, node, 1, "the indices");
    const char *op = reduction_of(import, node);
    const nnefcl_shape whole = x->shape;
    struct ncl_nd nd;
    if (import->status || !ncl_nd_read(import, &whole, &index->shape, 0, &nd))
        return;
    const struct ncl_known *place = ncl_nd_known(import, &whole, index, &nd);
    nnefcl_shape rows = nd.rows;
    rows.extent[0] = place ? (int64_t)place->count : 0;
    if (place && ncl_shape_volume(&rows) != ncl_shape_volume(&updates->shape))
        ncl_import_wrong(import, "the updates do not fit the indices");
    if (import->status || !place)
        return;
    x = rows_scatter(import, ncl_compose_reshape(import, x, &nd.rows), ncl_compose_reshape(import, updates, &rows),
                     place, op);
    ncl_import_give_element(import, node, 0, ncl_compose_reshape(import, x, &whole),
                            ncl_import_value(import, node, 0)->element);
}

void ncl_onnx_scatter_elements(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *updates = ncl_import_tensor(import, node, 2);
    const struct ncl_known *index = ncl_import_need(import, node, 1, "the indices");
    const char *op = reduction_of(import, node);
    const int axis = ncl_import_axis(import, ncl_import_integer(import, node, "axis", 0), x->shape.rank);
    const nnefcl_shape whole = x->shape, flat = flat_shape(&whole);
    int64_t stride[NNEFCL_MAX_RANK];
    if (import->status || !elements_check(import, &whole, &index->shape, axis))
        return;
    if (!ncl_shape_equal(&updates->shape, &index->shape)) {
        ncl_import_wrong(import, "the updates do not fit the indices");
        return;
    }
    dense_strides(&whole, stride);
    const struct ncl_known *place =
        known_places(import, places_of(import, &whole, &index->shape, axis), index, whole.extent[axis], stride[axis]);
    const nnefcl_shape all = flat_shape(&updates->shape);
    if (!place)
        return;
    x = rows_scatter(import, ncl_compose_reshape(import, x, &flat), ncl_compose_reshape(import, updates, &all), place,
                     op);
    ncl_import_give_element(import, node, 0, ncl_compose_reshape(import, x, &whole),
                            ncl_import_value(import, node, 0)->element);
}
