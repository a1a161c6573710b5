/* SPDX-License-Identifier: Apache-2.0 */
/* Which parts of tensors have a pitch: one walk for blocks and for plain tensors. */
#include "emit/blocks_known.h"
#include "emit/cut.h"
#include "emit/parts.h"
#include "emit/pitch.h"
#include "emit/variant.h"

/* ---- who touches plain tensors ---- */

struct pitches {
    struct ncl_lower *lower;
    bool *dense;                    /* by tensor id: somebody reads it who cannot have a pitch */
    const struct ncl_node **writer; /* by tensor id: the node whose last result it is */
    const struct ncl_node **outer;  /* by tensor id: the concatenation that it lies in */
};

static bool plain_cut(const struct ncl_lower *lower, const struct ncl_node *node, struct ncl_cut *cut)
{
    if (!node->op->cut || node->after || !node->op->cut(node, cut))
        return false;
    const nnefcl_shape *shape = &cut->whole->shape;
    return !ncl_blocks_held(lower, cut->joins ? cut->whole : cut->part[0].tensor) && shape->rank > 2 &&
           shape->extent[0] > 1 && cut->whole->dtype == NNEFCL_SCALAR &&
           (cut->whole->role == NCL_ROLE_ACTIVATION || cut->whole->role == NCL_ROLE_INPUT);
}

static const struct ncl_variant *decided_variant(const struct ncl_lower *lower, const struct ncl_node *node,
                                                 struct ncl_problem *problem)
{
    if (!node->op->problem)
        return NULL;
    node->op->problem(node, problem);
    return ncl_choose_decided(lower, problem);
}

/* The operand whose images may lie anywhere: what has blocks made of it, or reads it with a pitch. */
static const struct ncl_tensor *pitched_input(const struct ncl_lower *lower, const struct ncl_node *node)
{
    struct ncl_problem problem;
    const struct ncl_variant *variant = decided_variant(lower, node, &problem);
    if (!variant || !(variant->reads_blocks || variant->reads_pitched))
        return NULL;
    return ncl_blocks_input(&problem);
}

static void mark_dense(struct pitches *pitches, const struct ncl_value *value, const struct ncl_tensor *except)
{
    if (value->kind == NCL_VALUE_TENSOR && value->tensor != except)
        pitches->dense[value->tensor->id] = true;
    for (size_t i = 0; (value->kind == NCL_VALUE_ARRAY || value->kind == NCL_VALUE_TUPLE) && i < value->count; i++)
        mark_dense(pitches, &value->item[i], except);
}

static void mark_operands(struct pitches *pitches, const struct ncl_node *node, const struct ncl_tensor *except)
{
    for (size_t k = 0; k < node->parameter_count; k++)
        mark_dense(pitches, &node->argument[k], except);
}

/* The node, what hangs on it, and what feeds it. */
static void look_at_node(struct pitches *pitches, const struct ncl_node *node)
{
    struct ncl_cut cut;
    if (node->result_count && node->result[0].kind == NCL_VALUE_TENSOR)
        pitches->writer[ncl_node_last_result(node)->id] = node;
    if (node->feeder && ncl_blocks_fed(pitches->lower, node))
        mark_operands(pitches, node->feeder, NULL);
    else if (node->feeder)
        look_at_node(pitches, node->feeder);
    if (node->op->elements || plain_cut(pitches->lower, node, &cut))
        return;
    mark_operands(pitches, node, pitched_input(pitches->lower, node));
    for (const struct ncl_after *after = node->after; after; after = after->next)
        mark_operands(pitches, after->node, NULL);
}

/* A concatenation of one tensor is that tensor. */
static void mark_alone(struct pitches *pitches)
{
    const struct ncl_graph *graph = pitches->lower->graph;
    struct ncl_cut cut;
    for (size_t i = graph->node_count; i-- > 0;)
        if (plain_cut(pitches->lower, graph->node[i], &cut) && cut.joins && cut.count == 1)
            pitches->dense[cut.part[0].tensor->id] |= pitches->dense[cut.whole->id];
}

/* Numbers, and one of them for each channel: their places do not depend on that of the result. */
static bool chain_goes_by_channels(const struct ncl_node *node)
{
    for (const struct ncl_after *after = node->after; after; after = after->next)
        for (size_t k = 0; k < after->node->parameter_count; k++) {
            const struct ncl_value *value = &after->node->argument[k];
            const nnefcl_shape *shape = value->kind == NCL_VALUE_TENSOR ? &value->tensor->shape : NULL;
            if (!shape || ncl_node_makes(node, value->tensor))
                continue;
            const int64_t volume = ncl_shape_volume(shape);
            if (volume != 1 && !(shape->rank > 1 && shape->extent[1] == volume))
                return false;
        }
    return true;
}

static bool writer_can(const struct ncl_lower *lower, const struct ncl_node *node)
{
    struct ncl_problem problem;
    struct ncl_cut cut;
    if (!node || node->op->elements)
        return node;
    if (plain_cut(lower, node, &cut))
        return cut.joins && cut.count > 1;
    const struct ncl_variant *variant = decided_variant(lower, node, &problem);
    return variant && variant->writes_pitched && chain_goes_by_channels(node) &&
           !(problem.family == NCL_FAMILY_RESAMPLE && node->after); /* whose kernel has no chain */
}

static bool plain_part_can(const struct pitches *pitches, const struct ncl_tensor *part, bool joins)
{
    return part->role == NCL_ROLE_ACTIVATION && !ncl_blocks_held(pitches->lower, part) && !pitches->dense[part->id] &&
           ncl_shape_span(&part->shape, 1, part->shape.rank) > 1 &&
           (!joins || writer_can(pitches->lower, pitches->writer[part->id]));
}

