/* SPDX-License-Identifier: Apache-2.0 */
/* nnefcl_conformance_run: the cases of src/verify/cases.h on a device. */
#include "nnefcl/conformance.h"

#include <stdio.h>
#include <string.h>

#include "model/frozen.h"
#include "host.h"
#include "nnefcl/inspect.h"
#include "nnefcl/verify.h"
#include "verify/cases.h"

/* Combinations of a template at each level. */
static const size_t picks[] = {
    [NNEFCL_CONFORMANCE_NORMAL] = 10, [NNEFCL_CONFORMANCE_QUICK] = 2, [NNEFCL_CONFORMANCE_FULL] = 160};

struct conformance {
    const nnefcl_device *device;
    const nnefcl_conformance_options *options;
    struct ncl_diag *diag;
};

/* A case at work. */
struct trial {
    const struct conformance *run;
    const struct ncl_case *item;
    struct ncl_arena arena;
    nnefcl_model *model;
    void *inputs[NCL_CASE_INPUTS];
    void *outputs[NCL_CASE_OUTPUTS], *again[NCL_CASE_OUTPUTS];
    nnefcl_conformance_case result;
    char message[896];
    bool own; /* a node of the operation itself was compared */
};

/* ---- one case ---- */

static nnefcl_status fail(struct trial *trial, const char *variant, const nnefcl_error *error)
{
    trial->result.passed = 0;
    trial->result.variant = variant;
    snprintf(trial->message, sizeof trial->message, "%s%s%s", nnefcl_status_name(error->status),
             *error->message ? ": " : "", error->message);
    return error->status;
}

static void *make_case_room(struct trial *trial, const nnefcl_tensor_info *info)
{
    return ncl_arena_alloc(&trial->arena, info->bytes);
}

static nnefcl_status open_document(const struct conformance *run, const struct ncl_case *item, nnefcl_model **model,
                                   nnefcl_error *error)
{
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    options.strict = 1;
    options.random_weights = 1;
    options.allocator = run->options->allocator;
    return nnefcl_model_open_memory(item->document, strlen(item->document), &options, model, error);
}

static nnefcl_status open_model(struct trial *trial)
{
    nnefcl_error error = {0};
    nnefcl_tensor_info info;
    bool room = true;
    if (open_document(trial->run, trial->item, &trial->model, &error))
        return fail(trial, "", &error);
    for (size_t i = 0; i < trial->item->input_count && room && !nnefcl_model_input(trial->model, i, &info); i++)
        room = (trial->inputs[i] = make_case_room(trial, &info)) != NULL;
    for (size_t i = 0;
         i < nnefcl_model_output_count(trial->model) && room && !nnefcl_model_output(trial->model, i, &info); i++)
        room = (trial->outputs[i] = make_case_room(trial, &info)) && (trial->again[i] = make_case_room(trial, &info));
    return room ? NNEFCL_OK : ncl_nomem(trial->run->diag);
}

static void fill_inputs(struct trial *trial, size_t cycle)
{
    nnefcl_tensor_info info;
    for (size_t i = 0; i < trial->item->input_count && !nnefcl_model_input(trial->model, i, &info); i++)
        ncl_case_fill(trial->item, i, cycle, info.dtype, ncl_shape_volume(&info.shape), trial->inputs[i]);
}

struct judging {
    struct trial *trial;
    const char *variant;
};

static void describe_case(struct trial *trial, const char *variant, const nnefcl_verdict *verdict)
{
    char shape[NCL_SHAPE_TEXT], position[NCL_SHAPE_TEXT];
    nnefcl_shape at = {.rank = verdict->result.shape.rank};
    memcpy(at.extent, verdict->position, sizeof at.extent);
    trial->result.passed = 0;
    trial->result.variant = variant;
    snprintf(trial->message, sizeof trial->message,
             "%s: %llu of %llu elements of %s %s are wrong; worst at %s: got %.9g, want %.9g, %.4g ULP of %.4g",
             verdict->op, (unsigned long long)verdict->bad, (unsigned long long)verdict->elements, verdict->result.name,
             ncl_shape_text(&verdict->result.shape, shape), ncl_shape_text(&at, position), verdict->got, verdict->want,
             verdict->ulp, verdict->tolerance);
}

