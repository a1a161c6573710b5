/* SPDX-License-Identifier: Apache-2.0 */
/* The way of a file: it is read, its nodes are ordered and made, inputs and outputs collected. */
#include <string.h>

#include "import/import_scope.h"
#include "ir/prune.h"

#define MAX_STEPS   2000000 /* nodes that are run, those of turns of loops each time */
#define MAX_DEPTH   32      /* graphs within graphs that are run */
#define FOLD_MAX    4096    /* scalars of an operand that are read in order to fold a node */
#define MAX_SCRATCH ((size_t)1 << 31)

/* ---- operators ---- */

static const char *operator_key(struct ncl_import *import, const char *domain, const char *name)
{
    const char *key = *domain ? ncl_arena_printf(&import->scratch, "%s.%s", domain, name) : name;
    if (!key)
        ncl_import_nomem(import);
    return key;
}

static void operators_collect(struct ncl_import *import)
{
    const struct ncl_import_format *format = import->format;
    for (size_t i = 0; i < format->operator_count && !import->status; i++) {
        const struct ncl_import_operator *op = &format->operators[i];
        const char *key = operator_key(import, op->domain, op->name);
        if (key && !ncl_names_put(&import->operators, &import->scratch, key, (void *)op))
            ncl_import_nomem(import);
    }
}

static const struct ncl_import_operator *operator_find(struct ncl_import *import, const struct ncl_import_node *node)
{
    const char *key = operator_key(import, node->domain ? node->domain : "", node->op);
    return key ? ncl_names_find(&import->operators, key) : NULL;
}

/* ---- places ---- */

/* The file's path for messages; its name alone, the end of that, for dumps. */
static struct ncl_loc node_place(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_source *source = NCL_NEW(import->arena, struct ncl_source);
    const char *file = import->graph->source->path, *slash = strrchr(file, '/');
    const char *name = node->name && *node->name ? node->name : node->output_count ? node->output[0] : NULL;
    if (source)
        source->path = ncl_arena_printf(import->arena, "%s: node '%.80s' (%.40s)", file, name ? name : "", node->op);
    if (!source || !source->path) {
        ncl_import_nomem(import);
        return NCL_NOWHERE;
    }
    source->name = slash ? source->path + (slash + 1 - file) : source->path;
    return (struct ncl_loc){.source = source};
}

/* ---- what is not supported: all of it at once, with counts ---- */

struct missing {
    const struct ncl_import_node *first;
    size_t count;
};

static void missing_report(struct ncl_import *import, const struct ncl_names *missing)
{
    for (size_t i = 0; i < missing->capacity; i++) {
        if (!missing->entry[i].name)
            continue;
        const struct missing *item = missing->entry[i].value;
        const bool own = !item->first->domain || !*item->first->domain;
        import->status =
            ncl_error(import->diag, NNEFCL_ERR_UNSUPPORTED, node_place(import, item->first),
                      "the operator %.60s%s%.100s is not supported; it stands in %zu node%s", item->first->op,
                      own ? "" : " of ", own ? "" : item->first->domain, item->count, item->count == 1 ? "" : "s");
    }
}

static void missing_find(struct ncl_import *import, const struct ncl_import_graph *graph, const size_t *order,
                         size_t count)
{
    struct ncl_names missing = {0};
    for (size_t i = 0; i < count && !import->status; i++) {
        const struct ncl_import_node *node = &graph->node[order[i]];
        if (operator_find(import, node) || import->status)
            continue;
        const char *key = operator_key(import, node->domain ? node->domain : "", node->op);
        struct missing *item = key ? ncl_names_find(&missing, key) : NULL;
        if (key && !item && (item = NCL_NEW(&import->scratch, struct missing))) {
            item->first = node;
            if (!ncl_names_put(&missing, &import->scratch, key, item))
                item = NULL;
        }
        if (item)
            item->count++;
        else
            ncl_import_nomem(import);
    }
    if (!import->status)
        missing_report(import, &missing);
}

/* ---- nodes ---- */

