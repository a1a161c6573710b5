/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device_cure.h"
#include "facts.h"
#include "execute.h"
#include "fold_lines.h"
#include "known_ops.h"
#include "report.h"

struct device_list {
    int usable; /* the index that -d takes */
    bool facts; /* also what kernels are made for */
    struct pool *pool;
    json_t *rows;
};

/* What stands below the name of a device. */
#define BELOW 10

static void print_facts(const nnefcl_device_info *d)
{
    char l1[BYTES_TEXT], l2[BYTES_TEXT], l3[BYTES_TEXT];
    print_folded(
        BELOW,
        "%*svectors of %u floats, %u registers; caches %s, %s, %s; %sbarriers, %srelaxed atomics, %zu bytes of "
        "arguments, buffers at multiples of %u bytes, local memory %s",
        BELOW, "", d->lanes, d->registers, report_bytes(d->l1, l1), report_bytes(d->l2, l2), report_bytes(d->l3, l3),
        d->barriers ? "" : "no ", d->relaxed_atomics ? "" : "no ", d->max_parameter_bytes, d->alignment,
        d->local_is_global ? "a part of the global one" : "of its own");
}

static void print_reason(const struct device_list *list, const nnefcl_device_info *d)
{
    const char *cure = device_cure(d, list->pool);
    print_folded(BELOW, "%*scannot be used: %s", BELOW, "", d->reason);
    if (cure)
        print_folded(BELOW, "%*s%s", BELOW, "", cure);
}

static int print_device(void *user, const nnefcl_device_info *d)
{
    struct device_list *list = user;
    char number[12] = "-", memory[BYTES_TEXT], largest[BYTES_TEXT], local[BYTES_TEXT];
    if (d->usable)
        snprintf(number, sizeof number, "%d", list->usable++);
    if (d->index < 0)
        print_folded(BELOW, "%-3s %d    %-11s  %s", number, d->platform, "platform", d->platform_name);
    else
        print_folded(BELOW, "%-3s %d:%d  %-11s  %s (%s)", number, d->platform, d->index, facts_type(d), d->name,
                     d->platform_name);
    if (d->usable)
        print_folded(BELOW,
                     "%*s%s, driver %s; %u compute units, memory %s, largest buffer %s, local %s, work-group %zu%s%s",
                     BELOW, "", d->version, d->driver, d->compute_units, report_bytes(d->global_memory, memory),
                     report_bytes(d->max_allocation, largest), report_bytes(d->local_memory, local), d->max_work_group,
                     d->fp16 ? ", fp16" : "", d->fp64 ? ", fp64" : "");
    else
        print_reason(list, d);
    if (d->usable && list->facts)
        print_facts(d);
    return 0;
}

static int record_device(void *user, const nnefcl_device_info *d)
{
    struct device_list *list = user;
    json_t *row = document_pack("{s:i, s:i}", "platform", d->platform, "index_in_platform", d->index);
    facts_write(row, d);
    if (d->usable)
        document_set(row, "index", document_integer(list->usable++));
    else
        document_set(row, "reason", document_text(d->reason));
    const char *cure = d->usable ? NULL : device_cure(d, list->pool);
    if (cure)
        document_set(row, "cure", document_text(cure));
    document_add(list->rows, row);
    return 0;
}

enum status list_devices_into(json_t *rows, bool facts, int *usable, struct pool *pool, struct talk *talk)
{
    struct device_list list = {.rows = rows, .facts = facts, .pool = pool};
    nnefcl_error error = {0};
    const enum status status =
        talk_library(talk, nnefcl_device_list(rows ? record_device : print_device, &list, &error), &error);
    *usable = list.usable;
    if (status)
        talk_note(talk, "%s", device_cure_none());
    return !status && !list.usable ? talk_fail(talk, STATUS_DEVICE, "there is no usable OpenCL device") : status;
}

static int tell_cure(void *user, const nnefcl_device_info *d)
{
    struct talk *talk = user;
    struct pool pool = {0};
    const char *cure = d->usable ? NULL : device_cure(d, &pool);
    if (cure)
        talk_note(talk, "%s: %s", d->platform_name, cure);
    pool_free(&pool);
    return 0;
}

