/* SPDX-License-Identifier: Apache-2.0 */
/* Device time of the steps of a plan, and the forms in which it is shown. */
#ifndef PROFILE_H
#define PROFILE_H

#include "bench.h"

struct profile_step {
    nnefcl_step_info info; /* of the last run */
    double ms;             /* mean of all runs */
};

struct profile {
    const struct engine *engine;
    struct profile_step *step; /* in the order of the plan */
    size_t count;
    uint64_t runs;
    double total_ms;
};

/* Steps that have an operation or a kernel in common. */
struct profile_group {
    const char *name;
    size_t steps;
    double ms, flops, bytes;
};
enum profile_key { PROFILE_BY_OPERATION, PROFILE_BY_KERNEL, PROFILE_KEYS };
extern const char *const profile_key_names[PROFILE_KEYS];

/* Measures, then prints in the form that was asked for, or adds "profile" to `document` (NULL: no --json). */
enum status profile_run(const struct engine *engine, const struct runs *runs, void *const *outputs, json_t *document);

/* Sorted by time; `count` receives how many. */
struct profile_group *profile_groups(const struct profile *profile, enum profile_key key, size_t *count);
/* Steps by time, the longest first. */
const struct profile_step **profile_sorted(const struct profile *profile);
/* 10^9 a second; 0: unknown. */
double profile_rate(double amount, double ms);

void profile_table(const struct profile *profile);
void profile_csv(const struct profile *profile);
/* The last run, for trace viewers (Trace Event Format of Chromium). */
void profile_trace(const struct profile *profile);
json_t *profile_json(const struct profile *profile);
void profile_page(const struct profile *profile, FILE *file);

#endif
