/* SPDX-License-Identifier: Apache-2.0 */
/* A plan owns all it points to: printed, it is the same when the model is gone and its memory is overwritten. */
#include "model/frozen.h"
#include "model/model_text.h"
#include "plan/source.h"

static const char text[] = MODEL_HEADER
    "fragment twice( x: tensor<scalar> ) -> ( y: tensor<scalar> ) { y = hardly(x + x, by = [2.0, 3.0]); }\n"
    "graph owned( x ) -> ( y, s )\n{\n    x = external(shape = [2,3]);\n"
    "    w = variable(shape = [2,3], label = 'state');\n    v = variable(shape = [3,3], label = 'constant');\n"
    "    p = matmul(twice(x), v) + w;\n    y = pad(p, padding = [(1,1),(0,0)], value = 0.5);\n"
    "    s = update(w, p);\n}\n";

static nnefcl_status same_shape(nnefcl_call *call, void *user)
{
    const nnefcl_shape shape = nnefcl_call_shape(call, "x");
    (void)user;
    nnefcl_call_set_shape(call, "y", &shape);
    return NNEFCL_OK;
}

/* Overwrites what is freed, in front of which its size stands. */
static void *resize_spoiling(void *user, void *pointer, size_t size)
{
    size_t *old = pointer ? (size_t *)pointer - 2 : NULL, *made = size ? malloc(size + 2 * sizeof(size_t)) : NULL;
    (void)user;
    if (size && !made)
        return NULL;
    if (made)
        *made = size;
    if (made && old)
        memcpy(made + 2, old + 2, size < *old ? size : *old);
    volatile unsigned char *byte = (unsigned char *)old; /* or the compiler sees that nobody reads it */
    for (size_t i = 0; old && i < *old; i++)
        byte[2 * sizeof *old + i] = 0xee;
    free(old);
    return made ? made + 2 : NULL;
}

static void print_all(struct ncl_text *out, const struct ncl_plan *plan)
{
    ncl_plan_print(out, plan);
    for (uint32_t i = 0; i < plan->kernel_count; i++)
        ncl_source_text(out, plan, &(struct ncl_program_text){.count = 1, .kernel = &i});
    for (size_t i = 0; i < plan->state_count; i++)
        ncl_text_printf(out, "state %s %s\n", plan->state[i].name, plan->state[i].label);
    for (size_t i = 0; i < plan->run.count; i++) {
        const struct ncl_loc at = plan->run.step[i].at;
        ck_assert_ptr_eq(at.source, &plan->source); /* of the document, also where the step is one of a fragment */
        ncl_text_printf(out, "%s:%u:%u\n", at.source->name, at.line, at.column);
    }
    ncl_text_printf(out, "%.*s\n", (int)plan->source.length, plan->source.text);
}

START_TEST(outlives_the_model)
{
    static const nnefcl_operation hardly = {
        .version = 1,
        .declaration = "fragment hardly( x: tensor<scalar>, by: scalar[] ) -> ( y: tensor<scalar> );",
        .shape = same_shape,
        .source = "static void FN(hardly)(INDEX task, SIZES size, global const float *x, global float *y) { y[task] = "
                  "x[task] * VALUE_by(0); }\n"};
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    const struct ncl_plan_options settings = {.keep_tensors = true};
    struct model_text model;
    struct ncl_arena arena;
    struct ncl_diag diag;
    struct ncl_text before, after;
    const struct ncl_plan *plan;
    char *document = strdup(text); /* a model reads its text in place */
    options.operations = &hardly;
    options.operation_count = 1;
    options.allocator.resize = resize_spoiling;
    model_text_open(&model, document, &options);
    ck_assert_msg(model.status == NNEFCL_OK, "%s", model.error.message);
    ncl_arena_init(&arena, NULL, 0);
    ncl_diag_init(&diag, NULL, NULL, NULL, false);
    ck_assert_int_eq(ncl_model_plan(model.model, &ncl_target_generic_cpu, &settings, &arena, &diag, NULL, &plan),
                     NNEFCL_OK);
    ncl_text_init(&before, NULL);
    ncl_text_init(&after, NULL);
    print_all(&before, plan);
    model_text_close(&model);
    memset(document, 0xee, strlen(document));
    print_all(&after, plan);
    size_t at = 0;
    while (before.data[at] && before.data[at] == after.data[at])
        at++;
    ck_assert_msg(before.data[at] == after.data[at], "it differs from '%.60s' on", before.data + at);
    ck_assert_ptr_nonnull(strstr(after.data, "state w state"));
    ncl_text_free(&before);
    ncl_text_free(&after);
    ncl_arena_free(&arena);
    free(document);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("owned");
    TCase *tcase = tcase_create("owned");
    tcase_add_test(tcase, outlives_the_model);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
