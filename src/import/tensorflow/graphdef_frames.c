/* SPDX-License-Identifier: Apache-2.0 */
/* Loops of TensorFlow 1, which TensorFlow 2 writes too when it freezes a graph, as nodes with graphs. A loop is a
 * frame; what goes around in it is a Merge of an Enter (what comes in) and a NextIteration (what the turn before gave),
 * and a Switch behind it, whose second result goes into the turn and whose first leaves by an Exit. An Enter without a
 * Merge is the same in every turn. The Switches of a frame share a LoopCond. */
#include <string.h>

#include "import/tensorflow/graphdef.h"

struct frame_variable {
    const char *given;   /* from outside */
    const char *tested;  /* its name in the condition, */
    const char *carried; /* and in the body; */
    const char *next;    /* what the body makes of it, */
    const char *result;  /* and what is left in the end; "": nobody reads it */
};

struct frame {
    const char *name, *condition;
    struct frame_variable *variable;
    size_t count, capacity;
    struct ncl_import_graph graph[2]; /* condition and body */
    struct ncl_import_attribute attribute[2];
};

/* What makes a loop up: of which, and which of its variables. */
struct frame_part {
    struct frame *frame; /* NULL: an ordinary node */
    size_t variable;
};

struct frames {
    struct ncl_import *import;
    struct ncl_import_node *node; /* those of the graph, then one for each frame */
    size_t count, frames, capacity;
    struct ncl_names makers, names; /* of results: struct ncl_import_node; of frames: struct frame */
    struct frame **frame;
    struct frame_part *part;
    size_t *seen, *owner, *flood; /* of each node: the last flood that came by, and 1 + the frame that it is in */
};

static void *frames_array(struct frames *f, size_t count, size_t size)
{
    void *memory = f->import->status ? NULL : ncl_arena_array(&f->import->scratch, count, size);
    if (!memory && !f->import->status)
        ncl_import_nomem(f->import);
    return memory;
}

static bool node_is(const struct ncl_import_node *node, const char *op)
{
    return node && strcmp(node->op, op) == 0;
}

static struct ncl_import_node *maker_of(const struct frames *f, const char *name)
{
    return ncl_names_find(&f->makers, name);
}

static struct frame_part *part_of(const struct frames *f, const struct ncl_import_node *node)
{
    return &f->part[node - f->node];
}

static void maker_put(struct frames *f, struct ncl_import_node *node, const char *name)
{
    if (!f->import->status && !ncl_names_put(&f->makers, &f->import->scratch, name, node))
        ncl_import_nomem(f->import);
}

/* ---- the parts of loops ---- */

static struct frame *frame_of(struct frames *f, const struct ncl_import_node *enter)
{
    const char *name = ncl_import_string(f->import, enter, "frame_name", "");
    struct frame *frame = ncl_names_find(&f->names, name);
    if (frame)
        return frame;
    frame = frames_array(f, 1, sizeof *frame);
    if (!frame || !ncl_names_put(&f->names, &f->import->scratch, name, frame) ||
        !NCL_GROW(&f->import->scratch, f->frame, f->frames, f->capacity)) {
        ncl_import_nomem(f->import);
        return NULL;
    }
    frame->name = name;
    return f->frame[f->frames++] = frame;
}

static struct frame_part variable_add(struct frames *f, const struct ncl_import_node *enter,
                                      struct frame_variable variable)
{
    struct frame *frame = frame_of(f, enter);
    if (!frame || !NCL_GROW(&f->import->scratch, frame->variable, frame->count, frame->capacity)) {
        ncl_import_nomem(f->import);
        return (struct frame_part){0};
    }
    frame->variable[frame->count] = variable;
    return (struct frame_part){frame, frame->count++};
}

static void merge_read(struct frames *f, struct ncl_import_node *merge)
{
    struct ncl_import_node *enter = merge->input_count == 2 ? maker_of(f, merge->input[0]) : NULL,
                           *next = merge->input_count == 2 ? maker_of(f, merge->input[1]) : NULL;
    if (!node_is(enter, "Enter") || !node_is(next, "NextIteration") || !enter->input_count || !next->input_count)
        return;
    const struct frame_part part = variable_add(
        f, enter, (struct frame_variable){enter->input[0], merge->output[0], merge->output[0], next->input[0], ""});
    *part_of(f, merge) = *part_of(f, enter) = *part_of(f, next) = part;
}

