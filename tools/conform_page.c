/* SPDX-License-Identifier: Apache-2.0 */
/* The conformance run as JUnit XML, for machines that count tests, and as a page for people. */
#include <stdio.h>
#include <string.h>

#include "conform.h"

/* ---- JUnit ---- */

static void put_case(const struct conform *c, const struct conform_result *r, FILE *file)
{
    fprintf(file, "  <testcase classname=\"%s\" name=\"%s\" time=\"%.4f\"", c->op[r->op].name, r->name, r->ms / 1000);
    if (r->passed) {
        fputs("/>\n", file);
        return;
    }
    fputs(">\n   <failure message=\"", file);
    print_markup(file, r->variant);
    fputs(*r->variant ? ": " : "", file);
    print_markup(file, r->message);
    fputs("\">", file);
    print_markup(file, r->document);
    fputs("</failure>\n  </testcase>\n", file);
}

void conform_xml(const struct conform *c, FILE *file)
{
    fprintf(file,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"nnefcl conformance, %s\" tests=\"%zu\" "
            "failures=\"%zu\">\n",
            c->level, c->result_count, c->failed);
    for (size_t i = 0; i < c->device_count; i++) {
        const struct conform_device *d = &c->device[i];
        fputs(" <testsuite name=\"", file);
        print_markup(file, d->info.name);
        fprintf(file, "\" tests=\"%zu\" failures=\"%zu\" errors=\"%d\" time=\"%.3f\">\n", d->cases, d->failed,
                d->stopped != NULL, d->ms / 1000);
        for (size_t k = 0; k < c->result_count; k++)
            if (c->result[k].device == i)
                put_case(c, &c->result[k], file);
        if (d->stopped) {
            fputs("  <system-err>", file);
            print_markup(file, d->stopped);
            fputs("</system-err>\n", file);
        }
        fputs(" </testsuite>\n", file);
    }
    fputs("</testsuites>\n", file);
}

/* ---- the page ---- */

static const char head[] =
    "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
    "content=\"width=device-width\">\n"
    "<title>nnefcl conformance</title>\n<style>\n"
    ":root { color-scheme: light dark; --line: #8884; --bad: #c22; --good: #283; }\n"
    "body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }\n"
    "table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .2rem .6rem; border-bottom: "
    "1px solid var(--line); }\n"
    "th { position: sticky; top: 0; background: Canvas; } td.n { text-align: right; font-variant-numeric: "
    "tabular-nums; }\n"
    ".bad { color: var(--bad); font-weight: 600; } .good { color: var(--good); } .dim { opacity: .6; }\n"
    "pre { background: #8881; padding: .7rem; overflow-x: auto; } summary { cursor: pointer; } h1 + p { font-size: "
    "1.1rem; }\n"
    "</style>\n<h1>nnefcl conformance</h1>\n";

static void put_devices(const struct conform *c, FILE *file)
{
    fputs("<table>\n<tr><th>device<th>platform<th>version<th>driver<th>fp64<th>fp16<th>cases<th>failed<th>seconds\n",
          file);
    for (size_t i = 0; i < c->device_count; i++) {
        const struct conform_device *d = &c->device[i];
        const char *const facts[] = {d->info.name,   d->info.platform_name,       d->info.version,
                                     d->info.driver, d->info.fp64 ? "yes" : "no", d->info.fp16 ? "yes" : "no"};
        fputs("<tr>", file);
        for (size_t k = 0; k < sizeof facts / sizeof *facts; k++) {
            fputs("<td>", file);
            print_markup(file, facts[k]);
        }
        fprintf(file, "<td class=n>%zu<td class=\"n %s\">%zu<td class=n>%.1f\n", d->cases, d->failed ? "bad" : "good",
                d->failed, d->ms / 1000);
        if (d->stopped) {
            fputs("<tr><td colspan=9 class=bad>stopped: ", file);
            print_markup(file, d->stopped);
            putc('\n', file);
        }
    }
    fputs("</table>\n", file);
}

static void put_operations(const struct conform *c, FILE *file)
{
    char ulp[32], allowed[32];
    fputs("<h2>Operations</h2>\n<p>The worst element of each, in units in the last place, and what it may "
          "be.\n<table>\n<tr><th>operation<th>chapter",
          file);
    for (size_t i = 0; i < c->device_count; i++) {
        fputs("<th>cases<th>", file);
        print_markup(file, c->device[i].info.name);
        fputs("<th>allowed", file);
    }
    putc('\n', file);
    for (size_t op = 0; op < c->op_count; op++) {
        fprintf(file, "<tr><td>%s<td>%s", c->op[op].name, c->op[op].chapter);
        for (size_t i = 0; i < c->device_count; i++) {
            const struct conform_figure *f = &c->device[i].figure[op];
            fprintf(file, "<td class=n>%zu", f->cases);
            if (f->failed)
                fprintf(file, "<td class=\"n bad\">%zu failed<td class=n>", f->failed);
            else
                fprintf(file, "<td class=n>%s<td class=\"n dim\">%s", conform_ulp(f->ulp, ulp),
                        conform_ulp(f->tolerance, allowed));
        }
        putc('\n', file);
    }
    fputs("</table>\n", file);
}

static void put_failures(const struct conform *c, FILE *file)
{
    if (c->failed)
        fputs("<h2>Failures</h2>\n", file);
    for (size_t i = 0; i < c->result_count; i++) {
        const struct conform_result *r = &c->result[i];
        if (r->passed)
            continue;
        fprintf(file, "<details><summary><b>%s</b> on ", r->name);
        print_markup(file, c->device[r->device].info.name);
        fputs(*r->variant ? " with " : "", file);
        print_markup(file, r->variant);
        fputs(": ", file);
        print_markup(file, r->message);
        fputs("</summary>\n<pre>", file);
        print_markup(file, r->document);
        fputs("</pre></details>\n", file);
    }
}

void conform_html(const struct conform *c, FILE *file)
{
    fputs(head, file);
    fprintf(file, "<p>nnefcl %s, %s run: <b class=%s>%zu passed, %zu failed</b>\n", nnefcl_version(), c->level,
            c->failed ? "bad" : "good", c->result_count - c->failed, c->failed);
    put_devices(c, file);
    put_operations(c, file);
    put_failures(c, file);
    fputs("</html>\n", file);
}
