/* SPDX-License-Identifier: Apache-2.0 */
/* The cases of the conformance run: every operation has some, and all of them are models that a strict reader accepts.
 */
#include <stdlib.h>
#include <string.h>

#include "nnefcl/nnefcl.h"
#include "verify/cases.h"
#include "suite.h"

static struct ncl_arena arena;
static struct ncl_case *cases;
static size_t count;

static void make(size_t most)
{
    nnefcl_error error = {0};
    struct ncl_diag diag;
    ncl_arena_init(&arena, NULL, 0);
    ncl_diag_init(&diag, &error, NULL, NULL, false);
    ck_assert_msg(ncl_cases_make(&arena, &diag, most, &cases, &count) == NNEFCL_OK, "%s", error.message);
    ck_assert_uint_gt(count, 0);
}

static void drop(void)
{
    ncl_arena_free(&arena);
}

START_TEST(every_operation_has_cases)
{
    make(2);
    for (size_t i = 0; i < nnefcl_op_count(); i++) {
        nnefcl_op_info op;
        size_t found = 0;
        ck_assert_int_eq(nnefcl_op(i, &op), NNEFCL_OK);
        for (size_t k = 0; k < count; k++)
            found += strcmp(cases[k].op, op.name) == 0 && strstr(cases[k].document, op.name);
        ck_assert_msg(found >= 2, "%s has %zu cases", op.name, found);
    }
    drop();
}
END_TEST

static void open_case(const struct ncl_case *item)
{
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    nnefcl_error error = {0};
    nnefcl_model *model;
    options.strict = 1;
    options.random_weights = 1;
    const nnefcl_status status =
        nnefcl_model_open_memory(item->document, strlen(item->document), &options, &model, &error);
    ck_assert_msg(status == NNEFCL_OK, "%s: %s\n%s", item->name, error.message, item->document);
    ck_assert_uint_eq(nnefcl_model_input_count(model), item->input_count);
    ck_assert_uint_le(nnefcl_model_output_count(model), NCL_CASE_OUTPUTS);
    nnefcl_model_free(model);
}

/* All of them with NNEFCL_LONG, else some from everywhere. */
START_TEST(all_are_models)
{
    make(SIZE_MAX);
    const size_t stride = getenv("NNEFCL_LONG") ? 1 : 1 + count / 3000 / 2 * 2;
    for (size_t i = 0; i < count; i += stride)
        open_case(&cases[i]);
    drop();
}
END_TEST

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct ncl_case *)a)->name, ((const struct ncl_case *)b)->name);
}

START_TEST(names_are_unique)
{
    make(10);
    qsort(cases, count, sizeof *cases, by_name);
    for (size_t i = 1; i < count; i++)
        ck_assert_str_ne(cases[i - 1].name, cases[i].name);
    drop();
}
END_TEST

static size_t count_with(const char *op, const char *text)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += strcmp(cases[i].op, op) == 0 && strstr(cases[i].document, text);
    return found;
}

START_TEST(every_border_is_there)
{
    static const char *const borders[] = {"'ignore'", "'constant'", "'replicate'", "'reflect'", "'reflect-even'"};
    static const struct {
        const char *op;
        size_t first; /* of `borders` that the operation has */
    } ops[] = {{"conv", 1},
               {"deconv", 1},
               {"box", 0},
               {"debox", 0},
               {"avg_pool", 0},
               {"max_pool", 0},
               {"argmax_pool", 0},
               {"max_pool_with_index", 0},
               {"rms_pool", 0},
               {"sample", 1},
               {"multilinear_upsample", 1},
               {"pad", 0},
               {"separable_conv", 1},
               {"separable_deconv", 1}};
    make(10);
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        for (size_t k = ops[i].first; k < 5; k++)
            ck_assert_msg(count_with(ops[i].op, borders[k]) > 0, "%s has no case with border %s", ops[i].op,
                          borders[k]);
    drop();
}
END_TEST

START_TEST(every_rank_is_there)
{
    static const char *const ops[] = {"relu", "add", "max_pool", "sum_reduce", "softmax", "transpose", "copy"};
    nnefcl_tensor_info info;
    make(60);
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
        unsigned ranks = 0;
        for (size_t k = 0; k < count; k++) {
            nnefcl_model *model;
            if (strcmp(cases[k].op, ops[i]) != 0)
                continue;
            ck_assert_int_eq(nnefcl_model_open_memory(cases[k].document, strlen(cases[k].document), NULL, &model, NULL),
                             NNEFCL_OK);
            nnefcl_model_input(model, 0, &info);
            ranks |= 1u << info.shape.rank;
            nnefcl_model_free(model);
        }
        ck_assert_msg(ranks == 0x1ff, "%s: ranks %03x", ops[i], ranks);
    }
    drop();
}
END_TEST

START_TEST(values_are_where_they_should_be)
{
    struct ncl_case item = {.op = "x",
                            .name = "x",
                            .input_count = 1,
                            .input = {{.values = NCL_CASE_RANGE, .low = -3, .high = 5, .stream = 7}}};
    int32_t whole[1000], again[1000], later[1000];
    float real[1000];
    bool seen[9] = {false};
    ncl_case_fill(&item, 0, 0, NNEFCL_INTEGER, 1000, whole);
    ncl_case_fill(&item, 0, 0, NNEFCL_INTEGER, 1000, again);
    ncl_case_fill(&item, 0, 1, NNEFCL_INTEGER, 1000, later);
    ncl_case_fill(&item, 0, 0, NNEFCL_SCALAR, 1000, real);
    ck_assert_mem_eq(whole, again, sizeof whole);
    ck_assert_mem_ne(whole, later, sizeof whole);
    for (int i = 0; i < 1000; i++) {
        ck_assert_int_ge(whole[i], -3);
        ck_assert_int_le(whole[i], 5);
        seen[whole[i] + 3] = true;
        ck_assert(real[i] >= -3 && real[i] <= 5);
    }
    for (int i = 0; i < 9; i++)
        ck_assert_msg(seen[i], "%d never comes", i - 3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cases");
    TCase *tests = tcase_create("cases");
    tcase_set_timeout(tests, 0);
    tcase_add_test(tests, every_operation_has_cases);
    tcase_add_test(tests, all_are_models);
    tcase_add_test(tests, names_are_unique);
    tcase_add_test(tests, every_border_is_there);
    tcase_add_test(tests, every_rank_is_there);
    tcase_add_test(tests, values_are_where_they_should_be);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
