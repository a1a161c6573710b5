/* SPDX-License-Identifier: Apache-2.0 */
#include "execute.h"

#include <stdio.h>

#include "bench.h"
#include "clock.h"
#include "compare.h"
#include "drivers.h"
#include "output.h"
#include "profile.h"
#include "report.h"
#include "raw.h"
#include "runs.h"
#include "verdicts.h"

struct job {
    struct engine *engine;
    struct runs runs;
    struct labels labels;
    nnefcl_tensor *results;      /* of the last run */
    void **outputs;              /* their data, as nnefcl_session_run wants it */
    json_t *document, *run_list; /* NULL without --json */
    size_t compared, differing;
    struct verdicts verdicts; /* of the last run, with --verify */
    size_t verified, bad;     /* nodes of all runs */
    nnefcl_timing timing;     /* of the last run */
};

/* Compares the results with the files of the run. */
static json_t *compare_run(struct job *job, const struct run *run)
{
    const struct options *o = job->engine->options;
    json_t *array = job->document ? document_array() : NULL;
    for (size_t i = 0; i < run->wanted_count; i++) {
        const struct run_wanted *wanted = &run->wanted[i];
        const nnefcl_tensor *got = &job->results[wanted->output];
        const char *name = job->runs.outputs[wanted->output].name;
        struct comparison c = compare_tensors(got, &wanted->tensor, o->rtol, o->atol);
        job->compared++;
        job->differing += !c.ok;
        if (array)
            document_add(array, compare_json(name, wanted->path, &c));
        else
            compare_print(name, got, &wanted->tensor, &c);
    }
    return array;
}

/* "run 2: a.png, b.png": of pictures one wants to know which they are. */
static void print_heading(const struct job *job, const struct run *run)
{
    enum { SHOWN = 4 };
    const struct run_files *files = NULL;
    for (size_t i = 0; i < job->runs.input_count && !run->folder; i++)
        if (run->files[i].pictures)
            files = &run->files[i];
    print("run %zu", (size_t)(run - job->runs.items) + 1);
    for (size_t i = 0; files && i < files->count && i < SHOWN; i++)
        print("%s%s", i ? ", " : ": ", files->paths[i]);
    print(files && files->count > SHOWN ? ", ...\n" : "\n");
}

/* For people: what was asked for; where nothing was, what came out. */
static void print_run(struct job *job, const struct run *run)
{
    const struct options *o = job->engine->options;
    bool silent = job->runs.to_stdout || run->wanted_count || run->target_count || o->topk || o->verify ||
                  o->check_indices || o->bench || o->profile;
    if (job->runs.count > 1 && (!silent || run->wanted_count || o->topk || o->verify || o->check_indices))
        print_heading(job, run);
    if (o->verify)
        verdicts_print(&job->verdicts);
    if (o->check_indices)
        verdicts_print_indices(&job->verdicts);
    compare_run(job, run);
    for (size_t i = 0; i < job->runs.output_count; i++) {
        if (o->topk)
            topk_print(job->runs.outputs[i].name, &job->results[i], o->topk, &job->labels, job->runs.pool);
        else if (!silent)
            output_print(job->runs.outputs[i].name, &job->results[i]);
    }
}

static void record_run(struct job *job, const struct run *run)
{
    const struct options *o = job->engine->options;
    json_t *object = document_object(), *outputs = document_array();
    for (size_t i = 0; i < job->runs.output_count; i++) {
        json_t *output = output_json(job->runs.outputs[i].name, &job->results[i]);
        if (o->topk)
            document_set(output, "topk", topk_json(&job->results[i], o->topk, &job->labels, job->runs.pool));
        document_add(outputs, output);
    }
    document_set(object, "outputs", outputs);
    if (o->verify)
        document_set(object, "verify", verdicts_json(&job->verdicts));
    if (o->check_indices)
        document_set(object, "indices", verdicts_indices_json(&job->verdicts));
    document_set(object, "compare", compare_run(job, run));
    document_add(job->run_list, object);
}

static enum status infer(struct job *job, const struct run *run)
{
    const struct options *o = job->engine->options;
    if (!o->verify && !o->check_indices)
        return engine_run(job->engine, run->inputs, job->outputs, &job->timing);
    const enum status status = verdicts_run(&job->verdicts, job->engine, run->inputs, job->outputs);
    if (!o->verify)
        return status;
    job->verified += job->verdicts.nodes + job->verdicts.wholes;
    job->bad += job->verdicts.bad + job->verdicts.bad_wholes;
    return status;
}

static enum status run_one(struct job *job, const struct run *run)
{
    enum status status = infer(job, run);
    for (size_t i = 0; i < run->target_count && !status; i++)
        status = output_write(&job->runs, &run->targets[i], job->results);
    if (!status && job->document)
        record_run(job, run);
    else if (!status)
        print_run(job, run);
    return status;
}

