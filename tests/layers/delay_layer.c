/* SPDX-License-Identifier: Apache-2.0 */
/* An OpenCL layer for tests: the laziest driver that OpenCL 1.2 allows. Commands that do not block are held back until
 * their queue is flushed (clFlush, clFinish, clWaitForEvents on one of its events, a blocking command, its release): a
 * write reads the host's memory only then. A command that waits for an event of another queue needs that queue flushed
 * too (5.13): where somebody blocks and it was not, the layer ends the process in place of a wait without end.
 *
 * Each queue has a gate, a user event, that all its commands wait for: opening it lets them go. clFlush alone opens it
 * LATER: what was flushed has begun some time, and is at its end when somebody has waited for it. */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "layer_init.h"

#define HELD  4096 /* events of one queue between two flushes */
#define WAITS 256  /* on other queues between two clFinish */
#define LATE  64   /* flushes of a queue that nobody has waited for */
#define LATER 200  /* milliseconds */

struct gate {
    struct gate *next;
    cl_command_queue queue;
    unsigned long flushes;
    cl_event event; /* NULL: nothing is held back */
    cl_event held[HELD];
    size_t held_count;
    cl_event late[LATE]; /* flushed, not open yet */
    size_t late_count;
    struct {
        const struct gate *on;
        unsigned long flushes; /* of `on` when the command came */
    } wait[WAITS];
    size_t wait_count;
};

static struct gate *gates;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void stop(const char *call, const char *what)
{
    fprintf(stderr, "delay layer: %s: %s\n", call, what);
    abort();
}

/* ---- gates; under the lock ---- */

static struct gate *gate_find(cl_command_queue queue)
{
    for (struct gate *gate = gates; gate; gate = gate->next)
        if (gate->queue == queue)
            return gate;
    return NULL;
}

static struct gate *gate_of(cl_command_queue queue)
{
    struct gate *gate = gate_find(queue);
    if (!gate) {
        gate = calloc(1, sizeof *gate);
        if (!gate)
            stop("gate", "no memory");
        *gate = (struct gate){.next = gates, .queue = queue};
        gates = gate;
    }
    return gate;
}

static void gate_close(struct gate *gate)
{
    cl_context context = NULL;
    cl_int code;
    if (gate->event)
        return;
    target->clGetCommandQueueInfo(gate->queue, CL_QUEUE_CONTEXT, sizeof context, &context, NULL);
    gate->event = target->clCreateUserEvent(context, &code);
    if (!gate->event)
        stop("clCreateUserEvent", "failed");
}

/* The queue whose gate holds the command of this event back. */
static struct gate *gate_holding(cl_event event)
{
    for (struct gate *gate = gates; gate; gate = gate->next)
        for (size_t i = 0; i < gate->held_count; i++)
            if (gate->held[i] == event)
                return gate;
    return NULL;
}

static void gate_add_waits(struct gate *gate, const char *call, cl_uint count, const cl_event *events)
{
    for (cl_uint i = 0; i < count; i++) {
        const struct gate *other = gate_holding(events[i]);
        if (!other || other == gate)
            continue;
        if (gate->wait_count == WAITS)
            stop(call, "too many waits");
        gate->wait[gate->wait_count].on = other;
        gate->wait[gate->wait_count++].flushes = other->flushes;
    }
}

/* Can all that the queue was given come to an end? */
static bool gate_ends(const struct gate *gate, int depth)
{
    for (size_t i = 0; i < gate->wait_count; i++)
        if (gate->wait[i].flushes == gate->wait[i].on->flushes || (depth && !gate_ends(gate->wait[i].on, depth - 1)))
            return false;
    return true;
}

static void gate_check_end(const char *call, cl_command_queue queue)
{
    pthread_mutex_lock(&lock);
    const struct gate *gate = gate_find(queue);
    if (gate && !gate_ends(gate, 4))
        stop(call, "waits for a command of another queue that was not flushed");
    pthread_mutex_unlock(&lock);
}

/* ---- flushing; without the lock, since the driver may run what it lets go ---- */

static void open_gates(const cl_event *events, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        target->clSetUserEventStatus(events[i], CL_COMPLETE);
        target->clReleaseEvent(events[i]);
    }
}

