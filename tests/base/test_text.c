/* SPDX-License-Identifier: Apache-2.0 */
/* base/text.c: growing strings, with memory that ends at every possible call. */
#include <check.h>

#include "base/counting_allocator.h"
#include "base/text.h"
#include "suite.h"

static void fill(struct ncl_text *text)
{
    for (int i = 0; i < 100; i++) {
        ncl_text_add(text, "word ");
        ncl_text_printf(text, "%d,%s;", i, "x");
        ncl_text_add_bytes(text, "ab\0c", 4);
    }
}

START_TEST(text_grows_and_ends_with_nul)
{
    struct ncl_text text;
    ncl_text_init(&text, NULL);
    ck_assert_ptr_null(text.data);
    ncl_text_add(&text, "");
    ck_assert_str_eq(text.data, "");
    fill(&text);
    ck_assert_uint_eq(text.length, 100 * (5 + 3 + 4 + 1) + 90); /* 10 numbers of one digit, 90 of two */
    ck_assert_int_eq(text.data[text.length], 0);
    ck_assert_mem_eq(text.data, "word 0,x;ab\0cword 1", 19);
    ck_assert(!text.failed);
    ncl_text_free(&text);
    ck_assert_ptr_null(text.data);
}
END_TEST

START_TEST(failure_is_sticky_and_leaks_nothing)
{
    struct counting_allocator counting = {0};
    nnefcl_allocator allocator = counting_allocator(&counting);
    struct ncl_text text;
    ncl_text_init(&text, &allocator);
    fill(&text);
    ncl_text_free(&text);
    size_t calls = counting.calls;
    ck_assert_uint_gt(calls, 2);
    for (size_t n = 1; n <= calls; n++) {
        counting = (struct counting_allocator){.fail_at = n};
        ncl_text_init(&text, &allocator);
        fill(&text);
        ck_assert(text.failed);
        ck_assert(text.length == 0 || text.data[text.length] == 0);
        ncl_text_free(&text);
        ck_assert_uint_eq(counting.live, 0);
    }
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("text");
    tcase_add_test(cases, text_grows_and_ends_with_nul);
    tcase_add_test(cases, failure_is_sticky_and_leaks_nothing);
    Suite *suite = suite_create("base/text");
    suite_add_tcase(suite, cases);
    return suite_run(suite);
}
