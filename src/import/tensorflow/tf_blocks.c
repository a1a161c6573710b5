/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks of the plane that go to channels or to the batch, and back. */
#include <string.h>

#include "base/checked.h"
#include "import/tensorflow/tf.h"

/* [n, h, w, b b c] and [n, h b, w b, c] */
void ncl_tf_build_blocks(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const int axes[] = {0, 1, 3, 2, 4, 5};
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0);
    const int64_t b = ncl_import_integer(import, node, "block_size", 0), *e = x->shape.extent;
    const bool to_space = strncmp(node->op, "D", 1) == 0;
    if (import->status || x->shape.rank != 4 || b < 1 || b > INT16_MAX ||
        (to_space ? e[3] % (b * b) : e[1] % b || e[2] % b)) {
        ncl_import_wrong(import, "blocks of %lld do not fit the operand", (long long)b);
        return;
    }
    const nnefcl_shape apart = {.rank = 6,
                                .extent = {e[0], to_space ? e[1] : e[1] / b, to_space ? e[2] : b,
                                           to_space ? b : e[2] / b, b, to_space ? e[3] / b / b : e[3]}},
                       joined = {.rank = 4,
                                 .extent = {e[0], to_space ? e[1] * b : e[1] / b, to_space ? e[2] * b : e[2] / b,
                                            to_space ? e[3] / b / b : e[3] * b * b}};
    x = ncl_compose_transpose(import, ncl_compose_reshape(import, x, &apart), axes);
    ncl_tf_give(import, node, 0, ncl_compose_reshape(import, x, &joined));
}

/* [n, h, w, ...] with h = h' b, w = w' d: the block indices go in front of n, or come from there. */
static void space_batch(struct ncl_import *import, const struct ncl_import_node *node, const int64_t *block, int m,
                        const struct ncl_known *edge)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0);
    const bool to_batch = strncmp(node->op, "Space", 5) == 0 || strncmp(node->op, "SPACE", 5) == 0;
    int64_t before[NNEFCL_MAX_RANK] = {0}, after[NNEFCL_MAX_RANK] = {0};
    const int rank = x->shape.rank;
    int axes[2 * NNEFCL_MAX_RANK];
    nnefcl_shape apart = {.rank = rank + m}, joined = {.rank = rank};
    int64_t blocks = 1;
    if (import->status || !edge)
        return;
    if (m < 1 || m >= rank || rank + m > NNEFCL_MAX_RANK || edge->count != 2 * (size_t)m) {
        ncl_import_wrong(import, "blocks that do not fit rank %d", rank);
        return;
    }
    for (int i = 0; i < m; i++) {
        const int64_t sign = to_batch ? 1 : -1;
        before[i + 1] = sign * ncl_known_int64(edge, 2 * (size_t)i);
        after[i + 1] = sign * ncl_known_int64(edge, 2 * (size_t)i + 1);
        if (block[i] < 1 || block[i] > INT16_MAX || !ncl_mul_i64(blocks, block[i], &blocks))
            ncl_import_wrong(import, "a block of %lld", (long long)block[i]);
    }
    if (!import->status && to_batch)
        x = ncl_compose_pad(import, x, before, after, "constant", 0);
    const int64_t *e = x->shape.extent;
    for (int i = 0; i < m && !import->status; i++)
        if (to_batch ? e[i + 1] % block[i] : e[0] % blocks)
            ncl_import_wrong(import, "blocks that do not divide the extents");
    if (import->status)
        return;
    joined.extent[0] = to_batch ? e[0] * blocks : e[0] / blocks;
    for (int i = 1; i < rank; i++)
        joined.extent[i] = i > m ? e[i] : to_batch ? e[i] / block[i - 1] : e[i] * block[i - 1];
    apart.extent[to_batch ? 0 : m] = to_batch ? e[0] : joined.extent[0];
    for (int i = 0; i < m; i++) {
        apart.extent[to_batch ? 2 * i + 2 : i] = block[i];
        apart.extent[to_batch ? 2 * i + 1 : m + 1 + i] = to_batch ? joined.extent[i + 1] : e[i + 1];
        axes[to_batch ? i : 2 * i + 2] = to_batch ? 2 * i + 2 : i;
        axes[to_batch ? m + 1 + i : 2 * i + 1] = to_batch ? 2 * i + 1 : m + 1 + i;
    }
    axes[to_batch ? m : 0] = to_batch ? 0 : m;
    for (int i = m + 1; i < rank; i++) {
        apart.extent[m + i] = e[i];
        axes[m + i] = m + i;
    }
    x = ncl_compose_transpose(import, ncl_compose_reshape(import, x, &apart), axes);
    x = ncl_compose_reshape(import, x, &joined);
    ncl_tf_give(import, node, 0, to_batch ? x : ncl_compose_pad(import, x, before, after, "constant", 0));
}

/* SpaceToBatchND, BatchToSpaceND: around convolutions with dilation, in TensorFlow 1. */
void ncl_tf_build_space_batch(struct ncl_import *import, const struct ncl_import_node *node)
{
    int64_t block[NNEFCL_MAX_RANK];
    const int m = (int)ncl_tf_integers(import, node, 1, "the blocks", block);
    space_batch(import, node, block, m, ncl_import_need(import, node, 2, "the borders"));
}

/* Their old forms: one block for both axes. */
void ncl_tf_build_old_space_batch(struct ncl_import *import, const struct ncl_import_node *node)
{
    const int64_t size = ncl_import_integer(import, node, "block_size", 0), block[] = {size, size};
    space_batch(import, node, block, 2, ncl_import_need(import, node, 1, "the borders"));
}
