/* SPDX-License-Identifier: Apache-2.0 */
/* Borders and lengths of sums of the windows that references read. */
#define OP_TILES 1
#include <stdlib.h>

#include "ops/window_line.h"
#include "suite.h"

/* One reflection at a time, as the text writes it. */
static int64_t walk(int64_t i, int64_t z, int64_t edge)
{
    while (z > 1 || edge) {
        if (i >= 0 && i < z)
            return i;
        i = i < 0 ? -i - edge : z - 1 - (i - z + 1 - edge);
    }
    return 0;
}

START_TEST(borders)
{
    for (int64_t z = 1; z < 6; z++)
        for (int64_t i = -40; i < 40; i++) {
            const bool inside = i >= 0 && i < z;
            ck_assert_int_eq(ncl_line_border(NCL_BORDER_IGNORE, i, z), inside ? i : -1);
            ck_assert_int_eq(ncl_line_border(NCL_BORDER_CONSTANT, i, z), inside ? i : -1);
            ck_assert_int_eq(ncl_line_border(NCL_BORDER_REPLICATE, i, z), i < 0 ? 0 : i < z ? i : z - 1);
            ck_assert_int_eq(ncl_line_border(NCL_BORDER_REFLECT, i, z), walk(i, z, 0));
            ck_assert_int_eq(ncl_line_border(NCL_BORDER_REFLECT_EVEN, i, z), walk(i, z, 1));
        }
}
END_TEST

START_TEST(a_reflection_from_afar_takes_no_time)
{
    const int64_t far = (int64_t)1 << 60;
    ck_assert_int_eq(ncl_line_border(NCL_BORDER_REFLECT, 6 * far / 8 + 5, 4), 1);
    ck_assert_int_eq(ncl_line_border(NCL_BORDER_REFLECT, -6 * far / 8 - 2, 4), 2);
    ck_assert_int_eq(ncl_line_border(NCL_BORDER_REFLECT_EVEN, far + 7, 4), 0);
    ck_assert_int_eq(ncl_line_border(NCL_BORDER_REFLECT_EVEN, -far - 1, 4), 0);
}
END_TEST

/* The most taps that meet an element of the input for one output. */
static uint64_t count_terms(int64_t f, int64_t s, int64_t d)
{
    uint64_t most = 0;
    for (int64_t o = 0; o < s; o++) {
        uint64_t count = 0;
        for (int64_t j = 0; j < f; j++)
            count += (o + f * d * s - j * d) % s == 0;
        most = count > most ? count : most;
    }
    return most;
}

START_TEST(terms)
{
    static const struct ncl_window_rules basic = {.first = 0}, reverse = {.first = 0, .reverse = true};
    for (int64_t f = 1; f < 8; f++)
        for (int64_t s = 1; s < 8; s++)
            for (int64_t d = 1; d < 8; d++) {
                struct ncl_window window = {.rank = 2, .size = {2, f}, .stride = {1, s}, .dilation = {3, d}};
                const struct ncl_lines forth = ncl_lines_make(&window, &basic),
                                       back = ncl_lines_make(&window, &reverse);
                ck_assert_uint_eq(ncl_lines_terms(&forth), 2 * (uint64_t)f);
                ck_assert_uint_eq(ncl_lines_terms(&back), 2 * count_terms(f, s, d));
            }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("window_line");
    TCase *tests = tcase_create("window_line");
    tcase_add_test(tests, borders);
    tcase_add_test(tests, a_reflection_from_afar_takes_no_time);
    tcase_add_test(tests, terms);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