static void enter_read(struct frames *f, struct ncl_import_node *enter)
{
    const char *name = enter->output[0];
    if (!part_of(f, enter)->frame && enter->input_count)
        *part_of(f, enter) = variable_add(f, enter, (struct frame_variable){enter->input[0], name, name, name, ""});
}

static void switch_read(struct frames *f, struct ncl_import_node *node)
{
    struct ncl_import_node *merge = node->input_count == 2 ? maker_of(f, node->input[0]) : NULL,
                           *cond = node->input_count == 2 ? maker_of(f, node->input[1]) : NULL;
    const struct frame_part part = node_is(merge, "Merge") ? *part_of(f, merge) : (struct frame_part){0};
    if (!part.frame || !node_is(cond, "LoopCond") || !cond->input_count)
        return;
    *part_of(f, node) = part;
    part_of(f, cond)->frame = part.frame;
    part.frame->condition = cond->input[0];
    if (node->output_count > 1)
        part.frame->variable[part.variable].carried = node->output[1];
}

static void exit_read(struct frames *f, struct ncl_import_node *node)
{
    struct ncl_import_node *from = node->input_count ? maker_of(f, node->input[0]) : NULL;
    const struct frame_part part = node_is(from, "Switch") ? *part_of(f, from) : (struct frame_part){0};
    if (!part.frame)
        return;
    *part_of(f, node) = part;
    part.frame->variable[part.variable].result = node->output[0];
}

/* Each step looks for what those in front of it found. */
static void parts_read(struct frames *f)
{
    static const struct {
        const char *op;
        void (*read)(struct frames *f, struct ncl_import_node *node);
    } steps[] = {{"Merge", merge_read}, {"Enter", enter_read}, {"Switch", switch_read}, {"Exit", exit_read}};
    for (size_t step = 0; step < sizeof steps / sizeof *steps; step++)
        for (size_t i = 0; i < f->count && !f->import->status; i++)
            if (node_is(&f->node[i], steps[step].op))
                steps[step].read(f, &f->node[i]);
}

/* ---- nodes for loops ---- */

/* Its graphs are filled in when all loops have their nodes. */
static void loop_make(struct frames *f, struct frame *frame, struct ncl_import_node *node)
{
    const char **input = frames_array(f, frame->count, sizeof *input),
               **output = frames_array(f, frame->count, sizeof *output);
    static const char *const names[] = {"cond", "body"};
    if (!input || !output)
        return;
    if (!frame->condition)
        ncl_import_invalid(f->import, "the loop '%.100s' has no condition", frame->name);
    for (int i = 0; i < 2; i++)
        frame->attribute[i] =
            (struct ncl_import_attribute){names[i], NCL_ATTRIBUTE_GRAPH, 1, .graph = &frame->graph[i]};
    *node = (struct ncl_import_node){.name = frame->name,
                                     .op = "While",
                                     .domain = "",
                                     .input_count = frame->count,
                                     .output_count = frame->count,
                                     .attribute_count = 2,
                                     .input = input,
                                     .output = output,
                                     .attribute = frame->attribute};
    for (size_t i = 0; i < frame->count; i++) {
        input[i] = frame->variable[i].given;
        output[i] = frame->variable[i].result;
        if (*output[i])
            maker_put(f, node, output[i]);
    }
}

/* The maker of `name` belongs to the frame, unless it makes up a loop. */
static void flood_visit(struct frames *f, size_t owner, size_t id, const char *name, size_t *count)
{
    const struct ncl_import_node *node = maker_of(f, name);
    const size_t i = node ? (size_t)(node - f->node) : 0;
    if (!node || f->part[i].frame || f->seen[i] == id)
        return;
    if (f->owner[i] && f->owner[i] != owner) {
        ncl_import_invalid(f->import, "the node '%.100s' belongs to two loops", node->name);
        return;
    }
    f->seen[i] = id;
    f->owner[i] = owner;
    f->flood[(*count)++] = i;
}

