/* SPDX-License-Identifier: Apache-2.0 */
/* Recurrent layers of Lite: what those of real numbers and those of whole ones share. */
#ifndef NCL_TF_RECURRENT_H
#define NCL_TF_RECURRENT_H

#include "import/import.h"

/* Operands of the LSTM; those of the other direction stand NCL_LSTM_BACK further. Gates stand in the order input,
 * forget, cell, output. */
enum {
    NCL_LSTM_INPUT,
    NCL_LSTM_INPUT_WEIGHTS,
    NCL_LSTM_STATE_WEIGHTS = 5,
    NCL_LSTM_PEEPHOLES = 9, /* of input, forget, output */
    NCL_LSTM_BIASES = 12,
    NCL_LSTM_PROJECTION = 16,
    NCL_LSTM_BACK = 17,
    NCL_LSTM_STATE = 18,      /* of one direction; the cell is behind it */
    NCL_LSTM_NORM = 20,       /* of one direction only */
    NCL_LSTM_OTHER_INPUT = 39 /* of two */
};

/* [1, elements of x] */
struct ncl_tensor *ncl_tf_as_row(struct ncl_import *import, struct ncl_tensor *x);
/* Variables of the file: they begin with zeros. */
struct ncl_tensor *ncl_tf_zeros(struct ncl_import *import, int64_t batch, int64_t hidden);
/* x is [steps, batch, input], in steps from its zero point; `row` gets the whole numbers of the output of each. */
void ncl_tf_whole_lstm(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *x,
                       struct ncl_tensor **row);

#endif
