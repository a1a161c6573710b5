/* In front of every body: the vocabulary of kernels (see cl/README.md).
 *
 * A body is   static void FN(stem)(INDEX task, SIZES size, global const T *x, ..., global T *y)   in stem.cl: it computes task number `task` of the step.
 * FN(name)    gives functions of a file a name that is unique when several bodies share one program.
 * SIZE(k)     field k of the record of sizes;  REAL(k): the same as a float.
 * INDEX       int, or long when a tensor of the step has 2^31 elements or more. */
#ifndef NCL_PRELUDE
#define NCL_PRELUDE
#pragma OPENCL FP_CONTRACT ON
typedef global const long *SIZES;
#define NCL_CAT2(a, b) a##b
#define NCL_CAT(a, b) NCL_CAT2(a, b)
#define FN(name) NCL_CAT(name, NCL_SUFFIX)
#define SIZE(k) ((INDEX)size[k])
#define REAL(k) as_float((int)size[k])
#endif
#ifndef INDEX
#define INDEX int
#endif
#ifndef NCL_SUFFIX
#define NCL_SUFFIX _0
#endif
