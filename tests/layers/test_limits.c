/* SPDX-License-Identifier: Apache-2.0 */
/* Devices that are small, or that cannot be used, as the layer shows them. */
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <stdbool.h>

#include "layer_case.h"
#include "nnefcl/state.h"

/* ---- which devices can be used ---- */

static const struct {
    const char *profile, *reason; /* NULL: usable */
} refusals[] = {
    {"none", NULL},
    {"embedded", "64-bit integers"},
    {"embedded_int64", NULL},
    {"old", "older than OpenCL 1.2"},
    {"old_language", "older than OpenCL 1.2"},
    {"new", NULL},
    {"unavailable", "not available"},
    {"no_compiler", "no compiler"},
    {"big_endian", "big-endian"},
    {"no_infinities", "infinities"},
    {"custom", "custom"},
};

static int first_device(void *user, const nnefcl_device_info *info)
{
    *(nnefcl_device_info *)user = *info;
    return info->index >= 0;
}

START_TEST(refused)
{
    nnefcl_device_info info;
    nnefcl_error error = {0};
    nnefcl_device *own;
    ck_assert(layer->profile(refusals[_i].profile));
    ck_assert_int_eq(nnefcl_device_list(first_device, &info, &error), NNEFCL_OK);
    ck_assert_int_eq(info.usable, refusals[_i].reason == NULL);
    const nnefcl_status status = nnefcl_device_open("0:0", NULL, &own, &error);
    if (refusals[_i].reason) {
        ck_assert_msg(strstr(info.reason, refusals[_i].reason), "%s", info.reason);
        ck_assert_int_eq(status, NNEFCL_ERR_DEVICE);
        ck_assert_msg(strstr(error.message, refusals[_i].reason), "%s", error.message);
    } else {
        ck_assert_msg(status == NNEFCL_OK, "%s", error.message);
        nnefcl_device_free(own);
    }
    layer->profile("none");
}
END_TEST

/* ---- a GPU with groups of 32 and no buffer above 16 MiB ---- */

static void open_as(const char *profile)
{
    nnefcl_error error = {0};
    ck_assert(layer->profile(profile));
    ck_assert_msg(nnefcl_device_open("0:0", NULL, &device, &error) == NNEFCL_OK, "%s", error.message);
}

static void open_small(void)
{
    open_as("small");
}

static void close_small(void)
{
    nnefcl_device_free(device);
    layer->profile("none");
}

/* 4 x 8 MiB of weights and as many results: none of the buffers may be larger than the device allows, the layer refuses
 * those. */
START_TEST(spread_over_buffers)
{
    enum { COUNT = 2 << 20 };
    static const char net[] = "graph spread(x) -> (y)\n"
                              "{\n"
                              "    x = external<scalar>(shape = [1]);\n"
                              "    a = variable<scalar>(shape = [2097152], label = 'a');\n"
                              "    b = variable<scalar>(shape = [2097152], label = 'b');\n"
                              "    c = variable<scalar>(shape = [2097152], label = 'c');\n"
                              "    d = variable<scalar>(shape = [2097152], label = 'd');\n"
                              "    ax = a * x;\n"
                              "    bx = b * x;\n"
                              "    cx = c * x;\n"
                              "    dx = d * x;\n"
                              "    y = (ax - a) + (bx - b) + (cx - c) + (dx - d) + x;\n"
                              "}\n";
    nnefcl_memory memory;
    open_small();
    nnefcl_session *session = host_ready(net, NULL);
    const float x[1] = {1};
    float *y = malloc(COUNT * sizeof *y);
    host_run(session, (const void *[]){x}, (void *[]){y});
    for (size_t i = 0; i < COUNT; i++)
        if (y[i] != 1) /* libcheck writes a file for each that it is asked */
            ck_abort_msg("element %zu is %g", i, (double)y[i]);
    nnefcl_session_memory(session, &memory);
    ck_assert_uint_ge(memory.weights, 4 * COUNT * sizeof *y);
    nnefcl_session_free(session);
    free(y);
    close_small();
}
END_TEST

START_TEST(too_large_a_tensor)
{
    nnefcl_session *session;
    nnefcl_error error = {0};
    open_small();
    nnefcl_model *model =
        host_model("graph large(x) -> (y) { x = external<scalar>(shape = [5000000]); y = exp(x); }", 1);
    ck_assert_int_eq(nnefcl_session_create(model, device, NULL, &session, &error), NNEFCL_ERR_LIMIT);
    ck_assert_msg(strstr(error.message, "20000000") && strstr(error.message, "16777216"), "%s", error.message);
    nnefcl_model_free(model);
    close_small();
}
END_TEST

/* Groups of many work-items. */
START_TEST(groups)
{
    const float x[6] = {1, -2, 3, -4, 5, -6}, y[6] = {0};
    float z[6], r[6];
    open_small();
    nnefcl_session *session = host_ready(NET_CHAIN, NULL);
    host_run(session, (const void *[]){x, y}, (void *[]){z, r});
    ck_assert_float_eq(r[4], 5);
    ck_assert_float_eq(r[5], 0);
    nnefcl_session_free(session);
    close_small();
}
END_TEST

/* ---- a device with memory of its own ---- */

