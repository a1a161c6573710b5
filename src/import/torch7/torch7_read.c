/* SPDX-License-Identifier: Apache-2.0 */
/* A network of modules becomes a graph: weights are constants, modules nodes, containers are walked (torch7_walk.h).
 * The file names nothing: the input is x, outputs are y, or y1, y2, ... */
#include <string.h>

#include "import/torch7/torch7_walk.h"

#define MAX_TABLE 65536

static void *torch7_array(struct ncl_torch7 *r, size_t count, size_t size)
{
    void *memory = r->import->status ? NULL : ncl_arena_array(&r->import->scratch, count, size);
    if (!memory && !r->import->status)
        ncl_import_nomem(r->import);
    return memory;
}

#define TORCH7_ARRAY(r, type, count) ((type *)torch7_array(r, count, sizeof(type)))

struct ncl_torch7_names ncl_torch7_names_new(struct ncl_torch7 *r, size_t count)
{
    return (struct ncl_torch7_names){.count = count, .name = TORCH7_ARRAY(r, const char *, count)};
}

struct ncl_torch7_names ncl_torch7_names_append(struct ncl_torch7 *r, struct ncl_torch7_names a,
                                                struct ncl_torch7_names b)
{
    if (a.split || b.split)
        return ncl_torch7_refuse(r, "nn.SplitTable", "its items are read one by one only");
    if (a.count + b.count > MAX_TABLE && !r->import->status)
        ncl_import_invalid(r->import, "a table of more than %d tensors", MAX_TABLE);
    struct ncl_torch7_names all = ncl_torch7_names_new(r, a.count + b.count);
    for (size_t i = 0; all.name && i < all.count; i++)
        all.name[i] = i < a.count ? a.name[i] : b.name[i - a.count];
    return all;
}

struct ncl_torch7_names ncl_torch7_refuse(struct ncl_torch7 *r, const char *class_name, const char *what)
{
    if (!r->import->status)
        ncl_import_invalid(r->import, "%.100s: %s", class_name, what);
    return (struct ncl_torch7_names){0};
}

struct ncl_torch7_names ncl_torch7_item(struct ncl_torch7 *r, const char *class_name, struct ncl_torch7_names in,
                                        double index)
{
    const double at = index < 0 ? (double)in.count + index + 1 : index;
    if (in.split)
        return ncl_torch7_add_made(
            r, "nn.Select", (struct ncl_torch7_names){.count = 1, .name = in.name},
            (const char *const[]){"dimension", "nInputDims", "index"},
            (const double[]){ncl_t7_number(in.split, "dimension", 1), ncl_t7_number(in.split, "nInputDims", 0), index});
    if (!(at >= 1 && at <= (double)in.count))
        return ncl_torch7_refuse(r, class_name, "an index outside of its table");
    return (struct ncl_torch7_names){.count = 1, .name = in.name + (size_t)at - 1};
}

bool ncl_torch7_step(struct ncl_torch7 *r, const char *class_name)
{
    if (++r->walked > NCL_TORCH7_STEPS)
        ncl_torch7_refuse(r, class_name, "the network has too many modules");
    return !r->import->status;
}

/* "nn.Linear", "cudnn.SpatialConvolution", "cunn. ...": the class alone. */
const char *ncl_torch7_class(const struct ncl_t7 *module)
{
    const char *dot = module->class_name ? strrchr(module->class_name, '.') : NULL;
    return dot ? dot + 1 : module->class_name ? module->class_name : "table";
}

/* ---- weights ---- */

static bool is_dense(const struct ncl_t7 *tensor)
{
    int64_t dense = 1;
    for (int i = tensor->rank - 1; i >= 0; dense *= tensor->extent[i--])
        if (tensor->extent[i] > 1 && tensor->stride[i] != dense)
            return false;
    return true;
}

static const void *dense_copy(struct ncl_torch7 *r, const struct ncl_t7 *tensor)
{
    const size_t width = ncl_stored_bits(tensor->element) / 8;
    int64_t at[NNEFCL_MAX_RANK] = {0}, from = tensor->first;
    uint64_t count = 1;
    for (int i = 0; i < tensor->rank; i++)
        if (__builtin_mul_overflow(count, (uint64_t)tensor->extent[i], &count) || count > ((uint64_t)1 << 40)) {
            ncl_torch7_refuse(r, tensor->class_name, "more elements than there may be");
            return NULL;
        }
    uint8_t *memory = ncl_arena_array(r->import->arena, (size_t)count, width);
    if (!memory)
        ncl_import_nomem(r->import);
    for (uint64_t k = 0; memory && k < count; k++) {
        memcpy(memory + k * width, tensor->storage->data + (size_t)from * width, width);
        for (int i = tensor->rank - 1; i >= 0; i--) {
            if (tensor->extent[i] == 1) /* its stride may be anything */
                continue;
            from += tensor->stride[i];
            if (++at[i] < tensor->extent[i])
                break;
            from -= tensor->stride[i] * tensor->extent[i];
            at[i] = 0;
        }
    }
    return memory;
}

