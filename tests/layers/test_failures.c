/* SPDX-License-Identifier: Apache-2.0 */
/* Every OpenCL call of a session's life fails once. Each time: a status, no crash, nothing left behind. */
#include <math.h>
#include <stdlib.h>

#include "layer_case.h"
#include "nnefcl/opencl.h"

/* ---- one life of a device and a session ---- */

struct life {
    const char *name, *net;
    const nnefcl_operation *operation;
    size_t inputs, outputs, elements; /* each of `elements` floats; the last output is checked */
    float (*expect)(int k, const float *x, const float *first);
    nnefcl_session_options options; /* with keep_tensors the first run is verified */
};

static float expect_chain(int k, const float *x, const float *first)
{
    (void)first;
    return (x[k] > 0 ? x[k] : 0);
}

static float expect_sum(int k, const float *x, const float *first)
{
    return first[k] + x[k];
}

/* 40000 elements go by mapping, 4 by the block, b is folded at init. */
#define NET_WEIGHTS                                                                                                    \
    "graph weights(x) -> (y, z, big)\n"                                                                                \
    "{\n"                                                                                                              \
    "    x = external<scalar>(shape = [4]);\n"                                                                         \
    "    v = variable<scalar>(shape = [4, 10000], label = 'v');\n"                                                     \
    "    w = variable<scalar>(shape = [4], label = 'w');\n"                                                            \
    "    b = exp(w);\n"                                                                                                \
    "    big = copy(v);\n"                                                                                             \
    "    y = w - w;\n"                                                                                                 \
    "    z = y + x;\n"                                                                                                 \
    "}\n"

static nnefcl_status scaled_shape(nnefcl_call *call, void *user)
{
    const nnefcl_shape shape = nnefcl_call_shape(call, "x");
    (void)user;
    nnefcl_call_set_shape(call, "y", &shape);
    return NNEFCL_OK;
}

static void scaled_define(nnefcl_call *call, void *user)
{
    (void)user;
    for (int k = 0; k < 4; k++)
        nnefcl_call_result(call, "y")[k] = nnefcl_call_elements(call, "x")[k] * nnefcl_call_scalar(call, "a", 0);
}

#define SCALED "fragment scaled( x: tensor<scalar>, a: scalar ) -> ( y: tensor<scalar> );"

static const nnefcl_operation scaled = {
    .version = 1,
    .declaration = SCALED,
    .shape = scaled_shape,
    .source = "static void FN(scaled)(INDEX task, SIZES size, global const float *x, global float *y)\n"
              "{\n"
              "    y[task] = x[task] * VALUE_a;\n"
              "}\n",
    .define = scaled_define,
};

#define NET_SCALED                                                                                                     \
    "extension KHR_enable_fragment_definitions;\n" SCALED "graph custom(x) -> (y, z)\n"                                \
    "{\n"                                                                                                              \
    "    x = external<scalar>(shape = [4]);\n"                                                                         \
    "    y = scaled(x, a = 2.0);\n"                                                                                    \
    "    z = scaled(x, a = 3.0);\n"                                                                                    \
    "}\n"

static const struct life lives[] = {
    {"chain, profiled", NET_CHAIN, NULL, 2, 2, 6, expect_chain, {.version = 1, .profiling = NNEFCL_PROFILING_STEPS}},
    {"state, persistent",
     NET_STATE,
     NULL,
     1,
     2,
     4,
     expect_sum,
     {.version = 1, .execution = NNEFCL_EXECUTION_PERSISTENT}},
    {"weights", NET_WEIGHTS, NULL, 1, 2, 4, expect_sum, {.version = 1}},
    {"custom operation, verified", NET_SCALED, &scaled, 1, 2, 4, expect_sum, {.version = 1, .keep_tensors = 1}},
};

static const float x[6] = {1, -2, 3, -4, 5, -6}, y[6] = {0.5f, 1, -1, 2, 4, -2};

static nnefcl_model *open_model(const struct life *life)
{
    char text[1024];
    nnefcl_error error = {0};
    nnefcl_model *model;
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    options.random_weights = 1;
    options.operations = life->operation;
    options.operation_count = life->operation != NULL;
    snprintf(text, sizeof text, "version 1.0;\n%s", life->net);
    ck_assert_msg(nnefcl_model_open_memory(text, strlen(text), &options, &model, &error) == NNEFCL_OK, "%d: %s",
                  error.line, error.message);
    return model;
}

