/* SPDX-License-Identifier: Apache-2.0 */
/* Cases of a pass as a table: the run steps of a graph's plan with the pass and without it, one suite for each. */
#ifndef PASS_STEPS_H
#define PASS_STEPS_H

#include <stdlib.h>
#include <string.h>

#include "model/frozen.h"
#include "nnefcl/nnefcl.h"
#include "ops/records.h"
#include "suite.h"

struct pass_steps_case {
    const char *name, *graph;
    size_t without, with;
};

/* What main gives to the loop of Check. `passes`: the pass, behind those that are always disabled since they would take
 * in what it takes. */
static struct {
    const struct pass_steps_case *cases;
    const char *const *passes;
    size_t pass_count;
    const struct ncl_target *target;
} pass_steps;

static inline size_t pass_steps_count(const nnefcl_model *model, bool disabled)
{
    const struct ncl_plan_options options = {.disabled_passes = pass_steps.passes,
                                             .disabled_pass_count = pass_steps.pass_count - !disabled};
    struct ncl_arena arena;
    struct ncl_diag diag;
    const struct ncl_plan *plan;
    ncl_arena_init(&arena, NULL, 0);
    ncl_diag_init(&diag, NULL, NULL, NULL, false);
    ck_assert_int_eq(ncl_model_plan(model, pass_steps.target, &options, &arena, &diag, NULL, &plan), NNEFCL_OK);
    const size_t count = plan->run.count;
    ncl_arena_free(&arena);
    return count;
}

START_TEST(joins)
{
    const struct pass_steps_case *c = &pass_steps.cases[_i];
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    nnefcl_error error = {0};
    nnefcl_model *model;
    options.random_weights = 1;
    const nnefcl_status status = nnefcl_model_open_memory(c->graph, strlen(c->graph), &options, &model, &error);
    ck_assert_msg(status == NNEFCL_OK, "%s: %s", c->name, error.message);
    const size_t without = pass_steps_count(model, true), with = pass_steps_count(model, false);
    ck_assert_msg(without == c->without, "%s: %zu steps without the pass", c->name, without);
    ck_assert_msg(with == c->with, "%s: %zu steps", c->name, with);
    records_check_for(model, pass_steps.target, false);
    nnefcl_model_free(model);
}
END_TEST

static inline int pass_steps_run(const char *name, const struct pass_steps_case *cases, size_t count,
                                 const char *const *passes, size_t pass_count, const struct ncl_target *target)
{
    pass_steps.cases = cases;
    pass_steps.passes = passes;
    pass_steps.pass_count = pass_count;
    pass_steps.target = target;
    Suite *suite = suite_create(name);
    TCase *tests = tcase_create(name);
    tcase_add_loop_test(tests, joins, 0, (int)count);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}

#endif
