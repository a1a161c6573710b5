/* SPDX-License-Identifier: Apache-2.0 */
/* base/diag.c: which diagnostics arrive where, and what they show. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "suite.h"

struct seen {
    int errors, warnings, notes;
    nnefcl_error last;
};

static void collect(void *user, nnefcl_severity severity, const nnefcl_error *diagnostic)
{
    struct seen *seen = user;
    *(severity == NNEFCL_ERROR ? &seen->errors : severity == NNEFCL_WARNING ? &seen->warnings : &seen->notes) += 1;
    seen->last = *diagnostic;
}

static struct ncl_source source_of(const char *text)
{
    return (struct ncl_source){.name = "graph.nnef", .text = text, .length = strlen(text)};
}

START_TEST(first_error_wins)
{
    nnefcl_error error = {0};
    struct seen seen = {0};
    struct ncl_diag diag;
    ncl_diag_init(&diag, &error, collect, &seen, false);
    ck_assert_int_eq(ncl_error(&diag, NNEFCL_ERR_LIMIT, NCL_NOWHERE, "first %d", 1), NNEFCL_ERR_LIMIT);
    ck_assert_int_eq(ncl_error_opencl(&diag, NNEFCL_ERR_DEVICE, -5, NCL_NOWHERE, "second"), NNEFCL_ERR_DEVICE);
    ck_assert_int_eq(diag.status, NNEFCL_ERR_LIMIT);
    ck_assert_int_eq(error.status, NNEFCL_ERR_LIMIT);
    ck_assert_str_eq(error.message, "first 1");
    ck_assert_str_eq(error.file, "");
    ck_assert_str_eq(seen.last.message, "second");
    ck_assert_int_eq(seen.last.opencl_code, -5);
    ck_assert_int_eq(seen.errors, 2);
}
END_TEST

START_TEST(nobody_has_to_listen)
{
    struct ncl_diag diag;
    ncl_diag_init(&diag, NULL, NULL, NULL, false);
    ncl_warning(&diag, NCL_NOWHERE, "w");
    ck_assert_int_eq(ncl_nomem(&diag), NNEFCL_ERR_NOMEM);
    ck_assert_int_eq(diag.status, NNEFCL_ERR_NOMEM);
    ck_assert_uint_eq(diag.errors, 1);
}
END_TEST

START_TEST(strictness_makes_errors_of_lax_places)
{
    for (int strict = 0; strict < 2; strict++) {
        struct seen seen = {0};
        nnefcl_error error = {0};
        struct ncl_diag diag;
        ncl_diag_init(&diag, &error, collect, &seen, strict);
        ck_assert_int_eq(ncl_lax(&diag, NCL_NOWHERE, "odd"), strict ? NNEFCL_ERR_MODEL : NNEFCL_OK);
        ncl_warning(&diag, NCL_NOWHERE, "legal");
        ncl_note(&diag, NCL_NOWHERE, "by the way");
        ck_assert_int_eq(seen.errors, strict);
        ck_assert_int_eq(seen.warnings, 2 - strict);
        ck_assert_int_eq(seen.notes, 1);
        ck_assert_int_eq(error.status, strict ? NNEFCL_ERR_MODEL : NNEFCL_OK);
        ck_assert_int_eq(seen.last.status, NNEFCL_OK);
    }
}
END_TEST

START_TEST(floods_are_cut)
{
    struct seen seen = {0};
    struct ncl_diag diag;
    ncl_diag_init(&diag, NULL, collect, &seen, false);
    for (int i = 0; i < 1000; i++) {
        ck_assert_int_eq(ncl_error(&diag, NNEFCL_ERR_MODEL, NCL_NOWHERE, "e"), NNEFCL_ERR_MODEL);
        ncl_warning(&diag, NCL_NOWHERE, "w");
    }
    ck_assert_int_eq(seen.errors, NCL_MAX_ERRORS);
    ck_assert_int_eq(seen.warnings, NCL_MAX_WARNINGS);
}
END_TEST

/* The name as the caller can open it; of one that is too long its end. */
START_TEST(messages_name_the_path)
{
    struct ncl_source source = source_of("x");
    const struct ncl_loc at = {&source, 1, 1, NULL};
    const struct ncl_loc inside = {&source, 1, 1, &(struct ncl_call){.fragment = "f", .at = at}};
    struct ncl_diag diag;
    nnefcl_error error = {0};
    char path[400] = "";
    source.path = "models/m.tgz:graph.nnef";
    ncl_diag_init(&diag, &error, NULL, NULL, false);
    ncl_error(&diag, NNEFCL_ERR_MODEL, inside, "e");
    ck_assert_str_eq(error.file, source.path);
    ck_assert_str_eq(error.trace, "in fragment 'f' called at models/m.tgz:graph.nnef:1:1");
    memset(path, 'd', sizeof path - 1);
    memcpy(path + sizeof path - sizeof "/graph.nnef", "/graph.nnef", sizeof "/graph.nnef");
    source.path = path;
    ncl_diag_init(&diag, &error, NULL, NULL, false);
    ncl_error(&diag, NNEFCL_ERR_MODEL, at, "e");
    ck_assert_uint_eq(strlen(error.file), sizeof error.file - 1);
    ck_assert_ptr_eq(strstr(error.file, "...d"), error.file);
    ck_assert_str_eq(error.file + strlen(error.file) - strlen("d/graph.nnef"), "d/graph.nnef");
}
END_TEST

