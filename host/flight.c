/* SPDX-License-Identifier: Apache-2.0 */
/* Events of runs that may still fail. Where a run waits for events of the application, each of its commands has an
 * event that is held until the run is over: when a wait fails, PoCL 3.1 releases the event of every command behind it
 * and then locks it once more, and ends the process if nobody else held it. */
#include "host.h"

struct ncl_flight {
    struct ncl_flight *next; /* enqueued later */
    cl_event over;           /* of the last command */
    size_t count;
    cl_event event[]; /* by command, NULL where an error came before it */
};

struct ncl_flight *ncl_flight_new(const struct nnefcl_session *session)
{
    const size_t count = ncl_run_commands(session);
    struct ncl_flight *flight = ncl_resize(&session->arena.allocator, NULL, sizeof *flight + count * sizeof(cl_event));
    if (flight)
        *flight = (struct ncl_flight){.count = count};
    for (size_t i = 0; flight && i < count; i++)
        flight->event[i] = NULL;
    return flight;
}

cl_event *ncl_flight_events(struct ncl_flight *flight)
{
    return flight ? flight->event : NULL;
}

nnefcl_status ncl_flight_start(struct nnefcl_session *session, struct ncl_flight *flight, cl_event over,
                               struct ncl_diag *diag)
{
    struct ncl_flight **end = &session->flight;
    while (*end)
        end = &(*end)->next;
    *end = flight;
    const cl_int code = over ? clRetainEvent(over) : CL_SUCCESS;
    if (!code)
        flight->over = over;
    return ncl_opencl_check(diag, NCL_NOWHERE, NULL, "clRetainEvent", code);
}

static void flight_free(const struct nnefcl_session *session, struct ncl_flight *flight)
{
    for (size_t i = 0; i < flight->count; i++)
        if (flight->event[i])
            clReleaseEvent(flight->event[i]);
    if (flight->over)
        clReleaseEvent(flight->over);
    ncl_resize(&session->arena.allocator, flight, 0);
}

void ncl_flight_land(struct nnefcl_session *session, bool all)
{
    while (session->flight && (all || ncl_event_over(session->flight->over))) {
        struct ncl_flight *next = session->flight->next;
        flight_free(session, session->flight);
        session->flight = next;
    }
}
