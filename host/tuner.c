/* SPDX-License-Identifier: Apache-2.0 */
/* nnefcl_tune: a session for each variant that is worth a look, its steps timed by the device, and the least time of
 * each candidate as a row of the table. */
#include <stdio.h>

#include "base/filled.h"
#include "emit/tuning.h"
#include "host.h"
#include "nnefcl/tune.h"

#define RUNS         7   /* of a session at most, behind one that finds caches empty, ... */
#define RUN_SECONDS  1.0 /* ... none begun after so long */
#define VARIANT_TEXT 128

struct tuner {
    const nnefcl_model *model;
    const nnefcl_device *device;
    const nnefcl_session_options *asked;
    nnefcl_session_options options; /* of the sessions */
    const char **kernels;           /* the asked ones, and room for one more */
    struct ncl_tuning table;        /* what it says of this device, */
    struct ncl_tuning measured;     /* and what comes over it */
    struct ncl_arena arena;
    struct ncl_diag *diag;
    nnefcl_error *error;
    void **data; /* of inputs, then outputs */
    size_t input_count, output_count;
    size_t done, total; /* variants */
    double end;         /* ms of the clock */
    nnefcl_tuned made;
};

static int tell_measured(void *user, nnefcl_stage stage, uint64_t done, uint64_t total)
{
    const struct tuner *tuner = user;
    (void)stage, (void)done, (void)total;
    return tuner->asked->progress
               ? tuner->asked->progress(tuner->asked->progress_user, NNEFCL_STAGE_TUNING, tuner->done, tuner->total)
               : 0;
}

/* ---- times ---- */

struct sum {
    double ms;
    size_t nodes;
    uint32_t last; /* result of the node that was met last */
};

/* What one run took for each candidate: the steps of a node together, nodes of the same candidate averaged. */
static nnefcl_status sums_take(struct tuner *tuner, const nnefcl_session *session, struct ncl_names *sums,
                               struct ncl_arena *scratch)
{
    const struct ncl_steps *run = &session->plan->run;
    for (size_t i = 0; i < run->count; i++) {
        const struct ncl_step *step = &run->step[i];
        double start_ms, ms;
        if (!step->candidate)
            continue;
        ncl_times_step(session, i, &start_ms, &ms);
        if (ms < 0)
            return ncl_error(tuner->diag, NNEFCL_ERR_UNSUPPORTED, NCL_NOWHERE,
                             "the device does not tell the times of its commands, so nothing can be measured");
        struct sum *sum = ncl_names_find(sums, step->candidate);
        if (!sum) {
            sum = NCL_NEW(scratch, struct sum);
            if (!sum || !ncl_names_put(sums, scratch, step->candidate, sum))
                return ncl_nomem(tuner->diag);
        }
        sum->ms += ms;
        sum->nodes += sum->nodes == 0 || sum->last != step->result;
        sum->last = step->result;
    }
    return NNEFCL_OK;
}

/* Keeps the least time of each. */
static nnefcl_status sums_keep(struct tuner *tuner, const struct ncl_names *sums)
{
    for (size_t i = 0; i < sums->capacity; i++) {
        const struct sum *sum = sums->entry[i].value;
        if (!sums->entry[i].name)
            continue;
        const double microseconds = 1e3 * sum->ms / (double)sum->nodes;
        double *least = ncl_names_find(&tuner->measured.microseconds, sums->entry[i].name);
        if (!least) {
            const char *name = ncl_arena_strdup(&tuner->arena, sums->entry[i].name);
            least = NCL_NEW(&tuner->arena, double);
            if (!name || !least || !ncl_names_put(&tuner->measured.microseconds, &tuner->arena, name, least))
                return ncl_nomem(tuner->diag);
            *least = microseconds;
        }
        *least = microseconds < *least ? microseconds : *least;
    }
    return NNEFCL_OK;
}

