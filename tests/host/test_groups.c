/* SPDX-License-Identifier: Apache-2.0 */
/* Work-groups of many work-items: those behind the last task do nothing, whatever the body would do. */
#include <math.h>

#include "host_case.h"
#include "nnefcl/opencl.h"
#include "ops/op_form.h"

enum { ROOM = 256 };

static nnefcl_status number_shape(nnefcl_call *call, void *user)
{
    const nnefcl_shape shape = nnefcl_call_shape(call, "x");
    (void)user;
    nnefcl_call_set_shape(call, "y", &shape);
    return NNEFCL_OK;
}

/* Unlike those in cl/, this body does not look whether its task is one. */
static const nnefcl_operation number = {
    .version = 1,
    .declaration = "fragment number( x: tensor<scalar> ) -> ( y: tensor<scalar> );",
    .shape = number_shape,
    .source = "static void FN(number)(INDEX task, SIZES size, global const float *x, global float *y)\n"
              "{\n"
              "    y[task] = (float)task;\n"
              "}\n",
};

static nnefcl_model *number_model(int count)
{
    char text[256];
    nnefcl_error error = {0};
    nnefcl_model *model;
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    options.operations = &number;
    options.operation_count = 1;
    snprintf(text, sizeof text,
             "version 1.0; extension KHR_enable_fragment_definitions;\n"
             "fragment number( x: tensor<scalar> ) -> ( y: tensor<scalar> );\n"
             "graph g(x) -> (y) { x = external(shape = [%d]); y = number(x); }",
             count);
    ck_assert_msg(nnefcl_model_open_memory(text, strlen(text), &options, &model, &error) == NNEFCL_OK, "%s",
                  error.message);
    return model;
}

/* What is in a buffer of ROOM floats behind a run whose output lies in front. */
static void run_into(nnefcl_session *session, float room[ROOM])
{
    static const float x[ROOM];
    cl_int code;
    const cl_mem memory = clCreateBuffer(nnefcl_device_context(device), CL_MEM_READ_WRITE | CL_MEM_COPY_HOST_PTR,
                                         ROOM * sizeof *room, room, &code);
    const cl_command_queue queue =
        clCreateCommandQueue(nnefcl_device_context(device), nnefcl_device_id(device), 0, &code);
    ck_assert(memory && queue);
    ck_assert_int_eq(nnefcl_session_bind_output(session, 0, memory, 0, NULL), NNEFCL_OK);
    host_run(session, (const void *[]){x}, NULL);
    ck_assert_int_eq(clEnqueueReadBuffer(queue, memory, CL_TRUE, 0, ROOM * sizeof *room, room, 0, NULL, NULL), 0);
    clReleaseCommandQueue(queue);
    clReleaseMemObject(memory);
}

static const int counts[] = {1, 63, 64, 65, 130};

START_TEST(guarded)
{
    float room[ROOM];
    const int count = counts[_i];
    for (int i = 0; i < ROOM; i++)
        room[i] = -1;
    nnefcl_model *model = number_model(count);
    const nnefcl_session_options options = {.version = 1, .execution = NNEFCL_EXECUTION_LAUNCHES};
    nnefcl_session *session = host_session(model, &options);
    run_into(session, room);
    for (int i = 0; i < ROOM; i++)
        ck_assert_msg(room[i] == (i < count ? (float)i : -1), "%d tasks: [%d] is %g", count, i, (double)room[i]);
    nnefcl_session_free(session);
    nnefcl_model_free(model);
}
END_TEST

#define NET_LINES                                                                                                      \
    "graph lines(x) -> (y)\n"                                                                                          \
    "{\n"                                                                                                              \
    "    x = external<scalar>(shape = [300, 200]);\n"                                                                  \
    "    w = variable<scalar>(shape = [70, 200], label = 'w');\n"                                                      \
    "    p = matmul(x, w, transposeB = true);\n"                                                                       \
    "    y = softmax(p, axes = [1]);\n"                                                                                \
    "}\n"

static nnefcl_session *lines_session(double max_launch_ms)
{
    static const char *const kernels[] = {"product=product_group", "softmax=softmax_group"};
    const nnefcl_session_options options = {.version = 1,
                                            .execution = NNEFCL_EXECUTION_LAUNCHES,
                                            .kernels = kernels,
                                            .kernel_count = 2,
                                            .max_launch_ms = max_launch_ms};
    nnefcl_session *session = host_ready(NET_LINES, &options);
    size_t groups = 0;
    for (size_t i = 0; i < session->plan->run.count; i++)
        groups += session->plan->kernel[session->plan->run.step[i].kernel].map == NCL_MAP_GROUP;
    ck_assert_uint_eq(groups, 2);
    return session;
}

