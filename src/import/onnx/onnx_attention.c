/* SPDX-License-Identifier: Apache-2.0 */
/* Attention of several heads: softmax(Q K^T scale + mask) V, and the turning of its operands by their positions. */
#include <math.h>
#include <string.h>

#include "import/compose_order.h"
#include "import/onnx/onnx_operators.h"

#define HIDDEN (-3.4e38) /* what a mask adds where it hides: no infinity, whose differences are no numbers */

/* Operands [batch, heads, length, size]. */
struct attention {
    struct ncl_tensor *q, *k, *v, *mask; /* mask NULL: none; else it is added */
    double scale, cap;                   /* cap 0: none; else cap tanh(x / cap) */
    int64_t past;                        /* keys in front of those that belong to the queries */
    int64_t window;                      /* keys that a query looks back at, with its own; 0: all */
    bool causal;
};

/* ---- heads ---- */

/* [B, S, H D] as [B, H, S, D] */
static struct ncl_tensor *heads_split(struct ncl_import *import, struct ncl_tensor *x, int64_t heads)
{
    static const int axis[] = {0, 2, 1, 3};
    if (x->shape.rank != 3 || heads < 1 || x->shape.extent[2] % heads) {
        if (x->shape.rank != 4)
            ncl_import_wrong(import, "an operand of rank %d does not have %lld heads", x->shape.rank, (long long)heads);
        return x;
    }
    const int64_t *e = x->shape.extent;
    x = ncl_compose_reshape(import, x, &(nnefcl_shape){4, {e[0], e[1], heads, e[2] / heads}});
    return ncl_compose_transpose(import, x, axis);
}

static struct ncl_tensor *heads_join(struct ncl_import *import, struct ncl_tensor *x)
{
    static const int axis[] = {0, 2, 1, 3};
    const int64_t *e = x->shape.extent;
    const nnefcl_shape rows = {3, {e[0], e[2], e[1] * e[3]}};
    return ncl_compose_reshape(import, ncl_compose_transpose(import, x, axis), &rows);
}

/* Each head `times` times, one behind the other. */
static struct ncl_tensor *heads_repeat(struct ncl_import *import, struct ncl_tensor *x, int64_t times)
{
    const int64_t *e = x->shape.extent;
    if (times == 1)
        return x;
    const nnefcl_shape wide = {5, {e[0], e[1], times, e[2], e[3]}}, rows = {4, {e[0], e[1] * times, e[2], e[3]}};
    x = ncl_compose_expand(import, ncl_compose_unsqueeze(import, x, 2), &wide);
    return ncl_compose_reshape(import, x, &rows);
}

/* ---- masks ---- */

/* 0 where a query may look at a key, which is not behind it, and not too far in front. */
static struct ncl_tensor *causal_mask(struct ncl_import *import, int64_t queries, int64_t keys,
                                      const struct attention *a)
{
    struct ncl_known *known = ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &(nnefcl_shape){2, {queries, keys}});
    if (!known) {
        ncl_import_refuse(import, "the mask of %lld times %lld is too large", (long long)queries, (long long)keys);
        return &import->nothing;
    }
    for (int64_t i = 0; i < queries; i++)
        for (int64_t j = 0; j < keys; j++)
            known->real[i * keys + j] = j > i + a->past || (a->window && j <= i + a->past - a->window) ? HIDDEN : 0;
    return ncl_import_constant(import, known);
}

/* A mask of logicals, or of integers, says where to look; one of numbers is added. */
static struct ncl_tensor *mask_added(struct ncl_import *import, struct ncl_tensor *mask, double hidden)
{
    if (mask->dtype == NNEFCL_SCALAR)
        return mask;
    if (mask->dtype == NNEFCL_INTEGER)
        mask = ncl_compose_with(import, "ne", ncl_compose_cast(import, mask, NNEFCL_SCALAR), 0);
    return ncl_compose_select(import, mask, ncl_compose_number(import, 0), ncl_compose_number(import, hidden));
}

static struct ncl_tensor *mask_join(struct ncl_import *import, struct ncl_tensor *a, struct ncl_tensor *b)
{
    return a && b ? ncl_compose_binary(import, "add", a, b) : a ? a : b;
}

