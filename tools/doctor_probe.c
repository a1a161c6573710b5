/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "doctor_patient.h"

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
