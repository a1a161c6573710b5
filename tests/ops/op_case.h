/* SPDX-License-Identifier: Apache-2.0 */
/* Cases of operations as data: a graph as text, its inputs and the outputs it must give: through the public API on the
 * default device (or the one that the environment variable NNEFCL_DEVICE names), and from the definitions of its
 * operations in double precision.
 *
 * Tensors are texts of numbers, separated by `|`: "1 2 3 4 | 0.5". Logicals are 0 and 1; nan, inf and -inf are allowed.
 * "5*0.25" is five times 0.25, "3..9" are the integers from 3 to 9. */
#ifndef OP_CASE_H
#define OP_CASE_H

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nnefcl/nnefcl.h"

#pragma GCC diagnostic ignored "-Wmissing-field-initializers" /* rows of tables leave out what is zero */
#include "ops/op_form.h"
#include "emit/variant.h"
#include "ops/op_repeat.h"
#include "ops/records.h"
#include "verify/exact.h"
#include "verify/judge.h"

struct op_case {
    const char *name, *graph, *inputs, *expect;
    double rtol, atol; /* |got - expected| <= atol + rtol * |expected|; both 0: 1e-5 and 1e-6 */
    unsigned compat;   /* NNEFCL_COMPAT_* */
};

struct op_error {
    const char *name, *graph, *message; /* a part of the message */
    int line;                           /* of the full text, where "version 1.0;" is line 1; 0: any */
};

#define OP_CASE_TENSORS 8

static const char *const op_case_plain[] = {"plain"};

/* The next token of the text is `count` values from `first` on in steps of `step`. False: the end of this tensor. */
static inline int op_case_token(const char **text, const char *name, double *first, double *step, long *count)
{
    const char *at = *text + strspn(*text, " \t\n");
    const size_t length = strcspn(at, " \t\n|");
    char token[64], *middle, *end;
    *text = at + length;
    if (length == 0)
        return 0;
    ck_assert_msg(length < sizeof token, "%s: number too long at '%.20s'", name, at);
    memcpy(token, at, length);
    token[length] = '\0';
    *step = 0;
    *count = 1;
    if ((middle = strstr(token, ".."))) {
        *first = strtol(token, NULL, 10);
        *count = strtol(middle + 2, &end, 10) - (long)*first + 1;
        *step = 1;
    } else if ((middle = strchr(token, '*'))) {
        *count = strtol(token, NULL, 10);
        *first = strtod(middle + 1, &end);
    } else {
        *first = strtod(token, &end);
    }
    ck_assert_msg(*end == '\0' && *count > 0, "%s: '%s' is not a number", name, token);
    return 1;
}

/* The numbers of one tensor, as many as `info` says; moves past the `|` behind it. The caller frees. */
static inline double *op_case_numbers(const char **text, const char *name, const nnefcl_tensor_info *info)
{
    const size_t wanted = info->bytes / nnefcl_dtype_size(info->dtype);
    double *values = malloc(wanted * sizeof *values + 1), first, step;
    size_t n = 0;
    long count;
    ck_assert_ptr_nonnull(values);
    while (op_case_token(text, name, &first, &step, &count))
        for (long i = 0; i < count; i++, n++)
            if (n < wanted)
                values[n] = first + step * (double)i;
    ck_assert_msg(n == wanted, "%s: the case gives %zu numbers for %s, which has %zu", name, n, info->name, wanted);
    if (**text == '|')
        ++*text;
    return values;
}

static inline void *op_case_pack(const double *values, const nnefcl_tensor_info *info)
{
    const size_t count = info->bytes / nnefcl_dtype_size(info->dtype);
    void *data = malloc(info->bytes + 1);
    ck_assert_ptr_nonnull(data);
    for (size_t i = 0; i < count; i++)
        switch (info->dtype) {
        case NNEFCL_SCALAR:
            ((float *)data)[i] = (float)values[i];
            break;
        case NNEFCL_INTEGER:
            ((int32_t *)data)[i] = (int32_t)values[i];
            break;
        case NNEFCL_LOGICAL:
            ((uint8_t *)data)[i] = values[i] != 0;
            break;
        }
    return data;
}

