/* SPDX-License-Identifier: Apache-2.0 */
/* What is to be computed, as data: no kernel, no device. An operation describes its node as a problem; a variant
 * computes it (variant.h). */
#ifndef NCL_PROBLEM_H
#define NCL_PROBLEM_H

#include "ir/graph.h"
#include "ir/plan.h"

/* Kinds of problems that have more than one kernel: FAMILY(NAME, name). */
#define NCL_FAMILIES(FAMILY)                                                                                           \
    FAMILY(CONV, conv)                                                                                                 \
    FAMILY(DECONV, deconv)                                                                                             \
    FAMILY(POOL, pool)                                                                                                 \
    FAMILY(DEBOX, debox)                                                                                               \
    FAMILY(RESAMPLE, resample)                                                                                         \
    FAMILY(PAD, pad)                                                                                                   \
    FAMILY(PRODUCT, product)                                                                                           \
    FAMILY(ATTENTION, attention)                                                                                       \
    FAMILY(NORM, norm)                                                                                                 \
    FAMILY(MOVE, move)                                                                                                 \
    FAMILY(ELEMENTS, elements)                                                                                         \
    FAMILY(REDUCE, reduce)                                                                                             \
    FAMILY(SOFTMAX, softmax)

enum ncl_family {
#define FAMILY(NAME, name) NCL_FAMILY_##NAME,
    NCL_FAMILIES(FAMILY)
#undef FAMILY
        NCL_FAMILY_COUNT
};
const char *ncl_family_name(enum ncl_family family);

/* ---- sliding windows (4.3) ---- */

enum ncl_border {
    NCL_BORDER_IGNORE,
    NCL_BORDER_CONSTANT,
    NCL_BORDER_REPLICATE,
    NCL_BORDER_REFLECT,
    NCL_BORDER_REFLECT_EVEN
};

/* A window with everything filled in, one entry for each axis of the input; where the lists of an operation speak of
 * the spatial axes only, the axes before them are trivial. */
struct ncl_window {
    int rank;
    enum ncl_border border;
    nnefcl_shape in, out; /* in `out`, the axes before the first one of the lists are those of the input */
    int64_t size[NNEFCL_MAX_RANK], stride[NNEFCL_MAX_RANK], dilation[NNEFCL_MAX_RANK];
    int64_t before[NNEFCL_MAX_RANK], after[NNEFCL_MAX_RANK]; /* padding, negative: cropped */
};

/* CONV, DECONV (4.3.1). Channels are those of one group. */
struct ncl_conv {
    const struct ncl_tensor *input, *filter, *bias;
    int64_t groups, in_channels, out_channels;
    struct ncl_window window;
};

/* POOL (4.3.2, 4.9.3): the sum (divided by the number of values, when `normalize`) or the maximum of every window. */
struct ncl_pool {
    const struct ncl_tensor *input;
    bool max, normalize;
    struct ncl_window window;
};

/* DEBOX (4.3.2): the reverse of a sum, divided by `divisor`. */
struct ncl_debox {
    const struct ncl_tensor *input;
    double divisor;
    struct ncl_window window;
};

/* RESAMPLE (4.3.4): nearest neighbours, or a mixture of both neighbours along each spatial axis. */
enum ncl_resample_method {
    NCL_RESAMPLE_SYMMETRIC,
    NCL_RESAMPLE_ASYMMETRIC,
    NCL_RESAMPLE_ALIGNED,
    NCL_RESAMPLE_NEAREST /* not mixed */
};

struct ncl_resample {
    const struct ncl_tensor *input;
    enum ncl_resample_method method;
    enum ncl_border border; /* where it is mixed */
};

/* PAD (4.5.5): a border before and behind each axis, which is cut where that is negative. */
struct ncl_pad {
    const struct ncl_tensor *input;
    enum ncl_border border;
    double value; /* of the border, where it is constant */
    int64_t before[NNEFCL_MAX_RANK], after[NNEFCL_MAX_RANK];
};

/* ---- products of matrices (4.7, 4.9.2) ---- */

#define NCL_MATMUL_BATCH (NNEFCL_MAX_RANK - 2)

/* A place in a tensor with strides in elements, so a transposed matrix is only other numbers; 0 repeats. */
struct ncl_matrix {
    ncl_ref ref;
    int64_t row, column;
    int64_t batch[NCL_MATMUL_BATCH]; /* of the axes of the batch */
};

/* C[m,n] = bias[m,n] + sum over k of A[m,k] B[k,n] for every place of the batch. C is the problem's `out`. */
struct ncl_matmul {
    int64_t m, n, k;
    int rank; /* axes of the batch */
    int64_t extent[NCL_MATMUL_BATCH];
    struct ncl_matrix a, b, c, bias; /* bias.ref NCL_NO_TENSOR: none */
    bool a_constant, b_constant;     /* known at init: packing them costs nothing */
};

