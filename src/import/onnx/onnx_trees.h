/* SPDX-License-Identifier: Apache-2.0 */
/* What models of ai.onnx.ml share: scores, and labels by them. Sticky, see import.h. */
#ifndef NCL_ONNX_TREES_H
#define NCL_ONNX_TREES_H

#include "import/onnx/onnx_operators.h"

/* Numbers of an attribute as a constant [rows, columns]. */
struct ncl_tensor *ncl_onnx_numbers(struct ncl_import *import, const double *item, int64_t rows, int64_t columns);
/* Scores behind `post_transform`. */
struct ncl_tensor *ncl_onnx_transformed(struct ncl_import *import, const struct ncl_import_node *node,
                                        struct ncl_tensor *scores);
/* Result 0, the label with the highest score, and result 1, the scores. Where there are two labels and one score, it is
 * the second one's. `labels` is the attribute that has them, whole numbers. */
void ncl_onnx_give_classes(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *scores,
                           const char *labels);
/* Result 0 alone, by scores of as many columns as there are labels. */
void ncl_onnx_give_labels(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *scores,
                          const char *labels);

#endif
