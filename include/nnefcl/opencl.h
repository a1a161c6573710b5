/* SPDX-License-Identifier: Apache-2.0 */
/* nnefcl for applications that live on the device already: their context, queue, buffers and events.
 *
 * Rules: every OpenCL object handed in is retained while it is needed and never taken over; nothing here calls
 * clFinish, waits for an event or copies to the host; properties of a queue are never changed. Thread rule: as in
 * session.h. */
#ifndef NNEFCL_OPENCL_H
#define NNEFCL_OPENCL_H

#ifndef CL_TARGET_OPENCL_VERSION
#define CL_TARGET_OPENCL_VERSION 120
#endif
#include <CL/cl.h>

#include "session.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A device in a context that exists. `id` must belong to `context`. Sessions made on it create their buffers and
 * programs there. NNEFCL_ERR_DEVICE: the device cannot be used (the message says why), or it is not in the context. */
NNEFCL_API nnefcl_status nnefcl_device_from_opencl(cl_context context, cl_device_id id,
                                                   const nnefcl_device_options *options, nnefcl_device **device,
                                                   nnefcl_error *error);
/* The context and device id of a device; not retained for the caller. */
NNEFCL_API cl_context nnefcl_device_context(const nnefcl_device *device);
NNEFCL_API cl_device_id nnefcl_device_id(const nnefcl_device *device);

/* From now on input `index` is read from `memory` at `byte_offset`, dense and row-major, nnefcl_tensor_info.bytes long;
 * NULL goes back to the session's own buffer. The offset must be a multiple of the element size. Takes effect with the
 * next enqueue or run; what is already enqueued keeps the old one. NNEFCL_ERR_ARGUMENT: other context, too small,
 * misaligned, or not readable by kernels. A run of session.h ignores inputs[index] of a bound input; of others it may
 * read the caller's memory in place, and leave the session's own buffer as it was. */
NNEFCL_API nnefcl_status nnefcl_session_bind_input(nnefcl_session *session, size_t index, cl_mem memory,
                                                   size_t byte_offset, nnefcl_error *error);
/* The same for output `index`, which is written there. No two outputs, and no input and output, may overlap. */
NNEFCL_API nnefcl_status nnefcl_session_bind_output(nnefcl_session *session, size_t index, cl_mem memory,
                                                    size_t byte_offset, nnefcl_error *error);

/* Enqueues one inference on `queue` (in-order or out-of-order, of the device of the session) and returns at once. It
 * starts after the events of `wait_list` and after the session's earlier runs; *done (may be NULL) becomes an event
 * that the caller owns, complete when the outputs are there. Inputs and outputs are the bound buffers, the session's
 * own ones (nnefcl_session_input_memory) where nothing is bound. Flushing is the caller's.
 * A session that measures (profiling) needs a queue with CL_QUEUE_PROFILING_ENABLE, and holds the events of a run until
 * the next one; without: NNEFCL_ERR_ARGUMENT. */
NNEFCL_API nnefcl_status nnefcl_session_enqueue(nnefcl_session *session, cl_command_queue queue, cl_uint wait_count,
                                                const cl_event *wait_list, cl_event *done, nnefcl_error *error);

/* The buffer that holds input or output `index` now, and the offset in it; not retained for the caller. */
NNEFCL_API nnefcl_status nnefcl_session_input_memory(const nnefcl_session *session, size_t index, cl_mem *memory,
                                                     size_t *byte_offset);
NNEFCL_API nnefcl_status nnefcl_session_output_memory(const nnefcl_session *session, size_t index, cl_mem *memory,
                                                      size_t *byte_offset);

#ifdef __cplusplus
}
#endif
#endif