void list_cures(struct talk *talk)
{
    if (nnefcl_device_list(tell_cure, talk, NULL))
        talk_note(talk, "%s", device_cure_none());
    talk_note(talk, "--doctor looks for the cause, --list-devices shows what there is");
}

enum status list_devices(const struct options *options, struct pool *pool, struct talk *talk)
{
    json_t *rows = options->json ? document_array() : NULL;
    int usable;
    const enum status status = list_devices_into(rows, talk->verbose, &usable, pool, talk);
    if (rows) {
        const bool empty = document_empty(rows);
        json_t *document = document_begin("devices");
        document_set(document, "devices", rows);
        document_set(document, "cure", empty ? document_text(device_cure_none()) : NULL);
        document_set(document, "errors", talk_take_record(talk));
        document_print(document);
    }
    return status;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* What is read of files of another system, each name once, by name. */
static enum status list_format_ops(const char *format, json_t *rows, struct talk *talk)
{
    size_t count = 0;
    while (nnefcl_format_op(format, count))
        count++;
    const char **name = calloc(count + 1, sizeof *name);
    if (!name)
        return talk_fail(talk, STATUS_LIMIT, "out of memory");
    for (size_t i = 0; i < count; i++)
        name[i] = nnefcl_format_op(format, i);
    qsort(name, count, sizeof *name, by_name);
    for (size_t i = 0; i < count; i++) {
        if (i && strcmp(name[i], name[i - 1]) == 0)
            continue;
        if (rows)
            document_add(rows, document_text(name[i]));
        else
            print("%s\n", name[i]);
    }
    free(name);
    return STATUS_OK;
}

enum status list_ops(const struct options *options, struct talk *talk)
{
    nnefcl_op_info op;
    json_t *rows = options->json ? document_array() : NULL;
    const bool other = options->has_format;
    enum status status = other ? list_format_ops(options->format_name, rows, talk) : STATUS_OK;
    for (size_t i = 0; !other && known_op(i, &op); i++)
        if (rows)
            document_add(rows,
                         document_pack("{s:s, s:s, s:s}", "name", op.name, "chapter", op.chapter, "runs", op.runs));
        else
            print_folded(40, "%-30s %-8s %s", op.name, op.chapter, op.runs);
    if (rows) {
        json_t *document = document_begin("ops");
        document_set(document, "ops", rows);
        document_print(document);
    }
    return status;
}

static json_t *variant_json(const nnefcl_variant_info *v)
{
    json_t *row = document_pack("{s:s, s:s, s:s}", "family", v->family, "variant", v->name, "about", v->about);
    if (v->unfit)
        document_set(row, "unfit", document_text(v->unfit));
    return row;
}

/* Columns in front of what a variant is about. */
#define VARIANT 30

static void print_variant(const nnefcl_variant_info *v, const char *family)
{
    const bool same = family && strcmp(family, v->family) == 0;
    print_folded(VARIANT, "%-10s %-18s %s", same ? "" : v->family, v->name, v->about);
    if (v->unfit)
        print_folded(VARIANT + 2, "%*snever here: %s", VARIANT + 2, "", v->unfit);
}

static enum status open_listed_device(struct engine *engine)
{
    nnefcl_error error = {0};
    nnefcl_status status = nnefcl_device_open(engine->options->device, NULL, &engine->device, &error);
    return engine->options->device ? talk_library(engine->talk, status, &error) : STATUS_OK;
}

/* For the device that a run would take; without any usable one, and none asked for, what there is. */
enum status list_kernels(struct engine *engine)
{
    nnefcl_variant_info variant;
    const char *family = NULL;
    json_t *rows = engine->options->json ? document_array() : NULL;
    enum status status = open_listed_device(engine);
    for (size_t i = 0; !status && i < nnefcl_variant_count(); i++) {
        if (nnefcl_variant(i, engine->device, &variant))
            continue;
        if (rows)
            document_add(rows, variant_json(&variant));
        else
            print_variant(&variant, family);
        family = variant.family;
    }
    if (rows && !status) {
        json_t *document = document_begin("kernels");
        document_set(document, "kernels", rows);
        document_print(document);
    } else {
        json_decref(rows);
    }
    return status;
}
