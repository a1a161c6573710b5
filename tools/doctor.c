/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "clean.h"
#include "execute.h"

/* ---- one device ---- */

struct examination {
    struct doctor *doctor;
    nnefcl_device *device;
    struct probe *probe; /* one for each family */
    size_t count, failed;
    double flops, bytes; /* peaks: arithmetic, memory beyond all caches */
};

enum { BEYOND_CACHES = 128 << 20 };

/* Speed as what bounds the family: arithmetic where there is much for each byte, else memory. */
static bool probe_computes(const struct probe *p)
{
    return p->flops > 8 * p->bytes;
}

/* Winograd's convolutions multiply less than the definition, whose operations are counted: no peak bounds them. */
static bool probe_bounded(const struct probe *p)
{
    return !p->failure && !strstr(p->kernel, "winograd");
}

static double probe_rate(const struct probe *p)
{
    return p->ms > 0 ? (probe_computes(p) ? p->flops : p->bytes) / p->ms * 1e3 : 0;
}

/* A kernel that is faster than the one that should tell the peak is the better measurement of it. */
static void find_peaks(struct examination *e)
{
    e->flops = doctor_peak_flops(e->doctor, e->device);
    e->bytes = doctor_peak_bytes(e->doctor, e->device, BEYOND_CACHES);
    for (struct probe *p = e->probe; p < e->probe + e->count; p++)
        if (probe_bounded(p) && probe_computes(p))
            e->flops = fmax(e->flops, probe_rate(p));
    for (struct probe *p = e->probe; p < e->probe + e->count; p++)
        if (probe_bounded(p))
            p->peak =
                probe_computes(p) ? e->flops : fmax(probe_rate(p), doctor_peak_bytes(e->doctor, e->device, p->bytes));
}

static void examine_families(struct examination *e)
{
    struct pool *pool = e->doctor->pool;
    for (struct probe probe; doctor_probe(e->doctor, e->device, e->count, &probe);) {
        e->failed += probe.failure != NULL;
        e->probe = pool_grow(pool, e->probe, e->count, sizeof probe);
        e->probe[e->count++] = probe;
    }
    find_peaks(e);
    talk_progress_end(e->doctor->talk);
}

static void print_probe(const struct probe *p)
{
    const double rate = probe_rate(p);
    if (p->failure) {
        print("  %-20s bad: %s\n", p->family, p->failure);
        return;
    }
    print("  %-20s %-18s ok, worst %5.3g ULP of %-5.3g %8.3f ms", p->family, p->kernel, p->ulp, p->tolerance, p->ms);
    print(" %8.1f %s", rate / 1e9, probe_computes(p) ? "GFLOP/s" : "GB/s   ");
    if (p->peak > 0)
        print(" %3.0f %% of %.1f\n", 100 * rate / p->peak, p->peak / 1e9);
    else
        print("%s\n", probe_bounded(p) ? "" : "   of the definition, made with fewer");
}

static json_t *probe_json(const struct probe *p)
{
    json_t *row = document_pack("{s:s, s:s?, s:b, s:f, s:f}", "family", p->family, "kernel", p->kernel, "ok",
                                p->failure == NULL, "ulp", p->ulp, "tolerance", p->tolerance);
    if (p->failure) {
        document_set(row, "failure", document_text(p->failure));
        return row;
    }
    document_merge(row, document_pack("{s:f, s:f, s:f}", "ms", p->ms, "flops_per_s", p->flops / p->ms * 1e3,
                                      "bytes_per_s", p->bytes / p->ms * 1e3));
    if (p->peak > 0)
        document_set(row, "share_of_peak", document_real(probe_rate(p) / p->peak));
    return row;
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
    examine_families(e);
    print("  peak, measured: ");
    print(e->flops > 0 ? "%.1f GFLOP/s, " : "arithmetic -, ", e->flops / 1e9);
    print(e->bytes > 0 ? "memory %.1f GB/s; below, of what as many bytes reach\n" : "memory -\n", e->bytes / 1e9);
    for (size_t i = 0; i < e->count; i++)
        print_probe(&e->probe[i]);
}

static void examine_json(struct examination *e, const nnefcl_device_info *info, json_t *tests)
{
    json_t *off = document_array(), *families = document_array();
    list_unfit(e, off);
    examine_families(e);
    for (size_t i = 0; i < e->count; i++)
        document_add(families, probe_json(&e->probe[i]));
    document_add(tests, document_pack("{s:i, s:i, s:s, s:f, s:f, s:o, s:o}", "platform", info->platform, "index",
                                      info->index, "name", info->name, "peak_flops_per_s", e->flops, "peak_bytes_per_s",
                                      e->bytes, "off", off, "families", families));
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
