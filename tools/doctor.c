/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor.h"

#include <math.h>
#include <stdio.h>

#include "clean.h"
#include "execute.h"

/* ---- one device ---- */

struct examination {
    struct doctor *doctor;
    nnefcl_device *device;
    struct peaks peaks;
    json_t *probes; /* NULL: text */
    size_t failed;
};

static void print_rate(double rate, double peak, const char *unit)
{
    if (rate > 0 && peak > 0)
        print(" %8.1f %s %3.0f %%", rate / 1e9, unit, 100 * rate / peak);
    else
        print(" %8s %*s %5s", "-", (int)sizeof "GFLOP/s" - 1, "", "");
}

/* Speed as what bounds the family: arithmetic where there is much for each byte, else memory. */
static void print_probe(const struct examination *e, const struct probe *p)
{
    const bool computes = p->flops > 8 * p->bytes;
    if (p->failure) {
        print("  %-20s bad: %s\n", p->family, p->failure);
        return;
    }
    print("  %-20s %-18s ok, worst %5.3g ULP of %-5.3g %8.3f ms", p->family, p->kernel, p->ulp, p->tolerance, p->ms);
    if (computes)
        print_rate(p->flops / p->ms * 1e3, e->peaks.flops, "GFLOP/s");
    else
        print_rate(p->bytes / p->ms * 1e3, e->peaks.bytes, "GB/s   ");
    print("\n");
}

static void record_probe(const struct examination *e, const struct probe *p)
{
    json_t *row = document_pack("{s:s, s:s?, s:b, s:f, s:f}", "family", p->family, "kernel", p->kernel, "ok",
                                p->failure == NULL, "ulp", p->ulp, "tolerance", p->tolerance);
    if (p->failure)
        document_set(row, "failure", document_text(p->failure));
    else
        document_merge(row, document_pack("{s:f, s:f, s:f}", "ms", p->ms, "flops_per_s", p->flops / p->ms * 1e3,
                                          "bytes_per_s", p->bytes / p->ms * 1e3));
    document_add(e->probes, row);
}

static void examine_families(struct examination *e)
{
    struct probe probe;
    for (size_t i = 0; doctor_probe(e->doctor, e->device, i, &probe); i++) {
        e->failed += probe.failure != NULL;
        if (e->probes)
            record_probe(e, &probe);
        else
            print_probe(e, &probe);
    }
    talk_progress_end(e->doctor->talk);
}

/* What is never taken on the device, and why. */
static void list_unfit(const struct examination *e, json_t *rows)
{
    nnefcl_variant_info variant;
    for (size_t i = 0; i < nnefcl_variant_count(); i++) {
        if (nnefcl_variant(i, e->device, &variant) || !variant.unfit)
            continue;
        if (rows)
            document_add(rows, document_pack("{s:s, s:s}", "variant", variant.name, "reason", variant.unfit));
        else
            print("  off: %s, %s\n", variant.name, variant.unfit);
    }
}

static void examine_text(struct examination *e, const nnefcl_device_info *info)
{
    print("\n%d:%d %s\n", info->platform, info->index, info->name);
    list_unfit(e, NULL);
    e->peaks = doctor_peaks(e->doctor, e->device);
    print("  peak, measured: ");
    print(e->peaks.flops > 0 ? "%.1f GFLOP/s, " : "arithmetic -, ", e->peaks.flops / 1e9);
    print(e->peaks.bytes > 0 ? "%.1f GB/s\n" : "memory -\n", e->peaks.bytes / 1e9);
    examine_families(e);
}

static void examine_json(struct examination *e, const nnefcl_device_info *info, json_t *tests)
{
    json_t *off = document_array();
    e->probes = document_array();
    list_unfit(e, off);
    e->peaks = doctor_peaks(e->doctor, e->device);
    examine_families(e);
    document_add(tests, document_pack("{s:i, s:i, s:s, s:f, s:f, s:o, s:o}", "platform", info->platform, "index",
                                      info->index, "name", info->name, "peak_flops_per_s", e->peaks.flops,
                                      "peak_bytes_per_s", e->peaks.bytes, "off", off, "families", e->probes));
}

/* ---- all of them ---- */

static enum status examine(struct doctor *doctor, const char *spec, json_t *tests, size_t *failed)
{
    struct examination e = {.doctor = doctor};
    nnefcl_device_options options = NNEFCL_DEVICE_OPTIONS_INIT;
    nnefcl_device_info info;
    nnefcl_error error = {0};
    options.cache_dir = doctor->options->cache_dir;
    const enum status status =
        talk_library(doctor->talk, nnefcl_device_open(spec, &options, &e.device, &error), &error);
    if (status)
        return status;
    nnefcl_device_describe(e.device, &info);
    if (tests)
        examine_json(&e, &info, tests);
    else
        examine_text(&e, &info);
    nnefcl_device_free(e.device);
    *failed += e.failed;
    return STATUS_OK;
}

static enum status examine_all(struct doctor *doctor, int usable, json_t *tests)
{
    enum status status = STATUS_OK;
    size_t failed = 0;
    if (doctor->options->device)
        status = examine(doctor, doctor->options->device, tests, &failed);
    for (int i = 0; !doctor->options->device && i < usable && !status; i++)
        status = examine(doctor, pool_printf(doctor->pool, "%d", i), tests, &failed);
    return !status && failed
               ? talk_fail(doctor->talk, STATUS_DIFFERS, "%zu self test%s failed", failed, failed == 1 ? "" : "s")
               : status;
}

enum status doctor_execute(const struct options *options, struct pool *pool, struct talk *talk)
{
    struct doctor doctor = {options, pool, talk, options->json ? document_begin("doctor") : NULL};
    json_t *rows = doctor.document ? document_array() : NULL, *tests = doctor.document ? document_array() : NULL;
    int usable = 0;
    doctor_system(&doctor);
    enum status status = list_devices_into(rows, true, &usable, pool, talk);
    if (!status)
        status = examine_all(&doctor, usable, tests);
    if (doctor.document) {
        document_set(doctor.document, "devices", rows);
        document_set(doctor.document, "tests", tests);
        document_set(doctor.document, "errors", talk_take_record(talk));
        document_print(doctor.document);
    }
    return status;
}
