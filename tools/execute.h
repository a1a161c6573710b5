/* The actions that need a model. */
#ifndef EXECUTE_H
#define EXECUTE_H

#include "engine.h"

/* Runs the model on its data; writes, compares, times, profiles. */
enum status execute_runs(struct engine *engine);
/* --check, --summary, --dump (look.c). */
enum status look_check(struct engine *engine);
enum status look_summary(struct engine *engine);
enum status look_dump(struct engine *engine);
/* --list-devices, --list-ops (list.c), without a model. */
enum status list_devices(const struct options *options, struct pool *pool, struct talk *talk);
enum status list_ops(const struct options *options);
enum status list_kernels(struct engine *engine);

#endif
