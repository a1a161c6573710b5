/* SPDX-License-Identifier: Apache-2.0 */
#include "import/compose_index.h"

#define MAX_LAYERS 64 /* times that one element is written */

/* ---- indices ---- */

bool ncl_index_next(const nnefcl_shape *shape, int64_t *at)
{
    for (int i = shape->rank; i > 0; i--) {
        if (++at[i - 1] < shape->extent[i - 1])
            return true;
        at[i - 1] = 0;
    }
    return false;
}

bool ncl_index_resolve(struct ncl_import *import, int64_t *index, int64_t extent)
{
    if (*index < -extent || *index >= extent) {
        ncl_import_wrong(import, "the index %lld is outside of extent %lld", (long long)*index, (long long)extent);
        return false;
    }
    *index += *index < 0 ? extent : 0;
    return true;
}

struct ncl_tensor *ncl_index_number(struct ncl_import *import, struct ncl_tensor *index, int64_t extent)
{
    struct ncl_tensor *number = ncl_compose_cast(import, index, NNEFCL_SCALAR),
                      *below = ncl_compose_with(import, "lt", number, 0),
                      *moved = ncl_compose_with(import, "add", number, (double)extent);
    return ncl_compose_select(import, below, moved, number);
}

/* ---- positions ---- */

bool ncl_nd_read(struct ncl_import *import, const nnefcl_shape *x, const nnefcl_shape *index, int64_t batch,
                 struct ncl_nd *nd)
{
    *nd = (struct ncl_nd){0};
    if (index->rank < 1 || batch < 0 || batch >= index->rank || batch > x->rank ||
        index->extent[index->rank - 1] > x->rank - batch || index->extent[index->rank - 1] < 1) {
        ncl_import_wrong(import, "the indices do not fit the operand");
        return false;
    }
    nd->batch = (int)batch;
    nd->length = (int)index->extent[index->rank - 1];
    const int named = nd->batch + nd->length;
    int64_t product = 1;
    for (int i = named; i > 0; i--) {
        nd->named[i - 1] = product;
        product *= x->extent[i - 1];
    }
    nd->rows.extent[nd->rows.rank++] = product;
    for (int i = named; i < x->rank; i++)
        nd->rows.extent[nd->rows.rank++] = x->extent[i];
    nd->positions = *index;
    nd->positions.rank--;
    return true;
}

const struct ncl_known *ncl_nd_known(struct ncl_import *import, const nnefcl_shape *x, const struct ncl_known *index,
                                     const struct ncl_nd *nd)
{
    int64_t at[NNEFCL_MAX_RANK] = {0};
    struct ncl_known *row = index ? ncl_known_new(&import->scratch, NCL_STORED_INT64, &nd->positions) : NULL;
    for (size_t i = 0; row && i < row->count; i++) {
        for (int j = 0; j < nd->batch; j++)
            row->integer[i] += at[j] * nd->named[j];
        for (int j = 0; j < nd->length; j++) {
            int64_t item = index->integer[i * (size_t)nd->length + (size_t)j];
            if (!ncl_index_resolve(import, &item, x->extent[nd->batch + j]))
                return NULL;
            row->integer[i] += item * nd->named[nd->batch + j];
        }
        ncl_index_next(&nd->positions, at);
    }
    return row;
}

struct ncl_tensor *ncl_nd_computed(struct ncl_import *import, const nnefcl_shape *x, struct ncl_tensor *index,
                                   const struct ncl_nd *nd)
{
    int64_t at[NNEFCL_MAX_RANK] = {0};
    struct ncl_known *first = ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &nd->positions);
    if (!first || nd->rows.extent[0] > NCL_INDEX_MAX) {
        ncl_import_refuse(import, "too many places depend on data");
        return &import->nothing;
    }
    for (size_t i = 0; i < first->count; i++) {
        for (int j = 0; j < nd->batch; j++)
            first->real[i] += (double)(at[j] * nd->named[j]);
        ncl_index_next(&nd->positions, at);
    }
    struct ncl_tensor *row = ncl_import_constant(import, first);
    for (int j = 0; j < nd->length && !import->status; j++) {
        const int last = index->shape.rank - 1;
        struct ncl_tensor *item =
            ncl_compose_squeeze(import, ncl_compose_slice(import, index, last, j, j + 1, 1), last);
        item = ncl_index_number(import, item, x->extent[nd->batch + j]);
        item = ncl_compose_with(import, "mul", item, (double)nd->named[nd->batch + j]);
        row = ncl_compose_binary(import, "add", row, item);
    }
    return row;
}