static size_t run_lines(nnefcl_session *session, float *y)
{
    enum { COUNT = 300 * 200 };
    static float x[COUNT];
    for (int i = 0; i < COUNT; i++)
        x[i] = (float)(i % 1000) / 1000;
    host_run(session, (const void *[]){x}, (void *[]){y});
    return session->command_count;
}

/* A work-group knows its task by what the launch starts from: parts of a launch give the same bits. */
START_TEST(split)
{
    static float whole[300 * 70], parts[300 * 70];
    nnefcl_session *session = lines_session(0), *parted = lines_session(1e-3);
    ck_assert_uint_gt(run_lines(parted, parts), run_lines(session, whole) + 5);
    ck_assert_mem_eq(whole, parts, sizeof whole);
    nnefcl_session_free(parted);
    nnefcl_session_free(session);
}
END_TEST

#define NET_WHOLE                                                                                                      \
    "graph whole(x) -> (y)\n"                                                                                          \
    "{\n"                                                                                                              \
    "    x = external<scalar>(shape = [130, 256]);\n"                                                                  \
    "    w = variable<scalar>(shape = [72, 256], label = 'w');\n"                                                      \
    "    y = matmul(x, w, transposeB = true);\n"                                                                       \
    "}\n"

/* Whole panels of vectors, of an input whose memory does not begin with one: the same bits. */
START_TEST(unaligned)
{
    enum { ROWS = 130, IN = 256, OUT = 72 };
    static const char *const kernels[] = {"product=product_group"};
    static float room[1 + ROWS * IN], *const x = room + 1, aligned[ROWS * OUT], moved[ROWS * OUT];
    const nnefcl_session_options options = {
        .version = 1, .execution = NNEFCL_EXECUTION_LAUNCHES, .kernels = kernels, .kernel_count = 1};
    nnefcl_session *session = host_ready(NET_WHOLE, &options);
    ck_assert_str_eq(session->plan->kernel[session->plan->run.step[0].kernel].body, "gemm_group");
    for (int i = 0; i < ROWS * IN; i++)
        x[i] = (float)(i % 1000) / 1000;
    host_run(session, (const void *[]){x}, (void *[]){aligned});
    cl_int code;
    const cl_mem memory = clCreateBuffer(nnefcl_device_context(device), CL_MEM_READ_ONLY | CL_MEM_COPY_HOST_PTR,
                                         sizeof room, room, &code);
    ck_assert(memory);
    ck_assert_int_eq(nnefcl_session_bind_input(session, 0, memory, sizeof *x, NULL), NNEFCL_OK);
    host_run(session, (const void *[]){x}, (void *[]){moved});
    ck_assert_mem_eq(aligned, moved, sizeof aligned);
    clReleaseMemObject(memory);
    nnefcl_session_free(session);
}
END_TEST

/* What a session launches before its first run has no task: that does nothing, by groups too. PoCL's kernels, which
 * have no guard, get one here, though what they compute then is wrong. */
START_TEST(empty)
{
    static float y[300 * 70];
    const bool lost = device->target.lost_barriers;
    device->target.lost_barriers = false;
    nnefcl_session *session = lines_session(0);
    device->target.lost_barriers = lost;
    run_lines(session, y);
    const struct ncl_step *step = &session->plan->run.step[session->plan->run.count - 1];
    uint64_t offset;
    const cl_mem memory = ncl_memory_place(session, step->tensor[step->tensor_count - 1], &offset);
    const float before = -1;
    ck_assert_int_eq(
        clEnqueueFillBuffer(session->queue, memory, &before, sizeof before, offset, sizeof y, 0, NULL, NULL), 0);
    for (size_t i = 0; i < session->plan->run.count; i++) {
        const struct ncl_step *launched = &session->plan->run.step[i];
        ck_assert_int_eq(ncl_step_set_tasks(launched, session->kernel[i], 0, NULL), NNEFCL_OK);
        ck_assert_int_eq(ncl_step_enqueue(session, launched, session->kernel[i], session->queue, 0, NULL, NULL, NULL),
                         NNEFCL_OK);
    }
    ck_assert_int_eq(clEnqueueReadBuffer(session->queue, memory, CL_TRUE, offset, sizeof y, y, 0, NULL, NULL), 0);
    for (size_t i = 0; i < sizeof y / sizeof *y; i++)
        ck_assert_msg(y[i] == before, "[%zu] is %g", i, (double)y[i]);
    nnefcl_session_free(session);
}
END_TEST

