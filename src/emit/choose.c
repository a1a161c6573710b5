/* SPDX-License-Identifier: Apache-2.0 */
/* Which variant computes a problem: a forced one, else the one of least cost among those that fit, measured where a
 * tuning table has it, else estimated. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "emit/blocks.h"
#include "emit/forms.h"
#include "emit/parts.h"
#include "emit/pitch.h"
#include "emit/tuning.h"
#include "emit/variant.h"

static const char *const family_names[] = {
#define FAMILY(NAME, name) #name,
    NCL_FAMILIES(FAMILY)
#undef FAMILY
};

const char *ncl_family_name(enum ncl_family family)
{
    return family_names[family];
}

/* A variant is tried where its estimate is below so many times the least one. */
#define NEAR 8

/* ---- the cheapest ---- */

struct candidate {
    const struct ncl_variant *variant;
    struct ncl_choice choice;
    double cost;
};

static void consider_variant(const struct ncl_lower *lower, const struct ncl_problem *problem,
                             const struct ncl_variant *variant, struct candidate *best)
{
    const struct ncl_target *target = &lower->plan->target;
    struct ncl_choice choice[NCL_CHOICES] = {{{0}}};
    const size_t count = variant->choices ? variant->choices(target, problem, choice) : 1;
    struct candidate own = {0};
    for (size_t i = 0; i < count; i++) {
        const double cost = variant->cost(target, problem, &choice[i]);
        if (!own.variant || cost < own.cost)
            own = (struct candidate){variant, choice[i], cost};
    }
    const double measured = ncl_tuning_find(lower->tuning, variant, problem);
    own.cost = (measured < 0 ? own.cost : measured) +
               ncl_blocks_cost(lower, problem, variant->reads_blocks, variant->writes_blocks);
    if (!best->variant || own.cost < best->cost)
        *best = own;
}

const char *ncl_variant_unfit(const struct ncl_variant *variant, const struct ncl_target *target,
                              const struct ncl_problem *problem)
{
    const struct ncl_tensor *input = problem ? ncl_blocks_input(problem) : NULL;
    if (problem && variant->writes_blocks && !(problem->result && ncl_blocks_can(problem->result)))
        return "its result has no channels to lie in blocks";
    if (input && variant->reads_blocks && !ncl_blocks_can(input))
        return "its input has no channels to lie in blocks";
    if (problem && variant->reads_blocks + variant->writes_blocks && !variant->volumes &&
        (problem->result ? problem->result : input)->shape.rank == 5)
        return "not for volumes";
    return variant->unfit ? variant->unfit(target, problem) : NULL;
}

bool ncl_variant_exact(const struct ncl_variant *variant)
{
    return !variant->transforms && !variant->foreign;
}

/* Steps that compute what feeds a node are for those nodes that were decided to have one. */
static bool variant_applies(const struct ncl_lower *lower, const struct ncl_problem *problem,
                            const struct ncl_variant *variant)
{
    const bool can = problem->family == NCL_FAMILY_CONV || problem->family == NCL_FAMILY_POOL;
    const bool fed = can && problem->result && ncl_blocks_fed(lower, problem->node);
    return variant->family == problem->family && variant->takes_feeder == fed &&
           !ncl_variant_unfit(variant, &lower->plan->target, problem);
}

/* What a variant may write. */
enum written { WRITTEN_PLAIN, WRITTEN_BLOCKED, WRITTEN_ANY };

static void consider_family(const struct ncl_lower *lower, const struct ncl_problem *problem, enum written written,
                            struct candidate *best)
{
    for (size_t i = 0; i < ncl_variant_count; i++) {
        const struct ncl_variant *variant = ncl_variants[i];
        if ((written == WRITTEN_ANY || variant->writes_blocks == (written == WRITTEN_BLOCKED)) &&
            (ncl_variant_exact(variant) || !lower->forced || !lower->forced->exact) &&
            variant_applies(lower, problem, variant))
            consider_variant(lower, problem, variant, best);
    }
}

/* The plain variant is the first of its family and fits always, so there is a best one. */
static struct candidate find_free(const struct ncl_lower *lower, const struct ncl_problem *problem,
                                  enum written written)
{
    struct candidate best = {0};
    consider_family(lower, problem, written, &best);
    if (!best.variant)
        consider_family(lower, problem, WRITTEN_ANY, &best);
    assert(best.variant);
    return best;
}

static struct candidate find_cheapest(const struct ncl_lower *lower, const struct ncl_problem *problem,
                                      enum written written)
{
    const struct ncl_variant *forced = lower->forced ? lower->forced->variant[problem->family] : NULL;
    struct candidate best = {0};
    if (!forced || !variant_applies(lower, problem, forced))
        return find_free(lower, problem, written);
    consider_variant(lower, problem, forced, &best);
    if (lower->forced->near[problem->family]) {
        const struct candidate free = find_free(lower, problem, WRITTEN_ANY);
        if (best.cost > NEAR * free.cost)
            return find_free(lower, problem, written);
    }
    return best;
}

const struct ncl_variant *ncl_choose_variant(const struct ncl_lower *lower, const struct ncl_problem *problem,
                                             double *cost)
{
    const bool blocks = lower->forced && lower->forced->blocks;
    const struct candidate best = find_cheapest(lower, problem, blocks ? WRITTEN_BLOCKED : WRITTEN_ANY);
    *cost = best.cost;
    return best.variant;
}