/* ---- the products ---- */

static struct ncl_tensor *scores(struct ncl_import *import, struct attention *a)
{
    struct ncl_tensor *x = NCL_COMPOSE(import, "matmul", {"A", ncl_value_tensor(a->q)}, {"B", ncl_value_tensor(a->k)},
                                       {"transposeB", ncl_value_logical(true)});
    const int64_t queries = a->q->shape.extent[2], keys = a->k->shape.extent[2];
    x = ncl_compose_with(import, "mul", x, a->scale);
    if (a->cap != 0) {
        x = ncl_compose_unary(import, "tanh", ncl_compose_with(import, "div", x, a->cap));
        x = ncl_compose_with(import, "mul", x, a->cap);
    }
    if (a->causal && (keys > a->past + 1 || a->window)) /* else there is no key that a query must not see */
        a->mask = mask_join(import, a->mask, causal_mask(import, queries, keys, a));
    return a->mask ? ncl_compose_binary(import, "add", x, a->mask) : x;
}

static struct ncl_tensor *attend(struct ncl_import *import, struct attention *a)
{
    static const int64_t axes[] = {3};
    const nnefcl_shape *q = &a->q->shape, *k = &a->k->shape;
    if (!import->status && (q->rank != 4 || k->rank != 4 || k->extent[1] < 1 || q->extent[1] % k->extent[1] ||
                            a->v->shape.rank != 4 || a->v->shape.extent[1] != k->extent[1]))
        ncl_import_wrong(import, "heads of queries, keys and values that do not fit");
    if (import->status)
        return &import->nothing;
    const int64_t times = q->extent[1] / k->extent[1];
    a->k = heads_repeat(import, a->k, times);
    a->v = heads_repeat(import, a->v, times);
    struct ncl_tensor *weights = NCL_COMPOSE(import, "softmax", {"x", ncl_value_tensor(scores(import, a))},
                                             {"axes", ncl_compose_integers(import, axes, 1)});
    return ncl_compose_matmul(import, weights, a->v);
}

/* The result, its heads in the last axis where it is `flat`, and keys and values for the next run. */
static void attention_give(struct ncl_import *import, const struct ncl_import_node *node, struct attention *a,
                           bool flat)
{
    struct ncl_tensor *present[] = {a->k, a->v}, *y = attend(import, a);
    if (import->status)
        return;
    ncl_import_give(import, node, 0, flat ? heads_join(import, y) : y);
    for (size_t i = 0; i < 2; i++)
        if (ncl_import_wants(import, node, i + 1))
            ncl_import_give(import, node, i + 1, present[i]);
}

static double scale_of(struct ncl_import *import, const struct ncl_import_node *node, const struct ncl_tensor *q)
{
    const double given = ncl_import_scalar(import, node, "scale", 0);
    return given != 0 || q->shape.rank < 4 ? given : 1 / sqrt((double)q->shape.extent[3]);
}

/* What was kept of former runs, in front; without elements it is nothing. */
static struct ncl_tensor *behind_past(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                                      struct ncl_tensor *x)
{
    size_t count = 1;
    if (!ncl_import_has(import, node, index) ||
        (ncl_known_count(&ncl_import_value(import, node, index)->shape, &count) && count == 0))
        return x;
    struct ncl_tensor *item[] = {ncl_import_tensor(import, node, index), x};
    return ncl_compose_concat(import, item, 2, 2);
}

/* ---- operators ---- */

