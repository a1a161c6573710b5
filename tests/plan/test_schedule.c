/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "model/frozen.h"
#include "suite.h"

static struct ncl_arena arena;
static struct ncl_diag diag;
static struct ncl_plan_tensor tensors[64];
static struct ncl_step steps[64];
static struct ncl_variable variables[16];
static struct ncl_tensor loaded[16], *tensor[16];
static const struct ncl_graph graph = {.tensor = tensor};
static struct ncl_plan plan;

static void setup(void)
{
    ncl_arena_init(&arena, NULL, 0);
    ncl_diag_init(&diag, NULL, NULL, NULL, false);
    memset(steps, 0, sizeof steps);
    plan = (struct ncl_plan){.tensor = tensors, .init.step = steps, .tensor_count = 64};
    for (int i = 0; i < 64; i++)
        tensors[i] = (struct ncl_plan_tensor){.base = NCL_NO_TENSOR};
}

static void teardown(void)
{
    ncl_arena_free(&arena);
}

static void load(ncl_ref to, size_t member)
{
    const size_t i = plan.init.count;
    variables[i].member = member;
    loaded[i] = (struct ncl_tensor){.role = NCL_ROLE_VARIABLE, .variable = &variables[i]};
    tensor[i] = &loaded[i];
    steps[plan.init.count++] = (struct ncl_step){
        .kind = NCL_STEP_LOAD, .tensor_count = 1, .tensor = {to}, .writes = 1, .loaded = (uint32_t)i};
}

static void kernel(ncl_ref a, ncl_ref b, ncl_ref out)
{
    steps[plan.init.count++] =
        (struct ncl_step){.kind = NCL_STEP_KERNEL, .tensor_count = 3, .tensor = {a, b, out}, .reads = 3, .writes = 4};
}

static size_t position_of_writer(ncl_ref ref)
{
    for (size_t i = 0; i < plan.init.count; i++)
        for (unsigned k = 0; k < plan.init.step[i].tensor_count; k++)
            if (plan.init.step[i].writes >> k & 1 && plan.init.step[i].tensor[k] == ref)
                return i;
    ck_abort_msg("a step is lost");
    return 0;
}

START_TEST(loads_follow_the_files)
{
    load(0, 7);
    load(1, 2);
    load(2, 5);
    kernel(0, 0, 10);
    kernel(1, 1, 11);
    kernel(2, 10, 12);
    ck_assert_int_eq(ncl_schedule_init(&plan, &graph, &arena, &diag), NNEFCL_OK);
    ck_assert_uint_eq(plan.init.count, 6);
    ck_assert_uint_eq(position_of_writer(1), 0);
    ck_assert_uint_eq(position_of_writer(11), 1); /* what a load makes possible follows at once */
    ck_assert_uint_eq(position_of_writer(2), 2);
    ck_assert_uint_eq(position_of_writer(0), 3);
    ck_assert_uint_eq(position_of_writer(10), 4);
    ck_assert_uint_eq(position_of_writer(12), 5);
}
END_TEST

START_TEST(writers_of_one_tensor_keep_their_order)
{
    load(0, 3);
    load(1, 1);
    kernel(0, 0, 10);
    steps[plan.init.count++] = (struct ncl_step){
        .kind = NCL_STEP_KERNEL, .tensor_count = 2, .tensor = {1, 10}, .reads = 3, .writes = 2, .tasks = 99};
    ck_assert_int_eq(ncl_schedule_init(&plan, &graph, &arena, &diag), NNEFCL_OK);
    ck_assert_uint_eq(plan.init.step[3].tasks, 99);
}
END_TEST

START_TEST(steps_without_input_come_first)
{
    load(0, 0);
    steps[plan.init.count++] =
        (struct ncl_step){.kind = NCL_STEP_KERNEL, .tensor_count = 1, .tensor = {5}, .writes = 1};
    ck_assert_int_eq(ncl_schedule_init(&plan, &graph, &arena, &diag), NNEFCL_OK);
    ck_assert_uint_eq(position_of_writer(5), 0);
    ck_assert_uint_eq(position_of_writer(0), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("schedule");
    TCase *tests = tcase_create("schedule");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, loads_follow_the_files);
    tcase_add_test(tests, writers_of_one_tensor_keep_their_order);
    tcase_add_test(tests, steps_without_input_come_first);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
