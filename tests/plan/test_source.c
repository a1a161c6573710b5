/* SPDX-License-Identifier: Apache-2.0 */
/* Sources are named by what is in them: the same set of bodies is the same text for every model and batch, and no
 * number of a plan is in any. */
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "model/frozen.h"
#include "nnefcl/nnefcl.h"
#include "plan/source_persistent.h"
#include "suite.h"

/* Two models over the same bodies: another order, other sizes, more of some. */
#define NET_SHORT                                                                                                      \
    "version 1.0; graph a(x) -> (y) { x = external<scalar>(shape = [1, 8, 10, 10]);"                                   \
    " f = variable<scalar>(shape = [8, 8, 3, 3], label = 'f'); c = conv(x, f, 0.0, border = 'constant');"              \
    " d = conv(c, f, 0.0, border = 'constant');"                                                                       \
    " m = max_pool(d, size = [1, 1, 3, 3], border = 'ignore', stride = [1, 1, 2, 2]); y = softmax(m); }"
#define NET_LONG                                                                                                       \
    "version 1.0; graph b(x) -> (y, z) { x = external<scalar>(shape = [2, 8, 31, 17]); s = softmax(x);"                \
    " f = variable<scalar>(shape = [8, 8, 3, 3], label = 'f'); g = variable<scalar>(shape = [8, 8, 3, 3], label = "    \
    "'g');"                                                                                                            \
    " c = conv(s, f, 0.0, border = 'constant'); d = conv(c, g, 0.0, border = 'constant');"                             \
    " y = max_pool(d, size = [1, 1, 3, 3], border = 'ignore', stride = [1, 1, 2, 2]); z = softmax(y); }"

/* Two convolutions of 1x1 taps, each with a depthwise one behind it; rows and columns between the windows of both. */
#define NET_PAIRS(first, second)                                                                                       \
    "version 1.0; graph p(x) -> (y) { x = external<scalar>(shape = [1, 32, 56, 56]);"                                  \
    " e = variable<scalar>(shape = [32, 32, 1, 1], label = 'e');"                                                      \
    " f = variable<scalar>(shape = [96, 32, 1, 1], label = 'f');"                                                      \
    " g = variable<scalar>(shape = [96, 1, 3, 3], label = 'g');"                                                       \
    " h = variable<scalar>(shape = [96, 96, 1, 1], label = 'h');"                                                      \
    " i = conv(x, e, 0.0); a = conv(i, f, 0.0); b = conv(a, g, 0.0, groups = 0, stride = [" first "]);"                \
    " c = conv(b, h, 0.0); y = conv(c, g, 0.0, groups = 0, stride = [" second "]); }"

static struct ncl_arena arena;

static const struct ncl_plan *plan_of(const char *net, int64_t batch)
{
    const struct ncl_plan_options options = {0};
    nnefcl_model_options how = NNEFCL_MODEL_OPTIONS_INIT;
    nnefcl_error error = {0};
    nnefcl_model *model;
    const struct ncl_plan *plan;
    struct ncl_diag diag;
    how.random_weights = 1;
    how.batch = batch;
    ncl_diag_init(&diag, &error, NULL, NULL, false);
    ck_assert_msg(!nnefcl_model_open_memory(net, strlen(net), &how, &model, &error), "%s", error.message);
    ck_assert_msg(!ncl_model_plan(model, &ncl_target_generic_cpu, &options, &arena, &diag, NULL, &plan), "%s",
                  error.message);
    nnefcl_model_free(model);
    return plan;
}

/* Everything that the compiler gets for a plan. */
static void all_texts(const struct ncl_plan *plan, struct ncl_text *launches, struct ncl_text *persistent)
{
    struct ncl_program_texts texts;
    struct ncl_program_text set;
    bool wanted[64];
    ck_assert_uint_le(plan->kernel_count, 64);
    ncl_source_wanted(plan, true, true, wanted);
    ck_assert_int_eq(ncl_source_programs(plan, wanted, NULL, &arena, &texts), NNEFCL_OK);
    ncl_text_init(launches, NULL);
    ncl_text_init(persistent, NULL);
    for (size_t i = 0; i < texts.count; i++)
        ncl_source_text(launches, plan, &texts.program[i]);
    ck_assert_int_eq(ncl_persistent_set(plan, &arena, &set), NNEFCL_OK);
    ncl_source_text(persistent, plan, &set);
}

