/* SPDX-License-Identifier: Apache-2.0 */
/* Pass `across`: attention of images keeps channels first, so that its matrices lie across and the values stand on the
 * left (CoAtNet). It is the attention that `recognize` knows, transposed,
 *
 *   matmul(v, softmax(s), transposeB = true) = transpose(matmul(softmax(s), transpose(v)))
 *   s = matmul(q, k, transposeA = true) + mask = matmul(transpose(q), k) + mask
 *
 * with scores that do not lie in memory; `heads` has it read keys and values as they are. */

#include "pass/pass.h"

enum { MASKED, SCALED, PLAIN };

/* The product that scores are made of, with a factor or divisor and then a mask; nothing else reads any of them.
 * `stage`: what may still be in front. */
static struct ncl_node *scores_product(const struct ncl_rewrite *rw, const struct ncl_tensor *scores, int stage)
{
    struct ncl_node *node = ncl_rewrite_producer(rw, scores);
    if (!node || ncl_rewrite_uses(rw, scores) != 1 || ncl_node_is(node, "matmul"))
        return node && ncl_rewrite_uses(rw, scores) == 1 ? node : NULL;
    const bool sum = ncl_node_is(node, "add") && stage == MASKED, quotient = ncl_node_is(node, "div");
    if (!sum && (stage == PLAIN || (!quotient && !ncl_node_is(node, "mul"))))
        return NULL;
    for (int side = 0; side < (quotient ? 1 : 2); side++) {
        const struct ncl_tensor *of = node->argument[side].tensor;
        if (!ncl_shape_equal(&of->shape, &scores->shape) ||
            (!sum && !ncl_tensor_is_number(node->argument[1 - side].tensor)))
            continue;
        struct ncl_node *product = scores_product(rw, of, sum ? SCALED : PLAIN);
        if (product)
            return product;
    }
    return NULL;
}

/* Along the last axis. */
static bool is_softmax(const struct ncl_rewrite *rw, const struct ncl_tensor *tensor)
{
    const struct ncl_node *node = ncl_rewrite_producer(rw, tensor);
    return ncl_node_is(node, "softmax") && ncl_rewrite_uses(rw, tensor) == 1 && ncl_node_count(node, "axes") == 1 &&
           ncl_node_integer_at(node, "axes", 0) == tensor->shape.rank - 1;
}

/* The last two axes change places: what a transpose of x is given. */
static bool describe_swap(struct ncl_tensor *x, struct ncl_value *axis, struct ncl_named_value given[2])
{
    const int rank = x ? x->shape.rank : 0;
    for (int i = 0; i < rank; i++)
        axis[i] = ncl_value_integer(i < rank - 2 ? i : 2 * rank - 3 - i);
    given[0] = (struct ncl_named_value){"input", ncl_value_tensor(x)};
    given[1] = (struct ncl_named_value){"axes", ncl_value_array(axis, (size_t)rank)};
    return rank >= 2;
}

static struct ncl_tensor *make_swapped(struct ncl_rewrite *rw, struct ncl_node *at, struct ncl_tensor *x)
{
    struct ncl_value axis[NNEFCL_MAX_RANK];
    struct ncl_named_value given[2];
    return describe_swap(x, axis, given) ? ncl_rewrite_made(ncl_rewrite_insert(rw, at, "transpose", given, 2)) : NULL;
}

static void turn(struct ncl_rewrite *rw, struct ncl_node *node, struct ncl_node *scores)
{
    struct ncl_value axis[NNEFCL_MAX_RANK];
    struct ncl_named_value swap[2];
    const struct ncl_value straight = ncl_value_logical(false);
    if (ncl_node_logical(scores, "transposeA")) {
        struct ncl_tensor *q = make_swapped(rw, scores, ncl_node_tensor(scores, "A"));
        if (!q)
            return;
        const struct ncl_value queries = ncl_value_tensor(q);
        ncl_rewrite_set(rw, scores, "A", &queries);
        ncl_rewrite_set(rw, scores, "transposeA", &straight);
    }
    struct ncl_tensor *v = make_swapped(rw, node, ncl_node_tensor(node, "A"));
    if (!v)
        return;
    const struct ncl_named_value given[] = {{"A", *ncl_node_arg(node, "B")}, {"B", ncl_value_tensor(v)}};
    struct ncl_tensor *y = ncl_rewrite_made(ncl_rewrite_insert(rw, node, "matmul", given, 2));
    if (describe_swap(y, axis, swap))
        ncl_rewrite_become(rw, node, "transpose", swap, 2);
}

void ncl_pass_across(struct ncl_rewrite *rw, const struct ncl_pass_facts *facts)
{
    (void)facts;
    for (struct ncl_node *node = ncl_rewrite_first(rw); node; node = ncl_rewrite_next(node)) {
        if (!ncl_node_is(node, "matmul") || ncl_node_logical(node, "transposeA") ||
            !ncl_node_logical(node, "transposeB") || !is_softmax(rw, ncl_node_tensor(node, "B")))
            continue;
        const struct ncl_node *softmax = ncl_rewrite_producer(rw, ncl_node_tensor(node, "B"));
        struct ncl_node *scores = scores_product(rw, softmax->argument[0].tensor, MASKED);
        if (scores)
            turn(rw, node, scores);
    }
}
