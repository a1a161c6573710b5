/* SPDX-License-Identifier: Apache-2.0 */
/* Pass `images`: transformers whose tokens are an image convolve them with channels first, between products of tokens
 * (Mix-FFN of SegFormer and PVTv2: `Linear, transpose, depthwise conv, transpose, GELU, Linear`). What is element by
 * element behind the convolution is computed in front of the moves, so that it hangs on it. And where the convolution
 * has twice the channels or more that stand in front of such a product, or behind it, the product is one of the image,
 *
 *   reshape(transpose(matmul(x, w) + b)) = conv(reshape(transpose(x)), w', b')
 *   matmul(transpose(reshape(y)), w) + b = transpose(reshape(conv(y, w', b')))
 *
 * so that fewer channels move, and the wide image is between convolutions. It is for CPUs, which have blocks for them.
 */
#include "pass/pass.h"
#include "pass/token_product.h"
#include "pass/view.h"

#define MOVES 4 /* between an image and its tokens; exporters write one or two */
#define FEWER 2 /* how many times the channels must be that do not move any more */

/* From what the last move makes back to what the first one takes. */
struct moves {
    struct ncl_node *move[MOVES];
    size_t count;
    struct ncl_tensor *from, *to;
};

static bool moves_find(const struct ncl_rewrite *rw, struct ncl_tensor *to, struct moves *moves)
{
    *moves = (struct moves){.from = to, .to = to};
    for (struct ncl_node *node; (node = ncl_rewrite_producer(rw, moves->from)) && ncl_view_moves_all(node);) {
        if (moves->count == MOVES || (moves->count && ncl_rewrite_uses(rw, moves->from) != 1))
            return false;
        moves->move[moves->count++] = node;
        moves->from = node->argument[0].tensor;
    }
    return moves->count > 0;
}

/* Nobody reads them any more: from the last one on. */
static void moves_remove(struct ncl_rewrite *rw, const struct moves *moves, size_t first)
{
    for (size_t i = first; i < moves->count && !ncl_rewrite_uses(rw, ncl_node_result(moves->move[i], 0)); i++)
        ncl_rewrite_remove(rw, moves->move[i]);
}

/* Is the view one of [n, c, h, w] in memory of [n, h, w, c]? */
static bool is_channels_first(const struct ncl_view *view)
{
    static const int order[] = {1, 3, 2, 0};
    int64_t stride, next = 1;
    if (view->shape.rank != 4)
        return false;
    for (int i = 0; i < 4; i++) {
        const int64_t extent = view->shape.extent[order[i]];
        if (extent > 1 && (!ncl_view_stride(view, order[i], &stride) || stride != next))
            return false;
        next *= extent;
    }
    return true;
}

static bool is_image_of(const struct ncl_view *view, const nnefcl_shape *tokens)
{
    return is_channels_first(view) && view->shape.extent[1] == tokens->extent[tokens->rank - 1];
}

static bool moves_to_image(const struct moves *moves)
{
    struct ncl_view view;
    ncl_view_begin(&view, &moves->from->shape);
    for (size_t i = moves->count; i-- > 0;)
        if (!ncl_view_move(&view, moves->move[i], ncl_node_result(moves->move[i], 0)))
            return false;
    return is_image_of(&view, &moves->from->shape);
}

static bool moves_from_image(const struct moves *moves)
{
    struct ncl_view view;
    ncl_view_begin(&view, &moves->to->shape);
    for (size_t i = 0; i < moves->count; i++)
        if (!ncl_view_move_back(&view, moves->move[i]))
            return false;
    return is_image_of(&view, &moves->to->shape);
}

/* ---- nodes that are made: in front of `at` ---- */

static struct ncl_tensor *reshape_make(struct ncl_rewrite *rw, struct ncl_node *at, struct ncl_tensor *x,
                                       const nnefcl_shape *shape)
{
    return x && ncl_shape_equal(&x->shape, shape) ? x : ncl_rewrite_reshape(rw, at, x, shape);
}

static struct ncl_tensor *transpose_make(struct ncl_rewrite *rw, struct ncl_node *at, struct ncl_tensor *x,
                                         const int *axes, size_t count)
{
    struct ncl_value axis[4];
    if (!x)
        return NULL;
    for (size_t i = 0; i < count; i++)
        axis[i] = ncl_value_integer(axes[i]);
    const struct ncl_named_value given[] = {{"input", ncl_value_tensor(x)}, {"axes", ncl_value_array(axis, count)}};
    return ncl_rewrite_made(ncl_rewrite_insert(rw, at, "transpose", given, 2));
}

