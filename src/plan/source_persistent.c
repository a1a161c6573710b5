/* SPDX-License-Identifier: Apache-2.0 */
/* The persistent form: its kernel, and the steps as data (source_persistent.h). */
#include "plan/source_persistent.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/hash.h"
#include "plan/kernel_text.h"

/* Bytes of one task of a copy between tensors, which is a body of its own here: the launch form has clEnqueueCopyBuffer
 * for it. */
#define COPY_CHUNK 65536
/* A worker that sees no other make progress for so many looks gives up: about a minute. A task that takes longer than
 * that is none of ours. With a deadline nobody waits for what comes behind it; no core looks more often in a
 * millisecond than LOOKS_MS. */
#define SPINS    ((int64_t)1 << 35)
#define LOOKS_MS ((int64_t)1 << 22)
/* Looks after which it leaves where another launch follows: a tenth of a millisecond. Steps end with waits as long as a
 * task, and to leave for such a one costs 20 to 40 microseconds until both cores are back (docs/persistent.md). */
#define PATIENCE ((int64_t)1 << 16)
/* Launches of a run: one more for each so many operations, which are about a millisecond of two cores, but no more than
 * launches of steps would be. An idle one costs 5 microseconds. */
#define ROUND_FLOPS ((uint64_t)100000000)
#define ROUNDS_MAX  64

static uint64_t step_tasks(const struct ncl_plan *plan, const struct ncl_step *step)
{
    if (step->kind == NCL_STEP_KERNEL)
        return step->tasks;
    const uint64_t bytes = plan->tensor[step->tensor[1]].bytes;
    return bytes / COPY_CHUNK + (bytes % COPY_CHUNK != 0);
}

/* ---- does it fit ---- */

unsigned ncl_persistent_buffers(const struct ncl_plan *plan)
{
    for (unsigned count = 4; count <= 32; count *= 2)
        if (plan->buffer_count <= count)
            return count;
    return 0;
}

static const char too_many[] = "there are more than 2^31 tasks";

static const char *step_unfit(const struct ncl_plan *plan, const struct ncl_step *step)
{
    if (step->kind == NCL_STEP_GEMM)
        return "CLBlast cannot be part of it";
    if (step->kind == NCL_STEP_KERNEL && plan->kernel[step->kernel].map == NCL_MAP_GROUP)
        return "it has no work-groups of several work-items";
    return step_tasks(plan, step) > INT32_MAX ? too_many : NULL;
}

const char *ncl_persistent_unfit(const struct ncl_plan *plan)
{
    const struct ncl_target *target = &plan->target;
    const unsigned buffers = ncl_persistent_buffers(plan);
    const char *unfit = NULL;
    uint64_t tasks = 0;
    if (!target->cpu)
        return "it is for CPU devices";
    if (!target->relaxed_atomics)
        return "the device does not promise that a work-group sees what another one wrote";
    if (!buffers)
        return "the plan has more than 32 buffers, too many for kernel arguments";
    if (2 * sizeof(void *) + 2 * sizeof(int64_t) + buffers * (sizeof(void *) + sizeof(uint64_t)) >
        target->max_parameter_bytes)
        return "the buffers of the plan need more bytes of kernel arguments than the device takes";
    for (size_t i = 0; i < plan->init.count && !unfit; i++)
        if (plan->init.step[i].kind == NCL_STEP_KERNEL)
            unfit = step_unfit(plan, &plan->init.step[i]);
    for (size_t i = 0; i < plan->run.count && !unfit; i++) {
        unfit = step_unfit(plan, &plan->run.step[i]);
        if (!unfit && (tasks += step_tasks(plan, &plan->run.step[i])) > INT32_MAX)
            unfit = too_many;
    }
    return unfit;
}

int64_t ncl_persistent_looks(double timeout_ms)
{
    const double looks = timeout_ms * (double)LOOKS_MS;
    return timeout_ms > 0 && looks < (double)SPINS ? (int64_t)looks + 1 : SPINS;
}

size_t ncl_persistent_rounds(const struct ncl_plan *plan)
{
    uint64_t flops = 0;
    for (size_t i = 0; i < plan->run.count; i++)
        flops += plan->run.step[i].flops;
    uint64_t rounds = 1 + flops / ROUND_FLOPS;
    if (rounds > plan->run.count)
        rounds = plan->run.count;
    return rounds < ROUNDS_MAX ? (size_t)rounds : ROUNDS_MAX;
}