static nnefcl_status session_measure(struct tuner *tuner, nnefcl_session *session)
{
    const double begin = ncl_moment_now();
    nnefcl_status status =
        nnefcl_session_run(session, (const void *const *)tuner->data, tuner->data + tuner->input_count, tuner->error);
    for (int i = 0; i < RUNS && !status && (i == 0 || ncl_moment_now() - begin < 1e3 * RUN_SECONDS); i++) {
        struct ncl_names sums = {0};
        struct ncl_arena scratch;
        ncl_arena_init(&scratch, &tuner->arena.allocator, 0);
        status = nnefcl_session_run(session, (const void *const *)tuner->data, tuner->data + tuner->input_count,
                                    tuner->error);
        if (!status)
            status = sums_take(tuner, session, &sums, &scratch);
        if (!status)
            status = sums_keep(tuner, &sums);
        ncl_arena_free(&scratch);
    }
    return status;
}

/* ---- variants ---- */

/* Whether a session with these kernels has a candidate that was not measured yet. */
static nnefcl_status find_news(struct tuner *tuner, bool *news)
{
    struct ncl_arena scratch;
    struct ncl_plan_options options;
    const struct ncl_graph *graph;
    const struct ncl_plan *plan = NULL;
    ncl_arena_init(&scratch, &tuner->arena.allocator, 0);
    nnefcl_status status = ncl_plan_options_read(&tuner->options, tuner->diag, &options);
    if (!status)
        status = ncl_model_plan(tuner->model, &tuner->device->target, &options, &scratch, tuner->diag, &graph, &plan);
    *news = false;
    for (size_t i = 0; !status && i < plan->run.count && !*news; i++) {
        const char *candidate = plan->run.step[i].candidate;
        *news = candidate && !ncl_names_find(&tuner->measured.microseconds, candidate);
    }
    ncl_arena_free(&scratch);
    return status;
}

/* `variant` NULL: those that are chosen without a table. */
static nnefcl_status variant_measure(struct tuner *tuner, const struct ncl_variant *variant)
{
    char text[VARIANT_TEXT];
    bool news;
    nnefcl_session *session = NULL;
    tuner->options.kernel_count = tuner->asked->kernel_count;
    if (variant) {
        snprintf(text, sizeof text, "%s~%s", ncl_family_name(variant->family), variant->name);
        tuner->kernels[tuner->options.kernel_count++] = text;
    }
    nnefcl_status status = find_news(tuner, &news);
    if (status || !news)
        return status;
    status = nnefcl_session_create(tuner->model, tuner->device, &tuner->options, &session, tuner->error);
    if (!status)
        status = session_measure(tuner, session);
    nnefcl_session_free(session);
    return status;
}

static bool variant_tunable(const struct tuner *tuner, const struct ncl_variant *variant)
{
    return ncl_family_tunable(variant->family) && !ncl_variant_unfit(variant, &tuner->device->target, NULL);
}

static nnefcl_status variants_measure(struct tuner *tuner)
{
    for (size_t i = 0; i < ncl_variant_count; i++)
        tuner->total += variant_tunable(tuner, ncl_variants[i]);
    nnefcl_status status = variant_measure(tuner, NULL);
    for (size_t i = 0; i < ncl_variant_count && !status; i++) {
        if (!variant_tunable(tuner, ncl_variants[i]))
            continue;
        if (ncl_moment_now() >= tuner->end)
            tuner->made.left++;
        else
            status = variant_measure(tuner, ncl_variants[i]);
        tuner->done++;
    }
    return status;
}

/* ---- the call ---- */

static nnefcl_status make_data(struct tuner *tuner)
{
    tuner->input_count = nnefcl_model_input_count(tuner->model);
    tuner->output_count = nnefcl_model_output_count(tuner->model);
    const size_t kernels = tuner->asked->kernel_count;
    tuner->data = NCL_NEW_ARRAY(&tuner->arena, void *, tuner->input_count + tuner->output_count);
    tuner->kernels = NCL_NEW_ARRAY(&tuner->arena, const char *, kernels + 1);
    if (!tuner->data || !tuner->kernels)
        return ncl_nomem(tuner->diag);
    for (size_t i = 0; i < kernels && tuner->asked->kernels; i++)
        tuner->kernels[i] = tuner->asked->kernels[i];
    for (size_t i = 0; i < tuner->input_count; i++) {
        nnefcl_tensor_info info = {0};
        nnefcl_model_input(tuner->model, i, &info);
        if (!(tuner->data[i] = ncl_arena_alloc(&tuner->arena, info.bytes)))
            return ncl_nomem(tuner->diag);
    }
    return NNEFCL_OK;
}

