/* SPDX-License-Identifier: Apache-2.0 */
/* Runs with sizes and conversions: host memory that is too small, elements that do not stand for a type, halves and
 * 64-bit integers at the interface. */
#include <math.h>

#include "base/half.h"
#include "host_case.h"

static nnefcl_error error;

#define NET_KINDS                                                                                                      \
    "graph kinds(x, i) -> (y, j)\n"                                                                                    \
    "{\n"                                                                                                              \
    "    x = external<scalar>(shape = [3]);\n"                                                                         \
    "    i = external<integer>(shape = [2]);\n"                                                                        \
    "    y = x * 2.0;\n"                                                                                               \
    "    j = copy(i);\n"                                                                                               \
    "}\n"

static const float reals[3] = {1, -0.5f, 3};
static const int32_t narrow[2] = {7, -8};
static const int64_t wide[2] = {7, -8}, too_wide[2] = {7, (int64_t)1 << 31};
static uint16_t halves[3];
static float y[3];
static int32_t j[2];

static const struct run_case {
    const char *name;
    nnefcl_source x, i;
    nnefcl_sink y;
    size_t inputs, outputs;
    nnefcl_status status;
    const char *message;
} run_cases[] = {
    {"own", {reals, 12, 0}, {narrow, 8, 0}, {y, 12, 0}, 2, 2, NNEFCL_OK, ""},
    {"no outputs", {reals, 12, 0}, {narrow, 8, 0}, {NULL, 0, 0}, 2, 0, NNEFCL_OK, ""},
    {"64 bits", {reals, 12, 0}, {wide, 16, NNEFCL_ELEMENT_INT64}, {y, 12, 0}, 2, 2, NNEFCL_OK, ""},
    {"more room", {reals, 100, 0}, {narrow, 8, 0}, {y, 100, 0}, 2, 2, NNEFCL_OK, ""},
    {"small input", {reals, 11, 0}, {narrow, 8, 0}, {y, 12, 0}, 2, 2, NNEFCL_ERR_ARGUMENT, "'x' has 11 bytes, 12"},
    {"small output", {reals, 12, 0}, {narrow, 8, 0}, {y, 8, 0}, 2, 2, NNEFCL_ERR_ARGUMENT, "'y' has 8 bytes, 12"},
    {"small halves", {halves, 5, NNEFCL_ELEMENT_FLOAT16}, {narrow, 8, 0}, {y, 12, 0}, 2, 2, NNEFCL_ERR_ARGUMENT, "6"},
    {"no input", {NULL, 12, 0}, {narrow, 8, 0}, {y, 12, 0}, 2, 2, NNEFCL_ERR_ARGUMENT, "'x' is NULL"},
    {"one input", {reals, 12, 0}, {narrow, 8, 0}, {y, 12, 0}, 1, 2, NNEFCL_ERR_ARGUMENT, "1 inputs"},
    {"three outputs", {reals, 12, 0}, {narrow, 8, 0}, {y, 12, 0}, 2, 3, NNEFCL_ERR_ARGUMENT, "3 outputs"},
    {"kind",
     {reals, 12, NNEFCL_ELEMENT_INT64},
     {narrow, 8, 0},
     {y, 12, 0},
     2,
     2,
     NNEFCL_ERR_ARGUMENT,
     "of type scalar"},
    {"no kind", {reals, 12, (nnefcl_element)9}, {narrow, 8, 0}, {y, 12, 0}, 2, 2, NNEFCL_ERR_ARGUMENT, "is 9"},
    {"too wide", {reals, 12, 0}, {too_wide, 16, NNEFCL_ELEMENT_INT64}, {y, 12, 0}, 2, 2, NNEFCL_ERR_DATA, "2147483648"},
};

START_TEST(run_sized)
{
    const struct run_case *c = &run_cases[_i];
    nnefcl_session *kinds = host_ready(NET_KINDS, NULL);
    const nnefcl_source inputs[2] = {c->x, c->i};
    const nnefcl_sink outputs[3] = {c->y, {j, sizeof j, 0}};
    memset(y, 0, sizeof y);
    const nnefcl_status status = nnefcl_session_run_sized(kinds, inputs, c->inputs, outputs, c->outputs, &error);
    ck_assert_msg(status == c->status && strstr(error.message, c->message), "%s: %s %s", c->name,
                  nnefcl_status_name(status), error.message);
    if (status == NNEFCL_OK && c->outputs)
        ck_assert_msg(y[1] == -1 && j[1] == -8, "%s: %g %d", c->name, (double)y[1], j[1]);
    nnefcl_session_free(kinds);
    error = (nnefcl_error){0};
}
END_TEST

START_TEST(halves_and_wide)
{
    nnefcl_session *kinds = host_ready(NET_KINDS, NULL);
    int64_t got[2];
    uint16_t doubled[3];
    for (int i = 0; i < 3; i++)
        halves[i] = ncl_half_round(reals[i]);
    const nnefcl_source inputs[2] = {{halves, sizeof halves, NNEFCL_ELEMENT_FLOAT16},
                                     {wide, sizeof wide, NNEFCL_ELEMENT_INT64}};
    const nnefcl_sink outputs[2] = {{doubled, sizeof doubled, NNEFCL_ELEMENT_FLOAT16},
                                    {got, sizeof got, NNEFCL_ELEMENT_INT64}};
    ck_assert_int_eq(nnefcl_session_run_sized(kinds, inputs, 2, outputs, 2, &error), NNEFCL_OK);
    for (int i = 0; i < 3; i++)
        ck_assert_double_eq(ncl_half_value(doubled[i]), 2 * (double)reals[i]);
    ck_assert(got[0] == 7 && got[1] == -8);
    halves[1] = ncl_half_round(60000);
    ck_assert_int_eq(nnefcl_session_run_sized(kinds, inputs, 2, outputs, 2, &error), NNEFCL_ERR_DATA);
    ck_assert_ptr_nonnull(strstr(error.message, "of 3 values of output 'y' 1 are infinite"));
    ck_assert(doubled[1] == 0x7c00 && doubled[2] == ncl_half_round(6) && got[1] == -8);
    nnefcl_session_free(kinds);
    error = (nnefcl_error){0};
}
END_TEST

/* Every half is itself, and halfway between two neighbours is the even one. */
START_TEST(rounding)
{
    for (uint32_t bits = 0; bits < 0x7c00; bits++) {
        const double value = ncl_half_value((uint16_t)bits),
                     next = bits < 0x7bff ? ncl_half_value((uint16_t)(bits + 1)) : 65536;
        ck_assert_uint_eq(ncl_half_round((float)value), bits);
        ck_assert_uint_eq(ncl_half_round((float)-value), bits | 0x8000);
        ck_assert_uint_eq(ncl_half_round((float)((value + next) / 2)), bits + (bits & 1));
    }
    ck_assert_uint_eq(ncl_half_round(INFINITY), 0x7c00);
    ck_assert(isnan(ncl_half_value(ncl_half_round(NAN))));
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_loop_test(tests, run_sized, 0, sizeof run_cases / sizeof *run_cases);
    tcase_add_test(tests, halves_and_wide);
    tcase_add_test(tests, rounding);
}

int main(void)
{
    return host_main("run_sized", add);
}
