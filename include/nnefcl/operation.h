/* SPDX-License-Identifier: Apache-2.0 */
/* Operations of the application's own: declared in NNEF, shaped by a function, computed by a kernel in OpenCL C.
 * docs/custom-operations.md is the way in; this is the reference. They are given in nnefcl_model_options and belong to
 * the model that is opened with them.
 *
 * An operation of that name stays a whole node of the graph, wherever the document uses it: declared there without a
 * body (a custom operation, NNEF 2.5), declared with one (the kernel stands for the body), or, with a warning, not
 * declared at all. What the document declares has to be what is registered; default values are those of the document
 * then.
 *
 * The kernel is one function of `source`, which computes one task:
 *
 *     static void FN(my_op)(INDEX task, SIZES size, global const float *x, global const int *order, global float *y) {
 * ... }
 *
 * with a pointer for each tensor among the parameters, then one for each result, in the order of the declaration: float
 * for tensor<scalar>, int for tensor<integer>, uchar (0 or 1) for tensor<logical>, T for tensor<?>; T is defined as one
 * of these. Tensors are dense and row-major, aligned to their elements. Tasks 0, 1, ... run in any order, on any number
 * of work-items; together they write every element of every result. For a parameter or result called NAME there are
 * these macros, whose text is the registration's, never a model's:
 *
 *     tensors           COUNT_NAME      elements                                              INDEX
 *                       RANK_NAME       axes                                                  int
 *                       EXTENT_NAME(i)  extent of axis i < 8; 1 from axis RANK_NAME on        INDEX
 *                       STRIDE_NAME(i)  elements from one position of axis i to the next      INDEX
 *     attributes        VALUE_NAME      of type integer, scalar, logical, ?                   long, float, int, T
 *     arrays of them    LENGTH_NAME     items                                                 INDEX
 *                       VALUE_NAME(i)   item i < LENGTH_NAME                                  as above
 *
 * Strings do not get to the kernel. INDEX is int, or long where a tensor or the number of tasks needs it. In front of
 * the source stands cl/prelude.cl, the vocabulary of all kernels. Rules: OpenCL C 1.2; no barrier and no local memory;
 * every function and every other name of the file through FN(...), since the same text may stand in a program more than
 * once; macros as you like, but not those of the prelude. */
#ifndef NNEFCL_OPERATION_H
#define NNEFCL_OPERATION_H

#include "tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One invocation of an operation in the graph, as the functions below see it; it lives as long as the function runs.
 * Errors are sticky: after a wrong question, for a name that is not declared say, the answer is 0 or NULL, and the call
 * that led here fails with NNEFCL_ERR_ARGUMENT. */
typedef struct nnefcl_call nnefcl_call;

/* A tensor among the parameters, or a result once its shape is set. */
NNEFCL_API nnefcl_dtype nnefcl_call_dtype(nnefcl_call *call, const char *tensor);
NNEFCL_API nnefcl_shape nnefcl_call_shape(nnefcl_call *call, const char *tensor);
/* An attribute: number of items of an array, 1 for any other. */
NNEFCL_API size_t nnefcl_call_count(nnefcl_call *call, const char *attribute);
/* Item `index` of an array, 0 for any other attribute. The type must be that of the declaration. */
NNEFCL_API int64_t nnefcl_call_integer(nnefcl_call *call, const char *attribute, size_t index);
NNEFCL_API double nnefcl_call_scalar(nnefcl_call *call, const char *attribute, size_t index);
NNEFCL_API int nnefcl_call_logical(nnefcl_call *call, const char *attribute, size_t index);
NNEFCL_API const char *nnefcl_call_string(nnefcl_call *call, const char *attribute, size_t index);

/* For the shape function: extents from 1 to 2^31-1, at most 2^40 elements. */
NNEFCL_API void nnefcl_call_set_shape(nnefcl_call *call, const char *result, const nnefcl_shape *shape);
/* For the shape function: the arguments are wrong. The message, formatted like printf, becomes "my_op: ..." at the
 * place of the invocation. Returns NNEFCL_ERR_MODEL, for `return nnefcl_call_error(...)`. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
NNEFCL_API nnefcl_status
nnefcl_call_error(nnefcl_call *call, const char *format, ...);

/* For the definition: the elements of a tensor among the parameters, row-major, integers as they are, logicals 0 and 1
 * ... */
NNEFCL_API const double *nnefcl_call_elements(nnefcl_call *call, const char *parameter);
/* ... and those of a result, zeros to be written. */
NNEFCL_API double *nnefcl_call_result(nnefcl_call *call, const char *result);
/* For results that are sums: the magnitudes that the rounding errors grow with (of each element the sum of the
 * magnitudes of its terms), zeros to be written, and the number of terms. Not needed where an element is its own
 * magnitude. */
NNEFCL_API double *nnefcl_call_scale(nnefcl_call *call, const char *result, uint64_t terms);

/* An operation. Texts are copied. The functions may be called until the model is freed, on the threads that use it:
 * `shape` and `tasks` while a model is opened, `define` by nnefcl_session_verify and by the conformance checks. */
typedef struct nnefcl_operation {
    uint32_t version; /* 1 */
    /* One fragment without a body, "fragment my_op( x: tensor<scalar>, alpha: scalar = 1.0 ) -> ( y: tensor<scalar>
     * );". Parameters: tensors of scalars, integers, logicals or ?, and attributes of every type and arrays of them;
     * results: tensors; at most 8 tensors in all. */
    const char *declaration;
    /* Checks the arguments (types are right already) and sets the shape of each result. NNEFCL_OK, or what
     * nnefcl_call_error returned. */
    nnefcl_status (*shape)(nnefcl_call *call, void *user);
    const char *source;   /* OpenCL C, as above */
    const char *function; /* the name in FN(...); NULL: that of the operation */
    /* Number of tasks, from 1 to 2^40; NULL: one for each element of the first result. Called behind `shape`. */
    int64_t (*tasks)(nnefcl_call *call, void *user);
    /* The definition in double precision, with which verification compares every run; NULL: it does not, and says so.
     * The same for equal operands. */
    void (*define)(nnefcl_call *call, void *user);
    double ulp;          /* what an element may be off, in units in the last place (verify.h); 0: nothing */
    double ulp_per_term; /* and for each term that nnefcl_call_scale was told of */
    void *user;          /* for the functions */
} nnefcl_operation;
NNEFCL_INIT_DECLARE(nnefcl_operation)
#define NNEFCL_OPERATION_INIT NNEFCL_INIT(nnefcl_operation)

#ifdef __cplusplus
}
#endif
#endif