/* The caller frees. */
static inline double *op_case_doubles(const void *data, const nnefcl_tensor_info *info)
{
    const size_t count = info->bytes / nnefcl_dtype_size(info->dtype);
    double *values = malloc(count * sizeof *values + 1);
    ck_assert_ptr_nonnull(values);
    for (size_t i = 0; i < count; i++)
        values[i] = ncl_judge_element(info->dtype, data, i);
    return values;
}

static inline int op_case_close(double got, double expected, double rtol, double atol)
{
    if (isnan(got) || isnan(expected))
        return isnan(got) && isnan(expected);
    if (isinf(got) || isinf(expected))
        return got == expected;
    return fabs(got - expected) <= atol + rtol * fabs(expected);
}

static inline void op_case_compare(const struct op_case *c, const char *variant, const nnefcl_tensor_info *info,
                                   const double *got, const double *expected)
{
    const int defaults = c->rtol == 0 && c->atol == 0;
    const double rtol = defaults ? 1e-5 : c->rtol, atol = defaults ? 1e-6 : c->atol;
    const size_t count = info->bytes / nnefcl_dtype_size(info->dtype);
    size_t wrong = 0, at = 0;
    for (size_t i = count; i-- > 0;)
        if (!op_case_close((double)(float)got[i], (double)(float)expected[i], rtol, atol)) {
            wrong++;
            at = i;
        }
    ck_assert_msg(!wrong, "%s (%s): %zu of %zu elements of %s are wrong; the first is [%zu]: %.9g, expected %.9g",
                  c->name, variant, wrong, count, info->name, at, wrong ? got[at] : 0, wrong ? expected[at] : 0);
}

/* Output i of the model must have the expected numbers. */
static inline void op_case_compare_output(const struct op_case *c, const char *variant, const nnefcl_model *model,
                                          size_t output, const double *got, const char **text)
{
    nnefcl_tensor_info info;
    ck_assert_int_eq(nnefcl_model_output(model, output, &info), NNEFCL_OK);
    double *expected = op_case_numbers(text, c->name, &info);
    op_case_compare(c, variant, &info, got, expected);
    free(expected);
    if (output + 1 == nnefcl_model_output_count(model))
        ck_assert_msg((*text)[strspn(*text, " \t\n")] == '\0', "%s: expected values left over: '%.40s'", c->name,
                      *text);
}

/* The inputs of the case, of the types that the model wants. The caller frees each. */
static inline void op_case_inputs(const struct op_case *c, const nnefcl_model *model, void **inputs)
{
    const char *text = c->inputs ? c->inputs : "";
    nnefcl_tensor_info info;
    for (size_t i = 0; i < nnefcl_model_input_count(model); i++) {
        ck_assert_int_eq(nnefcl_model_input(model, i, &info), NNEFCL_OK);
        double *values = op_case_numbers(&text, c->name, &info);
        inputs[i] = op_case_pack(values, &info);
        free(values);
    }
    ck_assert_msg(text[strspn(text, " \t\n")] == '\0', "%s: inputs left over: '%.40s'", c->name, text);
}

/* The device as it is. */
static inline const nnefcl_device *op_case_device(void)
{
    return op_form_device(&op_forms[OP_FORM_LAUNCH]);
}

/* Opens "version 1.0;\n" and the graph. Variables have random values. */
static inline nnefcl_status op_case_open(const char *graph, unsigned compat, char **text, nnefcl_model **model,
                                         nnefcl_error *error)
{
    static const char version[] = "version 1.0;\n";
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    options.random_weights = 1;
    options.compat = compat;
    *model = NULL;
    *text = malloc(sizeof version + strlen(graph));
    ck_assert_ptr_nonnull(*text);
    strcpy(*text, version);
    strcat(*text, graph);
    return nnefcl_model_open_memory(*text, strlen(*text), &options, model, error);
}

