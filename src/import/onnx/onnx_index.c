/* SPDX-License-Identifier: Apache-2.0 */
/* Elements by their places: gathers and scatters by elements and by positions. A place is one number, the index of the
 * flat operand; it is computed on the host where indices are known, else as a scalar, exact up to 2^24. */
#include <string.h>

#include "import/compose_index.h"
#include "import/onnx/onnx_operators.h"

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

/* ---- scatters ---- */

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

void ncl_onnx_scatter_nd(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *updates = ncl_import_tensor(import, node, 2);
    const char *op = reduction_of(import, node);
    ncl_import_give_element(import, node, 0, ncl_compose_scatter_nd_by(import, x, node, 1, updates, op),
                            ncl_import_value(import, node, 0)->element);
}

static struct ncl_tensor *elements_known(struct ncl_import *import, struct ncl_tensor *x, const struct ncl_known *index,
                                         int axis, struct ncl_tensor *updates, const char *op)
{
    const nnefcl_shape whole = x->shape, flat = flat_shape(&whole), all = flat_shape(&updates->shape);
    int64_t stride[NNEFCL_MAX_RANK];
    dense_strides(&whole, stride);
    const struct ncl_known *place =
        known_places(import, places_of(import, &whole, &index->shape, axis), index, whole.extent[axis], stride[axis]);
    if (!place)
        return &import->nothing;
    x = ncl_compose_scatter_rows(import, ncl_compose_reshape(import, x, &flat),
                                 ncl_compose_reshape(import, updates, &all), place, op);
    return ncl_compose_reshape(import, x, &whole);
}

/* The axis behind the others, which become one. */
static struct ncl_tensor *lines_of(struct ncl_import *import, struct ncl_tensor *x, const int *order, int rank)
{
    const int64_t extent = x->shape.extent[order[x->shape.rank - 1]];
    const nnefcl_shape lines = {.rank = rank, .extent = {ncl_shape_volume(&x->shape) / extent, extent, 1}};
    return ncl_compose_reshape(import, ncl_compose_transpose(import, x, order), &lines);
}

/* Lines along the axis are scattered to by themselves; the indices may be of the first lines only. */
static struct ncl_tensor *elements_computed(struct ncl_import *import, struct ncl_tensor *x, struct ncl_tensor *index,
                                            int axis, struct ncl_tensor *updates, const char *op)
{
    const int rank = x->shape.rank;
    int order[NNEFCL_MAX_RANK], back[NNEFCL_MAX_RANK];
    struct ncl_tensor *first = x;
    for (int i = 0; i < rank; i++) {
        order[i] = i == rank - 1 ? axis : i + (i >= axis);
        back[order[i]] = i;
        if (i != axis && index->shape.extent[i] < x->shape.extent[i])
            first = ncl_compose_slice(import, first, i, 0, index->shape.extent[i], 1);
    }
    nnefcl_shape moved = {.rank = rank};
    for (int i = 0; i < rank; i++)
        moved.extent[i] = first->shape.extent[order[i]];
    struct ncl_tensor *place = ncl_index_number(import, lines_of(import, index, order, 2), x->shape.extent[axis]),
                      *y = ncl_compose_scatter_computed(import, lines_of(import, first, order, 3),
                                                        lines_of(import, updates, order, 3), place, op);
    y = ncl_compose_transpose(import, ncl_compose_reshape(import, y, &moved), back);
    return first == x ? y : ncl_compose_put_first(import, x, y);
}

void ncl_onnx_scatter_elements(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *updates = ncl_import_tensor(import, node, 2);
    const struct ncl_known *known = ncl_import_known(import, node, 1);
    struct ncl_tensor *index = known ? NULL : ncl_import_tensor(import, node, 1);
    const char *op = reduction_of(import, node);
    const int axis = ncl_import_axis(import, ncl_import_integer(import, node, "axis", 0), x->shape.rank);
    if (import->status || !elements_check(import, &x->shape, known ? &known->shape : &index->shape, axis))
        return;
    if (!ncl_shape_equal(&updates->shape, known ? &known->shape : &index->shape))
        ncl_import_wrong(import, "the updates do not fit the indices");
    if (import->status)
        return;
    x = known ? elements_known(import, x, known, axis, updates, op)
              : elements_computed(import, x, index, axis, updates, op);
    ncl_import_give_element(import, node, 0, x, ncl_import_value(import, node, 0)->element);
}
