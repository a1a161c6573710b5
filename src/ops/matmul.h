/* SPDX-License-Identifier: Apache-2.0 */
/* Products of matrices: what matmul and linear share, and what the kernels of products do. A matrix is a place in a
 * tensor with strides, so a transposed one is only other numbers. */
#ifndef NCL_MATMUL_H
#define NCL_MATMUL_H

#include "emit/variant.h"

/* The shape of the product of two tensors (4.7). */
nnefcl_status ncl_matmul_shape(struct ncl_infer *infer, const struct ncl_node *node, const nnefcl_shape *a,
                               const nnefcl_shape *b, bool transpose_a, bool transpose_b, nnefcl_shape *shape);
/* Describes the product of two tensors, of the shape that ncl_matmul_shape gave; no bias. */
struct ncl_matmul ncl_matmul_describe(struct ncl_lower *lower, const struct ncl_tensor *a, const struct ncl_tensor *b,
                                      bool transpose_a, bool transpose_b, const nnefcl_shape *shape);
/* A tensor that broadcasts to a matrix (or a batch of them) of this shape. */
struct ncl_matrix ncl_matmul_broadcast(ncl_ref ref, const nnefcl_shape *from, const nnefcl_shape *shape);
struct ncl_matrix ncl_matmul_transposed(struct ncl_matrix matrix);

/* ---- product.c ---- */

/* Simplifies the problem, of which family, node, result and product are given, and chooses. */
nnefcl_status ncl_product_choose(struct ncl_lower *lower, struct ncl_problem *problem);
/* Why kernels that write rows of C cannot compute it, NULL: they can. */
const char *ncl_product_row_major(const struct ncl_matmul *p);
int64_t ncl_product_batch_count(const struct ncl_matmul *p);
/* The axis of the result that columns of C go along: the last one, but for extents of 1 behind it. */
int ncl_product_axis(const struct ncl_problem *problem);
/* A and B as they were packed, the bias and the result as a step's tensors. */
void ncl_product_operands(struct ncl_lower *lower, struct ncl_emit *step, const struct ncl_problem *problem, ncl_ref a,
                          ncl_ref b);
/* The fields of a step's record for the batch: RANK, EXTENT, strides of the two operands, C_STRIDE, BIAS_STRIDE. */
void ncl_product_batch(struct ncl_emit *step, const struct ncl_matmul *p, const char *a_name,
                       const struct ncl_matrix *a, const char *b_name, const struct ncl_matrix *b);
/* The record of kernels that take any strides, up to BIAS_STRIDE. */
void ncl_product_record(struct ncl_emit *step, const struct ncl_matmul *p);
/* Ends a step of so many tasks for each place of the batch. */
nnefcl_status ncl_product_end(struct ncl_emit *step, const struct ncl_problem *problem, int64_t tasks);
/* Axes of the batch along which the matrix does not repeat go in front of a dense copy with `size` elements each; the
 * copy's strides replace the matrix'. Returns the elements of the whole copy. */
int64_t ncl_product_copy_batch(struct ncl_strided *copy, const struct ncl_matmul *p, struct ncl_matrix *matrix,
                               int64_t size);
/* A dense row-major copy of a matrix of these extents. */
struct ncl_matrix ncl_product_dense(struct ncl_lower *lower, const struct ncl_matmul *p, struct ncl_matrix matrix,
                                    int64_t rows, int64_t columns, const char *name);

/* ---- kernel_gemv.c: few rows on CPUs, also for operations that are products in disguise ---- */

/* Why the device cannot (`p` NULL), or the product cannot be had there; NULL: it can. */
const char *ncl_gemv_unfit(const struct ncl_target *target, const struct ncl_matmul *p);
double ncl_gemv_cost(const struct ncl_target *target, const struct ncl_matmul *p);
/* The problem's product is filled in. */
nnefcl_status ncl_gemv_emit(struct ncl_lower *lower, const struct ncl_problem *problem);

#endif
