/* SPDX-License-Identifier: Apache-2.0 */
/* A driver that is long in being opened, and must not be when exit handlers have begun. */
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static atomic_bool over;

static void end(void)
{
    atomic_store(&over, true);
}

__attribute__((constructor)) static void open_slowly(void)
{
    const struct timespec half = {0, 500000000};
    atexit(end);
    nanosleep(&half, NULL);
    if (!atomic_load(&over))
        return;
    fputs("late_driver: opened by a process that has ended\n", stderr);
    abort();
}
