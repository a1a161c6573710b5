/* SPDX-License-Identifier: Apache-2.0 */
/* The model: opening it, and what can be asked of it (model.h). */
#include <string.h>
#include <time.h>

#include "base/filled.h"
#include "base/hash.h"
#include "front/registered.h"
#include "model/formats.h"
#include "model/frozen.h"
#include "nnef/parse.h"

#define MAX_GRAPH_BYTES ((uint64_t)256 << 20)
#define DEFAULT_MEMORY  ((uint64_t)8 << 30)

/* ---- bytes in memory as a reader ---- */

struct memory {
    const uint8_t *data;
    size_t size;
};

static size_t read_memory(void *user, uint64_t offset, void *buffer, size_t size)
{
    const struct memory *memory = user;
    if (offset >= memory->size)
        return 0;
    const size_t rest = memory->size - (size_t)offset, count = size < rest ? size : rest;
    memcpy(buffer, memory->data + offset, count);
    return count;
}

/* ---- opening ---- */

/* What a model is made for: shapes of its inputs, and those that open extents take. */
struct wanted {
    const nnefcl_input_shape *shapes;
    size_t shape_count;
    const nnefcl_given *given;
    size_t given_count;
    int64_t batch;
};

static bool bad_shape(const char *name, const nnefcl_shape *shape)
{
    if (!name || shape->rank < 0 || shape->rank > NNEFCL_MAX_RANK)
        return true;
    for (int i = 0; i < shape->rank; i++)
        if (shape->extent[i] < 0)
            return true;
    return false;
}

static nnefcl_status refuse_list(struct ncl_diag *diag, const char *what, size_t index, size_t count)
{
    return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE,
                     "%s has %zu items, but number %zu is not there, has no name, a negative extent, or a rank outside "
                     "of 0 to %d",
                     what, count, index, NNEFCL_MAX_RANK);
}

static nnefcl_status check_wanted(const struct wanted *wanted, struct ncl_diag *diag)
{
    if (wanted->batch < 0 || wanted->batch > INT32_MAX)
        return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "the batch %lld is not between 1 and 2^31-1",
                         (long long)wanted->batch);
    for (size_t i = 0; i < wanted->shape_count; i++)
        if (!wanted->shapes || bad_shape(wanted->shapes[i].name, &wanted->shapes[i].shape))
            return refuse_list(diag, "shapes", i, wanted->shape_count);
    for (size_t i = 0; i < wanted->given_count; i++)
        if (!wanted->given || bad_shape(wanted->given[i].name, &wanted->given[i].tensor.shape))
            return refuse_list(diag, "given", i, wanted->given_count);
    return NNEFCL_OK;
}

static nnefcl_status read_options(nnefcl_model *model, const nnefcl_model_options *options, struct ncl_diag *diag)
{
    if (options->version != 1)
        return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE,
                         "nnefcl_model_options.version is %u, this library knows 1; use NNEFCL_MODEL_OPTIONS_INIT",
                         (unsigned)options->version);
    if (options->compat & ~(unsigned)(NNEFCL_COMPAT_TORCH | NNEFCL_COMPAT_TRACT | NNEFCL_COMPAT_LEGACY))
        return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE,
                         "nnefcl_model_options.compat is %#x: there is no dialect behind some of its bits",
                         options->compat);
    if (options->strict && options->compat)
        return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "strict and compat exclude each other");
    model->strict = options->strict != 0;
    model->compat = options->compat;
    model->random_weights = options->random_weights != 0;
    model->no_quant = options->no_quant != 0;
    model->seed = options->seed;
    model->memory_limit = options->memory_limit ? options->memory_limit : DEFAULT_MEMORY;
    model->host_limit = model->budget->limit;
    return NNEFCL_OK;
}

static nnefcl_status find_document_member(const nnefcl_model *model, const char *name, struct ncl_diag *diag,
                                          size_t *index)
{
    bool ambiguous = false;
    *index = ncl_container_find(model->container, name, &ambiguous);
    return ambiguous
               ? ncl_error(diag, NNEFCL_ERR_MODEL, NCL_NOWHERE, "several files differ from '%s' only by case", name)
               : NNEFCL_OK;
}

static nnefcl_status slurp(nnefcl_model *model, size_t index, const char *name, struct ncl_diag *diag,
                           struct ncl_source *source)
{
    char *text;
    size_t length;
    const char *path = ncl_container_path(model->container, name, &model->arena);
    const nnefcl_status status =
        path ? ncl_container_slurp(model->container, index, MAX_GRAPH_BYTES, true, &model->arena, diag, &text, &length)
             : ncl_nomem(diag);
    if (!status)
        *source = (struct ncl_source){.name = name, .path = path, .text = text, .length = length};
    return status;
}

