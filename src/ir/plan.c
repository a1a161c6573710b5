/* SPDX-License-Identifier: Apache-2.0 */
#include "ir/plan.h"

#include <string.h>

ncl_ref ncl_plan_root(const struct ncl_plan *plan, ncl_ref ref)
{
    while (plan->tensor[ref].base != NCL_NO_TENSOR)
        ref = plan->tensor[ref].base;
    return ref;
}

uint64_t ncl_plan_step_bytes(const struct ncl_plan *plan, const struct ncl_step *step)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < step->tensor_count; i++) {
        unsigned before = 0;
        while (before < i && step->tensor[before] != step->tensor[i])
            before++;
        if (before == i && step->tensor[i] != NCL_NO_TENSOR)
            sum += plan->tensor[step->tensor[i]].bytes;
    }
    return sum;
}

void ncl_plan_place(const struct ncl_plan *plan, ncl_ref ref, uint32_t *buffer, uint64_t *offset)
{
    *offset = 0;
    while (plan->tensor[ref].base != NCL_NO_TENSOR) {
        *offset += plan->tensor[ref].base_offset;
        ref = plan->tensor[ref].base;
    }
    *offset += plan->tensor[ref].offset;
    *buffer = plan->tensor[ref].buffer;
}

const char *ncl_storage_name(enum ncl_storage storage)
{
    static const char *const names[] = {
        [NCL_STORE_ARENA] = "arena", [NCL_STORE_INIT] = "init",   [NCL_STORE_WEIGHT] = "weight",
        [NCL_STORE_STATE] = "state", [NCL_STORE_INPUT] = "input", [NCL_STORE_OUTPUT] = "output",
    };
    return names[storage];
}

static void print_tensor(struct ncl_text *text, const struct ncl_plan *plan, ncl_ref ref)
{
    const struct ncl_plan_tensor *tensor = &plan->tensor[ref];
    char shape[NCL_SHAPE_TEXT];
    uint32_t buffer;
    uint64_t offset;
    ncl_plan_place(plan, ref, &buffer, &offset);
    ncl_text_printf(text, "  t%u %s %s%s ", ref, tensor->name, nnefcl_dtype_name(tensor->dtype),
                    ncl_shape_text(&tensor->shape, shape));
    ncl_layout_print(text, &tensor->layout);
    if (tensor->base != NCL_NO_TENSOR)
        ncl_text_printf(text, "view of t%u ", tensor->base);
    else
        ncl_text_printf(text, "%s ", ncl_storage_name(tensor->storage));
    ncl_text_printf(text, "b%u+%llu %llu bytes\n", buffer, (unsigned long long)offset,
                    (unsigned long long)tensor->bytes);
}

unsigned ncl_plan_group(const struct ncl_plan *plan, const struct ncl_kernel *kernel)
{
    return kernel->map == NCL_MAP_GROUP ? kernel->group : plan->target.group;
}

static void print_kernel(struct ncl_text *text, const struct ncl_plan *plan, size_t index)
{
    const struct ncl_kernel *kernel = &plan->kernel[index];
    ncl_text_printf(text, "  k%zu %s", index, kernel->body);
    if (kernel->map == NCL_MAP_GROUP)
        ncl_text_printf(text, " group %u local %u", kernel->group, (unsigned)kernel->local_bytes);
    for (size_t i = 0; i < kernel->define_count; i++)
        ncl_text_printf(text, " %s=%s", kernel->define[i].name, kernel->define[i].text);
    if (kernel->needs)
        ncl_text_printf(text, " needs=%u", kernel->needs);
    ncl_text_add(text, "\n");
}

/* Consecutive fields of one name are one array. */
static void print_sizes(struct ncl_text *text, const struct ncl_kernel *kernel, const struct ncl_step *step)
{
    for (size_t i = 0; i < step->size_count; i++) {
        const bool more = i && strcmp(kernel->size_name[i], kernel->size_name[i - 1]) == 0;
        if (more)
            ncl_text_printf(text, ",%lld", (long long)step->size[i]);
        else
            ncl_text_printf(text, " %s=%lld", kernel->size_name[i], (long long)step->size[i]);
    }
}

static void print_step(struct ncl_text *text, const struct ncl_plan *plan, const struct ncl_step *step)
{
    static const char *const kinds[] = {[NCL_STEP_LOAD] = "load", [NCL_STEP_COPY] = "copy", [NCL_STEP_GEMM] = "gemm"};
    ncl_text_add(text, "  ");
    if (step->kind == NCL_STEP_KERNEL)
        ncl_text_printf(text, "k%u %s", step->kernel, plan->kernel[step->kernel].body);
    else
        ncl_text_add(text, kinds[step->kind]);
    for (unsigned i = 0; i < step->tensor_count; i++)
        ncl_text_printf(text, " %st%u", step->writes >> i & 1 ? (step->reads >> i & 1 ? "&" : ">") : "",
                        step->tensor[i]);
    if (step->kind == NCL_STEP_KERNEL) {
        ncl_text_printf(text, " tasks=%llu", (unsigned long long)step->tasks);
        print_sizes(text, &plan->kernel[step->kernel], step);
    } else if (step->kind == NCL_STEP_GEMM) {
        const struct ncl_gemm *gemm = step->gemm;
        ncl_text_printf(text, " m=%lld n=%lld k=%lld%s%s batch=%lld", (long long)gemm->m, (long long)gemm->n,
                        (long long)gemm->k, gemm->transpose_a ? " ta" : "", gemm->transpose_b ? " tb" : "",
                        (long long)gemm->batch);
    }
    ncl_text_printf(text, "  # %s", step->name);
    ncl_text_printf(text, step->variant ? " (%s)\n" : "\n", step->variant);
}

static void print_step_list(struct ncl_text *text, const struct ncl_plan *plan, const char *title,
                            const struct ncl_steps *steps)
{
    ncl_text_printf(text, "%s\n", title);
    for (size_t i = 0; i < steps->count; i++)
        print_step(text, plan, &steps->step[i]);
}

void ncl_plan_print(struct ncl_text *text, const struct ncl_plan *plan)
{
    ncl_text_printf(text, "plan %s for %s\n", plan->name, plan->target.name);
    ncl_text_printf(text, "buffers weights %llu arena %llu init %llu io %llu bytes\n",
                    (unsigned long long)plan->weight_bytes, (unsigned long long)plan->arena_bytes,
                    (unsigned long long)plan->init_bytes, (unsigned long long)plan->io_bytes);
    for (size_t i = 0; i < plan->buffer_count; i++)
        ncl_text_printf(text, "  b%zu %s %llu bytes\n", i, ncl_storage_name(plan->buffer[i].storage),
                        (unsigned long long)plan->buffer[i].bytes);
    ncl_text_add(text, "tensors\n");
    for (ncl_ref i = 0; i < plan->tensor_count; i++)
        print_tensor(text, plan, i);
    ncl_text_add(text, "kernels\n");
    for (size_t i = 0; i < plan->kernel_count; i++)
        print_kernel(text, plan, i);
    print_step_list(text, plan, "init", &plan->init);
    if (plan->reset.count)
        print_step_list(text, plan, "reset", &plan->reset);
    print_step_list(text, plan, "run", &plan->run);
}