static void make_room(struct job *job)
{
    struct runs *runs = &job->runs;
    job->results = pool_array(runs->pool, runs->output_count, sizeof *job->results);
    job->outputs = pool_array(runs->pool, runs->output_count, sizeof *job->outputs);
    for (size_t i = 0; i < runs->output_count; i++) {
        const nnefcl_tensor_info *info = &runs->outputs[i];
        job->outputs[i] = pool_alloc(runs->pool, info->bytes);
        job->results[i] = (nnefcl_tensor){info->dtype, info->shape, job->outputs[i], info->bytes};
    }
}

static void open_document(struct job *job)
{
    nnefcl_device_info device;
    if (!job->engine->options->json)
        return;
    nnefcl_device_describe(job->engine->device, &device);
    job->document = document_begin("run");
    document_set(job->document, "model", document_text(nnefcl_model_name(job->engine->model)));
    document_set(job->document, "device",
                 document_pack("{s:i, s:i, s:s, s:s}", "platform", device.platform, "index", device.index, "name",
                               device.name, "platform_name", device.platform_name));
    job->run_list = document_array();
    document_set(job->document, "runs", job->run_list);
}

static void tell_rate(struct job *job, const struct raw *raw)
{
    double seconds;
    const double rate = raw_rate(raw, &seconds);
    talk_note(job->engine->talk, "%llu frames in %.2f s, %.1f frames/s", (unsigned long long)raw->frames, seconds,
              rate);
    if (job->document)
        document_set(job->document, "raw",
                     document_pack("{s:I, s:f, s:f}", "frames", (json_int_t)raw->frames, "seconds", seconds,
                                   "frames_per_s", rate));
}

/* --raw: the one run again and again; what a frame takes from the pool goes with it, since there may be no last one. */
static enum status run_frames(struct job *job)
{
    struct run *run = job->runs.items;
    struct pool *whole = job->runs.pool;
    struct raw raw;
    enum status status = raw_open(&raw, &job->runs, job->engine->options);
    while (!status && raw_next(&raw, (float *)run->inputs[0], &status)) {
        struct pool scratch = {0};
        job->runs.pool = &scratch;
        if (job->engine->options->topk && !job->document)
            print("frame %llu\n", (unsigned long long)(raw.frames - raw.layout.count + 1));
        status = run_one(job, run);
        pool_free(&scratch);
        job->runs.pool = whole;
    }
    if (!status)
        tell_rate(job, &raw);
    raw_close(&raw);
    return status;
}

/* All runs, then the repeated ones; `clock` stands at the start less the time spent on the user's data. */
static enum status run_all(struct job *job, double clock)
{
    const struct options *o = job->engine->options;
    struct bench_start start = {.load_ms = clock_ms() - clock};
    enum status status = STATUS_OK;
    for (size_t i = 0; i < job->runs.count && !status; i++) {
        if (job->runs.count > 1)
            talk_progress(job->engine->talk, "run %zu of %zu", i + 1, job->runs.count);
        status = run_one(job, &job->runs.items[i]);
        if (i == 0 && !status)
            start.first_ms = start.load_ms + job->timing.total_ms;
    }
    talk_progress_end(job->engine->talk);
    if (!status && o->bench)
        status = bench_run(job->engine, &job->runs, job->outputs, &start, job->document);
    if (!status && o->profile)
        status = profile_run(job->engine, &job->runs, job->outputs, job->document);
    if (!status && job->bad)
        status =
            talk_fail(job->engine->talk, STATUS_DIFFERS, "%zu of %zu verified nodes are bad", job->bad, job->verified);
    if ((!status || status == STATUS_DIFFERS) && job->differing)
        status = talk_fail(job->engine->talk, STATUS_DIFFERS, "%zu of %zu compared outputs differ", job->differing,
                           job->compared);
    return status;
}

static enum status load_data(struct job *job)
{
    const struct options *o = job->engine->options;
    enum status status = runs_load(&job->runs, o);
    if (!status && o->labels)
        status = labels_load(o->labels, &job->labels, &job->runs);
    return status;
}

enum status execute_runs(struct engine *engine)
{
    struct job job = {.engine = engine};
    double clock = clock_ms();
    /* A driver takes more memory than a small run, and what is refused needs none. */
    const bool doubtful = runs_are_doubtful(engine->options, engine->pool);
    if (!doubtful)
        drivers_begin(engine->options->device, engine->pool);
    enum status status = engine_open_model(engine);
    if (status > STATUS_DATA && !runs_files_exist(engine->options, engine->pool, engine->talk))
        return STATUS_DATA;
    if (status || (status = runs_build(&job.runs, engine->options, engine->model, engine->pool, engine->talk)))
        return status;
    double before = clock_ms();
    status = load_data(&job);
    clock += clock_ms() - before;
    if (!status && doubtful)
        drivers_begin(engine->options->device, engine->pool);
    if (!status)
        status = engine_open_session(engine);
    if (!status) {
        make_room(&job);
        open_document(&job);
        status = engine->options->raw.width ? run_frames(&job) : run_all(&job, clock);
    }
    if (job.document)
        document_set(job.document, "errors", talk_take_record(engine->talk));
    if (job.document && (status == STATUS_OK || status == STATUS_DIFFERS))
        document_print(job.document);
    else
        json_decref(job.document);
    runs_free(&job.runs);
    return status;
}
