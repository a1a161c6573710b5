#include <stdio.h>
#include <string.h>

#include "execute.h"
#include "report.h"

static const char *const type_names[] = {"cpu", "gpu", "accelerator", "other"};

struct device_list {
    int usable; /* the index that -d takes */
    bool facts; /* also what kernels are made for */
    json_t *rows;
};

static void print_facts(const nnefcl_device_info *d)
{
    char l1[BYTES_TEXT], l2[BYTES_TEXT], l3[BYTES_TEXT];
    printf(
        "          vectors of %u floats, %u registers; caches %s, %s, %s; %sbarriers, %srelaxed atomics, %zu bytes of "
        "arguments\n",
        d->lanes, d->registers, report_bytes(d->l1, l1), report_bytes(d->l2, l2), report_bytes(d->l3, l3),
        d->barriers ? "" : "no ", d->relaxed_atomics ? "" : "no ", d->max_parameter_bytes);
}

static int print_device(void *user, const nnefcl_device_info *d)
{
    struct device_list *list = user;
    char memory[BYTES_TEXT], largest[BYTES_TEXT], local[BYTES_TEXT];
    if (d->usable)
        printf("%-3d", list->usable++);
    else
        printf("-  ");
    printf(" %d:%d  %-11s  %s (%s)\n", d->platform, d->index, type_names[d->type], d->name, d->platform_name);
    if (d->usable)
        printf(
            "          %s, driver %s; %u compute units, memory %s, largest buffer %s, local %s, work-group %zu%s%s\n",
            d->version, d->driver, d->compute_units, report_bytes(d->global_memory, memory),
            report_bytes(d->max_allocation, largest), report_bytes(d->local_memory, local), d->max_work_group,
            d->fp16 ? ", fp16" : "", d->fp64 ? ", fp64" : "");
    else
        printf("          cannot be used: %s\n", d->reason);
    if (d->usable && list->facts)
        print_facts(d);
    return 0;
}

static int record_device(void *user, const nnefcl_device_info *d)
{
    struct device_list *list = user;
    json_t *row = json_pack(
        "{s:i, s:i, s:s, s:b, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:b, s:b}", "platform", d->platform,
        "index_in_platform", d->index, "type", type_names[d->type], "usable", d->usable, "name", d->name,
        "platform_name", d->platform_name, "vendor", d->vendor, "version", d->version, "driver", d->driver,
        "compute_units", (json_int_t)d->compute_units, "global_memory", (json_int_t)d->global_memory, "max_allocation",
        (json_int_t)d->max_allocation, "local_memory", (json_int_t)d->local_memory, "max_work_group",
        (json_int_t)d->max_work_group, "fp16", d->fp16, "fp64", d->fp64);
    json_t *facts = json_pack("{s:I, s:I, s:I, s:I, s:I, s:b, s:b, s:I}", "lanes", (json_int_t)d->lanes, "registers",
                              (json_int_t)d->registers, "l1", (json_int_t)d->l1, "l2", (json_int_t)d->l2, "l3",
                              (json_int_t)d->l3, "barriers", d->barriers, "relaxed_atomics", d->relaxed_atomics,
                              "max_parameter_bytes", (json_int_t)d->max_parameter_bytes);
    json_object_update(row, facts);
    json_decref(facts);
    if (d->usable)
        json_object_set_new(row, "index", json_integer(list->usable++));
    else
        json_object_set_new(row, "reason", json_string(d->reason));
    json_array_append_new(list->rows, row);
    return 0;
}

enum status list_devices(const struct options *options, struct talk *talk)
{
    struct device_list list = {.rows = options->json ? json_array() : NULL, .facts = talk->verbose};
    nnefcl_error error = {0};
    enum status status =
        talk_library(talk, nnefcl_device_list(list.rows ? record_device : print_device, &list, &error), &error);
    if (list.rows) {
        json_t *document = report_document("devices");
        json_object_set_new(document, "devices", list.rows);
        report_print(document);
    }
    return status;
}

enum status list_ops(const struct options *options)
{
    nnefcl_op_info op;
    json_t *rows = options->json ? json_array() : NULL;
    for (size_t i = 0; i < nnefcl_op_count(); i++) {
        if (nnefcl_op(i, &op))
            continue;
        if (rows)
            json_array_append_new(
                rows, json_pack("{s:s, s:s, s:s}", "name", op.name, "chapter", op.chapter, "runs", op.runs));
        else
            printf("%-30s %-8s %s\n", op.name, op.chapter, op.runs);
    }
    if (rows) {
        json_t *document = report_document("ops");
        json_object_set_new(document, "ops", rows);
        report_print(document);
    }
    return STATUS_OK;
}

static json_t *variant_json(const nnefcl_variant_info *v)
{
    json_t *row = json_pack("{s:s, s:s, s:s}", "family", v->family, "variant", v->name, "about", v->about);
    if (v->unfit)
        json_object_set_new(row, "unfit", json_string(v->unfit));
    return row;
}

static void print_variant(const nnefcl_variant_info *v, const char *family)
{
    const bool same = family && strcmp(family, v->family) == 0;
    printf("%-10s %-18s %s\n", same ? "" : v->family, v->name, v->about);
    if (v->unfit)
        printf("%-10s %-18s   never here: %s\n", "", "", v->unfit);
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
    json_t *rows = engine->options->json ? json_array() : NULL;
    enum status status = open_listed_device(engine);
    for (size_t i = 0; !status && i < nnefcl_variant_count(); i++) {
        if (nnefcl_variant(i, engine->device, &variant))
            continue;
        if (rows)
            json_array_append_new(rows, variant_json(&variant));
        else
            print_variant(&variant, family);
        family = variant.family;
    }
    if (rows && !status) {
        json_t *document = report_document("kernels");
        json_object_set(document, "kernels", rows);
        report_print(document);
    }
    json_decref(rows);
    return status;
}