/* What a session of the case is made with. */
struct op_session {
    const char *name;
    const struct op_form *form;
    nnefcl_session_options options;
};

/* More buffers than a kernel may have parameters: the only reason for which a form may not do for a case. */
static inline int op_case_too_many(const struct op_session *as, nnefcl_status status, const nnefcl_error *error)
{
    return as->form->execution == NNEFCL_EXECUTION_PERSISTENT && status == NNEFCL_ERR_UNSUPPORTED &&
           strstr(error->message, "kernel arguments");
}

static inline void op_case_check_run(const struct op_case *c, const nnefcl_model *model, nnefcl_session *session,
                                     void *const *inputs, const char *variant)
{
    nnefcl_error error = {0};
    nnefcl_tensor_info info;
    void *outputs[OP_CASE_TENSORS] = {NULL};
    const size_t output_count = nnefcl_model_output_count(model);
    for (size_t i = 0; i < output_count; i++) {
        ck_assert_int_eq(nnefcl_model_output(model, i, &info), NNEFCL_OK);
        outputs[i] = malloc(info.bytes + 1);
        ck_assert_ptr_nonnull(outputs[i]);
        memset(outputs[i], 0xA5, info.bytes);
    }
    const nnefcl_status status = nnefcl_session_run(session, (const void *const *)inputs, outputs, &error);
    ck_assert_msg(status == NNEFCL_OK, "%s (%s): run failed: %s", c->name, variant, error.message);
    const char *text = c->expect;
    for (size_t i = 0; i < output_count; i++) {
        nnefcl_model_output(model, i, &info);
        double *got = op_case_doubles(outputs[i], &info);
        op_case_compare_output(c, variant, model, i, got, &text);
        free(got);
        free(outputs[i]);
    }
}

static inline void op_case_run_as(const struct op_case *c, const nnefcl_model *model, const struct op_session *as,
                                  void *const *inputs)
{
    nnefcl_error error = {0};
    nnefcl_session *session = NULL;
    nnefcl_session_options options = as->options;
    char variant[64];
    if (op_repeats(as->form, model,
                   &(struct ncl_plan_options){.kernels = options.kernels, .kernel_count = options.kernel_count}))
        return;
    snprintf(variant, sizeof variant, "%s, %s", as->name, as->form->name);
    options.version = 1;
    options.execution = as->form->execution;
    const nnefcl_status created = nnefcl_session_create(model, op_form_device(as->form), &options, &session, &error);
    if (op_case_too_many(as, created, &error))
        return;
    ck_assert_msg(created == NNEFCL_OK, "%s (%s): no session: %s", c->name, variant, error.message);
    op_case_check_run(c, model, session, inputs, variant);
    nnefcl_session_free(session);
}

/* The definitions of the operations in double precision must give the expected numbers too. */
static inline void op_case_define(const struct op_case *c, const nnefcl_model *model, void *const *inputs)
{
    const nnefcl_allocator allocator = {0};
    nnefcl_error error = {0};
    struct ncl_diag diag;
    struct ncl_exact exact;
    struct ncl_model_constants constants;
    ncl_diag_init(&diag, &error, NULL, NULL, false);
    nnefcl_status status = ncl_model_constants_open(&constants, model, &diag);
    if (!status)
        status = ncl_exact_open(&exact, model->graph, model->compat, &constants.source, &allocator, &diag);
    ck_assert_msg(status == NNEFCL_OK, "%s (definition): %s", c->name, error.message);
    ck_assert_msg(ncl_exact_graph(&exact, (const void *const *)inputs, &diag) == NNEFCL_OK, "%s (definition): %s",
                  c->name, error.message);
    const char *text = c->expect;
    for (size_t i = 0; i < model->graph->output_count; i++)
        op_case_compare_output(c, "definition", model, i, exact.tensor[model->graph->output[i]->id].value, &text);
    ncl_exact_close(&exact);
    ncl_model_constants_close(&constants);
}