/* Under the lock: what is late of the gate, to be opened without the lock; room for LATE. */
static size_t take_late(struct gate *gate, cl_event *events)
{
    const size_t count = gate->late_count;
    for (size_t i = 0; i < count; i++)
        events[i] = gate->late[i];
    gate->late_count = 0;
    return count;
}

/* Under the lock: the commands since the last flush come with what is late. */
static void make_late(struct gate *gate)
{
    if (gate->event)
        gate->late[gate->late_count++] = gate->event;
    gate->event = NULL;
    gate->held_count = 0;
    gate->flushes++;
}

/* All of a queue goes. */
static void flush(cl_command_queue queue)
{
    cl_event events[LATE];
    size_t count = 0;
    pthread_mutex_lock(&lock);
    struct gate *gate = gate_find(queue);
    if (gate) {
        make_late(gate);
        count = take_late(gate, events);
    }
    pthread_mutex_unlock(&lock);
    open_gates(events, count);
}

static void *open_later(void *unused)
{
    const struct timespec pause = {.tv_nsec = LATER * 1000000L};
    for (;;) {
        nanosleep(&pause, NULL);
        pthread_mutex_lock(&lock);
        struct gate *gate = gates;
        pthread_mutex_unlock(&lock);
        for (; gate; gate = gate->next) { /* gates are never taken away, and new ones come in front */
            cl_event events[LATE];
            pthread_mutex_lock(&lock);
            const size_t count = take_late(gate, events);
            pthread_mutex_unlock(&lock);
            open_gates(events, count);
        }
    }
    return unused;
}

/* All of a queue goes some time. */
static void flush_later(cl_command_queue queue)
{
    static bool running;
    pthread_t thread;
    pthread_mutex_lock(&lock);
    struct gate *gate = gate_find(queue);
    const bool room = gate && gate->late_count < LATE - 1;
    if (room)
        make_late(gate);
    if (room && !running)
        running = !pthread_create(&thread, NULL, open_later, NULL) && !pthread_detach(thread);
    const bool later = room && running;
    pthread_mutex_unlock(&lock);
    if (!later)
        flush(queue);
}

static void flush_event(const char *call, cl_event event)
{
    cl_command_queue queue = NULL; /* of user events too */
    target->clGetEventInfo(event, CL_EVENT_COMMAND_QUEUE, sizeof queue, &queue, NULL);
    if (queue) {
        flush(queue);
        gate_check_end(call, queue);
    }
}

static void forget_waits(cl_command_queue queue)
{
    pthread_mutex_lock(&lock);
    struct gate *gate = gate_find(queue);
    if (gate)
        gate->wait_count = 0;
    pthread_mutex_unlock(&lock);
}

/* ---- commands ---- */

/* The wait list of a command: the caller's, and the gate. */
struct waits {
    struct gate *gate;
    cl_uint count;
    cl_event *event;
};

static struct waits waits_begin(const char *call, cl_command_queue queue, cl_uint count, const cl_event *events,
                                cl_bool blocking)
{
    struct waits waits = {.count = count, .event = malloc((count + 1) * sizeof *events)};
    if (!waits.event)
        stop(call, "no memory");
    if (blocking)
        flush(queue);
    pthread_mutex_lock(&lock);
    struct gate *gate = gate_of(queue);
    gate_add_waits(gate, call, count, events);
    for (cl_uint i = 0; i < count; i++)
        waits.event[i] = events[i];
    if (!blocking) {
        gate_close(gate);
        waits.gate = gate;
        waits.event[waits.count++] = gate->event;
    }
    return waits;
}

/* Between waits_begin and here the lock is held, but for a driver that blocks. */
static void waits_go(const struct waits *waits, const char *call, cl_command_queue queue)
{
    if (waits->gate)
        return;
    pthread_mutex_unlock(&lock);
    gate_check_end(call, queue);
}

static void waits_end(struct waits *waits, const char *call, const cl_event *event)
{
    struct gate *gate = waits->gate;
    if (gate && event && *event) {
        if (gate->held_count == HELD)
            stop(call, "too many events");
        gate->held[gate->held_count++] = *event;
    }
    if (gate)
        pthread_mutex_unlock(&lock);
    free(waits->event);
}