static void check_outputs(const struct life *life, const float first[6], const float last[6])
{
    for (int k = 0; k < (int)life->elements; k++)
        ck_assert_msg(fabsf(last[k] - life->expect(k, x, first)) < 1e-5f, "%s: wrong output", life->name);
}

/* The first error stays with the session. */
static nnefcl_status run_from_host(const struct life *life, nnefcl_session *session, nnefcl_error *error)
{
    float out[2][6];
    const nnefcl_status status =
        nnefcl_session_run(session, (const void *[]){x, y}, (void *[]){out[0], out[1], NULL}, error);
    if (status == NNEFCL_OK) {
        check_outputs(life, out[0], out[1]);
        return NNEFCL_OK;
    }
    nnefcl_error again = {0};
    ck_assert_int_eq(nnefcl_session_run(session, (const void *[]){x, y}, (void *[]){out[0], out[1], NULL}, &again),
                     status);
    ck_assert_str_eq(again.message, error->message);
    return status;
}

/* Bound buffers, a queue of the application: its own calls do not fail. */
static nnefcl_status run_on_device(const struct life *life, nnefcl_device *own, nnefcl_session *session,
                                   nnefcl_error *error)
{
    float out[2][6];
    cl_int code;
    cl_event done[2] = {NULL, NULL};
    const size_t bytes = life->elements * sizeof(float);
    layer->pause(1);
    const cl_command_queue_properties measures = life->options.profiling ? CL_QUEUE_PROFILING_ENABLE : 0;
    const cl_command_queue queue =
        clCreateCommandQueue(nnefcl_device_context(own), nnefcl_device_id(own), measures, &code);
    cl_mem memory[4];
    for (int i = 0; i < 4; i++)
        memory[i] = clCreateBuffer(nnefcl_device_context(own), CL_MEM_READ_WRITE | CL_MEM_COPY_HOST_PTR, bytes,
                                   (void *)(i == 1 ? y : x), &code);
    layer->pause(0);
    nnefcl_status status = NNEFCL_OK;
    for (size_t i = 0; i < life->inputs && !status; i++)
        status = nnefcl_session_bind_input(session, i, memory[i], 0, error);
    for (size_t i = 0; i < life->outputs && !status; i++)
        status = nnefcl_session_bind_output(session, i, memory[2 + i], 0, error);
    for (int i = 0; i < 2 && !status; i++)
        status = nnefcl_session_enqueue(session, queue, i, i ? &done[0] : NULL, &done[i], error);
    layer->pause(1);
    for (int i = 0; i < 2; i++) {
        if (!status)
            clEnqueueReadBuffer(queue, memory[2 + i], CL_TRUE, 0, bytes, out[i], 0, NULL, NULL);
        if (done[i])
            clReleaseEvent(done[i]);
    }
    clFinish(queue);
    for (int i = 0; i < 4; i++)
        clReleaseMemObject(memory[i]);
    clReleaseCommandQueue(queue);
    layer->pause(0);
    if (!status)
        check_outputs(life, out[0], out[1]);
    return status;
}

static nnefcl_status run_streamed(const struct life *life, nnefcl_session *session, nnefcl_error *error)
{
    nnefcl_stream *stream = NULL;
    nnefcl_status status = nnefcl_stream_create(session, &stream, error);
    for (int i = 0; i < NNEFCL_STREAM_AHEAD && !status; i++) {
        memcpy(nnefcl_stream_input(stream, 0), x, life->elements * sizeof *x);
        status = nnefcl_stream_enqueue(stream, error);
    }
    while (!status && nnefcl_stream_running(stream)) {
        status = nnefcl_stream_wait(stream, error);
        if (!status)
            check_outputs(life, nnefcl_stream_output(stream, 0), nnefcl_stream_output(stream, 1));
    }
    nnefcl_stream_free(stream);
    return status;
}

static int verdict_check(void *user, const nnefcl_verdict *verdict)
{
    ++*(size_t *)user;
    ck_assert_msg(verdict->elements && !verdict->bad, "node %zu is wrong", verdict->node);
    return 0;
}

