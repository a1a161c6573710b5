/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions with data in host memory: forms of execution, state, errors, what a session tells of itself. */
#define _GNU_SOURCE
#include <link.h>
#include <math.h>

#include "base/counting_allocator.h"
#include "host/host.h"
#include "host_case.h"

/* ---- runs ---- */

static void check_chain(nnefcl_session *session)
{
    const float x[6] = {1, -2, 3, -4, 5, -6}, y[6] = {0.5f, 1, -1, 2, 4, -2};
    for (int i = 0; i < 3; i++) {
        float z[6] = {0}, r[6] = {0};
        host_run(session, (const void *[]){x, y}, (void *[]){z, r});
        for (int k = 0; k < 6; k++) {
            const float relu = x[k] > 0 ? x[k] : 0, expected = expf(relu - y[k]);
            ck_assert_float_eq(r[k], relu);
            ck_assert_msg(fabsf(z[k] - expected) <= 1e-5f * expected, "%d: %g, not %g", k, (double)z[k],
                          (double)expected);
        }
    }
}

static void check_mixed(nnefcl_session *session)
{
    const float x[4] = {0.5f, 7, 3, 4.5f};
    const unsigned char larger[4] = {0, 1, 0, 1};
    float x1[4], c[4];
    unsigned char big[4];
    host_run(session, (const void *[]){x}, (void *[]){x1, big, c});
    for (int k = 0; k < 4; k++) {
        ck_assert_float_eq(x1[k], x[k]);
        ck_assert_int_eq(big[k], larger[k]);
        ck_assert_float_eq_tol(c[k], sqrtf(expf((float)k + 1)), 1e-4f);
    }
}

static const nnefcl_session_options forms[] = {
    {.version = 1},
    {.version = 1, .profiling = NNEFCL_PROFILING_STEPS},
    {.version = 1, .separate_buffers = 1},
    {.version = 1, .kernels = (const char *const[]){"plain"}, .kernel_count = 1},
    {.version = 1, .execution = NNEFCL_EXECUTION_PERSISTENT},
    {.version = 1, .execution = NNEFCL_EXECUTION_PERSISTENT, .profiling = NNEFCL_PROFILING_RUNS},
    {.version = 1, .execution = NNEFCL_EXECUTION_LAUNCHES},
};
enum { PERSISTENT_FORM = 4, LAUNCHES_FORM = 6 };

START_TEST(every_form)
{
    if (forms[_i].execution == NNEFCL_EXECUTION_PERSISTENT && !device->target.cpu)
        return;
    nnefcl_session *session = host_ready(NET_CHAIN, &forms[_i]);
    check_chain(session);
    nnefcl_session_free(session);
    session = host_ready(NET_MIXED, &forms[_i]);
    check_mixed(session);
    nnefcl_session_free(session);
}
END_TEST

/* The form for GPUs, groups of many work-items, on whatever device there is. */
START_TEST(groups)
{
    const struct ncl_target kept = device->target;
    device->target.cpu = false;
    device->target.group = device->target.max_work_group < 64 ? 1 : 64;
    device->target.chunk = 8;
    nnefcl_session *session = host_ready(NET_CHAIN, NULL);
    check_chain(session);
    nnefcl_session_free(session);
    session = host_ready(NET_MIXED, NULL);
    check_mixed(session);
    nnefcl_session_free(session);
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    nnefcl_error error = {0};
    options.execution = NNEFCL_EXECUTION_PERSISTENT;
    nnefcl_model *model = host_model(NET_CHAIN, 1);
    ck_assert_int_eq(nnefcl_session_create(model, device, &options, &session, &error), NNEFCL_ERR_UNSUPPORTED);
    ck_assert_ptr_null(session);
    ck_assert(strstr(error.message, "CPU"));
    nnefcl_model_free(model);
    device->target = kept;
}
END_TEST

START_TEST(unwanted_outputs)
{
    nnefcl_session *session = host_ready(NET_CHAIN, NULL);
    const float x[6] = {1, 2, 3, 4, 5, 6}, y[6] = {0};
    float r[6] = {0};
    host_run(session, (const void *[]){x, y}, (void *[]){NULL, r});
    ck_assert_float_eq(r[5], 6);
    host_run(session, (const void *[]){x, y}, NULL);
    nnefcl_session_free(session);
}
END_TEST

