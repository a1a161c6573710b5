/* SPDX-License-Identifier: Apache-2.0 */
/* Times of the last run: those of the device from the events of its commands, which are kept until the next run. What
 * was not measured is negative. */
#include "base/filled.h"
#include "host.h"

static const double not_measured = -1;
/* No device starts and ends a command within it: events of drivers without a clock (rusticl 22.3) end a nanosecond or
 * none behind their begin. */
static const double least_ms = 1e-4;

static bool event_span(cl_event event, cl_ulong *start, cl_ulong *end)
{
    return event &&
           clGetEventProfilingInfo(event, CL_PROFILING_COMMAND_START, sizeof *start, start, NULL) == CL_SUCCESS &&
           clGetEventProfilingInfo(event, CL_PROFILING_COMMAND_END, sizeof *end, end, NULL) == CL_SUCCESS &&
           *start != 0 && *end >= *start;
}

static double milliseconds(cl_ulong from, cl_ulong to)
{
    return to > from ? (double)(to - from) * 1e-6 : 0;
}

static void release_events(cl_event *event, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (event[i])
            clReleaseEvent(event[i]);
        event[i] = NULL;
    }
}

void ncl_times_forget(struct nnefcl_session *session)
{
    if (session->event)
        release_events(session->event, ncl_run_commands(session));
    if (session->transfer_event)
        release_events(session->transfer_event, session->transfer_count);
    session->transfer_count = 0;
    session->timing = (nnefcl_timing){not_measured, not_measured, not_measured, not_measured};
}

void ncl_times_hold(struct nnefcl_session *session, const cl_event *event)
{
    for (size_t i = 0; session->event && event && i < ncl_run_commands(session); i++)
        if (event[i] && clRetainEvent(event[i]) == CL_SUCCESS)
            session->event[i] = event[i];
}

/* From the start of the first command to the end of the last one: they follow each other. */
static double device_time(const struct nnefcl_session *session)
{
    const size_t count = ncl_run_commands(session);
    cl_ulong start, end, unused;
    if (!session->event || session->timing.enqueue_ms < 0)
        return not_measured;
    if (count == 0)
        return 0;
    if (!event_span(session->event[0], &start, &unused) || !event_span(session->event[count - 1], &unused, &end))
        return not_measured;
    return milliseconds(start, end) < least_ms ? not_measured : milliseconds(start, end);
}

static double transfer_time(const struct nnefcl_session *session)
{
    double sum = 0;
    cl_ulong start, end;
    if (!session->event || session->timing.total_ms < 0)
        return not_measured;
    for (size_t i = 0; i < session->transfer_count; i++) {
        if (!event_span(session->transfer_event[i], &start, &end))
            return not_measured;
        sum += milliseconds(start, end);
    }
    return session->transfer_count && sum < least_ms ? not_measured : sum;
}

void ncl_times_step(const struct nnefcl_session *session, size_t index, double *start_ms, double *device_ms)
{
    cl_ulong first, start, end;
    *start_ms = *device_ms = not_measured;
    if (session->profiling != NNEFCL_PROFILING_STEPS || !event_span(session->event[0], &first, &end) ||
        device_time(session) < 0)
        return;
    double sum = 0;
    for (size_t i = session->begin[index]; i < session->begin[index + 1]; i++) {
        if (!event_span(session->event[i], &start, &end))
            return;
        if (i == session->begin[index])
            *start_ms = milliseconds(first, start);
        sum += milliseconds(start, end);
    }
    *device_ms = sum;
}

void(nnefcl_session_timing)(const nnefcl_session *session, nnefcl_timing *timing, size_t size)
{
    nnefcl_timing made = {0};
    if (session) {
        made = session->timing;
        made.device_ms = device_time(session);
        made.transfer_ms = transfer_time(session);
    }
    NCL_FILLED_GIVE(NNEFCL_OK, timing, size, made, transfer_ms);
}
