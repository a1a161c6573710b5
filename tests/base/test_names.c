/* SPDX-License-Identifier: Apache-2.0 */
/* base/names.c: names that nobody has. */
#include <check.h>
#include <stdio.h>

#include "base/names.h"
#include "suite.h"

static struct ncl_arena arena;
static struct ncl_names taken;

static void begin(void)
{
    ncl_arena_init(&arena, NULL, 0);
    taken = (struct ncl_names){0};
}

static void end(void)
{
    ncl_arena_free(&arena);
}

static const char *take(const char *base)
{
    const char *name = ncl_names_untaken(&taken, &arena, base);
    ck_assert_ptr_nonnull(name);
    ck_assert_ptr_null(ncl_names_find(&taken, name));
    ck_assert(ncl_names_put(&taken, &arena, name, &taken));
    return name;
}

START_TEST(names_are_numbered_in_a_row)
{
    ck_assert_str_eq(take("y"), "y");
    for (int i = 1; i < 1000; i++) {
        char wanted[16];
        snprintf(wanted, sizeof wanted, "y_%d", i);
        ck_assert_str_eq(take("y"), wanted);
    }
    ck_assert_str_eq(take("z"), "z");
    ck_assert_str_eq(take("y_7"), "y_7_1");
}
END_TEST

START_TEST(numbers_that_others_took_are_left_out)
{
    static const char *const others[] = {"y", "y_1", "y_2", "y_4", "y_5", "y_9"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        ck_assert(ncl_names_put(&taken, &arena, others[i], &taken));
    for (int i = 0; i < 100; i++)
        take("y");
}
END_TEST

/* By looking each number up this would take a billion looks. */
START_TEST(many_of_one_name_are_soon_numbered)
{
    for (int i = 0; i < 50000; i++)
        take("y");
}
END_TEST

static uint64_t hash_of(const char *name)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 0x100000001b3u;
    return hash ^ hash >> 32;
}

/* Names whose hashes end in twelve zeros: in a table of 4,096 all have one home. */
START_TEST(names_of_one_home_get_more_room)
{
    unsigned long found = 0;
    char name[32];
    for (unsigned long i = 0; found < 1000; i++) {
        snprintf(name, sizeof name, "n%lu", i);
        if (hash_of(name) & 4095)
            continue;
        found++;
        ck_assert(ncl_names_put(&taken, &arena, ncl_arena_strdup(&arena, name), &taken));
        ck_assert_ptr_eq(ncl_names_find(&taken, name), &taken);
    }
    ck_assert_uint_eq(taken.count, 1000);
    ck_assert_uint_gt(taken.capacity, 8192);
}
END_TEST

START_TEST(without_memory_there_is_no_name)
{
    struct ncl_arena none;
    ncl_arena_init(&none, NULL, 1);
    ck_assert_ptr_null(ncl_names_untaken(&taken, &none, "y"));
    ncl_arena_free(&none);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("names");
    tcase_add_checked_fixture(cases, begin, end);
    tcase_add_test(cases, names_are_numbered_in_a_row);
    tcase_add_test(cases, numbers_that_others_took_are_left_out);
    tcase_add_test(cases, many_of_one_name_are_soon_numbered);
    tcase_add_test(cases, names_of_one_home_get_more_room);
    tcase_add_test(cases, without_memory_there_is_no_name);
    Suite *suite = suite_create("base/names");
    suite_add_tcase(suite, cases);
    return suite_run(suite);
}