/* ---- state ---- */

static void add_to_state(nnefcl_session *session, const float x[4], float before[4], float after[4])
{
    host_run(session, (const void *[]){x}, (void *[]){before, after});
    for (int k = 0; k < 4; k++)
        ck_assert_float_eq(after[k], before[k] + x[k]);
}

START_TEST(state)
{
    const float x[4] = {1, 2, 3, 4};
    float before[4], after[4], next[4];
    if (forms[_i].execution == NNEFCL_EXECUTION_PERSISTENT && !device->target.cpu)
        return;
    nnefcl_session *session = host_ready(NET_STATE, &forms[_i]);
    add_to_state(session, x, before, after);
    for (int i = 0; i < 5; i++) {
        add_to_state(session, x, next, before);
        ck_assert_mem_eq(next, after, sizeof next);
        memcpy(after, before, sizeof after);
    }
    nnefcl_session_free(session);
}
END_TEST

/* Two sessions of one model share nothing that changes. */
START_TEST(two_sessions)
{
    const float one[4] = {1, 1, 1, 1}, ten[4] = {10, 10, 10, 10};
    float first[4], before[4], after[4];
    nnefcl_model *model = host_model(NET_STATE, 1);
    nnefcl_session *a = host_session(model, NULL), *b = host_session(model, NULL);
    nnefcl_model_free(model);
    add_to_state(a, one, first, after);
    add_to_state(a, one, before, after);
    add_to_state(b, ten, before, after);
    ck_assert_mem_eq(before, first, sizeof before); /* as it was when b was made */
    nnefcl_session_free(b);
    add_to_state(a, one, before, after);
    for (int k = 0; k < 4; k++)
        ck_assert_float_eq_tol(before[k], first[k] + 2, 1e-6f);
    nnefcl_session_free(a);
}
END_TEST

/* ---- a library for matrices ---- */

#define NET_MATRICES                                                                                                   \
    "graph matrices(a, b, c) -> (ab, atbt, broadcast, full)\n"                                                         \
    "{\n"                                                                                                              \
    "    a = external<scalar>(shape = [2, 3, 5, 7]);\n"                                                                \
    "    b = external<scalar>(shape = [2, 3, 7, 4]);\n"                                                                \
    "    c = external<scalar>(shape = [1, 3, 7, 9]);\n"                                                                \
    "    w = variable<scalar>(shape = [6, 4], label = 'w');\n"                                                         \
    "    v = variable<scalar>(shape = [1, 6], label = 'v');\n"                                                         \
    "    ab = matmul(a, b);\n"                                                                                         \
    "    atbt = matmul(b, a, transposeA = true, transposeB = true);\n"                                                 \
    "    broadcast = matmul(a, c);\n"                                                                                  \
    "    flat = reshape(ab, shape = [30, 4]);\n"                                                                       \
    "    full = linear(flat, w, v);\n"                                                                                 \
    "}\n"

static void run_matrices(const nnefcl_session_options *options, size_t *gemms, float *out[4])
{
    float a[210], b[168], c[189];
    nnefcl_step_info info;
    for (int i = 0; i < 210; i++) {
        a[i] = (float)(i * 37 % 19) / 8 - 1;
        b[i % 168] = (float)(i * 11 % 23) / 8 - 1;
        c[i % 189] = (float)(i * 5 % 29) / 8 - 1;
    }
    nnefcl_session *session = host_ready(NET_MATRICES, options);
    for (int i = 0; i < 2; i++)
        host_run(session, (const void *[]){a, b, c}, (void *const *)out);
    *gemms = 0;
    for (size_t i = 0; i < nnefcl_session_step_count(session); i++) {
        nnefcl_session_step(session, i, &info);
        *gemms += strcmp(info.kernel, "clblast") == 0;
    }
    nnefcl_session_free(session);
}

static int is_clblast(struct dl_phdr_info *info, size_t size, void *user)
{
    (void)size, (void)user;
    return strstr(info->dlpi_name, "libclblast") != NULL;
}