/* Q, K, V, mask, past keys, past values; of rank 3 they have their heads in the last axis, and so does the result. */
void ncl_onnx_attention(struct ncl_import *import, const struct ncl_import_node *node)
{
    const bool flat = ncl_import_value(import, node, 0)->shape.rank == 3;
    struct attention a = {.causal = ncl_import_integer(import, node, "is_causal", 0) != 0,
                          .cap = ncl_import_scalar(import, node, "softcap", 0)};
    const int64_t heads = ncl_import_integer(import, node, "q_num_heads", 0),
                  key_heads = ncl_import_integer(import, node, "kv_num_heads", 0);
    if (ncl_import_wants(import, node, 3) || ncl_import_has(import, node, 6))
        ncl_import_refuse(import, "the scores as a result, and lengths of keys, are not supported");
    a.q = heads_split(import, ncl_import_tensor(import, node, 0), heads);
    a.k = heads_split(import, ncl_import_tensor(import, node, 1), key_heads);
    a.v = heads_split(import, ncl_import_tensor(import, node, 2), key_heads);
    const int64_t own = a.k->shape.extent[2];
    a.k = behind_past(import, node, 4, a.k);
    a.v = behind_past(import, node, 5, a.v);
    a.past = a.k->shape.extent[2] - own;
    a.scale = scale_of(import, node, a.q);
    if (ncl_import_has(import, node, 3))
        a.mask = mask_added(import, ncl_import_tensor(import, node, 3), HIDDEN);
    attention_give(import, node, &a, flat);
}

/* [B, 1, 1, keys] of a mask [B, keys], or of the numbers of keys [B]. */
static struct ncl_tensor *key_mask(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                                   int64_t keys)
{
    const double hidden = ncl_import_scalar(import, node, "mask_filter_value", -10000);
    struct ncl_tensor *mask = ncl_import_number(import, node, index);
    const int64_t batch = mask->shape.extent[0];
    if (mask->shape.rank == 1)
        mask = ncl_compose_binary(import, "lt", ncl_compose_grid(import, 2, 1, keys),
                                  ncl_compose_reshape(import, mask, &(nnefcl_shape){2, {batch, 1}}));
    else
        mask = ncl_compose_with(import, "ne", mask, 0);
    if (mask->shape.rank == 2)
        mask = ncl_compose_reshape(import, mask, &(nnefcl_shape){4, {batch, 1, 1, mask->shape.extent[1]}});
    else if (mask->shape.rank == 3)
        mask = ncl_compose_unsqueeze(import, mask, 1);
    return mask_added(import, mask, hidden);
}

/* com.microsoft: x, weights and bias of queries, keys and values side by side, a mask of keys. */
void ncl_onnx_packed_attention(struct ncl_import *import, const struct ncl_import_node *node)
{
    const int64_t heads = ncl_import_integer(import, node, "num_heads", 0);
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *item[3];
    x = ncl_compose_matmul(import, x, ncl_import_tensor(import, node, 1));
    if (ncl_import_has(import, node, 2))
        x = ncl_compose_binary(import, "add", x, ncl_import_tensor(import, node, 2));
    size_t count;
    const int64_t *sizes = ncl_import_integers(import, node, "qkv_hidden_sizes", &count);
    if (ncl_import_has(import, node, 4) || ncl_import_wants(import, node, 1))
        ncl_import_refuse(import, "keys and values of former runs are not supported");
    if (!import->status && (x->shape.rank != 3 || (sizes && count != 3) || (!sizes && x->shape.extent[2] % 3)))
        ncl_import_wrong(import, "weights that are not those of queries, keys and values");
    if (import->status)
        return;
    const int64_t third = x->shape.extent[2] / 3, even[] = {third, third, third};
    ncl_compose_split(import, x, 2, sizes ? sizes : even, 3, item);
    struct attention a = {.q = heads_split(import, item[0], heads),
                          .k = heads_split(import, item[1], heads),
                          .v = heads_split(import, item[2], heads),
                          .causal = ncl_import_integer(import, node, "unidirectional", 0) != 0};
    a.scale = scale_of(import, node, a.q);
    if (ncl_import_has(import, node, 3))
        a.mask = key_mask(import, node, 3, a.k->shape.extent[2]);
    if (ncl_import_has(import, node, 5))
        a.mask = mask_join(import, a.mask, ncl_import_tensor(import, node, 5));
    struct ncl_tensor *y = attend(import, &a);
    if (!import->status)
        ncl_import_give(import, node, 0, heads_join(import, y));
}

/* com.microsoft: queries, keys, values, bias of all three, mask of keys, what is added to the scores, past keys and
 * values. */
