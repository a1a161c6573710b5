/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of onnx.proto as the nouns of import.h. */
#ifndef NCL_ONNX_READ_H
#define NCL_ONNX_READ_H

#include "import/import.h"
#include <onnx.pb-c.h>

/* Member 0 of the container. */
nnefcl_status ncl_onnx_read(struct ncl_import *import, struct ncl_import_graph *graph);
/* One tensor (onnx_tensor.c). */
void ncl_onnx_tensor(struct ncl_import *import, const NclOnnx__Tensor *tensor, struct ncl_import_constant *constant);

#endif
