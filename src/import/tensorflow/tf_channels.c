/* SPDX-License-Identifier: Apache-2.0 */

#include "import/tensorflow/tf.h"

static bool moves_channels_last(const struct ncl_node *node)
{
    if (!ncl_node_is(node, "transpose"))
        return false;
    const size_t rank = ncl_node_count(node, "axes");
    bool moves = rank > 2 && rank == (size_t)ncl_node_first_result(node)->shape.rank;
    for (size_t i = 0; i < rank && moves; i++)
        moves = ncl_node_integer_at(node, "axes", i) == (int64_t)(i == 0 ? 0 : i + 1 < rank ? i + 1 : 1);
    return moves;
}

struct ncl_tensor *ncl_tf_source(const struct ncl_tensor *x)
{
    return moves_channels_last(x->producer) ? ncl_node_tensor(x->producer, "input") : NULL;
}

struct ncl_tensor *ncl_tf_first(struct ncl_import *import, struct ncl_tensor *x)
{
    struct ncl_tensor *source = ncl_tf_source(x);
    return source ? source : ncl_compose_channels_first(import, x);
}

struct ncl_tensor *ncl_tf_last(struct ncl_import *import, struct ncl_tensor *x)
{
    return ncl_compose_channels_last(import, x);
}

struct ncl_tensor *ncl_tf_unary(struct ncl_import *import, const char *op, struct ncl_tensor *x)
{
    struct ncl_tensor *source = ncl_tf_source(x);
    return source ? ncl_tf_last(import, ncl_compose_unary(import, op, source)) : ncl_compose_unary(import, op, x);
}

struct ncl_tensor *ncl_tf_with(struct ncl_import *import, const char *op, struct ncl_tensor *x, double number)
{
    struct ncl_tensor *source = ncl_tf_source(x);
    return source ? ncl_tf_last(import, ncl_compose_with(import, op, source, number))
                  : ncl_compose_with(import, op, x, number);
}

struct ncl_tensor *ncl_tf_clamp(struct ncl_import *import, struct ncl_tensor *x, double low, double high)
{
    struct ncl_tensor *source = ncl_tf_source(x);
    struct ncl_tensor *y = NCL_COMPOSE(import, "clamp", {"x", ncl_value_tensor(source ? source : x)},
                                       {"a", ncl_value_scalar(low)}, {"b", ncl_value_scalar(high)});
    return source ? ncl_tf_last(import, y) : y;
}

/* One element, whatever the rank. */
static bool is_single(const struct ncl_tensor *x)
{
    return ncl_shape_volume(&x->shape) == 1;
}

/* y as the operand of something whose channels are first; NULL: it would need a transpose of its own. */
static struct ncl_tensor *partner(struct ncl_import *import, struct ncl_tensor *y, int rank)
{
    struct ncl_tensor *source = ncl_tf_source(y);
    if (source && y->shape.rank == rank)
        return source;
    nnefcl_shape shape = {.rank = is_single(y) ? 0 : rank};
    for (int i = 0; i < shape.rank; i++)
        shape.extent[i] = 1;
    if (shape.rank == 0)
        return y->shape.rank == 0 ? y : ncl_compose_reshape(import, y, &shape);
    const int64_t last = y->shape.rank ? y->shape.extent[y->shape.rank - 1] : 1;
    if (ncl_shape_volume(&y->shape) != last)
        return NULL;
    shape.extent[1] = last;
    return ncl_compose_reshape(import, y, &shape);
}

/* Both with channels first, if either is a transpose and neither needs one of its own. */
static bool both_first(struct ncl_import *import, struct ncl_tensor **x, struct ncl_tensor **y)
{
    const int rank = (*x)->shape.rank > (*y)->shape.rank ? (*x)->shape.rank : (*y)->shape.rank;
    const bool moved =
        (ncl_tf_source(*x) && (*x)->shape.rank == rank) || (ncl_tf_source(*y) && (*y)->shape.rank == rank);
    struct ncl_tensor *a = moved ? partner(import, *x, rank) : NULL, *b = a ? partner(import, *y, rank) : NULL;
    if (!a || !b)
        return false;
    *x = a;
    *y = b;
    return true;
}

struct ncl_tensor *ncl_tf_binary(struct ncl_import *import, const char *op, struct ncl_tensor *x, struct ncl_tensor *y)
{
    const bool first = both_first(import, &x, &y);
    struct ncl_tensor *z = ncl_compose_binary(import, op, x, y);
    return first ? ncl_tf_last(import, z) : z;
}

/* max(x, 0) + slope min(x, 0), for slopes of channels, or of every element */
struct ncl_tensor *ncl_tf_prelu(struct ncl_import *import, struct ncl_tensor *x, struct ncl_tensor *slope)
{
    const struct ncl_tensor *source = ncl_tf_source(x);
    if (!source || ncl_shape_volume(&slope->shape) != source->shape.extent[1]) {
        struct ncl_tensor *zero = ncl_compose_number(import, 0),
                          *below = ncl_tf_binary(import, "mul", ncl_tf_binary(import, "min", x, zero), slope);
        return ncl_tf_binary(import, "add", ncl_tf_unary(import, "relu", x), below);
    }
    both_first(import, &x, &slope);
    return ncl_tf_last(import,
                       NCL_COMPOSE(import, "prelu", {"x", ncl_value_tensor(x)},
                                   {"alpha", ncl_value_tensor(ncl_compose_lift(import, slope, x->shape.rank))}));
}