static void check_same(const struct ncl_plan *a, const struct ncl_plan *b, bool same)
{
    struct ncl_text launches[2], persistent[2];
    all_texts(a, &launches[0], &persistent[0]);
    all_texts(b, &launches[1], &persistent[1]);
    ck_assert_int_eq(strcmp(launches[0].data, launches[1].data) == 0, same);
    ck_assert_int_eq(strcmp(persistent[0].data, persistent[1].data) == 0, same);
    for (int i = 0; i < 2; i++) {
        ncl_text_free(&launches[i]);
        ncl_text_free(&persistent[i]);
    }
}

START_TEST(models_and_batches)
{
    const struct ncl_plan *a = plan_of(NET_SHORT, 0), *b = plan_of(NET_LONG, 0);
    ck_assert_uint_gt(b->run.count, a->run.count);
    check_same(a, b, true);
    for (int batch = 2; batch <= 8; batch++)
        check_same(a, plan_of(NET_SHORT, batch), true);
    check_same(b, plan_of(NET_LONG, 5), true);
    check_same(a, plan_of("version 1.0; graph c(x) -> (y) { x = external<scalar>(shape = [7]); y = exp(x); }", 0),
               false);
}
END_TEST

static size_t occurrences(const char *text, const char *what)
{
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, what)); at++)
        count++;
    return count;
}

/* The persistent form has the bodies of init and of the run, each once, and no other kernel stands beside it. */
START_TEST(whole)
{
    const struct ncl_plan *plan = plan_of(NET_SHORT, 0);
    struct ncl_program_texts texts;
    struct ncl_program_text set, all;
    struct ncl_text text;
    bool wanted[64];
    ck_assert_uint_le(plan->kernel_count, 64);
    ck_assert_uint_gt(plan->init.count, 0);
    ck_assert_int_eq(ncl_persistent_set(plan, &arena, &set), NNEFCL_OK);
    ncl_source_wanted(plan, true, true, wanted);
    ck_assert_int_eq(ncl_source_set(plan, wanted, &arena, &all), NNEFCL_OK);
    ck_assert_uint_eq(set.count, all.count);
    ncl_source_wanted(plan, false, false, wanted);
    ck_assert_int_eq(ncl_source_programs(plan, wanted, &set, &arena, &texts), NNEFCL_OK);
    ck_assert_uint_eq(texts.count, 1);
    ck_assert_uint_eq(texts.program[0].key, set.key);
    ncl_text_init(&text, NULL);
    ncl_source_text(&text, plan, &texts.program[0]);
    ck_assert_uint_eq(occurrences(text.data, "kernel void "), 1);
    ck_assert_uint_eq(occurrences(text.data, "kernel void persistent("), 1);
    ck_assert_uint_eq(occurrences(text.data, "static void task_"), set.count);
    ncl_text_free(&text);
}
END_TEST

/* Where the driver's header is long, texts declare what they call, but for those that call what they like. */
START_TEST(declarations)
{
    struct ncl_plan plan = *plan_of(NET_SHORT, 0);
    struct ncl_kernel kernel[64];
    struct ncl_program_text set;
    for (int i = 0; i < 3; i++) {
        struct ncl_text text;
        ck_assert_int_eq(ncl_persistent_set(&plan, &arena, &set), NNEFCL_OK);
        ncl_text_init(&text, NULL);
        ncl_source_text(&text, &plan, &set);
        ck_assert_int_eq(ncl_source_declares(text.data, text.length), i == 1);
        ck_assert(!ncl_source_declares(text.data, 1));
        ck_assert_uint_eq(occurrences(text.data, "size_t get_global_id(uint)"), i == 1);
        ncl_text_free(&text);
        plan.target.declares = true;
        ck_assert_uint_le(plan.kernel_count, 64);
        memcpy(kernel, plan.kernel, plan.kernel_count * sizeof *kernel);
        kernel[set.kernel[0]].source = i == 1 ? "static void FN(mine)(INDEX task, SIZES size) {}" : NULL;
        plan.kernel = kernel;
    }
}
END_TEST

static uint64_t key_of(const struct ncl_kernel *kernel, const struct ncl_target *target)
{
    struct ncl_kernel copy = *kernel;
    struct ncl_plan plan = {.target = *target, .kernel_count = 1, .kernel = &copy};
    ck_assert_int_eq(ncl_source_keys(&plan, NULL), NNEFCL_OK);
    return copy.key;
}

