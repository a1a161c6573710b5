/* SPDX-License-Identifier: Apache-2.0 */
/* Verification: every node of a model as the device computes it, against the definition of its operation in double
 * precision on the host.
 *
 * Each node is judged on its own: its operands are what the device had, so an error is named where it arises and does
 * not spread. A tensor that the device never holds (two nodes became one kernel) is computed on the host from what it
 * does hold, and what it may be off counts for its readers. Constants and variables that nothing updates are what their
 * files say.
 *
 * An operation that was expanded (rms_pool, l2_normalization, ...) is judged as a whole besides: what its body makes on
 * the way is not what the device had.
 *
 * Thread rule: that of the session. */
#ifndef NNEFCL_VERIFY_H
#define NNEFCL_VERIFY_H

#include "model.h"
#include "session.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One result of one node, or of an operation that its body stands for. Strings live as long as the model, `operand`
 * during the call. */
typedef struct nnefcl_verdict {
    size_t node;               /* its index (nnefcl_model_node) */
    const char *op, *location; /* "conv", "graph.nnef:12:9" */
    nnefcl_tensor_info result;
    const nnefcl_tensor_info *operand; /* the tensors among the arguments, in their order, literals too */
    size_t operand_count;
    uint64_t elements, bad; /* compared, and beyond the tolerance; elements 0: a custom operation without definition */
    /* The worst element, by its error over what it may have. The error is counted in units in the last place: |got -
     * want| over the distance of neighbouring floats at |want| or, for sums, at the sum of the magnitudes that add up
     * to it. What OpenCL leaves to a device is no error: denormals taken as 0, NaN of any kind, infinity where the
     * value rounds to it. For integers and logicals the error is 0 or infinite. */
    double ulp, tolerance; /* the error, and what it may be */
    double got, want;
    int64_t position[NNEFCL_MAX_RANK];
    const char *reason; /* why the operation may have that error, "exp: 3" */
    uint64_t outside;   /* indices among the operands that lie outside of what they point into: gather takes the
                           nearest, sample 0, desample leaves them out */
    int whole; /* 1: `op` is an operation that was expanded to several nodes, `node` the one that makes the result;
                  everything from its operands on was computed in double precision */
} nnefcl_verdict;

/* A non-zero return ends the verification. */
typedef int (*nnefcl_verdict_fn)(void *user, const nnefcl_verdict *verdict);

/* nnefcl_session_run, and then a visit for every result that the device holds, in the order of the graph: activations,
 * not inputs and weights; then for the results of whole operations. Whether all are good is in the verdicts, not in the
 * status. `session` must have been made with nnefcl_session_options.keep_tensors, from `model` or one that was opened
 * in the same way, else NNEFCL_ERR_ARGUMENT; also when the application has bound buffers that the host may not read.
 * NNEFCL_ERR_MODEL: a file vanished or changed. Host memory: some times the largest node, in doubles. */
NNEFCL_API nnefcl_status nnefcl_session_verify(nnefcl_session *session, const nnefcl_model *model,
                                               const void *const *inputs, void *const *outputs, nnefcl_verdict_fn visit,
                                               void *user, nnefcl_error *error);

#ifdef __cplusplus
}
#endif
#endif