static const char *add_constant(struct ncl_torch7 *r, const char *name, const struct ncl_t7 *tensor)
{
    if (r->import->status || !NCL_GROW(&r->import->scratch, r->constant, r->constants, r->constant_capacity)) {
        if (!r->import->status)
            ncl_import_nomem(r->import);
        return NULL;
    }
    struct ncl_import_constant *made = &r->constant[r->constants++];
    *made = (struct ncl_import_constant){.name = name,
                                         .element = tensor->element,
                                         .shape = {.rank = tensor->rank},
                                         .offset = tensor->storage->offset +
                                                   (uint64_t)tensor->first * ncl_stored_bits(tensor->element) / 8};
    memcpy(made->shape.extent, tensor->extent, sizeof made->shape.extent);
    if (!is_dense(tensor))
        made->memory = dense_copy(r, tensor);
    else if (tensor->storage->offset == NCL_T7_IN_MEMORY)
        made->memory = tensor->storage->data + (uint64_t)tensor->first * ncl_stored_bits(tensor->element) / 8;
    return name;
}

static const char *read_weight(struct ncl_torch7 *r, const struct ncl_t7 *module, const char *field)
{
    const struct ncl_t7 *tensor = ncl_t7_field(module, field);
    if (!tensor || tensor->kind != NCL_T7_TENSOR || !tensor->storage)
        return NULL;
    const char *name = ncl_arena_printf(&r->import->scratch, "%s%zu.%s", ncl_torch7_class(module), r->nodes, field);
    if (!name)
        ncl_import_nomem(r->import);
    return name ? add_constant(r, name, tensor) : NULL;
}

/* ---- nodes ---- */

static struct ncl_torch7_names add_node(struct ncl_torch7 *r, const struct ncl_torch7_detail *like,
                                        struct ncl_torch7_names in)
{
    static const char *const fields[NCL_TORCH7_WEIGHTS] = {"weight", "bias", "running_mean", "running_var"};
    const char *class_name = ncl_torch7_class(like->module);
    if (in.split)
        return ncl_torch7_refuse(r, class_name, "it reads all items of a SplitTable at once");
    const bool places = strcmp(class_name, "SpatialMaxPooling") == 0; /* may be asked for */
    struct ncl_torch7_detail *detail = TORCH7_ARRAY(r, struct ncl_torch7_detail, 1);
    const char **input = TORCH7_ARRAY(r, const char *, in.count + NCL_TORCH7_WEIGHTS);
    const struct ncl_torch7_names out = ncl_torch7_names_new(r, 2);
    if (r->import->status)
        return (struct ncl_torch7_names){.count = 1, .name = out.name};
    *detail = *like;
    detail->reads = in.count;
    for (size_t i = 0; i < in.count; i++)
        input[i] = in.name[i];
    for (size_t i = 0; i < NCL_TORCH7_WEIGHTS; i++)
        input[in.count + i] = read_weight(r, like->module, fields[i]);
    if (!input[in.count + NCL_TORCH7_VARIANCE]) /* old files */
        input[in.count + NCL_TORCH7_VARIANCE] = read_weight(r, like->module, "running_std");
    out.name[0] = ncl_arena_printf(&r->import->scratch, "%s%zu", class_name, r->nodes);
    out.name[1] = places ? ncl_arena_printf(&r->import->scratch, "%s.places", out.name[0]) : NULL;
    if (!out.name[0] || (places && !out.name[1]) ||
        !NCL_GROW(&r->import->scratch, r->node, r->nodes, r->node_capacity)) {
        ncl_import_nomem(r->import);
        return (struct ncl_torch7_names){.count = 1, .name = out.name};
    }
    r->node[r->nodes++] = (struct ncl_import_node){.name = out.name[0],
                                                   .op = class_name,
                                                   .domain = "",
                                                   .input_count = in.count + NCL_TORCH7_WEIGHTS,
                                                   .output_count = places ? 2 : 1,
                                                   .input = input,
                                                   .output = out.name,
                                                   .detail = detail};
    return (struct ncl_torch7_names){.count = 1, .name = out.name};
}

struct ncl_torch7_names ncl_torch7_add(struct ncl_torch7 *r, const struct ncl_t7 *module, struct ncl_torch7_names in)
{
    return add_node(r, &(const struct ncl_torch7_detail){.module = module}, in);
}

struct ncl_torch7_names ncl_torch7_add_pooled(struct ncl_torch7 *r, const struct ncl_t7 *module,
                                              const struct ncl_t7 *pool, struct ncl_torch7_names in)
{
    return add_node(r, &(const struct ncl_torch7_detail){.module = module, .pool = pool}, in);
}

