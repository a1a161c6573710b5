/* SPDX-License-Identifier: Apache-2.0 */
/* The actions that need a model. */
#ifndef EXECUTE_H
#define EXECUTE_H

#include <jansson.h>

#include "engine.h"

/* Runs the model on its data; writes, compares, times, profiles. */
enum status execute_runs(struct engine *engine);
/* --check, --summary, --dump (look.c). */
enum status look_check(struct engine *engine);
enum status look_summary(struct engine *engine);
enum status look_save(struct engine *engine);
enum status look_dump(struct engine *engine);
/* --tune (tune_run.c). */
enum status tune_execute(struct engine *engine);
/* --list-devices, --list-ops (list.c), without a model. */
enum status list_devices(const struct options *options, struct pool *pool, struct talk *talk);
/* The devices as text, or into `rows`; *usable counts those that can be used, none is STATUS_DEVICE. */
enum status list_devices_into(json_t *rows, bool facts, int *usable, struct pool *pool, struct talk *talk);
/* Notes on stderr: what may help where no device is usable. */
void list_cures(struct talk *talk);
enum status list_ops(const struct options *options, struct talk *talk);
enum status list_kernels(struct engine *engine);

#endif