/* ---- the run list as one command ---- */

static bool offered(void)
{
    static char text[1 << 14];
    ck_assert_int_eq(clGetDeviceInfo(nnefcl_device_id(device), CL_DEVICE_EXTENSIONS, sizeof text, text, NULL), 0);
    return strstr(text, "cl_khr_command_buffer") != NULL;
}

static const float x[] = {1, -2, 3, -4, 5, -6}, y[] = {0.5f, 1, -1, 2, 4, -2};

static void check_chain(nnefcl_session *session, float scale, float *r)
{
    float z[6], scaled[6];
    for (int i = 0; i < 6; i++)
        scaled[i] = scale * x[i];
    host_run(session, (const void *[]){scaled, y}, (void *[]){z, r});
    for (int i = 0; i < 6; i++)
        ck_assert_float_eq_tol(z[i], expf((scaled[i] > 0 ? scaled[i] : 0) - y[i]), 1e-5f * z[i]);
}

static nnefcl_session *ready(const char *net, nnefcl_execution execution)
{
    static const char *const off[] = {"epilogue"};
    const nnefcl_session_options options = {
        .version = 1, .execution = execution, .disabled_passes = off, .disabled_pass_count = 1};
    return host_ready(net, &options);
}

/* Recorded at the second run; anew when a buffer was bound, which lies in no record yet; not where launches are asked
 * for. */
START_TEST(recorded)
{
    float r[6], bound[ROOM] = {0};
    nnefcl_session *session = ready(NET_CHAIN, NNEFCL_EXECUTION_AUTO);
    ck_assert_uint_gt(session->command_count, 1);
    for (int i = 0; i < 4; i++)
        check_chain(session, (float)i, r);
    ck_assert_int_eq(session->recorded != NULL, offered());
    cl_int code;
    const cl_mem memory = clCreateBuffer(nnefcl_device_context(device), CL_MEM_READ_WRITE | CL_MEM_COPY_HOST_PTR,
                                         sizeof bound, bound, &code);
    ck_assert_int_eq(nnefcl_session_bind_output(session, 1, memory, 0, NULL), NNEFCL_OK);
    for (int i = 1; i < 5; i++) {
        check_chain(session, (float)i, NULL);
        ck_assert_int_eq(clEnqueueReadBuffer(session->queue, memory, CL_TRUE, 0, sizeof bound, bound, 0, NULL, NULL),
                         0);
        ck_assert_float_eq(bound[2], (float)i * 3);
    }
    ck_assert_int_eq(session->recorded != NULL, offered());
    nnefcl_session_free(session);
    clReleaseMemObject(memory);
    session = ready(NET_CHAIN, NNEFCL_EXECUTION_LAUNCHES);
    check_chain(session, 1, r);
    check_chain(session, 2, r);
    ck_assert_ptr_null(session->recorded);
    nnefcl_session_free(session);
}
END_TEST

/* The copy of a state is a command like the others. */
START_TEST(recorded_state)
{
    const float ones[] = {1, 1, 1, 1};
    float before[4], after[4], initial = 0;
    nnefcl_session *session = ready(NET_STATE, NNEFCL_EXECUTION_AUTO);
    for (int i = 0; i < 5; i++) {
        host_run(session, (const void *[]){ones}, (void *[]){before, after});
        initial = i ? initial : before[3];
        ck_assert_float_eq_tol(before[3], initial + (float)i, 1e-5f);
        ck_assert_float_eq_tol(after[3], initial + (float)(i + 1), 1e-5f);
    }
    ck_assert_int_eq(session->recorded != NULL, offered());
    ck_assert_int_eq(nnefcl_session_state_reset(session, NULL), NNEFCL_OK);
    host_run(session, (const void *[]){ones}, (void *[]){before, after});
    ck_assert_float_eq(before[3], initial);
    nnefcl_session_free(session);
}
END_TEST

static void open_groups(void)
{
    device = op_form_open(&op_forms[OP_FORM_GPU]);
    ck_assert(!device->target.cpu && device->target.group > 1);
}

int main(void)
{
    Suite *suite = suite_create("groups");
    TCase *tests = tcase_create("groups");
    tcase_set_timeout(tests, 0);
    tcase_add_unchecked_fixture(tests, open_groups, host_close);
    tcase_add_loop_test(tests, guarded, 0, (int)(sizeof counts / sizeof *counts));
    tcase_add_test(tests, split);
    tcase_add_test(tests, unaligned);
    tcase_add_test(tests, empty);
    tcase_add_test(tests, recorded);
    tcase_add_test(tests, recorded_state);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
