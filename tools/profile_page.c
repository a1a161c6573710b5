/* SPDX-License-Identifier: Apache-2.0 */
/* --profile=html: bars by group and step, a roofline, memory over time. */
#include <math.h>

#include "clean.h"
#include "nnefcl/nnefcl.h"
#include "page.h"
#include "profile.h"

static void put_bar(FILE *file, double part, const char *text)
{
    fprintf(file, "<td class=\"track n\" style=\"--part:%.1f%%\">%s", part * 100, text);
}

static double share(const struct profile *profile, double ms)
{
    return profile->total_ms > 0 ? ms / profile->total_ms : 0;
}

static void put_rate(FILE *file, double amount, double ms)
{
    if (amount > 0 && ms > 0)
        fprintf(file, "<td class=n>%.2f", profile_rate(amount, ms));
    else
        fputs("<td class=n>-", file);
}

static void put_groups(const struct profile *profile, enum profile_key key, FILE *file)
{
    size_t count;
    const struct profile_group *group = profile_groups(profile, key, &count);
    fprintf(file,
            "<h2>By %s</h2>\n<table>\n<tr><th>%s<th class=n>steps<th class=n>ms<th class=n>GFLOP/s<th class=n>GB/s<th>"
            "share\n",
            profile_key_names[key], profile_key_names[key]);
    for (size_t i = 0; i < count; i++) {
        fputs("<tr><td>", file);
        print_markup(file, group[i].name);
        fprintf(file, "<td class=n>%zu<td class=n>%.4f", group[i].steps, group[i].ms);
        put_rate(file, group[i].flops, group[i].ms);
        put_rate(file, group[i].bytes, group[i].ms);
        put_bar(file, share(profile, group[i].ms),
                pool_printf(profile->engine->pool, "%.1f%%", share(profile, group[i].ms) * 100));
        putc('\n', file);
    }
    fputs("</table>\n", file);
}

static void put_steps(const struct profile *profile, FILE *file)
{
    fputs("<h2>Steps, in the order of the plan</h2>\n<table>\n<tr><th>place<th>kernel<th class=n>ms<th class=n>GFLOP/s"
          "<th class=n>GB/s<th>share\n",
          file);
    for (size_t i = 0; i < profile->count; i++) {
        const struct profile_step *step = &profile->step[i];
        fputs("<tr><td>", file);
        print_markup(file, step->info.location);
        fputs("<td>", file);
        print_markup(file, step->info.variant ? step->info.variant : step->info.kernel);
        fprintf(file, "<td class=n>%.4f", step->ms);
        put_rate(file, (double)step->info.flops, step->ms);
        put_rate(file, (double)step->info.bytes, step->ms);
        put_bar(file, share(profile, step->ms),
                pool_printf(profile->engine->pool, "%.1f%%", share(profile, step->ms) * 100));
        putc('\n', file);
    }
    fputs("</table>\n", file);
}

/* ---- roofline ---- */

struct roof {
    double flops, bytes;     /* the best rates of any step, 10^9 a second */
    double least, most, low; /* FLOP per byte; GFLOP/s of the slowest */
};

static bool has_work(const struct profile_step *step)
{
    return step->info.flops && step->info.bytes && step->ms > 0;
}

static bool roof_find(const struct profile *profile, struct roof *roof)
{
    *roof = (struct roof){.least = INFINITY, .low = INFINITY};
    for (size_t i = 0; i < profile->count; i++) {
        const struct profile_step *step = &profile->step[i];
        if (!has_work(step))
            continue;
        const double intensity = (double)step->info.flops / (double)step->info.bytes,
                     rate = profile_rate((double)step->info.flops, step->ms);
        roof->flops = fmax(roof->flops, rate);
        roof->low = fmin(roof->low, rate);
        roof->bytes = fmax(roof->bytes, profile_rate((double)step->info.bytes, step->ms));
        roof->least = fmin(roof->least, intensity);
        roof->most = fmax(roof->most, intensity);
    }
    return roof->flops > 0;
}

