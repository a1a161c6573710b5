/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of operators (onnx_ops.def) share. */
#ifndef NCL_ONNX_OPERATORS_H
#define NCL_ONNX_OPERATORS_H

#include "import/compose.h"
#include "import/fold.h"

#define OPERATOR(domain, name, build, as) void ncl_onnx_##build(struct ncl_import *, const struct ncl_import_node *);
#define FOLDED(domain, name, build, fold, as)                                                                          \
    void ncl_onnx_##build(struct ncl_import *, const struct ncl_import_node *);                                        \
    bool ncl_onnx_##fold(struct ncl_import *, const struct ncl_import_node *);
#include "import/onnx/onnx_ops.def"
#undef OPERATOR
#undef FOLDED

/* Why a constant of strings cannot be read. */
#define NCL_ONNX_STRINGS "it holds strings"
/* The element type of a number of TensorProto.DataType (onnx_tensor.c); false: none that we have. */
bool ncl_onnx_element(int64_t type, enum ncl_stored_type *element);
/* A list that is an attribute in old operator sets and an operand in new ones. False: neither is there. */
#define NCL_ONNX_LIST 16
bool ncl_onnx_list(struct ncl_import *import, const struct ncl_import_node *node, const char *name, size_t index,
                   int64_t list[NCL_ONNX_LIST], size_t *count);
/* The same for axes: from 0 on, no one twice; all of them when there is no list. */
size_t ncl_onnx_axes(struct ncl_import *import, const struct ncl_import_node *node, size_t index, int rank,
                     int axis[NNEFCL_MAX_RANK]);
/* What a call of a function of the model is read as, and its attribute. */
#define NCL_ONNX_CALL "(function of the model)"
#define NCL_ONNX_BODY "body"
/* The window of a convolution; `filter` NULL: of a pool, whose size is an attribute (onnx_window.c). */
struct ncl_compose_window ncl_onnx_window(struct ncl_import *import, const struct ncl_import_node *node,
                                          const nnefcl_shape *input, const nnefcl_shape *filter);
/* What is one operator here is a part of another there: results that are not given yet (in the files of their names).
 */
struct ncl_tensor *ncl_onnx_conv_of(struct ncl_import *import, const struct ncl_import_node *node);
struct ncl_tensor *ncl_onnx_gemm_of(struct ncl_import *import, const struct ncl_import_node *node);
struct ncl_tensor *ncl_onnx_gelu_of(struct ncl_import *import, struct ncl_tensor *x, bool tangent);
/* Over the last axis, by mean and variance, or by the mean of the squares; offset NULL: none. */
struct ncl_tensor *ncl_onnx_normalized_last(struct ncl_import *import, struct ncl_tensor *x, struct ncl_tensor *scale,
                                            struct ncl_tensor *offset, double epsilon, bool of_squares);
/* Gives what was folded; NULL: it was not (or an error was reported). */
bool ncl_onnx_folded(struct ncl_import *import, const struct ncl_import_node *node, const struct ncl_known *known);

#endif
