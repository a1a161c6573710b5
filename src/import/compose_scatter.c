/* SPDX-License-Identifier: Apache-2.0 */
/* Scatters to places that depend on data: every update is compared with every row. Where updates take the place of what
 * is there, the last one of a row is found and gathered; where they join it, those of other rows are neutral. */
#include <math.h>
#include <string.h>

#include "import/compose_index.h"
#include "import/compose_order.h"

#define MAX_PAIRS ((int64_t)1 << 24) /* of rows and updates; numbers of updates are exact up to here */

/* Of [batch, rows, writes]: does the update reach the row? */
static struct ncl_tensor *reached_of(struct ncl_import *import, struct ncl_tensor *place, int64_t rows)
{
    const nnefcl_shape line = {.rank = 3, .extent = {place->shape.extent[0], 1, place->shape.extent[1]}};
    return ncl_compose_binary(import, "eq", ncl_compose_reshape(import, place, &line),
                              ncl_compose_grid(import, 3, 1, rows));
}

/* [batch, rows, 1]: the number of the last update that reaches a row, of all batches, from 1 on; 0: none does. */
static struct ncl_tensor *last_of(struct ncl_import *import, struct ncl_tensor *reached)
{
    const nnefcl_shape line = {.rank = 3, .extent = {reached->shape.extent[0], 1, reached->shape.extent[2]}};
    struct ncl_known *number = ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &line);
    if (!number) {
        ncl_import_refuse(import, "too many updates are scattered");
        return &import->nothing;
    }
    for (size_t i = 0; i < number->count; i++)
        number->real[i] = (double)i + 1;
    return ncl_compose_reduce(
        import, "max_reduce",
        ncl_compose_select(import, reached, ncl_import_constant(import, number), ncl_compose_number(import, 0)),
        (const int[]){2}, 1, true);
}

static struct ncl_tensor *replaced(struct ncl_import *import, struct ncl_tensor *x, struct ncl_tensor *updates,
                                   struct ncl_tensor *reached)
{
    const nnefcl_shape all = {
        .rank = 2, .extent = {updates->shape.extent[0] * updates->shape.extent[1], updates->shape.extent[2]}};
    const nnefcl_shape flat = {.rank = 1, .extent = {x->shape.extent[0] * x->shape.extent[1]}};
    struct ncl_tensor *last = last_of(import, reached),
                      *from = ncl_compose_with(import, "max", ncl_compose_with(import, "sub", last, 1), 0),
                      *index = ncl_compose_reshape(import, ncl_compose_cast(import, from, NNEFCL_INTEGER), &flat);
    struct ncl_tensor *new =
        NCL_COMPOSE(import, "gather", {"input", ncl_value_tensor(ncl_compose_reshape(import, updates, &all))},
                    {"indices", ncl_value_tensor(index)}, {"axis", ncl_value_integer(0)});
    return ncl_compose_select(import, ncl_compose_with(import, "gt", last, 0),
                              ncl_compose_reshape(import, new, &x->shape), x);
}

static struct ncl_tensor *joined(struct ncl_import *import, struct ncl_tensor *x, struct ncl_tensor *updates,
                                 struct ncl_tensor *reached, const char *op)
{
    static const struct {
        const char *op, *reduce;
        double neutral;
    } ways[] = {{"add", "sum_reduce", 0},
                {"sub", "sum_reduce", 0},
                {"max", "max_reduce", -INFINITY},
                {"min", "min_reduce", INFINITY}};
    const nnefcl_shape *each = &updates->shape, *pairs = &reached->shape,
                       lines = {.rank = 4, .extent = {each->extent[0], 1, each->extent[1], each->extent[2]}},
                       wide = {.rank = 4, .extent = {pairs->extent[0], pairs->extent[1], pairs->extent[2], 1}};
    size_t way = 0;
    while (way < sizeof ways / sizeof *ways && strcmp(ways[way].op, op) != 0)
        way++;
    if (way == sizeof ways / sizeof *ways || ncl_shape_volume(pairs) > MAX_PAIRS / each->extent[2]) {
        ncl_import_refuse(import, "places of so many updates, or of products, depend on data");
        return x;
    }
    struct ncl_tensor *number = ncl_compose_cast(import, updates, NNEFCL_SCALAR),
                      *chosen = ncl_compose_select(import, ncl_compose_reshape(import, reached, &wide),
                                                   ncl_compose_reshape(import, number, &lines),
                                                   ncl_compose_number(import, ways[way].neutral)),
                      *sum = ncl_compose_squeeze(
                          import, ncl_compose_reduce(import, ways[way].reduce, chosen, (const int[]){2}, 1, true), 2),
                      *y = ncl_compose_binary(import, op, ncl_compose_cast(import, x, NNEFCL_SCALAR), sum);
    return ncl_compose_cast(import, y, x->dtype);
}

struct ncl_tensor *ncl_compose_scatter_computed(struct ncl_import *import, struct ncl_tensor *x,
                                                struct ncl_tensor *updates, struct ncl_tensor *place, const char *op)
{
    if (import->status)
        return &import->nothing;
    if (ncl_shape_volume(&place->shape) > MAX_PAIRS / x->shape.extent[1]) {
        ncl_import_refuse(import, "places of %lld updates among %lld rows depend on data",
                          (long long)place->shape.extent[1], (long long)x->shape.extent[1]);
        return &import->nothing;
    }
    struct ncl_tensor *reached = reached_of(import, place, x->shape.extent[1]);
    if (import->status)
        return &import->nothing;
    return *op ? joined(import, x, updates, reached, op) : replaced(import, x, updates, reached);
}

/* ---- at positions ---- */

static struct ncl_tensor *nd_scatter(struct ncl_import *import, struct ncl_tensor *x, struct ncl_tensor *index,
                                     struct ncl_tensor *updates, const char *op)
{
    const nnefcl_shape whole = x->shape;
    struct ncl_nd nd;
    if (import->status || !ncl_nd_read(import, &whole, &index->shape, 0, &nd))
        return &import->nothing;
    const int64_t writes = ncl_shape_volume(&nd.positions), rest = ncl_shape_volume(&nd.rows) / nd.rows.extent[0];
    const nnefcl_shape rows = {.rank = 3, .extent = {1, nd.rows.extent[0], rest}},
                       each = {.rank = 3, .extent = {1, writes, rest}}, line = {.rank = 2, .extent = {1, writes}};
    if (ncl_shape_volume(&each) != ncl_shape_volume(&updates->shape))
        ncl_import_wrong(import, "the updates do not fit the indices");
    struct ncl_tensor *place = ncl_nd_computed(import, &whole, index, &nd);
    if (import->status)
        return &import->nothing;
    x = ncl_compose_scatter_computed(import, ncl_compose_reshape(import, x, &rows),
                                     ncl_compose_reshape(import, updates, &each),
                                     ncl_compose_reshape(import, place, &line), op);
    return ncl_compose_reshape(import, x, &whole);
}

struct ncl_tensor *ncl_compose_scatter_nd_by(struct ncl_import *import, struct ncl_tensor *x,
                                             const struct ncl_import_node *node, size_t index,
                                             struct ncl_tensor *updates, const char *op)
{
    const struct ncl_known *known = ncl_import_known(import, node, index);
    return known ? ncl_compose_scatter_nd(import, x, known, updates, op)
                 : nd_scatter(import, x, ncl_import_tensor(import, node, index), updates, op);
}