/* Whatever changes the text changes the key. */
START_TEST(keys)
{
    struct ncl_define define[2] = {{"A", "1"}, {"B", "2"}};
    const struct ncl_kernel kernel = {
        .body = "own", .source = "text", .define_count = 2, .define = define, .tensors = 2};
    struct ncl_target wide = ncl_target_generic_cpu, grouped = ncl_target_generic_cpu;
    wide.lanes = 16;
    grouped.group = 64;
    const uint64_t key = key_of(&kernel, &ncl_target_generic_cpu);
    ck_assert_uint_eq(key, key_of(&kernel, &ncl_target_generic_cpu));
    ck_assert_uint_ne(key, key_of(&kernel, &wide));
    ck_assert_uint_ne(key, key_of(&kernel, &grouped));
    struct ncl_kernel other = kernel;
    other.source = "text2";
    ck_assert_uint_ne(key, key_of(&other, &ncl_target_generic_cpu));
    other = kernel;
    other.tensors = 3;
    ck_assert_uint_ne(key, key_of(&other, &ncl_target_generic_cpu));
    other = kernel;
    other.body = "owner";
    ck_assert_uint_ne(key, key_of(&other, &ncl_target_generic_cpu));
    define[1].text = "3";
    ck_assert_uint_ne(key, key_of(&kernel, &ncl_target_generic_cpu));
}
END_TEST

static void check_key(const struct ncl_plan *plan, const struct ncl_program_text *program, uint64_t before,
                      uint64_t key)
{
    struct ncl_text text;
    ncl_text_init(&text, NULL);
    ncl_source_text(&text, plan, program);
    ck_assert(!text.failed);
    ck_assert_uint_eq(ncl_hash_much(before, text.data, text.length), key);
    ncl_text_free(&text);
}

/* All that the compiler gets is in the key, what stands around the bodies too: another version of the library, which
 * may have another text there, finds nothing of this one on disk. */
START_TEST(keys_are_texts)
{
    static const uint32_t number = 0;
    const struct ncl_program_text alone = {.kernel = &number, .count = 1}, around = {.persistent = true};
    const struct ncl_plan *plan = plan_of(NET_SHORT, 0);
    for (size_t i = 0; i < plan->kernel_count; i++) {
        struct ncl_kernel nameless = plan->kernel[i];
        const struct ncl_plan one = {.target = plan->target, .kernel_count = 1, .kernel = &nameless};
        nameless.key = 0;
        check_key(&one, &alone, NCL_HASH_BASIS, plan->kernel[i].key);
    }
    struct ncl_program_text set, persistent;
    bool wanted[64];
    ncl_source_wanted(plan, true, true, wanted);
    ck_assert_int_eq(ncl_source_set(plan, wanted, &arena, &set), NNEFCL_OK);
    ck_assert_int_eq(ncl_persistent_set(plan, &arena, &persistent), NNEFCL_OK);
    check_key(plan, &around, set.key, persistent.key);
}
END_TEST

/* The kernel of a body, which the plan has once, and its source. */
static const struct ncl_kernel *only_kernel(const struct ncl_plan *plan, const char *body, struct ncl_text *text)
{
    const struct ncl_kernel *found = NULL;
    for (uint32_t i = 0; i < plan->kernel_count; i++)
        if (strcmp(plan->kernel[i].body, body) == 0) {
            ck_assert_msg(!found, "%s is there twice", body);
            found = &plan->kernel[i];
            ncl_text_init(text, NULL);
            ncl_source_body(text, plan, i);
        }
    ck_assert_msg(found != NULL, "no %s", body);
    return found;
}

/* What steps use of a body is joined in one kernel; neither a batch nor a size changes it, another model does. */
START_TEST(needs)
{
    const struct {
        const char *net;
        int64_t batch;
        unsigned needs;
        const char *define;
    } is[] = {{NET_PAIRS("1, 1", "2, 2"), 1, 3, "#define NEEDS 3\n"},
              {NET_PAIRS("2, 2", "1, 1"), 2, 3, "#define NEEDS 3\n"},
              {NET_PAIRS("2, 2", "2, 2"), 1, 2, "#define NEEDS 2\n"},
              {NET_PAIRS("1, 1", "3, 3"), 1, 17, "#define NEEDS 17\n"}};
    uint64_t key = 0;
    for (size_t i = 0; i < sizeof is / sizeof *is; i++) {
        struct ncl_text text;
        const struct ncl_kernel *kernel = only_kernel(plan_of(is[i].net, is[i].batch), "conv_expand", &text);
        ck_assert_uint_eq(kernel->needs, is[i].needs);
        ck_assert_ptr_nonnull(strstr(text.data, is[i].define));
        ck_assert(i != 1 || kernel->key == key);
        ck_assert(i != 2 || kernel->key != key);
        key = kernel->key;
        ncl_text_free(&text);
    }
}
END_TEST