/* ---- pitches ---- */

static int64_t *pitch_known(const struct pitches *pitches, const struct ncl_tensor *tensor, bool blocks)
{
    struct ncl_blocks *known = &pitches->lower->blocks[tensor->id];
    return blocks ? &known->pitch : &known->plain_pitch;
}

/* Are the parts, and nothing else, the beginning of that which the first one lies in? */
static bool is_beginning(const struct pitches *pitches, const struct ncl_cut *cut)
{
    const struct ncl_node *outer = pitches->outer[cut->part[0].tensor->id];
    struct ncl_cut larger;
    if (!outer || !outer->op->cut(outer, &larger) || larger.count < cut->count)
        return false;
    for (size_t i = 0; i < cut->count; i++)
        if (cut->part[i].tensor != larger.part[i].tensor)
            return false;
    return true;
}

/* The distance of the images of a whole; that of its first part where another whole gave it one, which then has this
 * whole in it too. */
static int64_t pitch_of(const struct pitches *pitches, const struct ncl_cut *cut, bool blocks)
{
    int64_t *whole = pitch_known(pitches, cut->whole, blocks);
    if (cut->joins && !*whole && (blocks || (plain_part_can(pitches, cut->whole, false) && is_beginning(pitches, cut))))
        *whole = *pitch_known(pitches, cut->part[0].tensor, blocks);
    const struct ncl_layout layout =
        blocks ? ncl_blocks_layout(pitches->lower, cut->whole) : ncl_pitch_layout(pitches->lower, cut->whole);
    return ncl_layout_stride(&layout, &cut->whole->shape, blocks && cut->whole->shape.rank == 5 ? 2 : 0);
}

/* Several of them, which may lie apart: those of a batch, the planes of a volume in blocks. */
static bool has_images(const nnefcl_shape *shape)
{
    return shape->extent[0] > 1 || (shape->rank == 5 && shape->extent[2] > 1);
}

static void give_pitch(struct pitches *pitches, const struct ncl_node *node, bool joins)
{
    struct ncl_lower *lower = pitches->lower;
    struct ncl_cut cut;
    const bool plain = plain_cut(lower, node, &cut);
    const bool blocks = !plain && node->op->cut && node->op->cut(node, &cut) && has_images(&cut.whole->shape) &&
                        ncl_cut_fits(&cut, lower->plan->target.lanes) &&
                        ncl_blocks_held(lower, cut.joins ? cut.whole : cut.part[0].tensor);
    if ((!plain && !blocks) || cut.joins != joins)
        return;
    const int64_t pitch = pitch_of(pitches, &cut, blocks);
    if (plain && joins && cut.count == 1) /* it is its part */
        return;
    for (size_t i = 0; i < cut.count; i++) {
        const struct ncl_tensor *part = cut.part[i].tensor;
        int64_t *known = pitch_known(pitches, part, blocks);
        if (plain && (*known || !plain_part_can(pitches, part, joins)))
            continue;
        *known = pitch;
        if (joins)
            pitches->outer[part->id] = node;
    }
}

/* The last one that joins says how far apart the images of all that is in it are. */
static void spread_pitches(struct pitches *pitches)
{
    struct ncl_lower *lower = pitches->lower;
    const struct ncl_graph *graph = lower->graph;
    for (size_t i = graph->node_count; i-- > 0;)
        give_pitch(pitches, graph->node[i], true);
    for (size_t i = 0; i < graph->node_count; i++)
        give_pitch(pitches, graph->node[i], false);
    for (size_t i = 0; i < graph->node_count; i++)
        for (const struct ncl_node *node = graph->node[i]; node; node = node->feeder)
            if (node->after) {
                const struct ncl_blocks *last = &lower->blocks[ncl_node_last_result(node)->id];
                lower->blocks[ncl_node_result(node, 0)->id].pitch = last->pitch;
                lower->blocks[ncl_node_result(node, 0)->id].plain_pitch = last->plain_pitch;
            }
}

static bool any_cut(const struct ncl_graph *graph)
{
    struct ncl_cut cut;
    for (size_t i = 0; i < graph->node_count; i++)
        if (graph->node[i]->op->cut && graph->node[i]->op->cut(graph->node[i], &cut) && has_images(&cut.whole->shape))
            return true;
    return false;
}

nnefcl_status ncl_pitch_decide(struct ncl_lower *lower)
{
    const struct ncl_graph *graph = lower->graph;
    struct pitches pitches = {.lower = lower};
    if (!any_cut(graph)) /* most networks, of which nobody is asked who computes what */
        return lower->status;
    pitches.dense = NCL_NEW_ARRAY(lower->arena, bool, graph->tensor_count);
    pitches.writer = NCL_NEW_ARRAY(lower->arena, const struct ncl_node *, graph->tensor_count);
    pitches.outer = NCL_NEW_ARRAY(lower->arena, const struct ncl_node *, graph->tensor_count);
    if (!pitches.dense || !pitches.writer || !pitches.outer)
        return ncl_parts_nomem(lower);
    for (size_t i = 0; i < graph->output_count; i++)
        pitches.dense[graph->output[i]->id] = true;
    for (size_t i = 0; i < graph->node_count; i++)
        look_at_node(&pitches, graph->node[i]);
    mark_alone(&pitches);
    spread_pitches(&pitches);
    return lower->status;
}