/* ---- the steps as data ---- */

/* The bodies are in the key; so is the text around them. */
static nnefcl_status add_key(const struct ncl_plan *plan, struct ncl_arena *arena, struct ncl_program_text *program)
{
    const struct ncl_program_text around = {.persistent = true};
    struct ncl_text text;
    ncl_text_init(&text, &arena->allocator);
    ncl_source_persistent(&text, plan, &around);
    if (!text.failed)
        program->key = ncl_hash_much(program->key, text.data, text.length);
    const bool failed = text.failed;
    ncl_text_free(&text);
    return failed ? NNEFCL_ERR_NOMEM : NNEFCL_OK;
}

nnefcl_status ncl_persistent_set(const struct ncl_plan *plan, struct ncl_arena *arena, struct ncl_program_text *program)
{
    bool *wanted = NCL_NEW_ARRAY(arena, bool, plan->kernel_count);
    if (!wanted)
        return NNEFCL_ERR_NOMEM;
    ncl_source_wanted(plan, true, true, wanted);
    if (ncl_source_set(plan, wanted, arena, program))
        return NNEFCL_ERR_NOMEM;
    program->persistent = true;
    return add_key(plan, arena, program);
}

nnefcl_status ncl_persistent_bodies(const struct ncl_plan *plan, const struct ncl_program_text *set,
                                    struct ncl_arena *arena, struct ncl_bodies *bodies)
{
    uint64_t *key = NCL_NEW_ARRAY(arena, uint64_t, set->count);
    if (!key)
        return NNEFCL_ERR_NOMEM;
    for (size_t i = 0; i < set->count; i++)
        key[i] = plan->kernel[set->kernel[i]].key;
    *bodies = (struct ncl_bodies){.buffers = ncl_persistent_buffers(plan), .count = set->count, .key = key};
    return NNEFCL_OK;
}

bool ncl_persistent_serves(const struct ncl_bodies *has, const struct ncl_bodies *wants)
{
    size_t found = 0;
    for (size_t i = 0; i < has->count && found < wants->count; i++)
        found += has->key[i] == wants->key[found];
    return found == wants->count && has->buffers >= wants->buffers;
}

/* Step table: for each run step the number of its body (behind the last one for a copy), tasks, first field of its
 * record (bytes of a copy), how many of the first steps must be over before it starts, the tasks of itself and of each
 * OVERLAP-th step before it, the number of tensors, and buffer and byte offset of each. */
enum { STEP_BODY, STEP_TASKS, STEP_RECORD, STEP_WAIT, STEP_DONE, STEP_TENSORS, STEP_HEAD };

static size_t row_size(const struct ncl_step *step)
{
    return STEP_HEAD + 2 * (size_t)step->tensor_count;
}

static size_t table_size(const struct ncl_plan *plan)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->run.count; i++)
        count += row_size(&plan->run.step[i]);
    return count;
}

uint64_t ncl_persistent_init_lists(const struct ncl_plan *plan)
{
    return plan->record_count + table_size(plan);
}

uint64_t ncl_persistent_init_list_size(const struct ncl_step *step)
{
    return step->kind == NCL_STEP_KERNEL ? NCL_RECORD_HEAD + row_size(step) : 0;
}

static size_t init_lists_size(const struct ncl_plan *plan)
{
    uint64_t count = 0;
    for (size_t i = 0; i < plan->init.count; i++)
        count += ncl_persistent_init_list_size(&plan->init.step[i]);
    return (size_t)count;
}

static size_t body_number(const struct ncl_bodies *bodies, uint64_t key)
{
    size_t number = 0;
    while (number < bodies->count && bodies->key[number] != key)
        number++;
    assert(number < bodies->count);
    return number;
}

/* Do two tensors share a byte? */
static bool tensors_meet(const struct ncl_plan *plan, ncl_ref a, ncl_ref b)
{
    uint32_t buffer[2];
    uint64_t offset[2];
    ncl_plan_place(plan, a, &buffer[0], &offset[0]);
    ncl_plan_place(plan, b, &buffer[1], &offset[1]);
    return buffer[0] == buffer[1] && offset[0] < offset[1] + plan->tensor[b].bytes &&
           offset[1] < offset[0] + plan->tensor[a].bytes;
}

