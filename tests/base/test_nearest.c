/* SPDX-License-Identifier: Apache-2.0 */
/* base/nearest.c. */
#include <check.h>
#include <stdint.h>

#include "base/nearest.h"
#include "nnefcl/inspect.h"
#include "suite.h"

static const struct {
    const char *wanted, *names[6], *meant; /* NULL: none */
} cases[] = {
    {"relux", {"elu", "relu", "selu"}, "relu"},
    {"ReLU", {"elu", "relu"}, "relu"},
    {"conv_", {"conv", "deconv"}, "conv"},
    {"avg", {"avg_roi_pool", "avg_pool"}, "avg_pool"}, /* of those that begin so the shortest */
    {"bench", {"bnech", "bemch"}, "bemch"},            /* of equal ones the first of the alphabet */
    {"z", {"a", "b"}, NULL},                           /* one letter that is another one is another name */
    {"ab", {"ba"}, "ba"},                              /* swapped */
    {"abc", {"xyc"}, NULL},                            /* more than half of it */
    {"softmaxx", {"softmax", NULL, "softplus"}, "softmax"},
    {"nope", {"conv", "pad"}, NULL},
    {"", {"a"}, NULL},
    {"a_name_of_more_than_thirty_two_bytes_x", {"a_name_of_more_than_thirty_two_bytes_y"}, NULL},
};

START_TEST(which_name_was_meant)
{
    const size_t found = nnefcl_nearest(cases[_i].wanted, cases[_i].names, 6);
    if (cases[_i].meant)
        ck_assert_str_eq(cases[_i].names[found], cases[_i].meant);
    else
        ck_assert_uint_eq(found, SIZE_MAX);
}
END_TEST

START_TEST(text_behind_a_message)
{
    struct ncl_nearest nearest;
    char text[NCL_NEAREST_TEXT];
    ncl_nearest_begin(&nearest, "relux");
    ck_assert_str_eq(ncl_nearest_text(&nearest, text), "");
    ncl_nearest_offer(&nearest, "relu");
    ck_assert_str_eq(ncl_nearest_text(&nearest, text), "; did you mean 'relu'?");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("nearest");
    tcase_add_loop_test(tests, which_name_was_meant, 0, sizeof cases / sizeof *cases);
    tcase_add_test(tests, text_behind_a_message);
    Suite *suite = suite_create("base/nearest");
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
