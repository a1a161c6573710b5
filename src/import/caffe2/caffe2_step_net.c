/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "import/caffe2/caffe2_read.h"
#include "import/protobuf_text.h"

#define ADDED 5 /* attributes: the graph, its names in links, what links and results lead to */

/* A message, or its text as older versions wrote it. */
static const Caffe2__Net *unpack(struct ncl_caffe2_reader *r, const Caffe2__Argument *from)
{
    if (from && from->has_n)
        return ncl_protobuf_unpack(r->import, &caffe2__net__descriptor, from->n.data, from->n.len);
    if (from && from->has_s)
        return ncl_protobuf_text(r->import, &caffe2__net__descriptor, "step_net", from->s.data, from->s.len);
    ncl_import_invalid(r->import, "a recurrent network has no step_net");
    return NULL;
}

/* ---- names ---- */

struct words {
    const char **word;
    size_t count;
};

static bool has_word(const struct words *words, const char *word)
{
    for (size_t i = 0; i < words->count; i++)
        if (strcmp(words->word[i], word) == 0)
            return true;
    return false;
}

static struct words words_of(struct ncl_caffe2_reader *r, const struct ncl_import_node *node, const char *name)
{
    const struct ncl_import_attribute *from = ncl_import_attribute(node, name);
    const size_t count = from && from->kind == NCL_ATTRIBUTE_STRINGS ? from->count : 0;
    struct words words = {NCL_CAFFE2_ARRAY(r, const char *, count), count};
    for (size_t i = 0; words.word && i < count; i++)
        words.word[i] = from->string[i];
    if (!words.word)
        words.count = 0;
    return words;
}

/* Blobs of links, and the number of the step, that are read before the net writes them; those of links that it writes.
 */
static void step_names(struct ncl_caffe2_reader *r, const Caffe2__Net *net, const struct words *links,
                       const char *timestep, struct words *inputs, struct words *outputs)
{
    struct ncl_names written = {0};
    inputs->word = NCL_CAFFE2_ARRAY(r, const char *, links->count + 1);
    outputs->word = NCL_CAFFE2_ARRAY(r, const char *, links->count);
    for (size_t i = 0; i < net->n_op && !r->import->status; i++) {
        const Caffe2__Operator *op = net->op[i];
        for (size_t j = 0; j < op->n_input; j++)
            if (!ncl_names_find(&written, op->input[j]) && !has_word(inputs, op->input[j]) &&
                (has_word(links, op->input[j]) || strcmp(op->input[j], timestep) == 0))
                inputs->word[inputs->count++] = op->input[j];
        for (size_t j = 0; j < op->n_output && !ncl_names_find(&written, op->output[j]); j++) {
            if (!ncl_names_put(&written, &r->import->scratch, op->output[j], r))
                ncl_import_nomem(r->import);
            if (has_word(links, op->output[j]) && !has_word(outputs, op->output[j]))
                outputs->word[outputs->count++] = op->output[j];
        }
    }
}

/* ---- the graph ---- */

static void count_writings(struct ncl_caffe2_reader *r, const struct words *inputs)
{
    for (size_t i = 0; i < inputs->count; i++)
        ncl_rewritten_count(&r->blobs, inputs->word[i]);
    for (size_t i = 0; i < r->net->n_op; i++)
        for (size_t j = 0; j < r->net->op[i]->n_output; j++)
            ncl_rewritten_count(&r->blobs, r->net->op[i]->output[j]);
}

static struct ncl_import_graph *step_graph(struct ncl_caffe2_reader *outer, const Caffe2__Net *net,
                                           const struct words *inputs, const struct words *outputs)
{
    struct ncl_caffe2_reader r = {
        .import = outer->import, .net = net, .init = outer->init, .blobs = {outer->import, {0}}, .outer = outer};
    struct ncl_import_graph *graph = NCL_CAFFE2_ARRAY(&r, struct ncl_import_graph, 1);
    struct ncl_import_input *input = NCL_CAFFE2_ARRAY(&r, struct ncl_import_input, inputs->count);
    const char **output = NCL_CAFFE2_ARRAY(&r, const char *, outputs->count);
    if (!graph || !input || !output)
        return NULL;
    count_writings(&r, inputs);
    for (size_t i = 0; i < inputs->count; i++)
        input[i] = (struct ncl_import_input){
            .name = ncl_rewritten_write(&r.blobs, inputs->word[i]), .element = NCL_STORED_FLOAT32, .rank = -1};
    *graph = (struct ncl_import_graph){.name = "step",
                                       .node_count = net->n_op,
                                       .node = ncl_caffe2_nodes(&r),
                                       .input = input,
                                       .input_count = inputs->count,
                                       .output = output,
                                       .output_count = outputs->count};
    for (size_t i = 0; i < outputs->count; i++)
        output[i] = ncl_rewritten_read(&r.blobs, outputs->word[i]);
    return graph;
}

/* ---- attributes ---- */

/* In front of one of that name that the file has. */
static void add_words(struct ncl_import_attribute *attribute, const char *name, const struct words *words)
{
    *attribute = (struct ncl_import_attribute){name, NCL_ATTRIBUTE_STRINGS, words->count, .string = words->word};
}

/* Names of operands and of results, as the node has them. */
static void rename_words(struct ncl_caffe2_reader *r, const Caffe2__Operator *op, const struct ncl_import_node *node,
                         struct words *external, struct words *alias)
{
    for (size_t i = 0; i < external->count; i++)
        for (size_t j = 0; j < op->n_input; j++)
            if (strcmp(external->word[i], op->input[j]) == 0) {
                external->word[i] = node->input[j];
                break;
            }
    for (size_t i = 0; i < alias->count && !r->import->status; i++)
        for (size_t j = 0; j < op->n_output; j++)
            if (strcmp(alias->word[i], op->output[j]) == 0) {
                alias->word[i] = node->output[j];
                break;
            }
}

void ncl_caffe2_step_net(struct ncl_caffe2_reader *r, const Caffe2__Operator *op, struct ncl_import_node *node)
{
    struct words internal = words_of(r, node, "link_internal"), external = words_of(r, node, "link_external"),
                 alias = words_of(r, node, "alias_dst"), inputs = {0}, outputs = {0};
    const char *timestep = ncl_import_string(r->import, node, "timestep", "timestep");
    struct ncl_import_attribute *attribute =
        NCL_CAFFE2_ARRAY(r, struct ncl_import_attribute, node->attribute_count + ADDED);
    if (r->outer)
        ncl_import_invalid(r->import, "a recurrent network within the step of another");
    const Caffe2__Net *net = r->import->status ? NULL : unpack(r, ncl_caffe2_argument(op, "step_net"));
    if (!net)
        return;
    step_names(r, net, &internal, timestep, &inputs, &outputs);
    struct ncl_import_graph *graph = r->import->status ? NULL : step_graph(r, net, &inputs, &outputs);
    if (!graph || !attribute)
        return;
    rename_words(r, op, node, &external, &alias);
    attribute[0] = (struct ncl_import_attribute){"step_net", NCL_ATTRIBUTE_GRAPH, 1, .graph = graph};
    add_words(&attribute[1], "step_inputs", &inputs);
    add_words(&attribute[2], "step_outputs", &outputs);
    add_words(&attribute[3], "link_external", &external);
    add_words(&attribute[4], "alias_dst", &alias);
    memcpy(attribute + ADDED, node->attribute, node->attribute_count * sizeof *attribute);
    node->attribute = attribute;
    node->attribute_count += ADDED;
}
