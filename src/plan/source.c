/* SPDX-License-Identifier: Apache-2.0 */
/* OpenCL C sources around the bodies of cl/ (DESIGN 5): the launch form of kernels. Nothing of a model gets into these
 * texts: defines and names are ours, numbers are printed from integers. */
#include "plan/source.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "plan/kernel_text.h"
#include "plan/source_persistent.h"

/* Vectors as wide as the registers of the target, and the functions of formulas for a body that gets one. Calls are
 * cheap on CPUs alone, and products may be rounded before they are added where both at once is a long function. */
static void add_prelude(struct ncl_text *text, const struct ncl_target *target, const struct ncl_kernel *kernel)
{
    ncl_text_printf(text, "#define LANES %u\n%s%s", target->lanes, target->calls ? "" : "#define NCL_APART\n",
                    target->soft_fma ? "#define NCL_SOFT_FMA\n" : "");
    ncl_kernel_text_add(text, "prelude");
    for (size_t i = 0; i < kernel->define_count; i++)
        if (strcmp(kernel->define[i].name, "FORMULA") == 0 || strcmp(kernel->define[i].name, "CHAIN") == 0)
            ncl_kernel_text_add(text, "math");
}

/* The body of a kernel, and how to tell where the compiler means. */
static void add_source(struct ncl_text *text, const struct ncl_kernel *kernel)
{
    if (kernel->source)
        ncl_text_add(text, kernel->source);
    else
        ncl_kernel_text_add(text, kernel->body);
}

static void add_defines(struct ncl_text *text, const struct ncl_kernel *kernel)
{
    for (size_t i = 0; i < kernel->define_count; i++)
        ncl_text_printf(text, "#define %s %s\n", kernel->define[i].name, kernel->define[i].text);
    if (kernel->needs)
        ncl_text_printf(text, "#define NEEDS %u\n", kernel->needs);
}

const char *ncl_source_index_type(const struct ncl_kernel *kernel)
{
    for (size_t i = 0; i < kernel->define_count; i++)
        if (strcmp(kernel->define[i].name, "INDEX") == 0)
            return "long";
    return "int";
}

void ncl_source_launch_name(uint64_t key, char name[NCL_LAUNCH_NAME])
{
    snprintf(name, NCL_LAUNCH_NAME, "launch_%016" PRIx64, key);
}

/* What lies behind the last task does nothing. Of a work-group either all work-items meet the barriers of the body or
 * none, and all do where the driver needs it: only first launches have work-groups without a task (host/step.c). */
static bool is_guarded(const struct ncl_plan *plan, const struct ncl_kernel *kernel)
{
    return kernel->map != NCL_MAP_GROUP || !plan->target.lost_barriers;
}

/* The call of the body in a kernel, for a task of a work-item, or of a whole work-group with its memory. */
static void add_call(struct ncl_text *text, const struct ncl_plan *plan, const struct ncl_kernel *kernel)
{
    const char *index = ncl_source_index_type(kernel);
    if (kernel->map == NCL_MAP_GROUP)
        ncl_text_printf(text,
                        "    local float4 shared[%u];\n"
                        "    const ulong task = get_global_offset(0) / %u + get_group_id(0);\n%s"
                        "        %s_%016" PRIx64 "((%s)task, records + record, (local void *)shared",
                        (unsigned)((kernel->local_bytes + 15) / 16), ncl_plan_group(plan, kernel),
                        is_guarded(plan, kernel) ? "    if (task < tasks)\n" : "", kernel->body, kernel->key, index);
    else
        ncl_text_printf(text,
                        "    const ulong task = get_global_id(0);\n    if (task < tasks)\n        task_%016" PRIx64
                        "((%s)task, records + record",
                        kernel->key, index);
    for (unsigned i = 0; i < kernel->tensors; i++)
        ncl_text_printf(text, ", (global void *)(m%u + o%u)", i, i);
    ncl_text_add(text, ");\n");
}

