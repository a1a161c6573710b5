/* SPDX-License-Identifier: Apache-2.0 */
#include "page.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "clean.h"

static const char style[] =
    ":root { color-scheme: light dark; --line: #8884; --bar: #47a; --warm: #c63; }\n"
    "body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }\n"
    "table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .15rem .6rem; "
    "border-bottom: 1px solid var(--line); }\n"
    "th { position: sticky; top: 0; background: Canvas; } .n { text-align: right; font-variant-numeric: tabular-nums; "
    "}\n"
    "svg { width: 100%; height: auto; font: 11px system-ui, sans-serif; } svg text { fill: CanvasText; }\n"
    ".grid { stroke: var(--line); } .bar { fill: var(--bar); } .point { fill: var(--bar); fill-opacity: .7; } .roof { "
    "stroke: var(--warm); fill: none; stroke-width: 2; }\n"
    ".track { background: linear-gradient(90deg, #47a8 var(--part), transparent var(--part)) center / 100% 70% "
    "no-repeat; min-width: 8rem; }\n";

void page_begin(FILE *file, const char *title)
{
    fputs("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
          "content=\"width=device-width\">\n<title>",
          file);
    print_markup(file, title);
    fprintf(file, "</title>\n<style>\n%s</style>\n<h1>", style);
    print_markup(file, title);
    fputs("</h1>\n", file);
}

void page_end(FILE *file)
{
    fputs("</html>\n", file);
}

void page_facts(FILE *file, const char *name, ...)
{
    va_list args;
    va_start(args, name);
    for (const char *key = name; key; key = va_arg(args, const char *)) {
        fputs(key == name ? "<p><b>" : "<br><b>", file);
        print_markup(file, key);
        fputs("</b> ", file);
        print_markup(file, va_arg(args, const char *));
    }
    fputs("</p>\n", file);
    va_end(args);
}

/* ---- plots ---- */

enum { LEFT = 70, RIGHT = 20, TOP = 15, BOTTOM = 40, TICKS = 5 };

static double part(const struct page_axis *axis, double value)
{
    const double low = axis->logarithmic ? log10(axis->low) : axis->low,
                 high = axis->logarithmic ? log10(axis->high) : axis->high,
                 at = axis->logarithmic ? log10(fmax(value, axis->low)) : value;
    return high > low ? fmin(fmax((at - low) / (high - low), 0), 1) : 0;
}

double page_x(const struct page_plot *plot, double value)
{
    return LEFT + part(&plot->x, value) * (PLOT_WIDTH - LEFT - RIGHT);
}

double page_y(const struct page_plot *plot, double value)
{
    return PLOT_HEIGHT - BOTTOM - part(&plot->y, value) * (PLOT_HEIGHT - TOP - BOTTOM);
}

static double tick(const struct page_axis *axis, int index)
{
    if (axis->logarithmic)
        return axis->low * pow(10, index);
    return axis->low + (axis->high - axis->low) * index / TICKS;
}

/* Of a number beside a tick: thousands are written out. */
static int tick_digits(double value)
{
    return value < 1000 ? 3 : 7;
}

static bool has_tick(const struct page_axis *axis, int index)
{
    return axis->logarithmic ? tick(axis, index) <= axis->high * 1.001 : index <= TICKS;
}

static void put_title(FILE *file, double x, double y, const char *turn, const char *title)
{
    fprintf(file, "<text x=\"%.0f\" y=\"%.0f\" text-anchor=\"middle\"%s>", x, y, turn);
    print_markup(file, title);
    fputs("</text>\n", file);
}

void page_plot_begin(const struct page_plot *plot, const char *label)
{
    fprintf(plot->file, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", PLOT_WIDTH, PLOT_HEIGHT);
    print_markup(plot->file, label);
    fputs("\">\n", plot->file);
    for (int i = 0; has_tick(&plot->x, i); i++) {
        const double x = page_x(plot, tick(&plot->x, i));
        fprintf(
            plot->file,
            "<path class=\"grid\" d=\"M%.1f %d V%d\"/><text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.*g</text>\n",
            x, TOP, PLOT_HEIGHT - BOTTOM, x, PLOT_HEIGHT - BOTTOM + 15, tick_digits(tick(&plot->x, i)),
            tick(&plot->x, i));
    }
    for (int i = 0; has_tick(&plot->y, i); i++) {
        const double y = page_y(plot, tick(&plot->y, i));
        fprintf(plot->file,
                "<path class=\"grid\" d=\"M%d %.1f H%d\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.*g</text>\n",
                LEFT, y, PLOT_WIDTH - RIGHT, LEFT - 6, y + 4, tick_digits(tick(&plot->y, i)), tick(&plot->y, i));
    }
    put_title(plot->file, (PLOT_WIDTH + LEFT) / 2.0, PLOT_HEIGHT - 6, "", plot->x.title);
    put_title(plot->file, 14, PLOT_HEIGHT / 2.0, " transform=\"rotate(-90 14 160)\"", plot->y.title);
}

void page_plot_end(const struct page_plot *plot)
{
    fputs("</svg>\n", plot->file);
}
