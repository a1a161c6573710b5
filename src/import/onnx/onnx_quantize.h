/* SPDX-License-Identifier: Apache-2.0 */
/* Quantized numbers: whole ones, kept as scalars. All sticky, see import.h. */
#ifndef NCL_ONNX_QUANTIZE_H
#define NCL_ONNX_QUANTIZE_H

#include "import/onnx/onnx_operators.h"

struct ncl_onnx_quant {
    struct ncl_tensor *scale, *zero; /* zero NULL: 0 */
    enum ncl_stored_type element;    /* of the quantized numbers */
};

/* A scale, and behind it perhaps a zero point, of a tensor of that shape. */
struct ncl_onnx_quant ncl_onnx_quant_read(struct ncl_import *import, const struct ncl_import_node *node, size_t scale,
                                          const nnefcl_shape *x);
/* x rounded half to even, and x / scale; within the type. */
struct ncl_tensor *ncl_onnx_rounded(struct ncl_import *import, struct ncl_tensor *x, const struct ncl_onnx_quant *p);
struct ncl_tensor *ncl_onnx_quantized(struct ncl_import *import, struct ncl_tensor *x, const struct ncl_onnx_quant *p);
/* (x - zero) scale */
struct ncl_tensor *ncl_onnx_real(struct ncl_import *import, struct ncl_tensor *x, const struct ncl_onnx_quant *p);
/* To 0 .. 255, by the least and the greatest element and 0, which `p` is filled in with. */
struct ncl_tensor *ncl_onnx_dynamic(struct ncl_import *import, struct ncl_tensor *x, struct ncl_onnx_quant *p);

#endif