/* Does one of them write what the other reads or writes? */
static bool steps_meet(const struct ncl_plan *plan, const struct ncl_step *a, const struct ncl_step *b)
{
    for (unsigned i = 0; i < a->tensor_count; i++)
        for (unsigned k = 0; k < b->tensor_count; k++)
            if (((a->writes >> i | b->writes >> k) & 1) && tensors_meet(plan, a->tensor[i], b->tensor[k]))
                return true;
    return false;
}

size_t ncl_persistent_waits(const struct ncl_plan *plan, size_t index)
{
    const size_t least = index < NCL_PERSISTENT_OVERLAP ? 0 : index - NCL_PERSISTENT_OVERLAP + 1;
    size_t waits = index;
    while (waits > least && !steps_meet(plan, &plan->run.step[waits - 1], &plan->run.step[index]))
        waits--;
    return waits;
}

/* `waits`, `done`: how many steps have to be over before it, tasks of its counter that are done behind it. */
static void put_step(const struct ncl_plan *plan, const struct ncl_bodies *bodies, const struct ncl_step *step,
                     size_t waits, int64_t done, int64_t *out)
{
    const bool copy = step->kind == NCL_STEP_COPY;
    assert(copy || step->kind == NCL_STEP_KERNEL);
    out[STEP_BODY] = (int64_t)(copy ? bodies->count : body_number(bodies, plan->kernel[step->kernel].key));
    out[STEP_TASKS] = (int64_t)step_tasks(plan, step);
    out[STEP_RECORD] = (int64_t)(copy ? plan->tensor[step->tensor[1]].bytes : step->record);
    out[STEP_WAIT] = (int64_t)waits;
    out[STEP_DONE] = done;
    out[STEP_TENSORS] = step->tensor_count;
    for (unsigned k = 0; k < step->tensor_count; k++) {
        uint32_t buffer;
        uint64_t offset;
        ncl_plan_place(plan, step->tensor[k], &buffer, &offset);
        out[STEP_HEAD + 2 * k] = buffer;
        out[STEP_HEAD + 2 * k + 1] = (int64_t)offset;
    }
}

static void begin_list(int64_t *out, size_t steps, uint64_t table, size_t rounds)
{
    out[0] = (int64_t)steps;
    out[1] = (int64_t)table;
    out[2] = (int64_t)rounds;
}

/* The table of the run, and a list of its own for each step of init: what is loaded in front of it has come by then. */
static void put_lists(const struct ncl_plan *plan, const struct ncl_bodies *bodies, int64_t *records)
{
    int64_t done[NCL_PERSISTENT_OVERLAP] = {0};
    uint64_t at = plan->record_count;
    for (size_t i = 0; i < plan->run.count; i++) {
        const struct ncl_step *step = &plan->run.step[i];
        int64_t *counted = &done[i % NCL_PERSISTENT_OVERLAP];
        put_step(plan, bodies, step, ncl_persistent_waits(plan, i), *counted += (int64_t)step_tasks(plan, step),
                 records + at);
        at += row_size(step);
    }
    for (size_t i = 0; i < plan->init.count; i++) {
        const struct ncl_step *step = &plan->init.step[i];
        if (step->kind != NCL_STEP_KERNEL)
            continue;
        begin_list(records + at, 1, at + NCL_RECORD_HEAD, 1);
        put_step(plan, bodies, step, 0, (int64_t)step_tasks(plan, step), records + at + NCL_RECORD_HEAD);
        at += ncl_persistent_init_list_size(step);
    }
}

nnefcl_status ncl_source_records(const struct ncl_plan *plan, const struct ncl_bodies *bodies, struct ncl_arena *arena,
                                 int64_t **records, size_t *count)
{
    const struct ncl_steps *lists[] = {&plan->init, &plan->run};
    *count = (size_t)plan->record_count + (bodies ? table_size(plan) + init_lists_size(plan) : 0);
    *records = NCL_NEW_ARRAY(arena, int64_t, *count);
    if (!*records)
        return NNEFCL_ERR_NOMEM;
    begin_list(*records, bodies ? plan->run.count : 0, plan->record_count, ncl_persistent_rounds(plan));
    for (int l = 0; l < 2; l++)
        for (size_t i = 0; i < lists[l]->count; i++) {
            const struct ncl_step *step = &lists[l]->step[i];
            if (step->kind == NCL_STEP_KERNEL && step->size_count)
                memcpy(*records + step->record, step->size, step->size_count * sizeof **records);
        }
    if (bodies)
        put_lists(plan, bodies, *records);
    return NNEFCL_OK;
}

