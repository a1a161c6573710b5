/* SPDX-License-Identifier: Apache-2.0 */
/* Files that appear whole or not at all. */
#define _XOPEN_SOURCE 700 /* mkdtemp, symlink */
#include "base/whole_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suite.h"

static char folder[64], path[128], other[128];
static struct ncl_whole_file whole;

static void setup(void)
{
    strcpy(folder, "/tmp/whole-file-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/out", folder);
    snprintf(other, sizeof other, "%s/other", folder);
}

/* Nothing but the two files was left. */
static void teardown(void)
{
    unlink(path);
    unlink(other);
    ck_assert_int_eq(rmdir(folder), 0);
}

/* `reason`: why it could not be written, or 0. */
static int replace_failing(const char *at, const char *text, bool written, int reason)
{
    const int code = ncl_whole_file_open(&whole, at);
    if (code)
        return code;
    fputs(text, whole.file);
    errno = reason;
    return ncl_whole_file_close(&whole, written);
}

static int replace(const char *at, const char *text)
{
    return replace_failing(at, text, true, 0);
}

static void ck_holds(const char *at, const char *text)
{
    char have[64] = "";
    FILE *file = fopen(at, "rb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_lt(fread(have, 1, sizeof have, file), sizeof have);
    fclose(file);
    ck_assert_str_eq(have, text);
}

START_TEST(new_and_old)
{
    ck_assert_int_eq(replace(path, "first"), 0);
    ck_holds(path, "first");
    ck_assert_int_eq(chmod(path, 0640), 0);
    ck_assert_int_eq(replace(path, "second"), 0);
    ck_holds(path, "second");
    struct stat about;
    ck_assert_int_eq(stat(path, &about), 0);
    ck_assert_uint_eq(about.st_mode & 0777, 0640);
}
END_TEST

/* Until it is closed the old one stands, and behind an error for ever. */
START_TEST(failure)
{
    ck_assert_int_eq(replace_failing(path, "lost", false, ENOSPC), ENOSPC);
    ck_assert_int_eq(access(path, F_OK), -1);
    ck_assert_int_eq(replace_failing(path, "lost", false, 0), EIO);
    ck_assert_int_eq(replace(path, "first"), 0);
    ck_assert_int_eq(ncl_whole_file_open(&whole, path), 0);
    fputs("second", whole.file);
    fflush(whole.file);
    ck_holds(path, "first");
    errno = ENOSPC;
    ck_assert_int_eq(ncl_whole_file_close(&whole, false), ENOSPC);
    ck_holds(path, "first");
}
END_TEST

START_TEST(links)
{
    ck_assert_int_eq(replace(other, "first"), 0);
    ck_assert_int_eq(symlink("other", path), 0);
    ck_assert_int_eq(replace(path, "second"), 0);
    ck_holds(other, "second");
    struct stat about;
    ck_assert_int_eq(lstat(path, &about), 0);
    ck_assert(S_ISLNK(about.st_mode));
    unlink(other);
    ck_assert_int_eq(replace(path, "third"), 0); /* a link to nothing */
    ck_holds(other, "third");
}
END_TEST

START_TEST(no_files)
{
    ck_assert_int_eq(replace("/dev/null", "text"), 0);
    ck_assert_int_eq(replace("/dev/full", "text"), ENOSPC);
    ck_assert_int_eq(replace(folder, "text"), EISDIR);
    snprintf(other, sizeof other, "%s/none/out", folder);
    ck_assert_int_eq(replace(other, "text"), ENOENT);
    int ends[2];
    char have[8] = "";
    ck_assert_int_eq(pipe(ends), 0);
    snprintf(other, sizeof other, "/proc/self/fd/%d", ends[1]);
    ck_assert_int_eq(replace(other, "text"), 0);
    ck_assert_int_eq(read(ends[0], have, sizeof have), 4);
    close(ends[0]);
    close(ends[1]);
    snprintf(other, sizeof other, "%s/other", folder);
}
END_TEST

/* Two writers at once: the last one is there, whole. */
START_TEST(two_writers)
{
    struct ncl_whole_file second;
    ck_assert_int_eq(ncl_whole_file_open(&whole, path), 0);
    ck_assert_int_eq(ncl_whole_file_open(&second, path), 0);
    fputs("first", whole.file);
    fputs("second", second.file);
    ck_assert_int_eq(ncl_whole_file_close(&second, true), 0);
    ck_holds(path, "second");
    ck_assert_int_eq(ncl_whole_file_close(&whole, true), 0);
    ck_holds(path, "first");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("whole_file");
    TCase *tests = tcase_create("whole_file");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, new_and_old);
    tcase_add_test(tests, failure);
    tcase_add_test(tests, links);
    tcase_add_test(tests, no_files);
    tcase_add_test(tests, two_writers);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
