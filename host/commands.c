/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of a run where steps are launches: each step, or the parts of a long one. */
#include "host.h"

/* One for each step is room enough where no step is long. */
nnefcl_status ncl_commands_make(struct nnefcl_session *session, double most_ms, struct ncl_diag *diag)
{
    const struct ncl_plan *plan = session->plan;
    size_t room = plan->run.count;
    session->command = NCL_NEW_ARRAY(&session->arena, struct ncl_command, room);
    session->begin = NCL_NEW_ARRAY(&session->arena, size_t, plan->run.count + 1);
    if (!session->command || !session->begin)
        return ncl_nomem(diag);
    for (size_t i = 0; i < plan->run.count; i++) {
        uint64_t at = 0;
        session->begin[i] = session->command_count;
        do {
            const struct ncl_part part = ncl_launch_parts_next(plan, &plan->run.step[i], most_ms, at);
            if (!NCL_GROW(&session->arena, session->command, session->command_count, room))
                return ncl_nomem(diag);
            session->command[session->command_count++] = (struct ncl_command){i, part};
            at += part.tasks;
        } while (at < plan->run.step[i].tasks);
    }
    session->begin[plan->run.count] = session->command_count;
    return NNEFCL_OK;
}