static nnefcl_status read_document(nnefcl_model *model, struct ncl_diag *diag)
{
    const struct ncl_parse_options settings = {.compat = model->compat};
    struct ncl_document *document;
    size_t index;
    nnefcl_status status = find_document_member(model, "graph.nnef", diag, &index);
    if (!status && index == SIZE_MAX)
        status = ncl_error(diag, NNEFCL_ERR_MODEL, NCL_NOWHERE, "there is no graph.nnef in the model");
    if (!status)
        status = slurp(model, index, "graph.nnef", diag, &model->source);
    if (!status)
        status = ncl_parse_document(&model->arena, diag, &model->source, &settings, &document);
    if (!status)
        model->document = document;
    return status;
}

static nnefcl_status read_quant(nnefcl_model *model, struct ncl_diag *diag, struct ncl_quant_file **quant)
{
    size_t index;
    struct ncl_source *source = NCL_NEW(&model->arena, struct ncl_source);
    *quant = NULL;
    if (!source)
        return ncl_nomem(diag);
    nnefcl_status status = find_document_member(model, "graph.quant", diag, &index);
    if (status || index == SIZE_MAX)
        return status;
    status = slurp(model, index, "graph.quant", diag, source);
    return status ? status : ncl_parse_quant(&model->arena, diag, source, quant);
}

/* Places as text, for nnefcl_node_info: a frozen model allocates nothing. */
static nnefcl_status locate(nnefcl_model *model, struct ncl_diag *diag)
{
    const struct ncl_graph *graph = model->graph;
    const char **location = NCL_NEW_ARRAY(&model->arena, const char *, graph->node_count);
    for (size_t i = 0; i < graph->node_count; i++) {
        char text[NCL_LOC_TEXT];
        if (!location || !(location[i] = ncl_arena_strdup(&model->arena, ncl_loc_text(graph->node[i]->at, text))))
            return ncl_nomem(diag);
    }
    model->location = location;
    return location ? NNEFCL_OK : ncl_nomem(diag);
}

/* Such files hold their weights, which are read with the rest: what they may take grows with their size. */
static void widen_budget(nnefcl_model *model, const nnefcl_model_options *options)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < ncl_container_count(model->container); i++)
        bytes += ncl_container_member(model->container, i)->size;
    if (!options->memory_limit)
        model->host_limit = model->budget->limit = NCL_HOST_MEMORY + 4 * bytes;
}

/* A file of another system. */
static nnefcl_status load_import(nnefcl_model *model, const struct ncl_import_format *format,
                                 const struct wanted *wanted, struct ncl_diag *diag)
{
    struct ncl_import_options import = {.shapes = wanted->shapes,
                                        .shape_count = wanted->shape_count,
                                        .given = wanted->given,
                                        .given_count = wanted->given_count,
                                        .batch = wanted->batch,
                                        .compat = model->compat,
                                        .memory_limit = model->memory_limit};
    model->source = (struct ncl_source){.name = ncl_container_lone(model->container)};
    nnefcl_status status = ncl_library_signatures(&model->arena, diag, &import.signatures);
    return status ? status : ncl_import_file(&model->arena, diag, format, model->container, &import, &model->graph);
}

static nnefcl_status load_document(nnefcl_model *model, const nnefcl_model_options *options, struct ncl_diag *diag)
{
    struct ncl_quant_file *quant;
    nnefcl_status status = read_document(model, diag);
    if (!status)
        status = read_quant(model, diag, &quant);
    if (status)
        return status;
    model->quant = quant;
    struct ncl_registered *registered;
    status = ncl_register(&model->arena, diag, options->operations, options->operation_count, &registered);
    model->registered = status ? NULL : registered;
    model->registered_count = status ? 0 : options->operation_count;
    return status;
}

static nnefcl_status build_document(nnefcl_model *model, const struct wanted *wanted, struct ncl_diag *diag)
{
    const struct ncl_build_options build = {.strict = model->strict,
                                            .random_weights = model->random_weights,
                                            .no_quant = model->no_quant,
                                            .compat = model->compat,
                                            .shapes = wanted->shapes,
                                            .shape_count = wanted->shape_count,
                                            .batch = wanted->batch,
                                            .memory_limit = model->memory_limit,
                                            .registered = model->registered,
                                            .registered_count = model->registered_count};
    return ncl_build(&model->arena, diag, model->document, model->quant, model->container, &build, &model->graph);
}