enum ncl_choose_feeder ncl_choose_feeder(const struct ncl_lower *lower, const struct ncl_problem *problem)
{
    const struct ncl_target *target = &lower->plan->target;
    const struct ncl_variant *forced = lower->forced ? lower->forced->variant[problem->family] : NULL;
    if (forced && !ncl_variant_unfit(forced, target, problem))
        return forced->takes_feeder ? NCL_FEEDER_TAKEN : NCL_FEEDER_APART;
    for (size_t i = 0; i < ncl_variant_count; i++)
        if (ncl_variants[i]->family == problem->family && ncl_variants[i]->takes_feeder &&
            !ncl_variant_unfit(ncl_variants[i], target, problem))
            return NCL_FEEDER_OPEN;
    return NCL_FEEDER_APART;
}

static ncl_ref add_result(struct ncl_lower *lower, const struct ncl_problem *problem, const struct ncl_variant *variant)
{
    if (!problem->result)
        return problem->out;
    if (!variant->writes_blocks) {
        const struct ncl_layout plain =
            variant->writes_pitched ? ncl_pitch_layout(lower, problem->result) : (struct ncl_layout){0};
        return ncl_lower_result(lower, problem->result, &plain);
    }
    struct ncl_layout layout = ncl_blocks_layout(lower, problem->result);
    layout.step = variant->writes_whole ? ncl_blocks_step(lower, problem->result) : 0;
    layout.element = layout.step > 0 ? NCL_ELEMENT_WHOLE : NCL_ELEMENT_OWN;
    return ncl_lower_result(lower, problem->result, &layout);
}

/* What the outermost choice of a node took, for who measures it; NULL within one and where nobody does. */
static const char *name_candidate(struct ncl_lower *lower, const struct ncl_problem *problem,
                                  const struct ncl_variant *variant)
{
    char text[NCL_CANDIDATE_TEXT];
    if (lower->variant || !lower->measured || !ncl_candidate_text(variant, problem, text))
        return NULL;
    const char *name = ncl_arena_strdup(lower->arena, text);
    if (!name)
        ncl_parts_nomem(lower);
    return name;
}

static struct candidate find_decided(const struct ncl_lower *lower, const struct ncl_problem *problem)
{
    const bool blocks = problem->result && ncl_blocks_held(lower, problem->result);
    return find_cheapest(lower, problem, blocks ? WRITTEN_BLOCKED : WRITTEN_PLAIN);
}

const struct ncl_variant *ncl_choose_decided(const struct ncl_lower *lower, const struct ncl_problem *problem)
{
    return find_decided(lower, problem).variant;
}

nnefcl_status ncl_choose(struct ncl_lower *lower, struct ncl_problem *problem)
{
    if (lower->status)
        return lower->status;
    const struct candidate best = find_decided(lower, problem);
    const char *outer = lower->variant, *candidate = lower->candidate;
    if (!outer)
        lower->candidate = name_candidate(lower, problem, best.variant);
    problem->out = add_result(lower, problem, best.variant);
    lower->variant = best.variant->name;
    const nnefcl_status status = best.variant->emit(lower, problem, &best.choice);
    lower->variant = outer;
    lower->candidate = candidate;
    return status;
}

nnefcl_status ncl_choose_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    struct ncl_problem problem;
    node->op->problem(node, &problem);
    return ncl_choose(lower, &problem);
}

/* ---- forced variants ---- */

const struct ncl_variant *ncl_variant_find(const char *name)
{
    for (size_t i = 0; i < ncl_variant_count; i++)
        if (strcmp(ncl_variants[i]->name, name) == 0)
            return ncl_variants[i];
    return NULL;
}

static const struct ncl_variant *find_variant(const char *family, size_t length, const char *name)
{
    for (size_t i = 0; i < ncl_variant_count; i++) {
        const char *of = ncl_family_name(ncl_variants[i]->family);
        const bool same_family = strlen(of) == length && memcmp(of, family, length) == 0;
        if (same_family && (!name || strcmp(ncl_variants[i]->name, name) == 0))
            return ncl_variants[i];
    }
    return NULL;
}

static nnefcl_status unknown_variant(const char *text, enum ncl_family family, struct ncl_diag *diag)
{
    char names[256] = "";
    for (size_t i = 0; i < ncl_variant_count; i++)
        if (ncl_variants[i]->family == family)
            snprintf(names + strlen(names), sizeof names - strlen(names), " %s", ncl_variants[i]->name);
    return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "'%s' names no variant; %s has%s", text,
                     ncl_family_name(family), names);
}

nnefcl_status ncl_choose_force(struct ncl_forced *forced, const char *text, struct ncl_diag *diag)
{
    if (strcmp(text, "plain") == 0) {
        for (int i = 0; i < NCL_FAMILY_COUNT; i++)
            forced->variant[i] = find_variant(ncl_family_name(i), strlen(ncl_family_name(i)), NULL);
        return NNEFCL_OK;
    }
    if (strcmp(text, "blocked") == 0) {
        forced->blocks = true;
        return NNEFCL_OK;
    }
    const size_t length = strcspn(text, "=~");
    const struct ncl_variant *plain = find_variant(text, length, NULL);
    char families[128] = "";
    for (int i = 0; i < NCL_FAMILY_COUNT; i++)
        snprintf(families + strlen(families), sizeof families - strlen(families), " %s", ncl_family_name(i));
    if (!plain)
        return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "'%s' names no family of kernels; there are%s", text,
                         families);
    const struct ncl_variant *variant = text[length] ? find_variant(text, length, text + length + 1) : NULL;
    if (!variant)
        return unknown_variant(text, plain->family, diag);
    forced->variant[plain->family] = variant;
    forced->near[plain->family] = text[length] == '~';
    return NNEFCL_OK;
}
