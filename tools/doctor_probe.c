/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "array.h"
#include "data.h"
#include "doctor.h"
#include "report.h"

#define HEADER "version 1.0;\nextension KHR_enable_fragment_definitions KHR_enable_operator_expressions;\n"
#define ONE(shape, body)                                                                                               \
    HEADER "graph probe(x) -> (y)\n{\n    x = external<scalar>(shape = [" shape "]);\n" body "\n}\n"
#define TWO(x, w, body)                                                                                                \
    HEADER "graph probe(x, w) -> (y)\n{\n    x = external<scalar>(shape = [" x                                         \
           "]);\n    w = external<scalar>(shape = [" w "]);\n" body "\n}\n"

/* Large enough that a run is no matter of its start, small enough for the definitions on the host. */
static const struct {
    const char *family, *text;
} models[] = {
    {"product", TWO("384,384", "384,384", "y = matmul(x, w);")},
    {"conv", TWO("1,64,28,28", "64,64,3,3", "y = conv(x, w);")},
    {"conv, depthwise", TWO("1,64,56,56", "64,1,3,3", "y = conv(x, w, groups = 0);")},
    {"deconv", TWO("1,64,14,14", "64,32,4,4", "y = deconv(x, w, stride = [2,2], padding = [(1,1),(1,1)]);")},
    {"pool", ONE("1,64,112,112", "y = max_pool(x, size = [1,1,3,3], stride = [1,1,2,2]);")},
    {"debox",
     ONE("1,64,56,56", "y = debox(x, size = [1,1,2,2], stride = [1,1,2,2], padding = [(0,0),(0,0),(0,0),(0,0)]);")},
    {"elements", ONE("1,64,112,112", "y = x * 1.5 + 0.25;")},
    {"elements, functions", ONE("1,64,112,112", "y = tanh(x) * sigmoid(x);")},
    {"reduce", ONE("64,12544", "y = sum_reduce(x, axes = [1]);")},
    {"softmax", ONE("64,4096", "y = softmax(x, axes = [1]);")},
    {"move", ONE("256,3136", "y = transpose(x, axes = [1,0]);")},
};

/* ---- one model on one device ---- */

struct patient {
    nnefcl_model *model;
    nnefcl_session *session;
    void *inputs[2], *output;
    size_t input_count;
    nnefcl_error error;
};

static bool patient_open(struct patient *p, const struct doctor *doctor, const char *text, const nnefcl_device *device,
                         const nnefcl_operation *operation)
{
    nnefcl_model_options model = NNEFCL_MODEL_OPTIONS_INIT;
    nnefcl_session_options session = NNEFCL_SESSION_OPTIONS_INIT;
    const double range[2] = {-1, 1};
    nnefcl_tensor_info info;
    *p = (struct patient){0};
    model.operations = operation;
    model.operation_count = operation != NULL;
    session.keep_tensors = 1;
    session.profiling = NNEFCL_PROFILING_STEPS;
    if (nnefcl_model_open_memory(text, strlen(text), &model, &p->model, &p->error) ||
        nnefcl_session_create(p->model, device, &session, &p->session, &p->error))
        return false;
    p->input_count = nnefcl_model_input_count(p->model);
    for (size_t i = 0; i < p->input_count; i++) {
        nnefcl_model_input(p->model, i, &info);
        p->inputs[i] = pool_alloc(doctor->pool, info.bytes);
        data_random(&info, doctor->options->seed, i, range, p->inputs[i]);
    }
    nnefcl_model_output(p->model, 0, &info);
    p->output = pool_alloc(doctor->pool, info.bytes);
    return true;
}

static void patient_close(struct patient *p)
{
    nnefcl_session_free(p->session);
    nnefcl_model_free(p->model);
}

/* The fastest of some runs, in milliseconds of the device, of the whole run where the device tells no times; 0: it
 * failed. */
static double patient_time(struct patient *p)
{
    enum { RUNS = 5 };
    double best = (double)INFINITY;
    nnefcl_timing timing;
    for (int i = 0; i < RUNS; i++) {
        if (nnefcl_session_run(p->session, (const void *const *)p->inputs, &p->output, &p->error))
            return 0;
        nnefcl_session_timing(p->session, &timing);
        best = fmin(best, timing.device_ms >= 0 ? timing.device_ms : timing.total_ms);
    }
    return best;
}

/* ---- families ---- */

struct worst {
    struct probe *probe;
    struct pool *pool;
};

static int take_worst(void *user, const nnefcl_verdict *v)
{
    const struct worst *worst = user;
    struct probe *probe = worst->probe;
    if (v->ulp > probe->ulp || !probe->tolerance) {
        probe->ulp = v->ulp;
        probe->tolerance = v->tolerance;
    }
    if (v->bad && !probe->failure)
        probe->failure = pool_printf(worst->pool, "%s: %.6g, wanted %.6g", v->op, v->got, v->want);
    return 0;
}

static void describe_steps(const struct patient *p, struct probe *probe)
{
    nnefcl_step_info step;
    uint64_t most = 0;
    for (size_t i = 0; i < nnefcl_session_step_count(p->session); i++) {
        if (nnefcl_session_step(p->session, i, &step))
            continue;
        probe->flops += (double)step.flops;
        if (!probe->kernel || step.flops > most) {
            most = step.flops;
            probe->kernel = step.variant ? step.variant : step.kernel;
        }
    }
}

