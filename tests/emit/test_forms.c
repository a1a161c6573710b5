/* SPDX-License-Identifier: Apache-2.0 */
/* forms.c and convert.cl: between any two forms every element arrives, halo and filling become zeros, and what lies
 * between the rows of a pitch stays. The expected memory is made here from ncl_layout_offset. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "emit/forms.h"
#include "emit/parts.h"
#include "emit/reference.h"
#include "host/host.h"
#include "ops/op_form.h"
#include "plan/source.h"
#include "suite.h"

#define GAP 77.0f /* what is there before */

static const struct {
    nnefcl_dtype dtype;
    const char *shape;
    struct ncl_layout layout[8];
} groups[] = {
    {NNEFCL_SCALAR,
     "2,11,3,5",
     {{0},
      {.element = NCL_ELEMENT_HALF},
      {.axis = 1, .block = 8},
      {.axis = 1, .block = 16, .before = {1, 2}, .after = {1, 0}},
      {.axis = 3, .block = 8},
      {.before = {0, 1}, .after = {2, 1}},
      {.outer = 1, .pitch = 200},
      {.element = NCL_ELEMENT_HALF, .axis = 1, .block = 8, .outer = 1, .pitch = 450, .before = {1}, .after = {1}}}},
    {NNEFCL_SCALAR,
     "9,20",
     {{0},
      {.element = NCL_ELEMENT_HALF, .axis = 1, .block = 16},
      {.axis = 1, .block = 8},
      {.axis = 0, .block = 8},
      {.axis = 0, .block = 16},
      {.outer = 1, .pitch = 21},
      {.axis = 1, .block = 16},
      {.element = NCL_ELEMENT_HALF, .outer = 1, .pitch = 33}}},
    /* rows of whole vectors and a rest, blocks of all channels and of some */
    {NNEFCL_SCALAR,
     "2,19,3,21",
     {{0},
      {.axis = 1, .block = 8},
      {.axis = 1, .block = 8, .before = {1, 2}, .after = {0, 3}},
      {.axis = 1, .block = 8, .outer = 1, .pitch = 3000, .before = {1, 1}, .after = {1, 1}},
      {.before = {2, 0}, .after = {0, 2}},
      {.outer = 1, .pitch = 1300},
      {.axis = 2, .block = 8},
      {.axis = 1, .block = 16}}},
    /* whole numbers of steps, where nothing else differs and where more does */
    {NNEFCL_SCALAR,
     "2,11,3,7",
     {{0},
      {.element = NCL_ELEMENT_WHOLE, .step = 0.25f},
      {.element = NCL_ELEMENT_WHOLE, .step = 1},
      {.element = NCL_ELEMENT_WHOLE, .step = 0.25f, .axis = 1, .block = 8},
      {.axis = 1, .block = 8, .before = {1, 2}, .after = {1, 0}},
      {.element = NCL_ELEMENT_WHOLE, .step = 0.5f, .axis = 1, .block = 8, .before = {1, 2}, .after = {1, 0}},
      {.element = NCL_ELEMENT_HALF, .axis = 1, .block = 16},
      {.element = NCL_ELEMENT_WHOLE, .step = 1, .outer = 1, .pitch = 300}}},
    {NNEFCL_INTEGER,
     "1,17,2,9",
     {{0},
      {.axis = 1, .block = 8},
      {.axis = 1, .block = 8, .before = {1, 1}, .after = {1, 1}},
      {.axis = 0, .block = 8},
      {.axis = 3, .block = 8},
      {.before = {1, 1}, .after = {1, 1}},
      {.axis = 1, .block = 16},
      {.axis = 1, .block = 8, .before = {0, 1}}}},
    {NNEFCL_LOGICAL,
     "3,8,50",
     {{0},
      {.axis = 1, .block = 8},
      {.axis = 1, .block = 8, .before = {3}, .after = {1}},
      {.axis = 1, .block = 8, .outer = 1, .pitch = 999},
      {.axis = 2, .block = 8},
      {.outer = 2, .pitch = 51},
      {.axis = 1, .block = 16},
      {.before = {5}}}},
};
#define GROUPS (sizeof groups / sizeof *groups)
#define FORMS  8

/* ---- memory of a form ---- */

static uint16_t half_from(float value) /* small whole numbers only */
{
    int exponent;
    if (value == 0)
        return 0;
    const float fraction = frexpf(fabsf(value), &exponent);
    return (uint16_t)((value < 0) << 15 | (exponent + 14) << 10 | ((int)(fraction * 2048) & 1023));
}