static const struct {
    const char *text;
    unsigned line, column;
    const char *source;
    int caret;
} lines[] = {
    {"one\ntwo\nthree", 1, 1, "one", 1},
    {"one\ntwo\nthree", 2, 3, "two", 3},
    {"one\ntwo\nthree", 3, 6, "three", 6}, /* behind the end */
    {"one\r\ntwo\r\n", 2, 1, "two", 1},
    {"one\rtwo\r", 2, 1, "two", 1},
    {"one\n\nthree", 2, 1, "", 1},
    {"one", 7, 1, "", 1},     /* no such line */
    {"one", 1, 99, "one", 4}, /* no such column */
    {"\ta\tb", 1, 2, " a b", 2},
    {"a\x01\x7f\xc3\xa4z", 1, 6, "a????z", 6},
    {"", 1, 1, "", 1},
    {"one", 1, 0, "one", 0},
    {"one", 0, 0, "", 0},
};

START_TEST(places_are_told_as_text)
{
    char text[NCL_LOC_TEXT], name[2 * NCL_LOC_TEXT];
    const struct ncl_source source = source_of("");
    ck_assert_str_eq(ncl_loc_text((struct ncl_loc){&source, 12, 9, NULL}, text), "graph.nnef:12:9");
    ck_assert_str_eq(ncl_loc_text((struct ncl_loc){&source, 0, 0, NULL}, text), "graph.nnef");
    ck_assert_str_eq(ncl_loc_text(NCL_NOWHERE, text), "?");
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    const struct ncl_source far = {.name = name};
    ck_assert_ptr_nonnull(strstr(ncl_loc_text((struct ncl_loc){&far, 12, 9, NULL}, text), "n:12:9"));
}
END_TEST

START_TEST(the_line_and_a_caret_are_shown)
{
    nnefcl_error error = {0};
    struct ncl_diag diag;
    struct ncl_source source = source_of(lines[_i].text);
    ncl_diag_init(&diag, &error, NULL, NULL, false);
    ncl_error(&diag, NNEFCL_ERR_MODEL,
              (struct ncl_loc){.source = &source, .line = lines[_i].line, .column = lines[_i].column}, "x");
    ck_assert_str_eq(error.file, "graph.nnef");
    ck_assert_int_eq(error.line, (int)lines[_i].line);
    ck_assert_str_eq(error.source, lines[_i].source);
    ck_assert_int_eq(error.caret, lines[_i].caret);
}
END_TEST

