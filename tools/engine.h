/* SPDX-License-Identifier: Apache-2.0 */
/* Model, device and session of one invocation. */
#ifndef ENGINE_H
#define ENGINE_H

#include "data.h"
#include "nnefcl/nnefcl.h"
#include "options.h"

struct engine {
    const struct options *options;
    struct pool *pool;
    struct talk *talk;
    struct bytes archive; /* a model that came from stdin; lives as long as the model */
    const char *tuning;   /* the table of sessions, NULL: none */
    nnefcl_model *model;
    nnefcl_device_info target; /* of --target */
    nnefcl_device *device;
    nnefcl_session *session;
    nnefcl_split *split;     /* of -d A,B, in place of a session */
    nnefcl_device **further; /* B ... */
    size_t further_count;
};

/* The model, and the facts of --target. */
enum status engine_open_model(struct engine *engine);
/* Of an open model: the device, and the tuning table. A device that is missing gives way to what is wrong with the
 * model on any device. */
enum status engine_open_device(struct engine *engine);
/* Both, and the session. */
enum status engine_open_session(struct engine *engine);
/* One run, on the device or on all of them; where its time went. */
enum status engine_run(const struct engine *engine, const void *const *inputs, void *const *outputs,
                       nnefcl_timing *timing);
/* The options for sessions, checks and plans. */
nnefcl_session_options engine_session_options(const struct engine *engine);
void engine_close(struct engine *engine);

#endif
