/* SPDX-License-Identifier: Apache-2.0 */
/* The order of the init steps: variables are loaded in the order of their files, so that an archive is read through
 * once, and what a load makes possible follows at once, so that raw weights make room for each other. */
#include <stdlib.h>

#include "plan/plan_make.h"

struct order {
    const struct ncl_step *step;
    const struct ncl_graph *graph;
    size_t count;
    uint32_t *first_edge, *edge; /* steps that wait for step i: edge[first_edge[i] .. first_edge[i + 1]) */
    uint32_t *waiting;           /* how many steps each still waits for */
    struct ncl_step *out;
    size_t out_count;
};

/* A step that waits for none, and of a load the position of its file; constants have none. */
struct start {
    size_t file, step;
};

static struct start start_at(const struct order *order, size_t step)
{
    const struct ncl_tensor *tensor = order->graph->tensor[order->step[step].loaded];
    const bool file = order->step[step].kind == NCL_STEP_LOAD && tensor->role == NCL_ROLE_VARIABLE;
    return (struct start){file ? tensor->variable->member : 0, step};
}

static int by_file(const void *a, const void *b)
{
    const struct start *x = a, *y = b;
    if (x->file != y->file)
        return x->file < y->file ? -1 : 1;
    return x->step < y->step ? -1 : x->step > y->step;
}

/* The last earlier step that wrote what step i touches, for each of its tensors. */
static size_t dependencies(const struct ncl_plan *plan, const struct ncl_step *step, const uint32_t *writer,
                           uint32_t found[NCL_STEP_TENSORS])
{
    size_t count = 0;
    for (unsigned k = 0; k < step->tensor_count; k++) {
        const uint32_t from = writer[ncl_plan_root(plan, step->tensor[k])];
        if (from != UINT32_MAX)
            found[count++] = from;
    }
    return count;
}

static void note_writes(const struct ncl_plan *plan, const struct ncl_step *step, uint32_t index, uint32_t *writer)
{
    for (unsigned k = 0; k < step->tensor_count; k++)
        if (step->writes >> k & 1)
            writer[ncl_plan_root(plan, step->tensor[k])] = index;
}

static bool build_edges(struct order *order, const struct ncl_plan *plan, struct ncl_arena *arena)
{
    uint32_t *writer = NCL_NEW_ARRAY(arena, uint32_t, plan->tensor_count);
    order->first_edge = NCL_NEW_ARRAY(arena, uint32_t, order->count + 2);
    order->waiting = NCL_NEW_ARRAY(arena, uint32_t, order->count);
    if (!writer || !order->first_edge || !order->waiting)
        return false;
    uint32_t found[NCL_STEP_TENSORS];
    for (int round = 0; round < 2; round++) { /* count, then fill */
        for (size_t i = 0; i < plan->tensor_count; i++)
            writer[i] = UINT32_MAX;
        for (uint32_t i = 0; i < order->count; i++) {
            const size_t n = dependencies(plan, &order->step[i], writer, found);
            for (size_t k = 0; k < n; k++) {
                if (round == 0)
                    order->first_edge[found[k] + 2]++;
                else
                    order->edge[order->first_edge[found[k] + 1]++] = i;
            }
            order->waiting[i] = (uint32_t)n;
            note_writes(plan, &order->step[i], i, writer);
        }
        if (round == 1)
            break;
        for (size_t i = 2; i < order->count + 2; i++)
            order->first_edge[i] += order->first_edge[i - 1];
        order->edge = NCL_NEW_ARRAY(arena, uint32_t, order->first_edge[order->count + 1]);
        if (!order->edge)
            return false;
    }
    return true;
}

/* Appends step i and everything that became ready by it, breadth first; `out` itself is the queue. */
static void emit_from(struct order *order, uint32_t *queue, uint32_t start)
{
    size_t head = 0, tail = 0;
    queue[tail++] = start;
    while (head < tail) {
        const uint32_t i = queue[head++];
        order->out[order->out_count++] = order->step[i];
        for (uint32_t e = order->first_edge[i]; e < order->first_edge[i + 1]; e++)
            if (--order->waiting[order->edge[e]] == 0)
                queue[tail++] = order->edge[e];
    }
}

nnefcl_status ncl_schedule_init(struct ncl_plan *plan, const struct ncl_graph *graph, struct ncl_arena *arena,
                                struct ncl_diag *diag)
{
    struct order order = {.step = plan->init.step, .count = plan->init.count, .graph = graph};
    struct start *start = NCL_NEW_ARRAY(arena, struct start, order.count);
    uint32_t *queue = NCL_NEW_ARRAY(arena, uint32_t, order.count);
    order.out = NCL_NEW_ARRAY(arena, struct ncl_step, order.count);
    if (!start || !queue || !order.out || !build_edges(&order, plan, arena))
        return ncl_nomem(diag);
    size_t starts = 0, loads = 0;
    for (size_t i = 0; i < order.count; i++) /* steps without any input first */
        if (order.step[i].kind != NCL_STEP_LOAD && order.waiting[i] == 0)
            start[starts++] = start_at(&order, i);
    loads = starts;
    for (size_t i = 0; i < order.count; i++)
        if (order.step[i].kind == NCL_STEP_LOAD)
            start[loads++] = start_at(&order, i);
    qsort(start + starts, loads - starts, sizeof *start, by_file);
    for (size_t i = 0; i < loads; i++)
        emit_from(&order, queue, (uint32_t)start[i].step);
    plan->init.step = order.out;
    return NNEFCL_OK;
}