static nnefcl_status verify(const struct life *life, const nnefcl_model *model, nnefcl_session *session,
                            nnefcl_error *error)
{
    float out[2][6];
    size_t seen = 0;
    const nnefcl_status status = nnefcl_session_verify(session, model, (const void *[]){x, y},
                                                       (void *[]){out[0], out[1]}, verdict_check, &seen, error);
    ck_assert(status || seen == life->outputs);
    return status;
}

struct block {
    char data[256];
    size_t size;
};

static int append(void *user, const char *bytes, size_t length)
{
    struct block *block = user;
    ck_assert_uint_le(length, sizeof block->data - block->size);
    memcpy(block->data + block->size, bytes, length);
    block->size += length;
    return 0;
}

/* Every call of state.h, behind runs that the application enqueued. */
static nnefcl_status use_state(nnefcl_session *session, nnefcl_error *error)
{
    float values[4] = {1, 2, 3, 4}, again[4];
    struct block block = {.size = 0};
    nnefcl_status status = nnefcl_session_state_save(session, append, &block, error);
    for (size_t i = 0; i < nnefcl_session_state_count(session) && !status; i++) {
        status = nnefcl_session_state_write(session, i, values, error);
        if (!status)
            status = nnefcl_session_state_read(session, i, again, error);
        if (!status)
            ck_assert_mem_eq(again, values, sizeof again);
    }
    if (!status)
        status = nnefcl_session_state_restore(session, block.data, block.size, error);
    return status ? status : nnefcl_session_state_reset(session, error);
}

/* A call fails once: afterwards the session can start again, with the bindings as they are. */
static void start_again(const struct life *life, nnefcl_session *session)
{
    float values[4], out[2][6];
    nnefcl_error error = {0};
    ck_assert_msg(nnefcl_session_state_reset(session, &error) == NNEFCL_OK, "%s: reset: %s", life->name, error.message);
    if (nnefcl_session_state_count(session))
        ck_assert_int_eq(nnefcl_session_state_read(session, 0, values, &error), NNEFCL_OK);
    ck_assert_msg(nnefcl_session_run(session, (const void *[]){x, y}, (void *[]){out[0], out[1], NULL}, &error) ==
                      NNEFCL_OK,
                  "%s: %s", life->name, error.message);
    check_outputs(life, out[0], out[1]);
    if (nnefcl_session_state_count(session))
        ck_assert_mem_eq(out[0], values, sizeof values);
}

static nnefcl_status live_once(const struct life *life, const nnefcl_model *model, nnefcl_error *error)
{
    nnefcl_device *own = NULL;
    nnefcl_session *session = NULL;
    nnefcl_status status = nnefcl_device_open(NULL, NULL, &own, error);
    if (!status)
        status = nnefcl_session_create(model, own, &life->options, &session, error);
    if (!status && life->options.keep_tensors)
        status = verify(life, model, session, error);
    if (!status)
        status = run_from_host(life, session, error);
    if (!status)
        status = run_on_device(life, own, session, error);
    if (!status && life->options.execution == NNEFCL_EXECUTION_PERSISTENT) /* one of the lives */
        status = run_streamed(life, session, error);
    if (!status)
        status = use_state(session, error);
    if (!status)
        status = run_from_host(life, session, error);
    if (status && session)
        start_again(life, session);
    nnefcl_session_free(session);
    nnefcl_device_free(own);
    return status;
}

/* Calls without which all goes on: the run is right then, only a number or a name is missing. */
static int may_survive(const char *call)
{
    static const char *const names[] = {
        "clGetPlatformInfo", "clGetDeviceInfo", "clGetDeviceIDs", "clGetEventProfilingInfo", "clGetEventInfo",
        "clFlush",           "clWaitForEvents", "clFinish",       "clRetainProgram",         "clRetainEvent"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], call) == 0)
            return 1;
    return 0;
}

/* The error of a launch names the step and its place in the document. */
static int names_step(const nnefcl_error *error)
{
    return strstr(error->message, " = ") && error->line >= 4 && strcmp(error->file, "graph.nnef") == 0 &&
           error->source[0] && error->caret > 0;
}