void ncl_onnx_multi_head_attention(struct ncl_import *import, const struct ncl_import_node *node)
{
    const int64_t heads = ncl_import_integer(import, node, "num_heads", 0);
    struct ncl_tensor *item[3], *bias[3] = {NULL};
    if (!ncl_import_has(import, node, 1) || !ncl_import_has(import, node, 2)) {
        ncl_import_refuse(import, "queries, keys and values in one operand are not supported");
        return;
    }
    for (size_t i = 0; i < 3; i++)
        item[i] = ncl_import_tensor(import, node, i);
    if (ncl_import_has(import, node, 3) && !import->status) {
        int64_t part[3];
        for (size_t i = 0; i < 3; i++)
            part[i] = item[i]->shape.rank == 3 ? item[i]->shape.extent[2]
                                               : item[i]->shape.extent[1] * item[i]->shape.extent[3];
        ncl_compose_split(import, ncl_import_tensor(import, node, 3), 0, part, 3, bias);
    }
    for (size_t i = 0; i < 3; i++)
        item[i] = heads_split(
            import, bias[i] && item[i]->shape.rank == 3 ? ncl_compose_binary(import, "add", item[i], bias[i]) : item[i],
            heads);
    struct attention a = {.q = item[0],
                          .k = behind_past(import, node, 6, item[1]),
                          .v = behind_past(import, node, 7, item[2]),
                          .causal = ncl_import_integer(import, node, "unidirectional", 0) != 0};
    a.past = a.k->shape.extent[2] - item[1]->shape.extent[2];
    a.scale = scale_of(import, node, a.q);
    if (ncl_import_has(import, node, 4))
        a.mask = key_mask(import, node, 4, a.k->shape.extent[2]);
    if (ncl_import_has(import, node, 5))
        a.mask = mask_join(import, a.mask, ncl_import_tensor(import, node, 5));
    attention_give(import, node, &a, true);
}

/* ---- positions ---- */

/* Pairs of elements are turned: (a, b) becomes (a cos - b sin, a sin + b cos). They are neighbours, or the halves of
 * the first `size` elements; the rest stays. */
static struct ncl_tensor *turned(struct ncl_import *import, struct ncl_tensor *x, struct ncl_tensor *cosine,
                                 struct ncl_tensor *sine, bool neighbours, int64_t size)
{
    const int last = x->shape.rank - 1;
    const int64_t whole = x->shape.extent[last], half = size / 2;
    struct ncl_tensor *a = ncl_compose_slice(import, x, last, 0, neighbours ? size : half, neighbours ? 2 : 1),
                      *b = ncl_compose_slice(import, x, last, neighbours ? 1 : half, size, neighbours ? 2 : 1),
                      *part[3];
    part[0] = ncl_compose_binary(import, "sub", ncl_compose_binary(import, "mul", a, cosine),
                                 ncl_compose_binary(import, "mul", b, sine));
    part[1] = ncl_compose_binary(import, "add", ncl_compose_binary(import, "mul", a, sine),
                                 ncl_compose_binary(import, "mul", b, cosine));
    if (neighbours) {
        nnefcl_shape pairs = part[0]->shape;
        pairs.extent[last] = size;
        for (size_t i = 0; i < 2; i++)
            part[i] = ncl_compose_unsqueeze(import, part[i], last + 1);
        part[0] = ncl_compose_reshape(import, ncl_compose_concat(import, part, 2, last + 1), &pairs);
    }
    size_t count = neighbours ? 1 : 2;
    if (size < whole)
        part[count++] = ncl_compose_slice(import, x, last, size, whole, 1);
    return count == 1 ? part[0] : ncl_compose_concat(import, part, count, last);
}

