/* SPDX-License-Identifier: Apache-2.0 */
/* nnefcl_tune: every variant that is near is measured, the table is one that sessions take, and results stay. */
#include "host_case.h"

#define NET                                                                                                            \
    "graph net(x) -> (y)\n{\n"                                                                                         \
    "    x = external<scalar>(shape = [1,8,28,28]);\n"                                                                 \
    "    f = variable<scalar>(shape = [16,8,3,3], label = 'f');\n"                                                     \
    "    c = conv(x, f);\n"                                                                                            \
    "    p = max_pool(c, size = [1,1,2,2], stride = [1,1,2,2]);\n"                                                     \
    "    y = relu(p);\n"                                                                                               \
    "}\n"

/* Seconds in which everything is measured, however busy the machine is. */
#define ENOUGH 1e9

static char table[65536];
static size_t writes;

static int keep(void *user, const char *text, size_t length)
{
    writes++;
    ck_assert_uint_lt(length, sizeof table);
    memcpy(table, text, length);
    table[length] = '\0';
    return *(int *)user;
}

static nnefcl_status tune(const nnefcl_session_options *options, double seconds, int result, nnefcl_tuned *tuned,
                          nnefcl_error *error)
{
    nnefcl_model *model = host_model(NET, 1);
    const nnefcl_status status = nnefcl_tune(model, device, options, seconds, keep, &result, tuned, error);
    nnefcl_model_free(model);
    return status;
}

static size_t count_of(const char *text)
{
    size_t count = 0;
    for (const char *at = table; (at = strstr(at, text)); at++)
        count++;
    return count;
}

START_TEST(variants_are_measured_and_read_back)
{
    static float x[8 * 28 * 28], before[16 * 14 * 14], after[16 * 14 * 14];
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    nnefcl_tuned tuned;
    nnefcl_error error = {0};
    for (size_t i = 0; i < sizeof x / sizeof *x; i++)
        x[i] = (float)(i % 17) - 8;
    nnefcl_session *session = host_ready(NET, NULL);
    host_run(session, (const void *const[]){x}, (void *const[]){before});
    nnefcl_session_free(session);

    ck_assert_msg(tune(NULL, ENOUGH, 0, &tuned, &error) == NNEFCL_OK, "%s", error.message);
    ck_assert_uint_eq(tuned.left, 0);
    ck_assert_uint_ge(count_of(" conv in "), 3);
    ck_assert_uint_ge(count_of(" pool in "), 2);
    ck_assert_uint_eq(count_of("\n") - 2, tuned.candidates);

    options.tuning = table;
    session = host_ready(NET, &options);
    host_run(session, (const void *const[]){x}, (void *const[]){after});
    nnefcl_session_free(session);
    for (size_t i = 0; i < sizeof before / sizeof *before; i++)
        ck_assert_float_eq_tol(before[i], after[i], 1e-4f);

    const size_t rows = count_of("\n"); /* again over what there is: no row twice */
    static char old[sizeof table];
    options.tuning = strcpy(old, table);
    ck_assert_msg(tune(&options, 0, 0, &tuned, &error) == NNEFCL_OK, "%s", error.message);
    ck_assert_uint_gt(tuned.left, 0);
    ck_assert_uint_gt(tuned.candidates, 0);
    ck_assert_uint_eq(count_of("\n"), rows);
}
END_TEST

static int cancel(void *user, nnefcl_stage stage, uint64_t done, uint64_t total)
{
    (void)user;
    ck_assert_int_eq(stage, NNEFCL_STAGE_TUNING);
    return total > 1 && done > 0;
}

START_TEST(nothing_is_written_after_an_error)
{
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    nnefcl_tuned tuned;
    nnefcl_error error = {0};
    writes = 0;
    options.progress = cancel;
    ck_assert_int_eq(tune(&options, ENOUGH, 0, &tuned, &error), NNEFCL_ERR_CANCELLED);
    options.progress = NULL;
    options.tuning = "no table\n";
    ck_assert_int_eq(tune(&options, ENOUGH, 0, &tuned, &error), NNEFCL_ERR_ARGUMENT);
    ck_assert_int_eq(error.line, 1);
    options.tuning = NULL;
    ck_assert_int_eq(tune(&options, -1, 0, &tuned, &error), NNEFCL_ERR_ARGUMENT);
    ck_assert_uint_eq(tuned.candidates, 0);
    ck_assert_uint_eq(writes, 0);
    ck_assert_int_eq(tune(&options, 0, 1, NULL, &error), NNEFCL_ERR_DATA);
    ck_assert_str_eq(error.message, "the tuning table could not be written");
    ck_assert_int_eq(nnefcl_tune(NULL, device, NULL, 1, keep, NULL, NULL, &error), NNEFCL_ERR_ARGUMENT);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_test(tests, variants_are_measured_and_read_back);
    tcase_add_test(tests, nothing_is_written_after_an_error);
}

int main(void)
{
    return host_main("host/tune", add);
}