static void put(void *memory, const struct ncl_plan_tensor *tensor, int64_t at, float value)
{
    if (tensor->layout.element == NCL_ELEMENT_HALF)
        ((uint16_t *)memory)[at] = half_from(value);
    else if (tensor->layout.element == NCL_ELEMENT_WHOLE)
        ((int16_t *)memory)[at] = (int16_t)(value / tensor->layout.step);
    else if (tensor->dtype == NNEFCL_SCALAR)
        ((float *)memory)[at] = value;
    else if (tensor->dtype == NNEFCL_INTEGER)
        ((int32_t *)memory)[at] = (int32_t)value;
    else
        ((uint8_t *)memory)[at] = (uint8_t)(int)value; /* any byte, to tell them apart */
}

/* Every cell: zero for those of halo and filling, by way of the memory's own extents. */
static void put_zeros(void *memory, const struct ncl_plan_tensor *tensor)
{
    const struct ncl_layout *layout = &tensor->layout;
    const nnefcl_shape *shape = &tensor->shape;
    nnefcl_shape cells = *shape;
    int64_t at[NNEFCL_MAX_RANK];
    const int64_t lanes = layout->block ? layout->block : 1;
    for (int i = 0; i < shape->rank; i++)
        cells.extent[i] = ncl_layout_extent(layout, shape, i);
    for (bool more = ncl_position_first(&cells, at); more; more = ncl_position_next(&cells, at)) {
        int64_t offset = 0;
        for (int i = 0; i < shape->rank; i++)
            offset += at[i] * ncl_layout_stride(layout, shape, i);
        for (int64_t lane = 0; lane < lanes; lane++)
            put(memory, tensor, offset + lane, 0);
    }
}

static void *make_memory(const struct ncl_plan_tensor *tensor, bool filled)
{
    const size_t size = ncl_layout_element(&tensor->layout, tensor->dtype);
    int64_t at[NNEFCL_MAX_RANK];
    float value = 1;
    void *memory = calloc(tensor->bytes / size, size);
    ck_assert_ptr_nonnull(memory);
    for (size_t i = 0; i < tensor->bytes / size; i++)
        put(memory, tensor, (int64_t)i, GAP);
    if (!filled)
        return memory;
    put_zeros(memory, tensor);
    for (bool more = ncl_position_first(&tensor->shape, at); more; more = ncl_position_next(&tensor->shape, at))
        put(memory, tensor, ncl_layout_offset(&tensor->layout, &tensor->shape, at), value++);
    return memory;
}

/* ---- the step, launched by hand ---- */

static cl_mem make_buffer(cl_context context, size_t bytes, void *data)
{
    cl_mem buffer = clCreateBuffer(context, CL_MEM_READ_WRITE | CL_MEM_COPY_HOST_PTR, bytes, data, NULL);
    ck_assert_ptr_nonnull(buffer);
    return buffer;
}

static cl_program build(const nnefcl_device *device, cl_context context, const struct ncl_plan *plan)
{
    struct ncl_text text;
    uint32_t kernels[16];
    for (uint32_t i = 0; i < plan->kernel_count; i++)
        kernels[i] = i;
    const struct ncl_program_text program = {.kernel = kernels, .count = plan->kernel_count};
    ncl_text_init(&text, NULL);
    ncl_source_text(&text, plan, &program);
    cl_program made = clCreateProgramWithSource(context, 1, (const char **)&text.data, NULL, NULL);
    ck_assert_int_eq(clBuildProgram(made, 1, &device->id, "-cl-std=CL1.2", NULL, NULL), CL_SUCCESS);
    ncl_text_free(&text);
    return made;
}

static cl_kernel make_kernel(cl_program program, const struct ncl_kernel *kernel)
{
    char name[NCL_LAUNCH_NAME];
    ncl_source_launch_name(kernel->key, name);
    cl_kernel made = clCreateKernel(program, name, NULL);
    ck_assert_ptr_nonnull(made);
    return made;
}

static void set_arguments(cl_kernel kernel, cl_mem records, const struct ncl_step *step, cl_mem in, cl_mem out)
{
    const cl_ulong zero = 0, tasks = step->tasks;
    clSetKernelArg(kernel, 0, sizeof records, &records);
    clSetKernelArg(kernel, 1, sizeof zero, &zero);
    clSetKernelArg(kernel, 2, sizeof tasks, &tasks);
    clSetKernelArg(kernel, 3, sizeof in, &in);
    clSetKernelArg(kernel, 4, sizeof zero, &zero);
    clSetKernelArg(kernel, 5, sizeof out, &out);
    ck_assert_int_eq(clSetKernelArg(kernel, 6, sizeof zero, &zero), CL_SUCCESS);
}

