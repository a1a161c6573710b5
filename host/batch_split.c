/* SPDX-License-Identifier: Apache-2.0 */
/* nnefcl_split: a batch over the sessions of several devices. */
#include "nnefcl/split.h"

#include <pthread.h>
#include <string.h>

#include "base/filled.h"
#include "host.h"
#include "model/images.h"

#define MEASURED_RUNS 3 /* the first one warms up */

struct part {
    const nnefcl_device *device;
    nnefcl_session *session; /* NULL: no images */
    int64_t first, images, wanted;
    double speed, ms;
    const void **input;
    void **output;
    nnefcl_status status;
    nnefcl_error error;
    pthread_t thread;
    bool on_thread;
};

struct nnefcl_split {
    struct ncl_arena arena;
    int64_t batch;
    size_t input_count, output_count, count;
    size_t *input_bytes, *output_bytes; /* of one image */
    struct part *part;
};

/* What nnefcl_split_create works with. */
struct splitter {
    const nnefcl_model *model;
    nnefcl_session_options options;
    struct nnefcl_split *split;
    nnefcl_error *error;
    struct ncl_diag *diag;
};

/* ---- runs ---- */

static void *part_run(void *of)
{
    struct part *part = of;
    const double start = ncl_moment_now();
    part->status = nnefcl_session_run(part->session, part->input, part->output, &part->error);
    part->ms = ncl_moment_now() - start;
    return NULL;
}

static void place_data(struct nnefcl_split *split, const void *const *inputs, void *const *outputs)
{
    for (size_t p = 0; p < split->count; p++) {
        struct part *part = &split->part[p];
        const size_t first = (size_t)part->first;
        for (size_t i = 0; i < split->input_count; i++)
            part->input[i] = (const char *)inputs[i] + first * split->input_bytes[i];
        for (size_t i = 0; i < split->output_count; i++)
            part->output[i] = outputs && outputs[i] ? (char *)outputs[i] + first * split->output_bytes[i] : NULL;
    }
}

/* The first part runs on the calling thread, and so does what finds no thread of its own. */
static nnefcl_status run_parts(struct nnefcl_split *split, nnefcl_error *error)
{
    const struct part *failed = NULL;
    for (size_t p = split->count; p-- > 0;) {
        struct part *part = &split->part[p];
        part->on_thread = part->session && p > 0 && pthread_create(&part->thread, NULL, part_run, part) == 0;
    }
    for (size_t p = 0; p < split->count; p++)
        if (split->part[p].session && !split->part[p].on_thread)
            part_run(&split->part[p]);
    for (size_t p = split->count; p-- > 0;) {
        struct part *part = &split->part[p];
        if (part->on_thread)
            pthread_join(part->thread, NULL);
        if (part->session && part->status)
            failed = part;
    }
    if (failed && error)
        *error = failed->error;
    return failed ? failed->status : NNEFCL_OK;
}

nnefcl_status nnefcl_split_run(nnefcl_split *split, const void *const *inputs, void *const *outputs,
                               nnefcl_error *error)
{
    struct ncl_diag diag;
    ncl_diag_init(&diag, error, NULL, NULL, false);
    if (!split)
        return ncl_error(&diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "nnefcl_split_run: split is NULL");
    for (size_t i = 0; i < split->input_count; i++)
        if (!inputs || !inputs[i])
            return ncl_error(&diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "nnefcl_split_run: input %zu is NULL", i);
    place_data(split, inputs, outputs);
    return run_parts(split, error);
}

/* ---- shares ---- */

/* Image by image to the device that would end first with it. */
static void share_out(struct nnefcl_split *split)
{
    for (size_t p = 0; p < split->count; p++)
        split->part[p].wanted = 0;
    for (int64_t image = 0; image < split->batch; image++) {
        struct part *best = NULL;
        for (size_t p = 0; p < split->count; p++) {
            struct part *part = &split->part[p];
            if (part->speed > 0 &&
                (!best || (double)(part->wanted + 1) / part->speed < (double)(best->wanted + 1) / best->speed))
                best = part;
        }
        best->wanted++;
    }
}