START_TEST(clblast)
{
    static const size_t counts[4] = {2 * 3 * 5 * 4, 2 * 3 * 4 * 5, 2 * 3 * 5 * 9, 30 * 6};
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    float *own[4], *theirs[4];
    size_t gemms;
    for (int i = 0; i < 4; i++) {
        own[i] = malloc(counts[i] * sizeof(float));
        theirs[i] = malloc(counts[i] * sizeof(float));
    }
    options.kernels = (const char *const[]){"product=product_clblast"};
    options.kernel_count = 1;
    if (ncl_clblast_available()) {
        run_matrices(NULL, &gemms, own);
        ck_assert_msg(!dl_iterate_phdr(is_clblast, NULL), "a start that does without loads it");
        run_matrices(&options, &gemms, theirs);
        ck_assert(dl_iterate_phdr(is_clblast, NULL));
        ck_assert_uint_ge(gemms, 3);
        for (int i = 0; i < 4; i++)
            for (size_t k = 0; k < counts[i]; k++)
                ck_assert_msg(fabsf(own[i][k] - theirs[i][k]) <= 1e-4f, "output %d, element %zu: %g, not %g", i, k,
                              (double)theirs[i][k], (double)own[i][k]);
    }
    nnefcl_model *model = host_model(NET_MATRICES, 1);
    nnefcl_session *session;
    nnefcl_error error = {0};
    if (device->target.cpu || !ncl_clblast_available()) {
        options.execution = device->target.cpu ? NNEFCL_EXECUTION_PERSISTENT : NNEFCL_EXECUTION_LAUNCHES;
        ck_assert_int_eq(nnefcl_session_create(model, device, &options, &session, &error), NNEFCL_ERR_UNSUPPORTED);
        ck_assert_msg(strstr(error.message, "CLBlast"), "%s", error.message);
    }
    nnefcl_model_free(model);
    for (int i = 0; i < 4; i++) {
        free(own[i]);
        free(theirs[i]);
    }
}
END_TEST

/* ---- weights ---- */

/* Small tensors go through a block, large ones through mapped memory in pieces: 2500 x 2000 floats are more than one
 * piece. */
START_TEST(upload)
{
    static const char net[] = "graph weights(x) -> (y, z)\n"
                              "{\n"
                              "    x = external<scalar>(shape = [1]);\n"
                              "    v = variable<scalar>(shape = [2500, 2000], label = 'v');\n"
                              "    w = variable<scalar>(shape = [3, 5], label = 'w');\n"
                              "    y = v * x;\n"
                              "    z = w * x;\n"
                              "}\n";
    const size_t counts[] = {2500 * 2000, 15};
    const float x[1] = {1};
    float *out[2], *expected = malloc(counts[0] * sizeof *expected);
    nnefcl_model *model = host_model(net, 1);
    nnefcl_session *session = host_session(model, NULL);
    for (int i = 0; i < 2; i++)
        out[i] = malloc(counts[i] * sizeof *out[i]);
    host_run(session, (const void *[]){x}, (void *[]){out[0], out[1]});
    nnefcl_session_free(session);
    struct ncl_diag diag;
    struct ncl_weights *weights;
    ncl_diag_init(&diag, NULL, NULL, NULL, false);
    ck_assert_int_eq(ncl_model_weights(model, &diag, &weights), NNEFCL_OK);
    for (size_t i = 0; i < model->graph->tensor_count; i++) {
        const struct ncl_tensor *tensor = model->graph->tensor[i];
        if (tensor->role != NCL_ROLE_VARIABLE)
            continue;
        const int which = strcmp(tensor->name, "w") == 0;
        ck_assert_int_eq(ncl_weights_begin(weights, tensor, &diag), NNEFCL_OK);
        ck_assert_int_eq(ncl_weights_next(weights, expected, counts[which], &diag), NNEFCL_OK);
        ck_assert_mem_eq(out[which], expected, counts[which] * sizeof *expected);
    }
    ncl_weights_free(weights);
    nnefcl_model_free(model);
    free(expected);
    free(out[0]);
    free(out[1]);
}
END_TEST

/* ---- errors ---- */