struct bench {
    const nnefcl_device *device;
    cl_context context;
    cl_command_queue queue;
    cl_program program;
    const struct ncl_plan *plan;
};

/* Runs the step on `in` and returns what is in the memory of `out` then. */
static void *run_step(const struct bench *bench, const struct ncl_step *step, void *in, void *out)
{
    const struct ncl_plan *plan = bench->plan;
    const size_t group = ncl_plan_group(plan, &plan->kernel[step->kernel]),
                 global = (step->tasks + group - 1) / group * group;
    const size_t bytes = plan->tensor[step->tensor[1]].bytes;
    cl_mem buffer[] = {make_buffer(bench->context, step->size_count * sizeof *step->size, step->size),
                       make_buffer(bench->context, plan->tensor[step->tensor[0]].bytes, in),
                       make_buffer(bench->context, bytes, out)};
    cl_kernel kernel = make_kernel(bench->program, &plan->kernel[step->kernel]);
    set_arguments(kernel, buffer[0], step, buffer[1], buffer[2]);
    ck_assert_int_eq(clEnqueueNDRangeKernel(bench->queue, kernel, 1, NULL, &global, &group, 0, NULL, NULL), CL_SUCCESS);
    ck_assert_int_eq(clEnqueueReadBuffer(bench->queue, buffer[2], CL_TRUE, 0, bytes, out, 0, NULL, NULL), CL_SUCCESS);
    clReleaseKernel(kernel);
    for (int i = 0; i < 3; i++)
        clReleaseMemObject(buffer[i]);
    return out;
}

static void check_step(const struct bench *bench, const struct ncl_step *step, int from, int to)
{
    const struct ncl_plan_tensor *in = &bench->plan->tensor[step->tensor[0]],
                                 *out = &bench->plan->tensor[step->tensor[1]];
    void *source = make_memory(in, true), *want = make_memory(out, true), *got = make_memory(out, false);
    run_step(bench, step, source, got);
    ck_assert_msg(memcmp(got, want, out->bytes) == 0, "form %d to form %d: elements are not where they belong", from,
                  to);
    free(source);
    free(want);
    free(got);
}

/* ---- all pairs of a group ---- */

static nnefcl_shape shape_of(const char *text)
{
    nnefcl_shape shape = {0};
    for (char *end; *text; text = *end ? end + 1 : end)
        shape.extent[shape.rank++] = strtoll(text, &end, 10);
    return shape;
}

/* The step of pair (i, k) is number i FORMS + k. */
static void lower_pairs(struct ncl_lower *lower, int group)
{
    for (int i = 0; i < FORMS; i++) {
        struct ncl_plan_tensor from = {.name = "x",
                                       .dtype = groups[group].dtype,
                                       .shape = shape_of(groups[group].shape),
                                       .layout = groups[group].layout[i],
                                       .base = NCL_NO_TENSOR};
        from.bytes = ncl_layout_bytes(&from.layout, from.dtype, &from.shape);
        const ncl_ref ref = ncl_parts_tensor(lower, &from);
        for (int k = 0; k < FORMS; k++)
            ncl_forms_convert(lower, ref, &groups[group].layout[k]);
    }
}

START_TEST(between_any_two)
{
    struct ncl_arena arena;
    ncl_arena_init(&arena, NULL, 0);
    const struct ncl_source source = {.name = "forms"};
    const struct ncl_graph graph = {.source = &source};
    const struct ncl_node node = {0};
    const nnefcl_device *device = op_form_device(&op_forms[0]);
    struct ncl_plan plan = {.target = device->target};
    struct ncl_lower lower = {.arena = &arena, .plan = &plan, .graph = &graph, .node = &node};
    lower_pairs(&lower, _i);
    ck_assert_int_eq(lower.status, NNEFCL_OK);
    ck_assert_uint_eq(plan.run.count, FORMS * FORMS);
    ck_assert_int_eq(ncl_source_keys(&plan, &arena.allocator), NNEFCL_OK);
    struct bench bench = {.device = device, .plan = &plan};
    bench.context = clCreateContext(NULL, 1, &device->id, NULL, NULL, NULL);
    bench.queue = clCreateCommandQueue(bench.context, device->id, 0, NULL);
    bench.program = build(device, bench.context, &plan);
    for (int i = 0; i < FORMS; i++)
        for (int k = 0; k < FORMS; k++)
            check_step(&bench, &plan.run.step[i * FORMS + k], i, k);
    clReleaseProgram(bench.program);
    clReleaseCommandQueue(bench.queue);
    clReleaseContext(bench.context);
    ncl_arena_free(&arena);
}
END_TEST

