/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "model/frozen.h"
#include "suite.h"

#define MAX_TENSORS 400
#define MAX_STEPS   400

static struct ncl_plan_tensor tensors[MAX_TENSORS];
static struct ncl_step steps[MAX_STEPS];
static struct ncl_plan plan;
static struct ncl_arena arena;
static struct ncl_diag diag;
static nnefcl_error error;

static void reset(uint64_t max_allocation)
{
    memset(tensors, 0, sizeof tensors);
    memset(steps, 0, sizeof steps);
    memset(&error, 0, sizeof error);
    plan = (struct ncl_plan){.target = ncl_target_generic_cpu, .tensor = tensors, .run.step = steps};
    plan.target.max_allocation = max_allocation;
    ncl_diag_init(&diag, &error, NULL, NULL, false);
}

static void setup(void)
{
    ncl_arena_init(&arena, NULL, 0);
}

static void teardown(void)
{
    ncl_arena_free(&arena);
}

static ncl_ref tensor(uint64_t bytes, enum ncl_storage storage)
{
    tensors[plan.tensor_count] = (struct ncl_plan_tensor){
        .name = "t", .bytes = bytes, .storage = storage, .base = NCL_NO_TENSOR, .first_step = UINT32_MAX};
    return (ncl_ref)plan.tensor_count++;
}

static void step(ncl_ref in, ncl_ref out)
{
    steps[plan.run.count++] =
        (struct ncl_step){.kind = NCL_STEP_COPY, .tensor_count = 2, .tensor = {in, out}, .reads = 1, .writes = 2};
}

/* May `a` have been written over `b` by the last step that reads it? */
static bool may_take_over(const struct ncl_plan_tensor *a, const struct ncl_plan_tensor *b)
{
    return b->given && b->last_step == a->first_step && a->offset == b->offset;
}

/* No two tensors that live at the same time share bytes; every tensor is inside its buffer; no buffer is above the
 * limit. */
static void check_plan(void)
{
    for (size_t i = 0; i < plan.buffer_count; i++)
        ck_assert_uint_le(plan.buffer[i].bytes, plan.target.max_allocation);
    for (size_t i = 0; i < plan.tensor_count; i++) {
        const struct ncl_plan_tensor *a = &tensors[i];
        if (a->first_step == UINT32_MAX || a->base != NCL_NO_TENSOR)
            continue;
        ck_assert_uint_lt(a->buffer, plan.buffer_count);
        ck_assert_uint_le(a->offset + a->bytes, plan.buffer[a->buffer].bytes);
        ck_assert_uint_eq(a->offset % plan.target.alignment, 0);
        for (size_t k = 0; k < i; k++) {
            const struct ncl_plan_tensor *b = &tensors[k];
            if (b->first_step == UINT32_MAX || a->buffer != b->buffer || a->last_step < b->first_step ||
                b->last_step < a->first_step || may_take_over(a, b) || may_take_over(b, a))
                continue;
            ck_assert_msg(a->offset + a->bytes <= b->offset || b->offset + b->bytes <= a->offset,
                          "t%zu and t%zu overlap", i, k);
        }
    }
}

START_TEST(a_chain_needs_two)
{
    const struct ncl_plan_options options = {0};
    reset(1 << 20);
    ncl_ref last = tensor(1024, NCL_STORE_INPUT);
    for (int i = 0; i < 10; i++) {
        const ncl_ref next = tensor(1024, i == 9 ? NCL_STORE_OUTPUT : NCL_STORE_ARENA);
        step(last, next);
        last = next;
    }
    ck_assert_int_eq(ncl_memplan(&plan, &options, &arena, &diag), NNEFCL_OK);
    check_plan();
    ck_assert_uint_eq(plan.arena_bytes, 2048);
    ck_assert_uint_eq(plan.io_bytes, 2048);
    ck_assert_uint_eq(plan.buffer_count, 3);
}
END_TEST

/* A step that may write over its operand does so when that ends there, is as large and is named once. */
START_TEST(results_take_over)
{
    const struct ncl_plan_options options = {0};
    reset(1 << 20);
    const ncl_ref x = tensor(1024, NCL_STORE_INPUT), a = tensor(1024, NCL_STORE_ARENA),
                  b = tensor(1000, NCL_STORE_ARENA), c = tensor(1024, NCL_STORE_ARENA),
                  d = tensor(1024, NCL_STORE_ARENA), e = tensor(2048, NCL_STORE_ARENA),
                  f = tensor(2048, NCL_STORE_ARENA), g = tensor(2048, NCL_STORE_ARENA),
                  view = tensor(64, NCL_STORE_ARENA);
    tensors[view].base = f;
    tensors[g].kept = true;
    step(x, a);
    step(a, b);
    step(b, c); /* c over b, which is smaller, but takes as much room */
    step(a, d); /* a was needed until here */
    step(d, e); /* e is larger than d */
    step(e, f);
    step(view, g); /* a view gives nothing */
    step(c, tensor(1024, NCL_STORE_OUTPUT));
    for (size_t i = 0; i < plan.run.count; i++)
        steps[i].gives = 1;
    steps[5].tensor[2] = e; /* e is also read in another way */
    steps[5].tensor_count = 3;
    ck_assert_int_eq(ncl_memplan(&plan, &options, &arena, &diag), NNEFCL_OK);
    check_plan();
    ck_assert(tensors[b].given && tensors[c].offset == tensors[b].offset);
    ck_assert(tensors[a].given && tensors[d].offset == tensors[a].offset);
    ck_assert(!tensors[x].given && !tensors[c].given && !tensors[d].given && !tensors[e].given && !tensors[f].given);
}
END_TEST