/* The matrix as a filter of one tap. */
static struct ncl_tensor *filter_make(struct ncl_rewrite *rw, struct ncl_node *at, const struct ncl_node *product)
{
    struct ncl_tensor *w = ncl_node_tensor(product, "B");
    const int64_t rows = w->shape.extent[w->shape.rank - 2], columns = w->shape.extent[w->shape.rank - 1];
    const bool is_filter = ncl_node_logical(product, "transposeB");
    w = reshape_make(rw, at, w, &(nnefcl_shape){.rank = 2, .extent = {rows, columns}});
    w = is_filter ? w : transpose_make(rw, at, w, (const int[]){1, 0}, 2);
    const nnefcl_shape shape = {.rank = 4, .extent = {is_filter ? rows : columns, is_filter ? columns : rows, 1, 1}};
    return reshape_make(rw, at, w, &shape);
}

/* `conv`: what it is given; false: not to be made. */
static bool conv_describe(struct ncl_rewrite *rw, struct ncl_node *at, const struct ncl_token_product *by,
                          struct ncl_tensor *x, struct ncl_named_value given[3])
{
    struct ncl_tensor *w = x ? filter_make(rw, at, by->product) : NULL, *b = by->bias;
    if (w && b)
        b = reshape_make(rw, at, b, &(nnefcl_shape){.rank = 2, .extent = {1, w->shape.extent[0]}});
    if (!w || (by->bias && !b))
        return false;
    given[0] = (struct ncl_named_value){"input", ncl_value_tensor(x)};
    given[1] = (struct ncl_named_value){"filter", ncl_value_tensor(w)};
    given[2] = (struct ncl_named_value){"bias", b ? ncl_value_tensor(b) : ncl_value_scalar(0)};
    return true;
}

/* ---- a product in front of a convolution ---- */

static void product_before(struct ncl_rewrite *rw, const struct ncl_node *conv)
{
    struct ncl_token_product by;
    struct ncl_named_value given[3];
    struct moves moves;
    if (!moves_find(rw, ncl_node_tensor(conv, "input"), &moves) || !moves_to_image(&moves) ||
        ncl_rewrite_uses(rw, moves.from) != 1 || !ncl_token_product_find(rw, moves.from, &by))
        return;
    struct ncl_tensor *x = ncl_node_tensor(by.product, "A");
    const nnefcl_shape *image = &moves.to->shape;
    const int64_t channels = x->shape.extent[x->shape.rank - 1];
    const nnefcl_shape shape = {.rank = 4, .extent = {image->extent[0], image->extent[2], image->extent[3], channels}};
    if (image->extent[1] < FEWER * channels)
        return;
    x = transpose_make(rw, moves.move[0], reshape_make(rw, moves.move[0], x, &shape), (const int[]){0, 3, 1, 2}, 4);
    if (!conv_describe(rw, moves.move[0], &by, x, given) || !ncl_rewrite_become(rw, moves.move[0], "conv", given, 3))
        return;
    moves_remove(rw, &moves, 1);
    ncl_token_product_remove(rw, &by);
}

/* ---- a product behind an image ---- */

static bool is_made_in_blocks(const struct ncl_rewrite *rw, const struct ncl_tensor *image)
{
    const struct ncl_node *node = ncl_rewrite_producer(rw, image);
    return ncl_node_is(node, "conv") || (node && node->op->elements);
}

static void product_behind(struct ncl_rewrite *rw, struct ncl_node *last)
{
    struct ncl_token_product by;
    struct ncl_named_value given[3];
    struct moves moves;
    if (!ncl_token_product_find(rw, ncl_node_result(last, 0), &by))
        return;
    struct ncl_tensor *tokens = ncl_node_tensor(by.product, "A");
    const nnefcl_shape *out = &ncl_node_result(last, 0)->shape;
    const int64_t channels = out->extent[out->rank - 1];
    if (ncl_rewrite_uses(rw, tokens) != 1 || !moves_find(rw, tokens, &moves) || !moves_from_image(&moves) ||
        !is_made_in_blocks(rw, moves.from) || moves.from->shape.extent[1] < FEWER * channels)
        return;
    if (!conv_describe(rw, last, &by, moves.from, given))
        return;
    struct ncl_tensor *y = ncl_rewrite_made(ncl_rewrite_insert(rw, last, "conv", given, 3));
    if (!ncl_rewrite_become_reshape(rw, last, transpose_make(rw, last, y, (const int[]){0, 2, 3, 1}, 4)))
        return;
    if (by.add)
        ncl_rewrite_remove(rw, by.product);
    moves_remove(rw, &moves, 0);
}

