/* SPDX-License-Identifier: Apache-2.0 */
#include "import/onnx/onnx_operators.h"
#include "import/onnx/onnx_read.h"
#include "import/onnx/onnx_skeleton.h"

static const struct ncl_import_operator operators[] = {
#define OPERATOR(domain, name, build, as)     {domain, name, ncl_onnx_##build, NULL, as},
#define FOLDED(domain, name, build, fold, as) {domain, name, ncl_onnx_##build, ncl_onnx_##fold, as},
#include "import/onnx/onnx_ops.def"
#undef OPERATOR
#undef FOLDED
};

extern const struct ncl_import_format ncl_import_onnx;
const struct ncl_import_format ncl_import_onnx = {.name = "ONNX",
                                                  .detect = ncl_onnx_detect,
                                                  .read = ncl_onnx_read,
                                                  .operators = operators,
                                                  .operator_count = sizeof operators / sizeof *operators};
