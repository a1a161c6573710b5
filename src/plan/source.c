/* OpenCL C sources around the bodies of cl/ (DESIGN 5): the launch form of one kernel, and the persistent form of a
 * whole run list. Nothing of a model gets into these texts: defines and names are ours, numbers are printed from
 * integers. */
#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "plan/source.h"

/* While developing, the kernels are read from the folder NNEFCL_CL_DIR. */
static bool add_file_from(struct ncl_text *text, const char *folder, const char *name)
{
    char path[1024], piece[4096];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return false;
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    for (size_t n; (n = fread(piece, 1, sizeof piece, file)) > 0;)
        ncl_text_add_bytes(text, piece, n);
    fclose(file);
    return true;
}

static void add_file(struct ncl_text *text, const char *stem)
{
    char name[128];
    snprintf(name, sizeof name, "%s.cl", stem);
    const char *folder = getenv("NNEFCL_CL_DIR");
    ncl_text_printf(text, "#line 1 \"%s\"\n", name);
    if (folder && *folder && add_file_from(text, folder, name))
        return;
    const struct ncl_embedded *file = ncl_embedded_find(name);
    assert(file);
    ncl_text_add_bytes(text, file->text, file->length);
    ncl_text_add(text, "\n");
}

/* Vectors as wide as the registers of the target, and the functions of formulas for a body that gets one. */
static void add_prelude(struct ncl_text *text, const struct ncl_target *target, const struct ncl_kernel *kernel)
{
    ncl_text_printf(text, "#define LANES %u\n", target->lanes);
    add_file(text, "prelude");
    for (size_t i = 0; i < kernel->define_count; i++)
        if (strcmp(kernel->define[i].name, "FORMULA") == 0)
            add_file(text, "math");
}

/* The body of a kernel, and how to tell where the compiler means. */
static void add_source(struct ncl_text *text, const struct ncl_kernel *kernel)
{
    if (kernel->source)
        ncl_text_add(text, kernel->source);
    else
        add_file(text, kernel->body);
}

static void add_defines(struct ncl_text *text, const struct ncl_kernel *kernel)
{
    for (size_t i = 0; i < kernel->define_count; i++)
        ncl_text_printf(text, "#define %s %s\n", kernel->define[i].name, kernel->define[i].text);
}

/* The kernel around one body: launch, or launch_7 around the body that has this suffix among others. `index` is the
 * type of the task's number. */
static void add_launch(struct ncl_text *text, const struct ncl_plan *plan, const struct ncl_kernel *kernel,
                       const char *index, const char *suffix)
{
    ncl_text_printf(text, "#line 1 \"launch of %s\"\n__attribute__((reqd_work_group_size(%u, 1, 1)))\n", kernel->body,
                    plan->target.group);
    ncl_text_printf(text, "kernel void launch%s(global const long *records, ulong record, ulong tasks", suffix);
    for (unsigned i = 0; i < kernel->tensors; i++)
        ncl_text_printf(text, ", global uchar *m%u, ulong o%u", i, i);
    ncl_text_printf(text,
                    ")\n{\n    const ulong task = get_global_id(0);\n    if (task < tasks)\n        %s%s((%s)task, "
                    "records + record",
                    kernel->body, *suffix ? suffix : "_0", index);
    for (unsigned i = 0; i < kernel->tensors; i++)
        ncl_text_printf(text, ", (global void *)(m%u + o%u)", i, i);
    ncl_text_add(text, ");\n}\n");
}

void ncl_source_launch(struct ncl_text *text, const struct ncl_plan *plan, uint32_t index)
{
    const struct ncl_kernel *kernel = &plan->kernel[index];
    add_defines(text, kernel);
    add_prelude(text, &plan->target, kernel);
    add_source(text, kernel);
    add_launch(text, plan, kernel, "INDEX", "");
}

/* ---- several bodies in one program ---- */

/* #undef for every macro that the text defines, so that the next body starts clean. */
static void add_undefs(struct ncl_text *text, const char *source)
{
    for (const char *line = source; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        const char *at = line + strspn(line, " \t");
        if (*at != '#')
            continue;
        at += 1 + strspn(at + 1, " \t");
        if (strncmp(at, "define ", 7) != 0)
            continue;
        at += 7 + strspn(at + 7, " \t");
        size_t length = 0;
        while (isalnum((unsigned char)at[length]) || at[length] == '_')
            length++;
        ncl_text_printf(text, "#undef %.*s\n", (int)length, at);
    }
}