/* The figures are those of the operation itself as far as it is a node. */
static int judge(void *user, const nnefcl_verdict *verdict)
{
    const struct judging *judging = user;
    struct trial *trial = judging->trial;
    nnefcl_conformance_case *result = &trial->result;
    const bool own = strcmp(verdict->op, trial->item->op) == 0;
    if (verdict->bad && result->passed)
        describe_case(trial, judging->variant, verdict);
    result->elements += verdict->elements;
    if (trial->own && !own)
        return 0;
    if ((own && !trial->own) || verdict->ulp > result->ulp) {
        result->ulp = verdict->ulp;
        result->tolerance = verdict->tolerance;
    }
    trial->own = own;
    return 0;
}

/* All cycles, each verified. */
static nnefcl_status verify(struct trial *trial, const char *variant, const nnefcl_session_options *options)
{
    struct judging judging = {trial, variant};
    nnefcl_error error = {0};
    nnefcl_session *session = NULL;
    nnefcl_status status = nnefcl_session_create(trial->model, trial->run->device, options, &session, &error);
    for (size_t cycle = 0; cycle < trial->item->cycles && !status; cycle++) {
        fill_inputs(trial, cycle);
        status = nnefcl_session_verify(session, trial->model, (const void *const *)trial->inputs, trial->outputs, judge,
                                       &judging, &error);
    }
    nnefcl_session_free(session);
    return status ? fail(trial, variant, &error) : NNEFCL_OK;
}

/* The same kernels in memory that tensors share give the same bits. */
static nnefcl_status compare(struct trial *trial)
{
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    nnefcl_error error = {0};
    nnefcl_session *session = NULL;
    nnefcl_tensor_info info;
    options.allocator = trial->run->options->allocator;
    options.separate_buffers = trial->run->options->separate_buffers;
    nnefcl_status status = nnefcl_session_create(trial->model, trial->run->device, &options, &session, &error);
    for (size_t cycle = 0; cycle < trial->item->cycles && !status; cycle++) {
        fill_inputs(trial, cycle);
        status = nnefcl_session_run(session, (const void *const *)trial->inputs, trial->again, &error);
    }
    nnefcl_session_free(session);
    if (status)
        return fail(trial, "memory shared", &error);
    for (size_t i = 0; trial->outputs[i] && !nnefcl_model_output(trial->model, i, &info); i++)
        if (memcmp(trial->outputs[i], trial->again[i], info.bytes) != 0) {
            trial->result.passed = 0;
            trial->result.variant = "memory shared";
            snprintf(trial->message, sizeof trial->message, "output %s differs from that of the verified run",
                     info.name);
        }
    return NNEFCL_OK;
}

static const char *const plain_kernels[] = {"plain"};

static nnefcl_status print_plan(struct trial *trial, bool plain, struct ncl_text *text)
{
    const struct ncl_plan_options options = {.kernels = plain_kernels, .kernel_count = plain};
    const struct ncl_plan *plan;
    const nnefcl_status status = ncl_model_plan(trial->model, &trial->run->device->target, &options, &trial->arena,
                                                trial->run->diag, NULL, &plan);
    if (!status)
        ncl_plan_print(text, plan);
    return status;
}

/* Most operations have one kernel: then nothing is left to try. */
static bool has_fast_kernels(struct trial *trial)
{
    struct ncl_text fast, plain;
    ncl_text_init(&fast, &trial->arena.allocator);
    ncl_text_init(&plain, &trial->arena.allocator);
    const bool same = !print_plan(trial, false, &fast) && !print_plan(trial, true, &plain) &&
                      fast.length == plain.length && fast.data && plain.data &&
                      memcmp(fast.data, plain.data, fast.length) == 0;
    ncl_text_free(&fast);
    ncl_text_free(&plain);
    return !same;
}

