/* SPDX-License-Identifier: Apache-2.0 */
/* Pass `transpose`: two transposes in a row that undo each other vanish (exporters of NHWC networks wrap every
 * operation in such pairs). Users of the second transpose read the input of the first; a first one that nobody reads
 * then goes too. One that exchanges the last two axes of an operand of matmul becomes transposeA or transposeB. */

#include "pass/pass.h"
#include "pass/view.h"

static bool is_transpose(const struct ncl_node *node)
{
    return ncl_node_is(node, "transpose");
}

static bool is_undone(const struct ncl_node *first, const struct ncl_node *second)
{
    const int rank = ncl_node_result(first, 0)->shape.rank;
    for (int i = 0; i < rank; i++)
        if (ncl_view_axis(first, ncl_view_axis(second, i)) != i)
            return false;
    return true;
}

static void transpose_cancel(struct ncl_rewrite *rw, struct ncl_node *node)
{
    struct ncl_node *first = ncl_rewrite_producer(rw, ncl_node_tensor(node, "input"));
    if (ncl_rewrite_is_output(rw, ncl_node_result(node, 0)) || !is_transpose(first) || !is_undone(first, node))
        return;
    ncl_rewrite_replace(rw, ncl_node_result(node, 0), ncl_node_tensor(first, "input"));
    ncl_rewrite_remove(rw, node);
    if (!ncl_rewrite_uses(rw, ncl_node_result(first, 0)))
        ncl_rewrite_remove(rw, first);
}

/* Does it exchange the last two axes, and leave the others? */
static bool swaps_last(const struct ncl_node *node)
{
    const int rank = ncl_node_result(node, 0)->shape.rank;
    for (int i = 0; i < rank; i++)
        if (ncl_view_axis(node, i) != (i < rank - 2 ? i : 2 * rank - 3 - i))
            return false;
    return rank >= 2;
}

static void product_take(struct ncl_rewrite *rw, struct ncl_node *node, const char *operand, const char *flag)
{
    struct ncl_node *made = ncl_rewrite_producer(rw, ncl_node_tensor(node, operand));
    if (!is_transpose(made) || !swaps_last(made))
        return;
    const struct ncl_value transposed = ncl_value_logical(!ncl_node_logical(node, flag));
    ncl_rewrite_set(rw, node, flag, &transposed);
    ncl_rewrite_set(rw, node, operand, ncl_node_arg(made, "input"));
    if (!ncl_rewrite_uses(rw, ncl_node_result(made, 0)))
        ncl_rewrite_remove(rw, made);
}

void ncl_pass_transpose(struct ncl_rewrite *rw, const struct ncl_pass_facts *facts)
{
    (void)facts;
    for (struct ncl_node *node = ncl_rewrite_first(rw); node; node = ncl_rewrite_next(node)) {
        if (is_transpose(node)) {
            transpose_cancel(rw, node);
        } else if (ncl_node_is(node, "matmul")) {
            product_take(rw, node, "A", "transposeA");
            product_take(rw, node, "B", "transposeB");
        }
    }
}
