/* SPDX-License-Identifier: Apache-2.0 */
/* A stream of runs of one session: while one run computes, the inputs of the next are on their way to the device and
 * the outputs of the last on their way back, on queues of their own. The host's side of both is memory that the driver
 * allocates (pinned, where a device has memory of its own), so nothing is copied twice.
 *
 *     for (int i = 0; i < frames || nnefcl_stream_running(stream); i++) {
 *         if (i < frames) {
 *             ... write frame i to nnefcl_stream_input(stream, 0) ...
 *             nnefcl_stream_enqueue(stream, &error);
 *         }
 *         if (nnefcl_stream_running(stream) == NNEFCL_STREAM_AHEAD || i >= frames) {
 *             nnefcl_stream_wait(stream, &error);
 *             ... read nnefcl_stream_output(stream, 0) ...
 *         }
 *     }
 *
 * Thread rule: that of the session, which must outlive the stream. */
#ifndef NNEFCL_STREAM_H
#define NNEFCL_STREAM_H

#include "session.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct nnefcl_stream nnefcl_stream;

/* Runs that may be under way. */
#define NNEFCL_STREAM_AHEAD 2

/* Memory for three runs' inputs and outputs, on the device and on the host. While a stream is there its buffers are
 * bound to the inputs and outputs of the session; other calls for the session are allowed, and wait for its runs.
 * NNEFCL_ERR_NOMEM, _LIMIT, _DEVICE. */
NNEFCL_API nnefcl_status nnefcl_stream_create(nnefcl_session *session, nnefcl_stream **stream, nnefcl_error *error);
/* Where an input of the next run is written, dense, until that is enqueued. NULL: there is no such input, or
 * NNEFCL_STREAM_AHEAD runs are under way. */
NNEFCL_API void *nnefcl_stream_input(nnefcl_stream *stream, size_t index);
/* Starts the next run, behind the ones before it. Waits for nothing. NNEFCL_ERR_LIMIT: NNEFCL_STREAM_AHEAD runs are
 * under way; else as nnefcl_session_run. */
NNEFCL_API nnefcl_status nnefcl_stream_enqueue(nnefcl_stream *stream, nnefcl_error *error);
/* Waits for the oldest run that is under way, and ends it. NNEFCL_ERR_ARGUMENT: there is none; else as
 * nnefcl_session_run. */
NNEFCL_API nnefcl_status nnefcl_stream_wait(nnefcl_stream *stream, nnefcl_error *error);
/* An output of the run that was waited for last, until the next wait. NULL: there is no such output, or no such run. */
NNEFCL_API const void *nnefcl_stream_output(const nnefcl_stream *stream, size_t index);
/* Runs that are under way. */
NNEFCL_API size_t nnefcl_stream_running(const nnefcl_stream *stream);
/* Waits for what is under way; the session has its own memory for inputs and outputs again. NULL is allowed. */
NNEFCL_API void nnefcl_stream_free(nnefcl_stream *stream);

#ifdef __cplusplus
}
#endif
#endif
