/* SPDX-License-Identifier: Apache-2.0 */
/* --verify: what became of the nodes of one run. */
#ifndef VERDICTS_H
#define VERDICTS_H

#include <jansson.h>

#include "engine.h"

struct verdicts {
    struct pool *pool;
    struct talk *talk;
    size_t nodes, bad,
        undefined; /* those compared, those of them beyond their tolerance, and those that have no definition */
    size_t wholes, bad_wholes; /* the same of operations that were expanded */
    double excess, ulp;        /* the worst error, by the part used of what is allowed; below 0: none yet */
    const char *worst, *first_bad, *bad_values;
    size_t node; /* of the verdict before, and whether it was bad */
    bool node_bad;
    uint64_t outside; /* indices that lie outside of their axis, of all nodes, and a line for each node that has some */
    const char **outside_lines;
    size_t outside_nodes;
    json_t *list, *outside_list; /* NULL without --json */
};

/* A run that is verified; everything of *verdicts is set. */
enum status verdicts_run(struct verdicts *verdicts, const struct engine *engine, const void *const *inputs,
                         void *const *outputs);
/* For people. */
void verdicts_print(const struct verdicts *verdicts);
/* The same as an object, which takes the list over. */
json_t *verdicts_json(struct verdicts *verdicts);
/* --check-indices: only how many indices lie outside, and where. */
void verdicts_print_indices(const struct verdicts *verdicts);
json_t *verdicts_indices_json(struct verdicts *verdicts);

#endif
