/* --verify: what became of the nodes of one run. */
#ifndef VERDICTS_H
#define VERDICTS_H

#include <jansson.h>

#include "engine.h"

struct verdicts {
    struct pool *pool;
    struct talk *talk;
    size_t nodes, bad,
        undefined;      /* those compared, those of them beyond their tolerance, and those that have no definition */
    double excess, ulp; /* the worst error, by the part used of what is allowed; below 0: none yet */
    const char *worst, *first_bad, *bad_values;
    size_t node; /* of the verdict before, and whether it was bad */
    bool node_bad;
    json_t *list; /* NULL without --json */
};

/* A run that is verified; everything of *verdicts is set. */
enum status verdicts_run(struct verdicts *verdicts, const struct engine *engine, const void *const *inputs,
                         void *const *outputs);
/* For people. */
void verdicts_print(const struct verdicts *verdicts);
/* The same as an object, which takes the list over. */
json_t *verdicts_json(struct verdicts *verdicts);

#endif
