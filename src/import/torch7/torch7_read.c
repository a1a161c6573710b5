/* SPDX-License-Identifier: Apache-2.0 */
/* Modules become nodes: containers are walked, with lists of names as what goes through them (a table of tensors is a
 * list of several), everything else is a node of its class. The file names nothing: the input is x, outputs are y, or
 * y1, y2, ... */
#include <math.h>
#include <string.h>

#include "import/torch7/torch7.h"

#define MAX_NODES 1000000 /* also of containers that are walked: modules may be shared */
#define MAX_TABLE 65536

struct torch7 {
    struct ncl_import *import;
    struct ncl_import_node *node;
    struct ncl_import_constant *constant;
    size_t nodes, node_capacity, constants, constant_capacity;
    size_t walked;
    unsigned depth;
};

/* What goes from module to module. */
struct names {
    size_t count;
    const char **name;
};

static void *torch7_array(struct torch7 *r, size_t count, size_t size)
{
    void *memory = r->import->status ? NULL : ncl_arena_array(&r->import->scratch, count, size);
    if (!memory && !r->import->status)
        ncl_import_nomem(r->import);
    return memory;
}

#define TORCH7_ARRAY(r, type, count) ((type *)torch7_array(r, count, sizeof(type)))

static struct names names_new(struct torch7 *r, size_t count)
{
    return (struct names){count, TORCH7_ARRAY(r, const char *, count)};
}

static struct names names_append(struct torch7 *r, struct names a, struct names b)
{
    if (a.count + b.count > MAX_TABLE && !r->import->status)
        ncl_import_invalid(r->import, "a table of more than %d tensors", MAX_TABLE);
    struct names all = names_new(r, a.count + b.count);
    for (size_t i = 0; all.name && i < all.count; i++)
        all.name[i] = i < a.count ? a.name[i] : b.name[i - a.count];
    return all;
}

static struct names torch7_refuse(struct torch7 *r, const char *class_name, const char *what)
{
    if (!r->import->status)
        ncl_import_invalid(r->import, "%.100s: %s", class_name, what);
    return (struct names){0};
}

/* "nn.Linear", "cudnn.SpatialConvolution", "cunn. ...": the class alone. */
static const char *bare_class(const struct ncl_t7 *module)
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

static const void *dense_copy(struct torch7 *r, const struct ncl_t7 *tensor)
{
    const size_t width = ncl_stored_bits(tensor->element) / 8;
    int64_t at[NNEFCL_MAX_RANK] = {0}, from = tensor->first;
    uint64_t count = 1;
    for (int i = 0; i < tensor->rank; i++)
        if (__builtin_mul_overflow(count, (uint64_t)tensor->extent[i], &count) || count > ((uint64_t)1 << 40)) {
            torch7_refuse(r, tensor->class_name, "more elements than there may be");
            return NULL;
        }
    uint8_t *memory = ncl_arena_array(r->import->arena, (size_t)count, width);
    if (!memory)
        ncl_import_nomem(r->import);
    for (uint64_t k = 0; memory && k < count; k++) {
        memcpy(memory + k * width, tensor->storage->data + (size_t)from * width, width);
        for (int i = tensor->rank - 1; i >= 0; i--) {
            from += tensor->stride[i];
            if (++at[i] < tensor->extent[i])
                break;
            from -= tensor->stride[i] * tensor->extent[i];
            at[i] = 0;
        }
    }
    return memory;
}

static const char *add_constant(struct torch7 *r, const char *name, const struct ncl_t7 *tensor)
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
    return name;
}

static const char *read_weight(struct torch7 *r, const struct ncl_t7 *module, const char *field)
{
    const struct ncl_t7 *tensor = ncl_t7_field(module, field);
    if (!tensor || tensor->kind != NCL_T7_TENSOR || !tensor->storage)
        return NULL;
    const char *name = ncl_arena_printf(&r->import->scratch, "%s%zu.%s", bare_class(module), r->nodes, field);
    if (!name)
        ncl_import_nomem(r->import);
    return name ? add_constant(r, name, tensor) : NULL;
}

/* ---- nodes ---- */

