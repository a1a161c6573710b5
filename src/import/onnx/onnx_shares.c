/* SPDX-License-Identifier: Apache-2.0 */
/* Shares of several labels by those of all pairs of them, as LIBSVM couples them (Wu, Lin and Weng: Probability
 * estimates for multi-class classification by pairwise coupling, 2004, the second method): p minimizes the sum of
 * (r[j][i] p[i] - r[i][j] p[j])^2, where r[i][j] is the share of i against j. LIBSVM goes through the labels until no
 * part of the gradient is above 0.005 / labels; what rows have reached it stay as they are, as some were left early. */
#include "import/fold.h"
#include "import/onnx/onnx_trees.h"

#define ROUNDS 12   /* three to five are what shares of 3 to 20 labels took in trials */
#define NARROW 1e-7 /* no share of a pair is nearer to 0 or 1 */

struct coupling {
    int64_t rows, labels;
    struct ncl_tensor *q;            /* [rows, labels, labels] */
    struct ncl_tensor *p, *qp, *pqp; /* [rows, 1, labels], q p, [rows, 1, 1] p q p */
};

static struct ncl_tensor *two(struct ncl_import *import, const char *op, struct ncl_tensor *x, struct ncl_tensor *y)
{
    return ncl_compose_binary(import, op, x, y);
}

/* ---- the matrix ---- */

/* [rows, pairs] as r, zeros on the diagonal. */
static struct ncl_tensor *square_of(struct ncl_import *import, const struct coupling *c, struct ncl_tensor *pairs)
{
    const int64_t n = c->labels;
    const nnefcl_shape all = {.rank = 2, .extent = {1, n * n}}, shape = {.rank = 3, .extent = {c->rows, n, n}};
    struct ncl_known *sign = ncl_fold_new(import, NCL_STORED_FLOAT32, &all),
                     *offset = ncl_fold_new(import, NCL_STORED_FLOAT32, &all);
    int64_t *index = NCL_NEW_ARRAY(&import->scratch, int64_t, (size_t)(n * n)), pair = 0;
    if (!index)
        ncl_import_nomem(import);
    if (import->status || !sign || !offset)
        return &import->nothing;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = i + 1; j < n; j++, pair++) {
            index[i * n + j] = index[j * n + i] = pair;
            sign->real[i * n + j] = 1;
            sign->real[j * n + i] = -1;
            offset->real[j * n + i] = 1;
        }
    pairs = ncl_compose_pick(import, pairs, 1, index, (size_t)(n * n));
    pairs = two(import, "mul", pairs, ncl_import_constant(import, sign));
    return ncl_compose_reshape(import, two(import, "add", pairs, ncl_import_constant(import, offset)), &shape);
}

/* q[i][j] = -r[j][i] r[i][j], and q[i][i] the sum of r[j][i]^2. */
static struct ncl_tensor *matrix_of(struct ncl_import *import, const struct coupling *c, struct ncl_tensor *r)
{
    static const int down = 1;
    const nnefcl_shape shape = {.rank = 3, .extent = {1, c->labels, c->labels}};
    struct ncl_known *one = ncl_fold_new(import, NCL_STORED_FLOAT32, &shape);
    for (int64_t i = 0; one && i < c->labels; i++)
        one->real[i * (c->labels + 1)] = 1;
    if (!one)
        return &import->nothing;
    struct ncl_tensor *own =
        ncl_compose_reduce(import, "sum_reduce", ncl_compose_unary(import, "sqr", r), &down, 1, true);
    own = two(import, "mul", own, ncl_import_constant(import, one));
    return two(import, "sub", own, two(import, "mul", r, ncl_compose_swap_last(import, r)));
}

/* ---- the rounds ---- */

static void products_of(struct ncl_import *import, struct coupling *c)
{
    static const int last = 2;
    c->qp = ncl_compose_matmul(import, c->p, c->q);
    c->pqp = ncl_compose_reduce(import, "sum_reduce", two(import, "mul", c->p, c->qp), &last, 1, true);
}

/* 1 for rows that go on, else 0. */
static struct ncl_tensor *going_on(struct ncl_import *import, const struct coupling *c)
{
    static const int last = 2;
    struct ncl_tensor *far = ncl_compose_unary(import, "abs", two(import, "sub", c->qp, c->pqp));
    far = ncl_compose_reduce(import, "max_reduce", far, &last, 1, true);
    return ncl_compose_cast(import, ncl_compose_with(import, "ge", far, 0.005 / (double)c->labels), NNEFCL_SCALAR);
}

/* p[i] moves to where its part of the gradient is 0, then all are divided by their sum. */
static void label_moves(struct ncl_import *import, struct coupling *c, int64_t i, struct ncl_tensor *goes_on)
{
    const nnefcl_shape shape = {.rank = 3, .extent = {1, 1, c->labels}};
    struct ncl_known *here = ncl_fold_new(import, NCL_STORED_FLOAT32, &shape);
    if (!here)
        return;
    here->real[i] = 1;
    struct ncl_tensor *row = ncl_compose_slice(import, c->q, 1, i, i + 1, 1),
                      *own = ncl_compose_slice(import, row, 2, i, i + 1, 1),
                      *at = ncl_compose_slice(import, c->qp, 2, i, i + 1, 1), *step, *sum, *more;
    step = two(import, "mul", two(import, "div", two(import, "sub", c->pqp, at), own), goes_on);
    sum = ncl_compose_with(import, "add", step, 1);
    more = two(import, "add", two(import, "mul", step, own), ncl_compose_with(import, "mul", at, 2));
    c->pqp = two(import, "add", c->pqp, two(import, "mul", step, more));
    c->pqp = two(import, "div", c->pqp, ncl_compose_unary(import, "sqr", sum));
    c->qp = two(import, "div", two(import, "add", c->qp, two(import, "mul", step, row)), sum);
    step = two(import, "mul", step, ncl_import_constant(import, here));
    c->p = two(import, "div", two(import, "add", c->p, step), sum);
}

struct ncl_tensor *ncl_onnx_shares(struct ncl_import *import, struct ncl_tensor *pairs, int64_t labels)
{
    struct coupling c = {.rows = pairs->shape.extent[0], .labels = labels};
    const nnefcl_shape even = {.rank = 3, .extent = {c.rows, 1, labels}},
                       shares = {.rank = 2, .extent = {c.rows, labels}};
    struct ncl_tensor *goes_on = NULL;
    if (labels > NCL_ONNX_MOST_SHARES)
        ncl_import_refuse(import, "shares of more than %d labels", NCL_ONNX_MOST_SHARES);
    if (import->status)
        return &import->nothing;
    pairs = NCL_COMPOSE(import, "clamp", {"x", ncl_value_tensor(pairs)}, {"a", ncl_value_scalar(NARROW)},
                        {"b", ncl_value_scalar(1 - NARROW)});
    c.q = matrix_of(import, &c, square_of(import, &c, pairs));
    c.p = ncl_compose_expand(import, ncl_compose_number(import, 1 / (double)labels), &even);
    for (int round = 0; round < ROUNDS && !import->status; round++) {
        products_of(import, &c);
        struct ncl_tensor *far = going_on(import, &c);
        goes_on = goes_on ? two(import, "mul", goes_on, far) : far;
        for (int64_t i = 0; i < labels && !import->status; i++)
            label_moves(import, &c, i, goes_on);
    }
    return ncl_compose_reshape(import, c.p, &shares);
}
