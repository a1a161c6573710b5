/* SPDX-License-Identifier: Apache-2.0 */
#include "import/compose_recurrent.h"

#include <string.h>

/* Of the LSTM, in the order of its weights. */
enum gate { IN, OUT, FORGET, CELL, GATES };

/* ---- functions ---- */

static struct ncl_tensor *plain(struct ncl_import *import, const char *op, struct ncl_tensor *x,
                                const struct ncl_recurrent_function *f)
{
    (void)f;
    return ncl_compose_unary(import, op, x);
}

static struct ncl_tensor *sloped(struct ncl_import *import, const char *op, struct ncl_tensor *x,
                                 const struct ncl_recurrent_function *f)
{
    return NCL_COMPOSE(import, op, {"x", ncl_value_tensor(x)}, {"alpha", ncl_value_scalar(f->alpha)});
}

/* alpha x + beta, alpha tanh(beta x), and the same line between 0 and 1. */
static struct ncl_tensor *line(struct ncl_import *import, const char *op, struct ncl_tensor *x,
                               const struct ncl_recurrent_function *f)
{
    if (strcmp(op, "tanh") == 0)
        return ncl_compose_with(
            import, "mul", ncl_compose_unary(import, "tanh", ncl_compose_with(import, "mul", x, f->beta)), f->alpha);
    x = ncl_compose_with(import, "add", ncl_compose_with(import, "mul", x, f->alpha), f->beta);
    return strcmp(op, "clamp") == 0 ? NCL_COMPOSE(import, "clamp", {"x", ncl_value_tensor(x)},
                                                  {"a", ncl_value_scalar(0)}, {"b", ncl_value_scalar(1)})
                                    : x;
}

/* x / (1 + |x|); x where it is above alpha, else 0. */
static struct ncl_tensor *formula(struct ncl_import *import, const char *op, struct ncl_tensor *x,
                                  const struct ncl_recurrent_function *f)
{
    if (strcmp(op, "softsign") == 0)
        return ncl_compose_binary(import, "div", x,
                                  ncl_compose_with(import, "add", ncl_compose_unary(import, "abs", x), 1));
    return ncl_compose_select(import, ncl_compose_with(import, "gt", x, f->alpha), x, ncl_compose_number(import, 0));
}

static const struct {
    const char *name, *op;
    struct ncl_tensor *(*make)(struct ncl_import *, const char *, struct ncl_tensor *,
                               const struct ncl_recurrent_function *);
} functions[] = {
    {"Sigmoid", "sigmoid", plain},
    {"Tanh", "tanh", plain},
    {"Relu", "relu", plain},
    {"Softplus", "softplus", plain},
    {"LeakyRelu", "leaky_relu", sloped},
    {"Elu", "elu", sloped},
    {"Affine", "line", line},
    {"HardSigmoid", "clamp", line},
    {"ScaledTanh", "tanh", line},
    {"Softsign", "softsign", formula},
    {"ThresholdedRelu", "threshold", formula},
};

static struct ncl_tensor *clipped(struct ncl_import *import, struct ncl_tensor *x, double most)
{
    return most > 0 ? NCL_COMPOSE(import, "clamp", {"x", ncl_value_tensor(x)}, {"a", ncl_value_scalar(-most)},
                                  {"b", ncl_value_scalar(most)})
                    : x;
}

static struct ncl_tensor *apply(struct ncl_import *import, const struct ncl_recurrent *r, int which,
                                struct ncl_tensor *x, bool clip)
{
    const struct ncl_recurrent_function *f = &r->function[which];
    x = clipped(import, x, clip ? r->clip : 0);
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (strcmp(functions[i].name, f->name) == 0)
            return functions[i].make(import, functions[i].op, x, f);
    ncl_import_refuse(import, "the activation '%.40s' is not supported", f->name);
    return &import->nothing;
}

/* ---- one step ---- */

static struct ncl_tensor *add(struct ncl_import *import, struct ncl_tensor *x, struct ncl_tensor *y)
{
    return ncl_compose_binary(import, "add", x, y);
}

static struct ncl_tensor *times(struct ncl_import *import, struct ncl_tensor *x, struct ncl_tensor *y)
{
    return ncl_compose_binary(import, "mul", x, y);
}

