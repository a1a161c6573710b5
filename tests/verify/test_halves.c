/* SPDX-License-Identifier: Apache-2.0 */
/* halves.h: what results in half, and sums with weights in half, may be off. */
#include <check.h>
#include <math.h>

#include "suite.h"
#include "verify/halves.h"

START_TEST(results)
{
    double value[] = {1, 1.999, 2, -3, 65504, 0, 0x1p-20, INFINITY}, slack[8] = {0};
    const double off[] = {0x1p-11, 0x1p-11, 0x1p-10, 0x1p-10, 16, 0x1p-25, 0x1p-25, 0x1p-25};
    ncl_halves_result(slack, &(struct ncl_elements){.value = value}, 8);
    for (int i = 0; i < 8; i++)
        ck_assert_double_eq(slack[i], off[i]);
}
END_TEST

START_TEST(sums)
{
    double value[] = {1, -8}, scale[] = {4, 2}, slack[] = {0.5, 0};
    ncl_halves_sum(slack, &(struct ncl_elements){.value = value, .scale = scale, .terms = 3}, 2, 2);
    ck_assert_double_eq(slack[0], 0.5 + 4 * 0x1p-11 + 6 * 0x1p-25);
    ck_assert_double_eq(slack[1], 8 * 0x1p-11 + 6 * 0x1p-25);
}
END_TEST

START_TEST(products)
{
    double value[] = {1, -8}, scale[] = {4, 2}, slack[] = {0.5, 0};
    const double off = 11 * 0x1p-11 / (1 - 11 * 0x1p-11);
    ncl_halves_product(slack, &(struct ncl_elements){.value = value, .scale = scale, .terms = 3}, 2, 2, 8);
    ck_assert_double_eq(slack[0], 0.5 + (off * 4 + 24 * 0x1p-25));
    ck_assert_double_eq(slack[1], off * 8 + 24 * 0x1p-25);
}
END_TEST

START_TEST(overflow)
{
    double value[] = {65520, 65519, -70000, 70000, 65519, INFINITY}, slack[] = {0, 0, 0, 0, 1, 0};
    float got[] = {INFINITY, INFINITY, -INFINITY, -INFINITY, INFINITY, INFINITY};
    const float want[] = {65520, INFINITY, -70000, -INFINITY, 65519, INFINITY};
    ncl_halves_overflow(got, &(struct ncl_elements){.value = value}, slack, 6);
    for (int i = 0; i < 6; i++)
        ck_assert_float_eq(got[i], want[i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("halves");
    TCase *tests = tcase_create("halves");
    tcase_add_test(tests, results);
    tcase_add_test(tests, sums);
    tcase_add_test(tests, products);
    tcase_add_test(tests, overflow);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
