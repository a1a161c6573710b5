/* SPDX-License-Identifier: Apache-2.0 */
/* The text of the persistent form. What work-groups hand to each other is ordered by fences that no run on x86 needs:
 * whether they are there shows in the text only. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "nnefcl/nnefcl.h"
#include "plan/source_persistent.h"
#include "suite.h"

static const char net[] = "version 1.0;\n"
                          "graph g(x) -> (y)\n{\n"
                          "    x = external(shape = [4,8]);\n"
                          "    a = softmax(x, axes = [1]);\n"
                          "    y = sum_reduce(a, axes = [0]);\n}\n";

struct text {
    char data[1 << 20];
    size_t length;
};

/* Without blanks and line ends. */
static int append(void *user, const char *bytes, size_t length)
{
    struct text *text = user;
    for (size_t i = 0; i < length; i++)
        if (!isspace((unsigned char)bytes[i]) && text->length + 1 < sizeof text->data)
            text->data[text->length++] = bytes[i];
    return 0;
}

static struct text *persistent_text(void)
{
    struct text *text = calloc(1, sizeof *text);
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    nnefcl_error error = {0};
    nnefcl_model *model;
    options.execution = NNEFCL_EXECUTION_PERSISTENT;
    ck_assert_int_eq(nnefcl_model_open_memory(net, sizeof net - 1, NULL, &model, &error), NNEFCL_OK);
    ck_assert_msg(nnefcl_model_dump_plan(model, &options, 0, NNEFCL_DUMP_CL, append, text, &error) == NNEFCL_OK, "%s",
                  error.message);
    nnefcl_model_free(model);
    return text;
}

#define FENCE "mem_fence(CLK_GLOBAL_MEM_FENCE);"

/* Where `what` is behind `from`; it is there once. */
static const char *find_one(const char *from, const char *what)
{
    const char *at = strstr(from, what);
    ck_assert_msg(at && !strstr(at + 1, what), "%s stands not once", what);
    return at;
}

/* What a task wrote comes before it is counted: the fence is the last thing in front. */
START_TEST(releases)
{
    struct text *text = persistent_text();
    const char *group = find_one(text->data, "staticvoidpersistent_group(");
    const char *count = find_one(group, "atomic_inc(counters+DONE(i));"),
               *task = find_one(group, "persistent_task(step,");
    ck_assert(task < count);
    ck_assert_msg(strncmp(count - strlen(FENCE), FENCE, strlen(FENCE)) == 0, "no fence in front of: %.40s", count);
    free(text);
}
END_TEST

/* What a task reads comes after those it waits for are counted: the fence stands behind the loop, in front of the end
 * of the wait, and the wait in front of the bodies. */
START_TEST(acquires)
{
    struct text *text = persistent_text();
    const char *wait = strstr(text->data, "persistent_wait(volatileglobalint*done");
    ck_assert_ptr_nonnull(wait);
    const char *loop = strstr(wait, "*done<count"), *fence = strstr(wait, FENCE), *over = strstr(wait, "returntrue;");
    ck_assert_msg(loop && fence && over && loop < fence && fence < over, "no fence behind the loop: %.300s", wait);
    const char *group = find_one(text->data, "staticvoidpersistent_group(");
    ck_assert(find_one(group, "persistent_settle(&settled,step[STEP_WAIT],") <
              find_one(group, "persistent_task(step,"));
    find_one(text->data, "persistent_wait(counters+DONE(settled->count),");
    free(text);
}
END_TEST

