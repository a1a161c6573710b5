/* SPDX-License-Identifier: Apache-2.0 */
/* base/number.c: numbers as text, exact and independent of the locale. */
#include <check.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "suite.h"

static const struct {
    const char *text;
    bool valid;
    double value;
} doubles[] = {
    {"0", true, 0.0},
    {"1.5", true, 1.5},
    {"-0.0", true, -0.0},
    {"+2.5e-1", true, 0.25},
    {"00.10", true, 0.1},
    {"0.001", true, 0.001},
    {"12E+2", true, 1200.0},
    {"123456789012345678901234567890", true, 123456789012345678901234567890.0},
    {"0.1", true, 0.1},
    {"2.2250738585072011e-308", true, 2.2250738585072011e-308},
    {"1.7976931348623157e308", true, DBL_MAX},
    {"1e-400", true, 0.0},
    {"0e999999999999999999999", true, 0.0},
    {"1e-999999999999999999999", true, 0.0},
    {"9007199254740993", true, 9007199254740992.0}, /* a tie goes to even ... */
    {"9007199254740993.0000000000000000000000000000000000000001", true,
     9007199254740994.0}, /* ... unless something follows */
    {"1e309", false, 0},
    {"1e999999999999999999999", false, 0},
    {"", false, 0},
    {"-", false, 0},
    {".5", false, 0},
    {"5.", false, 0},
    {"1e", false, 0},
    {"1e+", false, 0},
    {"1.2.3", false, 0},
    {"0x10", false, 0},
    {"1,5", false, 0},
    {" 1", false, 0},
    {"1 ", false, 0},
    {"inf", false, 0},
    {"nan", false, 0},
};

START_TEST(doubles_are_read_exactly)
{
    double value = 77;
    bool valid = ncl_parse_double(doubles[_i].text, strlen(doubles[_i].text), &value);
    ck_assert_msg(valid == doubles[_i].valid, "%s", doubles[_i].text);
    double expect = valid ? doubles[_i].value : 77;
    ck_assert_msg(memcmp(&value, &expect, sizeof value) == 0, "%s: %.17g", doubles[_i].text, value);
}
END_TEST

/* A tie that the 900th digit breaks: more digits than any buffer holds. */
START_TEST(digits_without_end_still_count)
{
    char text[1200] = "9007199254740993.";
    size_t length = strlen(text);
    memset(text + length, '0', 1000);
    double value;
    ck_assert(ncl_parse_double(text, length + 1000, &value));
    ck_assert_double_eq(value, 9007199254740992.0);
    text[length + 999] = '1';
    ck_assert(ncl_parse_double(text, length + 1000, &value));
    ck_assert_double_eq(value, 9007199254740994.0);
    memset(text, '0', 1000);
    memcpy(text + 1000, "25", 2);
    ck_assert(ncl_parse_double(text, 1002, &value));
    ck_assert_double_eq(value, 25.0);
    memset(text, '9', 1000);
    memcpy(text + 1000, "e-999", 5);
    ck_assert(ncl_parse_double(text, 1005, &value));
    ck_assert_double_eq(value, 10.0);
}
END_TEST

static const struct {
    const char *text;
    bool valid;
    int64_t value;
} integers[] = {
    {"0", true, 0},
    {"-0", true, 0},
    {"+7", true, 7},
    {"007", true, 7},
    {"9223372036854775807", true, INT64_MAX},
    {"-9223372036854775808", true, INT64_MIN},
    {"9223372036854775808", false, 0},
    {"-9223372036854775809", false, 0},
    {"99999999999999999999999", false, 0},
    {"", false, 0},
    {"-", false, 0},
    {"1.0", false, 0},
    {"1e3", false, 0},
    {"0x1", false, 0},
};

START_TEST(integers_are_checked)
{
    int64_t value = 77;
    bool valid = ncl_parse_int64(integers[_i].text, strlen(integers[_i].text), &value);
    ck_assert_msg(valid == integers[_i].valid, "%s", integers[_i].text);
    ck_assert_int_eq(value, valid ? integers[_i].value : 77);
}
END_TEST

static const struct {
    double value;
    const char *text;
} formats[] = {
    {0.0, "0.0"},
    {-0.0, "-0.0"},
    {1.0, "1.0"},
    {0.1, "0.1"},
    {1.0 / 3, "0.3333333333333333"},
    {1e20, "1e+20"},
    {123456.0, "123456.0"},
    {5e-324, "4.94065645841247e-324"},
    {INFINITY, "inf"},
    {-INFINITY, "-inf"},
    {NAN, "nan"},
};

START_TEST(doubles_are_written_short_and_as_scalars)
{
    char buffer[NCL_NUMBER_SIZE];
    ck_assert_str_eq(ncl_format_double(formats[_i].value, buffer), formats[_i].text);
}
END_TEST

START_TEST(the_locale_changes_nothing)
{
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "ps_AF.UTF-8"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!setlocale(LC_NUMERIC, names[i]))
            continue;
        double value;
        char buffer[NCL_NUMBER_SIZE];
        ck_assert(ncl_parse_double("1.5", 3, &value));
        ck_assert_double_eq(value, 1.5);
        ck_assert_str_eq(ncl_format_double(1.5, buffer), "1.5");
        setlocale(LC_NUMERIC, "C");
    }
}
END_TEST

START_TEST(what_is_written_reads_back)
{
    uint64_t state = 1;
    for (int i = 0; i < 20000; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        double value, back;
        memcpy(&value, &state, sizeof value);
        if (!isfinite(value))
            continue;
        char buffer[NCL_NUMBER_SIZE];
        ncl_format_double(value, buffer);
        ck_assert_msg(ncl_parse_double(buffer, strlen(buffer), &back) && back == value, "%s", buffer);
        ck_assert_ptr_nonnull(strpbrk(buffer, ".e"));
    }
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("number");
    tcase_add_loop_test(cases, doubles_are_read_exactly, 0, sizeof doubles / sizeof *doubles);
    tcase_add_test(cases, digits_without_end_still_count);
    tcase_add_loop_test(cases, integers_are_checked, 0, sizeof integers / sizeof *integers);
    tcase_add_loop_test(cases, doubles_are_written_short_and_as_scalars, 0, sizeof formats / sizeof *formats);
    tcase_add_test(cases, the_locale_changes_nothing);
    tcase_add_test(cases, what_is_written_reads_back);
    Suite *suite = suite_create("base/number");
    suite_add_tcase(suite, cases);
    return suite_run(suite);
}
