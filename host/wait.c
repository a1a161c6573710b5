/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for the device. Where a call may take as long as it takes, the driver waits, which is the fastest way. Else
 * the states of events are looked at until they are over or the time is: no function of OpenCL waits for a while.
 *
 * A driver may wait for ever behind an event that has failed already (PoCL 3.1: a barrier on it never ends), so its
 * state is read before anything waits for it. */
#include <sched.h>
#include <time.h>

#include "host.h"

/* Looks follow each other at once for as long as a short run takes. Later ones come after a sixteenth of the time that
 * has passed, so that whoever waits loses no more than that share, and after a millisecond at most. */
#define LOOKING_MS 0.1
#define NAP_MS     1.0
#define TELL_MS    10.0

void ncl_wait_begin(struct nnefcl_session *session)
{
    session->patience.begun = ncl_moment_now();
}

bool ncl_wait_is_limited(const struct nnefcl_session *session)
{
    return session->patience.timeout_ms > 0 || session->patience.waiting;
}

nnefcl_status ncl_wait_check_time(const struct nnefcl_session *session, struct ncl_diag *diag)
{
    const struct ncl_patience *patience = &session->patience;
    if (patience->timeout_ms <= 0 || ncl_moment_now() - patience->begun < patience->timeout_ms)
        return NNEFCL_OK;
    return ncl_error(diag, NNEFCL_ERR_TIMEOUT, NCL_NOWHERE, "the call did not come to its end within %.6g ms",
                     patience->timeout_ms);
}

nnefcl_status ncl_wait_stuck(struct nnefcl_session *session, struct ncl_diag *diag)
{
    const nnefcl_status status = ncl_lost_check(session->device, diag);
    if (status || !session->stuck)
        return status;
    if (!ncl_event_over(session->stuck))
        return ncl_error(diag, NNEFCL_ERR_DEVICE, NCL_NOWHERE, "commands of this session are still on the device");
    clReleaseEvent(session->stuck);
    session->stuck = NULL;
    return NNEFCL_OK;
}

/* ---- looking at an event ---- */

static void wait_nap(double waited_ms)
{
    const double nap = waited_ms / 16 < NAP_MS ? waited_ms / 16 : NAP_MS;
    const struct timespec time = {0, (long)(nap * 1e6)};
    if (waited_ms < LOOKING_MS)
        sched_yield();
    else
        nanosleep(&time, NULL);
}

/* Is the caller still willing? `told`: when it was asked last. */
static nnefcl_status wait_ask(const struct nnefcl_session *session, double *told, struct ncl_diag *diag)
{
    const struct ncl_patience *patience = &session->patience;
    const double now = ncl_moment_now();
    const nnefcl_status status = ncl_wait_check_time(session, diag);
    if (status || !patience->waiting || now - *told < TELL_MS)
        return status;
    *told = now;
    if (!patience->waiting(patience->waiting_user, now - patience->begun))
        return NNEFCL_OK;
    return ncl_error(diag, NNEFCL_ERR_CANCELLED, NCL_NOWHERE, "stopped by the caller while the device worked");
}

/* Nobody waits for the event any more. */
static void wait_abandon(struct nnefcl_session *session, cl_event event)
{
    if (!session->stuck && clRetainEvent(event) == CL_SUCCESS)
        session->stuck = event;
    ncl_lost_mark(session->device, event, "its commands did not end in the time that a call had");
}

static nnefcl_status event_watch(struct nnefcl_session *session, cl_event event, struct ncl_diag *diag)
{
    const double start = ncl_moment_now();
    double told = start;
    cl_int state = CL_QUEUED;
    ncl_event_flush(event, NULL);
    nnefcl_status status = ncl_event_state(event, &state, diag);
    while (!status && state > CL_COMPLETE) {
        status = wait_ask(session, &told, diag);
        if (status) {
            wait_abandon(session, event);
            return status;
        }
        wait_nap(ncl_moment_now() - start);
        status = ncl_event_state(event, &state, diag);
    }
    return status;
}

nnefcl_status ncl_wait_event(struct nnefcl_session *session, cl_event event, struct ncl_diag *diag)
{
    cl_int state;
    if (!event)
        return NNEFCL_OK;
    nnefcl_status status = ncl_event_state(event, &state, diag);
    if (!status && state > CL_COMPLETE && ncl_wait_is_limited(session)) {
        status = event_watch(session, event, diag);
    } else if (!status && state > CL_COMPLETE) {
        const cl_int code = clWaitForEvents(1, &event);
        if (code != CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST)
            status = ncl_opencl_check(diag, NCL_NOWHERE, NULL, "clWaitForEvents", code);
    }
    return status ? status : ncl_event_check(event, diag);
}

/* ---- the session's queue ---- */

/* Only a lack of memory leaves a context as it was. */
static nnefcl_status queue_judge(struct nnefcl_session *session, cl_event last, struct ncl_diag *diag)
{
    cl_int state;
    nnefcl_status status = ncl_event_state(last, &state, diag);
    if (status || state >= 0)
        return status;
    if (state == CL_MEM_OBJECT_ALLOCATION_FAILURE || state == CL_OUT_OF_HOST_MEMORY)
        return ncl_event_check(last, diag);
    ncl_lost_mark(session->device, NULL, "a command ended in %s (%d)", ncl_opencl_name(state), (int)state);
    return ncl_error_opencl(diag, NNEFCL_ERR_DEVICE, state, NCL_NOWHERE, "a command ended in %s (%d)",
                            ncl_opencl_name(state), (int)state);
}

static nnefcl_status queue_wait(struct nnefcl_session *session, cl_command_queue queue, const char *who, cl_event last,
                                struct ncl_diag *diag)
{
    cl_event marker = NULL;
    nnefcl_status status = NNEFCL_OK;
    if (!last) {
        const cl_int code = clEnqueueMarkerWithWaitList(queue, 0, NULL, &marker);
        status = ncl_opencl_check(diag, NCL_NOWHERE, who, "clEnqueueMarkerWithWaitList", code);
        last = marker = code ? NULL : marker;
    }
    /* Also after an error: what is enqueued uses memory of the host. */
    const nnefcl_status ended = last && ncl_wait_is_limited(session)
                                    ? event_watch(session, last, diag)
                                    : ncl_opencl_check(diag, NCL_NOWHERE, who, "clFinish", clFinish(queue));
    status = status ? status : ended;
    if (!status)
        status = queue_judge(session, last, diag);
    if (marker)
        clReleaseEvent(marker);
    return status;
}

nnefcl_status ncl_wait_queue(struct nnefcl_session *session, const char *who, cl_event last, struct ncl_diag *diag)
{
    return queue_wait(session, session->queue, who, last, diag);
}

void ncl_wait_idle(struct nnefcl_session *session, cl_command_queue queue)
{
    struct ncl_diag ignored;
    ncl_diag_init(&ignored, NULL, NULL, NULL, false);
    if (session->stuck || !queue)
        return;
    if (ncl_wait_is_limited(session))
        queue_wait(session, queue, NULL, NULL, &ignored);
    else
        clFinish(queue);
}
