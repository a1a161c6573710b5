/* SPDX-License-Identifier: Apache-2.0 */
/* A suite whose cases are the tables `cases` and `errors`: OP_SUITE("name", cases, errors) is its main. */
#ifndef OP_SUITE_H
#define OP_SUITE_H

#include "op_programs.h"
#include "suite.h"

#define OP_SUITE(name, cases, errors)                                                                                  \
    static void make_programs(void)                                                                                    \
    {                                                                                                                  \
        op_programs_make(cases, sizeof cases / sizeof *cases);                                                         \
    }                                                                                                                  \
    START_TEST(runs)                                                                                                   \
    {                                                                                                                  \
        op_case_run(&cases[_i]);                                                                                       \
    }                                                                                                                  \
    END_TEST                                                                                                           \
    START_TEST(is_refused)                                                                                             \
    {                                                                                                                  \
        op_error_run(&errors[_i]);                                                                                     \
    }                                                                                                                  \
    END_TEST                                                                                                           \
    int main(void)                                                                                                     \
    {                                                                                                                  \
        Suite *suite = suite_create(name);                                                                             \
        TCase *tests = tcase_create(name);                                                                             \
        tcase_set_timeout(tests, 0);                                                                                   \
        tcase_add_unchecked_fixture(tests, make_programs, NULL);                                                       \
        tcase_add_loop_test(tests, runs, 0, (int)(sizeof cases / sizeof *cases));                                      \
        tcase_add_loop_test(tests, is_refused, 0, (int)(sizeof errors / sizeof *errors));                              \
        suite_add_tcase(suite, tests);                                                                                 \
        return suite_run(suite);                                                                                       \
    }

#endif