/* All that a graph of the loop needs: what gives its outputs, what that reads, and so on. */
static void flood(struct frames *f, size_t owner, size_t id, struct ncl_import_graph *graph)
{
    size_t count = 0;
    for (size_t i = 0; i < graph->output_count; i++)
        flood_visit(f, owner, id, graph->output[i], &count);
    for (size_t at = 0; at < count && !f->import->status; at++)
        for (size_t i = 0; i < f->node[f->flood[at]].input_count; i++)
            flood_visit(f, owner, id, f->node[f->flood[at]].input[i], &count);
    struct ncl_import_node *node = frames_array(f, count, sizeof *node);
    for (size_t i = 0; node && i < count; i++)
        node[i] = f->node[f->flood[i]];
    graph->node = node;
    graph->node_count = count;
}

static void graphs_make(struct frames *f, size_t number)
{
    struct frame *frame = f->frame[number];
    struct ncl_import_input *input = frames_array(f, 2 * frame->count, sizeof *input);
    const char **output = frames_array(f, frame->count, sizeof *output);
    if (!input || !output)
        return;
    for (size_t i = 0; i < frame->count; i++) {
        input[i] = (struct ncl_import_input){.name = frame->variable[i].tested, .rank = -1};
        input[frame->count + i] = (struct ncl_import_input){.name = frame->variable[i].carried, .rank = -1};
        output[i] = frame->variable[i].next;
    }
    frame->graph[0] = (struct ncl_import_graph){.name = frame->name,
                                                .input_count = frame->count,
                                                .output_count = 1,
                                                .input = input,
                                                .output = &frame->condition};
    frame->graph[1] = (struct ncl_import_graph){.name = frame->name,
                                                .input_count = frame->count,
                                                .output_count = frame->count,
                                                .input = input + frame->count,
                                                .output = output};
    for (size_t i = 0; i < 2; i++)
        flood(f, number + 1, 2 * number + i + 1, &frame->graph[i]);
}

/* ---- the graph ---- */

/* Each frame has an Enter. */
static size_t count_enters(const struct ncl_import_graph *graph)
{
    size_t count = 0;
    for (size_t i = 0; i < graph->node_count; i++)
        count += node_is(&graph->node[i], "Enter");
    return count;
}

static bool frames_open(struct frames *f, struct ncl_import *import, const struct ncl_import_graph *graph)
{
    const size_t all = graph->node_count + count_enters(graph);
    *f = (struct frames){.import = import, .count = graph->node_count};
    if (all == f->count)
        return false;
    f->node = frames_array(f, all, sizeof *f->node);
    f->part = frames_array(f, all, sizeof *f->part);
    f->seen = frames_array(f, all, sizeof *f->seen);
    f->owner = frames_array(f, all, sizeof *f->owner);
    f->flood = frames_array(f, all, sizeof *f->flood);
    if (import->status)
        return false;
    memcpy(f->node, graph->node, f->count * sizeof *f->node);
    for (size_t i = 0; i < f->count; i++)
        for (size_t j = 0; j < f->node[i].output_count; j++)
            maker_put(f, &f->node[i], f->node[i].output[j]);
    return !import->status;
}

void ncl_graphdef_frames(struct ncl_import *import, struct ncl_import_graph *graph)
{
    struct frames f;
    if (!frames_open(&f, import, graph))
        return;
    parts_read(&f);
    for (size_t i = 0; i < f.frames && !import->status; i++)
        loop_make(&f, f.frame[i], &f.node[f.count + i]);
    for (size_t i = 0; i < f.frames && !import->status; i++)
        graphs_make(&f, i);
    graph->node = f.node;
    graph->node_count = 0;
    for (size_t i = 0; i < f.count + f.frames; i++)
        if (!f.part[i].frame && !f.owner[i])
            f.node[graph->node_count++] = f.node[i];
}
