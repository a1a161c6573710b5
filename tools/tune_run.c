/* SPDX-License-Identifier: Apache-2.0 */
/* --tune: measures, and writes the table if the model does not get slower by it. */
#include "clock.h"
#include "document.h"
#include "draft.h"
#include "execute.h"
#include "page.h"
#include "report.h"
#include "tune_table.h"

enum { ROUNDS = 5, DEFAULT_SECONDS = 60 };
#define ROUND_MS 300

struct table_text {
    struct pool *pool;
    const char *text;
};

static int table_keep(void *user, const char *text, size_t length)
{
    struct table_text *table = user;
    table->text = pool_printf(table->pool, "%.*s", (int)length, text);
    return 0;
}

static int show_variants(void *user, nnefcl_stage stage, uint64_t done, uint64_t total)
{
    (void)stage;
    talk_progress(user, "measuring kernels: variant %llu of %llu", (unsigned long long)done + 1,
                  (unsigned long long)total);
    return 0;
}

/* A session of the model with a table, and its best time. */
struct contender {
    nnefcl_session *session;
    double ms;
};

static enum status contender_open(struct contender *c, const struct engine *engine, const char *tuning)
{
    nnefcl_session_options options = engine_session_options(engine);
    nnefcl_error error = {0};
    options.tuning = tuning;
    options.execution = NNEFCL_EXECUTION_LAUNCHES; /* the persistent form of what is new would have to be compiled */
    return talk_library(engine->talk,
                        nnefcl_session_create(engine->model, engine->device, &options, &c->session, &error), &error);
}

static enum status contender_run(struct contender *c, const struct engine *engine, void *const *data)
{
    const size_t inputs = nnefcl_model_input_count(engine->model);
    const double begin = clock_ms();
    double now = begin;
    do {
        nnefcl_error error = {0};
        const double start = now;
        const enum status status = talk_library(
            engine->talk, nnefcl_session_run(c->session, (const void *const *)data, data + inputs, &error), &error);
        if (status)
            return status;
        now = clock_ms();
        c->ms = c->ms > 0 && c->ms < now - start ? c->ms : now - start;
    } while (now - begin < ROUND_MS);
    return STATUS_OK;
}

static void **make_data(const struct engine *engine)
{
    const size_t inputs = nnefcl_model_input_count(engine->model), outputs = nnefcl_model_output_count(engine->model);
    const double range[2] = {0, 1};
    void **data = pool_array(engine->pool, inputs + outputs, sizeof *data);
    for (size_t i = 0; i < inputs; i++) {
        nnefcl_tensor_info info;
        nnefcl_model_input(engine->model, i, &info);
        data[i] = pool_alloc(engine->pool, info.bytes);
        data_random(&info, engine->options->seed, 0, range, data[i]);
    }
    return data;
}

/* The model without the new table and with it, in turns. */
static enum status contend(const struct engine *engine, const char *tuning, struct contender contender[2])
{
    void **data = make_data(engine);
    enum status status = contender_open(&contender[0], engine, engine->tuning);
    if (!status)
        status = contender_open(&contender[1], engine, tuning);
    for (int i = 0; i < 2 * ROUNDS && !status; i++) {
        talk_progress(engine->talk, "comparing: round %d of %d", i / 2 + 1, (int)ROUNDS);
        status = contender_run(&contender[i % 2], engine, data);
    }
    talk_progress_end(engine->talk);
    nnefcl_session_free(contender[0].session);
    nnefcl_session_free(contender[1].session);
    return status;
}

static enum status table_write(const struct engine *engine, const char *path, const char *text)
{
    struct ncl_whole_file whole;
    const enum status status = draft_open(&whole, path, engine->talk);
    if (status)
        return status;
    fputs(text, whole.file);
    return draft_close(&whole, true, path, engine->talk);
}

static void table_tell(const struct engine *engine, const nnefcl_tuned *tuned, const char *path,
                       const struct contender contender[2])
{
    if (engine->options->json) {
        json_t *document = document_begin("tune");
        document_merge(document,
                       document_pack("{s:I, s:I, s:f, s:f, s:s?}", "candidates", (json_int_t)tuned->candidates, "left",
                                     (json_int_t)tuned->left, "before_ms", contender[0].ms, "after_ms", contender[1].ms,
                                     "table", path));
        document_print(document);
        return;
    }
    print("%zu kernels measured", tuned->candidates);
    if (tuned->left)
        print(", %zu variants left: --budget has no time for them", tuned->left);
    print("\nbest run before %.2f ms, after %.2f ms\n", contender[0].ms, contender[1].ms);
    if (path)
        print("written to %s\n", path);
    else
        print("nothing is written: the estimates are as good\n");
}

enum status tune_execute(struct engine *engine)
{
    const char *path = tune_table_path(engine->options, engine->pool);
    struct table_text table = {engine->pool, NULL};
    struct contender contender[2] = {{0}};
    nnefcl_tuned tuned;
    nnefcl_error error = {0};
    if (!path)
        return talk_fail(engine->talk, STATUS_USAGE, "--tune has no place for its table; name one with --tuning FILE");
    enum status status = engine_open_model(engine);
    if (!status)
        status = engine_open_device(engine);
    if (status)
        return status;
    nnefcl_session_options options = engine_session_options(engine);
    const double seconds = engine->options->budget > 0 ? engine->options->budget : DEFAULT_SECONDS;
    options.progress = show_variants;
    status = talk_library(
        engine->talk, nnefcl_tune(engine->model, engine->device, &options, seconds, table_keep, &table, &tuned, &error),
        &error);
    talk_progress_end(engine->talk);
    if (!status)
        status = contend(engine, table.text, contender);
    if (status)
        return status;
    if (contender[1].ms > contender[0].ms)
        path = NULL;
    if (path)
        status = table_write(engine, path, table.text);
    if (!status)
        table_tell(engine, &tuned, path, contender);
    return status;
}