static struct ncl_tensor *linear(struct ncl_import *import, struct ncl_tensor *x, struct ncl_tensor *weights,
                                 struct ncl_tensor *bias)
{
    return NCL_COMPOSE(import, "linear", {"input", ncl_value_tensor(x)}, {"filter", ncl_value_tensor(weights)},
                       {"bias", bias ? ncl_value_tensor(bias) : ncl_value_scalar(0)});
}

static void split_gates(struct ncl_import *import, const struct ncl_recurrent *r, struct ncl_tensor *x, size_t gates,
                        struct ncl_tensor **gate)
{
    const int64_t part[GATES] = {r->hidden, r->hidden, r->hidden, r->hidden};
    ncl_compose_split(import, x, 1, part, gates, gate);
}

static struct ncl_tensor *one_minus(struct ncl_import *import, struct ncl_tensor *x)
{
    return ncl_compose_binary(import, "sub", ncl_compose_number(import, 1), x);
}

static struct ncl_tensor *mean(struct ncl_import *import, struct ncl_tensor *x)
{
    static const int axis = 1;
    return ncl_compose_reduce(import, "mean_reduce", x, &axis, 1, true);
}

static struct ncl_tensor *normalized(struct ncl_import *import, const struct ncl_recurrent *r, enum gate which,
                                     struct ncl_tensor *x)
{
    if (!r->norm[which])
        return x;
    x = ncl_compose_binary(import, "sub", x, mean(import, x));
    struct ncl_tensor *variance = mean(import, ncl_compose_unary(import, "sqr", x));
    variance = ncl_compose_with(import, "add", variance, 1e-8);
    x = times(import, times(import, x, ncl_compose_unary(import, "rsqrt", variance)), r->norm[which]);
    return r->norm_bias[which] ? add(import, x, r->norm_bias[which]) : x;
}

/* `cell`: what a peephole looks at; NULL: there is none. */
static struct ncl_tensor *lstm_gate(struct ncl_import *import, const struct ncl_recurrent *r, enum gate which,
                                    struct ncl_tensor *gate, struct ncl_tensor *cell)
{
    if (cell && r->peephole[which])
        gate = add(import, gate, times(import, r->peephole[which], cell));
    return apply(import, r, which == CELL, normalized(import, r, which, gate), true);
}

static struct ncl_tensor *projected(struct ncl_import *import, const struct ncl_recurrent *r, struct ncl_tensor *output)
{
    return r->projection
               ? clipped(import, linear(import, output, r->projection, r->projection_bias), r->projection_clip)
               : output;
}

static struct ncl_tensor *lstm_step(struct ncl_import *import, const struct ncl_recurrent *r, struct ncl_tensor *x,
                                    struct ncl_tensor **cell)
{
    static const unsigned char plain_order[GATES] = {IN, OUT, FORGET, CELL};
    const unsigned char *order = r->order ? r->order : plain_order;
    struct ncl_tensor *part[GATES], *gate[GATES];
    split_gates(import, r, add(import, x, linear(import, r->state, r->state_weights, NULL)), GATES, part);
    for (size_t i = 0; i < GATES; i++)
        gate[i] = part[order[i]];
    struct ncl_tensor *in = lstm_gate(import, r, IN, gate[IN], r->cell),
                      *forget = r->couple ? one_minus(import, in) : lstm_gate(import, r, FORGET, gate[FORGET], r->cell),
                      *candidate = lstm_gate(import, r, CELL, gate[CELL], NULL);
    *cell = clipped(import, add(import, times(import, forget, r->cell), times(import, in, candidate)), r->cell_clip);
    struct ncl_tensor *out = lstm_gate(import, r, OUT, gate[OUT], *cell);
    return projected(import, r, times(import, out, apply(import, r, 2, *cell, false)));
}

static struct ncl_tensor *gru_candidate(struct ncl_import *import, const struct ncl_recurrent *r,
                                        struct ncl_tensor *const *of_input, struct ncl_tensor *const *of_state,
                                        struct ncl_tensor *reset)
{
    if (r->reset_after)
        return apply(import, r, 1, add(import, of_input[2], times(import, reset, of_state[2])), true);
    struct ncl_tensor *weights = ncl_compose_slice(import, r->state_weights, 0, 2 * r->hidden, 3 * r->hidden, 1),
                      *bias = r->state_bias
                                  ? ncl_compose_slice(import, r->state_bias, 1, 2 * r->hidden, 3 * r->hidden, 1)
                                  : NULL,
                      *state = linear(import, times(import, reset, r->state), weights, bias);
    return apply(import, r, 1, add(import, of_input[2], state), true);
}

