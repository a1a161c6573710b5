/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/launch_parts.h"

#include "suite.h"

/* A step of so many tasks on a device of one compute unit. */
static struct ncl_plan plan;
static struct ncl_kernel kernel;
static struct ncl_step step;

static void make(enum ncl_map map, uint64_t tasks, uint64_t flops)
{
    kernel = (struct ncl_kernel){.map = map, .group = 64};
    plan = (struct ncl_plan){.kernel_count = 1, .kernel = &kernel};
    plan.target = ncl_target_generic_gpu;
    plan.target.compute_units = 1;
    step = (struct ncl_step){.kind = NCL_STEP_KERNEL, .tasks = tasks, .flops = flops};
}

/* Parts from 0 on, all of them together every task once, none longer than asked. */
static size_t count_parts(double most_ms)
{
    const uint64_t group = kernel.map == NCL_MAP_GROUP ? 1 : ncl_plan_group(&plan, &kernel);
    size_t count = 0;
    uint64_t at = 0;
    while (at < step.tasks) {
        const struct ncl_part part = ncl_launch_parts_next(&plan, &step, most_ms, at);
        ck_assert_uint_eq(part.first, at);
        ck_assert_uint_gt(part.tasks, 0);
        at += part.tasks;
        ck_assert(at == step.tasks || part.tasks % group == 0);
        count++;
    }
    ck_assert_uint_eq(at, step.tasks);
    return count;
}

START_TEST(long_launches_are_split)
{
    make(NCL_MAP_ITEM, 100000, (uint64_t)5e9); /* a second of a slow device */
    ck_assert_uint_eq(count_parts(0), 1);
    ck_assert_uint_eq(count_parts(2000), 1);
    ck_assert_uint_ge(count_parts(100), 10);
    ck_assert_uint_le(count_parts(100), 11);
    ck_assert_uint_le(count_parts(1e-9), 1024); /* there is an end */
    make(NCL_MAP_ITEM, 65, (uint64_t)5e9);
    ck_assert_uint_eq(count_parts(1), 2); /* no more than there are work-groups */
}
END_TEST

/* A task is a work-group there. */
START_TEST(so_are_those_of_groups)
{
    make(NCL_MAP_GROUP, 100000, (uint64_t)5e9);
    ck_assert_uint_eq(count_parts(0), 1);
    ck_assert_uint_ge(count_parts(100), 10);
    ck_assert_uint_le(count_parts(100), 11);
    make(NCL_MAP_GROUP, 3, (uint64_t)5e9);
    ck_assert_uint_eq(count_parts(1), 3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("launch_parts");
    TCase *tests = tcase_create("launch_parts");
    tcase_add_test(tests, long_launches_are_split);
    tcase_add_test(tests, so_are_those_of_groups);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