static inline int op_case_verdict(void *user, const nnefcl_verdict *v)
{
    const struct op_case *c = user;
    char at[128] = "";
    for (int i = 0; i < v->result.shape.rank; i++)
        snprintf(at + strlen(at), sizeof at - strlen(at), "%s%lld", i ? "," : "", (long long)v->position[i]);
    ck_assert_msg(v->bad == 0,
                  "%s (verified): %s = %s: %llu of %llu values; worst at [%s]: got %.9g, want %.9g, %g ULP of %g (%s)",
                  c->name, v->result.name, v->op, (unsigned long long)v->bad, (unsigned long long)v->elements, at,
                  v->got, v->want, v->ulp, v->tolerance, v->reason);
    return 0;
}

/* Every node is as near to its definition as the operation has to be; with one of `kernels`, NULL: as it is. */
static inline void op_case_verify(const struct op_case *c, const nnefcl_model *model, void *const *inputs,
                                  const char *const *kernels)
{
    nnefcl_error error = {0};
    nnefcl_session *session = NULL;
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    options.keep_tensors = 1;
    options.kernels = kernels;
    options.kernel_count = kernels != NULL;
    const nnefcl_status created = nnefcl_session_create(model, op_case_device(), &options, &session, &error);
    ck_assert_msg(created == NNEFCL_OK, "%s (verified): no session: %s", c->name, error.message);
    const nnefcl_status status =
        nnefcl_session_verify(session, model, (const void *const *)inputs, NULL, op_case_verdict, (void *)c, &error);
    ck_assert_msg(status == NNEFCL_OK, "%s (verified): %s", c->name, error.message);
    nnefcl_session_free(session);
}

/* Suites whose products a library has to compute define it as 1. PoCL takes half a minute for the kernels of CLBlast's
 * gemm, and as long for those of batches, which NNEFCL_LONG alone runs (what is asked of it: layers/test_library). */
#ifndef OP_LIBRARY
#define OP_LIBRARY 0
#endif

static inline bool op_case_is_short(const struct ncl_step *step)
{
    return !step->gemm || step->gemm->batch == 1 || getenv("NNEFCL_LONG");
}

/* Is there a step of the variant in the case's plan when it is forced? Also says the text that forces it. */
static inline bool op_case_uses(const nnefcl_model *model, const struct op_form *form,
                                const struct ncl_variant *variant, char text[64])
{
    const char *const kernels[] = {text};
    const struct ncl_plan_options options = {.kernels = kernels, .kernel_count = 1};
    const struct ncl_plan *plan;
    struct ncl_arena arena;
    struct ncl_diag diag;
    bool used = false;
    snprintf(text, 64, "%s=%s", ncl_family_name(variant->family), variant->name);
    ncl_arena_init(&arena, NULL, 0);
    ncl_diag_init(&diag, NULL, NULL, NULL, false);
    if (!ncl_model_plan(model, &op_form_device(form)->target, &options, &arena, &diag, NULL, &plan))
        for (size_t i = 0; i < plan->run.count; i++)
            used |= plan->run.step[i].variant && strcmp(plan->run.step[i].variant, variant->name) == 0 &&
                    op_case_is_short(&plan->run.step[i]);
    ncl_arena_free(&arena);
    return used;
}

/* Transforms round what is near a result, which the numbers of cases are not larger than by much. */
static inline struct op_case op_case_loosened(const struct op_case *c)
{
    struct op_case loose = *c;
    loose.rtol = fmax(c->rtol, 1e-4);
    loose.atol = fmax(c->atol, 1e-4);
    return loose;
}

/* A library's kernels know nothing of forms. Where there is the persistent form, launches leave forced bodies to it, which
 * are the same texts, and what stands around them to the form of a GPU; transforms, too long to compile in both, run in
 * the persistent one in host/test_persistent. NNEFCL_LONG: launches have them all. */
