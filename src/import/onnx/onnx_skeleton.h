/* SPDX-License-Identifier: Apache-2.0 */
/* The model without what makes it large: the bytes of the file are walked once, elements of tensors are left out (their
 * place in the file takes their stead, fields 1000 to 1002 of Tensor in onnx.proto), and so is what nobody reads. What
 * is left is for the parser, which may recurse as deep as a message does: the walk has limited that. */
#ifndef NCL_ONNX_SKELETON_H
#define NCL_ONNX_SKELETON_H

#include "import/import.h"

/* In scratch memory. */
nnefcl_status ncl_onnx_skeleton(struct ncl_import *import, const uint8_t **data, size_t *size);
/* Do these first bytes of a file look like a model? */
bool ncl_onnx_detect(const uint8_t *head, size_t size, uint64_t file_size);

#endif
