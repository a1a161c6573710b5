/* SPDX-License-Identifier: Apache-2.0 */
#include "pass/branches.h"

#include <string.h>

/* What is added up: a convolution of x, a batch normalization of x, or x itself, times constants. */
struct branch {
    struct ncl_tensor *x;      /* NULL: none of them */
    struct ncl_node *node;     /* NULL: x itself */
    struct ncl_node *product;  /* with `factor`; or NULL */
    struct ncl_tensor *factor; /* one for each channel, or for all */
};

/* ---- what a tensor is ---- */

static bool branch_is_conv(const struct branch *branch)
{
    return ncl_node_is(branch->node, "conv");
}

/* One that reads zeros beyond its input and says how far; an empty padding would be found from the filter. */
static bool is_known_conv(const struct ncl_folding *fold, const struct ncl_node *node)
{
    return ncl_node_is(node, "conv") && strcmp(ncl_node_string(node, "border"), "constant") == 0 &&
           ncl_node_count(node, "padding") + 2 == (size_t)ncl_node_tensor(node, "filter")->shape.rank &&
           ncl_folding_knows_filter(fold, node);
}

/* The product with constants that nothing else reads; what it multiplies is the branch. */
static struct ncl_tensor *branch_factor(const struct ncl_folding *fold, struct ncl_tensor *tensor,
                                        struct branch *branch)
{
    struct ncl_node *node = ncl_rewrite_producer(fold->rw, tensor);
    for (int side = 0; side < 2 && ncl_node_is(node, "mul"); side++) {
        struct ncl_tensor *of = node->argument[1 - side].tensor, *factor = node->argument[side].tensor;
        if (tensor->shape.rank < 2 || !ncl_shape_equal(&of->shape, &tensor->shape) ||
            ncl_rewrite_uses(fold->rw, tensor) != 1 || !ncl_folding_per_channel(fold, factor, tensor->shape.extent[1]))
            continue;
        branch->product = node;
        branch->factor = factor;
        return of;
    }
    return tensor;
}

static struct branch branch_find(const struct ncl_folding *fold, struct ncl_tensor *tensor)
{
    struct branch branch = {.x = NULL};
    tensor = branch_factor(fold, tensor, &branch);
    branch.node = ncl_rewrite_producer(fold->rw, tensor);
    if (branch.node && ncl_rewrite_uses(fold->rw, tensor) == 1 &&
        (is_known_conv(fold, branch.node) || ncl_folding_knows_norm(fold, branch.node)))
        branch.x = ncl_node_tensor(branch.node, "input");
    return branch;
}

/* ---- one filter among the taps of another ---- */

static int64_t entry(const struct branch *branch, const char *list, size_t axis)
{
    return branch_is_conv(branch) && ncl_node_count(branch->node, list) ? ncl_node_integer_at(branch->node, list, axis)
                                                                        : 1;
}

static int64_t taps(const struct branch *branch, size_t axis)
{
    return branch_is_conv(branch) ? ncl_node_tensor(branch->node, "filter")->shape.extent[2 + axis] : 1;
}

static int64_t before(const struct branch *branch, size_t axis)
{
    return branch_is_conv(branch) ? ncl_node_arg(branch->node, "padding")->item[axis].item[0].integer : 0;
}

/* Which tap of `base` reads what the first one of `branch` reads; negative: none. */
static int64_t first_tap(const struct branch *base, const struct branch *branch, size_t axis)
{
    const int64_t beyond = before(base, axis) - before(branch, axis), step = entry(base, "dilation", axis);
    return beyond % step == 0 ? beyond / step : -1;
}

static bool branch_within(const struct branch *base, const struct branch *branch, size_t axis)
{
    const int64_t first = first_tap(base, branch, axis);
    return entry(base, "stride", axis) == entry(branch, "stride", axis) && first >= 0 &&
           first + taps(branch, axis) <= taps(base, axis) &&
           (taps(branch, axis) == 1 || entry(base, "dilation", axis) == entry(branch, "dilation", axis));
}

/* A filter on the diagonal needs a factor for each channel, if there are other channels beside it. */
static bool has_diagonal(const struct branch *branch, const nnefcl_shape *filter)
{
    return filter->extent[1] == 1 ||
           (branch->node && ncl_shape_volume(&ncl_node_tensor(branch->node, "scale")->shape) == filter->extent[0]);
}

static bool branch_takes(const struct branch *base, const struct branch *branch)
{
    if (!branch_is_conv(base) || branch->x != base->x)
        return false;
    const nnefcl_shape *filter = &ncl_node_tensor(base->node, "filter")->shape;
    if (branch_is_conv(branch) ? ncl_node_tensor(branch->node, "filter")->shape.extent[1] != filter->extent[1]
                               : !has_diagonal(branch, filter))
        return false;
    for (int i = 2; i < filter->rank; i++)
        if (!branch_within(base, branch, (size_t)i - 2))
            return false;
    return true;
}