static nnefcl_status build_graph(nnefcl_model *model, const struct wanted *wanted, struct ncl_diag *diag)
{
    const struct ncl_import_format *format = NULL;
    nnefcl_status status = check_wanted(wanted, diag);
    if (!status && !model->document)
        status = ncl_format_detect(model->container, diag, &format);
    if (status)
        return status;
    return model->document ? build_document(model, wanted, diag) : load_import(model, format, wanted, diag);
}

/* The graph and what is made from it. */
static nnefcl_status build_model(nnefcl_model *model, const struct wanted *wanted, struct ncl_diag *diag)
{
    nnefcl_status status = build_graph(model, wanted, diag);
    if (!status)
        status = ncl_templates_make(&model->arena, diag, &model->templates);
    return status ? status : locate(model, diag);
}

static nnefcl_status load_model(nnefcl_model *model, const char *path, const nnefcl_reader *reader,
                                const nnefcl_model_options *options, struct ncl_diag *diag)
{
    const struct ncl_import_format *format;
    const struct wanted wanted = {.shapes = options->shapes,
                                  .shape_count = options->shape_count,
                                  .given = options->given,
                                  .given_count = options->given_count,
                                  .batch = options->batch};
    nnefcl_status status = read_options(model, options, diag);
    if (!status)
        status = check_wanted(&wanted, diag);
    if (status)
        return status;
    status = ncl_container_open(path, reader, model->memory_limit, options->no_links != 0, &model->arena.allocator,
                                diag, &model->container);
    if (!status)
        status = ncl_format_detect(model->container, diag, &format);
    if (!status && !format)
        status = load_document(model, options, diag);
    else if (!status)
        widen_budget(model, options);
    return status ? status : build_model(model, &wanted, diag);
}

static uint64_t new_identity(const nnefcl_model *model)
{
    struct timespec now = {0};
    const uint64_t address = (uintptr_t)model;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return ncl_hash(ncl_hash(NCL_HASH_BASIS, &address, sizeof address), &now, sizeof now);
}

/* The budget is beside the model, which is frozen for its readers, and outlives it. `limit` is its own. */
static nnefcl_model *model_new(const nnefcl_allocator *inner, uint64_t limit)
{
    struct ncl_budget *budget = ncl_resize(inner, NULL, sizeof *budget);
    if (!budget)
        return NULL;
    ncl_budget_init(budget, inner, limit);
    const nnefcl_allocator allocator = ncl_budget_allocator(budget);
    nnefcl_model *model = ncl_resize(&allocator, NULL, sizeof *model);
    if (!model) {
        ncl_resize(inner, budget, 0);
        return NULL;
    }
    *model = (nnefcl_model){.holds = 1, .budget = budget, .identity = new_identity(model)};
    ncl_arena_init(&model->arena, &allocator, 0);
    return model;
}

static nnefcl_status open_any(const char *path, const nnefcl_reader *reader, const struct memory *memory,
                              const nnefcl_model_options *options, nnefcl_model **result, nnefcl_error *error)
{
    const nnefcl_model_options defaults = NNEFCL_MODEL_OPTIONS_INIT;
    struct ncl_diag diag;
    nnefcl_reader from_memory;
    if (!options)
        options = &defaults;
    ncl_diag_init(&diag, error, options->diagnostic, options->diagnostic_user, options->strict != 0);
    nnefcl_model *model =
        model_new(&options->allocator, options->memory_limit ? options->memory_limit : NCL_HOST_MEMORY);
    if (!model)
        return ncl_nomem(&diag);
    diag.budget = model->budget;
    nnefcl_status status = NNEFCL_OK;
    if (memory) {
        struct memory *kept = NCL_NEW(&model->arena, struct memory);
        if (kept) {
            *kept = *memory;
            from_memory = (nnefcl_reader){read_memory, memory->size, kept};
            reader = &from_memory;
        } else {
            status = ncl_nomem(&diag);
        }
    }
    if (!status)
        status = load_model(model, path, reader, options, &diag);
    if (status) {
        nnefcl_model_free(model);
        return diag.status ? diag.status : status;
    }
    *result = model;
    return NNEFCL_OK;
}

static nnefcl_status refuse_open(const nnefcl_model_options *options, nnefcl_error *error, const char *what)
{
    struct ncl_diag diag;
    ncl_diag_init(&diag, error, options ? options->diagnostic : NULL, options ? options->diagnostic_user : NULL, false);
    return ncl_error(&diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "%s", what);
}