START_TEST(separate_buffers_share_nothing)
{
    const struct ncl_plan_options options = {.separate_buffers = true};
    reset(1 << 20);
    ncl_ref last = tensor(100, NCL_STORE_INPUT);
    for (int i = 0; i < 5; i++) {
        const ncl_ref next = tensor(100, NCL_STORE_ARENA);
        step(last, next);
        last = next;
    }
    ck_assert_int_eq(ncl_memplan(&plan, &options, &arena, &diag), NNEFCL_OK);
    for (size_t i = 0; i < plan.tensor_count; i++)
        ck_assert_uint_eq(tensors[i].buffer, i);
}
END_TEST

START_TEST(weights_are_split)
{
    const struct ncl_plan_options options = {0};
    reset(4096);
    for (int i = 0; i < 10; i++)
        tensor(1000, NCL_STORE_WEIGHT);
    ck_assert_int_eq(ncl_memplan(&plan, &options, &arena, &diag), NNEFCL_OK);
    ck_assert_uint_eq(plan.buffer_count, 3);
    for (size_t i = 0; i < plan.buffer_count; i++)
        ck_assert_uint_le(plan.buffer[i].bytes, 4096);
}
END_TEST

START_TEST(a_view_keeps_its_base_alive)
{
    const struct ncl_plan_options options = {0};
    reset(1 << 20);
    const ncl_ref x = tensor(256, NCL_STORE_INPUT), a = tensor(256, NCL_STORE_ARENA), b = tensor(256, NCL_STORE_ARENA),
                  c = tensor(256, NCL_STORE_ARENA);
    const ncl_ref view = tensor(256, NCL_STORE_ARENA);
    tensors[view].base = a;
    step(x, a);
    step(x, b);
    step(b, c);
    step(view, tensor(256, NCL_STORE_OUTPUT));
    ck_assert_int_eq(ncl_memplan(&plan, &options, &arena, &diag), NNEFCL_OK);
    ck_assert_uint_eq(tensors[a].last_step, 3);
    check_plan();
    ck_assert(tensors[a].offset != tensors[b].offset && tensors[a].offset != tensors[c].offset);
}
END_TEST

START_TEST(too_large_names_both_numbers)
{
    const struct ncl_plan_options options = {0};
    reset(4096);
    const ncl_ref big = tensor(4097, NCL_STORE_ARENA);
    step(big, big);
    ck_assert_int_eq(ncl_memplan(&plan, &options, &arena, &diag), NNEFCL_ERR_LIMIT);
    ck_assert_ptr_nonnull(strstr(error.message, "4097"));
    ck_assert_ptr_nonnull(strstr(error.message, "4096"));
}
END_TEST

START_TEST(the_memory_limit_holds)
{
    struct ncl_plan_options options = {.memory_limit = 1999};
    for (int i = 0; i < 2; i++) {
        reset(1 << 20);
        step(tensor(1000, NCL_STORE_INPUT), tensor(1000, NCL_STORE_OUTPUT));
        options.memory_limit = i ? 2000 : 1999;
        ck_assert_int_eq(ncl_memplan(&plan, &options, &arena, &diag), i ? NNEFCL_OK : NNEFCL_ERR_LIMIT);
    }
}
END_TEST

/* Random graphs, each step reads an old tensor and makes a new one. */
START_TEST(nothing_overlaps)
{
    const struct ncl_plan_options options = {0};
    srand((unsigned)_i);
    reset(_i % 2 ? 20000 : 1 << 20);
    tensor(64, NCL_STORE_INPUT);
    for (int i = 1; i < MAX_TENSORS; i++) {
        const size_t window = plan.tensor_count < 12 ? plan.tensor_count : 12;
        const ncl_ref from = (ncl_ref)(plan.tensor_count - 1 - (size_t)rand() % window);
        step(from, tensor(1 + (uint64_t)rand() % 6000, NCL_STORE_ARENA));
        steps[plan.run.count - 1].gives = (unsigned)rand() % 2;
    }
    ck_assert_int_eq(ncl_memplan(&plan, &options, &arena, &diag), NNEFCL_OK);
    check_plan();
    uint64_t sum = 0;
    for (size_t i = 0; i < plan.tensor_count; i++)
        sum += tensors[i].bytes;
    ck_assert_uint_lt(plan.arena_bytes, sum / 4);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("memplan");
    TCase *tests = tcase_create("memplan");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_chain_needs_two);
    tcase_add_test(tests, results_take_over);
    tcase_add_test(tests, separate_buffers_share_nothing);
    tcase_add_test(tests, weights_are_split);
    tcase_add_test(tests, a_view_keeps_its_base_alive);
    tcase_add_test(tests, too_large_names_both_numbers);
    tcase_add_test(tests, the_memory_limit_holds);
    tcase_add_loop_test(tests, nothing_overlaps, 0, 40);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
