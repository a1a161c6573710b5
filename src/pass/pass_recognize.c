/* Pass `recognize`: what a pattern writes down becomes the operation that is meant (patterns.nnef). */
#include "pass/match.h"
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

static bool node_recognize(struct ncl_rewrite *rw, const struct ncl_template *template, struct ncl_node *node)
{
    struct ncl_match match;
    struct ncl_value argument[NCL_MATCH_PARAMETERS];
    if (!ncl_match_find(rw, template, node, &match))
        return false;
    arguments_fill(template->meant, &match, argument);
    if (!ncl_rewrite_become_bound(rw, node, template->meant->signature, argument))
        return false;
    inner_remove(rw, &match);
    return true;
}

static bool node_recognize_any(struct ncl_rewrite *rw, const struct ncl_templates *templates, struct ncl_node *node)
{
    for (size_t i = 0; i < templates->count; i++)
        if (node_recognize(rw, &templates->item[i], node))
            return true;
    return false;
}

/* A node that was recognized may be a part of the next pattern, or be its end: from the first node to the last, each as
 * long as something fits. */
void ncl_pass_recognize(struct ncl_rewrite *rw, const struct ncl_pass_facts *facts)
{
    for (struct ncl_node *node = ncl_rewrite_first(rw); node; node = ncl_rewrite_next(node))
        while (node_recognize_any(rw, facts->templates, node))
            continue;
}