static nnefcl_status part_open(struct splitter *x, struct part *part)
{
    nnefcl_model *own = NULL;
    const nnefcl_model *model = x->model;
    nnefcl_status status = NNEFCL_OK;
    if (part->wanted < x->split->batch) {
        status = nnefcl_model_reshape(x->model, part->wanted, NULL, 0, &own, x->error);
        if (!status)
            status = ncl_images_check(x->model->graph, own->graph, x->diag);
        model = own;
    }
    nnefcl_session *session = NULL;
    if (!status)
        status = nnefcl_session_create(model, part->device, &x->options, &session, x->error);
    nnefcl_model_free(own);
    if (status)
        return status;
    nnefcl_session_free(part->session); /* after the other, which shares its weights */
    part->session = session;
    return NNEFCL_OK;
}

/* Sessions as share_out() wants them; those that are right stay. */
static nnefcl_status open_parts(struct splitter *x)
{
    int64_t first = 0;
    for (size_t p = 0; p < x->split->count; p++) {
        struct part *part = &x->split->part[p];
        part->first = first;
        first += part->wanted;
        const nnefcl_status status = part->wanted && part->wanted != part->images ? part_open(x, part) : NNEFCL_OK;
        if (status)
            return status;
        if (!part->wanted) {
            nnefcl_session_free(part->session);
            part->session = NULL;
        }
        part->images = part->wanted;
        part->ms = -1;
    }
    return NNEFCL_OK;
}

/* All at once, as they will run; each part's fastest run counts. */
static nnefcl_status measure(struct splitter *x)
{
    struct nnefcl_split *split = x->split;
    struct ncl_arena scratch;
    nnefcl_status status = NNEFCL_OK;
    ncl_arena_init(&scratch, &split->arena.allocator, 0);
    const void **zeros = NCL_NEW_ARRAY(&scratch, const void *, split->input_count);
    for (size_t i = 0; zeros && i < split->input_count; i++)
        if (!(zeros[i] = ncl_arena_alloc(&scratch, (size_t)split->batch * split->input_bytes[i])))
            zeros = NULL;
    if (!zeros)
        status = ncl_nomem(x->diag);
    for (size_t p = 0; p < split->count; p++)
        split->part[p].speed = 0;
    if (zeros)
        place_data(split, zeros, NULL);
    for (int r = 0; r < MEASURED_RUNS && !status; r++) {
        status = run_parts(split, x->error);
        for (size_t p = 0; p < split->count; p++) {
            struct part *part = &split->part[p];
            const double speed = part->session && part->ms > 0 ? (double)part->images / part->ms : 0;
            part->speed = r > 0 && speed > part->speed ? speed : part->speed;
        }
    }
    ncl_arena_free(&scratch);
    return status;
}

static nnefcl_status make_parts(struct splitter *x, const double *speed)
{
    struct nnefcl_split *split = x->split;
    for (size_t p = 0; p < split->count; p++)
        split->part[p].speed = speed ? speed[p] : 1;
    share_out(split);
    nnefcl_status status = open_parts(x);
    if (status || speed || split->count == 1 || split->batch == 1)
        return status;
    status = measure(x);
    if (status)
        return status;
    share_out(split);
    return open_parts(x);
}

/* ---- life ---- */

static nnefcl_status check_arguments(const nnefcl_model *model, const nnefcl_device *const *devices, size_t count,
                                     const nnefcl_split_options *options, struct ncl_diag *diag)
{
    const char *what = !model                             ? "model is NULL"
                       : !devices || !count               ? "there are no devices"
                       : options && options->version != 1 ? "unknown version of the options"
                                                          : NULL;
    double total = 0;
    for (size_t i = 0; !what && i < count; i++) {
        const double speed = options && options->speed ? options->speed[i] : 1;
        if (!devices[i])
            what = "a device is NULL";
        else if (!(speed >= 0) || speed > 1e300)
            what = "a speed is negative or no number";
        total += speed;
    }
    if (!what && !(total > 0))
        what = "all speeds are 0";
    if (!what && !ncl_images_batch(model->graph))
        return ncl_error(diag, NNEFCL_ERR_UNSUPPORTED, NCL_NOWHERE, "the model has no batch that could be split");
    return what ? ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "nnefcl_split_create: %s", what)
                : ncl_images_free_of_state(model->graph, diag);
}

