/* SPDX-License-Identifier: Apache-2.0 */
/* The options of a session as those of a plan: for sessions and for plans without a device, so both read the same. */
#include <stddef.h>
#include <string.h>

#include "model/frozen.h"

static nnefcl_status check_option_names(const char *field, const char *const *names, size_t count,
                                        struct ncl_diag *diag)
{
    for (size_t i = 0; i < count; i++)
        if (!names || !names[i])
            return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE,
                             "nnefcl_session_options.%s has %zu names, but number %zu is NULL", field, count, i);
    return NNEFCL_OK;
}

/* The first members that the facts of a device had: a smaller struct is none. */
#define FACTS_FIRST (offsetof(nnefcl_device_info, relaxed_atomics) + sizeof(int))

static nnefcl_status check_options(const nnefcl_session_options *options, struct ncl_diag *diag)
{
    if (options->version != 1)
        return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE,
                         "nnefcl_session_options.version is %u, this library knows 1; use NNEFCL_SESSION_OPTIONS_INIT",
                         (unsigned)options->version);
    if ((unsigned)options->execution > NNEFCL_EXECUTION_PERSISTENT)
        return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE,
                         "nnefcl_session_options.execution is %d: no such form of execution", (int)options->execution);
    if ((unsigned)options->profiling > NNEFCL_PROFILING_RUNS)
        return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE,
                         "nnefcl_session_options.profiling is %d: there is nothing of that kind to measure",
                         (int)options->profiling);
    if ((unsigned)options->weights > NNEFCL_WEIGHTS_INT8)
        return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE,
                         "nnefcl_session_options.weights is %d: no such storage", (int)options->weights);
    if ((unsigned)options->precision > NNEFCL_PRECISION_FP16)
        return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "nnefcl_session_options.precision is %d: no such one",
                         (int)options->precision);
    if (!(options->timeout_ms >= 0) || !(options->max_launch_ms >= 0))
        return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE,
                         "nnefcl_session_options.timeout_ms is %g, max_launch_ms %g", options->timeout_ms,
                         options->max_launch_ms);
    if (options->target && options->target_size < FACTS_FIRST)
        return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE,
                         "nnefcl_session_options.target_size is %zu, less than a nnefcl_device_info has",
                         options->target_size);
    const nnefcl_status status =
        check_option_names("disabled_passes", options->disabled_passes, options->disabled_pass_count, diag);
    return status ? status : check_option_names("kernels", options->kernels, options->kernel_count, diag);
}

nnefcl_status ncl_plan_options_read(const nnefcl_session_options *options, struct ncl_diag *diag,
                                    struct ncl_plan_options *plan)
{
    static const nnefcl_session_options defaults = NNEFCL_SESSION_OPTIONS_INIT;
    static const enum ncl_kept stored_as[] = {[NNEFCL_WEIGHTS_FP32] = NCL_KEPT_FLOAT,
                                              [NNEFCL_WEIGHTS_FP16] = NCL_KEPT_HALF,
                                              [NNEFCL_WEIGHTS_INT8] = NCL_KEPT_BYTE};
    if (!options)
        options = &defaults;
    const nnefcl_status status = check_options(options, diag);
    if (status)
        return status;
    *plan = (struct ncl_plan_options){
        .disabled_passes = options->disabled_passes,
        .disabled_pass_count = options->disabled_pass_count,
        .kernels = options->kernels,
        .kernel_count = options->kernel_count,
        .tuning = options->tuning,
        .weights = stored_as[options->weights],
        .exact = options->precision == NNEFCL_PRECISION_EXACT,
        .half = options->precision == NNEFCL_PRECISION_MIXED || options->precision == NNEFCL_PRECISION_FP16,
        .multiply_half = options->precision == NNEFCL_PRECISION_FP16,
        .measured = options->profiling == NNEFCL_PROFILING_STEPS,
        .separate_buffers = options->separate_buffers,
        .keep_tensors = options->keep_tensors,
        .long_index = options->long_index,
        .memory_limit = options->memory_limit,
        .at_once = options->images_at_once,
    };
    return NNEFCL_OK;
}

void ncl_plan_target_read(const nnefcl_session_options *options, const struct ncl_target *other,
                          nnefcl_device_info *facts, struct ncl_target *target)
{
    *target = *other;
    if (!options || !options->target)
        return;
    memset(facts, 0, sizeof *facts);
    memcpy(facts, options->target, options->target_size < sizeof *facts ? options->target_size : sizeof *facts);
    ncl_target_describe(target, facts);
}
