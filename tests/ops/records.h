/* SPDX-License-Identifier: Apache-2.0 */
/* The record of sizes that a lowering fills has the fields that the kernel's file defines, in the same order and with
 * the same names: otherwise a kernel would silently read a neighbour's number. */
#ifndef RECORDS_H
#define RECORDS_H

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/embedded.h"
#include "model/frozen.h"
#include "plan/source.h"

/* The k-th field stands in the file as `#define NAME SIZE(k)` or REAL(k), an array that starts at k as `#define NAME(i)
 * SIZE(k + (i))`; blanks line up as they like. */
static inline bool records_has_field(const char *source, const char *name, size_t k)
{
    const size_t length = strlen(name);
    for (const char *line = strstr(source, "#define "); line; line = strstr(line + 1, "#define ")) {
        const char *at = line + strlen("#define ");
        unsigned long index = 0;
        int used = 0;
        if (strncmp(at, name, length) != 0 || !strchr(" (", at[length]))
            continue;
        const bool array = at[length] == '(';
        at += length + (array ? strlen("(i)") : 0);
        at += strspn(at, " ");
        if (strncmp(at, "SIZE(", 5) != 0 && strncmp(at, "REAL(", 5) != 0)
            continue;
        if (array && at[5] == '(' && k == 0)
            return true;
        if (sscanf(at + 5, "%lu%n", &index, &used) == 1 && index == k && at[5 + used] == (array ? ' ' : ')'))
            return true;
    }
    return false;
}

static inline void records_check_for(const nnefcl_model *model, const struct ncl_target *target, bool plain)
{
    const struct ncl_plan_options options = {.kernels = (const char *const[]){"plain"}, .kernel_count = plain};
    struct ncl_arena arena;
    struct ncl_diag diag;
    const struct ncl_plan *plan;
    ncl_arena_init(&arena, NULL, 0);
    ncl_diag_init(&diag, NULL, NULL, NULL, false);
    ck_assert_int_eq(ncl_model_plan(model, target, &options, &arena, &diag, NULL, &plan), NNEFCL_OK);
    for (size_t i = 0; i < plan->kernel_count; i++) {
        const struct ncl_kernel *kernel = &plan->kernel[i];
        char file[128];
        snprintf(file, sizeof file, "%s.cl", kernel->body);
        const char *source = ncl_embedded_find(file)->text;
        size_t reals = 0; /* of a formula: in front of the fields */
        while (reals < kernel->size_count && strcmp(kernel->size_name[reals], "R") == 0)
            reals++;
        for (size_t k = reals; k < kernel->size_count; k++) {
            const bool same_array = k > reals && strcmp(kernel->size_name[k], kernel->size_name[k - 1]) == 0;
            ck_assert_msg(same_array || records_has_field(source, kernel->size_name[k], k - reals),
                          "%s has no field %s at %zu", file, kernel->size_name[k], k);
        }
    }
    ncl_arena_free(&arena);
}

/* For every variant: fast and plain, CPU and GPU. */
static inline void records_check(const nnefcl_model *model)
{
    records_check_for(model, &ncl_target_generic_cpu, false);
    records_check_for(model, &ncl_target_generic_cpu, true);
    records_check_for(model, &ncl_target_generic_gpu, false);
}

#endif
