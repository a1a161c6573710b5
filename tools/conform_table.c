/* SPDX-License-Identifier: Apache-2.0 */
/* The conformance run on screen and as JSON. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "conform.h"

enum { SHOWN = 40 }; /* failures on screen */

const char *conform_ulp(double ulp, char text[32])
{
    snprintf(text, 32, isfinite(ulp) ? "%.3g" : "inf", ulp);
    return text;
}

static void print_devices(const struct conform *c)
{
    for (size_t i = 0; i < c->device_count; i++) {
        const struct conform_device *d = &c->device[i];
        print("[%zu] %s (%s, driver %s): %zu cases in %.1f s%s%s\n", i, d->info.name, d->info.platform_name,
              d->info.driver, d->cases, d->ms / 1000, d->stopped ? "; stopped: " : "", d->stopped ? d->stopped : "");
    }
}

static void print_row(const struct conform *c, size_t op)
{
    char ulp[32], allowed[32], cell[80];
    print("%-30s %-7s", c->op[op].name, c->op[op].chapter);
    for (size_t i = 0; i < c->device_count; i++) {
        const struct conform_figure *f = &c->device[i].figure[op];
        if (f->failed)
            snprintf(cell, sizeof cell, "%zu FAILED", f->failed);
        else
            snprintf(cell, sizeof cell, "%s of %s", conform_ulp(f->ulp, ulp), conform_ulp(f->tolerance, allowed));
        print(" %5zu  %-16s", f->cases, cell);
    }
    print("\n");
}

static void print_failures(const struct conform *c)
{
    size_t shown = 0;
    for (size_t i = 0; i < c->result_count; i++) {
        const struct conform_result *r = &c->result[i];
        if (r->passed)
            continue;
        if (shown++ == SHOWN) {
            print("... and more; a report (--report) has all of them\n");
            return;
        }
        print("[%zu] %s%s%s%s: %s\n", r->device, r->name, *r->variant ? " (" : "", r->variant, *r->variant ? ")" : "",
              r->message);
    }
}

void conform_print(const struct conform *c)
{
    print_devices(c);
    print("\n%-30s %-7s", "operation", "chapter");
    for (size_t i = 0; i < c->device_count; i++)
        print(" cases  [%zu] %-12s", i, "worst ULP");
    print("\n");
    for (size_t op = 0; op < c->op_count; op++)
        print_row(c, op);
    print("\n");
    print_failures(c);
    print("%zu passed, %zu failed\n", c->result_count - c->failed, c->failed);
}

/* ---- JSON ---- */

static json_t *device_json(const struct conform *c, const struct conform_device *d)
{
    json_t *ops = document_array();
    for (size_t i = 0; i < c->op_count; i++)
        document_add(ops, document_pack("{s:s, s:s, s:I, s:I, s:o, s:o}", "op", c->op[i].name, "chapter",
                                        c->op[i].chapter, "cases", (json_int_t)d->figure[i].cases, "failed",
                                        (json_int_t)d->figure[i].failed, "ulp", document_real(d->figure[i].ulp),
                                        "tolerance", document_real(d->figure[i].tolerance)));
    return document_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:I, s:I, s:f, s:s?, s:o}", "name", d->info.name,
                         "platform", d->info.platform_name, "vendor", d->info.vendor, "version", d->info.version,
                         "driver", d->info.driver, "fp16", d->info.fp16, "fp64", d->info.fp64, "cases",
                         (json_int_t)d->cases, "failed", (json_int_t)d->failed, "seconds", d->ms / 1000, "stopped",
                         d->stopped, "ops", ops);
}

json_t *conform_json(const struct conform *c)
{
    json_t *document = document_begin("conformance"), *devices = document_array(), *failures = document_array();
    for (size_t i = 0; i < c->device_count; i++)
        document_add(devices, device_json(c, &c->device[i]));
    for (size_t i = 0; i < c->result_count; i++) {
        const struct conform_result *r = &c->result[i];
        if (!r->passed)
            document_add(failures,
                         document_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:o, s:o}", "device", (json_int_t)r->device,
                                       "op", c->op[r->op].name, "case", r->name, "variant", r->variant, "message",
                                       r->message, "document", r->document, "ulp", document_real(r->ulp), "tolerance",
                                       document_real(r->tolerance)));
    }
    document_set(document, "library", document_text(nnefcl_version()));
    document_set(document, "level", document_text(c->level));
    document_set(document, "devices", devices);
    document_set(document, "failures", failures);
    return document;
}
