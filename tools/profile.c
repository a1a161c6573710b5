#include <stdio.h>

#include "bench.h"
#include "report.h"

static void print_steps(const nnefcl_session *session, const double *ms, size_t count, double total)
{
    nnefcl_step_info step;
    print("%10s %7s %9s %10s  %-17s %-15s %s\n", "ms", "share", "GFLOP/s", "tasks", "kernel", "variant", "place");
    for (size_t i = 0; i < count; i++) {
        if (nnefcl_session_step(session, i, &step))
            continue;
        char rate[32] = "-";
        if (step.flops && ms[i] > 0)
            snprintf(rate, sizeof rate, "%.2f", (double)step.flops / ms[i] * 1e-6);
        print("%10.4f %6.1f%% %9s %10llu  %-17s %-15s %s\n", ms[i], total > 0 ? ms[i] / total * 100 : 0, rate,
              (unsigned long long)step.tasks, step.kernel, step.variant ? step.variant : "-", step.location);
    }
}

static json_t *steps_json(const nnefcl_session *session, const double *ms, size_t count)
{
    nnefcl_step_info step;
    json_t *array = document_array();
    for (size_t i = 0; i < count; i++)
        if (!nnefcl_session_step(session, i, &step))
            document_add(array, document_pack("{s:s, s:s?, s:s, s:I, s:I, s:f}", "kernel", step.kernel, "variant",
                                              step.variant, "location", step.location, "tasks", (json_int_t)step.tasks,
                                              "flops", (json_int_t)step.flops, "device_ms", ms[i]));
    return array;
}

enum status profile_run(const struct engine *engine, const struct runs *runs, void *const *outputs, json_t *document)
{
    struct bench_loop loop = {.engine = engine, .runs = runs, .outputs = outputs};
    size_t count = nnefcl_session_step_count(engine->session);
    double *ms = pool_array(engine->pool, count, sizeof *ms), total = 0;
    nnefcl_step_info step;
    for (bool more = bench_warm_up(&loop); more && bench_next(&loop);)
        for (size_t i = 0; i < count; i++)
            if (!nnefcl_session_step(engine->session, i, &step))
                ms[i] += step.device_ms;
    talk_progress_end(engine->talk);
    if (loop.status)
        return loop.status;
    for (size_t i = 0; i < count; i++)
        total += ms[i] /= (double)loop.done;
    if (document) {
        document_set(document, "profile",
                     document_pack("{s:I, s:f, s:o}", "runs", (json_int_t)loop.done, "device_ms", total, "steps",
                                   steps_json(engine->session, ms, count)));
        return STATUS_OK;
    }
    print_steps(engine->session, ms, count, total);
    print("%10.4f ms of device time for %zu steps, mean of %llu runs\n", total, count, (unsigned long long)loop.done);
    return STATUS_OK;
}
