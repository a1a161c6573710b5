/* SPDX-License-Identifier: Apache-2.0 */
/* The state of a session: the variables that some `update` of the graph writes (NNEF 4.8). Each keeps what a run wrote
 * for the next one.
 *
 * A session has its own state, whatever other sessions there are of the same model; its initial values are those of the
 * model's files, and it keeps a copy of them on the device. These calls take host memory and wait: for the runs that
 * the application enqueued (its queue is flushed), then for themselves. What they wrote is seen by every run that is
 * called or enqueued later, in either form of execution.
 *
 * After an error of a run or of one of these calls, other than NNEFCL_ERR_ARGUMENT and NNEFCL_ERR_DATA, the state is
 * undefined and the session answers with that error. A reset or a restore, which define all of the state, make it
 * usable again, if the device still is: bindings stay as they were last asked for. Thread rule: that of the session. */
#ifndef NNEFCL_STATE_H
#define NNEFCL_STATE_H

#include "inspect.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Number of variables in the state, 0 for a model without `update`. Variables of one label are one. */
NNEFCL_API size_t nnefcl_session_state_count(const nnefcl_session *session);
/* The variable: label, the name of its first appearance in the graph, type, shape, bytes. In the order of the document;
 * strings live as long as the session. NNEFCL_ERR_ARGUMENT: index >= count; info is zeroed then. */
NNEFCL_API nnefcl_status nnefcl_session_state(const nnefcl_session *session, size_t index, nnefcl_tensor_info *info,
                                              size_t size);
#define nnefcl_session_state(session, index, info)                                                                     \
    nnefcl_session_state(session, index, info, sizeof(nnefcl_tensor_info))

/* Reads the variable into `data`, dense, nnefcl_tensor_info.bytes long. */
NNEFCL_API nnefcl_status nnefcl_session_state_read(nnefcl_session *session, size_t index, void *data,
                                                   nnefcl_error *error);
/* Writes it. NNEFCL_ERR_DATA: a logical that is neither 0 nor 1; nothing is written then. */
NNEFCL_API nnefcl_status nnefcl_session_state_write(nnefcl_session *session, size_t index, const void *data,
                                                    nnefcl_error *error);
/* Back to the initial values. The model is not needed any more. */
NNEFCL_API nnefcl_status nnefcl_session_state_reset(nnefcl_session *session, nnefcl_error *error);

/* Hands the state to `write` in pieces, as one block of bytes of this form, every number little-endian:
 *
 *   bytes             what
 *   8                 "NCLSTATE"
 *   4                 version of the form: 1
 *   4                 number of variables
 *   8                 bytes of the whole block
 *   for each variable:
 *     4, 4, 4         type (enum nnefcl_dtype), rank, bytes of the label
 *     8 for each axis extents
 *     ...             label, without a NUL
 *     ...             elements, dense and row-major as everywhere on the API
 *   8                 FNV-1a hash (64 bits) of everything before it
 *
 * NNEFCL_ERR_DATA: `write` returned non-zero, which ends the call; the state is as it was. */
NNEFCL_API nnefcl_status nnefcl_session_state_save(nnefcl_session *session, nnefcl_write_fn write, void *user,
                                                   nnefcl_error *error);
/* Replaces the state by a saved one, also of another session, another process or another device. The variables are
 * matched by label; all that was saved must be here with the same type and shape, and the other way round. The block is
 * checked as a whole before anything changes. NNEFCL_ERR_DATA: not such a block, damaged, or of a model with other
 * variables: both are named. */
NNEFCL_API nnefcl_status nnefcl_session_state_restore(nnefcl_session *session, const void *data, size_t size,
                                                      nnefcl_error *error);

#ifdef __cplusplus
}
#endif
#endif
