/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor_patient.h"

#include <math.h>
#include <string.h>

#include "data.h"

bool patient_open(struct patient *p, const struct doctor *doctor, const char *text, const nnefcl_device *device,
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

void patient_close(struct patient *p)
{
    nnefcl_session_free(p->session);
    nnefcl_model_free(p->model);
}

double patient_time(struct patient *p)
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
