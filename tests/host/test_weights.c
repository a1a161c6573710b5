/* SPDX-License-Identifier: Apache-2.0 */
/* Weights in fewer bits (stored_weights.c): results are off by something, by no more than session.h says of the weights
 * and than verification allows; the device holds fewer bytes. */
#include <math.h>

#include "host/host.h"
#include "host_case.h"

#define K 70

/* A layer along its sums, one across them, and a window that is the image. */
#define NET_WEIGHTS                                                                                                    \
    "graph weights(x) -> (y, z, c)\n{\n    x = external<scalar>(shape = [2, 70]);\n    f = variable<scalar>(shape = "  \
    "[37, 70], label = 'f');\n"                                                                                        \
    "    g = variable<scalar>(shape = [70, 33], label = 'g');\n    h = variable<scalar>(shape = [18, 7, 5, 2], label " \
    "= 'h');\n"                                                                                                        \
    "    b = variable<scalar>(shape = [1, 37], label = 'b');\n    l = linear(x, f, b);\n    y = relu(l);\n    z = "    \
    "matmul(x, g);\n"                                                                                                  \
    "    i = reshape(x, shape = [2, 7, 5, 2]);\n    c = conv(i, h, padding = [(0, 0), (0, 0)]);\n}\n"

static const size_t counts[] = {2 * 37, 2 * 33, 2 * 18};
enum { OUTPUTS = 3, LARGEST = 2 * 37 };

struct run {
    float output[OUTPUTS][LARGEST];
    nnefcl_memory memory;
    int bad, judged;
};

static int judge(void *user, const nnefcl_verdict *verdict)
{
    struct run *run = user;
    run->bad += verdict->bad;
    run->judged++;
    return 0;
}

static void run_stored(nnefcl_weights weights, nnefcl_execution execution, struct run *run)
{
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    nnefcl_error error = {0};
    float x[2 * K];
    options.weights = weights;
    options.execution = execution;
    options.keep_tensors = 1;
    for (int i = 0; i < 2 * K; i++)
        x[i] = (float)((i * 37) % 41 - 20) / 20;
    *run = (struct run){0};
    nnefcl_model *model = host_model(NET_WEIGHTS, 1);
    nnefcl_session *session = host_session(model, &options);
    void *const outputs[] = {run->output[0], run->output[1], run->output[2]};
    const nnefcl_status status =
        nnefcl_session_verify(session, model, (const void *[]){x}, outputs, judge, run, &error);
    ck_assert_msg(status == NNEFCL_OK, "%s", error.message);
    nnefcl_session_memory(session, &run->memory);
    nnefcl_session_free(session);
    nnefcl_model_free(model);
}

/* Of two runs, the largest difference of an output. */
static double apart(const struct run *a, const struct run *b, int output)
{
    double most = 0;
    for (size_t i = 0; i < counts[output]; i++)
        most = fmax(most, fabs((double)a->output[output][i] - (double)b->output[output][i]));
    return most;
}

/* The largest weight is below sqrt(6 / 70), all inputs are within 1. */
static const struct stored_case {
    nnefcl_weights weights;
    nnefcl_execution execution;
    double off;
    bool groups; /* on a device that is no CPU */
} stored_cases[] = {
    {NNEFCL_WEIGHTS_FP16, NNEFCL_EXECUTION_LAUNCHES, K * 0.3 / 2048, false},
    {NNEFCL_WEIGHTS_INT8, NNEFCL_EXECUTION_LAUNCHES, K * 0.3 / 254, false},
    {NNEFCL_WEIGHTS_INT8, NNEFCL_EXECUTION_AUTO, K * 0.3 / 254, false},
    {NNEFCL_WEIGHTS_FP16, NNEFCL_EXECUTION_LAUNCHES, K * 0.3 / 2048, true},
    {NNEFCL_WEIGHTS_INT8, NNEFCL_EXECUTION_LAUNCHES, K * 0.3 / 254, true},
};

START_TEST(stored)
{
    const struct stored_case *c = &stored_cases[_i];
    static struct run whole, few;
    const struct ncl_target kept = device->target;
    if (!device->target.cpu)
        return;
    if (c->groups) {
        device->target.cpu = device->target.local_is_global = false;
        device->target.group = 64;
        device->target.chunk = ncl_target_generic_gpu.chunk;
    }
    run_stored(NNEFCL_WEIGHTS_FP32, c->execution, &whole);
    run_stored(c->weights, c->execution, &few);
    device->target = kept;
    for (int i = 0; i < OUTPUTS; i++) {
        const double off = apart(&whole, &few, i);
        ck_assert_msg(off > 0 && off < c->off, "output %d is off by %g", i, off);
    }
    ck_assert_int_eq(whole.bad, 0);
    ck_assert_int_eq(few.bad, 0);
    ck_assert_int_gt(few.judged, OUTPUTS);
    ck_assert_uint_lt(few.memory.weights, whole.memory.weights);
}
END_TEST

START_TEST(not_without_barriers)
{
    const struct ncl_target kept = device->target;
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    nnefcl_session *session;
    nnefcl_error error = {0};
    nnefcl_model *model = host_model(NET_WEIGHTS, 1);
    options.weights = NNEFCL_WEIGHTS_FP16;
    device->target.cpu = device->target.barriers = false;
    ck_assert_int_eq(nnefcl_session_create(model, device, &options, &session, &error), NNEFCL_ERR_UNSUPPORTED);
    ck_assert_msg(strstr(error.message, "weights in fewer bits"), "%s", error.message);
    device->target = kept;
    nnefcl_model_free(model);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_loop_test(tests, stored, 0, sizeof stored_cases / sizeof *stored_cases);
    tcase_add_test(tests, not_without_barriers);
}

int main(void)
{
    return host_main("weights", add);
}
