/* SPDX-License-Identifier: Apache-2.0 */
/* Containers, by class, and modules that do nothing when a network is evaluated. */
#include <string.h>

#include "import/torch7/torch7_walk.h"

static const struct ncl_t7 *child(const struct ncl_t7 *module, size_t index)
{
    const struct ncl_t7 *modules = ncl_t7_field(module, "modules");
    return modules ? ncl_t7_item(modules, index) : NULL;
}

static struct ncl_torch7_names walk_sequential(struct ncl_torch7 *r, const struct ncl_t7 *module,
                                               struct ncl_torch7_names in)
{
    for (size_t i = 1; child(module, i) && !r->import->status; i++)
        in = ncl_torch7_walk(r, child(module, i), in);
    return in;
}

/* Each child reads all of it; what they give is one list. */
static struct ncl_torch7_names walk_concat_table(struct ncl_torch7 *r, const struct ncl_t7 *module,
                                                 struct ncl_torch7_names in)
{
    struct ncl_torch7_names out = {0};
    for (size_t i = 1; child(module, i) && !r->import->status; i++)
        out = ncl_torch7_names_append(r, out, ncl_torch7_walk(r, child(module, i), in));
    return out;
}

/* Child number i reads item number i. */
static struct ncl_torch7_names walk_parallel_table(struct ncl_torch7 *r, const struct ncl_t7 *module,
                                                   struct ncl_torch7_names in)
{
    struct ncl_torch7_names out = {0};
    for (size_t i = 1; child(module, i) && !r->import->status; i++) {
        const struct ncl_torch7_names item = ncl_torch7_item(r, module->class_name, in, (double)i);
        out = ncl_torch7_names_append(r, out, ncl_torch7_walk(r, child(module, i), item));
    }
    return out;
}

/* ConcatTable, then a node that joins. */
static struct ncl_torch7_names walk_concat(struct ncl_torch7 *r, const struct ncl_t7 *module,
                                           struct ncl_torch7_names in)
{
    return ncl_torch7_add(r, module, walk_concat_table(r, module, in));
}

static struct ncl_torch7_names walk_select_table(struct ncl_torch7 *r, const struct ncl_t7 *module,
                                                 struct ncl_torch7_names in)
{
    return ncl_torch7_item(r, module->class_name, in, ncl_t7_number(module, "index", 1));
}

static struct ncl_torch7_names walk_narrow_table(struct ncl_torch7 *r, const struct ncl_t7 *module,
                                                 struct ncl_torch7_names in)
{
    const double first = ncl_t7_number(module, "offset", 1), length = ncl_t7_number(module, "length", 1);
    if (in.split || !(first >= 1 && length >= 1 && first + length - 1 <= (double)in.count))
        return ncl_torch7_refuse(r, module->class_name, "a range outside of its table");
    return (struct ncl_torch7_names){.count = (size_t)length, .name = in.name + (size_t)first - 1};
}

/* Module number i on item number i; those that are not there yet are the first one. */
static struct ncl_torch7_names walk_map_table(struct ncl_torch7 *r, const struct ncl_t7 *module,
                                              struct ncl_torch7_names in)
{
    const struct ncl_t7 *first = child(module, 1) ? child(module, 1) : ncl_t7_field(module, "module");
    struct ncl_torch7_names out = {0};
    if (!first || in.split)
        return ncl_torch7_refuse(r, module->class_name, "it has no module, or reads all items of a SplitTable");
    for (size_t i = 0; i < in.count && !r->import->status; i++) {
        const struct ncl_t7 *own = child(module, i + 1);
        out = ncl_torch7_names_append(
            r, out, ncl_torch7_walk(r, own ? own : first, ncl_torch7_item(r, module->class_name, in, (double)i + 1)));
    }
    return out;
}

/* Child i reads slice i of one axis; what they give is joined along another. */
static struct ncl_torch7_names walk_parallel(struct ncl_torch7 *r, const struct ncl_t7 *module,
                                             struct ncl_torch7_names in)
{
    const double from = ncl_t7_number(module, "inputDimension", 1), to = ncl_t7_number(module, "outputDimension", 1);
    struct ncl_torch7_names out = {0};
    for (size_t i = 1; child(module, i) && !r->import->status; i++) {
        const struct ncl_torch7_names part = ncl_torch7_add_made(
            r, "nn.Select", in, (const char *const[]){"dimension", "index", NULL}, (const double[]){from, (double)i});
        out = ncl_torch7_names_append(r, out, ncl_torch7_walk(r, child(module, i), part));
    }
    return ncl_torch7_add_made(r, "nn.JoinTable", out, (const char *const[]){"dimension", NULL},
                               (const double[]){to, 0});
}

/* The axes in front of the last nInputDim are one with the first of those, and apart again behind the child. */
static struct ncl_torch7_names walk_bottle(struct ncl_torch7 *r, const struct ncl_t7 *module,
                                           struct ncl_torch7_names in)
{
    const char *const name[] = {"nInputDim", NULL};
    const double dims[] = {ncl_t7_number(module, "nInputDim", 2), 0};
    if (!child(module, 1) || in.count != 1)
        return ncl_torch7_refuse(r, module->class_name, "it has no module, or reads a table");
    struct ncl_torch7_names flat = ncl_torch7_add_made(r, "nn.BottleIn", in, name, dims);
    flat = ncl_torch7_walk(r, child(module, 1), flat);
    return ncl_torch7_add_made(r, "nn.BottleOut", ncl_torch7_names_append(r, flat, in), name, dims);
}

