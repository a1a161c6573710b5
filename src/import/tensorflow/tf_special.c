/* SPDX-License-Identifier: Apache-2.0 */
/* Element by element, where numbers are special: not finite, truncated, in which quadrant, products with 0. */
#include <math.h>
#include <string.h>

#include "import/tensorflow/tf.h"

/* IsNan: it is not itself; IsInf, IsFinite: its magnitude. */
void ncl_tf_build_classify(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0);
    const char *op = import->op->as;
    ncl_tf_give(import, node, 0,
                strcmp(op, "ne") == 0
                    ? ncl_compose_binary(import, "ne", x, x)
                    : ncl_compose_with(import, op, ncl_compose_unary(import, "abs", x), (double)INFINITY));
}

/* Towards zero: half a unit keeps a quotient of whole numbers, which is rounded, from falling below one. */
static struct ncl_tensor *truncated(struct ncl_import *import, struct ncl_tensor *x, struct ncl_tensor *y, double half)
{
    struct ncl_tensor *sign = ncl_compose_unary(import, "sign", ncl_compose_binary(import, "mul", x, y)),
                      *top = ncl_compose_unary(import, "abs", x), *bottom = ncl_compose_unary(import, "abs", y);
    if (half > 0)
        top = ncl_compose_with(import, "add", top, half);
    top = ncl_compose_unary(import, "floor", ncl_compose_binary(import, "div", top, bottom));
    return ncl_compose_binary(import, "mul", sign, top);
}

/* TruncateDiv, and what is left: TruncateMod, Mod */
void ncl_tf_build_truncate(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0), *y = ncl_tf_tensor(import, node, 1);
    const nnefcl_dtype dtype = x->dtype;
    struct ncl_tensor *a = ncl_compose_cast(import, x, NNEFCL_SCALAR), *b = ncl_compose_cast(import, y, NNEFCL_SCALAR),
                      *q = truncated(import, a, b, dtype == NNEFCL_INTEGER ? 0.5 : 0);
    if (strcmp(import->op->as, "mod") == 0)
        q = ncl_compose_binary(import, "sub", a, ncl_compose_binary(import, "mul", b, q));
    ncl_tf_give(import, node, 0, ncl_compose_cast(import, q, dtype));
}

/* The angle of (x, y): atan(y / x), half a turn away where x is below 0. */
void ncl_tf_build_atan2(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const double half_turn = 3.14159265358979323846;
    struct ncl_tensor *y = ncl_tf_tensor(import, node, 0), *x = ncl_tf_tensor(import, node, 1),
                      *angle = ncl_compose_unary(import, "atan", ncl_compose_binary(import, "div", y, x)),
                      *turn = ncl_compose_select(import, ncl_compose_with(import, "lt", y, 0),
                                                 ncl_compose_number(import, -half_turn),
                                                 ncl_compose_number(import, half_turn)),
                      *none = ncl_compose_binary(import, "and", ncl_compose_with(import, "eq", x, 0),
                                                 ncl_compose_with(import, "eq", y, 0));
    angle = ncl_compose_select(import, ncl_compose_with(import, "lt", x, 0),
                               ncl_compose_binary(import, "add", angle, turn), angle);
    ncl_tf_give(import, node, 0, ncl_compose_select(import, none, ncl_compose_number(import, 0), angle));
}

/* 0 where the factor is 0, whatever the other is: x log(y), x / y, x log(1 + y); of MulNoNan it is y. */
void ncl_tf_build_zero_times(struct ncl_import *import, const struct ncl_import_node *node)
{
    const char *op = import->op->as;
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0), *y = ncl_tf_tensor(import, node, 1), *factor = x, *z = y;
    if (strcmp(op, "mul") == 0)
        factor = y;
    if (strcmp(op, "log1p") == 0)
        z = ncl_compose_with(import, "add", y, 1);
    if (strncmp(op, "log", 3) == 0)
        z = ncl_compose_unary(import, "log", z);
    z = ncl_compose_binary(import, strcmp(op, "div") == 0 ? "div" : "mul", x, z);
    ncl_tf_give(
        import, node, 0,
        ncl_compose_select(import, ncl_compose_with(import, "eq", factor, 0), ncl_compose_number(import, 0), z));
}

/* half the sum of squares */
void ncl_tf_build_l2_loss(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_compose_unary(import, "sqr", ncl_tf_tensor(import, node, 0));
    int axis[NNEFCL_MAX_RANK];
    for (int i = 0; i < x->shape.rank; i++)
        axis[i] = i;
    x = ncl_compose_reduce(import, "sum_reduce", x, axis, (size_t)x->shape.rank, false);
    ncl_tf_give(import, node, 0, ncl_compose_with(import, "mul", x, 0.5));
}