/* ---- element by element ---- */

/* What a node is given, with x as its first argument. NULL: out of memory, or of NULL. */
static struct ncl_named_value *given_with(struct ncl_rewrite *rw, const struct ncl_node *node, struct ncl_tensor *x)
{
    struct ncl_named_value *given = x ? ncl_rewrite_alloc(rw, node->parameter_count, sizeof *given) : NULL;
    for (size_t k = 0; given && k < node->parameter_count; k++)
        given[k] = (struct ncl_named_value){node->parameter[k], k ? node->argument[k] : ncl_value_tensor(x)};
    return given;
}

/* Another node that computes the same of x. */
static struct ncl_tensor *same_of(struct ncl_rewrite *rw, const struct ncl_templates *templates, struct ncl_node *at,
                                  const struct ncl_node *node, struct ncl_tensor *x)
{
    const struct ncl_signature *own = ncl_names_find(&templates->own, node->op->name);
    const struct ncl_named_value *given = given_with(rw, node, x);
    if (!given)
        return NULL;
    return ncl_rewrite_made(own ? ncl_rewrite_insert_own(rw, at, own, given, node->parameter_count)
                                : ncl_rewrite_insert(rw, at, node->op->name, given, node->parameter_count));
}

static bool node_become_same(struct ncl_rewrite *rw, struct ncl_node *node, const struct ncl_node *as,
                             struct ncl_tensor *x)
{
    const struct ncl_named_value *given = given_with(rw, as, x);
    return given && ncl_rewrite_become(rw, node, as->op->name, given, as->parameter_count);
}

static bool is_of_one(const struct ncl_node *node)
{
    if (!node->op->elements || node->op->custom || node->result_count != 1)
        return false;
    for (size_t k = 1; k < node->parameter_count; k++)
        if (node->argument[k].kind == NCL_VALUE_TENSOR && node->argument[k].tensor->shape.rank > 0)
            return false;
    return node->parameter_count > 0 && node->argument[0].kind == NCL_VALUE_TENSOR;
}

static void elements_before(struct ncl_rewrite *rw, const struct ncl_templates *templates, struct ncl_node *node)
{
    struct moves moves;
    if (!is_of_one(node) || ncl_rewrite_uses(rw, node->argument[0].tensor) != 1 ||
        !moves_find(rw, node->argument[0].tensor, &moves) || !moves_from_image(&moves) ||
        !is_made_in_blocks(rw, moves.from) || ncl_rewrite_uses(rw, moves.from) != 1)
        return;
    struct ncl_tensor *x = same_of(rw, templates, node, node, moves.from);
    for (size_t i = moves.count; i-- > 1;)
        x = same_of(rw, templates, node, moves.move[i], x);
    if (node_become_same(rw, node, moves.move[0], x))
        moves_remove(rw, &moves, 0);
}

/* The product ends in a bias that has its turn later. */
static bool has_bias(const struct ncl_rewrite *rw, const struct ncl_node *product)
{
    struct ncl_token_product by;
    const struct ncl_node *reader = ncl_rewrite_reader(rw, ncl_node_result(product, 0));
    return ncl_node_is(reader, "add") && ncl_token_product_find(rw, ncl_node_result(reader, 0), &by);
}

void ncl_pass_images(struct ncl_rewrite *rw, const struct ncl_pass_facts *facts)
{
    if (!facts->target->cpu)
        return;
    for (struct ncl_node *node = ncl_rewrite_first(rw); node; node = ncl_rewrite_next(node)) {
        if (ncl_node_is(node, "conv"))
            product_before(rw, node);
        else if (ncl_node_is(node, "add") || (ncl_node_is(node, "matmul") && !has_bias(rw, node)))
            product_behind(rw, node);
        else if (node->op->elements)
            elements_before(rw, facts->templates, node);
    }
}
