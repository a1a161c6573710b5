/* SPDX-License-Identifier: Apache-2.0 */
/* Sparse weights of TensorFlow Lite (SparsityParameters of the schema) as all of their elements. */
#ifndef NCL_TFLITE_SPARSE_H
#define NCL_TFLITE_SPARSE_H

#include "import/import.h"
#include "import/tensorflow/flatbuffer.h"

/* Elements of `item` bytes each, of a tensor of this shape, of which the file has `size` bytes. In the model's arena;
 * NULL after an error. */
const void *ncl_tflite_dense(struct ncl_import *import, struct ncl_flat_table sparsity, const nnefcl_shape *shape,
                             const uint8_t *value, size_t size, size_t item);

#endif
