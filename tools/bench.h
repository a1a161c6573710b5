/* Times of repeated runs, and of the steps within them. */
#ifndef BENCH_H
#define BENCH_H

#include <jansson.h>

#include "engine.h"
#include "runs.h"

/* From before the opening of the model, without the time that went into reading the user's data. */
struct bench_start {
    double load_ms;  /* to a session that is ready */
    double first_ms; /* to the first outputs in host memory */
};

/* Runs warm-up and measured runs over the inputs of the runs in turn, then prints or adds "bench" to `document` (NULL:
 * text). */
enum status bench_run(const struct engine *engine, const struct runs *runs, void *const *outputs,
                      const struct bench_start *start, json_t *document);
/* The same with the mean device time of each step: "profile". */
enum status profile_run(const struct engine *engine, const struct runs *runs, void *const *outputs, json_t *document);

/* What both repeat: inference `number` of the warm-up or measurement; false: enough, or an error in *status. */
struct bench_loop {
    const struct engine *engine;
    const struct runs *runs;
    void *const *outputs;
    uint64_t done;  /* measured runs so far */
    double started; /* clock at the first of them */
    enum status status;
};
bool bench_warm_up(struct bench_loop *loop);
bool bench_next(struct bench_loop *loop);

#endif