/* How each case is run and verified; as the first one it is compared, too. */
static const struct variant {
    const char *name;
    size_t plain;
    int wide;
} variants[] = {{"", 0, 0}, {"plain kernels", 1, 0}, {"64-bit indices", 0, 1}, {"64-bit indices, plain kernels", 1, 1}};
enum { VARIANTS = sizeof variants / sizeof *variants };

static bool is_tried(const struct conformance *run, const struct variant *variant)
{
    return !variant->wide || run->options->level == NNEFCL_CONFORMANCE_FULL;
}

static nnefcl_status try_case(struct trial *trial)
{
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    nnefcl_status status = open_model(trial);
    const bool fast = !status && has_fast_kernels(trial);
    options.allocator = trial->run->options->allocator;
    options.separate_buffers = trial->run->options->separate_buffers;
    options.keep_tensors = 1;
    for (size_t i = 0; i < VARIANTS && !status && trial->result.passed; i++) {
        if ((variants[i].plain && !fast) || !is_tried(trial->run, &variants[i]))
            continue;
        options.kernels = plain_kernels;
        options.kernel_count = variants[i].plain;
        options.long_index = variants[i].wide;
        status = verify(trial, variants[i].name, &options);
        if (i == 0 && !status && trial->result.passed)
            status = compare(trial);
    }
    return status;
}

/* Only a lack of memory and a device that is lost end the run; what else goes wrong is the result of the case. */
static nnefcl_status run_case(const struct conformance *run, const struct ncl_case *item, size_t index, size_t count,
                              nnefcl_conformance_fn visit, void *user, int *stop)
{
    struct trial trial = {.run = run, .item = item};
    const double start = ncl_moment_now();
    trial.result = (nnefcl_conformance_case){.op = item->op,
                                             .name = item->name,
                                             .document = item->document,
                                             .variant = "",
                                             .passed = 1,
                                             .index = index,
                                             .count = count};
    ncl_arena_init(&trial.arena, &run->options->allocator, 0);
    const nnefcl_status status = try_case(&trial);
    trial.result.message = trial.message;
    trial.result.ms = ncl_moment_now() - start;
    if (status != NNEFCL_ERR_NOMEM)
        *stop = visit(user, &trial.result);
    nnefcl_model_free(trial.model);
    ncl_arena_free(&trial.arena);
    return status == NNEFCL_ERR_NOMEM ? ncl_nomem(run->diag) : NNEFCL_OK;
}

/* ---- kernels of cases to come ---- */

static bool is_wanted(const nnefcl_conformance_options *options, const char *op)
{
    bool found = options->op_count == 0;
    for (size_t i = 0; i < options->op_count && !found; i++)
        found = strcmp(options->ops[i], op) == 0;
    return found;
}

/* Those of a plan. False: there is no room for them. */
static bool add_plan(const struct conformance *run, const nnefcl_model *model, const struct ncl_plan_options *options,
                     struct ncl_arena *arena, struct ncl_ahead *ahead)
{
    const struct ncl_plan *plan;
    struct ncl_diag diag;
    ncl_diag_init(&diag, NULL, NULL, NULL, false);
    return ncl_model_plan(model, &run->device->target, options, arena, &diag, NULL, &plan) ||
           ncl_ahead_add(ahead, plan, 0) == plan->kernel_count;
}

static bool keep_case(const struct conformance *run, const nnefcl_model *model, struct ncl_arena *arena,
                      struct ncl_ahead *ahead)
{
    static const struct ncl_plan_options compared;
    bool room = true;
    for (size_t i = 0; i < VARIANTS && room; i++) {
        const struct ncl_plan_options options = {.keep_tensors = true,
                                                 .kernels = plain_kernels,
                                                 .kernel_count = variants[i].plain,
                                                 .long_index = variants[i].wide};
        if (is_tried(run, &variants[i]))
            room = add_plan(run, model, &options, arena, ahead) &&
                   (i > 0 || add_plan(run, model, &compared, arena, ahead));
    }
    return room;
}

