/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "clean.h"
#include "execute.h"
#include "fold_lines.h"

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

enum { BEHIND = 23 }; /* columns in front of what is told of a family */

static void print_probe(const struct probe *p)
{
    const double rate = probe_rate(p);
    char share[48] = "";
    if (p->failure) {
        print_folded(BEHIND, "  %-20s bad: %s", p->family, p->failure);
        return;
    }
    if (p->peak > 0)
        snprintf(share, sizeof share, " %3.0f %% of %.1f", 100 * rate / p->peak, p->peak / 1e9);
    else if (!probe_bounded(p))
        snprintf(share, sizeof share, "   of the definition, made with fewer");
    print_folded(BEHIND, "  %-20s %-18s ok, worst %5.3g ULP of %-5.3g %8.3f ms %8.1f %s%s", p->family, p->kernel,
                 p->ulp, p->tolerance, p->ms, rate / 1e9, probe_computes(p) ? "GFLOP/s" : "GB/s   ", share);
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
            print_folded(7, "  off: %s, %s", variant.name, variant.unfit);
    }
}

static const char *arithmetic_text(const struct examination *e)
{
    return e->flops > 0 ? pool_printf(e->doctor->pool, "%.1f GFLOP/s", e->flops / 1e9) : "arithmetic -";
}

static const char *memory_text(const struct examination *e)
{
    return e->bytes > 0
               ? pool_printf(e->doctor->pool, "memory %.1f GB/s; below, of what as many bytes reach", e->bytes / 1e9)
               : "memory -";
}

static void examine_text(struct examination *e, const nnefcl_device_info *info)
{
    print("\n");
    print_folded(4, "%d:%d %s", info->platform, info->index, info->name);
    list_unfit(e, NULL);
    examine_families(e);
    print_folded(4, "  peak, measured: %s, %s", arithmetic_text(e), memory_text(e));
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