static struct names add_node(struct torch7 *r, const struct ncl_t7 *module, struct names in)
{
    static const char *const fields[NCL_TORCH7_WEIGHTS] = {"weight", "bias", "running_mean", "running_var"};
    struct ncl_torch7_detail *detail = TORCH7_ARRAY(r, struct ncl_torch7_detail, 1);
    const char **input = TORCH7_ARRAY(r, const char *, in.count + NCL_TORCH7_WEIGHTS);
    struct names out = names_new(r, 1);
    if (r->import->status)
        return out;
    *detail = (struct ncl_torch7_detail){module, in.count};
    for (size_t i = 0; i < in.count; i++)
        input[i] = in.name[i];
    for (size_t i = 0; i < NCL_TORCH7_WEIGHTS; i++)
        input[in.count + i] = read_weight(r, module, fields[i]);
    if (!(out.name[0] = ncl_arena_printf(&r->import->scratch, "%s%zu", bare_class(module), r->nodes)) ||
        !NCL_GROW(&r->import->scratch, r->node, r->nodes, r->node_capacity)) {
        ncl_import_nomem(r->import);
        return out;
    }
    r->node[r->nodes++] = (struct ncl_import_node){.name = out.name[0],
                                                   .op = bare_class(module),
                                                   .domain = "",
                                                   .input_count = in.count + NCL_TORCH7_WEIGHTS,
                                                   .output_count = 1,
                                                   .input = input,
                                                   .output = out.name,
                                                   .detail = detail};
    return out;
}

/* ---- containers ---- */

static struct names walk(struct torch7 *r, const struct ncl_t7 *module, struct names in);

static const struct ncl_t7 *child(const struct ncl_t7 *module, size_t index)
{
    const struct ncl_t7 *modules = ncl_t7_field(module, "modules");
    return modules ? ncl_t7_item(modules, index) : NULL;
}

static struct names walk_sequential(struct torch7 *r, const struct ncl_t7 *module, struct names in)
{
    for (size_t i = 1; child(module, i) && !r->import->status; i++)
        in = walk(r, child(module, i), in);
    return in;
}

/* Each child reads all of it; what they give is one list. */
static struct names walk_concat_table(struct torch7 *r, const struct ncl_t7 *module, struct names in)
{
    struct names out = {0};
    for (size_t i = 1; child(module, i) && !r->import->status; i++)
        out = names_append(r, out, walk(r, child(module, i), in));
    return out;
}

/* Child number i reads item number i. */
static struct names walk_parallel_table(struct torch7 *r, const struct ncl_t7 *module, struct names in)
{
    struct names out = {0};
    for (size_t i = 1; child(module, i) && !r->import->status; i++) {
        if (i > in.count)
            return torch7_refuse(r, module->class_name, "it has more modules than its table has tensors");
        out = names_append(r, out, walk(r, child(module, i), (struct names){1, in.name + i - 1}));
    }
    return out;
}

/* ConcatTable, then a node that joins. */
static struct names walk_concat(struct torch7 *r, const struct ncl_t7 *module, struct names in)
{
    return add_node(r, module, walk_concat_table(r, module, in));
}

static struct names walk_select_table(struct torch7 *r, const struct ncl_t7 *module, struct names in)
{
    const double given = ncl_t7_number(module, "index", 1), index = given < 0 ? (double)in.count + given + 1 : given;
    if (!(index >= 1 && index <= (double)in.count))
        return torch7_refuse(r, module->class_name, "an index outside of its table");
    return (struct names){1, in.name + (size_t)index - 1};
}

static struct names walk_narrow_table(struct torch7 *r, const struct ncl_t7 *module, struct names in)
{
    const double first = ncl_t7_number(module, "offset", 1), length = ncl_t7_number(module, "length", 1);
    if (!(first >= 1 && length >= 1 && first + length - 1 <= (double)in.count))
        return torch7_refuse(r, module->class_name, "a range outside of its table");
    return (struct names){(size_t)length, in.name + (size_t)first - 1};
}