struct ncl_torch7_names ncl_torch7_add_made(struct ncl_torch7 *r, const char *class_name, struct ncl_torch7_names in,
                                            const char *const *name, const double *number)
{
    struct ncl_t7 *made = TORCH7_ARRAY(r, struct ncl_t7, 7);
    struct ncl_t7_entry *entry = TORCH7_ARRAY(r, struct ncl_t7_entry, 3);
    if (r->import->status)
        return (struct ncl_torch7_names){0};
    made[0] = (struct ncl_t7){.kind = NCL_T7_TABLE, .class_name = class_name, .entry = entry};
    for (size_t i = 0; i < 3 && name[i]; i++) {
        made[2 * i + 1] = (struct ncl_t7){.kind = NCL_T7_STRING, .string = name[i]};
        made[2 * i + 2] = (struct ncl_t7){.kind = NCL_T7_NUMBER, .number = number[i]};
        entry[made->count++] = (struct ncl_t7_entry){&made[2 * i + 1], &made[2 * i + 2]};
    }
    if (!ncl_t7_index(&r->import->scratch, made))
        ncl_import_nomem(r->import);
    return ncl_torch7_add(r, made, in);
}

/* ---- the graph ---- */

/* The network itself, or one in a table, as checkpoints have it. */
static const struct ncl_t7 *find_network(const struct ncl_t7 *root)
{
    static const char *const keys[] = {"model", "net", "network", "module"};
    const struct ncl_t7 *found = root->class_name && root->kind == NCL_T7_TABLE ? root : NULL;
    for (size_t i = 0; !found && i < sizeof keys / sizeof *keys; i++) {
        const struct ncl_t7 *field = ncl_t7_field(root, keys[i]);
        if (field && field->class_name && field->kind == NCL_T7_TABLE)
            found = field;
    }
    return found;
}

/* x; or x1, x2, ... of a graph, or of modules side by side, that read a table. */
static struct ncl_torch7_names name_inputs(struct ncl_torch7 *r, const struct ncl_t7 *network,
                                           struct ncl_import_graph *graph)
{
    const size_t count = ncl_torch7_inputs(network);
    struct ncl_import_input *input = TORCH7_ARRAY(r, struct ncl_import_input, count);
    const struct ncl_torch7_names in = ncl_torch7_names_new(r, count);
    for (size_t i = 0; input && in.name && i < count; i++) {
        in.name[i] = count == 1 ? "x" : ncl_arena_printf(&r->import->scratch, "x%zu", i + 1);
        if (!in.name[i])
            ncl_import_nomem(r->import);
        input[i] = (struct ncl_import_input){.name = in.name[i], .element = NCL_STORED_FLOAT32, .rank = -1};
    }
    graph->input = input;
    graph->input_count = count;
    return in;
}

/* Outputs have names of their own: a node that passes on gives them. */
static void name_outputs(struct ncl_torch7 *r, struct ncl_torch7_names out, struct ncl_import_graph *graph)
{
    static const struct ncl_t7 identity = {.kind = NCL_T7_TABLE, .class_name = "nn.Output"};
    if (out.split)
        ncl_torch7_refuse(r, "nn.SplitTable", "the network gives all items of a SplitTable at once");
    const char **output = TORCH7_ARRAY(r, const char *, out.count);
    for (size_t i = 0; output && i < out.count && !r->import->status; i++) {
        const struct ncl_torch7_names made =
            ncl_torch7_add(r, &identity, (struct ncl_torch7_names){.count = 1, .name = out.name + i});
        output[i] = out.count == 1 ? "y" : ncl_arena_printf(&r->import->scratch, "y%zu", i + 1);
        if (!output[i])
            ncl_import_nomem(r->import);
        else if (made.name)
            made.name[0] = output[i];
    }
    graph->output = output;
    graph->output_count = out.count;
}

nnefcl_status ncl_torch7_read(struct ncl_import *import, struct ncl_import_graph *graph)
{
    struct ncl_torch7 r = {.import = import};
    const uint8_t *data;
    size_t size;
    if (ncl_import_slurp(import, 0, &data, &size))
        return import->status;
    const struct ncl_t7 *root = ncl_t7_read(import, data, size), *network = root ? find_network(root) : NULL;
    if (root && !network)
        ncl_import_invalid(import, "the file holds no network: neither a module nor a table with one as 'model'");
    if (import->status)
        return import->status;
    *graph = (struct ncl_import_graph){.name = "network"};
    name_outputs(&r, ncl_torch7_walk(&r, network, name_inputs(&r, network, graph)), graph);
    graph->node = r.node;
    graph->node_count = r.nodes;
    graph->constant = r.constant;
    graph->constant_count = r.constants;
    return import->status;
}