nnefcl_status nnefcl_model_open(const char *path, const nnefcl_model_options *options, nnefcl_model **model,
                                nnefcl_error *error)
{
    if (model)
        *model = NULL;
    if (!path || !model)
        return refuse_open(options, error, "nnefcl_model_open needs a path and a place for the model");
    return open_any(path, NULL, NULL, options, model, error);
}

nnefcl_status nnefcl_model_open_memory(const void *data, size_t size, const nnefcl_model_options *options,
                                       nnefcl_model **model, nnefcl_error *error)
{
    if (model)
        *model = NULL;
    if (!model || (!data && size))
        return refuse_open(options, error, "nnefcl_model_open_memory needs the bytes and a place for the model");
    return open_any(NULL, NULL, &(struct memory){data, size}, options, model, error);
}

nnefcl_status nnefcl_model_open_reader(const nnefcl_reader *reader, const nnefcl_model_options *options,
                                       nnefcl_model **model, nnefcl_error *error)
{
    if (model)
        *model = NULL;
    if (!reader || !reader->read || !model)
        return refuse_open(options, error, "nnefcl_model_open_reader needs a reader and a place for the model");
    return open_any(NULL, reader, NULL, options, model, error);
}

/* ---- other shapes ---- */

/* Everything but the graph is the first one's. */
static nnefcl_model *new_of_first(nnefcl_model *first)
{
    nnefcl_model *model = model_new(&first->budget->inner, first->host_limit);
    if (!model)
        return NULL;
    model->first = first;
    model->container = first->container;
    model->source = first->source;
    model->document = first->document;
    model->quant = first->quant;
    model->registered = first->registered;
    model->registered_count = first->registered_count;
    model->compat = first->compat;
    model->strict = first->strict;
    model->random_weights = first->random_weights;
    model->no_quant = first->no_quant;
    model->seed = first->seed;
    model->memory_limit = first->memory_limit;
    model->host_limit = first->host_limit;
    model->identity = first->identity;
    atomic_fetch_add(&first->holds, 1);
    return model;
}

/* Extents that a file leaves open stay as they are unless they are wanted otherwise. */
static bool inputs_given(const struct ncl_graph *graph, struct ncl_arena *arena, struct wanted *wanted)
{
    nnefcl_given *given = NCL_NEW_ARRAY(arena, nnefcl_given, graph->input_count);
    for (size_t i = 0; given && i < graph->input_count; i++)
        given[i] = (nnefcl_given){.name = graph->input[i]->name, .tensor.shape = graph->input[i]->shape};
    wanted->given = given;
    wanted->given_count = graph->input_count;
    return given != NULL;
}

nnefcl_status nnefcl_model_reshape(const nnefcl_model *model, int64_t batch, const nnefcl_input_shape *shapes,
                                   size_t shape_count, nnefcl_model **other, nnefcl_error *error)
{
    struct wanted wanted = {.shapes = shapes, .shape_count = shape_count, .batch = batch};
    struct ncl_diag diag;
    if (other)
        *other = NULL;
    if (!model || !other)
        return refuse_open(NULL, error, "nnefcl_model_reshape needs a model and a place for the other one");
    ncl_diag_init(&diag, error, NULL, NULL, model->strict);
    nnefcl_model *made =
        new_of_first(model->first ? model->first : (nnefcl_model *)model); /* its count alone changes */
    if (!made)
        return ncl_nomem(&diag);
    diag.budget = made->budget;
    nnefcl_status status = inputs_given(model->graph, &made->arena, &wanted) ? NNEFCL_OK : ncl_nomem(&diag);
    if (!status)
        status = build_model(made, &wanted, &diag);
    if (status)
        nnefcl_model_free(made);
    else
        *other = made;
    return status && diag.status ? diag.status : status;
}

nnefcl_status ncl_model_with_batch(const struct nnefcl_model *model, int64_t batch, struct ncl_arena *arena,
                                   struct ncl_diag *diag, const struct nnefcl_model **other)
{
    struct wanted wanted = {.batch = batch};
    struct nnefcl_model *made = NCL_NEW(arena, struct nnefcl_model);
    if (!made || !inputs_given(model->graph, arena, &wanted))
        return ncl_nomem(diag);
    *made = *model;
    made->location = NULL;
    made->arena = *arena; /* lent */
    const nnefcl_status status = build_graph(made, &wanted, diag);
    *arena = made->arena;
    *other = made;
    return status;
}