/* ATTENTION: softmax(query key^T scale / divisor + mask) value for every place of a batch (src/ops/attention.c). */
struct ncl_attention {
    int64_t queries, keys, depth, columns;
    int rank; /* axes of the batch */
    int64_t extent[NCL_MATMUL_BATCH];
    int masked;   /* 0: not at all, 1: the same for all queries, 2: one number for each score */
    bool guarded; /* a query whose weights are no numbers has zeros */
    /* Where they lie in a tensor: from element `first` on, with strides; 0 repeats. Rows are queries or keys; columns
     * of query and result are neighbours. */
    struct ncl_attention_matrix {
        const struct ncl_tensor *tensor;
        int64_t first, row, column, batch[NCL_MATMUL_BATCH];
    } query, key, value, mask, scale, result; /* of `mask`, rows are queries, columns keys; `scale` has neither */
};

/* ---- normalizations along axes (src/ops/layer_norm.c) ---- */

enum ncl_norm_parameter { NCL_NORM_NONE, NCL_NORM_ALONG /* one for each element of a run */, NCL_NORM_OTHER };

struct ncl_norm {
    const struct ncl_tensor *input;
    enum ncl_norm_kind {
        NCL_NORM_LAYER,  /* the mean is taken off */
        NCL_NORM_RMS,    /* it is not */
        NCL_NORM_LENGTH, /* by the length, the root of the sum of squares, or `epsilon` where that is more */
    } kind;
    double epsilon, bias; /* the bias is added to lengths */
    int64_t run;          /* elements that follow each other in memory and share a mean; 0: they do not */
    nnefcl_shape reduced; /* the shape of the means */
    enum ncl_norm_parameter scale, offset;
};

/* ---- moves ---- */

#define NCL_STRIDED_RANK (2 * NNEFCL_MAX_RANK)

/* out[out_first + sum over k of i_k out_k] = in[in_first + sum over k of i_k in_k],  0 <= i_k < extent_k. Strides count
 * elements; those of the input may be negative, or 0 to repeat. */
struct ncl_strided {
    int rank;
    struct ncl_strided_axis {
        int64_t extent, in, out;
    } axis[NCL_STRIDED_RANK]; /* outermost first */
    int64_t in_first, out_first;
};

struct ncl_move {
    ncl_ref input;
    struct ncl_strided strided; /* collapsed */
    bool whole;                 /* all of `out` is written; else the rest of it stays */
};

/* ---- element by element ---- */

struct ncl_expression;

struct ncl_elementwise {
    const struct ncl_expression *expression; /* NULL: not made yet, only the result is known */
    nnefcl_dtype dtype;                      /* of the result */
    nnefcl_shape shape;
};

/* ---- along axes (4.4, 4.9.1, normalizations) ---- */

/* Those that are operations of their own are the variants in ops.def. */
enum ncl_reduction {
    NCL_REDUCE_SUM,
    NCL_REDUCE_MEAN,
    NCL_REDUCE_MAX,
    NCL_REDUCE_MIN,
    NCL_REDUCE_ALL,
    NCL_REDUCE_ANY,
    NCL_REDUCE_VARIANCE,  /* the mean of (x - mean)^2 */
    NCL_REDUCE_DEVIATION, /* its root, which is a float where the square is none */
    NCL_REDUCE_ARGMAX,    /* positions along the axes */
    NCL_REDUCE_ARGMIN,
    NCL_REDUCE_ROOT_SQUARE,      /* the root of the mean of x^2 */
    NCL_REDUCE_ROOT_SQUARE_SMALL /* the same of x 2^70 */
};

struct ncl_reduce {
    enum ncl_reduction kind;
    const struct ncl_tensor *input;
    ncl_ref mean;       /* for VARIANCE and DEVIATION; else NCL_NO_TENSOR */
    nnefcl_shape shape; /* that of the input with extent 1 along the axes */
};

struct ncl_softmax {
    const struct ncl_tensor *input;
    nnefcl_shape reduced; /* with extent 1 along the axes */
};

/* ---- the problem ---- */

struct ncl_problem {
    enum ncl_family family;
    const struct ncl_node *node;     /* being lowered: parameters that no struct below repeats */
    const struct ncl_tensor *result; /* what is made; NULL: scratch memory, `out` says which */
    ncl_ref out;                     /* filled in by ncl_choose for a `result`, in the form that the variant writes */
    double flops;
    union {
        struct ncl_conv conv;
        struct ncl_pool pool;
        struct ncl_debox debox;
        struct ncl_resample resample;
        struct ncl_pad pad;
        struct ncl_matmul product;
        struct ncl_attention attention;
        struct ncl_norm norm;
        struct ncl_move move;
        struct ncl_elementwise elements;
        struct ncl_reduce reduce;
        struct ncl_softmax softmax;
    };
};

#endif