START_TEST(run_arguments)
{
    nnefcl_session *session = host_ready(NET_CHAIN, NULL);
    nnefcl_error error = {0};
    const float x[6] = {0};
    float z[6];
    ck_assert_int_eq(nnefcl_session_run(NULL, NULL, NULL, &error), NNEFCL_ERR_ARGUMENT);
    ck_assert_int_eq(nnefcl_session_run(session, NULL, (void *[]){z, z}, &error), NNEFCL_ERR_ARGUMENT);
    memset(&error, 0, sizeof error);
    ck_assert_int_eq(nnefcl_session_run(session, (const void *[]){x, NULL}, (void *[]){z, NULL}, &error),
                     NNEFCL_ERR_ARGUMENT);
    ck_assert(strstr(error.message, "'y'"));
    check_chain(session); /* still alive */
    nnefcl_session_free(session);
}
END_TEST

static const struct {
    const char *name;
    nnefcl_session_options options;
    nnefcl_status status;
    const char *message;
} refused[] = {
    {"version", {.version = 2}, NNEFCL_ERR_ARGUMENT, "version is 2"},
    {"execution", {.version = 1, .execution = (nnefcl_execution)9}, NNEFCL_ERR_ARGUMENT, "execution"},
    {"kernels",
     {.version = 1, .kernels = (const char *const[]){"conv=conv_none"}, .kernel_count = 1},
     NNEFCL_ERR_ARGUMENT,
     "conv has conv_direct"},
    {"pass",
     {.version = 1, .disabled_passes = (const char *const[]){"no_such"}, .disabled_pass_count = 1},
     NNEFCL_ERR_ARGUMENT,
     "no_such"},
    {"limit", {.version = 1, .memory_limit = 16}, NNEFCL_ERR_LIMIT, "16 bytes"},
};

START_TEST(create_refused)
{
    nnefcl_model *model = host_model(NET_CHAIN, 1);
    nnefcl_session *session = (nnefcl_session *)model;
    nnefcl_error error = {0};
    const nnefcl_status status = nnefcl_session_create(model, device, &refused[_i].options, &session, &error);
    ck_assert_msg(status == refused[_i].status && status == error.status, "%s: %s", refused[_i].name, error.message);
    ck_assert_msg(strstr(error.message, refused[_i].message), "%s: %s", refused[_i].name, error.message);
    ck_assert_ptr_null(session);
    ck_assert_int_eq(nnefcl_session_create(NULL, device, NULL, &session, &error), NNEFCL_ERR_ARGUMENT);
    ck_assert_int_eq(nnefcl_session_create(model, NULL, NULL, &session, &error), NNEFCL_ERR_ARGUMENT);
    ck_assert_int_eq(nnefcl_session_create(model, device, NULL, NULL, &error), NNEFCL_ERR_ARGUMENT);
    nnefcl_model_free(model);
}
END_TEST

/* Every allocation may fail: a status, nothing left. */
START_TEST(failing_allocator)
{
    nnefcl_model *model = host_model(NET_STATE, 1);
    for (size_t n = 1;; n += 1 + n / 12) {
        struct counting_allocator counting = {.fail_at = n, .fail_on = true};
        nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
        nnefcl_session *session;
        nnefcl_error error = {0};
        options.allocator = counting_allocator(&counting);
        options.execution = n % 2                ? NNEFCL_EXECUTION_LAUNCHES
                            : device->target.cpu ? NNEFCL_EXECUTION_PERSISTENT
                                                 : NNEFCL_EXECUTION_LAUNCHES;
        const nnefcl_status status = nnefcl_session_create(model, device, &options, &session, &error);
        ck_assert_msg(status == NNEFCL_OK || status == NNEFCL_ERR_NOMEM, "%zu: %s", n, error.message);
        ck_assert_int_eq(session == NULL, status != NNEFCL_OK);
        nnefcl_session_free(session);
        ck_assert_uint_eq(counting.live, 0);
        if (counting.calls < n)
            break;
        ck_assert_int_ne(status, NNEFCL_OK);
    }
    nnefcl_model_free(model);
}
END_TEST

/* ---- what a session tells ---- */

/* One step for each node. */
static const char *const epilogue[] = {"epilogue"};

