/* SPDX-License-Identifier: Apache-2.0 */
/* Pass `recognize`: what a pattern writes down becomes the operation that is meant (patterns.nnef). */
#include "emit/after.h"
#include "pass/match.h"
#include "pass/moved_norm.h"
#include "pass/pass.h"

#include <assert.h>

/* The arguments of what is meant: parameters of the pattern, and values. */
static void arguments_fill(const struct ncl_term *meant, const struct ncl_match *match, struct ncl_value *argument)
{
    for (size_t i = 0; i < meant->count; i++) {
        const struct ncl_term *term = meant->item[i];
        assert(term->kind == NCL_TERM_PARAMETER || term->kind == NCL_TERM_VALUE);
        argument[i] = term->kind == NCL_TERM_VALUE ? term->value : match->bound[term->parameter];
    }
}

static size_t node_uses(const struct ncl_rewrite *rw, const struct ncl_node *node)
{
    size_t uses = 0;
    for (size_t i = 0; i < node->result_count; i++)
        uses += ncl_rewrite_uses(rw, ncl_node_result(node, i));
    return uses;
}

/* Those on the way, the ones that are read last. */
static void inner_remove(struct ncl_rewrite *rw, struct ncl_match *match)
{
    for (size_t left = match->count; left > 0;) {
        left = 0;
        for (size_t i = 0; i < match->count; i++) {
            if (node_uses(rw, match->node[i]) == 0)
                ncl_rewrite_remove(rw, match->node[i]);
            else
                left++;
        }
    }
}

/* ---- operations that are computed as they were written ---- */

struct inner {
    struct ncl_node *node[NCL_MATCH_NODES + 1];
    size_t count;
};

static bool inner_has(const struct inner *inner, const struct ncl_node *node)
{
    for (size_t i = 0; i < inner->count; i++)
        if (inner->node[i] == node)
            return true;
    return false;
}

/* The matcher comes from a result to its operands: backwards, each node stands behind those it reads. */
static struct inner inner_collect(const struct ncl_match *match)
{
    struct inner inner = {.count = 0};
    for (size_t i = match->count; i-- > 0;)
        if (!inner_has(&inner, match->node[i]))
            inner.node[inner.count++] = match->node[i];
    return inner;
}

static bool hangs_on(const struct ncl_node *producer, const struct ncl_node *previous, const struct ncl_node *node)
{
    const struct ncl_tensor *result = ncl_node_result(previous, 0);
    return producer->op->after && node->op->elements &&
           (node->argument[0].tensor == result || node->argument[1].tensor == result) &&
           ncl_shape_equal(&result->shape, &ncl_node_result(node, 0)->shape);
}

/* Element-wise nodes from `first` on hang on the one in front of them; how many. */
static size_t inner_hang(struct ncl_rewrite *rw, const struct inner *inner, size_t first)
{
    struct ncl_node *producer = inner->node[first - 1];
    size_t end = first;
    while (end < inner->count && hangs_on(producer, inner->node[end - 1], inner->node[end]))
        end++;
    struct ncl_after *link = ncl_rewrite_alloc(rw, end - first, sizeof *link);
    for (size_t i = end; link && i-- > first;)
        link[i - first] = (struct ncl_after){inner->node[i], i + 1 < end ? &link[i - first + 1] : NULL};
    if (link && end > first)
        producer->after = link;
    return end - first;
}

static void inner_keep(struct ncl_rewrite *rw, struct ncl_node *node, const struct inner *inner)
{
    const struct ncl_node **kept = ncl_rewrite_alloc(rw, inner->count, sizeof *kept);
    size_t count = 0;
    for (size_t i = 0; kept && i < inner->count; i++) {
        ncl_rewrite_unlist(rw, inner->node[i]);
        kept[count++] = inner->node[i];
    }
    node->inner = kept;
    node->inner_count = 0;
    for (size_t i = 0; kept && i < count; i += 1 + inner_hang(rw, inner, i + 1))
        kept[node->inner_count++] = inner->node[i];
}

/* ---- one node ---- */

static bool node_recognize(struct ncl_rewrite *rw, const struct ncl_template *template, struct ncl_node *node)
{
    const struct ncl_signature *meant = template->meant->signature;
    struct ncl_match match;
    struct ncl_value argument[NCL_MATCH_PARAMETERS];
    const struct ncl_node before = *node;
    if (!ncl_match_find(rw, template, node, &match))
        return false;
    arguments_fill(template->meant, &match, argument);
    if (!ncl_rewrite_become_bound(rw, node, meant, argument))
        return false;
    if (!meant->op->inner) {
        inner_remove(rw, &match);
        return true;
    }
    struct inner inner = inner_collect(&match);
    if ((inner.node[inner.count++] = ncl_rewrite_clone(rw, &before)))
        inner_keep(rw, node, &inner);
    return true;
}

static bool node_recognize_any(struct ncl_rewrite *rw, const struct ncl_templates *templates, struct ncl_node *node)
{
    for (size_t i = 0; i < templates->count; i++)
        if (node_recognize(rw, &templates->item[i], node))
            return true;
    return false;
}

/* A node that was recognized may be a part of the next pattern, or be its end, and moves around it may be left out:
 * from the first node to the last, each as long as something fits. */
void ncl_pass_recognize(struct ncl_rewrite *rw, const struct ncl_pass_facts *facts)
{
    for (struct ncl_node *node = ncl_rewrite_first(rw); node; node = ncl_rewrite_next(node))
        while (node_recognize_any(rw, facts->templates, node) || ncl_moved_norm_change(rw, facts->templates, node))
            continue;
}