/* False: the life has fewer calls. */
static int fail_nth(const struct life *life, const nnefcl_model *model, unsigned long n, cl_int code)
{
    nnefcl_error error = {0};
    char text[256];
    layer->fail_at(n, code);
    const nnefcl_status status = live_once(life, model, &error);
    const char *call = layer->failed();
    layer->fail_at(0, 0);
    ck_assert_msg(layer->live(text, sizeof text) == 0, "%s, call %lu (%s): left %s", life->name, n,
                  call ? call : "none", text);
    ck_assert_msg(call || status == NNEFCL_OK, "%s: %s", life->name, error.message);
    if (!call)
        return 0;
    ck_assert_msg(status != NNEFCL_OK || may_survive(call), "%s, call %lu (%s): nobody noticed", life->name, n, call);
    ck_assert_int_eq(status, error.status);
    if (status == NNEFCL_OK || may_survive(call))
        return 1;
    if (strcmp(call, "clEnqueueNDRangeKernel") == 0 && life->options.execution == NNEFCL_EXECUTION_LAUNCHES)
        ck_assert_msg(names_step(&error), "%s, call %lu: %s", life->name, n, error.message);
    ck_assert_msg(error.opencl_code == code && strstr(error.message, call), "%s, call %lu (%s): %s", life->name, n,
                  call, error.message);
    ck_assert_msg(status == (code == CL_OUT_OF_RESOURCES ? NNEFCL_ERR_NOMEM : NNEFCL_ERR_DEVICE) ||
                      status == NNEFCL_ERR_ARGUMENT,
                  "%s", error.message);
    return 1;
}

/* Walks through the calls of a life, all of them with NNEFCL_LONG, else each third: another third in the next life,
 * which has most of the calls in common. CL_OUT_OF_RESOURCES is what a real device says. */
START_TEST(every_call)
{
    const struct life *life = &lives[_i];
    const cl_int codes[] = {CL_OUT_OF_RESOURCES, CL_INVALID_OPERATION};
    nnefcl_device_info info;
    nnefcl_device *own;
    ck_assert_int_eq(nnefcl_device_open(NULL, NULL, &own, NULL), NNEFCL_OK);
    nnefcl_device_describe(own, &info);
    nnefcl_device_free(own);
    if (life->options.execution == NNEFCL_EXECUTION_PERSISTENT && info.type != NNEFCL_DEVICE_CPU)
        return;
    nnefcl_model *model = open_model(life);
    const unsigned long stride = getenv("NNEFCL_LONG") ? 1 : 3;
    unsigned long n = 1 + (unsigned long)_i % stride;
    while (fail_nth(life, model, n, codes[n % 2]))
        n += stride;
    ck_assert_uint_gt(n, 30);
    nnefcl_model_free(model);
}
END_TEST

static int keep_platform(void *user, const nnefcl_device_info *info)
{
    if (info->index < 0 && strstr(info->reason, "CL_OUT_OF_HOST_MEMORY"))
        *(nnefcl_device_info *)user = *info;
    return 0;
}

/* A platform whose list of devices fails is in the list itself, with the code. */
START_TEST(platform_without_its_devices)
{
    nnefcl_device_info platform = {0};
    const char *call = "";
    for (unsigned long n = 1; call && strcmp(call, "clGetDeviceIDs") != 0; n++) {
        nnefcl_error error = {0};
        layer->fail_at(n, CL_OUT_OF_HOST_MEMORY);
        nnefcl_device_list(keep_platform, &platform, &error);
        call = layer->failed();
        layer->fail_at(0, 0);
    }
    ck_assert_ptr_nonnull(call);
    ck_assert_int_eq(platform.index, -1);
    ck_assert(!platform.usable && platform.platform_name[0]);
}
END_TEST

static int check_told(void *user, const nnefcl_device_info *info)
{
    ck_assert_msg(info->platform_name[0] && info->version[0] && (info->index < 0 || (info->name[0] && info->vendor[0])),
                  "before call %lu fails: something has no name", *(unsigned long *)user);
    return 0;
}

/* A name that the driver does not tell is no empty text. */
START_TEST(names_that_fail)
{
    const char *call = "";
    for (unsigned long n = 1; call; n++) {
        nnefcl_error error = {0};
        layer->fail_at(n, CL_OUT_OF_HOST_MEMORY);
        nnefcl_device_list(check_told, &n, &error);
        call = layer->failed();
        layer->fail_at(0, 0);
    }
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_test(tests, names_that_fail);
    tcase_add_test(tests, platform_without_its_devices);
    tcase_add_loop_test(tests, every_call, 0, (int)(sizeof lives / sizeof *lives));
}

int main(void)
{
    return layer_main("failures", add);
}
