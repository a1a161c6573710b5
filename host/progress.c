/* SPDX-License-Identifier: Apache-2.0 */
/* What the application is told while a session is made. */
#include "host.h"

nnefcl_status ncl_progress_tell(const nnefcl_session_options *options, nnefcl_stage stage, uint64_t done,
                                uint64_t total, struct ncl_diag *diag)
{
    if (!options->progress || !options->progress(options->progress_user, stage, done, total))
        return NNEFCL_OK;
    return ncl_error(diag, NNEFCL_ERR_CANCELLED, NCL_NOWHERE, "nnefcl_session_create: stopped by the caller");
}
