/* Products of matrices as steps: what matmul and linear share. A matrix is a place in a tensor with strides, so a
 * transposed one is only other numbers. */
#ifndef NCL_MATMUL_H
#define NCL_MATMUL_H

#include "emit/lower.h"

#define NCL_MATMUL_BATCH (NNEFCL_MAX_RANK - 2)

struct ncl_matrix {
    ncl_ref ref;
    int64_t row, column;             /* strides in elements; 0 repeats */
    int64_t batch[NCL_MATMUL_BATCH]; /* of the axes of the batch */
};

/* C[m,n] = bias[m,n] + sum_k A[m,k] B[k,n] for every place of the batch. */
struct ncl_matmul {
    int64_t m, n, k;
    int rank; /* axes of the batch */
    int64_t extent[NCL_MATMUL_BATCH];
    struct ncl_matrix a, b, c, bias; /* bias.ref NCL_NO_TENSOR: none */
};

/* The shape of the product of two tensors (4.7). */
nnefcl_status ncl_matmul_shape(struct ncl_infer *infer, const struct ncl_node *node, const nnefcl_shape *a,
                               const nnefcl_shape *b, bool transpose_a, bool transpose_b, nnefcl_shape *shape);
/* Describes the product of two tensors as `c` of the shape that ncl_matmul_shape gave; no bias. */
struct ncl_matmul ncl_matmul_describe(struct ncl_lower *lower, const struct ncl_tensor *a, const struct ncl_tensor *b,
                                      bool transpose_a, bool transpose_b, ncl_ref c, const nnefcl_shape *shape);
/* A tensor that broadcasts to a matrix (or a batch of them) of this shape. */
struct ncl_matrix ncl_matmul_broadcast(ncl_ref ref, const nnefcl_shape *from, const nnefcl_shape *shape);
struct ncl_matrix ncl_matmul_transposed(struct ncl_matrix matrix);
/* The steps. */
nnefcl_status ncl_matmul_emit(struct ncl_lower *lower, const struct ncl_matmul *matmul);

#endif