/* ---- filters and biases, in front of `at` ---- */

struct maker {
    const struct ncl_folding *fold;
    struct ncl_node *at;
};

static struct ncl_tensor *make_of(const struct maker *maker, const char *op, struct ncl_value x, struct ncl_value y)
{
    const struct ncl_named_value given[] = {{"x", x}, {"y", y}};
    return ncl_rewrite_made(ncl_rewrite_insert(maker->fold->rw, maker->at, op, given, 2));
}

static struct ncl_tensor *make_shape(const struct maker *maker, struct ncl_tensor *x, const nnefcl_shape *shape)
{
    return x ? ncl_rewrite_reshape(maker->fold->rw, maker->at, x, shape) : NULL;
}

/* Zeros around the last axes of x, from `first` on. */
static struct ncl_tensor *make_pad(const struct maker *maker, struct ncl_tensor *x, int first, const int64_t sides[][2])
{
    struct ncl_value side[NNEFCL_MAX_RANK][2], item[NNEFCL_MAX_RANK];
    if (!x)
        return NULL;
    for (int i = 0; i < x->shape.rank; i++) {
        for (int k = 0; k < 2; k++)
            side[i][k] = ncl_value_integer(i < first ? 0 : sides[i - first][k]);
        item[i] = ncl_value_array(side[i], 2);
        item[i].kind = NCL_VALUE_TUPLE;
    }
    const struct ncl_named_value given[] = {{"input", ncl_value_tensor(x)},
                                            {"padding", ncl_value_array(item, (size_t)x->shape.rank)}};
    return ncl_rewrite_made(ncl_rewrite_insert(maker->fold->rw, maker->at, "pad", given, 2));
}

/* factors[g m + i] as the filter w[g m + i][c] of groups of m channels, 0 where c is not i: each is followed by m
 * zeros, and the last m of a group are cut off. */
static struct ncl_tensor *make_diagonal(const struct maker *maker, struct ncl_tensor *factors, int64_t m)
{
    const int64_t groups = ncl_shape_volume(&factors->shape) / m, zeros[][2] = {{0, m}};
    struct ncl_value axis = ncl_value_integer(1), begin = ncl_value_integer(0), end = ncl_value_integer(m * m);
    struct ncl_tensor *x = make_shape(maker, factors, &(nnefcl_shape){.rank = 3, .extent = {groups, m, 1}});
    x = make_shape(maker, make_pad(maker, x, 2, zeros), &(nnefcl_shape){.rank = 2, .extent = {groups, m * (m + 1)}});
    if (!x)
        return NULL;
    const struct ncl_named_value given[] = {{"input", ncl_value_tensor(x)},
                                            {"axes", ncl_value_array(&axis, 1)},
                                            {"begin", ncl_value_array(&begin, 1)},
                                            {"end", ncl_value_array(&end, 1)}};
    return ncl_rewrite_made(ncl_rewrite_insert(maker->fold->rw, maker->at, "slice", given, 4));
}

/* The filter of x itself by channel: a one of the rank of `like`. */
static struct ncl_tensor *make_one(const struct maker *maker, const nnefcl_shape *like)
{
    struct ncl_value extent[NNEFCL_MAX_RANK];
    for (int i = 0; i < like->rank; i++)
        extent[i] = ncl_value_integer(1);
    const struct ncl_named_value given[] = {{"input", ncl_value_scalar(1)},
                                            {"shape", ncl_value_array(extent, (size_t)like->rank)}};
    return ncl_rewrite_made(ncl_rewrite_insert(maker->fold->rw, maker->at, "reshape", given, 2));
}

/* That of a batch normalization of x: one tap. */
static struct ncl_tensor *make_one_tap(const struct maker *maker, const struct branch *branch, const nnefcl_shape *like)
{
    nnefcl_shape shape = {.rank = like->rank, .extent = {0, like->extent[1]}};
    struct ncl_tensor *factors = ncl_folding_norm(maker->fold, maker->at, branch->node, ncl_value_scalar(1), 0, false);
    if (!factors)
        return NULL;
    shape.extent[0] = ncl_shape_volume(&factors->shape);
    for (int i = 2; i < like->rank; i++)
        shape.extent[i] = 1;
    if (like->extent[1] > 1)
        factors = make_diagonal(maker, factors, like->extent[1]);
    return make_shape(maker, factors, &shape);
}

/* x times the factors of the branch, which run along `axis`. */
static struct ncl_tensor *make_product(const struct maker *maker, const struct branch *branch, struct ncl_tensor *x,
                                       int axis)
{
    if (!x || !branch->factor)
        return x;
    nnefcl_shape shape = {.rank = x->shape.rank > axis ? x->shape.rank : axis + 1};
    for (int i = 0; i < shape.rank; i++)
        shape.extent[i] = 1;
    shape.extent[axis] = ncl_shape_volume(&branch->factor->shape);
    struct ncl_tensor *factor = make_shape(maker, branch->factor, &shape);
    return factor ? make_of(maker, "mul", ncl_value_tensor(x), ncl_value_tensor(factor)) : NULL;
}