/* A step waits for the last one that it meets, and never runs beside more than OVERLAP - 1 others. */
START_TEST(waits)
{
    enum { STEPS = 12 };
    /* tensors of 16 bytes: 0 to 3 side by side, 4 across 0 and 1, 5 and 6 in buffers of their own */
    struct ncl_plan_tensor tensors[] = {{.offset = 0}, {.offset = 16}, {.offset = 32}, {.offset = 48},
                                        {.offset = 8}, {.buffer = 1},  {.buffer = 2}};
    const struct use {
        ncl_ref from, to;
        size_t waits;
    } uses[STEPS] = {
        {0, 2, 0}, {1, 3, 0}, /* two that read */
        {2, 1, 2},            /* overwrites what step 1 reads */
        {0, 5, 0}, {4, 5, 4}, /* writes the same place again, and reads what step 2 wrote */
        {3, 3, 2},            /* in place */
        {0, 1, 5},            /* overwrites what step 4 reads */
        {2, 2, 3}, {0, 0, 7}, {3, 5, 6}, {3, 5, 10}, {6, 6, 4}, /* meets nothing */
    };
    struct ncl_step steps[STEPS];
    const struct ncl_plan plan = {.tensor = tensors, .tensor_count = 7, .run = {.step = steps, .count = STEPS}};
    for (size_t i = 0; i < plan.tensor_count; i++) {
        tensors[i].base = NCL_NO_TENSOR;
        tensors[i].bytes = 16;
    }
    for (size_t i = 0; i < STEPS; i++)
        steps[i] = (struct ncl_step){.tensor_count = 2, .tensor = {uses[i].from, uses[i].to}, .reads = 1, .writes = 2};
    for (size_t i = 0; i < STEPS; i++)
        ck_assert_msg(ncl_persistent_waits(&plan, i) == uses[i].waits, "step %zu waits for %zu, expected %zu", i,
                      ncl_persistent_waits(&plan, i), uses[i].waits);
}
END_TEST

/* Never before the deadline, and not without end behind it. */
START_TEST(looks)
{
    ck_assert_int_eq(ncl_persistent_looks(0), (int64_t)1 << 35);
    ck_assert_int_eq(ncl_persistent_looks(1e300), (int64_t)1 << 35);
    ck_assert_int_eq(ncl_persistent_looks(10), ((int64_t)10 << 22) + 1);
    ck_assert_int_eq(ncl_persistent_looks(1e-9), 1);
}
END_TEST

/* Launches as milliseconds of work, no more than steps, and no more than 64. */
START_TEST(rounds)
{
    static struct ncl_step steps[100];
    struct ncl_plan plan = {.run = {.step = steps, .count = 100}};
    ck_assert_uint_eq(ncl_persistent_rounds(&plan), 1);
    steps[7].flops = 300000000;
    ck_assert_uint_eq(ncl_persistent_rounds(&plan), 4);
    steps[8].flops = (uint64_t)1 << 60;
    ck_assert_uint_eq(ncl_persistent_rounds(&plan), 64);
    plan.run.count = 10;
    ck_assert_uint_eq(ncl_persistent_rounds(&plan), 10);
}
END_TEST

/* Tasks are counted in 32 bits, those of all steps of a run together, those of each step of init. */
START_TEST(tasks_of_all_steps)
{
    struct ncl_kernel kernel = {.body = "elementwise"};
    struct ncl_step steps[2] = {{.kind = NCL_STEP_KERNEL, .tasks = INT32_MAX}, {.kind = NCL_STEP_KERNEL, .tasks = 0}};
    struct ncl_plan plan = {.target = ncl_target_generic_cpu,
                            .kernel = &kernel,
                            .kernel_count = 1,
                            .buffer_count = 1,
                            .init = {.step = steps, .count = 1},
                            .run = {.step = steps, .count = 2}};
    ck_assert_ptr_null(ncl_persistent_unfit(&plan));
    steps[1].tasks = 1;
    ck_assert_str_eq(ncl_persistent_unfit(&plan), "there are more than 2^31 tasks");
    steps[0].tasks = (uint64_t)INT32_MAX + 1;
    ck_assert_str_eq(ncl_persistent_unfit(&plan), "there are more than 2^31 tasks");
    plan.run.count = 0;
    ck_assert_str_eq(ncl_persistent_unfit(&plan), "there are more than 2^31 tasks");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("source_persistent");
    TCase *tests = tcase_create("source_persistent");
    tcase_add_test(tests, releases);
    tcase_add_test(tests, acquires);
    tcase_add_test(tests, waits);
    tcase_add_test(tests, looks);
    tcase_add_test(tests, rounds);
    tcase_add_test(tests, tasks_of_all_steps);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