static struct ncl_import_value *value_of(const struct ncl_import *import, const struct ncl_import_node *node, size_t i)
{
    return ncl_import_has(import, node, i) ? ncl_import_find(import, node->input[i]) : NULL;
}

static void results_mark(struct ncl_import *import, const struct ncl_import_node *node, bool dead)
{
    for (size_t i = 0; i < node->output_count; i++) {
        struct ncl_import_value *value =
            ncl_import_wants(import, node, i) ? ncl_import_define(import, node->output[i]) : NULL;
        if (value)
            *(dead ? &value->dead : &value->failed) = true;
    }
}

/* Not run are nodes that read what failed, and those of branches that are not taken; nor is who reads their results. */
static bool is_skipped(struct ncl_import *import, const struct ncl_import_node *node)
{
    bool failed = false, dead = false;
    for (size_t i = 0; i < node->input_count && !failed; i++) {
        const struct ncl_import_value *value = value_of(import, node, i);
        failed = value && value->failed;
        dead |= value && value->dead && !node->joins;
    }
    if (failed || dead)
        results_mark(import, node, !failed);
    return failed || dead;
}

/* Every given operand is known, and not too large to be read for it. */
static bool is_known(struct ncl_import *import, const struct ncl_import_node *node)
{
    for (size_t i = 0; i < node->input_count; i++) {
        struct ncl_import_value *value = value_of(import, node, i);
        size_t count;
        if (!ncl_import_has(import, node, i))
            continue;
        if (!value || (!value->known && !value->constant))
            return false;
        const bool small = value->known || (ncl_known_count(&value->shape, &count) &&
                                            (ncl_stored_dtype(value->element) != NNEFCL_SCALAR || count <= FOLD_MAX));
        if (!small || !ncl_import_value_known(import, value))
            return false;
    }
    return true;
}

static void others_name(struct ncl_import *import, const struct ncl_import_node *node, size_t first)
{
    const char *base = node->output_count && node->output[0] ? node->output[0] : node->op;
    size_t number = 0;
    for (size_t i = first; i < import->graph->tensor_count; i++) {
        struct ncl_tensor *tensor = import->graph->tensor[i];
        if (!tensor->name && !(tensor->name = ncl_arena_printf(import->arena, "%.100s.%zu", base, ++number)))
            ncl_import_nomem(import);
    }
}

static bool is_fatal(nnefcl_status status)
{
    return status && status != NNEFCL_ERR_MODEL && status != NNEFCL_ERR_UNSUPPORTED;
}

static void node_run(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_import_operator *op = operator_find(import, node);
    const size_t first = import->graph->tensor_count;
    const struct ncl_loc outer = import->at;
    const struct ncl_import_node *around = import->node;
    const struct ncl_import_operator *around_op = import->op;
    if (++import->steps > MAX_STEPS)
        import->status = ncl_error(import->diag, NNEFCL_ERR_LIMIT, import->at, "more than %d nodes are run", MAX_STEPS);
    if (import->status)
        return;
    if (is_skipped(import, node))
        return;
    import->at = node_place(import, node);
    import->node = node;
    import->op = op;
    if (!op)
        ncl_import_refuse(import, "the operator %.60s is not supported", node->op);
    else if (!op->fold || !is_known(import, node) || !op->fold(import, node))
        op->build(import, node);
    if (!import->status)
        others_name(import, node, first);
    if (import->status)
        results_mark(import, node, false);
    import->at = outer;
    import->node = around;
    import->op = around_op;
    if (!is_fatal(import->status))
        import->status = NNEFCL_OK;
}

static void constants_define(struct ncl_import *import, const struct ncl_import_graph *graph)
{
    for (size_t i = 0; i < graph->constant_count && !import->status; i++) {
        const struct ncl_import_constant *constant = &graph->constant[i];
        struct ncl_import_value *value = ncl_import_define(import, constant->name);
        if (!value) {
            ncl_import_nomem(import);
            return;
        }
        value->constant = constant;
        value->element = constant->element;
        value->shape = constant->shape;
    }
}