/* How many items it has is known when its operand's shape is: who reads one asks for it by number. */
static struct ncl_torch7_names walk_split(struct ncl_torch7 *r, const struct ncl_t7 *module, struct ncl_torch7_names in)
{
    if (in.count != 1 || in.split)
        return ncl_torch7_refuse(r, module->class_name, "it reads a table");
    in.split = module;
    return in;
}

/* The places that a pool before it found: its numbers, and what it read, for the extents. */
static struct ncl_torch7_names walk_unpool(struct ncl_torch7 *r, const struct ncl_t7 *module,
                                           struct ncl_torch7_names in)
{
    const struct ncl_t7 *pool = ncl_t7_field(module, "pooling"), *places = ncl_t7_field(module, "indices");
    for (size_t i = r->nodes; i-- > 0 && ncl_torch7_step(r, module->class_name);) {
        const struct ncl_import_node *node = &r->node[i];
        const struct ncl_t7 *made = ((const struct ncl_torch7_detail *)node->detail)->module;
        if (node->output_count < 2 || (made != pool && (!places || ncl_t7_field(made, "indices") != places)))
            continue;
        struct ncl_torch7_names reads = ncl_torch7_names_new(r, 2);
        if (!reads.name)
            break;
        reads.name[0] = node->output[1];
        reads.name[1] = node->input[0];
        return ncl_torch7_add_pooled(r, module, made, ncl_torch7_names_append(r, in, reads));
    }
    return ncl_torch7_refuse(r, module->class_name, "no pool before it found its places");
}

/* Forms that scale when they are evaluated, not when they are trained: that of old files, and those of channels. */
static struct ncl_torch7_names walk_dropout(struct ncl_torch7 *r, const struct ncl_t7 *module,
                                            struct ncl_torch7_names in)
{
    const double p = ncl_t7_number(module, "p", 0.5);
    if (ncl_t7_true(module, "v2", false) || p == 0)
        return in;
    return ncl_torch7_add_made(r, "nn.MulConstant", in, (const char *const[]){"constant_scalar", NULL},
                               (const double[]){1 - p, 0});
}

static struct ncl_torch7_names walk_same(struct ncl_torch7 *r, const struct ncl_t7 *module, struct ncl_torch7_names in)
{
    (void)r;
    (void)module;
    return in;
}

static const struct {
    const char *name;
    struct ncl_torch7_names (*walk)(struct ncl_torch7 *r, const struct ncl_t7 *module, struct ncl_torch7_names in);
} containers[] = {{"Sequential", walk_sequential},
                  {"ConcatTable", walk_concat_table},
                  {"ParallelTable", walk_parallel_table},
                  {"Concat", walk_concat},
                  {"DepthConcat", walk_concat},
                  {"SelectTable", walk_select_table},
                  {"NarrowTable", walk_narrow_table},
                  {"MapTable", walk_map_table},
                  {"SplitTable", walk_split},
                  {"FlattenTable", walk_same},
                  {"Parallel", walk_parallel},
                  {"Bottle", walk_bottle},
                  {"gModule", ncl_torch7_walk_graph},
                  {"SpatialLPPooling", walk_sequential},
                  {"Inception", walk_sequential},
                  {"Decorator", walk_sequential},
                  {"Maxout", walk_sequential},
                  {"SpatialMaxUnpooling", walk_unpool},
                  {"Identity", walk_same},
                  {"TotalVariation", walk_same},
                  {"Dropout", walk_dropout},
                  {"SpatialDropout", walk_dropout},
                  {"VolumetricDropout", walk_dropout},
                  {"Copy", walk_same},
                  {"Contiguous", walk_same},
                  {"GradientReversal", walk_same},
                  {"L1Penalty", walk_same},
                  {"WhiteNoise", walk_same},
                  {"NoBackprop", walk_sequential},
                  {"DataParallelTable", walk_sequential}};

struct ncl_torch7_names ncl_torch7_walk(struct ncl_torch7 *r, const struct ncl_t7 *module, struct ncl_torch7_names in)
{
    size_t i = 0;
    if (r->import->status)
        return in;
    if (!module->class_name || module->kind != NCL_T7_TABLE)
        return ncl_torch7_refuse(r, "network", "it contains what is no module");
    if (!ncl_torch7_step(r, module->class_name))
        return in;
    if (++r->depth > NCL_TORCH7_DEPTH)
        return ncl_torch7_refuse(r, module->class_name, "modules are nested too deep, or within themselves");
    while (i < sizeof containers / sizeof *containers && strcmp(containers[i].name, ncl_torch7_class(module)) != 0)
        i++;
    const struct ncl_torch7_names out =
        i < sizeof containers / sizeof *containers ? containers[i].walk(r, module, in) : ncl_torch7_add(r, module, in);
    r->depth--;
    return out;
}
