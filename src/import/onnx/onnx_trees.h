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
/* Labels of an attribute as integers: "classlabels_ints" and its like, or, where they are strings, their numbers from 0
 * on, with a warning. A count of 0: there are none, which is an error. */
const int64_t *ncl_onnx_labels(struct ncl_import *import, const struct ncl_import_node *node, const char *labels,
                               size_t *count);
/* Says so. */
void ncl_onnx_warn_of_strings(struct ncl_import *import);
/* Shares [rows, labels] by the shares of the first of each pair of labels, [rows, pairs] (onnx_shares.c). */
#define NCL_ONNX_MOST_SHARES 32
struct ncl_tensor *ncl_onnx_shares(struct ncl_import *import, struct ncl_tensor *pairs, int64_t labels);
/* Result 0, the label with the highest score, and result 1, the scores. Where there are two labels and one score, it is
 * the second one's. `labels` is the attribute that has them. */
void ncl_onnx_give_classes(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *scores,
                           const char *labels);
/* Result 0 alone, by scores of as many columns as there are labels. */
void ncl_onnx_give_labels(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *scores,
                          const char *labels);

#endif
