/* SPDX-License-Identifier: Apache-2.0 */
#include "engine.h"
#include "clock.h"
#include "compiler_pages.h"
#include "device_cure.h"
#include "drivers.h"
#include "execute.h"
#include "given.h"
#include "described.h"
#include "tune_table.h"

#include <stdlib.h>
#include <string.h>

#define MUCH_WEIGHT ((uint64_t)64 << 20) /* bytes */

/* A text has an end somewhere below 256 MiB, an archive below the limit of a model. */
static size_t model_bound(const void *context, const struct bytes *head, bool regular)
{
    enum { TEXT = 1 << 28 };
    const uint64_t archive = (uint64_t)8 << 30;
    (void)context, (void)regular;
    if (!head->size || !memchr(head->data, 0, head->size))
        return TEXT;
    return head->data[0] ? (size_t)archive : 0;
}

enum status engine_open_model(struct engine *engine)
{
    const struct options *o = engine->options;
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    nnefcl_error error = {0};
    nnefcl_status status;
    options.strict = o->strict;
    options.compat = o->compat;
    options.shapes = o->shapes;
    options.shape_count = o->shape_count;
    options.given_count = given_data(o, engine->pool, &options.given);
    options.batch = o->batch;
    options.random_weights = o->random_weights;
    options.seed = o->seed;
    options.no_quant = o->no_quant;
    options.no_links = o->no_links;
    options.memory_limit = o->host_memory_limit;
    options.diagnostic = talk_diagnostic;
    options.diagnostic_user = engine->talk;
    if (!strcmp(o->model, "-")) {
        enum status read = data_read_file("-", model_bound, NULL, "a model: neither a text nor an archive",
                                          &engine->archive, engine->talk);
        if (read)
            return read == STATUS_DATA ? STATUS_MODEL : read;
        status = nnefcl_model_open_memory(engine->archive.data, engine->archive.size, &options, &engine->model, &error);
    } else {
        status = nnefcl_model_open(o->model, &options, &engine->model, &error);
    }
    const enum status opened = talk_library(engine->talk, status, &error);
    return opened || !o->target ? opened : described_read(o->target, &engine->target, engine->talk);
}

static int show_progress(void *user, nnefcl_stage stage, uint64_t done, uint64_t total)
{
    static const char *const stages[] = {[NNEFCL_STAGE_PROGRAMS] = "compiling kernels",
                                         [NNEFCL_STAGE_WEIGHTS] = "reading weights",
                                         [NNEFCL_STAGE_FIRST_LAUNCHES] = "starting kernels"};
    if (stage == NNEFCL_STAGE_WEIGHTS && !done && total >= MUCH_WEIGHT)
        compiler_pages_give_back();
    talk_progress(user, "%s: %3.0f %%", stages[stage], total ? 100.0 * (double)done / (double)total : 100.0);
    return 0;
}

nnefcl_session_options engine_session_options(const struct engine *engine)
{
    const struct options *o = engine->options;
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    options.profiling = o->profile ? NNEFCL_PROFILING_STEPS : o->bench ? NNEFCL_PROFILING_RUNS : NNEFCL_PROFILING_NONE;
    options.keep_tensors = o->verify || o->check_indices;
    options.separate_buffers = o->separate_buffers;
    options.long_index = o->long_index;
    options.disabled_passes = o->disabled_passes;
    options.disabled_pass_count = o->disabled_pass_count;
    options.kernels = o->kernels;
    options.kernel_count = o->kernel_count;
    options.tuning = engine->tuning;
    options.memory_limit = o->memory_limit;
    options.execution = o->execution;
    options.precision = o->precision;
    options.weights = o->weights;
    options.max_launch_ms = o->max_launch_ms;
    options.images_at_once = (int64_t)o->images_at_once;
    options.target = o->target ? &engine->target : NULL;
    options.target_size = sizeof engine->target;
    options.diagnostic = talk_device_diagnostic;
    options.diagnostic_user = engine->talk;
    options.progress = show_progress;
    options.progress_user = engine->talk;
    return options;
}

static nnefcl_status open_device(const struct engine *engine, const char *spec, nnefcl_device **device,
                                 nnefcl_error *error)
{
    nnefcl_device_options options = NNEFCL_DEVICE_OPTIONS_INIT;
    nnefcl_device_info info;
    options.diagnostic = talk_device_diagnostic;
    options.diagnostic_user = engine->talk;
    options.cache_dir = engine->options->cache_dir;
    options.cache_binaries = device_hands_out();
    options.no_barriers = engine->options->kernel_count == 0; /* CLBlast has to be asked for */
    const nnefcl_status status = nnefcl_device_open(spec, &options, device, error);
    if (status)
        return status;
    nnefcl_device_describe(*device, &info);
    talk_detail(engine->talk, "device %d:%d %s (%s)", info.platform, info.index, info.name, info.platform_name);
    return NNEFCL_OK;
}