static inline bool op_case_runs_variant(const struct op_form *form, const struct ncl_variant *variant)
{
    if (strcmp(variant->name, "product_clblast") == 0)
        return form == &op_forms[OP_FORM_LAUNCH] && (OP_LIBRARY || getenv("NNEFCL_LONG"));
    if (form == &op_forms[OP_FORM_LAUNCH] && op_form_exists(&op_forms[OP_FORM_PERSISTENT]))
        return variant->transforms || getenv("NNEFCL_LONG");
    return form->execution != NNEFCL_EXECUTION_PERSISTENT || !variant->transforms;
}

/* Every variant of kernels that fits, in a form. */
static inline void op_case_run_variants(const struct op_case *c, const nnefcl_model *model, const struct op_form *form,
                                        void *const *inputs)
{
    for (size_t i = 0; i < ncl_variant_count; i++) {
        char text[64];
        const char *const kernels[] = {text};
        if (!op_case_runs_variant(form, ncl_variants[i]) || !op_case_uses(model, form, ncl_variants[i], text))
            continue;
        const struct op_session as = {text, form, {.kernels = kernels, .kernel_count = 1}};
        const struct op_case near = ncl_variants[i]->transforms ? op_case_loosened(c) : *c;
        op_case_run_as(&near, model, &as, inputs);
        if (ncl_variants[i]->transforms && form == &op_forms[OP_FORM_LAUNCH])
            op_case_verify(c, model, inputs, kernels);
    }
}

/* As it is, and with every variant where the form forces them, in every form; as launches also with a buffer of its own for every tensor. */
static inline void op_case_run_all(const struct op_case *c, const nnefcl_model *model, void *const *inputs)
{
    struct op_session as = {.name = "default"};
    for (int i = 0; i < OP_FORMS; i++) {
        as.form = &op_forms[i];
        if (!op_form_exists(as.form))
            continue;
        op_case_run_as(c, model, &as, inputs);
        if (op_form_forces(as.form))
            op_case_run_variants(c, model, as.form, inputs);
    }
    as = (struct op_session){"separate buffers", &op_forms[OP_FORM_LAUNCH], {.separate_buffers = 1}};
    op_case_run_as(c, model, &as, inputs);
}

/* Evaluates the definition, runs the case in all ways, and verifies every node, of fast and of plain kernels. */
static inline void op_case_run(const struct op_case *c)
{
    nnefcl_error error = {0};
    nnefcl_model *model;
    char *text;
    void *inputs[OP_CASE_TENSORS] = {NULL};
    const nnefcl_status status = op_case_open(c->graph, c->compat, &text, &model, &error);
    ck_assert_msg(status == NNEFCL_OK, "%s: does not open: %d:%d: %s", c->name, error.line, error.column,
                  error.message);
    ck_assert_msg(nnefcl_model_input_count(model) <= OP_CASE_TENSORS &&
                      nnefcl_model_output_count(model) <= OP_CASE_TENSORS,
                  "%s: more than %d tensors", c->name, OP_CASE_TENSORS);
    op_case_inputs(c, model, inputs);
    op_case_define(c, model, inputs);
    records_check(model);
    op_case_run_all(c, model, inputs);
    op_case_verify(c, model, inputs, NULL);
    op_case_verify(c, model, inputs, op_case_plain);
    for (size_t i = 0; i < OP_CASE_TENSORS; i++)
        free(inputs[i]);
    nnefcl_model_free(model);
    free(text);
}

/* Opening must fail with this message at this line. */
static inline void op_error_run(const struct op_error *c)
{
    nnefcl_error error = {0};
    nnefcl_model *model;
    char *text;
    const nnefcl_status status = op_case_open(c->graph, 0, &text, &model, &error);
    ck_assert_msg(status != NNEFCL_OK, "%s: opens, expected '%s'", c->name, c->message);
    ck_assert_msg(strstr(error.message, c->message) != NULL, "%s: '%s', expected '%s'", c->name, error.message,
                  c->message);
    ck_assert_msg(c->line == 0 || error.line == c->line, "%s: '%s' at line %d, expected line %d", c->name,
                  error.message, error.line, c->line);
    ck_assert_msg(model == NULL, "%s: a model in spite of the error", c->name);
    free(text);
}

#endif
