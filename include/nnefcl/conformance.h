/* SPDX-License-Identifier: Apache-2.0 */
/* The conformance run: does a device compute the operations of NNEF 1.0.5 as they are defined?
 *
 * Cases are small models that the library generates, operation by operation: data types, borders, ranks, odd shapes,
 * all from fixed seeds, so that a case is the same everywhere. Each is run and verified node by node (verify.h), with
 * the kernels of the device, and again with the plain kernels behind them and in the memory of normal runs.
 *
 * Thread rule: one thread at a time for each run; several runs on different devices at once are fine. */
#ifndef NNEFCL_CONFORMANCE_H
#define NNEFCL_CONFORMANCE_H

#include "device.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum nnefcl_conformance_level {
    NNEFCL_CONFORMANCE_NORMAL, /* some cases of every kind */
    NNEFCL_CONFORMANCE_QUICK,  /* a few for each operation */
    NNEFCL_CONFORMANCE_FULL    /* all, and all with 64-bit indices again */
} nnefcl_conformance_level;

typedef struct nnefcl_conformance_options {
    uint32_t version; /* 1 */
    nnefcl_conformance_level level;
    const char *const *ops; /* only these operations; an unknown one is NNEFCL_ERR_ARGUMENT */
    size_t op_count;        /* 0: all */
    int separate_buffers;   /* nnefcl_session_options.separate_buffers, for checkers of memory */
    nnefcl_allocator allocator;
} nnefcl_conformance_options;
NNEFCL_INIT_DECLARE(nnefcl_conformance_options)
#define NNEFCL_CONFORMANCE_OPTIONS_INIT NNEFCL_INIT(nnefcl_conformance_options)

/* One finished case. Strings live during the call, `op` as long as the library. */
typedef struct nnefcl_conformance_case {
    const char *op, *name; /* "conv", "conv-2.17" */
    const char *document;  /* the model, as one can save and run it */
    const char *variant;   /* what failed: "", "plain kernels", "64-bit indices", "memory shared" */
    int passed;
    const char *message; /* why not, else "" */
    size_t index, count; /* among the cases of this run */
    /* The worst element of the nodes of `op` (of all nodes where `op` is expanded or has no arithmetic), as in
     * nnefcl_verdict. */
    double ulp, tolerance;
    uint64_t elements; /* compared */
    double ms;         /* for the case, with all its variants */
} nnefcl_conformance_case;

/* A non-zero return ends the run. */
typedef int (*nnefcl_conformance_fn)(void *user, const nnefcl_conformance_case *result);

/* Runs the cases in their order and visits each. NNEFCL_OK also when cases fail: an error is what kept the run itself
 * from going on. `options` may be NULL. */
NNEFCL_API nnefcl_status nnefcl_conformance_run(const nnefcl_device *device, const nnefcl_conformance_options *options,
                                                nnefcl_conformance_fn visit, void *user, nnefcl_error *error);

#ifdef __cplusplus
}
#endif
#endif
