/* SPDX-License-Identifier: Apache-2.0 */
/* base/alloc.c: arenas over allocators that count and fail. */
#include <check.h>
#include <stdint.h>

#include "base/alloc.h"
#include "base/counting_allocator.h"
#include "suite.h"

START_TEST(arena_memory_is_zeroed_and_aligned)
{
    struct counting_allocator counting = {0};
    nnefcl_allocator allocator = counting_allocator(&counting);
    struct ncl_arena arena;
    ncl_arena_init(&arena, &allocator, 0);
    static const unsigned char zeros[3000];
    unsigned char *previous = NULL;
    for (size_t size = 0; size < 3000; size++) {
        unsigned char *p = ncl_arena_alloc(&arena, size);
        ck_assert_ptr_nonnull(p);
        ck_assert_ptr_ne(p, previous);
        ck_assert_uint_eq((uintptr_t)p % _Alignof(max_align_t), 0);
        ck_assert_mem_eq(p, zeros, size);
        memset(p, 0xff, size); /* must not reach into any later one */
        previous = p;
    }
    ck_assert_uint_ge(arena.used, 3000 * 2999 / 2);
    ncl_arena_free(&arena);
    ck_assert_uint_eq(counting.live, 0);
    ck_assert_uint_eq(counting.bytes, 0);
}
END_TEST

START_TEST(large_blocks_leave_the_room_of_the_current_one)
{
    struct counting_allocator counting = {0};
    nnefcl_allocator allocator = counting_allocator(&counting);
    struct ncl_arena arena;
    ncl_arena_init(&arena, &allocator, 0);
    char *small = ncl_arena_alloc(&arena, 16);
    for (int i = 0; i < 10; i++)
        ck_assert_ptr_nonnull(ncl_arena_alloc(&arena, 1 << 20));
    char *next = ncl_arena_alloc(&arena, 16);
    ck_assert_int_eq(next - small, 16);
    ck_assert_uint_lt(counting.peak, (10 << 20) + (64 << 10));
    ncl_arena_free(&arena);
    ck_assert_uint_eq(counting.live, 0);
}
END_TEST

START_TEST(the_limit_bounds_all_blocks)
{
    struct counting_allocator counting = {0};
    nnefcl_allocator allocator = counting_allocator(&counting);
    struct ncl_arena arena;
    ncl_arena_init(&arena, &allocator, 100000);
    size_t got = 0;
    while (ncl_arena_alloc(&arena, 1000))
        got += 1000;
    ck_assert(arena.over_limit);
    ck_assert_uint_le(counting.peak, 100000);
    ck_assert_uint_gt(got, 90000); /* the last block is cut to what is left */
    ncl_arena_free(&arena);
    ncl_arena_init(&arena, &allocator, 100000);
    ck_assert_ptr_null(ncl_arena_alloc(&arena, 100001));
    ck_assert(arena.over_limit);
    ncl_arena_free(&arena);
    ck_assert_uint_eq(counting.live, 0);
}
END_TEST

START_TEST(sizes_that_wrap_are_refused)
{
    struct ncl_arena arena;
    ncl_arena_init(&arena, NULL, 0);
    size_t sizes[] = {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 15, SIZE_MAX - 64, SIZE_MAX / 2, PTRDIFF_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        ck_assert_ptr_null(ncl_arena_alloc(&arena, sizes[i]));
    ck_assert_ptr_null(ncl_arena_array(&arena, SIZE_MAX / 2, 3));
    ck_assert_ptr_null(ncl_arena_strndup(&arena, "", SIZE_MAX));
    ck_assert(!arena.over_limit);
    ncl_arena_free(&arena);
}
END_TEST

START_TEST(failing_allocations_give_null)
{
    struct counting_allocator counting = {.fail_at = 2, .fail_on = true};
    nnefcl_allocator allocator = counting_allocator(&counting);
    struct ncl_arena arena;
    ncl_arena_init(&arena, &allocator, 0);
    ck_assert_ptr_nonnull(ncl_arena_alloc(&arena, 1));
    ck_assert_ptr_null(ncl_arena_alloc(&arena, 1 << 20));
    ck_assert(!arena.over_limit);
    ck_assert_ptr_nonnull(ncl_arena_alloc(&arena, 1)); /* the first block still has room */
    ncl_arena_free(&arena);
    ck_assert_uint_eq(counting.live, 0);
}
END_TEST

START_TEST(strings_are_copied)
{
    struct ncl_arena arena;
    ncl_arena_init(&arena, NULL, 0);
    ck_assert_str_eq(ncl_arena_strdup(&arena, "abc"), "abc");
    ck_assert_str_eq(ncl_arena_strndup(&arena, "abcdef", 2), "ab");
    ck_assert_str_eq(ncl_arena_strndup(&arena, "", 0), "");
    ck_assert_str_eq(ncl_arena_printf(&arena, "%s-%d", "x", 42), "x-42");
    ncl_arena_free(&arena);
}
END_TEST

START_TEST(arrays_grow)
{
    struct ncl_arena arena;
    ncl_arena_init(&arena, NULL, 0);
    int *array = NULL;
    size_t count = 0, capacity = 0;
    for (int i = 0; i < 1000; i++) {
        ck_assert(NCL_GROW(&arena, array, count, capacity));
        array[count++] = i;
    }
    for (int i = 0; i < 1000; i++)
        ck_assert_int_eq(array[i], i);
    ck_assert_uint_le(capacity, 2000);
    ncl_arena_free(&arena);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("alloc");
    tcase_add_test(cases, arena_memory_is_zeroed_and_aligned);
    tcase_add_test(cases, large_blocks_leave_the_room_of_the_current_one);
    tcase_add_test(cases, the_limit_bounds_all_blocks);
    tcase_add_test(cases, sizes_that_wrap_are_refused);
    tcase_add_test(cases, failing_allocations_give_null);
    tcase_add_test(cases, strings_are_copied);
    tcase_add_test(cases, arrays_grow);
    Suite *suite = suite_create("base/alloc");
    suite_add_tcase(suite, cases);
    return suite_run(suite);
}
