/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "clock.h"
#include "fold_lines.h"
#include "report.h"
#include "text_table.h"

enum { DEFAULT_RUNS = 20, MOST_RUNS = 1000000 };

static bool run_once(struct bench_loop *loop, uint64_t number)
{
    const struct run *run = &loop->runs->items[number % loop->runs->count];
    loop->status = engine_run(loop->engine, run->inputs, loop->outputs, &loop->timing);
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

const char *const metric_names[METRICS] = {"total_ms", "host_ms", "device_ms", "transfer_ms", "enqueue_ms"};

static void add_sample(struct bench *bench, const nnefcl_timing *t)
{
    const bool measured = t->device_ms >= 0 && t->transfer_ms >= 0;
    const double host = measured ? t->total_ms - t->device_ms - t->transfer_ms : -1; /* below 0: clocks disagree */
    const double values[METRICS] = {t->total_ms, host, t->device_ms, t->transfer_ms, t->enqueue_ms};
    for (int m = 0; m < METRICS; m++) {
        bench->values[m] = pool_grow(bench->engine->pool, bench->values[m], bench->count, sizeof(double));
        bench->values[m][bench->count] = values[m];
    }
    bench->count++;
}

static uint64_t peak_memory(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)usage.ru_maxrss * 1024; /* Linux and the BSDs count KiB */
}

/* ---- what a run consists of ---- */

struct variant_count {
    const char *name;
    size_t steps;
};

static int by_steps(const void *a, const void *b)
{
    const struct variant_count *x = a, *y = b;
    return x->steps != y->steps ? (x->steps < y->steps) - (x->steps > y->steps) : strcmp(x->name, y->name);
}

/* Kernels by the number of their steps. */
static const char *name_variants(const nnefcl_session *session, struct pool *pool)
{
    struct variant_count *list = NULL;
    nnefcl_step_info step;
    size_t count = 0;
    const char *text = "";
    for (size_t i = 0; !nnefcl_session_step(session, i, &step); i++) {
        const char *name = step.variant ? step.variant : step.kernel;
        size_t k = 0;
        while (k < count && strcmp(list[k].name, name))
            k++;
        if (k == count) {
            list = pool_grow(pool, list, count, sizeof *list);
            list[count++] = (struct variant_count){name, 0};
        }
        list[k].steps++;
    }
    if (count)
        qsort(list, count, sizeof *list, by_steps);
    for (size_t k = 0; k < count; k++)
        text = pool_printf(pool, "%s%s%zu %s", text, k ? ", " : "", list[k].steps, list[k].name);
    return text;
}

static double session_flops(const nnefcl_session *session)
{
    nnefcl_step_info step;
    double flops = 0;
    for (size_t i = 0; !nnefcl_session_step(session, i, &step); i++)
        flops += (double)step.flops;
    return flops;
}

/* "A: 5 images, B: 3 images, 1 conv_gemm, ..." */
static void describe_split(struct bench *bench)
{
    struct pool *pool = bench->engine->pool;
    nnefcl_split_part part;
    bench->variants = "";
    for (size_t i = 0; !nnefcl_split_part_at(bench->engine->split, i, &part); i++) {
        bench->flops += part.session ? session_flops(part.session) : 0;
        bench->variants =
            pool_printf(pool, "%s%sdevice %zu, %lld images: %s", bench->variants, i ? "; " : "", i + 1,
                        (long long)part.images, part.session ? name_variants(part.session, pool) : "none");
    }
}

static void describe(struct bench *bench)
{
    const struct engine *engine = bench->engine;
    bench->batch = engine->options->batch ? (double)engine->options->batch : 1;
    bench->peak_rss = peak_memory();
    nnefcl_device_describe(engine->device, &bench->device);
    if (engine->split) {
        describe_split(bench);
        return;
    }
    bench->flops = session_flops(engine->session);
    bench->variants = name_variants(engine->session, engine->pool);
}

/* ---- text and JSON ---- */