/* A tensor that a step writes in blocks: whoever reads another form gets it from one step, and the next one too. */
START_TEST(each_form_is_made_once)
{
    struct ncl_arena arena;
    ncl_arena_init(&arena, NULL, 0);
    const struct ncl_source source = {.name = "forms"};
    const struct ncl_graph graph = {.source = &source};
    const struct ncl_node node = {0};
    const struct ncl_tensor tensor = {.name = "y", .shape = shape_of("1,9,4")};
    const struct ncl_layout plain = {0}, blocks = {.axis = 1, .block = 8}, half = {.element = NCL_ELEMENT_HALF};
    ncl_ref plain_form = NCL_NO_TENSOR;
    struct ncl_form *form = NULL;
    struct ncl_plan plan = {.target = ncl_target_generic_cpu};
    struct ncl_lower lower = {
        .arena = &arena, .plan = &plan, .graph = &graph, .node = &node, .tensor = &plain_form, .form = &form};
    const ncl_ref written = ncl_lower_result(&lower, &tensor, &blocks);
    ck_assert_uint_eq(ncl_lower_result(&lower, &tensor, &blocks), written);
    ck_assert_uint_eq(ncl_lower_as(&lower, &tensor, &blocks), written);
    ck_assert_uint_eq(ncl_forms_any(&lower, &tensor), written);
    ck_assert_uint_eq(plan.run.count, 0);
    const ncl_ref dense = ncl_lower_tensor(&lower, &tensor), narrow = ncl_lower_as(&lower, &tensor, &half);
    ck_assert_uint_eq(plan.run.count, 2);
    ck_assert_uint_eq(ncl_lower_as(&lower, &tensor, &plain), dense);
    ck_assert_uint_eq(ncl_lower_as(&lower, &tensor, &half), narrow);
    ck_assert_uint_eq(ncl_lower_tensor(&lower, &tensor), dense);
    ck_assert_uint_eq(plan.run.count, 2);
    ck_assert_str_eq(plan.run.step[0].name, "y = convert");
    ck_assert_uint_eq(plan.run.step[0].tensor[0], written);
    ck_assert(ncl_forms_have(&lower, &tensor, written) && ncl_forms_have(&lower, &tensor, narrow) &&
              ncl_forms_have(&lower, &tensor, dense) && !ncl_forms_have(&lower, &tensor, (ncl_ref)plan.tensor_count));
    ck_assert_uint_eq(plan.tensor[written].bytes, 2 * 4 * 8 * 4);
    ck_assert_uint_eq(plan.tensor[narrow].bytes, 9 * 4 * 2);
    ncl_arena_free(&arena);
}
END_TEST

/* Blocks of one place and whole channels are what plain memory is. */
START_TEST(the_same_memory_is_not_converted)
{
    struct ncl_arena arena;
    ncl_arena_init(&arena, NULL, 0);
    const struct ncl_source source = {.name = "forms"};
    const struct ncl_graph graph = {.source = &source};
    const struct ncl_node node = {0};
    const struct ncl_tensor tensor[] = {{.id = 0, .name = "y", .shape = shape_of("2,16,1,1")},
                                        {.id = 1, .name = "z", .shape = shape_of("2,17,1,1")}};
    const struct ncl_layout blocks = {.axis = 1, .block = 8};
    ncl_ref plain[] = {NCL_NO_TENSOR, NCL_NO_TENSOR};
    struct ncl_form *form[] = {NULL, NULL};
    struct ncl_plan plan = {.target = ncl_target_generic_cpu};
    struct ncl_lower lower = {
        .arena = &arena, .plan = &plan, .graph = &graph, .node = &node, .tensor = plain, .form = form};
    const ncl_ref y = ncl_lower_result(&lower, &tensor[0], &blocks), z = ncl_lower_result(&lower, &tensor[1], &blocks);
    ck_assert_uint_eq(ncl_plan_root(&plan, ncl_lower_tensor(&lower, &tensor[0])), y);
    ck_assert_uint_eq(plan.run.count, 0);
    ck_assert_uint_ne(ncl_plan_root(&plan, ncl_lower_tensor(&lower, &tensor[1])), z);
    ck_assert_uint_eq(plan.run.count, 1);
    ncl_arena_free(&arena);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("forms");
    TCase *tests = tcase_create("forms");
    tcase_set_timeout(tests, 0);
    tcase_add_loop_test(tests, between_any_two, 0, GROUPS);
    tcase_add_test(tests, each_form_is_made_once);
    tcase_add_test(tests, the_same_memory_is_not_converted);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