/* One command, with `waits` in place of the caller's list. */
#define COMMAND(name, blocking, parameters, arguments)                                                                 \
    static cl_int CL_API_CALL my_##name parameters                                                                     \
    {                                                                                                                  \
        struct waits waits = waits_begin(#name, q, num_events_in_wait_list, event_wait_list, blocking);                \
        waits_go(&waits, #name, q);                                                                                    \
        const cl_int code = target->name arguments;                                                                    \
        waits_end(&waits, #name, code == CL_SUCCESS ? event : NULL);                                                   \
        return code;                                                                                                   \
    }
#define GATED waits.count, waits.count ? waits.event : NULL, event

COMMAND(clEnqueueNDRangeKernel, CL_FALSE,
        (cl_command_queue q, cl_kernel k, cl_uint d, const size_t *o, const size_t *g, const size_t *l, WAIT),
        (q, k, d, o, g, l, GATED))
COMMAND(clEnqueueWriteBuffer, b, (cl_command_queue q, cl_mem m, cl_bool b, size_t o, size_t s, const void *p, WAIT),
        (q, m, b, o, s, p, GATED))
COMMAND(clEnqueueReadBuffer, b, (cl_command_queue q, cl_mem m, cl_bool b, size_t o, size_t s, void *p, WAIT),
        (q, m, b, o, s, p, GATED))
COMMAND(clEnqueueCopyBuffer, CL_FALSE, (cl_command_queue q, cl_mem from, cl_mem to, size_t i, size_t o, size_t s, WAIT),
        (q, from, to, i, o, s, GATED))
COMMAND(clEnqueueFillBuffer, CL_FALSE,
        (cl_command_queue q, cl_mem m, const void *p, size_t n, size_t o, size_t s, WAIT), (q, m, p, n, o, s, GATED))
COMMAND(clEnqueueUnmapMemObject, CL_FALSE, (cl_command_queue q, cl_mem m, void *p, WAIT), (q, m, p, GATED))
COMMAND(clEnqueueMarkerWithWaitList, CL_FALSE, (cl_command_queue q, WAIT), (q, GATED))
COMMAND(clEnqueueBarrierWithWaitList, CL_FALSE, (cl_command_queue q, WAIT), (q, GATED))

static void *CL_API_CALL my_clEnqueueMapBuffer(cl_command_queue q, cl_mem m, cl_bool b, cl_map_flags f, size_t o,
                                               size_t s, WAIT, cl_int *errcode_ret)
{
    struct waits waits = waits_begin("clEnqueueMapBuffer", q, num_events_in_wait_list, event_wait_list, b);
    waits_go(&waits, "clEnqueueMapBuffer", q);
    void *pointer = target->clEnqueueMapBuffer(q, m, b, f, o, s, GATED, errcode_ret);
    waits_end(&waits, "clEnqueueMapBuffer", pointer ? event : NULL);
    return pointer;
}

/* ---- what lets commands go ---- */

static cl_int CL_API_CALL my_clFlush(cl_command_queue queue)
{
    flush_later(queue);
    return target->clFlush(queue);
}

static cl_int CL_API_CALL my_clReleaseCommandQueue(cl_command_queue queue)
{
    flush(queue);
    return target->clReleaseCommandQueue(queue);
}

static cl_int CL_API_CALL my_clFinish(cl_command_queue queue)
{
    flush(queue);
    gate_check_end("clFinish", queue);
    const cl_int code = target->clFinish(queue);
    forget_waits(queue);
    return code;
}

static cl_int CL_API_CALL my_clWaitForEvents(cl_uint count, const cl_event *events)
{
    for (cl_uint i = 0; events && i < count; i++)
        flush_event("clWaitForEvents", events[i]);
    return target->clWaitForEvents(count, events);
}

void layer_take(struct _cl_icd_dispatch *table)
{
#define TAKE(name) table->name = my_##name;
    TAKE(clEnqueueNDRangeKernel)
    TAKE(clEnqueueWriteBuffer)
    TAKE(clEnqueueReadBuffer)
    TAKE(clEnqueueCopyBuffer)
    TAKE(clEnqueueFillBuffer)
    TAKE(clEnqueueMapBuffer)
    TAKE(clEnqueueUnmapMemObject)
    TAKE(clEnqueueMarkerWithWaitList)
    TAKE(clEnqueueBarrierWithWaitList)
    TAKE(clFlush)
    TAKE(clFinish)
    TAKE(clReleaseCommandQueue)
    TAKE(clWaitForEvents)
}