static void print_figures(const struct bench *bench)
{
    struct table_column columns[1 + FIGURES] = {{"", false, false}};
    struct table table = {.pool = bench->engine->pool, .column = columns, .column_count = 1 + FIGURES};
    for (int f = 0; f < FIGURES; f++)
        columns[1 + f] = (struct table_column){figure_names[f], true, false};
    for (int m = 0; m < METRICS; m++) {
        const char **row = table_add(&table);
        row[0] = metric_names[m];
        for (int f = 0; f < FIGURES; f++)
            row[1 + f] = bench->figures[m][f] < 0 ? "-" : pool_printf(table.pool, "%.3f", bench->figures[m][f]);
    }
    table_print(&table);
}

/* On the clock, so that what is not measured within a run counts too. */
static double throughput(const struct bench *bench)
{
    return bench->wall_ms > 0 ? (double)bench->count * bench->batch / bench->wall_ms * 1e3 : -1;
}

static double gflops(const struct bench *bench)
{
    const double ms = bench->figures[METRIC_TOTAL][FIGURE_MEDIAN];
    return bench->flops > 0 && ms > 0 ? bench->flops / ms * 1e-6 : -1;
}

static void print_bench(const struct bench *bench)
{
    char peak[BYTES_TEXT];
    const char *rate =
        gflops(bench) < 0 ? "" : pool_printf(bench->engine->pool, ", %.2f GFLOP/s at the median", gflops(bench));
    print_folded(7, "device %s (%s)", bench->device.name, bench->device.platform_name);
    print_folded(8, "kernels %s", bench->variants);
    print_figures(bench);
    print_folded(2,
                 "%.2f inferences/s%s; %zu runs after %llu to warm up; load %.1f ms, first outputs %.1f ms, peak "
                 "memory %s",
                 throughput(bench), rate, bench->count, (unsigned long long)bench->engine->options->warmup,
                 bench->start.load_ms, bench->start.first_ms, report_bytes(bench->peak_rss, peak));
}

static json_t *measured(double value)
{
    return value < 0 ? document_null() : document_real(value);
}

static json_t *bench_json(const struct bench *bench)
{
    json_t *object =
        document_pack("{s:f, s:f, s:I, s:I, s:I, s:s, s:s, s:s, s:o, s:o}", "load_ms", bench->start.load_ms, "first_ms",
                      bench->start.first_ms, "warmup", (json_int_t)bench->engine->options->warmup, "runs",
                      (json_int_t)bench->count, "peak_rss_bytes", (json_int_t)bench->peak_rss, "device",
                      bench->device.name, "platform", bench->device.platform_name, "kernels", bench->variants,
                      "inferences_per_s", measured(throughput(bench)), "gflops", measured(gflops(bench)));
    for (int m = 0; m < METRICS; m++) {
        json_t *figures = document_object();
        for (int f = 0; f < FIGURES; f++)
            document_set(figures, figure_names[f], measured(bench->figures[m][f]));
        document_set(object, metric_names[m], figures);
    }
    return object;
}

enum status bench_run(const struct engine *engine, const struct runs *runs, void *const *outputs,
                      const struct bench_start *start, json_t *document)
{
    struct bench_loop loop = {.engine = engine, .runs = runs, .outputs = outputs};
    struct bench bench = {.engine = engine, .start = *start};
    enum status status = STATUS_OK;
    for (bool more = bench_warm_up(&loop); more && bench_next(&loop);)
        add_sample(&bench, &loop.timing);
    bench.wall_ms = clock_ms() - loop.started;
    talk_progress_end(engine->talk);
    if (loop.status)
        return loop.status;
    for (int m = 0; m < METRICS; m++)
        statistics_make(bench.values[m], bench.count, bench.figures[m]);
    describe(&bench);
    if (document)
        document_set(document, "bench", bench_json(&bench));
    else
        print_bench(&bench);
    for (size_t i = 0; i < engine->options->report_count && !status; i++)
        status = bench_page(&bench, engine->options->reports[i]);
    return status;
}