static struct ncl_tensor *gru_step(struct ncl_import *import, const struct ncl_recurrent *r, struct ncl_tensor *x)
{
    struct ncl_tensor *of_input[GATES], *of_state[GATES];
    split_gates(import, r, x, 3, of_input);
    split_gates(import, r, linear(import, r->state, r->state_weights, r->state_bias), 3, of_state);
    struct ncl_tensor *update = apply(import, r, 0, add(import, of_input[0], of_state[0]), true),
                      *reset = apply(import, r, 0, add(import, of_input[1], of_state[1]), true),
                      *candidate = gru_candidate(import, r, of_input, of_state, reset);
    return add(import, times(import, one_minus(import, update), candidate), times(import, update, r->state));
}

static struct ncl_tensor *plain_step(struct ncl_import *import, const struct ncl_recurrent *r, struct ncl_tensor *x)
{
    return apply(import, r, 0, add(import, x, linear(import, r->state, r->state_weights, NULL)), true);
}

/* ---- all steps ---- */

static struct ncl_tensor *row_of(struct ncl_import *import, struct ncl_tensor *x, int64_t t)
{
    return ncl_compose_squeeze(import, ncl_compose_slice(import, x, 0, t, t + 1, 1), 0);
}

/* Where a sequence begins within the input, nothing is left of what was before. */
static void keep_some(struct ncl_import *import, struct ncl_recurrent *r, int64_t t)
{
    if (!r->keep)
        return;
    struct ncl_tensor *keep = row_of(import, r->keep, t);
    r->state = times(import, r->state, keep);
    if (r->cell)
        r->cell = times(import, r->cell, keep);
}

/* What lies behind the end of a sequence changes nothing, and its row is 0. */
static struct ncl_tensor *masked(struct ncl_import *import, struct ncl_tensor *inside, struct ncl_tensor *new,
                                 struct ncl_tensor *old)
{
    return inside ? ncl_compose_select(import, inside, new, old) : new;
}

/* Products of the input are made for all steps at once. The bias of the state goes along with that of the input, except
 * where a GRU resets the one of them. */
static struct ncl_tensor *input_product(struct ncl_import *import, struct ncl_tensor *input,
                                        const struct ncl_recurrent *r)
{
    const nnefcl_shape rows = {.rank = 2,
                               .extent = {input->shape.extent[0] * input->shape.extent[1], input->shape.extent[2]}};
    struct ncl_tensor *bias = r->input_bias;
    if (bias && r->state_bias && r->kind != NCL_RECURRENT_GRU)
        bias = add(import, bias, r->state_bias);
    return linear(import, ncl_compose_reshape(import, input, &rows), r->input_weights, bias);
}

void ncl_compose_recurrent(struct ncl_import *import, struct ncl_tensor *input, struct ncl_recurrent *r,
                           struct ncl_tensor **row)
{
    const int64_t steps = input->shape.extent[0], batch = input->shape.extent[1];
    struct ncl_tensor *product = input_product(import, input, r), *zero = ncl_compose_number(import, 0);
    for (int64_t i = 0; i < steps && !import->status; i++) {
        const int64_t t = r->backwards ? steps - 1 - i : i;
        keep_some(import, r, t);
        struct ncl_tensor *x = ncl_compose_slice(import, product, 0, t * batch, (t + 1) * batch, 1), *cell = r->cell,
                          *inside = r->lengths ? ncl_compose_with(import, "gt", r->lengths, (double)t) : NULL;
        x = r->every ? add(import, x, r->every) : x;
        struct ncl_tensor *state = r->kind == NCL_RECURRENT_LSTM  ? lstm_step(import, r, x, &cell)
                                   : r->kind == NCL_RECURRENT_GRU ? gru_step(import, r, x)
                                                                  : plain_step(import, r, x);
        row[t] = masked(import, inside, state, zero);
        r->state = masked(import, inside, state, r->state);
        if (r->kind == NCL_RECURRENT_LSTM)
            r->cell = masked(import, inside, cell, r->cell);
        if (r->cells)
            r->cells[t] = r->cell;
    }
}