static void set_options(struct tuner *tuner)
{
    tuner->options = *tuner->asked;
    tuner->options.execution = NNEFCL_EXECUTION_LAUNCHES;
    tuner->options.profiling = NNEFCL_PROFILING_STEPS;
    tuner->options.keep_tensors = 0;
    tuner->options.kernels = tuner->kernels;
    tuner->options.tuning = NULL;
    tuner->options.progress = tell_measured;
    tuner->options.progress_user = tuner;
}

static nnefcl_status table_write(struct tuner *tuner, nnefcl_write_fn write, void *user)
{
    const struct ncl_names *measured = &tuner->measured.microseconds;
    struct ncl_text text;
    nnefcl_status status = NNEFCL_OK;
    for (size_t i = 0; i < measured->capacity && !status; i++)
        if (measured->entry[i].name && !ncl_names_put(&tuner->table.microseconds, &tuner->arena,
                                                      measured->entry[i].name, measured->entry[i].value))
            status = ncl_nomem(tuner->diag);
    if (status)
        return status;
    ncl_text_init(&text, &tuner->arena.allocator);
    if (ncl_tuning_write(&tuner->table, tuner->asked->tuning, &tuner->device->target, &tuner->arena, &text))
        status = ncl_nomem(tuner->diag);
    else if (write(user, text.data, text.length))
        status = ncl_error(tuner->diag, NNEFCL_ERR_DATA, NCL_NOWHERE, "the tuning table could not be written");
    ncl_text_free(&text);
    return status;
}

static nnefcl_status model_tune(struct tuner *tuner, nnefcl_write_fn write, void *user)
{
    nnefcl_status status = make_data(tuner);
    set_options(tuner);
    if (!status && tuner->asked->tuning)
        status =
            ncl_tuning_read(&tuner->table, tuner->asked->tuning, &tuner->device->target, &tuner->arena, tuner->diag);
    if (!status)
        status = variants_measure(tuner);
    tuner->made.candidates = tuner->measured.microseconds.count;
    return status ? status : table_write(tuner, write, user);
}

nnefcl_status(nnefcl_tune)(const nnefcl_model *model, const nnefcl_device *device,
                           const nnefcl_session_options *options, double seconds, nnefcl_write_fn write, void *user,
                           nnefcl_tuned *tuned, size_t size, nnefcl_error *error)
{
    static const nnefcl_session_options defaults = NNEFCL_SESSION_OPTIONS_INIT;
    struct ncl_diag diag;
    struct ncl_plan_options checked;
    struct tuner tuner = {.model = model, .device = device, .asked = options ? options : &defaults, .diag = &diag};
    ncl_diag_init(&diag, error, tuner.asked->diagnostic, tuner.asked->diagnostic_user, false);
    nnefcl_status status = NNEFCL_OK;
    if (!model || !device || !write || !(seconds >= 0))
        status = ncl_error(&diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "nnefcl_tune: %s",
                           !model    ? "model is NULL"
                           : !device ? "device is NULL"
                           : !write  ? "write is NULL"
                                     : "seconds are below 0");
    if (!status)
        status = ncl_plan_options_read(tuner.asked, &diag, &checked);
    if (status)
        return tuned ? NCL_FILLED_GIVE(status, tuned, size, tuner.made, left) : status;
    tuner.error = error;
    tuner.end = ncl_moment_now() + 1e3 * seconds;
    ncl_arena_init(&tuner.arena, &tuner.asked->allocator, 0);
    status = model_tune(&tuner, write, user);
    ncl_arena_free(&tuner.arena);
    return tuned ? NCL_FILLED_GIVE(status, tuned, size, tuner.made, left) : status;
}