START_TEST(steps)
{
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    options.profiling = NNEFCL_PROFILING_STEPS;
    options.disabled_passes = epilogue;
    options.disabled_pass_count = 1;
    nnefcl_session *session = host_ready(NET_CHAIN, &options);
    nnefcl_step_info info;
    double end = 0;
    static const struct {
        const char *location, *operation;
    } want[] = {
        {"graph.nnef:6:9 r = relu", "relu"}, {"graph.nnef:7:11 d = sub", "sub"}, {"graph.nnef:8:9 z = exp", "exp"}};
    ck_assert_int_eq(nnefcl_session_step(session, 0, &info), NNEFCL_OK);
    ck_assert(info.device_ms < 0 && info.start_ms < 0); /* nothing has run */
    check_chain(session);
    ck_assert_uint_eq(nnefcl_session_step_count(session), 3);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(nnefcl_session_step(session, i, &info), NNEFCL_OK);
        ck_assert_str_eq(info.location, want[i].location);
        ck_assert_str_eq(info.operation, want[i].operation);
        ck_assert(info.kernel && info.tasks > 0 && info.device_ms >= 0 && info.start_ms >= end);
        ck_assert_uint_eq(info.bytes, (i == 1 ? 3 : 2) * 6 * sizeof(float));
        end = info.start_ms + info.device_ms;
    }
    nnefcl_timing timing;
    nnefcl_session_timing(session, &timing);
    ck_assert_double_eq_tol(timing.device_ms, end, 1e-9);
    ck_assert(end > 0 && timing.enqueue_ms > 0 && timing.transfer_ms >= 0);
    ck_assert_double_ge(timing.total_ms, timing.device_ms + timing.transfer_ms);
    ck_assert_int_eq(nnefcl_session_step(session, 3, &info), NNEFCL_ERR_ARGUMENT);
    ck_assert_ptr_null(info.kernel);
    nnefcl_session_free(session);
    ck_assert_uint_eq(nnefcl_session_step_count(NULL), 0);
}
END_TEST

/* A run is measured in the form that it has; what nobody measured is negative. */
START_TEST(times_of_runs)
{
    static const struct {
        nnefcl_session_options options;
        int device;
    } forms_of_times[] = {
        {{.version = 1}, 0},
        {{.version = 1, .profiling = NNEFCL_PROFILING_RUNS, .execution = NNEFCL_EXECUTION_LAUNCHES}, 1},
        {{.version = 1, .profiling = NNEFCL_PROFILING_RUNS, .execution = NNEFCL_EXECUTION_PERSISTENT}, 1},
    };
    nnefcl_timing timing;
    nnefcl_step_info info;
    if (forms_of_times[_i].options.execution == NNEFCL_EXECUTION_PERSISTENT && !device->target.cpu)
        return;
    nnefcl_session *session = host_ready(NET_CHAIN, &forms_of_times[_i].options);
    check_chain(session);
    nnefcl_session_timing(session, &timing);
    ck_assert(timing.total_ms > 0 && timing.enqueue_ms >= 0);
    ck_assert_int_eq(timing.device_ms >= 0, forms_of_times[_i].device);
    ck_assert_int_eq(timing.transfer_ms >= 0, forms_of_times[_i].device);
    ck_assert_double_ge(timing.total_ms, timing.device_ms + timing.transfer_ms);
    ck_assert_int_eq(nnefcl_session_step(session, 0, &info), NNEFCL_OK);
    ck_assert(info.device_ms < 0 && info.start_ms < 0);
    nnefcl_session_free(session);
}
END_TEST

START_TEST(steps_of_one_kernel_cannot_be_measured)
{
    nnefcl_error error = {0};
    nnefcl_session *session;
    const nnefcl_session_options options = {
        .version = 1, .profiling = NNEFCL_PROFILING_STEPS, .execution = NNEFCL_EXECUTION_PERSISTENT};
    nnefcl_model *model = host_model(NET_CHAIN, 0);
    ck_assert_int_eq(nnefcl_session_create(model, device, &options, &session, &error), NNEFCL_ERR_UNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(error.message, "persistent execution"));
    nnefcl_model_free(model);
}
END_TEST

START_TEST(memory_numbers)
{
    nnefcl_memory memory, separate;
    nnefcl_session_options options = {.version = 1, .disabled_passes = epilogue, .disabled_pass_count = 1};
    nnefcl_session *session = host_ready(NET_CHAIN, &options);
    nnefcl_session_memory(session, &memory);
    nnefcl_session_free(session);
    options.separate_buffers = 1;
    session = host_ready(NET_CHAIN, &options);
    nnefcl_session_memory(session, &separate);
    nnefcl_session_free(session);
    ck_assert_uint_eq(memory.weights, 0);
    ck_assert_uint_eq(memory.io, 4 * 24);
    ck_assert_uint_ge(memory.arena, 24);
    ck_assert_uint_ge(memory.total, memory.io + memory.arena);
    ck_assert_uint_ge(memory.buffers, 6); /* 4 inputs and outputs, an arena, the records */
    ck_assert_uint_ge(separate.buffers, memory.buffers);
    nnefcl_session_memory(NULL, &memory);
    ck_assert_uint_eq(memory.total, 0);
}
END_TEST