static void add_body(struct ncl_text *text, const struct ncl_plan *plan, uint32_t index)
{
    const struct ncl_kernel *kernel = &plan->kernel[index];
    struct ncl_text body;
    ncl_text_init(&body, &text->allocator);
    add_source(&body, kernel);
    ncl_text_printf(text, "#undef NCL_SUFFIX\n#undef INDEX\n#undef NCL_REALS\n#define NCL_SUFFIX _%u\n", index);
    add_defines(text, kernel);
    add_prelude(text, &plan->target, kernel);
    if (body.data)
        ncl_text_add_bytes(text, body.data, body.length);
    text->failed |= body.failed;
    if (body.data)
        add_undefs(text, body.data);
    for (size_t i = 0; i < kernel->define_count; i++) { /* "F(x)" is undefined as "F" */
        const size_t length = strcspn(kernel->define[i].name, "(");
        ncl_text_printf(text, "#undef %.*s\n", (int)length, kernel->define[i].name);
    }
    ncl_text_free(&body);
}

static const char *index_type(const struct ncl_kernel *kernel)
{
    for (size_t i = 0; i < kernel->define_count; i++)
        if (strcmp(kernel->define[i].name, "INDEX") == 0)
            return "long";
    return "int";
}

void ncl_source_launches(struct ncl_text *text, const struct ncl_plan *plan, const bool *wanted)
{
    for (uint32_t i = 0; i < plan->kernel_count; i++) {
        char suffix[16];
        if (!wanted[i])
            continue;
        add_body(text, plan, i);
        snprintf(suffix, sizeof suffix, "_%u", i);
        add_launch(text, plan, &plan->kernel[i], index_type(&plan->kernel[i]), suffix);
    }
}

/* ---- the persistent form ---- */

/* Copies between tensors are a body of their own here: the launch form has clEnqueueCopyBuffer for them. */
#define COPY_CHUNK 65536

/* Step table, behind the records: for each run step kernel (or the number of kernels for a copy), tasks, first field of
 * its record, number of tensors, and buffer and byte offset of each. A copy has the number of bytes in place of the
 * record. */
static size_t table_size(const struct ncl_plan *plan)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->run.count; i++)
        count += 4 + 2 * (size_t)plan->run.step[i].tensor_count;
    return count;
}

static size_t put_step(const struct ncl_plan *plan, const struct ncl_step *step, int64_t *out)
{
    size_t n = 0;
    assert(step->kind == NCL_STEP_KERNEL || step->kind == NCL_STEP_COPY);
    if (step->kind == NCL_STEP_KERNEL) {
        out[n++] = step->kernel;
        out[n++] = (int64_t)step->tasks;
        out[n++] = (int64_t)step->record;
    } else {
        const uint64_t bytes = plan->tensor[step->tensor[1]].bytes;
        out[n++] = (int64_t)plan->kernel_count;
        out[n++] = (int64_t)((bytes + COPY_CHUNK - 1) / COPY_CHUNK);
        out[n++] = (int64_t)bytes;
    }
    out[n++] = step->tensor_count;
    for (unsigned k = 0; k < step->tensor_count; k++) {
        uint32_t buffer;
        uint64_t offset;
        ncl_plan_place(plan, step->tensor[k], &buffer, &offset);
        out[n++] = buffer;
        out[n++] = (int64_t)offset;
    }
    return n;
}

nnefcl_status ncl_source_records(const struct ncl_plan *plan, struct ncl_arena *arena, int64_t **records, size_t *count)
{
    const struct ncl_steps *lists[] = {&plan->init, &plan->run};
    *count = (size_t)plan->record_count + table_size(plan);
    *records = NCL_NEW_ARRAY(arena, int64_t, *count + 1);
    if (!*records)
        return NNEFCL_ERR_NOMEM;
    for (int l = 0; l < 2; l++)
        for (size_t i = 0; i < lists[l]->count; i++) {
            const struct ncl_step *step = &lists[l]->step[i];
            if (step->kind == NCL_STEP_KERNEL && step->size_count)
                memcpy(*records + step->record, step->size, step->size_count * sizeof **records);
        }
    size_t at = (size_t)plan->record_count;
    for (size_t i = 0; i < plan->run.count; i++)
        if (plan->run.step[i].kind != NCL_STEP_GEMM)
            at += put_step(plan, &plan->run.step[i], *records + at);
    return NNEFCL_OK;
}