static void nodes_run(struct ncl_import *import, const struct ncl_import_graph *graph)
{
    size_t count;
    const size_t *order = ncl_import_order(import, graph, &count);
    if (import->depth == 0)
        missing_find(import, graph, order, count);
    for (size_t i = 0; i < count && !import->status && import->diag->errors < NCL_MAX_ERRORS; i++)
        node_run(import, &graph->node[order[i]]);
}

/* ---- graphs within the graph ---- */

static void scope_enter(struct ncl_import *import, struct ncl_import_scope *scope)
{
    *scope = (struct ncl_import_scope){.outer = import->scope};
    import->scope = scope;
    import->depth++;
}

static void scope_leave(struct ncl_import *import)
{
    import->scope = import->scope->outer;
    import->depth--;
}

static void inputs_bind(struct ncl_import *import, const struct ncl_import_graph *graph,
                        const struct ncl_import_value *const *input)
{
    for (size_t i = 0; i < graph->input_count && !import->status; i++) {
        struct ncl_import_value *value = ncl_import_define(import, graph->input[i].name);
        if (!value) {
            ncl_import_nomem(import);
            return;
        }
        *value = *input[i];
        value->name = graph->input[i].name;
    }
}

static void outputs_take(struct ncl_import *import, const struct ncl_import_graph *graph,
                         struct ncl_import_value *output)
{
    for (size_t i = 0; i < graph->output_count && !import->status; i++) {
        const struct ncl_import_value *value = ncl_import_find(import, graph->output[i]);
        if (!value)
            ncl_import_wrong(import, "nothing gives the result '%.100s' of the graph within it", graph->output[i]);
        else if (value->failed)
            import->status = NNEFCL_ERR_MODEL; /* was reported where it happened */
        else
            output[i] = *value;
    }
}

struct ncl_import_value *ncl_import_values_new(struct ncl_import *import, size_t count)
{
    struct ncl_import_value *value = NCL_NEW_ARRAY(&import->scratch, struct ncl_import_value, count);
    if (!value)
        ncl_import_nomem(import);
    return value;
}

void ncl_import_inline(struct ncl_import *import, const struct ncl_import_graph *graph,
                       const struct ncl_import_value *const *input, size_t input_count, struct ncl_import_value *output)
{
    struct ncl_import_scope scope;
    for (size_t i = 0; i < graph->output_count; i++)
        output[i] = import->no_value;
    if (import->depth == MAX_DEPTH)
        ncl_import_refuse(import, "more than %d graphs are nested", MAX_DEPTH);
    if (input_count != graph->input_count)
        ncl_import_wrong(import, "the graph within it takes %zu inputs, %zu are given", graph->input_count,
                         input_count);
    if (import->status)
        return;
    scope_enter(import, &scope);
    inputs_bind(import, graph, input);
    constants_define(import, graph);
    nodes_run(import, graph);
    outputs_take(import, graph, output);
    scope_leave(import);
}

/* ---- results of the whole graph ---- */

/* Outputs have a tensor of their own each: one that is something else too, or has another name, is copied. `given`: the
 * names of those before. */
static void output_add(struct ncl_import *import, struct ncl_names *given, const char *name)
{
    struct ncl_import_value *value = ncl_import_find(import, name);
    if (!value)
        ncl_import_invalid(import, "nothing gives the output '%.100s'", name);
    if (value && value->dead)
        ncl_import_invalid(import, "the output '%.100s' is of a branch that is not taken", name);
    if (!value || value->failed || value->dead)
        return;
    struct ncl_tensor *tensor = ncl_import_as_tensor(import, value);
    const bool own = tensor->role == NCL_ROLE_ACTIVATION && tensor->name && strcmp(tensor->name, name) == 0 &&
                     !ncl_names_find(given, name);
    if (!ncl_names_put(given, &import->scratch, name, tensor))
        ncl_import_nomem(import);
    if (!own && !import->status) {
        const struct ncl_named_value x = {"x", ncl_value_tensor(tensor)};
        struct ncl_node *copy;
        ncl_import_status(import, ncl_make_node(&import->infer, "copy", &x, 1, import->at, &copy));
        if (import->status)
            return;
        tensor = ncl_node_result(copy, 0);
        ncl_import_name(import, tensor, name);
    }
    import->graph->output[import->graph->output_count++] = tensor;
}

