/* SPDX-License-Identifier: Apache-2.0 */
#include "profile.h"

#include "clean.h"
#include "fold_lines.h"
#include "text_table.h"

static const char *rate_text(struct pool *pool, double amount, double ms)
{
    return amount > 0 && ms > 0 ? pool_printf(pool, "%.2f", profile_rate(amount, ms)) : "-";
}

static const char *share_text(const struct profile *profile, double ms)
{
    return pool_printf(profile->engine->pool, "%.1f%%", profile->total_ms > 0 ? ms / profile->total_ms * 100 : 0);
}

static void print_groups(const struct profile *profile, enum profile_key key)
{
    const struct table_column columns[] = {{"ms", true, false},
                                           {"share", true, false},
                                           {"sum", true, false},
                                           {"GFLOP/s", true, false},
                                           {"GB/s", true, false},
                                           {"steps", true, false},
                                           {profile_key_names[key], false, true}};
    struct pool *pool = profile->engine->pool;
    struct table table = {.pool = pool, .column = columns, .column_count = sizeof columns / sizeof *columns};
    size_t count;
    double sum = 0;
    const struct profile_group *group = profile_groups(profile, key, &count);
    for (size_t i = 0; i < count; i++) {
        const char **row = table_add(&table);
        row[0] = pool_printf(pool, "%.4f", group[i].ms);
        row[1] = share_text(profile, group[i].ms);
        row[2] = share_text(profile, sum += group[i].ms);
        row[3] = rate_text(pool, group[i].flops, group[i].ms);
        row[4] = rate_text(pool, group[i].bytes, group[i].ms);
        row[5] = pool_printf(pool, "%zu", group[i].steps);
        row[6] = group[i].name;
    }
    table_print(&table);
    print("\n");
}

static void print_steps(const struct profile *profile)
{
    static const struct table_column columns[] = {
        {"ms", true, false},   {"share", true, false}, {"sum", true, false},    {"GFLOP/s", true, false},
        {"GB/s", true, false}, {"tasks", true, false}, {"kernel", false, true}, {"place", false, true}};
    struct pool *pool = profile->engine->pool;
    struct table table = {.pool = pool, .column = columns, .column_count = sizeof columns / sizeof *columns};
    const struct profile_step **step = profile_sorted(profile);
    double sum = 0;
    for (size_t i = 0; i < profile->count; i++) {
        const nnefcl_step_info *info = &step[i]->info;
        const char **row = table_add(&table);
        row[0] = pool_printf(pool, "%.4f", step[i]->ms);
        row[1] = share_text(profile, step[i]->ms);
        row[2] = share_text(profile, sum += step[i]->ms);
        row[3] = rate_text(pool, (double)info->flops, step[i]->ms);
        row[4] = rate_text(pool, (double)info->bytes, step[i]->ms);
        row[5] = pool_printf(pool, "%llu", (unsigned long long)info->tasks);
        row[6] = info->variant ? info->variant : info->kernel;
        row[7] = info->location;
    }
    table_print(&table);
}

void profile_table(const struct profile *profile)
{
    for (int key = 0; key < PROFILE_KEYS; key++)
        print_groups(profile, (enum profile_key)key);
    print_steps(profile);
    print_folded(2, "%.4f ms of device time for %zu steps, mean of %llu runs", profile->total_ms, profile->count,
                 (unsigned long long)profile->runs);
}