/* Module number i on item number i; those that are not there yet are the first one. */
static struct names walk_map_table(struct torch7 *r, const struct ncl_t7 *module, struct names in)
{
    const struct ncl_t7 *first = child(module, 1) ? child(module, 1) : ncl_t7_field(module, "module");
    struct names out = {0};
    if (!first)
        return torch7_refuse(r, module->class_name, "it has no module");
    for (size_t i = 0; i < in.count && !r->import->status; i++) {
        const struct ncl_t7 *own = child(module, i + 1);
        out = names_append(r, out, walk(r, own ? own : first, (struct names){1, in.name + i}));
    }
    return out;
}

static struct names walk_same(struct torch7 *r, const struct ncl_t7 *module, struct names in)
{
    (void)r;
    (void)module;
    return in;
}

static const struct {
    const char *name;
    struct names (*walk)(struct torch7 *r, const struct ncl_t7 *module, struct names in);
} containers[] = {{"Sequential", walk_sequential},
                  {"ConcatTable", walk_concat_table},
                  {"ParallelTable", walk_parallel_table},
                  {"Concat", walk_concat},
                  {"DepthConcat", walk_concat},
                  {"SelectTable", walk_select_table},
                  {"NarrowTable", walk_narrow_table},
                  {"MapTable", walk_map_table},
                  {"FlattenTable", walk_same},
                  {"Identity", walk_same},
                  {"Dropout", walk_same},
                  {"SpatialDropout", walk_same},
                  {"VolumetricDropout", walk_same},
                  {"Copy", walk_same},
                  {"Contiguous", walk_same},
                  {"GradientReversal", walk_same},
                  {"L1Penalty", walk_same},
                  {"NoBackprop", walk_sequential},
                  {"DataParallelTable", walk_sequential}};

static struct names walk(struct torch7 *r, const struct ncl_t7 *module, struct names in)
{
    size_t i = 0;
    if (r->import->status)
        return in;
    if (!module->class_name || module->kind != NCL_T7_TABLE)
        return torch7_refuse(r, "network", "it contains what is no module");
    if (++r->walked > MAX_NODES)
        return torch7_refuse(r, module->class_name, "the network has too many modules");
    if (++r->depth > NCL_T7_DEPTH)
        return torch7_refuse(r, module->class_name, "modules are nested too deep, or within themselves");
    while (i < sizeof containers / sizeof *containers && strcmp(containers[i].name, bare_class(module)) != 0)
        i++;
    const struct names out =
        i < sizeof containers / sizeof *containers ? containers[i].walk(r, module, in) : add_node(r, module, in);
    r->depth--;
    return out;
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

/* Outputs have names of their own: a node that passes on gives them. */
static void name_outputs(struct torch7 *r, struct names out, struct ncl_import_graph *graph)
{
    static const struct ncl_t7 identity = {.kind = NCL_T7_TABLE, .class_name = "nn.Output"};
    const char **output = TORCH7_ARRAY(r, const char *, out.count);
    for (size_t i = 0; output && i < out.count && !r->import->status; i++) {
        const struct names made = add_node(r, &identity, (struct names){1, out.name + i});
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
    struct torch7 r = {.import = import};
    const uint8_t *data;
    size_t size;
    if (ncl_import_slurp(import, 0, &data, &size))
        return import->status;
    const struct ncl_t7 *root = ncl_t7_read(import, data, size), *network = root ? find_network(root) : NULL;
    struct ncl_import_input *input = TORCH7_ARRAY(&r, struct ncl_import_input, 1);
    struct names in = names_new(&r, 1);
    if (root && !network)
        ncl_import_invalid(import, "the file holds no network: neither a module nor a table with one as 'model'");
    if (import->status)
        return import->status;
    in.name[0] = "x";
    *input = (struct ncl_import_input){.name = "x", .element = NCL_STORED_FLOAT32, .rank = -1};
    *graph = (struct ncl_import_graph){.name = "network", .input = input, .input_count = 1};
    name_outputs(&r, walk(&r, network, in), graph);
    graph->node = r.node;
    graph->node_count = r.nodes;
    graph->constant = r.constant;
    graph->constant_count = r.constants;
    return import->status;
}