/* Steps by FLOP per byte. The roofs are the best rates that any step of this run reached: measured ones. */
static void put_roofline(const struct profile *profile, FILE *file)
{
    struct roof roof;
    if (!roof_find(profile, &roof))
        return;
    const struct page_plot plot = {
        file,
        {"FLOP per byte", pow(10, floor(log10(roof.least))), pow(10, ceil(log10(roof.most) + 0.01)), true},
        {"GFLOP/s", pow(10, floor(log10(roof.low))), pow(10, ceil(log10(roof.flops) + 0.01)), true}};
    fprintf(file,
            "<h2>Roofline</h2>\n<p>Each step is a circle, as large as its time. The line is the best of this run: %.2f "
            "GB/s and %.2f GFLOP/s.</p>\n",
            roof.bytes, roof.flops);
    page_plot_begin(&plot, "roofline");
    const double ridge = roof.flops / roof.bytes, start = fmax(plot.x.low, plot.y.low / roof.bytes);
    fprintf(file, "<path class=\"roof\" d=\"M%.1f %.1f L%.1f %.1f L%.1f %.1f\"/>\n", page_x(&plot, start),
            page_y(&plot, start * roof.bytes), page_x(&plot, ridge), page_y(&plot, roof.flops),
            page_x(&plot, plot.x.high), page_y(&plot, roof.flops));
    for (size_t i = 0; i < profile->count; i++) {
        const struct profile_step *step = &profile->step[i];
        if (!has_work(step))
            continue;
        fprintf(file, "<circle class=\"point\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"><title>",
                page_x(&plot, (double)step->info.flops / (double)step->info.bytes),
                page_y(&plot, profile_rate((double)step->info.flops, step->ms)),
                3 + 25 * sqrt(share(profile, step->ms)));
        print_markup(file, step->info.location);
        fprintf(file, ": %.4f ms</title></circle>\n", step->ms);
    }
    page_plot_end(&plot);
}

/* ---- memory ---- */

static void put_memory(const struct profile *profile, FILE *file)
{
    double end = 0, most = 0;
    for (size_t i = 0; i < profile->count; i++) {
        end = fmax(end, profile->step[i].info.start_ms + profile->step[i].info.device_ms);
        most = fmax(most, (double)profile->step[i].info.alive);
    }
    if (end <= 0 || most <= 0)
        return;
    const struct page_plot plot = {
        file, {"milliseconds of the last run", 0, end, false}, {"MiB alive", 0, most / 1048576, false}};
    fputs("<h2>Intermediate tensors over time</h2>\n", file);
    page_plot_begin(&plot, "memory over time");
    fprintf(file, "<path class=\"roof\" d=\"M%.1f %.1f", page_x(&plot, 0), page_y(&plot, 0));
    for (size_t i = 0; i < profile->count; i++) {
        const nnefcl_step_info *info = &profile->step[i].info;
        fprintf(file, " H%.1f V%.1f H%.1f", page_x(&plot, info->start_ms), page_y(&plot, (double)info->alive / 1048576),
                page_x(&plot, info->start_ms + info->device_ms));
    }
    fputs("\"/>\n", file);
    page_plot_end(&plot);
}

void profile_page(const struct profile *profile, FILE *file)
{
    struct pool *pool = profile->engine->pool;
    nnefcl_device_info device;
    nnefcl_device_describe(profile->engine->device, &device);
    page_begin(file, pool_printf(pool, "Profile of %s", nnefcl_model_name(profile->engine->model)));
    page_facts(file, "device", device.name, "platform", device.platform_name, "driver", device.driver, "time",
               pool_printf(pool, "%.4f ms on the device, %zu steps, mean of %llu runs", profile->total_ms,
                           profile->count, (unsigned long long)profile->runs),
               "nnefcl", nnefcl_version(), NULL);
    put_groups(profile, PROFILE_BY_OPERATION, file);
    put_groups(profile, PROFILE_BY_KERNEL, file);
    put_roofline(profile, file);
    put_memory(profile, file);
    put_steps(profile, file);
    page_end(file);
}