static void outputs_collect(struct ncl_import *import, const struct ncl_import_graph *graph)
{
    struct ncl_names given = {0};
    import->graph->output = NCL_NEW_ARRAY(import->arena, struct ncl_tensor *, graph->output_count);
    if (!import->graph->output)
        ncl_import_nomem(import);
    if (graph->output_count == 0)
        ncl_import_invalid(import, "the graph has no outputs");
    for (size_t i = 0; i < graph->output_count && !import->status; i++)
        output_add(import, &given, graph->output[i]);
}

/* ---- the whole ---- */

static void graph_run(struct ncl_import *import)
{
    struct ncl_import_scope scope = {0};
    struct ncl_import_graph read = {0};
    import->scope = &scope;
    operators_collect(import);
    if (!import->status)
        ncl_import_status(import, import->format->read(import, &read));
    if (import->status)
        return;
    if (!(import->graph->name = ncl_arena_strdup(import->arena, read.name && *read.name ? read.name : "graph"))) {
        ncl_import_nomem(import);
        return;
    }
    constants_define(import, &read);
    ncl_import_inputs(import, &read);
    if (!import->status)
        nodes_run(import, &read);
    if (!import->status)
        outputs_collect(import, &read);
}

static void nothing_init(struct ncl_import *import)
{
    import->nothing = (struct ncl_tensor){.name = "", .shape = {.rank = NNEFCL_MAX_RANK }};
    for (int i = 0; i < NNEFCL_MAX_RANK; i++)
        import->nothing.shape.extent[i] = 1;
    import->no_value = (struct ncl_import_value){
        .name = "", .shape = import->nothing.shape, .tensor = &import->nothing, .failed = true};
}

nnefcl_status ncl_import_file(struct ncl_arena *arena, struct ncl_diag *diag, const struct ncl_import_format *format,
                              struct ncl_container *container, const struct ncl_import_options *options,
                              const struct ncl_graph **graph)
{
    struct ncl_import import = {
        .arena = arena, .diag = diag, .format = format, .options = options, .container = container};
    struct ncl_source *source = NCL_NEW(arena, struct ncl_source);
    const unsigned before = diag->errors;
    import.graph = NCL_NEW(arena, struct ncl_graph);
    if (!import.graph || !source || !(source->path = ncl_container_path(container, "graph.nnef", arena)))
        return ncl_nomem(diag);
    source->name = ncl_container_lone(container);
    import.at.source = import.graph->source = source;
    import.graph->signatures = options->signatures;
    import.infer = (struct ncl_infer){.arena = arena, .diag = diag, .graph = import.graph, .compat = options->compat};
    nothing_init(&import);
    ncl_arena_init(&import.scratch, &arena->allocator,
                   options->memory_limit && options->memory_limit < MAX_SCRATCH ? (size_t)options->memory_limit
                                                                                : MAX_SCRATCH);
    graph_run(&import);
    if (!import.status && diag->errors > before)
        import.status = diag->status;
    if (!import.status)
        ncl_import_status(&import, ncl_prune(import.graph, &import.scratch, diag));
    ncl_arena_free(&import.scratch);
    if (!import.status)
        *graph = import.graph;
    return import.status;
}

/* ---- files ---- */

nnefcl_status ncl_import_slurp(struct ncl_import *import, size_t member, const uint8_t **data, size_t *size)
{
    char *text = NULL;
    const uint64_t limit = import->options->memory_limit ? import->options->memory_limit : MAX_SCRATCH;
    ncl_import_status(import, ncl_container_slurp(import->container, member, limit, false, &import->scratch,
                                                  import->diag, &text, size));
    *data = (const uint8_t *)text;
    return import->status;
}

size_t ncl_import_member(struct ncl_import *import, const char *name)
{
    size_t index = SIZE_MAX;
    ncl_import_status(import, ncl_container_attach(import->container, name, import->diag, &index));
    return import->status ? SIZE_MAX : index;
}
