/* SPDX-License-Identifier: Apache-2.0 */
/* A clock for the most that something may take: it counts how often a thread of this process slept a millisecond. What
 * waits without end lets it go on; a process that was stopped, or had no core, does not, so that no test fails because
 * of what else the machine does. It never runs ahead of the time. */
#ifndef PATIENT_CLOCK_H
#define PATIENT_CLOCK_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static atomic_long patient_ms, patient_end;

static inline void patient_nap(void)
{
    nanosleep(&(struct timespec){0, 1000000}, NULL);
}

static inline void *patient_count(void *unused)
{
    for (;;) {
        patient_nap();
        const long end = atomic_load(&patient_end);
        if (atomic_fetch_add(&patient_ms, 1) < end || !end)
            continue;
        fprintf(stderr, "a call does not come back\n");
        abort();
    }
    return unused;
}

/* Once for a process. */
static inline void patient_start(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, patient_count, NULL) || pthread_detach(thread))
        abort();
}

/* The process ends where it is when so much has passed from now on. */
static inline void patient_end_in(long ms)
{
    atomic_store(&patient_end, atomic_load(&patient_ms) + ms);
}

#endif
