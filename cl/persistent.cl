/* SPDX-License-Identifier: Apache-2.0 */
/* The persistent form (src/plan/source_persistent.h): work-groups of one work-item each go through the steps of a run
 * list, in one launch or a few. It stands behind the bodies and in front of persistent_task, which calls them, and of
 * the kernel itself; src/plan/source_persistent.c adds both.
 *
 * Groups take tasks in the order of the steps from one counter and count them in another when they are done. A task is
 * taken when all tasks of the steps before it are done; these are in the hands of groups that run, so nobody waits for
 * a group that has not started, however few of them the device runs at a time, and who waits holds no task, so that it
 * may leave. What a group wrote is there for the others behind mem_fence and the counter: OpenCL 1.2 does not promise
 * that, x86 gives it (target.relaxed_atomics).
 *
 * records     [0] number of steps, [1] place of their table, [2] launches of a run
 * table       rows of STEP_HEAD fields and two for each tensor, with the fields STEP_TASKS, STEP_WAIT (0: nothing has
 *             to be over in front of it), STEP_TENSORS
 * counters    each on a line of its own: TAKEN and DONE tasks, groups that LEFT this launch; OVER: the list is through,
 *             ROUND: number of this launch; LEAVING: a group has waited for long, so all leave; STALLED: ... and nobody
 *             comes behind them
 * COPY_CHUNK  bytes of a task of a copy; PATIENCE: looks at DONE behind which a group leaves, where a launch follows */
#ifndef NCL_APART
#define NCL_APART __attribute__((noinline))
#endif
#define TAKEN   0
#define DONE    16
#define LEFT    32
#define OVER    64
#define ROUND   65
#define LEAVING 80

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

/* The row behind `step`; *first becomes the number of the tasks in front of it. */
static global const long *persistent_next(global const long *step, int *first)
{
    *first += (int)step[STEP_TASKS];
    return step + STEP_HEAD + 2 * step[STEP_TENSORS];
}

/* The last group to leave: the counters of the next launch, or of the next run. */
static void persistent_end(volatile global int *counters, int tasks, bool last)
{
    const bool complete = counters[OVER] || counters[DONE] == tasks;
    if (complete)
        counters[TAKEN] = counters[DONE] = 0;
    counters[OVER] = complete && !last;
    counters[ROUND] = last ? 0 : counters[ROUND] + 1;
    counters[LEAVING] = 0;
    counters[LEFT] = 0;
}

NCL_APART static void persistent_group(global const long *records, volatile global int *counters, long looks,
                                       int groups, global uchar *const *memory)
{
    const bool last = counters[ROUND] + 1 >= records[2];
    volatile global int *given_up = counters + (last ? STALLED : LEAVING);
    const long steps = records[0];
    global const long *step = records + records[1];
    long i = 0;
    int first = 0;
    while (!counters[OVER] && !*given_up) {
        const int ticket = counters[TAKEN];
        for (; i < steps && ticket - first >= step[STEP_TASKS]; i++)
            step = persistent_next(step, &first);
        if (i == steps || !persistent_wait(counters + DONE, step[STEP_WAIT] ? first : 0, given_up,
                                           last ? looks : PATIENCE))
            break;
        if (atomic_cmpxchg(counters + TAKEN, ticket, ticket + 1) != ticket)
            continue;
        persistent_task(step, ticket - first, records, memory);
        mem_fence(CLK_GLOBAL_MEM_FENCE);
        atomic_inc(counters + DONE);
    }
    if (atomic_inc(counters + LEFT) != groups - 1)
        return;
    for (; i < steps; i++)
        step = persistent_next(step, &first);
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
#undef STEP_TENSORS
#undef STEP_HEAD
#undef COPY_CHUNK
#undef PATIENCE
