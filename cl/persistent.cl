/* SPDX-License-Identifier: Apache-2.0 */
/* The persistent form (src/plan/source_persistent.h): work-groups of one work-item each go through the steps of a run
 * list, in one launch or a few. It stands behind the bodies and in front of persistent_task, which calls them, and of
 * the kernel itself; src/plan/source_persistent.c adds both.
 *
 * Groups take tasks in the order of the steps from one counter and count them in another, one of a few that steps have
 * by turns, when they are done. A task is taken when all steps are over that its own has to wait for, which are the
 * first ones up to the last that it meets in memory; their tasks are in the hands of groups that run, so nobody waits
 * for a group that has not started, however few of them the device runs at a time, and who waits holds no task, so that
 * it may leave. So steps that do not meet overlap: a core that finds no more tasks of one begins with the next. What a
 * group wrote is there for the others behind mem_fence and the counter: OpenCL 1.2 does not promise that, x86 gives it
 * (target.relaxed_atomics).
 *
 * records     at `list` [0] number of steps, [1] place of their table, [2] launches of a run
 * table       rows of STEP_HEAD fields and two for each tensor, with the fields STEP_TASKS, STEP_WAIT (how many of the
 *             first steps have to be over in front of it; OVERLAP - 1 of those before it at most do not), STEP_DONE
 *             (what its counter of done tasks is at least when it is over), STEP_TENSORS
 * counters    each on a line of its own: TAKEN tasks, DONE(i) tasks of step i and of each OVERLAP-th before it; groups
 *             that LEFT this launch; OVER: the list is through, ROUND: number of this launch; LEAVING: a group has
 *             waited for long, so all leave; STALLED: ... and nobody comes behind them
 * OVERLAP     steps that may be under way at a time; DONE_FIRST: the first of their counters
 * COPY_CHUNK  bytes of a task of a copy; PATIENCE: looks at DONE behind which a group leaves, where a launch follows */
#ifndef NCL_APART
#define NCL_APART __attribute__((noinline))
#endif
#define TAKEN   0
#define LEFT    16
#define OVER    32
#define ROUND   33
#define LEAVING 64
#define DONE(i) (DONE_FIRST + 16 * ((i) % OVERLAP))

static void persistent_task(global const long *step, int task, global const long *records,
                            global uchar *const *memory);

static void persistent_copy(long task, long bytes, global const uchar *x, global uchar *y)
{
    long i = task * COPY_CHUNK;
    const long end = min(i + COPY_CHUNK, bytes);
    for (; i + 16 <= end; i += 16)
        vstore16(vload16(0, x + i), 0, y + i);
    for (; i < end; i++)
        y[i] = x[i];
}

/* False: not within so many looks, or another group says so. */
static bool persistent_wait(volatile global int *done, int count, volatile global int *given_up, long looks)
{
    for (long look = 0; *done < count; look++)
        if (*given_up || look == looks) {
            *given_up = 1;
            return false;
        }
    mem_fence(CLK_GLOBAL_MEM_FENCE);
    return true;
}

static global const long *persistent_next(global const long *step)
{
    return step + STEP_HEAD + 2 * step[STEP_TENSORS];
}

/* The steps of which a group knows that they are over: their number, and the row behind them. */
struct settled {
    long count;
    global const long *step;
};

/* False: it was given up. */
static bool persistent_settle(struct settled *settled, long wanted, volatile global int *counters,
                              volatile global int *given_up, long looks)
{
    for (; settled->count < wanted; settled->count++) {
        if (!persistent_wait(counters + DONE(settled->count), (int)settled->step[STEP_DONE], given_up, looks))
            return false;
        settled->step = persistent_next(settled->step);
    }
    return true;
}

/* The last group to leave: the counters of the next launch, or of the next run. */
static void persistent_end(volatile global int *counters, int tasks, bool last)
{
    const bool complete = counters[OVER] || counters[TAKEN] == tasks; /* who has left has done what it took */
    if (complete)
        counters[TAKEN] = 0;
    for (int i = 0; complete && i < OVERLAP; i++)
        counters[DONE(i)] = 0;
    counters[OVER] = complete && !last;
    counters[ROUND] = last ? 0 : counters[ROUND] + 1;
    counters[LEAVING] = 0;
    counters[LEFT] = 0;
}

NCL_APART static void persistent_group(global const long *records, long list, volatile global int *counters,
                                       long looks, int groups, global uchar *const *memory)
{
    const bool last = counters[ROUND] + 1 >= records[list + 2];
    volatile global int *given_up = counters + (last ? STALLED : LEAVING);
    const long steps = records[list];
    global const long *step = records + records[list + 1];
    struct settled settled = {0, step};
    long i = 0;
    int first = 0; /* number of the tasks in front of step i */
    while (!counters[OVER] && !*given_up) {
        const int ticket = counters[TAKEN];
        for (; i < steps && ticket - first >= step[STEP_TASKS]; i++, step = persistent_next(step))
            first += (int)step[STEP_TASKS];
        if (i == steps || !persistent_settle(&settled, step[STEP_WAIT], counters, given_up, last ? looks : PATIENCE))
            break;
        if (atomic_cmpxchg(counters + TAKEN, ticket, ticket + 1) != ticket)
            continue;
        persistent_task(step, ticket - first, records, memory);
        mem_fence(CLK_GLOBAL_MEM_FENCE);
        atomic_inc(counters + DONE(i));
    }
    if (atomic_inc(counters + LEFT) != groups - 1)
        return;
    for (; i < steps; i++, step = persistent_next(step))
        first += (int)step[STEP_TASKS];
    persistent_end(counters, first, last);
}
#undef TAKEN
#undef DONE
#undef LEFT
#undef OVER
#undef ROUND
#undef LEAVING
#undef STALLED
#undef STEP_TASKS
#undef STEP_WAIT
#undef STEP_DONE
#undef OVERLAP
#undef DONE_FIRST
#undef STEP_TENSORS
#undef STEP_HEAD
#undef COPY_CHUNK
#undef PATIENCE
