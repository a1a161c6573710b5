/* The options of a session as those of a plan: for sessions and for plans without a device, so both read the same. */
#include "model/frozen.h"

static nnefcl_status check_options(const nnefcl_session_options *options, struct ncl_diag *diag)
{
    if (options->version != 1)
        return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE,
                         "nnefcl_session_options.version is %u, this library knows 1; use NNEFCL_SESSION_OPTIONS_INIT",
                         (unsigned)options->version);
    if ((unsigned)options->execution > NNEFCL_EXECUTION_PERSISTENT)
        return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE,
                         "nnefcl_session_options.execution is %d: no such form of execution", (int)options->execution);
    for (size_t i = 0; i < options->disabled_pass_count; i++)
        if (!options->disabled_passes || !options->disabled_passes[i])
            return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE,
                             "nnefcl_session_options.disabled_passes has %zu names, but number %zu is NULL",
                             options->disabled_pass_count, i);
    for (size_t i = 0; i < options->kernel_count; i++)
        if (!options->kernels || !options->kernels[i])
            return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE,
                             "nnefcl_session_options.kernels has %zu names, but number %zu is NULL",
                             options->kernel_count, i);
    return NNEFCL_OK;
}

nnefcl_status ncl_plan_options_read(const nnefcl_session_options *options, struct ncl_diag *diag,
                                    struct ncl_plan_options *plan)
{
    static const nnefcl_session_options defaults = NNEFCL_SESSION_OPTIONS_INIT;
    if (!options)
        options = &defaults;
    *plan = (struct ncl_plan_options){
        .disabled_passes = options->disabled_passes,
        .disabled_pass_count = options->disabled_pass_count,
        .kernels = options->kernels,
        .kernel_count = options->kernel_count,
        .separate_buffers = options->separate_buffers,
        .keep_tensors = options->keep_tensors,
        .long_index = options->long_index,
        .memory_limit = options->memory_limit,
    };
    return check_options(options, diag);
}