/* The character at the caret is the one at the place, wherever a long line is cut. */
START_TEST(long_lines_are_cut_around_the_place)
{
    char text[1001];
    for (int i = 0; i < 1000; i++)
        text[i] = (char)('a' + i % 23);
    text[1000] = '\0';
    struct ncl_source source = source_of(text);
    for (unsigned column = 1; column <= 1000; column++) {
        nnefcl_error error = {0};
        struct ncl_diag diag;
        ncl_diag_init(&diag, &error, NULL, NULL, false);
        ncl_error(&diag, NNEFCL_ERR_MODEL, (struct ncl_loc){.source = &source, .line = 1, .column = column}, "x");
        ck_assert_int_eq(error.column, (int)column);
        ck_assert_int_eq(error.source[error.caret - 1], text[column - 1]);
        ck_assert_int_eq(strncmp(error.source, "...", 3) == 0, column > 76);
        ck_assert_uint_le(strlen(error.source), 156);
    }
}
END_TEST

START_TEST(messages_are_one_printable_line)
{
    nnefcl_error error = {0};
    struct ncl_diag diag;
    char umlauts[2001];
    for (int i = 0; i < 1000; i++)
        memcpy(umlauts + 2 * i, "\xc3\xa4", 3);
    ncl_diag_init(&diag, &error, NULL, NULL, false);
    ncl_error(&diag, NNEFCL_ERR_MODEL, NCL_NOWHERE, "a\nb\x1b[31m%s", umlauts);
    ck_assert_int_eq(strncmp(error.message, "a?b?[31m\xc3\xa4", 10), 0);
    size_t length = strlen(error.message);
    ck_assert_uint_lt(length, sizeof error.message);
    ck_assert_str_eq(error.message + length - 5, "\xc3\xa4..."); /* cut between characters */
}
END_TEST

START_TEST(the_trace_lists_calls_from_the_inside)
{
    struct ncl_source source = source_of("x");
    struct ncl_call outer = {.fragment = "outer", .at = {.source = &source, .line = 9, .column = 5}};
    struct ncl_call inner = {.fragment = "inner", .at = {.source = &source, .line = 3, .column = 7, .call = &outer}};
    nnefcl_error error = {0};
    struct ncl_diag diag;
    ncl_diag_init(&diag, &error, NULL, NULL, false);
    ncl_error(&diag, NNEFCL_ERR_MODEL, (struct ncl_loc){.source = &source, .line = 1, .column = 1, .call = &inner},
              "x");
    ck_assert_str_eq(error.trace,
                     "in fragment 'inner' called at graph.nnef:3:7; in fragment 'outer' called at graph.nnef:9:5");
}
END_TEST

START_TEST(deep_traces_are_bounded)
{
    static struct ncl_call calls[5000];
    struct ncl_source source = source_of("x");
    for (size_t i = 0; i < 5000; i++)
        calls[i] = (struct ncl_call){
            .fragment = "a_fragment_with_a_name_that_is_longer_than_what_is_shown_of_it_here_or_anywhere",
            .at = {.source = &source, .line = 1, .column = 1, .call = i ? &calls[i - 1] : NULL}};
    nnefcl_error error = {0};
    struct ncl_diag diag;
    ncl_diag_init(&diag, &error, NULL, NULL, false);
    ncl_error(&diag, NNEFCL_ERR_MODEL,
              (struct ncl_loc){.source = &source, .line = 1, .column = 1, .call = &calls[4999]}, "x");
    size_t length = strlen(error.trace);
    ck_assert_uint_gt(length, 300);
    ck_assert_uint_lt(length, sizeof error.trace);
    ck_assert_str_eq(error.trace + length - 5, "; ...");
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("diag");
    tcase_add_test(cases, messages_name_the_path);
    tcase_add_test(cases, first_error_wins);
    tcase_add_test(cases, places_are_told_as_text);
    tcase_add_test(cases, nobody_has_to_listen);
    tcase_add_test(cases, strictness_makes_errors_of_lax_places);
    tcase_add_test(cases, floods_are_cut);
    tcase_add_loop_test(cases, the_line_and_a_caret_are_shown, 0, sizeof lines / sizeof *lines);
    tcase_add_test(cases, long_lines_are_cut_around_the_place);
    tcase_add_test(cases, messages_are_one_printable_line);
    tcase_add_test(cases, the_trace_lists_calls_from_the_inside);
    tcase_add_test(cases, deep_traces_are_bounded);
    Suite *suite = suite_create("base/diag");
    suite_add_tcase(suite, cases);
    return suite_run(suite);
}