static int keep_text(void *user, const char *text, size_t length)
{
    struct ncl_text *all = user;
    ncl_text_add_bytes(all, text, length);
    return 0;
}

/* Inputs, outputs and variables by name; what they take of the host's memory. */
START_TEST(by_name)
{
    nnefcl_model *model = host_model(NET_STATE, 1);
    nnefcl_session *session = host_session(model, NULL);
    nnefcl_host_memory memory;
    ck_assert_uint_eq(nnefcl_model_find_input(model, "x"), 0);
    ck_assert_uint_eq(nnefcl_model_find_output(model, "after"), 1);
    ck_assert_uint_eq(nnefcl_model_find_variable(model, "s"), 0);
    ck_assert(nnefcl_model_find_input(model, "s") == SIZE_MAX);
    nnefcl_model_host_memory(model, &memory);
    ck_assert(memory.used > 1000 && memory.peak >= memory.used && memory.limit >= memory.peak);
    nnefcl_session_host_memory(session, &memory);
    ck_assert(memory.used > 1000 && memory.peak >= memory.used && memory.limit == 0);
    nnefcl_session_free(session);
    nnefcl_model_free(model);
}
END_TEST

START_TEST(dumps)
{
    struct ncl_text plan, cl;
    nnefcl_error error = {0};
    ncl_text_init(&plan, NULL);
    ncl_text_init(&cl, NULL);
    nnefcl_session *session = host_ready(NET_CHAIN, &forms[LAUNCHES_FORM]);
    ck_assert_int_eq(nnefcl_session_dump(session, NNEFCL_DUMP_CL, keep_text, &cl, &error), NNEFCL_OK);
    ck_assert(strstr(cl.data, "kernel void launch_") && !strstr(cl.data, "kernel void persistent"));
    nnefcl_session_free(session);
    session = host_ready(NET_CHAIN, &forms[device->target.cpu ? PERSISTENT_FORM : LAUNCHES_FORM]);
    ck_assert_int_eq(nnefcl_session_dump(session, NNEFCL_DUMP_PLAN, keep_text, &plan, &error), NNEFCL_OK);
    ck_assert_int_eq(nnefcl_session_dump(session, NNEFCL_DUMP_CL, keep_text, &cl, &error), NNEFCL_OK);
    ck_assert(strstr(plan.data, "plan chain") && strstr(plan.data, "elements"));
    ck_assert(!device->target.cpu || strstr(cl.data, "kernel void persistent"));
    ck_assert_int_eq(nnefcl_session_dump(session, NNEFCL_DUMP_AST, keep_text, &plan, &error), NNEFCL_ERR_ARGUMENT);
    ck_assert_int_eq(nnefcl_session_dump(NULL, NNEFCL_DUMP_PLAN, keep_text, &plan, &error), NNEFCL_ERR_ARGUMENT);
    nnefcl_session_free(session);
    nnefcl_session_free(NULL);
    ncl_text_free(&plan);
    ncl_text_free(&cl);
}
END_TEST