/* The kernel around one body. */
static void add_launch(struct ncl_text *text, const struct ncl_plan *plan, const struct ncl_kernel *kernel)
{
    char name[NCL_LAUNCH_NAME];
    ncl_source_launch_name(kernel->key, name);
    ncl_text_printf(text, "#line 1 \"launch of %s\"\n__attribute__((reqd_work_group_size(%u, 1, 1)))\n", kernel->body,
                    ncl_plan_group(plan, kernel));
    ncl_text_printf(text, "kernel void %s(global const long *records, ulong record, ulong tasks", name);
    for (unsigned i = 0; i < kernel->tensors; i++)
        ncl_text_printf(text, ", global uchar *m%u, ulong o%u", i, i);
    ncl_text_add(text, ")\n{\n");
    add_call(text, plan, kernel);
    ncl_text_add(text, "}\n");
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

/* A task of a body as a function of its own: PoCL compiles a kernel with all that is inlined into it twice. */
static void add_task(struct ncl_text *text, const struct ncl_kernel *kernel)
{
    if (kernel->map == NCL_MAP_GROUP)
        return;
    ncl_text_printf(text, "NCL_APART static void task_%016" PRIx64 "(INDEX task, SIZES size", kernel->key);
    for (unsigned i = 0; i < kernel->tensors; i++)
        ncl_text_printf(text, ", global void *m%u", i);
    ncl_text_printf(text, ")\n{\n    %s_%016" PRIx64 "(task, size", kernel->body, kernel->key);
    for (unsigned i = 0; i < kernel->tensors; i++)
        ncl_text_printf(text, ", m%u", i);
    ncl_text_add(text, ");\n}\n");
}

void ncl_source_body(struct ncl_text *text, const struct ncl_plan *plan, uint32_t index)
{
    const struct ncl_kernel *kernel = &plan->kernel[index];
    struct ncl_text body;
    ncl_text_init(&body, &text->allocator);
    add_source(&body, kernel);
    ncl_text_printf(text, "#undef NCL_SUFFIX\n#undef INDEX\n#undef NCL_REALS\n#undef CHAIN\n#undef CHAIN_NOTHING\n"
                          "#undef CHAIN_SHARED\n#undef CHAIN_PARAMETERS\n#undef CHAIN_ARGUMENTS\n"
                          "#undef NCL_STORE_CELL\n#undef CHAIN_T\n");
    for (int k = 0; k < NCL_STEP_TENSORS; k++)
        ncl_text_printf(text, "#undef NCL_T%d\n", k);
    ncl_text_printf(text, "#define NCL_SUFFIX _%016" PRIx64 "\n", kernel->key);
    add_defines(text, kernel);
    add_prelude(text, &plan->target, kernel);
    if (body.data)
        ncl_text_add_bytes(text, body.data, body.length);
    add_task(text, kernel);
    text->failed |= body.failed;
    if (body.data)
        add_undefs(text, body.data);
    for (size_t i = 0; i < kernel->define_count; i++) { /* "F(x)" is undefined as "F" */
        const size_t length = strcspn(kernel->define[i].name, "(");
        ncl_text_printf(text, "#undef %.*s\n", (int)length, kernel->define[i].name);
    }
    ncl_text_free(&body);
}

/* ---- keys ---- */

/* The hash of the program that has this kernel alone, and no name for it yet. */
nnefcl_status ncl_source_keys(struct ncl_plan *plan, const nnefcl_allocator *allocator)
{
    for (uint32_t i = 0; i < plan->kernel_count; i++) {
        struct ncl_text text;
        struct ncl_kernel *kernel = &plan->kernel[i];
        kernel->key = 0;
        ncl_text_init(&text, allocator);
        ncl_source_body(&text, plan, i);
        add_launch(&text, plan, kernel);
        if (!text.failed)
            kernel->key = ncl_hash_much(NCL_HASH_BASIS, text.data, text.length);
        const bool failed = text.failed;
        ncl_text_free(&text);
        if (failed)
            return NNEFCL_ERR_NOMEM;
    }
    return NNEFCL_OK;
}

/* ---- a program ---- */

static bool has_foreign(const struct ncl_plan *plan, const struct ncl_program_text *program)
{
    bool foreign = false;
    for (size_t i = 0; i < program->count; i++)
        foreign |= plan->kernel[program->kernel[i]].source != NULL;
    return foreign;
}

static const char declared[] = "#ifdef NCL_DECLARED\n";

bool ncl_source_declares(const char *text, size_t length)
{
    return length >= strlen(declared) && memcmp(text, declared, strlen(declared)) == 0;
}

void ncl_source_text(struct ncl_text *text, const struct ncl_plan *plan, const struct ncl_program_text *program)
{
    if (plan->target.declares && !has_foreign(plan, program)) {
        ncl_text_add(text, declared);
        ncl_kernel_text_add(text, "functions");
        ncl_text_add(text, "#endif\n");
    }
    if (program->persistent)
        ncl_source_persistent(text, plan, program);
    for (size_t i = 0; !program->persistent && i < program->count; i++) {
        ncl_source_body(text, plan, program->kernel[i]);
        add_launch(text, plan, &plan->kernel[program->kernel[i]]);
    }
}