static bool used_in_run(const struct ncl_plan *plan, uint32_t kernel)
{
    for (size_t i = 0; i < plan->run.count; i++)
        if (plan->run.step[i].kind == NCL_STEP_KERNEL && plan->run.step[i].kernel == kernel)
            return true;
    return false;
}

static const char persistent_tools[] =
    "#line 1 \"persistent\"\n"
    "static void copy_bytes(long task, long bytes, global const uchar *x, global uchar *y)\n"
    "{\n"
    "    long i = task * 65536;\n"
    "    const long end = min(i + 65536, bytes);\n"
    "    for (; i + 16 <= end; i += 16)\n"
    "        vstore16(vload16(0, x + i), 0, y + i);\n"
    "    for (; i < end; i++)\n"
    "        y[i] = x[i];\n"
    "}\n"
    /* Groups take tasks in the order of the steps from one counter and count them in another when they are done. A
       task starts when all tasks of the steps before it are done; these are in the hands of groups that run, so
       nobody waits for a group that has not started, however few of them the device runs at a time. */
    "static void wait_until(volatile global int *done, int count)\n"
    "{\n"
    "    while (*done < count)\n"
    "        ;\n"
    "    mem_fence(CLK_GLOBAL_MEM_FENCE);\n"
    "}\n";

static void add_case(struct ncl_text *text, const struct ncl_plan *plan, uint32_t index)
{
    const struct ncl_kernel *kernel = &plan->kernel[index];
    ncl_text_printf(text, "        case %u: %s_%u((%s)task, records + step[2]", index, kernel->body, index,
                    index_type(kernel));
    for (unsigned i = 0; i < kernel->tensors; i++)
        ncl_text_printf(text, ", (global void *)(memory[step[%u]] + step[%u])", 4 + 2 * i, 5 + 2 * i);
    ncl_text_add(text, "); break;\n");
}

void ncl_source_persistent(struct ncl_text *text, const struct ncl_plan *plan)
{
    for (uint32_t i = 0; i < plan->kernel_count; i++)
        if (used_in_run(plan, i))
            add_body(text, plan, i);
    ncl_text_add(text, persistent_tools);
    ncl_text_add(text, "__attribute__((reqd_work_group_size(1, 1, 1)))\nkernel void persistent(global const long "
                       "*records, volatile global int *counters_");
    for (size_t i = 0; i < plan->buffer_count; i++)
        ncl_text_printf(text, ", global uchar *m%zu, ulong o%zu", i, i);
    ncl_text_add(text, ")\n{\n    global uchar *memory[] = {");
    for (size_t i = 0; i < plan->buffer_count; i++)
        ncl_text_printf(text, "%sm%zu + o%zu", i ? ", " : "", i, i);
    ncl_text_printf(text,
                    "};\n"
                    "    volatile global int *taken = counters_, *done = counters_ + 16, *left = counters_ + 32;\n"
                    "    global const long *step = records + %llu;\n"
                    "    int i = 0, first = 0;\n"
                    "    for (;;) {\n"
                    "        const int ticket = atomic_inc(taken);\n"
                    "        for (; i < %zu && ticket - first >= step[1]; i++) {\n"
                    "            first += (int)step[1];\n"
                    "            step += 4 + 2 * step[3];\n"
                    "        }\n"
                    "        if (i == %zu)\n"
                    "            break;\n"
                    "        const int task = ticket - first;\n"
                    "        wait_until(done, first);\n"
                    "        switch ((int)step[0]) {\n",
                    (unsigned long long)plan->record_count, plan->run.count, plan->run.count);
    for (uint32_t i = 0; i < plan->kernel_count; i++)
        if (used_in_run(plan, i))
            add_case(text, plan, i);
    ncl_text_printf(
        text,
        "        case %zu: copy_bytes(task, step[2], memory[step[4]] + step[5], memory[step[6]] + step[7]); break;\n"
        "        }\n"
        "        mem_fence(CLK_GLOBAL_MEM_FENCE);\n"
        "        atomic_inc(done);\n"
        "    }\n"
        "    if (atomic_inc(left) == (int)get_global_size(0) - 1) {\n"
        "        *taken = 0;\n"
        "        *done = 0;\n"
        "        *left = 0;\n"
        "    }\n"
        "}\n",
        plan->kernel_count);
}
