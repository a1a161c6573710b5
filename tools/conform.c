/* SPDX-License-Identifier: Apache-2.0 */
#include "conform.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "draft.h"
#include "known_ops.h"
#include "page.h"

struct work {
    struct conform conformance;
    const struct options *options;
    struct pool *pool;
    struct talk *talk;
    size_t device; /* at work */
};

static const char *keep(struct work *work, const char *text)
{
    return pool_copy(work->pool, text, strlen(text));
}

/* ---- results ---- */

static size_t find_op(const struct conform *c, const char *name)
{
    size_t i = 0;
    while (i + 1 < c->op_count && strcmp(c->op[i].name, name) != 0)
        i++;
    return i;
}

static void count(struct conform_device *device, struct conform_figure *figure, const struct conform_result *result)
{
    figure->cases++;
    device->cases++;
    if (result->ulp > figure->ulp || figure->cases == 1) {
        figure->ulp = result->ulp;
        figure->tolerance = result->tolerance;
    }
    if (result->passed)
        return;
    figure->failed++;
    device->failed++;
    if (!figure->failure)
        figure->failure = result->message;
}

static int take(void *user, const nnefcl_conformance_case *item)
{
    struct work *work = user;
    struct conform *c = &work->conformance;
    c->result = pool_grow(work->pool, c->result, c->result_count, sizeof *c->result);
    struct conform_result *result = &c->result[c->result_count++];
    *result = (struct conform_result){.device = work->device,
                                      .op = find_op(c, item->op),
                                      .name = keep(work, item->name),
                                      .variant = keep(work, item->variant),
                                      .message = keep(work, item->message),
                                      .document = item->passed ? NULL : keep(work, item->document),
                                      .passed = item->passed,
                                      .ulp = item->ulp,
                                      .tolerance = item->tolerance,
                                      .ms = item->ms};
    count(&c->device[work->device], &c->device[work->device].figure[result->op], result);
    c->failed += !result->passed;
    talk_progress(work->talk, "%s: %zu of %zu cases, %zu failed: %s", c->device[work->device].info.name,
                  item->index + 1, item->count, c->device[work->device].failed, item->op);
    return 0;
}

/* ---- devices ---- */

static int collect(void *user, const nnefcl_device_info *info)
{
    struct work *work = user;
    struct conform *c = &work->conformance;
    if (!info->usable)
        return 0;
    c->device = pool_grow(work->pool, c->device, c->device_count, sizeof *c->device);
    c->device[c->device_count++] = (struct conform_device){.info = *info};
    return 0;
}

/* "all" becomes a list; anything else names one device, which the library finds. */
static enum status find_devices(struct work *work, const char **spec)
{
    nnefcl_error error = {0};
    *spec = NULL;
    if (work->options->device && strcmp(work->options->device, "all") == 0) {
        const enum status status = talk_library(work->talk, nnefcl_device_list(collect, work, &error), &error);
        if (!status && work->conformance.device_count == 0)
            return talk_fail(work->talk, STATUS_DEVICE, "none of the devices can be used (--list-devices tells why)");
        return status;
    }
    work->conformance.device = pool_array(work->pool, 1, sizeof *work->conformance.device);
    work->conformance.device_count = 1;
    *spec = work->options->device;
    return STATUS_OK;
}

static enum status run_device(struct work *work, const char *spec)
{
    struct conform_device *device = &work->conformance.device[work->device];
    nnefcl_device_options options = NNEFCL_DEVICE_OPTIONS_INIT;
    nnefcl_conformance_options run = NNEFCL_CONFORMANCE_OPTIONS_INIT;
    nnefcl_device *opened = NULL;
    nnefcl_error error = {0};
    char place[32];
    if (!spec && work->options->device) {
        snprintf(place, sizeof place, "%d:%d", device->info.platform, device->info.index);
        spec = place;
    }
    options.diagnostic = talk_device_diagnostic;
    options.diagnostic_user = work->talk;
    run.level = work->options->level;
    run.ops = work->options->ops;
    run.op_count = work->options->op_count;
    run.separate_buffers = work->options->separate_buffers;
    nnefcl_status status = nnefcl_device_open(spec, &options, &opened, &error);
    device->figure = pool_array(work->pool, work->conformance.op_count, sizeof *device->figure);
    const double start = clock_ms();
    if (!status) {
        nnefcl_device_describe(opened, &device->info);
        status = nnefcl_conformance_run(opened, &run, take, work, &error);
    }
    device->ms = clock_ms() - start;
    talk_progress_end(work->talk);
    nnefcl_device_free(opened);
    if (status && status != NNEFCL_ERR_ARGUMENT && work->conformance.device_count > 1) {
        device->stopped = keep(work, error.message);
        work->conformance.failed++;
        talk_warn(work->talk, "%s: %s", device->info.name, error.message);
        return STATUS_OK;
    }
    return status == NNEFCL_ERR_ARGUMENT ? talk_fail(work->talk, STATUS_USAGE, "%s", error.message)
                                         : talk_library(work->talk, status, &error);
}

/* ---- the run ---- */

static void list_ops_of_run(struct work *work)
{
    struct conform *c = &work->conformance;
    nnefcl_op_info op;
    for (size_t i = 0; known_op(i, &op); i++) {
        bool wanted = work->options->op_count == 0;
        for (size_t k = 0; k < work->options->op_count; k++)
            wanted |= strcmp(work->options->ops[k], op.name) == 0;
        if (!wanted)
            continue;
        c->op = pool_grow(work->pool, c->op, c->op_count, sizeof *c->op);
        c->op[c->op_count++] = op;
    }
}

static enum status write_report(struct work *work, const char *path)
{
    const char *end = strrchr(path, '.');
    struct ncl_whole_file whole;
    const enum status status = draft_open(&whole, path, work->talk);
    if (status)
        return status;
    if (strcmp(end, ".html") == 0) {
        conform_html(&work->conformance, whole.file);
    } else if (strcmp(end, ".xml") == 0) {
        conform_xml(&work->conformance, whole.file);
    } else {
        document_write(conform_json(&work->conformance), whole.file, JSON_INDENT(1));
    }
    return draft_close(&whole, true, path, work->talk);
}

enum status conform_execute(const struct options *options, struct pool *pool, struct talk *talk)
{
    static const char *const levels[] = {"normal", "quick", "full"};
    struct work work = {.conformance.level = levels[options->level], .options = options, .pool = pool, .talk = talk};
    const char *spec;
    enum status status = find_devices(&work, &spec);
    list_ops_of_run(&work);
    for (work.device = 0; work.device < work.conformance.device_count && !status; work.device++)
        status = run_device(&work, spec);
    if (status)
        return status;
    if (options->json)
        document_print(conform_json(&work.conformance));
    else
        conform_print(&work.conformance);
    for (size_t i = 0; i < options->report_count && !status; i++)
        status = write_report(&work, options->reports[i]);
    if (!status && work.conformance.failed)
        status = talk_fail(talk, STATUS_DIFFERS, "%zu of %zu cases failed", work.conformance.failed,
                           work.conformance.result_count);
    return status;
}