bool doctor_probe(const struct doctor *doctor, const nnefcl_device *device, size_t index, struct probe *probe)
{
    struct patient p;
    nnefcl_tensor_info info;
    if (index >= sizeof models / sizeof *models)
        return false;
    *probe = (struct probe){.family = models[index].family};
    struct worst worst = {probe, doctor->pool};
    talk_progress(doctor->talk, "testing %s", probe->family);
    if (!patient_open(&p, doctor, models[index].text, device, NULL) ||
        nnefcl_session_verify(p.session, p.model, (const void *const *)p.inputs, &p.output, take_worst, &worst,
                              &p.error) ||
        !(probe->ms = patient_time(&p))) {
        probe->failure = pool_copy(doctor->pool, p.error.message, strlen(p.error.message));
    } else {
        describe_steps(&p, probe);
        probe->kernel = probe->kernel ? pool_copy(doctor->pool, probe->kernel, strlen(probe->kernel)) : "";
        for (size_t i = 0; i < p.input_count; i++)
            if (!nnefcl_model_input(p.model, i, &info))
                probe->bytes += (double)info.bytes;
        nnefcl_model_output(p.model, 0, &info);
        probe->bytes += (double)info.bytes;
    }
    patient_close(&p);
    return true;
}

/* ---- peaks ---- */

enum { ROUNDS = 4096, CHAINS = 8 };

/* A task has eight vectors that depend on nothing but themselves. */
static const char peak_source[] =
    "static void FN(peak)(INDEX task, SIZES size, global const float *x, global float *y)\n"
    "{\n"
    "    const V m = (V)x[0], c = (V)x[1];\n"
    "    V a[8];\n"
    "    for (int k = 0; k < 8; k++)\n"
    "        a[k] = (V)(float)k;\n"
    "    for (int i = 0; i < 4096; i++) {\n"
    "        a[0] = fma(a[0], m, c); a[1] = fma(a[1], m, c);\n"
    "        a[2] = fma(a[2], m, c); a[3] = fma(a[3], m, c);\n"
    "        a[4] = fma(a[4], m, c); a[5] = fma(a[5], m, c);\n"
    "        a[6] = fma(a[6], m, c); a[7] = fma(a[7], m, c);\n"
    "    }\n"
    "    y[task] = ((a[0] + a[1]) + (a[2] + a[3]) + (a[4] + a[5]) + (a[6] + a[7])).s0;\n"
    "}\n";

static nnefcl_status same_shape(nnefcl_call *call, void *user)
{
    const nnefcl_shape shape = nnefcl_call_shape(call, "x");
    (void)user;
    nnefcl_call_set_shape(call, "y", &shape);
    return NNEFCL_OK;
}

static double peak_flops(const struct doctor *doctor, const nnefcl_device *device, const nnefcl_device_info *info)
{
    const uint64_t tasks = (uint64_t)info->compute_units * (info->type == NNEFCL_DEVICE_CPU ? 64 : 2048);
    nnefcl_operation operation = NNEFCL_OPERATION_INIT;
    struct patient p;
    operation.declaration = "fragment peak( x: tensor<scalar> ) -> ( y: tensor<scalar> );";
    operation.shape = same_shape;
    operation.source = peak_source;
    const char *text =
        pool_printf(doctor->pool,
                    HEADER "fragment peak( x: tensor<scalar> ) -> ( y: tensor<scalar> );\n"
                           "graph probe(x) -> (y) { x = external<scalar>(shape = [%llu]); y = peak(x); }\n",
                    (unsigned long long)tasks);
    const double ms = patient_open(&p, doctor, text, device, &operation) ? patient_time(&p) : 0;
    if (ms <= 0)
        talk_detail(doctor->talk, "peak arithmetic: %s", p.error.message);
    patient_close(&p);
    return ms > 0 ? 2.0 * ROUNDS * CHAINS * (double)info->lanes * (double)tasks / ms * 1e3 : 0;
}

/* The faster of what fits into caches, as the probes do, and what does not. */
static double peak_bytes(const struct doctor *doctor, const nnefcl_device *device)
{
    static const struct {
        const char *text;
        double elements;
    } copies[] = {{ONE("1,786432", "y = x + 1.0;"), 786432}, {ONE("16,1048576", "y = x + 1.0;"), 16777216}};
    double best = 0;
    for (size_t i = 0; i < sizeof copies / sizeof *copies; i++) {
        struct patient p;
        const double ms = patient_open(&p, doctor, copies[i].text, device, NULL) ? patient_time(&p) : 0;
        patient_close(&p);
        best = ms > 0 ? fmax(best, 2 * sizeof(float) * copies[i].elements / ms * 1e3) : best;
    }
    return best;
}

struct peaks doctor_peaks(const struct doctor *doctor, const nnefcl_device *device)
{
    nnefcl_device_info info;
    nnefcl_device_describe(device, &info);
    talk_progress(doctor->talk, "measuring %s", info.name);
    return (struct peaks){peak_flops(doctor, device, &info), peak_bytes(doctor, device)};
}
