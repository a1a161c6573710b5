/* SPDX-License-Identifier: Apache-2.0 */
/* Long launches in parts, for systems that end those of long duration. */
#ifndef NCL_LAUNCH_PARTS_H
#define NCL_LAUNCH_PARTS_H

#include "ir/plan.h"

/* Tasks of a launch. */
struct ncl_part {
    uint64_t first, tasks;
};

/* The part of a step that begins with task `first`: as much as a slow device does in `most_ms` milliseconds; all that
 * is left when that is 0. Each part but the last one is whole work-groups. */
struct ncl_part ncl_launch_parts_next(const struct ncl_plan *plan, const struct ncl_step *step, double most_ms,
                                      uint64_t first);

#endif