/* Rows of a table for each position, [B, 1, S, size / 2]; one position is that of the first row. */
static struct ncl_tensor *angles(struct ncl_import *import, const struct ncl_import_node *node, size_t table,
                                 size_t positions, int64_t length)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, table);
    if (ncl_import_has(import, node, positions)) {
        struct ncl_tensor *index = ncl_import_number(import, node, positions);
        if (ncl_shape_volume(&index->shape) == 1 && index->shape.rank < 2)
            index = ncl_compose_binary(import, "add", ncl_compose_grid(import, 2, 1, length),
                                       ncl_compose_reshape(import, index, &(nnefcl_shape){0}));
        x = NCL_COMPOSE(import, "gather", {"input", ncl_value_tensor(x)},
                        {"indices", ncl_value_tensor(ncl_compose_cast(import, index, NNEFCL_INTEGER))},
                        {"axis", ncl_value_integer(0)});
    }
    return x->shape.rank == 3 ? ncl_compose_unsqueeze(import, x, 1) : x;
}

static void rotary(struct ncl_import *import, const struct ncl_import_node *node, size_t cosine, size_t sine,
                   size_t positions, const char *size_name)
{
    const bool flat = ncl_import_value(import, node, 0)->shape.rank == 3;
    int64_t heads = ncl_import_integer(import, node, "num_heads", 0);
    const nnefcl_shape *table = &ncl_import_value(import, node, cosine)->shape;
    const int64_t given = ncl_import_integer(import, node, size_name, 0),
                  size = given         ? given
                         : table->rank ? 2 * table->extent[table->rank - 1]
                                       : 0;
    if (flat && heads == 0 && size > 0)
        heads = ncl_import_value(import, node, 0)->shape.extent[2] / size;
    struct ncl_tensor *x = heads_split(import, ncl_import_tensor(import, node, 0), heads);
    if (!import->status && (x->shape.rank != 4 || size < 2 || size % 2 || size > x->shape.extent[3]))
        ncl_import_wrong(import, "%lld elements are turned", (long long)size);
    if (import->status)
        return;
    const int64_t length = x->shape.extent[2];
    x = turned(import, x, angles(import, node, cosine, positions, length),
               angles(import, node, sine, positions, length), ncl_import_integer(import, node, "interleaved", 0) != 0,
               size);
    if (!import->status)
        ncl_import_give(import, node, 0, flat ? heads_join(import, x) : x);
}

void ncl_onnx_rotary_embedding(struct ncl_import *import, const struct ncl_import_node *node)
{
    rotary(import, node, 1, 2, 3, "rotary_embedding_dim");
}

/* com.microsoft: the positions come first. */
void ncl_onnx_rotary_embedding_old(struct ncl_import *import, const struct ncl_import_node *node)
{
    rotary(import, node, 2, 3, 1, "rotary_embedding_dim");
}

/* ---- com.microsoft.GroupQueryAttention, of language decoders ----
 * queries, keys, values; past keys and values; the index of the last key of each row, the number of all keys; tables of
 * cosines and sines, positions; what is added to the scores. */

/* Keys are those of former runs and those of the queries: buffers that are longer than what is in them are refused.
 * Rows of different lengths differ behind their ends only, where no query of theirs looks. */
static void lengths_check(struct ncl_import *import, const struct ncl_import_node *node, const struct attention *a)
{
    const int64_t all = a->k->shape.extent[2];
    const struct ncl_known *last = ncl_import_known(import, node, 5);
    bool even = a->past == 0 || a->q->shape.extent[0] == 1;
    if (last) {
        even = true;
        for (size_t i = 0; i < last->count; i++)
            even &= a->past == 0 || ncl_known_int64(last, i) == all - 1;
    }
    const double given = ncl_import_need_number(import, node, 6, "the number of keys", (double)all);
    if (!import->status && (!even || given != (double)all))
        ncl_import_refuse(import, "keys of former runs that do not fill their buffer, or rows of different lengths");
}

