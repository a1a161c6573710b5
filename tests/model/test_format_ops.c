/* SPDX-License-Identifier: Apache-2.0 */
/* docs/operators.md has the operators that are read of each format, as the tables of the code have them.
 * NNEFCL_UPDATE=1 writes it anew. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nnefcl/inspect.h"
#include "suite.h"

#define PAGE "../docs/operators.md"

enum { PAGE_SIZE = 1 << 16, MOST = 1024 };

static void page_add(char *page, const char *text)
{
    ck_assert_uint_lt(strlen(page) + strlen(text), PAGE_SIZE);
    strcat(page, text);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted, each once. */
static void page_format(char *page, const char *format)
{
    static const char *name[MOST];
    size_t count = 0;
    char line[256];
    for (const char *op; (op = nnefcl_format_op(format, count)) != NULL;) {
        ck_assert_uint_lt(count, MOST);
        name[count++] = op;
    }
    qsort(name, count, sizeof *name, by_name);
    snprintf(line, sizeof line, "\n## %s\n\n", format);
    page_add(page, line);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && strcmp(name[i - 1], name[i]) == 0)
            continue;
        snprintf(line, sizeof line, "%s`%s`", i ? ", " : "", name[i]);
        page_add(page, line);
    }
    page_add(page, "\n");
}

START_TEST(page_has_what_the_code_has)
{
    static char page[PAGE_SIZE], written[PAGE_SIZE];
    page[0] = '\0';
    page_add(page,
             "# Operators of files of other systems\n\nWhat `nnef-cl-run --list-ops --format NAME` tells, from the "
             "tables of the code; [frameworks.md](frameworks.md) says what is refused. A test keeps this page: "
             "`NNEFCL_UPDATE=1` writes it anew.\n");
    for (size_t i = 0; nnefcl_format_op(NULL, i); i++)
        page_format(page, nnefcl_format_op(NULL, i));
    FILE *file = fopen(PAGE, getenv("NNEFCL_UPDATE") ? "w+" : "r");
    ck_assert_msg(file != NULL, "no " PAGE);
    if (getenv("NNEFCL_UPDATE"))
        fputs(page, file);
    rewind(file);
    const size_t size = fread(written, 1, PAGE_SIZE - 1, file);
    fclose(file);
    written[size] = '\0';
    ck_assert_msg(strcmp(page, written) == 0, PAGE " is not what the tables have; NNEFCL_UPDATE=1 writes it anew");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("format_ops");
    TCase *tests = tcase_create("format_ops");
    tcase_add_test(tests, page_has_what_the_code_has);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