/* Each kernel step of init is a list of one step: its body, its tasks, its record, all of its tensors. */
START_TEST(init_lists)
{
    enum { HEAD = 6 }; /* fields of a row in front of its tensors */
    const struct ncl_plan *plan = plan_of(NET_SHORT, 0);
    struct ncl_program_text set;
    struct ncl_bodies bodies;
    int64_t *records;
    size_t count, lists = 0;
    ck_assert_int_eq(ncl_persistent_set(plan, &arena, &set), NNEFCL_OK);
    ck_assert_int_eq(ncl_persistent_bodies(plan, &set, &arena, &bodies), NNEFCL_OK);
    ck_assert_int_eq(ncl_source_records(plan, &bodies, &arena, &records, &count), NNEFCL_OK);
    uint64_t at = ncl_persistent_init_lists(plan);
    for (size_t i = 0; i < plan->init.count; i++) {
        const struct ncl_step *step = &plan->init.step[i];
        const uint64_t size = ncl_persistent_init_list_size(step);
        ck_assert_int_eq(size != 0, step->kind == NCL_STEP_KERNEL);
        if (!size)
            continue;
        const int64_t *list = records + at, *row = records + list[1];
        ck_assert(list[0] == 1 && list[2] == 1 && row == list + NCL_RECORD_HEAD);
        ck_assert_uint_eq(bodies.key[row[0]], plan->kernel[step->kernel].key);
        ck_assert_int_eq(row[1], (int64_t)step->tasks);
        ck_assert_int_eq(row[2], (int64_t)step->record);
        ck_assert_int_eq(row[3], 0);
        ck_assert_int_eq(row[5], step->tensor_count);
        ck_assert_uint_eq(size, NCL_RECORD_HEAD + HEAD + 2 * step->tensor_count);
        at += size;
        lists++;
    }
    ck_assert_uint_gt(lists, 0);
    ck_assert_uint_eq(at, count);
}
END_TEST

/* Each refusal of the persistent form, and none for a plan that fits. */
START_TEST(persistent_fits)
{
    struct ncl_plan plan = *plan_of(NET_SHORT, 0);
    const size_t bytes = 2 * sizeof(void *) + 2 * 8 + 32 * (sizeof(void *) + 8); /* of the arguments for 32 buffers */
    ck_assert_ptr_null(ncl_persistent_unfit(&plan));
    plan.target.relaxed_atomics = false;
    ck_assert(strstr(ncl_persistent_unfit(&plan), "another"));
    plan.target = ncl_target_generic_gpu;
    ck_assert(strstr(ncl_persistent_unfit(&plan), "CPU"));
    plan.target = ncl_target_generic_cpu;
    plan.buffer_count = 33;
    ck_assert(strstr(ncl_persistent_unfit(&plan), "32 buffers"));
    plan.buffer_count = 32;
    ck_assert_uint_eq(ncl_persistent_buffers(&plan), 32);
    plan.target.max_parameter_bytes = bytes - 1;
    ck_assert(strstr(ncl_persistent_unfit(&plan), "bytes"));
    plan.target.max_parameter_bytes = bytes;
    ck_assert_ptr_null(ncl_persistent_unfit(&plan));
    plan.run.step[0].tasks = (uint64_t)INT32_MAX + 1;
    ck_assert(strstr(ncl_persistent_unfit(&plan), "tasks"));
}
END_TEST

static void begin(void)
{
    ncl_arena_init(&arena, NULL, 0);
}

static void end(void)
{
    ncl_arena_free(&arena);
}

int main(void)
{
    Suite *suite = suite_create("source");
    TCase *tests = tcase_create("source");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, models_and_batches);
    tcase_add_test(tests, whole);
    tcase_add_test(tests, init_lists);
    tcase_add_test(tests, declarations);
    tcase_add_test(tests, keys);
    tcase_add_test(tests, keys_are_texts);
    tcase_add_test(tests, needs);
    tcase_add_test(tests, persistent_fits);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
