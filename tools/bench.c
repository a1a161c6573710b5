#include "bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "clock.h"
#include "report.h"

enum { DEFAULT_RUNS = 20, MOST_RUNS = 1000000 };

static bool run_once(struct bench_loop *loop, uint64_t number)
{
    nnefcl_error error = {0};
    const struct run *run = &loop->runs->items[number % loop->runs->count];
    loop->status = talk_library(loop->engine->talk,
                                nnefcl_session_run(loop->engine->session, run->inputs, loop->outputs, &error), &error);
    return !loop->status;
}

bool bench_warm_up(struct bench_loop *loop)
{
    for (uint64_t i = 0; i < loop->engine->options->warmup; i++)
        if (!run_once(loop, i))
            return false;
    loop->started = clock_ms();
    return true;
}

/* Ends after --runs, or --duration, or whichever comes first of both. */
bool bench_next(struct bench_loop *loop)
{
    const struct options *o = loop->engine->options;
    uint64_t most = o->runs ? o->runs : o->duration > 0 ? MOST_RUNS : DEFAULT_RUNS;
    double elapsed = clock_ms() - loop->started;
    if (loop->done >= most || (loop->done && o->duration > 0 && elapsed >= o->duration * 1e3))
        return false;
    talk_progress(loop->engine->talk, "measured run %llu", (unsigned long long)loop->done + 1);
    return run_once(loop, loop->done) && ++loop->done;
}

/* The parts of a run; host is what neither the device nor the transfers took. */
enum metric { TOTAL, HOST, DEVICE, TRANSFER, ENQUEUE, METRICS };
static const char *const metric_names[METRICS] = {"total_ms", "host_ms", "device_ms", "transfer_ms", "enqueue_ms"};

struct samples {
    double *values[METRICS];
    size_t count;
};

static void add_sample(struct samples *s, struct pool *pool, const nnefcl_timing *t)
{
    double values[METRICS] = {t->total_ms, fmax(t->total_ms - t->device_ms - t->transfer_ms, 0), t->device_ms,
                              t->transfer_ms, t->enqueue_ms};
    for (int m = 0; m < METRICS; m++) {
        s->values[m] = pool_grow(pool, s->values[m], s->count, sizeof(double));
        s->values[m][s->count] = values[m];
    }
    s->count++;
}

enum figure { MIN, MEAN, MEDIAN, P90, P95, P99, FIGURES };
static const char *const figure_names[FIGURES] = {"min", "mean", "median", "p90", "p95", "p99"};

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Percentiles by the nearest rank: the value at position ceil(p n) of the sorted ones. */
static void summarize(double *values, size_t count, double figures[FIGURES])
{
    static const double ranks[FIGURES] = {[MEDIAN] = 0.5, [P90] = 0.9, [P95] = 0.95, [P99] = 0.99};
    double sum = 0;
    qsort(values, count, sizeof *values, by_value);
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    figures[MIN] = values[0];
    figures[MEAN] = sum / (double)count;
    for (int f = MEDIAN; f < FIGURES; f++)
        figures[f] = values[(size_t)ceil(ranks[f] * (double)count) - 1];
}

static uint64_t peak_memory(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)usage.ru_maxrss * 1024; /* Linux and the BSDs count KiB */
}

static void print_table(double figures[METRICS][FIGURES])
{
    print("%-12s", "");
    for (int f = 0; f < FIGURES; f++)
        print("%10s", figure_names[f]);
    print("\n");
    for (int m = 0; m < METRICS; m++) {
        print("%-12s", metric_names[m]);
        for (int f = 0; f < FIGURES; f++)
            print("%10.3f", figures[m][f]);
        print("\n");
    }
}

static json_t *bench_json(double figures[METRICS][FIGURES], const struct bench_start *start,
                          const struct options *options, size_t count, uint64_t peak)
{
    json_t *bench =
        document_pack("{s:f, s:f, s:I, s:I, s:I}", "load_ms", start->load_ms, "first_ms", start->first_ms, "warmup",
                      (json_int_t)options->warmup, "runs", (json_int_t)count, "peak_rss_bytes", (json_int_t)peak);
    for (int m = 0; m < METRICS; m++) {
        json_t *object = document_object();
        for (int f = 0; f < FIGURES; f++)
            document_set(object, figure_names[f], document_real(figures[m][f]));
        document_set(bench, metric_names[m], object);
    }
    return bench;
}

enum status bench_run(const struct engine *engine, const struct runs *runs, void *const *outputs,
                      const struct bench_start *start, json_t *document)
{
    struct bench_loop loop = {.engine = engine, .runs = runs, .outputs = outputs};
    struct samples samples = {0};
    double figures[METRICS][FIGURES];
    nnefcl_timing timing;
    char peak[BYTES_TEXT];
    for (bool more = bench_warm_up(&loop); more && bench_next(&loop);) {
        nnefcl_session_timing(engine->session, &timing);
        add_sample(&samples, engine->pool, &timing);
    }
    talk_progress_end(engine->talk);
    if (loop.status)
        return loop.status;
    for (int m = 0; m < METRICS; m++)
        summarize(samples.values[m], samples.count, figures[m]);
    if (document) {
        document_set(document, "bench", bench_json(figures, start, engine->options, samples.count, peak_memory()));
        return STATUS_OK;
    }
    print_table(figures);
    print("%zu runs after %llu to warm up; load %.1f ms, first outputs %.1f ms, peak memory %s\n", samples.count,
          (unsigned long long)engine->options->warmup, start->load_ms, start->first_ms,
          report_bytes(peak_memory(), peak));
    return STATUS_OK;
}