/* Sources that do not compile: a status with the compiler's words, as after a bad driver. */
START_TEST(compiler_refuses)
{
    struct ncl_diag diag;
    struct ncl_text text;
    nnefcl_error error = {0};
    struct ncl_source_build build[] = {
        {.name = "good"}, {.name = "bad"}, {.name = "fine"}, {.name = "undeclared"}};
    static const char *const sources[] = {"kernel void a(void) {}",
                                          "#line 7 \"bad.cl\"\nkernel void b(void) { no_such_thing; }",
                                          "kernel void c(void) {}",
                                          "#ifdef NCL_DECLARED\n#error needs more\n#endif\nkernel void d(void) {}"};
    ncl_diag_init(&diag, &error, NULL, NULL, false);
    nnefcl_session *session = host_ready(NET_CHAIN, NULL);
    for (int i = 0; i < 4; i++) {
        ncl_text_init(&text, NULL);
        ncl_text_add(&text, sources[i]);
        ck_assert_int_eq(ncl_program_create(device, &text, &build[i], &diag), NNEFCL_OK);
        ncl_text_free(&text);
    }
    ck_assert_int_eq(ncl_program_build(device, session, build, 4, &diag), NNEFCL_ERR_DEVICE);
    ck_assert_int_eq(error.opencl_code, CL_BUILD_PROGRAM_FAILURE);
    ck_assert_msg(strstr(error.message, "'bad'") && strstr(error.message, "no_such_thing") &&
                      strstr(error.message, "bad.cl:7"),
                  "%s", error.message);
    ck_assert_int_eq(build[0].code, CL_SUCCESS);
    ck_assert_int_eq(build[2].code, CL_SUCCESS);
    ck_assert_msg(build[3].declares && build[3].code == CL_SUCCESS, "not built again: %d", build[3].code);
    for (int i = 0; i < 4; i++)
        clReleaseProgram(build[i].program);
    nnefcl_session_free(session);
}
END_TEST

#define NET_LARGE                                                                                                      \
    "graph large(x) -> (y)\n"                                                                                          \
    "{\n"                                                                                                              \
    "    x = external<scalar>(shape = [3, 70001]);\n"                                                                  \
    "    v = variable<scalar>(shape = [1, 70001], label = 'v');\n"                                                     \
    "    w = sqrt(exp(v));\n"                                                                                          \
    "    s = sum_reduce(x, axes = [0]);\n"                                                                             \
    "    y = sin(x) * w + s;\n"                                                                                        \
    "}\n"

/* Launches in parts: more of them, the same bits, and every step is measured still; on any queue. */
START_TEST(split_launches)
{
    enum { COUNT = 3 * 70001 };
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    float *data = malloc(3 * COUNT * sizeof *data), *whole = data + COUNT, *parts = whole + COUNT;
    nnefcl_step_info step;
    for (int i = 0; i < COUNT; i++)
        data[i] = (float)(i % 1000) / 100;
    options.execution = NNEFCL_EXECUTION_LAUNCHES;
    options.profiling = NNEFCL_PROFILING_STEPS;
    nnefcl_session *session = host_ready(NET_LARGE, &options);
    ck_assert_uint_eq(session->command_count, session->plan->run.count);
    host_run(session, (const void *[]){data}, (void *[]){whole});
    nnefcl_session_free(session);
    options.max_launch_ms = 1e-4;
    session = host_ready(NET_LARGE, &options);
    ck_assert_uint_gt(session->command_count, session->plan->run.count + 5);
    host_run(session, (const void *[]){data}, (void *[]){parts});
    ck_assert_mem_eq(whole, parts, COUNT * sizeof *data);
    for (size_t i = 0; i < nnefcl_session_step_count(session); i++) {
        ck_assert_int_eq(nnefcl_session_step(session, i, &step), NNEFCL_OK);
        ck_assert_double_ge(step.device_ms, 0);
    }
    nnefcl_session_free(session);
    free(data);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_test(tests, split_launches);
    const int n = (int)(sizeof forms / sizeof *forms);
    tcase_add_loop_test(tests, every_form, 0, n);
    tcase_add_test(tests, groups);
    tcase_add_test(tests, unwanted_outputs);
    tcase_add_loop_test(tests, state, 0, n);
    tcase_add_test(tests, two_sessions);
    tcase_add_test(tests, clblast);
    tcase_add_test(tests, upload);
    tcase_add_test(tests, run_arguments);
    tcase_add_loop_test(tests, create_refused, 0, (int)(sizeof refused / sizeof *refused));
    tcase_add_test(tests, failing_allocator);
    tcase_add_loop_test(tests, times_of_runs, 0, 3);
    tcase_add_test(tests, steps_of_one_kernel_cannot_be_measured);
    tcase_add_test(tests, steps);
    tcase_add_test(tests, memory_numbers);
    tcase_add_test(tests, by_name);
    tcase_add_test(tests, dumps);
    tcase_add_test(tests, compiler_refuses);
}

int main(void)
{
    return host_main("session", add);
}
