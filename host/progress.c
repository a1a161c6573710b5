/* SPDX-License-Identifier: Apache-2.0 */
/* What the application is told while a session is made. */
#include "host.h"

nnefcl_status ncl_progress_tell(const struct nnefcl_session *session, nnefcl_stage stage, uint64_t done, uint64_t total,
                                struct ncl_diag *diag)
{
    const struct ncl_patience *patience = &session->patience;
    if (!patience->progress || !patience->progress(patience->progress_user, stage, done, total))
        return ncl_wait_check_time(session, diag);
    return ncl_error(diag, NNEFCL_ERR_CANCELLED, NCL_NOWHERE, "nnefcl_session_create: stopped by the caller");
}