/* "A,B": A is the device, those behind it are further ones; NULL: any. */
static nnefcl_status open_devices(struct engine *engine, nnefcl_error *error)
{
    const char *specs = engine->options->device;
    nnefcl_device **place = &engine->device;
    for (;;) {
        const size_t length = specs ? strcspn(specs, ",") : 0;
        const nnefcl_status status =
            open_device(engine, specs ? pool_copy(engine->pool, specs, length) : NULL, place, error);
        if (status || !specs || !specs[length])
            return status;
        specs += length + 1;
        engine->further = pool_grow(engine->pool, engine->further, engine->further_count, sizeof *engine->further);
        place = &engine->further[engine->further_count++];
    }
}

enum status engine_open_device(struct engine *engine)
{
    nnefcl_error error = {0}, reason = {0};
    nnefcl_needs needs;
    drivers_wait();
    const nnefcl_status status = open_devices(engine, &error);
    if (status == NNEFCL_OK)
        return tune_table_read(engine->options, engine->pool, engine->talk, &engine->tuning);
    nnefcl_session_options check = engine_session_options(engine);
    unsigned errors = engine->talk->errors;
    engine->talk->errors = 0;
    nnefcl_status worse = nnefcl_model_check(engine->model, &check, &needs, &reason);
    if (worse)
        return talk_library(engine->talk, worse, &reason);
    engine->talk->errors = errors;
    const enum status failed = talk_library(engine->talk, status, &error);
    list_cures(engine->talk);
    return failed;
}

/* ---- sessions ---- */

static void tell_session(const struct engine *engine, const nnefcl_session *session)
{
    nnefcl_memory memory;
    nnefcl_session_memory(session, &memory);
    talk_detail(engine->talk, "%zu steps, %llu bytes of device memory in %zu buffers",
                nnefcl_session_step_count(session), (unsigned long long)memory.total, memory.buffers);
}

static enum status open_split(struct engine *engine)
{
    nnefcl_error error = {0};
    nnefcl_split_options options = NNEFCL_SPLIT_OPTIONS_INIT;
    const nnefcl_session_options session = engine_session_options(engine);
    nnefcl_split_part part;
    const size_t count = 1 + engine->further_count;
    const nnefcl_device **devices = pool_array(engine->pool, count, sizeof *devices);
    devices[0] = engine->device;
    for (size_t i = 1; i < count; i++)
        devices[i] = engine->further[i - 1];
    options.session = &session;
    const nnefcl_status status = nnefcl_split_create(engine->model, devices, count, &options, &engine->split, &error);
    talk_progress_end(engine->talk);
    for (size_t i = 0; !nnefcl_split_part_at(engine->split, i, &part); i++) {
        talk_detail(engine->talk, "device %zu of %zu: %lld images of the batch, from %lld on", i + 1, count,
                    (long long)part.images, (long long)part.first);
        if (part.session)
            tell_session(engine, part.session);
    }
    return talk_library(engine->talk, status, &error);
}

enum status engine_open_session(struct engine *engine)
{
    nnefcl_error error = {0};
    enum status status = engine_open_device(engine);
    if (status)
        return status;
    if (engine->further_count)
        return open_split(engine);
    nnefcl_session_options options = engine_session_options(engine);
    status = talk_library(
        engine->talk, nnefcl_session_create(engine->model, engine->device, &options, &engine->session, &error), &error);
    talk_progress_end(engine->talk);
    if (!status)
        tell_session(engine, engine->session);
    return status;
}

enum status engine_run(const struct engine *engine, const void *const *inputs, void *const *outputs,
                       nnefcl_timing *timing)
{
    nnefcl_error error = {0};
    const double start = clock_ms();
    const nnefcl_status status = engine->split ? nnefcl_split_run(engine->split, inputs, outputs, &error)
                                               : nnefcl_session_run(engine->session, inputs, outputs, &error);
    if (engine->split)
        *timing = (nnefcl_timing){clock_ms() - start, -1, -1, -1};
    else
        nnefcl_session_timing(engine->session, timing);
    return talk_library(engine->talk, status, &error);
}

void engine_close(struct engine *engine)
{
    nnefcl_split_free(engine->split);
    nnefcl_session_free(engine->session);
    for (size_t i = 0; i < engine->further_count; i++)
        nnefcl_device_free(engine->further[i]);
    nnefcl_device_free(engine->device);
    nnefcl_model_free(engine->model);
    free(engine->archive.data);
}