/* The filter of a branch with the taps of `base`. */
static struct ncl_tensor *make_filter(const struct maker *maker, const struct branch *branch, const struct branch *base)
{
    const nnefcl_shape *whole = &ncl_node_tensor(base->node, "filter")->shape;
    int64_t sides[NNEFCL_MAX_RANK][2];
    bool padded = false;
    for (int i = 2; i < whole->rank; i++) {
        const size_t axis = (size_t)i - 2;
        sides[axis][0] = first_tap(base, branch, axis);
        sides[axis][1] = whole->extent[i] - taps(branch, axis) - sides[axis][0];
        padded |= sides[axis][0] || sides[axis][1];
    }
    struct ncl_tensor *x = branch_is_conv(branch) ? ncl_node_tensor(branch->node, "filter")
                           : branch->node         ? make_one_tap(maker, branch, whole)
                                                  : make_one(maker, whole);
    x = make_product(maker, branch, x, 0);
    return padded ? make_pad(maker, x, 2, (const int64_t(*)[2])sides) : x;
}

/* NULL: there is none. */
static struct ncl_tensor *make_bias(const struct maker *maker, const struct branch *branch)
{
    struct ncl_tensor *bias =
        !branch->node            ? NULL
        : branch_is_conv(branch) ? ncl_node_tensor(branch->node, "bias")
                                 : ncl_folding_norm(maker->fold, maker->at, branch->node, ncl_value_scalar(0), 1, true);
    return bias && !ncl_tensor_is_filled_with(bias, 0) ? make_product(maker, branch, bias, 1) : NULL;
}

static struct ncl_value value_or_zero(struct ncl_tensor *tensor)
{
    return tensor ? ncl_value_tensor(tensor) : ncl_value_scalar(0);
}

/* ---- the sum ---- */

static void branches_sum(const struct ncl_folding *fold, struct ncl_node *node, const struct branch side[2],
                         const struct branch *base)
{
    const struct maker maker = {fold, node};
    const char *op = node->op->name;
    struct ncl_tensor *filter[2], *bias[2];
    for (int i = 0; i < 2; i++) {
        filter[i] = make_filter(&maker, &side[i], base);
        bias[i] = make_bias(&maker, &side[i]);
    }
    if (!filter[0] || !filter[1])
        return;
    struct ncl_tensor *w = make_of(&maker, op, ncl_value_tensor(filter[0]), ncl_value_tensor(filter[1]));
    struct ncl_tensor *b = bias[0] ? bias[0] : bias[1];
    if (bias[1] && (bias[0] || ncl_node_is(node, "sub")))
        b = make_of(&maker, op, value_or_zero(bias[0]), ncl_value_tensor(bias[1]));
    if (!w || !ncl_folding_become(fold, node, base->node, ncl_value_tensor(w), value_or_zero(b)))
        return;
    for (int i = 0; i < 2; i++) {
        if (side[i].product)
            ncl_rewrite_remove(fold->rw, side[i].product);
        if (side[i].node)
            ncl_rewrite_remove(fold->rw, side[i].node);
    }
}

/* The sum with a number that is 0 is the other operand. */
static bool drop_zero(const struct ncl_folding *fold, struct ncl_node *node)
{
    struct ncl_tensor *sum = ncl_node_result(node, 0);
    for (int side = 0; side < 2 && ncl_node_is(node, "add") && !ncl_rewrite_is_output(fold->rw, sum); side++) {
        struct ncl_tensor *other = node->argument[1 - side].tensor;
        if (!ncl_tensor_is_filled_with(node->argument[side].tensor, 0) || !ncl_shape_equal(&other->shape, &sum->shape))
            continue;
        ncl_rewrite_replace(fold->rw, sum, other);
        ncl_rewrite_remove(fold->rw, node);
        return true;
    }
    return false;
}

void ncl_branches_join(const struct ncl_folding *fold, struct ncl_node *node)
{
    if ((!ncl_node_is(node, "add") && !ncl_node_is(node, "sub")) || drop_zero(fold, node))
        return;
    struct ncl_tensor *operand[] = {node->argument[0].tensor, node->argument[1].tensor};
    if (!ncl_shape_equal(&operand[0]->shape, &operand[1]->shape))
        return;
    struct branch side[] = {branch_find(fold, operand[0]), branch_find(fold, operand[1])};
    for (int i = 0; i < 2; i++)
        if (!side[i].x && side[1 - i].x == operand[i])
            side[i] = (struct branch){.x = operand[i]};
    for (int i = 0; i < 2; i++)
        if (side[i].x && branch_takes(&side[i], &side[1 - i])) {
            branches_sum(fold, node, side, &side[i]);
            return;
        }
}
