/* Which variant computes a problem: a forced one, else the one of least estimated cost among those that fit. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

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

/* ---- the cheapest ---- */

struct candidate {
    const struct ncl_variant *variant;
    struct ncl_choice choice;
    double cost;
};

static void consider_variant(const struct ncl_target *target, const struct ncl_problem *problem,
                             const struct ncl_variant *variant, struct candidate *best)
{
    struct ncl_choice choice[NCL_CHOICES] = {{{0}}};
    const size_t count = variant->choices ? variant->choices(target, problem, choice) : 1;
    for (size_t i = 0; i < count; i++) {
        const double cost = variant->cost(target, problem, &choice[i]);
        if (!best->variant || cost < best->cost)
            *best = (struct candidate){variant, choice[i], cost};
    }
}

const char *ncl_variant_unfit(const struct ncl_variant *variant, const struct ncl_target *target,
                              const struct ncl_problem *problem)
{
    return variant->unfit ? variant->unfit(target, problem) : NULL;
}

/* The plain variant is the first of its family and fits always, so there is a best one. */
static struct candidate find_cheapest(const struct ncl_lower *lower, const struct ncl_problem *problem)
{
    const struct ncl_target *target = &lower->plan->target;
    const struct ncl_variant *forced = lower->forced ? lower->forced->variant[problem->family] : NULL;
    struct candidate best = {0};
    if (forced && !ncl_variant_unfit(forced, target, problem)) {
        consider_variant(target, problem, forced, &best);
        return best;
    }
    for (size_t i = 0; i < ncl_variant_count; i++)
        if (ncl_variants[i]->family == problem->family && !ncl_variant_unfit(ncl_variants[i], target, problem))
            consider_variant(target, problem, ncl_variants[i], &best);
    assert(best.variant);
    return best;
}

nnefcl_status ncl_choose(struct ncl_lower *lower, struct ncl_problem *problem)
{
    if (lower->status)
        return lower->status;
    const struct candidate best = find_cheapest(lower, problem);
    const char *outer = lower->variant;
    if (problem->result)
        problem->out = ncl_lower_tensor(lower, problem->result);
    lower->variant = best.variant->name;
    const nnefcl_status status = best.variant->emit(lower, problem, &best.choice);
    lower->variant = outer;
    return status;
}

/* ---- forced variants ---- */

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
    const size_t length = strcspn(text, "=");
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
    return NNEFCL_OK;
}
