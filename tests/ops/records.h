/* The record of sizes that a lowering fills has the fields that the kernel's file defines, in the same order and with the same names: otherwise a
 * kernel would silently read a neighbour's number. */
#ifndef RECORDS_H
#define RECORDS_H

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/embedded.h"
#include "compile/stages.h"

/* The k-th field stands in the file as `#define NAME SIZE(k)` or REAL(k), an array that starts at k as `#define NAME(i) SIZE(k + (i))`. */
static inline bool records_has_field(const char *source, const char *name, size_t k)
{
    static const char *const forms[] = {"#define %s SIZE(%zu)\n", "#define %s REAL(%zu)\n", "#define %s(i) SIZE(%zu + (i))\n",
                                        "#define %s(i) SIZE((i))\n"};
    char line[256];
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (i == 3 && k != 0)
            continue;
        snprintf(line, sizeof line, forms[i], name, k);
        if (strstr(source, line))
            return true;
    }
    return false;
}

static inline void records_check_for(const nnefcl_model *model, const struct ncl_target *target, bool plain)
{
    const struct ncl_plan_options options = {.plain_kernels = plain};
    struct ncl_arena arena;
    struct ncl_diag diag;
    struct ncl_plan *plan;
    ncl_arena_init(&arena, NULL, 0);
    ncl_diag_init(&diag, NULL, NULL, NULL, false);
    ck_assert_int_eq(ncl_plan_make(model, target, &options, &arena, &diag, &plan), NNEFCL_OK);
    for (size_t i = 0; i < plan->kernel_count; i++) {
        const struct ncl_kernel *kernel = &plan->kernel[i];
        char file[128];
        snprintf(file, sizeof file, "%s.cl", kernel->body);
        const char *source = ncl_embedded_find(file)->text;
        for (size_t k = 0; k < kernel->size_count; k++) {
            const bool same_array = k && strcmp(kernel->size_name[k], kernel->size_name[k - 1]) == 0;
            ck_assert_msg(same_array || records_has_field(source, kernel->size_name[k], k), "%s has no field %s at %zu", file, kernel->size_name[k],
                          k);
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
