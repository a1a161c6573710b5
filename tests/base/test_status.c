/* SPDX-License-Identifier: Apache-2.0 */
/* base/status.c and base/embedded.c. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/embedded.h"
#include "nnefcl/nnefcl.h"
#include "suite.h"

START_TEST(every_status_has_name_and_text)
{
    ck_assert_str_eq(nnefcl_status_name(NNEFCL_OK), "NNEFCL_OK");
    ck_assert_str_eq(nnefcl_status_name(NNEFCL_ERR_INTERNAL), "NNEFCL_ERR_INTERNAL");
    for (int i = NNEFCL_OK; i <= NNEFCL_ERR_INTERNAL; i++) {
        ck_assert_int_eq(strncmp(nnefcl_status_name((nnefcl_status)i), "NNEFCL_", 7), 0);
        ck_assert_uint_gt(strlen(nnefcl_status_text((nnefcl_status)i)), 5);
    }
    ck_assert_str_eq(nnefcl_status_name((nnefcl_status)1000), "NNEFCL_UNKNOWN");
    ck_assert_ptr_nonnull(nnefcl_status_text((nnefcl_status)-1));
    ck_assert_str_eq(nnefcl_version(), NNEFCL_VERSION);
}
END_TEST

START_TEST(embedded_files_are_found_and_whole)
{
    ck_assert_uint_gt(ncl_embedded_count, 1);
    for (size_t i = 0; i < ncl_embedded_count; i++) {
        const struct ncl_embedded *file = &ncl_embedded_files[i];
        ck_assert_ptr_eq(ncl_embedded_find(file->name), file);
        ck_assert_uint_eq(strlen(file->text), file->length);
        ck_assert(i == 0 || strcmp(ncl_embedded_files[i - 1].name, file->name) < 0);
    }
    ck_assert_ptr_nonnull(ncl_embedded_find("stdlib.nnef"));
    ck_assert_ptr_nonnull(ncl_embedded_find("prelude.cl"));
    ck_assert_ptr_null(ncl_embedded_find(""));
    ck_assert_ptr_null(ncl_embedded_find("prelude"));
    ck_assert_ptr_null(ncl_embedded_find("zzz.cl"));
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("status");
    tcase_add_test(cases, every_status_has_name_and_text);
    tcase_add_test(cases, embedded_files_are_found_and_whole);
    Suite *suite = suite_create("base/status");
    suite_add_tcase(suite, cases);
    return suite_run(suite);
}
