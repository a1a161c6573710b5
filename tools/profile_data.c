/* SPDX-License-Identifier: Apache-2.0 */
/* The profile for programs: JSON, CSV, and the Trace Event Format of Chromium's viewers. */
#include "profile.h"

#include <string.h>

#include "clean.h"

static json_t *groups_json(const struct profile *profile, enum profile_key key)
{
    size_t count;
    const struct profile_group *group = profile_groups(profile, key, &count);
    json_t *array = document_array();
    for (size_t i = 0; i < count; i++)
        document_add(array, document_pack("{s:s, s:I, s:f, s:f, s:f}", profile_key_names[key], group[i].name, "steps",
                                          (json_int_t)group[i].steps, "device_ms", group[i].ms, "gflops",
                                          profile_rate(group[i].flops, group[i].ms), "gbytes_per_s",
                                          profile_rate(group[i].bytes, group[i].ms)));
    return array;
}

json_t *profile_json(const struct profile *profile)
{
    json_t *steps = document_array();
    for (size_t i = 0; i < profile->count; i++) {
        const nnefcl_step_info *info = &profile->step[i].info;
        document_add(steps, document_pack("{s:s, s:s?, s:s, s:s, s:I, s:I, s:I, s:I, s:f}", "kernel", info->kernel,
                                          "variant", info->variant, "operation", info->operation, "location",
                                          info->location, "tasks", (json_int_t)info->tasks, "flops",
                                          (json_int_t)info->flops, "bytes", (json_int_t)info->bytes, "alive_bytes",
                                          (json_int_t)info->alive, "device_ms", profile->step[i].ms));
    }
    return document_pack("{s:I, s:f, s:o, s:o, s:o}", "runs", (json_int_t)profile->runs, "device_ms", profile->total_ms,
                         "by_operation", groups_json(profile, PROFILE_BY_OPERATION), "by_kernel",
                         groups_json(profile, PROFILE_BY_KERNEL), "steps", steps);
}

/* A field of RFC 4180; a text that a spreadsheet would take for a formula is none. */
static void print_field(const char *text)
{
    print(strchr("=+-@", *text) && *text ? "\"'" : "\"");
    for (const char *c = text; *c;) {
        const size_t length = strcspn(c, "\"");
        print("%.*s%s", (int)length, c, c[length] ? "\"\"" : "");
        c += length + (c[length] != '\0');
    }
    print("\"");
}

void profile_csv(const struct profile *profile)
{
    print("step,device_ms,share,flops,bytes,alive_bytes,tasks,operation,kernel,variant,location\n");
    for (size_t i = 0; i < profile->count; i++) {
        const nnefcl_step_info *info = &profile->step[i].info;
        const char *const texts[] = {info->operation, info->kernel, info->variant ? info->variant : "", info->location};
        print("%zu,%.6f,%.6f,%llu,%llu,%llu,%llu", i, profile->step[i].ms,
              profile->total_ms > 0 ? profile->step[i].ms / profile->total_ms : 0, (unsigned long long)info->flops,
              (unsigned long long)info->bytes, (unsigned long long)info->alive, (unsigned long long)info->tasks);
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
            print(",");
            print_field(texts[k]);
        }
        print("\n");
    }
}

/* Names of the process and of its one thread: metadata events. */
static json_t *name_event(const char *what, const char *name)
{
    return document_pack("{s:s, s:s, s:i, s:i, s:o}", "name", what, "ph", "M", "pid", 1, "tid", 1, "args",
                         document_pack("{s:s}", "name", name));
}

/* A complete event; times are microseconds. */
static json_t *step_event(const nnefcl_step_info *info)
{
    json_t *args =
        document_pack("{s:s, s:s?, s:I, s:I, s:I}", "location", info->location, "variant", info->variant, "tasks",
                      (json_int_t)info->tasks, "flops", (json_int_t)info->flops, "bytes", (json_int_t)info->bytes);
    return document_pack("{s:s, s:s, s:s, s:f, s:f, s:i, s:i, s:o}", "name", info->operation, "cat", info->kernel, "ph",
                         "X", "ts", info->start_ms * 1e3, "dur", info->device_ms * 1e3, "pid", 1, "tid", 1, "args",
                         args);
}

static json_t *memory_event(const nnefcl_step_info *info)
{
    return document_pack("{s:s, s:s, s:f, s:i, s:o}", "name", "intermediate bytes", "ph", "C", "ts",
                         info->start_ms * 1e3, "pid", 1, "args",
                         document_pack("{s:I}", "alive", (json_int_t)info->alive));
}

void profile_trace(const struct profile *profile)
{
    nnefcl_device_info device;
    json_t *events = document_array();
    nnefcl_device_describe(profile->engine->device, &device);
    document_add(events, name_event("process_name", nnefcl_model_name(profile->engine->model)));
    document_add(events, name_event("thread_name", device.name));
    for (size_t i = 0; i < profile->count; i++) {
        document_add(events, step_event(&profile->step[i].info));
        document_add(events, memory_event(&profile->step[i].info));
    }
    document_print(document_pack("{s:o, s:s}", "traceEvents", events, "displayTimeUnit", "ms"));
}