/* What a run of several pieces needs once: with a limit, without, and with it once more. */
static void run_far(nnefcl_session *session, double timeout_ms, size_t buffers)
{
    enum { COUNT = 700000 };
    float *x = malloc(COUNT * sizeof *x), *y = malloc(COUNT * sizeof *y);
    for (size_t i = 0; i < COUNT; i++)
        x[i] = (float)i - (float)timeout_ms;
    ck_assert_int_eq(nnefcl_session_set_timeout(session, timeout_ms), NNEFCL_OK);
    host_run(session, (const void *[]){x}, (void *[]){y});
    for (size_t i = 0; i < COUNT; i++)
        if (y[i] != x[i] + 1)
            ck_abort_msg("element %zu is %g", i, (double)y[i]);
    ck_assert_uint_eq(layer->memory().buffers, buffers);
    free(x);
    free(y);
}

START_TEST(pinned)
{
    static const char net[] = "graph far(x) -> (y) { x = external<scalar>(shape = [700000]); y = x + 1.0; }";
    const size_t before = layer->memory().buffers;
    for (int far = 0; far < 2; far++) {
        open_as(far ? "far" : "none");
        nnefcl_session *session = host_ready(net, NULL);
        const size_t buffers = layer->memory().buffers + (size_t)far;
        run_far(session, 0, buffers);
        run_far(session, 60000, buffers);
        run_far(session, 0, buffers);
        nnefcl_session_free(session);
        close_small();
        ck_assert_uint_eq(layer->memory().buffers, before);
    }
}
END_TEST

/* No more than 64 MiB are pinned, of inputs and outputs together: below and above. */
START_TEST(pinned_most)
{
    static const char net[] =
        "graph far(x) -> (y) { x = external<scalar>(shape = [1]); y = tile(x, repeats = [%d]); }";
    const int count = (64 << 20) / 4 - 16 + _i; /* the input takes a line of 64 bytes */
    char text[256];
    const float x[1] = {3};
    float *y = malloc((size_t)count * sizeof *y);
    sprintf(text, net, count);
    open_as("far");
    nnefcl_session *session = host_ready(text, NULL);
    const size_t buffers = layer->memory().buffers;
    y[count - 1] = 0;
    host_run(session, (const void *[]){x}, (void *[]){y});
    ck_assert_uint_eq(layer->memory().buffers, buffers + !_i);
    for (int i = 0; i < count; i++)
        if (y[i] != x[0])
            ck_abort_msg("element %d is %g", i, (double)y[i]);
    nnefcl_session_free(session);
    close_small();
    free(y);
}
END_TEST

/* The n-th call of the first run fails, of those of `name` (NULL: of all): it says so, and nothing is left. False: there
 * are fewer. */
static bool fail_nth(const char *net, size_t count, const char *name, unsigned long n)
{
    float *x = calloc(3 * count, sizeof *x);
    nnefcl_error error = {0};
    const size_t buffers = layer->memory().buffers;
    open_as("far");
    nnefcl_session *session = host_ready(net, NULL);
    layer->fail_call(name, n, CL_OUT_OF_RESOURCES);
    const nnefcl_status status =
        nnefcl_session_run(session, (const void *[]){x}, (void *[]){x + count, x + 2 * count}, &error);
    const char *failed = layer->failed();
    layer->fail_at(0, 0);
    ck_assert_msg(!failed == !status, "%s failed: %d", failed ? failed : "nothing", (int)status);
    ck_assert_int_eq(error.opencl_code, failed ? CL_OUT_OF_RESOURCES : 0);
    nnefcl_session_free(session);
    close_small();
    ck_assert_uint_eq(layer->memory().buffers, buffers);
    free(x);
    return failed != NULL;
}

static unsigned long fail_each(const char *net, size_t count, const char *name)
{
    unsigned long n = 0;
    while (fail_nth(net, count, name, n + 1))
        n++;
    return n;
}

START_TEST(pinned_fails)
{
    static const struct {
        const char *net;
        size_t count, reads; /* reads: of the second one a piece each */
    } cases[] = {{NET_STATE, 4, 2},
                 {"graph far(x) -> (y) { x = external<scalar>(shape = [700000]); y = x + 1.0; }", 700000, 3}};
    fail_each(cases[_i].net, cases[_i].count, NULL);
    ck_assert_uint_eq(fail_each(cases[_i].net, cases[_i].count, "clEnqueueReadBuffer"), cases[_i].reads);
}
END_TEST

/* What is read of a state goes by it too. */
START_TEST(pinned_state)
{
    const float x[4] = {1, 2, 3, 4};
    float before[4], after[4], state[4];
    nnefcl_error error = {0};
    open_as("far");
    nnefcl_session *session = host_ready(NET_STATE, NULL);
    host_run(session, (const void *[]){x}, (void *[]){before, after});
    ck_assert_int_eq(nnefcl_session_state_read(session, 0, state, &error), NNEFCL_OK);
    ck_assert_mem_eq(state, after, sizeof state);
    ck_assert_int_eq(nnefcl_session_state_write(session, 0, x, &error), NNEFCL_OK);
    ck_assert_int_eq(nnefcl_session_state_read(session, 0, state, &error), NNEFCL_OK);
    ck_assert_mem_eq(state, x, sizeof state);
    nnefcl_session_free(session);
    close_small();
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_loop_test(tests, refused, 0, (int)(sizeof refusals / sizeof *refusals));
    tcase_add_test(tests, spread_over_buffers);
    tcase_add_test(tests, too_large_a_tensor);
    tcase_add_test(tests, groups);
    tcase_add_test(tests, pinned);
    tcase_add_loop_test(tests, pinned_most, 0, 2);
    tcase_add_loop_test(tests, pinned_fails, 0, 2);
    tcase_add_test(tests, pinned_state);
}

int main(void)
{
    return layer_main("limits", add);
}
