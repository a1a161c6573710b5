/* SPDX-License-Identifier: Apache-2.0 */
/* --bench --report FILE.html: figures, the histogram of the runs, and how many took at most so long. */
#include <math.h>

#include "bench.h"
#include "clean.h"
#include "draft.h"
#include "nnefcl/nnefcl.h"
#include "page.h"

enum { BINS = 40 };

static void put_figures(const struct bench *bench, FILE *file)
{
    fputs("<h2>Milliseconds of a run</h2>\n<table>\n<tr><th>", file);
    for (int f = 0; f < FIGURES; f++)
        fprintf(file, "<th class=n>%s", figure_names[f]);
    for (int m = 0; m < METRICS; m++) {
        fprintf(file, "\n<tr><td>%s", metric_names[m]);
        for (int f = 0; f < FIGURES; f++)
            if (bench->figures[m][f] < 0)
                fputs("<td class=n>-", file);
            else
                fprintf(file, "<td class=n>%.3f", bench->figures[m][f]);
    }
    fputs("\n</table>\n", file);
}

static void put_histogram(const struct bench *bench, FILE *file)
{
    const double *values = bench->values[METRIC_TOTAL], low = values[0], high = values[bench->count - 1];
    size_t bins[BINS] = {0}, most = 1;
    for (size_t i = 0; i < bench->count; i++) {
        const double at = high > low ? (values[i] - low) / (high - low) * BINS : 0;
        const size_t bin = at < BINS ? (size_t)at : BINS - 1;
        most = ++bins[bin] > most ? bins[bin] : most;
    }
    const struct page_plot plot = {file, {"milliseconds", low, high, false}, {"runs", 0, (double)most, false}};
    fputs("<h2>Histogram</h2>\n", file);
    page_plot_begin(&plot, "histogram of the runs");
    for (int i = 0; i < BINS; i++) {
        const double left = page_x(&plot, low + (high - low) * i / BINS), top = page_y(&plot, (double)bins[i]),
                     right = page_x(&plot, low + (high - low) * (i + 1) / BINS);
        if (bins[i])
            fprintf(file, "<rect class=\"bar\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n", left, top,
                    fmax(right - left - 1, 2), page_y(&plot, 0) - top);
    }
    page_plot_end(&plot);
}

static void put_percentiles(const struct bench *bench, FILE *file)
{
    const double *values = bench->values[METRIC_TOTAL];
    const struct page_plot plot = {
        file, {"percent of the runs", 0, 100, false}, {"milliseconds", 0, values[bench->count - 1], false}};
    fputs("<h2>Percentiles</h2>\n", file);
    page_plot_begin(&plot, "percentiles of the runs");
    fputs("<path class=\"roof\" d=\"", file);
    for (size_t i = 0; i < bench->count; i++)
        fprintf(file, "%s%.1f %.1f", i ? " L" : "M", page_x(&plot, 100.0 * (double)(i + 1) / (double)bench->count),
                page_y(&plot, values[i]));
    fputs("\"/>\n", file);
    page_plot_end(&plot);
}

enum status bench_page(const struct bench *bench, const char *path)
{
    struct pool *pool = bench->engine->pool;
    struct ncl_whole_file whole;
    const enum status status = draft_open(&whole, path, bench->engine->talk);
    FILE *file = whole.file;
    if (status)
        return status;
    page_begin(file, pool_printf(pool, "Benchmark of %s", nnefcl_model_name(bench->engine->model)));
    page_facts(file, "device", bench->device.name, "platform", bench->device.platform_name, "driver",
               bench->device.driver, "kernels", bench->variants, "runs",
               pool_printf(pool, "%zu, %.2f inferences/s", bench->count,
                           (double)bench->count * bench->batch / bench->wall_ms * 1e3),
               "nnefcl", nnefcl_version(), NULL);
    put_figures(bench, file);
    put_histogram(bench, file);
    put_percentiles(bench, file);
    page_end(file);
    return draft_close(&whole, true, path, bench->engine->talk);
}