struct ncl_tensor *ncl_compose_gather_nd(struct ncl_import *import, struct ncl_tensor *x,
                                         const struct ncl_import_node *node, int64_t batch)
{
    const struct ncl_import_value *index = ncl_import_value(import, node, 1);
    struct ncl_nd nd;
    if (import->status || !ncl_nd_read(import, &x->shape, &index->shape, batch, &nd))
        return &import->nothing;
    const struct ncl_known *known = ncl_nd_known(import, &x->shape, ncl_import_known(import, node, 1), &nd);
    struct ncl_tensor *row =
        import->status ? &import->nothing
        : known        ? ncl_import_constant(import, known)
                : ncl_compose_cast(import, ncl_nd_computed(import, &x->shape, ncl_import_tensor(import, node, 1), &nd),
                                   NNEFCL_INTEGER);
    return NCL_COMPOSE(import, "gather", {"input", ncl_value_tensor(ncl_compose_reshape(import, x, &nd.rows))},
                       {"indices", ncl_value_tensor(row)}, {"axis", ncl_value_integer(0)});
}

/* ---- scatters: the inverse gather, in as many layers as one row is written ---- */

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

struct ncl_tensor *ncl_compose_scatter_rows(struct ncl_import *import, struct ncl_tensor *x, struct ncl_tensor *updates,
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

/* ---- scatters to a block ---- */

/* Do the positions name a block of x, each element of it once and in order: are they begin + where they stand? Both
 * have as many axes. */
static bool is_block(struct ncl_import *import, const nnefcl_shape *x, const struct ncl_known *index, int64_t *begin)
{
    const size_t length = (size_t)index->shape.extent[index->shape.rank - 1];
    nnefcl_shape positions = index->shape;
    int64_t at[NNEFCL_MAX_RANK] = {0};
    if ((size_t)--positions.rank != length || index->count == 0)
        return false;
    for (size_t i = 0; i < index->count; i += length, ncl_index_next(&positions, at))
        for (size_t j = 0; j < length; j++) {
            int64_t item = index->integer[i + j];
            if (!ncl_index_resolve(import, &item, x->extent[j]))
                return false;
            begin[j] = i == 0 ? item : begin[j];
            if (item != begin[j] + at[j])
                return false;
        }
    return true;
}

/* x with what `op` makes of its block and the updates, "": with these in its place; axes from `axis` on are not yet
 * cut. */
static struct ncl_tensor *block_replace(struct ncl_import *import, struct ncl_tensor *x, const int64_t *begin,
                                        struct ncl_tensor *updates, int axis, int length, const char *op)
{
    if (import->status || axis == length)
        return import->status || !*op ? updates : ncl_compose_binary(import, op, x, updates);
    const int64_t extent = x->shape.extent[axis], from = begin[axis], to = from + updates->shape.extent[axis];
    struct ncl_tensor *part[3];
    size_t count = 0;
    if (from > 0)
        part[count++] = ncl_compose_slice(import, x, axis, 0, from, 1);
    part[count++] = block_replace(import, from > 0 || to < extent ? ncl_compose_slice(import, x, axis, from, to, 1) : x,
                                  begin, updates, axis + 1, length, op);
    if (to < extent)
        part[count++] = ncl_compose_slice(import, x, axis, to, extent, 1);
    return import->status || count == 1 ? part[count - 1] : ncl_compose_concat(import, part, count, axis);
}

struct ncl_tensor *ncl_compose_put_first(struct ncl_import *import, struct ncl_tensor *x, struct ncl_tensor *updates)
{
    const int64_t begin[NNEFCL_MAX_RANK] = {0};
    return block_replace(import, x, begin, updates, 0, x->shape.rank, "");
}

struct ncl_tensor *ncl_compose_scatter_nd(struct ncl_import *import, struct ncl_tensor *x,
                                          const struct ncl_known *index, struct ncl_tensor *updates, const char *op)
{
    const nnefcl_shape whole = x->shape;
    struct ncl_nd nd;
    if (import->status || !ncl_nd_read(import, &whole, &index->shape, 0, &nd))
        return &import->nothing;
    int64_t begin[NNEFCL_MAX_RANK];
    nnefcl_shape block = nd.positions, rows = nd.rows;
    for (int i = block.rank; i < whole.rank; i++)
        block.extent[i] = whole.extent[i];
    block.rank = whole.rank;
    if (is_block(import, &whole, index, begin) && ncl_shape_volume(&block) == ncl_shape_volume(&updates->shape))
        return block_replace(import, x, begin, ncl_compose_reshape(import, updates, &block), 0, nd.length, op);
    const struct ncl_known *place = import->status ? NULL : ncl_nd_known(import, &whole, index, &nd);
    rows.extent[0] = place ? (int64_t)place->count : 0;
    if (place && ncl_shape_volume(&rows) != ncl_shape_volume(&updates->shape))
        ncl_import_wrong(import, "the updates do not fit the indices");
    if (import->status || !place)
        return &import->nothing;
    x = ncl_compose_scatter_rows(import, ncl_compose_reshape(import, x, &nd.rows),
                                 ncl_compose_reshape(import, updates, &rows), place, op);
    return ncl_compose_reshape(import, x, &whole);
}