/* ---- the text: cl/persistent.cl, and what depends on the bodies ---- */

static void add_numbers(struct ncl_text *text)
{
    const struct {
        const char *name;
        int64_t value;
    } number[] = {{"STEP_TASKS", STEP_TASKS},
                  {"STEP_WAIT", STEP_WAIT},
                  {"STEP_DONE", STEP_DONE},
                  {"STEP_TENSORS", STEP_TENSORS},
                  {"STEP_HEAD", STEP_HEAD},
                  {"OVERLAP", NCL_PERSISTENT_OVERLAP},
                  {"DONE_FIRST", NCL_PERSISTENT_DONE},
                  {"STALLED", NCL_PERSISTENT_STALLED},
                  {"PATIENCE", PATIENCE},
                  {"COPY_CHUNK", COPY_CHUNK}};
    for (size_t i = 0; i < sizeof number / sizeof *number; i++)
        ncl_text_printf(text, "#define %s %" PRId64 "\n", number[i].name, number[i].value);
}

static void add_body_case(struct ncl_text *text, const struct ncl_kernel *kernel, size_t position)
{
    ncl_text_printf(text, "    case %zu: task_%016" PRIx64 "((%s)task, records + step[%d]", position, kernel->key,
                    ncl_source_index_type(kernel), STEP_RECORD);
    for (unsigned i = 0; i < kernel->tensors; i++)
        ncl_text_printf(text, ", (global void *)(memory[step[%u]] + step[%u])", STEP_HEAD + 2 * i,
                        STEP_HEAD + 2 * i + 1);
    ncl_text_add(text, "); break;\n");
}

static void add_step_task(struct ncl_text *text, const struct ncl_plan *plan, const struct ncl_program_text *program)
{
    ncl_text_printf(text,
                    "#line 1 \"persistent\"\n"
                    "static void persistent_task(global const long *step, int task, global const long *records, global "
                    "uchar *const *memory)\n"
                    "{\n"
                    "    switch ((int)step[%d]) {\n",
                    STEP_BODY);
    for (size_t i = 0; i < program->count; i++)
        add_body_case(text, &plan->kernel[program->kernel[i]], i);
    ncl_text_printf(text,
                    "    case %zu: persistent_copy(task, step[%d], memory[step[%d]] + step[%d], memory[step[%d]] + "
                    "step[%d]); break;\n"
                    "    }\n"
                    "}\n",
                    program->count, STEP_RECORD, STEP_HEAD, STEP_HEAD + 1, STEP_HEAD + 2, STEP_HEAD + 3);
}

/* The kernel itself only says where the buffers are: PoCL compiles it three times, with every function in it that asks
 * for the place of a work-item. */
static void add_persistent_kernel(struct ncl_text *text, unsigned buffers)
{
    ncl_text_add(text, "__attribute__((reqd_work_group_size(1, 1, 1)))\nkernel void persistent(global const long "
                       "*records, volatile global int *counters, long looks, long list");
    for (unsigned i = 0; i < buffers; i++)
        ncl_text_printf(text, ", global uchar *m%u, ulong o%u", i, i);
    ncl_text_add(text, ")\n{\n    global uchar *memory[] = {");
    for (unsigned i = 0; i < buffers; i++)
        ncl_text_printf(text, "%sm%u + o%u", i ? ", " : "", i, i);
    ncl_text_add(text,
                 "};\n    persistent_group(records, list, counters, looks, (int)get_global_size(0), memory);\n}\n");
}

void ncl_source_persistent(struct ncl_text *text, const struct ncl_plan *plan, const struct ncl_program_text *program)
{
    for (size_t i = 0; i < program->count; i++)
        ncl_source_body(text, plan, program->kernel[i]);
    add_numbers(text);
    ncl_kernel_text_add(text, "persistent");
    add_step_task(text, plan, program);
    add_persistent_kernel(text, ncl_persistent_buffers(plan));
}
