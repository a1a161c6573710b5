/* SPDX-License-Identifier: Apache-2.0 */
/* Recurrent layers, step by step: LSTM, GRU and the plain one, of one direction. Weights are rows of gates, one behind
 * the other. Sticky, see import.h. */
#ifndef NCL_COMPOSE_RECURRENT_H
#define NCL_COMPOSE_RECURRENT_H

#include "import/compose.h"

enum ncl_recurrent_kind { NCL_RECURRENT_PLAIN, NCL_RECURRENT_GRU, NCL_RECURRENT_LSTM };

/* "Sigmoid", "Tanh", "Relu", ..., and what they take. */
struct ncl_recurrent_function {
    const char *name;
    double alpha, beta;
};

struct ncl_recurrent {
    enum ncl_recurrent_kind kind;
    int64_t hidden;
    /* [gates * hidden, input] and [gates * hidden, states]: LSTM input, output, forget, cell, unless `order` says where
     * these stand; GRU update, reset, hidden. Biases are [1, gates * hidden], of the input and of the state. */
    struct ncl_tensor *input_weights, *state_weights, *input_bias, *state_bias;
    struct ncl_tensor *peephole[3]; /* LSTM: of input, output, forget, [1, hidden]; NULL: none */
    /* LSTM: what gates, after they were brought to mean 0 and variance 1, are multiplied with, and what is added then,
     * [1, hidden], in the order of the weights; NULL: they are taken as they are. */
    struct ncl_tensor *norm[4], *norm_bias[4];
    /* LSTM: the state is not the output itself but its products with that, [states, hidden]; NULL: it is. */
    struct ncl_tensor *projection, *projection_bias;
    double projection_clip;          /* of those products; 0: none */
    struct ncl_tensor *state, *cell; /* at the beginning, [batch, hidden]; the state [batch, states] */
    const unsigned char *order;      /* LSTM: four numbers; NULL: 0, 1, 2, 3 */
    struct ncl_tensor *every;        /* added to the products of the input in each step; NULL: nothing */
    struct ncl_tensor *lengths;      /* of the sequences, [batch, 1]; NULL: as long as the input */
    struct ncl_tensor
        *keep; /* what state and cell are multiplied with in front of a step, [steps, batch, 1]; or NULL */
    struct ncl_recurrent_function function[3]; /* of gates, of the candidate, of the cell's output */
    double clip;                               /* of what goes into the functions; 0: none */
    double cell_clip;                          /* LSTM: of the cell; 0: none */
    struct ncl_tensor **cells;                 /* LSTM: room for the cell of each step; NULL: nobody wants them */
    bool reset_after;                          /* GRU: the reset gate works on the product, not on the state */
    bool couple;                               /* LSTM: forget is 1 - input */
    bool backwards;
};

/* The input is [steps, batch, input]. `row`, with room for the steps, gets the state of each, [batch, hidden]; what is
 * left at the end stands in recurrent->state and cell. */
void ncl_compose_recurrent(struct ncl_import *import, struct ncl_tensor *input, struct ncl_recurrent *recurrent,
                           struct ncl_tensor **row);

#endif
