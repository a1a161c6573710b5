/* SPDX-License-Identifier: Apache-2.0 */
/* The judgement of results: units in the last place at the edges of the float, and what is bad. */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "verify/judge.h"
#include "suite.h"

#define INF ((double)INFINITY)

START_TEST(units)
{
    static const struct {
        double magnitude, unit;
    } cases[] = {
        {1, 0x1p-23},         {0x1.fffffffffp0, 0x1p-23}, {2, 0x1p-22},         {0.75, 0x1p-24},
        {0x1p-126, 0x1p-149}, {0x1p-125, 0x1p-148},       {0x1p-130, 0x1p-149}, /* not below that at FLT_MIN */
        {0, 0x1p-149},        {0x1p127, 0x1p104},         {0x1p200, 0x1p104},   {INF, 0x1p104},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_msg(ncl_judge_unit(cases[i].magnitude) == cases[i].unit, "%a: %a", cases[i].magnitude,
                      ncl_judge_unit(cases[i].magnitude));
}
END_TEST

START_TEST(errors_of_floats)
{
    static const double min = FLT_MIN, max = FLT_MAX, nan = NAN;
    const struct {
        double got, want, scale, ulp;
    } cases[] = {
        {1, 1, 0, 0},
        {1 + 0x1p-23, 1, 0, 1},
        {1, 1 + 0x1p-24, 0, 0.5}, /* the exact value lies between two floats */
        {1, 2, 0, 0x1p22},
        {2, 1, 0, 0x1p23}, /* the unit is that of the exact value */
        {-1, 1, 0, 0x1p24},
        {0.0, -0.0, 0, 0},
        /* sums: the unit is that of what was added up */
        {1 + 0x1p-23, 1, 1024, 0x1p-10},
        {0x1p-23, 0, 1, 1},
        {1 + 0x1p-23, 1, 0.5, 1},
        /* below FLT_MIN */
        {0, min / 2, 0, 0},
        {min / 2, 0, 0, 0},
        {-min / 2, min / 2, 0, 0},
        {0, min, 0, 0},
        {0, min + 0x1p-149, 0, 1},
        {min + 0x1p-149, min / 4, 0, 1},
        {0, 1, 0, (1 - min) / 0x1p-23},
        {1, 0, 0, (1 - min) / 0x1p-149},
        /* NaN and infinities */
        {nan, nan, 0, 0},
        {nan, 1, 0, INF},
        {1, nan, 0, INF},
        {nan, INF, 0, INF},
        {INF, INF, 0, 0},
        {-INF, INF, 0, INF},
        {1, INF, 0, INF},
        {max, INF, 0, INF},
        {INF, nan, 0, INF},
        /* what overflows */
        {INF, 1e39, 0, 0},
        {INF, 0x1.ffffffp127, 0, 0},
        {INF, max, 0, 0.5},
        {-INF, -max, 0, 0.5},
        {INF, max - 0x1p104, 0, 1.5},
        {INF, -1e39, 0, (0x1.ffffffp127 + 1e39) / 0x1p104},
        {max, 1e39, 0, 0.5},
        {-max, 1e39, 0, (0x1.ffffffp127 + FLT_MAX) / 0x1p104},
        {INF, 1, 0, (0x1.ffffffp127 - 1) / 0x1p-23},
        {INF, 1, 1e39, 0}, /* partial sums overflow */
        {nan, 1, 1e39, 0},
        {1e30, 1, 1e39, (1e30 - 1) / 0x1p104},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const double ulp = ncl_judge_error(NNEFCL_SCALAR, cases[i].got, cases[i].want, cases[i].scale);
        ck_assert_msg(ulp == cases[i].ulp, "case %zu: got %a want %a: %g ULP, not %g", i, cases[i].got, cases[i].want,
                      ulp, cases[i].ulp);
    }
}
END_TEST

START_TEST(integers_and_logicals_are_exact)
{
    ck_assert_double_eq(ncl_judge_error(NNEFCL_INTEGER, 2147483647, 2147483647, 0), 0);
    ck_assert_double_eq(ncl_judge_error(NNEFCL_INTEGER, 2147483646, 2147483647, 0), INF);
    ck_assert_double_eq(ncl_judge_error(NNEFCL_INTEGER, 5, 6, 1e9), INF);
    ck_assert_double_eq(ncl_judge_error(NNEFCL_LOGICAL, 1, 1, 0), 0);
    ck_assert_double_eq(ncl_judge_error(NNEFCL_LOGICAL, 255, 1, 0), INF);
}
END_TEST

static struct ncl_verdict judged(const float *got, double *want, double *scale, uint64_t count, double tolerance,
                                 const double *slack)
{
    struct ncl_verdict verdict;
    const struct ncl_elements elements = {.value = want, .scale = scale, .terms = 1};
    ncl_judge(&verdict, NNEFCL_SCALAR, got, &elements, count, tolerance, slack);
    return verdict;
}

START_TEST(the_worst_is_found)
{
    const float got[] = {1, 1 + 0x1p-22f, 4, 1 + 0x1p-20f, 8};
    double want[] = {1, 1, 4, 1, 8}, scale[] = {0, 0, 0, 8, 0};
    struct ncl_verdict v = judged(got, want, NULL, 5, 4, NULL);
    ck_assert_uint_eq(v.elements, 5);
    ck_assert_uint_eq(v.bad, 1);
    ck_assert_uint_eq(v.worst, 3);
    ck_assert_double_eq(v.ulp, 8);
    ck_assert_double_eq(v.tolerance, 4);
    ck_assert_double_eq(v.got, 1 + 0x1p-20);
    ck_assert_double_eq(v.want, 1);
    v = judged(got, want, scale, 5, 2, NULL);
    ck_assert_uint_eq(v.bad, 0); /* exactly what is allowed */
    ck_assert_uint_eq(v.worst, 1);
    ck_assert_double_eq(v.ulp, 2);
    v = judged(got, want, NULL, 5, 0, NULL);
    ck_assert_uint_eq(v.bad, 2);
    ck_assert_uint_eq(v.worst, 3); /* of those that may have nothing, the larger error */
}
END_TEST

/* What an operand that was not there may add: absolute, element by element. */
START_TEST(slack_is_added)
{
    const float got[] = {1 + 0x1p-20f, 1 + 0x1p-21f};
    double want[] = {1, 1};
    const double slack[] = {0x1p-20, 0};
    struct ncl_verdict v = judged(got, want, NULL, 2, 1, slack);
    ck_assert_uint_eq(v.bad, 1);
    ck_assert_uint_eq(v.worst, 1);
    ck_assert_double_eq(v.ulp, 4);
    ck_assert_double_eq(v.tolerance, 1);
    v = judged(got, want, NULL, 1, 1, slack);
    ck_assert_uint_eq(v.bad, 0);
    ck_assert_double_eq(v.tolerance, 9);
}
END_TEST

START_TEST(nothing_and_nan)
{
    const float got[] = {NAN, 1};
    double want[] = {NAN, NAN};
    struct ncl_verdict v = judged(got, want, NULL, 0, 1, NULL);
    ck_assert_uint_eq(v.elements, 0);
    ck_assert_uint_eq(v.bad, 0);
    v = judged(got, want, NULL, 1, 1, NULL);
    ck_assert_uint_eq(v.bad, 0);
    ck_assert(isnan(v.got) && isnan(v.want));
    v = judged(got, want, NULL, 2, 1, (const double[]){NAN, NAN}); /* as what operands may be off makes it */
    ck_assert_uint_eq(v.bad, 1);
    ck_assert_uint_eq(v.worst, 1);
    v = judged(got, want, NULL, 2, 1e30, NULL);
    ck_assert_uint_eq(v.bad, 1);
    ck_assert_uint_eq(v.worst, 1);
    ck_assert_double_eq(v.ulp, INF);
}
END_TEST

START_TEST(other_types)
{
    const int32_t integers[] = {3, -4, 2147483647};
    const uint8_t logicals[] = {0, 1, 1};
    double three[] = {3, -4, 2147483646}, two[] = {0, 1, 1};
    const struct ncl_elements a = {.value = three, .terms = 1}, b = {.value = two, .terms = 1};
    struct ncl_verdict v;
    ncl_judge(&v, NNEFCL_INTEGER, integers, &a, 3, 1000, NULL);
    ck_assert_uint_eq(v.bad, 1);
    ck_assert_uint_eq(v.worst, 2);
    ck_assert_double_eq(v.got, 2147483647);
    ncl_judge(&v, NNEFCL_LOGICAL, logicals, &b, 3, 0, NULL);
    ck_assert_uint_eq(v.bad, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("judge");
    TCase *tests = tcase_create("judge");
    tcase_add_test(tests, units);
    tcase_add_test(tests, errors_of_floats);
    tcase_add_test(tests, integers_and_logicals_are_exact);
    tcase_add_test(tests, the_worst_is_found);
    tcase_add_test(tests, slack_is_added);
    tcase_add_test(tests, nothing_and_nan);
    tcase_add_test(tests, other_types);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