/* Compiles what the cases from `first` on need, as many as fit one program; returns the first one behind them. What
 * goes wrong here goes wrong again in the case itself, which tells. */
static size_t compile_ahead(const struct conformance *run, const struct ncl_case *cases, size_t first, size_t count)
{
    struct ncl_ahead ahead = {.device = run->device};
    struct ncl_arena arena;
    struct ncl_diag diag;
    size_t i = first;
    bool room = true;
    ncl_diag_init(&diag, NULL, NULL, NULL, false);
    ncl_arena_init(&arena, &run->options->allocator, 0);
    for (; i < count && room; i++) {
        nnefcl_model *model = NULL;
        nnefcl_error error = {0};
        if (is_wanted(run->options, cases[i].op) && !open_document(run, &cases[i], &model, &error))
            room = keep_case(run, model, &arena, &ahead);
        nnefcl_model_free(model);
    }
    if (ahead.count > 1)
        ncl_ahead_build(&ahead, &diag);
    ncl_arena_free(&arena);
    return i;
}

/* ---- all of them ---- */

static nnefcl_status check_ops(const nnefcl_conformance_options *options, struct ncl_diag *diag)
{
    for (size_t i = 0; i < options->op_count; i++) {
        if (!options->ops || !options->ops[i])
            return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE,
                             "nnefcl_conformance_options.ops has %zu names, but number %zu is NULL", options->op_count,
                             i);
        nnefcl_op_info op;
        bool known = false;
        for (size_t k = 0; k < nnefcl_op_count() && !known; k++)
            known = !nnefcl_op(k, &op) && strcmp(op.name, options->ops[i]) == 0;
        if (!known)
            return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "there is no operation '%s' in NNEF 1.0.5",
                             options->ops[i]);
    }
    return NNEFCL_OK;
}

static nnefcl_status run_all(const struct conformance *run, struct ncl_arena *arena, nnefcl_conformance_fn visit,
                             void *user)
{
    struct ncl_case *cases;
    size_t count, wanted = 0, index = 0, ahead = 0;
    int stop = 0;
    nnefcl_status status = ncl_cases_make(arena, run->diag, picks[run->options->level], &cases, &count);
    if (status)
        return status;
    for (size_t i = 0; i < count; i++)
        wanted += is_wanted(run->options, cases[i].op);
    for (size_t i = 0; i < count && !status && !stop; i++) {
        if (!is_wanted(run->options, cases[i].op))
            continue;
        if (i >= ahead)
            ahead = compile_ahead(run, cases, i, count);
        status = run_case(run, &cases[i], index++, wanted, visit, user, &stop);
    }
    return status;
}

nnefcl_status nnefcl_conformance_run(const nnefcl_device *device, const nnefcl_conformance_options *options,
                                     nnefcl_conformance_fn visit, void *user, nnefcl_error *error)
{
    static const nnefcl_conformance_options defaults = NNEFCL_CONFORMANCE_OPTIONS_INIT;
    struct ncl_diag diag;
    struct ncl_arena arena;
    ncl_diag_init(&diag, error, NULL, NULL, false);
    if (!options)
        options = &defaults;
    if (!device || !visit)
        return ncl_error(&diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "nnefcl_conformance_run: device or visit is NULL");
    if (options->version != 1 || (size_t)options->level >= sizeof picks / sizeof *picks)
        return ncl_error(&diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE,
                         "nnefcl_conformance_run: unknown version %u or level %d of the options",
                         (unsigned)options->version, (int)options->level);
    const struct conformance run = {device, options, &diag};
    ncl_arena_init(&arena, &options->allocator, 0);
    nnefcl_status status = check_ops(options, &diag);
    if (!status)
        status = run_all(&run, &arena, visit, user);
    ncl_arena_free(&arena);
    return status;
}