static nnefcl_split *new_split(const nnefcl_model *model, const nnefcl_device *const *devices, size_t count,
                               const nnefcl_allocator *allocator)
{
    struct ncl_arena arena;
    ncl_arena_init(&arena, allocator, 0);
    nnefcl_split *split = NCL_NEW(&arena, nnefcl_split);
    if (!split)
        return NULL;
    *split = (nnefcl_split){.batch = ncl_images_batch(model->graph),
                            .input_count = nnefcl_model_input_count(model),
                            .output_count = nnefcl_model_output_count(model)};
    split->input_bytes = NCL_NEW_ARRAY(&arena, size_t, split->input_count);
    split->output_bytes = NCL_NEW_ARRAY(&arena, size_t, split->output_count);
    split->part = NCL_NEW_ARRAY(&arena, struct part, count);
    bool whole = split->input_bytes && split->output_bytes && split->part;
    for (size_t p = 0; whole && p < count; p++) {
        struct part *part = &split->part[split->count++];
        *part = (struct part){.device = devices[p],
                              .ms = -1,
                              .input = NCL_NEW_ARRAY(&arena, const void *, split->input_count),
                              .output = NCL_NEW_ARRAY(&arena, void *, split->output_count)};
        whole = part->input && part->output;
    }
    split->arena = arena;
    if (whole)
        return split;
    nnefcl_split_free(split);
    return NULL;
}

/* Of one image; a batch that is in front, which ncl_images_check has seen to, divides them. */
static void learn_bytes(const nnefcl_model *model, struct nnefcl_split *split)
{
    nnefcl_tensor_info info;
    for (size_t i = 0; i < split->input_count; i++)
        if (!nnefcl_model_input(model, i, &info))
            split->input_bytes[i] = info.bytes / (size_t)split->batch;
    for (size_t i = 0; i < split->output_count; i++)
        if (!nnefcl_model_output(model, i, &info))
            split->output_bytes[i] = info.bytes / (size_t)split->batch;
}

nnefcl_status nnefcl_split_create(const nnefcl_model *model, const nnefcl_device *const *devices, size_t count,
                                  const nnefcl_split_options *options, nnefcl_split **split, nnefcl_error *error)
{
    static const nnefcl_session_options defaults = NNEFCL_SESSION_OPTIONS_INIT;
    struct ncl_diag diag;
    ncl_diag_init(&diag, error, NULL, NULL, false);
    if (!split)
        return ncl_error(&diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "nnefcl_split_create: split is NULL");
    *split = NULL;
    nnefcl_status status = check_arguments(model, devices, count, options, &diag);
    if (status)
        return status;
    struct splitter x = {.model = model,
                         .options = options && options->session ? *options->session : defaults,
                         .error = error,
                         .diag = &diag};
    diag.callback = x.options.diagnostic;
    diag.user = x.options.diagnostic_user;
    x.split = new_split(model, devices, count, &x.options.allocator);
    if (!x.split)
        return ncl_nomem(&diag);
    learn_bytes(model, x.split);
    status = make_parts(&x, options ? options->speed : NULL);
    for (size_t p = 0; p < count; p++)
        x.split->part[p].device = NULL; /* the caller's, who may free it now */
    if (status)
        nnefcl_split_free(x.split);
    else
        *split = x.split;
    return status;
}

void nnefcl_split_free(nnefcl_split *split)
{
    if (!split)
        return;
    struct ncl_arena arena = split->arena; /* the split is in it */
    for (size_t p = 0; p < split->count; p++)
        nnefcl_session_free(split->part[p].session);
    ncl_arena_free(&arena);
}

/* ---- questions ---- */

size_t nnefcl_split_part_count(const nnefcl_split *split)
{
    return split ? split->count : 0;
}

nnefcl_status(nnefcl_split_part_at)(const nnefcl_split *split, size_t index, nnefcl_split_part *part, size_t size)
{
    nnefcl_split_part made = {0};
    const bool there = split && index < split->count;
    if (there) {
        const struct part *of = &split->part[index];
        made = (nnefcl_split_part){.first = of->first, .images = of->images, .session = of->session, .ms = of->ms};
    }
    return NCL_FILLED_GIVE(there ? NNEFCL_OK : NNEFCL_ERR_ARGUMENT, part, size, made, ms);
}
