/* SPDX-License-Identifier: Apache-2.0 */
#include "profile.h"

#include <stdlib.h>
#include <string.h>

#include "draft.h"
#include "page.h"

const char *const profile_key_names[PROFILE_KEYS] = {"operation", "kernel"};

double profile_rate(double amount, double ms)
{
    return amount > 0 && ms > 0 ? amount / ms * 1e-6 : 0;
}

static int by_time(const void *a, const void *b)
{
    const struct profile_step *x = *(const struct profile_step *const *)a, *y = *(const struct profile_step *const *)b;
    return x->ms != y->ms ? (x->ms < y->ms) - (x->ms > y->ms) : (x > y) - (x < y);
}

const struct profile_step **profile_sorted(const struct profile *profile)
{
    const struct profile_step **sorted = pool_array(profile->engine->pool, profile->count, sizeof *sorted);
    for (size_t i = 0; i < profile->count; i++)
        sorted[i] = &profile->step[i];
    if (profile->count)
        qsort(sorted, profile->count, sizeof *sorted, by_time);
    return sorted;
}

static int groups_by_time(const void *a, const void *b)
{
    const struct profile_group *x = a, *y = b;
    return x->ms != y->ms ? (x->ms < y->ms) - (x->ms > y->ms) : strcmp(x->name, y->name);
}

static const char *key_of(const nnefcl_step_info *info, enum profile_key key)
{
    return key == PROFILE_BY_OPERATION ? info->operation : info->variant ? info->variant : info->kernel;
}

struct profile_group *profile_groups(const struct profile *profile, enum profile_key key, size_t *count)
{
    struct profile_group *group = pool_array(profile->engine->pool, profile->count + 1, sizeof *group);
    *count = 0;
    for (size_t i = 0; i < profile->count; i++) {
        const struct profile_step *step = &profile->step[i];
        size_t k = 0;
        while (k < *count && strcmp(group[k].name, key_of(&step->info, key)))
            k++;
        if (k == *count)
            group[(*count)++].name = key_of(&step->info, key);
        group[k].steps++;
        group[k].ms += step->ms;
        group[k].flops += (double)step->info.flops;
        group[k].bytes += (double)step->info.bytes;
    }
    qsort(group, *count, sizeof *group, groups_by_time);
    return group;
}

/* ---- measuring ---- */

/* Takes over what the last run gave; false: the device did not measure it. */
static bool take_run(struct profile *profile)
{
    for (size_t i = 0; i < profile->count; i++) {
        nnefcl_session_step(profile->engine->session, i, &profile->step[i].info);
        if (profile->step[i].info.device_ms < 0)
            return false;
        profile->step[i].ms += profile->step[i].info.device_ms;
    }
    return true;
}

static enum status measure(struct profile *profile, const struct runs *runs, void *const *outputs)
{
    struct bench_loop loop = {.engine = profile->engine, .runs = runs, .outputs = outputs};
    bool measured = true;
    for (bool more = bench_warm_up(&loop); more && measured && bench_next(&loop);)
        measured = take_run(profile);
    talk_progress_end(profile->engine->talk);
    if (!loop.status && !measured)
        return talk_fail(profile->engine->talk, STATUS_UNSUPPORTED,
                         "the device does not tell the times of its commands");
    profile->runs = loop.done;
    for (size_t i = 0; i < profile->count && loop.done; i++)
        profile->total_ms += profile->step[i].ms /= (double)loop.done;
    return loop.status;
}

static enum status write_report(const struct profile *profile, const char *path)
{
    struct ncl_whole_file whole;
    const enum status status = draft_open(&whole, path, profile->engine->talk);
    if (status)
        return status;
    profile_page(profile, whole.file);
    return draft_close(&whole, true, path, profile->engine->talk);
}

enum status profile_run(const struct engine *engine, const struct runs *runs, void *const *outputs, json_t *document)
{
    const struct options *o = engine->options;
    struct profile profile = {.engine = engine, .count = nnefcl_session_step_count(engine->session)};
    profile.step = pool_array(engine->pool, profile.count, sizeof *profile.step);
    enum status status = measure(&profile, runs, outputs);
    if (status)
        return status;
    if (document)
        document_set(document, "profile", profile_json(&profile));
    else if (o->profile == PROFILE_CSV)
        profile_csv(&profile);
    else if (o->profile == PROFILE_TRACE)
        profile_trace(&profile);
    else if (o->profile == PROFILE_HTML)
        profile_page(&profile, stdout);
    else
        profile_table(&profile);
    for (size_t i = 0; i < o->report_count && !status; i++)
        status = write_report(&profile, o->reports[i]);
    return status;
}