void nnefcl_model_free(nnefcl_model *model)
{
    if (!model || atomic_fetch_sub(&model->holds, 1) > 1)
        return;
    struct ncl_budget *budget = model->budget;
    const nnefcl_allocator allocator = model->arena.allocator, inner = budget->inner;
    nnefcl_model *first = model->first;
    if (!first && model->container)
        ncl_container_free(model->container);
    ncl_arena_free(&model->arena);
    ncl_resize(&allocator, model, 0);
    ncl_resize(&inner, budget, 0);
    nnefcl_model_free(first);
}

/* ---- questions ---- */

const char *nnefcl_model_name(const nnefcl_model *model)
{
    return model ? model->graph->name : NULL;
}

size_t nnefcl_model_input_count(const nnefcl_model *model)
{
    return model ? model->graph->input_count : 0;
}

size_t nnefcl_model_output_count(const nnefcl_model *model)
{
    return model ? model->graph->output_count : 0;
}

size_t nnefcl_model_variable_count(const nnefcl_model *model)
{
    return model ? model->graph->variable_count : 0;
}

static nnefcl_status tensor_give(struct ncl_tensor *const *list, size_t count, size_t index, nnefcl_tensor_info *info,
                                 size_t size)
{
    nnefcl_tensor_info made = {0};
    if (index < count) {
        const struct ncl_tensor *tensor = list[index];
        made = (nnefcl_tensor_info){.name = tensor->name,
                                    .dtype = tensor->dtype,
                                    .shape = tensor->shape,
                                    .bytes = nnefcl_tensor_bytes(tensor->dtype, &tensor->shape)};
    }
    return NCL_FILLED_GIVE(index < count ? NNEFCL_OK : NNEFCL_ERR_ARGUMENT, info, size, made, bytes);
}

nnefcl_status(nnefcl_model_input)(const nnefcl_model *model, size_t index, nnefcl_tensor_info *info, size_t size)
{
    return tensor_give(model ? model->graph->input : NULL, nnefcl_model_input_count(model), index, info, size);
}

nnefcl_status(nnefcl_model_output)(const nnefcl_model *model, size_t index, nnefcl_tensor_info *info, size_t size)
{
    return tensor_give(model ? model->graph->output : NULL, nnefcl_model_output_count(model), index, info, size);
}

/* Its name is that of the first variable operation with the label. */
nnefcl_status(nnefcl_model_variable)(const nnefcl_model *model, size_t index, nnefcl_tensor_info *info, size_t size)
{
    nnefcl_tensor_info made = {0};
    if (index >= nnefcl_model_variable_count(model))
        return NCL_FILLED_GIVE(NNEFCL_ERR_ARGUMENT, info, size, made, bytes);
    const struct ncl_graph *graph = model->graph;
    const struct ncl_variable *variable = graph->variable[index];
    made = (nnefcl_tensor_info){.label = variable->label,
                                .dtype = variable->dtype,
                                .shape = variable->shape,
                                .bytes = nnefcl_tensor_bytes(variable->dtype, &variable->shape)};
    for (size_t i = 0; i < graph->tensor_count && !made.name; i++)
        if (graph->tensor[i]->variable == variable)
            made.name = graph->tensor[i]->name;
    return NCL_FILLED_GIVE(NNEFCL_OK, info, size, made, bytes);
}

static size_t tensor_find(struct ncl_tensor *const *list, size_t count, const char *name)
{
    for (size_t i = 0; name && i < count; i++)
        if (strcmp(list[i]->name, name) == 0)
            return i;
    return SIZE_MAX;
}

size_t nnefcl_model_find_input(const nnefcl_model *model, const char *name)
{
    return tensor_find(model ? model->graph->input : NULL, nnefcl_model_input_count(model), name);
}

size_t nnefcl_model_find_output(const nnefcl_model *model, const char *name)
{
    return tensor_find(model ? model->graph->output : NULL, nnefcl_model_output_count(model), name);
}

size_t nnefcl_model_find_variable(const nnefcl_model *model, const char *label)
{
    for (size_t i = 0; label && i < nnefcl_model_variable_count(model); i++)
        if (strcmp(model->graph->variable[i]->label, label) == 0)
            return i;
    return SIZE_MAX;
}

void(nnefcl_model_host_memory)(const nnefcl_model *model, nnefcl_host_memory *memory, size_t size)
{
    const nnefcl_host_memory made = model ? ncl_budget_memory(model->budget) : (nnefcl_host_memory){0};
    NCL_FILLED_GIVE(NNEFCL_OK, memory, size, made, limit);
}