/* By the tables, from the row of the first new key on, or from the positions that are given. */
static struct ncl_tensor *turned_from(struct ncl_import *import, const struct ncl_import_node *node,
                                      struct ncl_tensor *x, int64_t first)
{
    struct ncl_tensor *table[2];
    const int64_t length = x->shape.extent[2];
    for (size_t i = 0; i < 2; i++) {
        table[i] = angles(import, node, 7 + i, 9, length);
        if (table[i]->shape.rank == 2 && !import->status) {
            if (first + length > table[i]->shape.extent[0])
                ncl_import_wrong(import, "its tables end in front of position %lld", (long long)(first + length));
            else
                table[i] = ncl_compose_slice(import, table[i], 0, first, first + length, 1);
            table[i] = ncl_compose_lift(import, table[i], 4);
        }
    }
    if (!import->status && (table[0]->shape.rank != 4 || x->shape.rank != 4))
        ncl_import_wrong(import, "tables of rank %d", table[0]->shape.rank);
    if (import->status)
        return x;
    const int64_t size = 2 * table[0]->shape.extent[3];
    if (size > x->shape.extent[3])
        ncl_import_wrong(import, "%lld elements are turned", (long long)size);
    return import->status ? x
                          : turned(import, x, table[0], table[1],
                                   ncl_import_integer(import, node, "rotary_interleaved", 0) != 0, size);
}

/* The three operands, which may stand side by side in the first. */
static void grouped_operands(struct ncl_import *import, const struct ncl_import_node *node, int64_t heads,
                             int64_t key_heads, struct ncl_tensor *item[3])
{
    item[0] = ncl_import_tensor(import, node, 0);
    if (ncl_import_has(import, node, 1)) {
        item[1] = ncl_import_tensor(import, node, 1);
        item[2] = ncl_import_tensor(import, node, 2);
        return;
    }
    const int64_t all = heads + 2 * key_heads, width = item[0]->shape.rank == 3 ? item[0]->shape.extent[2] / all : 0;
    if (!import->status && (width < 1 || item[0]->shape.extent[2] % all))
        ncl_import_wrong(import, "queries, keys and values side by side do not fit their heads");
    const int64_t part[] = {heads * width, key_heads * width, key_heads * width};
    if (!import->status)
        ncl_compose_split(import, item[0], 2, part, 3, item);
}

static bool is_grouped_plain(struct ncl_import *import, const struct ncl_import_node *node)
{
    return ncl_import_integer(import, node, "smooth_softmax", 0) <= 0 && !ncl_import_has(import, node, 11) &&
           strcmp(ncl_import_string(import, node, "k_quant_type", "NONE"), "NONE") == 0 &&
           strcmp(ncl_import_string(import, node, "v_quant_type", "NONE"), "NONE") == 0;
}

void ncl_onnx_group_query_attention(struct ncl_import *import, const struct ncl_import_node *node)
{
    const int64_t heads = ncl_import_integer(import, node, "num_heads", 0),
                  key_heads = ncl_import_integer(import, node, "kv_num_heads", 0),
                  window = ncl_import_integer(import, node, "local_window_size", -1);
    struct ncl_tensor *item[3];
    if (!is_grouped_plain(import, node))
        ncl_import_refuse(import, "sinks of the softmax and quantized keys are not supported");
    if (!import->status && (heads < 1 || key_heads < 1 || heads > INT32_MAX || key_heads > INT32_MAX))
        ncl_import_wrong(import, "%lld heads of queries, %lld of keys", (long long)heads, (long long)key_heads);
    if (!import->status)
        grouped_operands(import, node, heads, key_heads, item);
    if (import->status)
        return;
    struct attention a = {.causal = true,
                          .window = window > 0 ? window : 0,
                          .cap = ncl_import_scalar(import, node, "softcap", 0),
                          .q = heads_split(import, item[0], heads),
                          .k = heads_split(import, item[1], key_heads),
                          .v = heads_split(import, item[2], key_heads)};
    const nnefcl_shape *past = ncl_import_has(import, node, 3) ? &ncl_import_value(import, node, 3)->shape : NULL;
    a.past = past && past->rank == 4 ? past->extent[2] : 0;
    if (ncl_import_integer(import, node, "do_rotary", 0) && !import->status) {
        a.q = turned_from(import, node, a.q, a.past);
        a.k = turned_from(import, node, a.k, a.past);
    }
    a.k = behind_past(import, node, 3, a.k);
    a.v = behind_past(import, node, 4, a.v);
    a.scale = scale_of(import, node, a.q);
    if (!import->status)
        lengths_check(import, node, &a);
    if (ncl_import_has(import, node, 10))
        a.mask = ncl_import_tensor(import, node, 10);
    attention_give(import, node, &a, true);
}
