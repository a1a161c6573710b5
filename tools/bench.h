/* SPDX-License-Identifier: Apache-2.0 */
/* Times of repeated runs, and of the steps within them. */
#ifndef BENCH_H
#define BENCH_H

#include "document.h"
#include "engine.h"
#include "runs.h"
#include "statistics.h"

/* From before the opening of the model, without the time that went into reading the user's data. */
struct bench_start {
    double load_ms;  /* to a session that is ready */
    double first_ms; /* to the first outputs in host memory */
};

/* The parts of a run: device and transfers by the events of the device, the host's what is left of the whole. */
enum metric { METRIC_TOTAL, METRIC_HOST, METRIC_DEVICE, METRIC_TRANSFER, METRIC_ENQUEUE, METRICS };
extern const char *const metric_names[METRICS];

/* What was measured, for whoever shows it. */
struct bench {
    const struct engine *engine;
    struct bench_start start;
    double *values[METRICS]; /* by run, sorted at the end; negative: not measured */
    size_t count;
    double figures[METRICS][FIGURES];
    double wall_ms;       /* of all measured runs together */
    double flops, batch;  /* of one run */
    uint64_t peak_rss;    /* bytes */
    const char *variants; /* "26 conv_gemm, 8 element_vector" */
    nnefcl_device_info device;
};

/* Runs warm-up and measured runs over the inputs of the runs in turn, then prints, adds "bench" to `document` (NULL:
 * text), and writes the report that was asked for. */
enum status bench_run(const struct engine *engine, const struct runs *runs, void *const *outputs,
                      const struct bench_start *start, json_t *document);
/* bench_page.c: the page of --report. */
enum status bench_page(const struct bench *bench, const char *path);

/* What bench and profile repeat: inference `number` of the warm-up or measurement; false: enough, or an error in
 * *status. */
struct bench_loop {
    const struct engine *engine;
    const struct runs *runs;
    void *const *outputs;
    uint64_t done;        /* measured runs so far */
    double started;       /* clock at the first of them */
    nnefcl_timing timing; /* of the last run */
    enum status status;
};
bool bench_warm_up(struct bench_loop *loop);
bool bench_next(struct bench_loop *loop);

#endif
