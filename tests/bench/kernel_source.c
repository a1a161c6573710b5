/* SPDX-License-Identifier: Apache-2.0 */
/* kernel_source MODEL BODY LANES: the text that the compiler gets for the first kernel of this body, in the plan of the
 * model for a CPU whose vectors have 8 or 16 lanes. No device is needed: widths.py compiles it for machines that are
 * not at hand. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/frozen.h"
#include "plan/source.h"

static int print_body(const struct ncl_plan *plan, const char *body)
{
    for (uint32_t i = 0; i < plan->kernel_count; i++) {
        const struct ncl_program_text program = {.count = 1, .kernel = &i};
        struct ncl_text text;
        if (strcmp(plan->kernel[i].body, body) != 0)
            continue;
        ncl_text_init(&text, NULL);
        ncl_source_text(&text, plan, &program);
        const int failed = text.failed || fputs(text.data, stdout) == EOF;
        ncl_text_free(&text);
        return failed;
    }
    fprintf(stderr, "the plan has no kernel %s\n", body);
    return 1;
}

int main(int argc, char **argv)
{
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    const struct ncl_plan_options plain = {0};
    struct ncl_target target = ncl_target_generic_cpu;
    const struct ncl_plan *plan;
    struct ncl_arena arena;
    struct ncl_diag diag;
    nnefcl_error error = {0};
    nnefcl_model *model;
    if (argc != 4)
        return 2;
    options.random_weights = 1;
    target.lanes = (unsigned)atoi(argv[3]);
    target.registers = ncl_target_registers(target.lanes);
    ncl_arena_init(&arena, NULL, 0);
    ncl_diag_init(&diag, &error, NULL, NULL, false);
    nnefcl_status status = nnefcl_model_open(argv[1], &options, &model, &error);
    if (!status)
        status = ncl_model_plan(model, &target, &plain, &arena, &diag, NULL, &plan);
    if (status)
        fprintf(stderr, "%s\n", error.message);
    const int failed = status || print_body(plan, argv[2]);
    ncl_arena_free(&arena);
    nnefcl_model_free(model);
    return failed;
}
