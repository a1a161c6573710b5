/* SPDX-License-Identifier: Apache-2.0 */
#include "facts.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "document.h"

static const char *const types[] = {[NNEFCL_DEVICE_CPU] = "cpu",
                                    [NNEFCL_DEVICE_GPU] = "gpu",
                                    [NNEFCL_DEVICE_ACCELERATOR] = "accelerator",
                                    [NNEFCL_DEVICE_OTHER] = "other"};

static const struct fact {
    const char *name;
    enum { FACT_TEXT, FACT_FLAG, FACT_UNSIGNED, FACT_SIZE, FACT_BYTES } kind;
    size_t offset, room;
} facts[] = {
#define FACT(kind, name)                                                                                               \
    {                                                                                                                  \
#name, kind, offsetof(nnefcl_device_info, name), sizeof(((nnefcl_device_info *)NULL)->name)                    \
    }
    FACT(FACT_FLAG, usable),
    FACT(FACT_TEXT, name),
    FACT(FACT_TEXT, platform_name),
    FACT(FACT_TEXT, vendor),
    FACT(FACT_TEXT, version),
    FACT(FACT_TEXT, driver),
    FACT(FACT_UNSIGNED, compute_units),
    FACT(FACT_BYTES, global_memory),
    FACT(FACT_BYTES, max_allocation),
    FACT(FACT_BYTES, local_memory),
    FACT(FACT_SIZE, max_work_group),
    FACT(FACT_FLAG, fp16),
    FACT(FACT_FLAG, fp64),
    FACT(FACT_UNSIGNED, lanes),
    FACT(FACT_UNSIGNED, registers),
    FACT(FACT_BYTES, l1),
    FACT(FACT_BYTES, l2),
    FACT(FACT_BYTES, l3),
    FACT(FACT_FLAG, barriers),
    FACT(FACT_FLAG, relaxed_atomics),
    FACT(FACT_SIZE, max_parameter_bytes),
    FACT(FACT_UNSIGNED, alignment),
    FACT(FACT_FLAG, local_is_global),
#undef FACT
};

const char *facts_type(const nnefcl_device_info *info)
{
    return types[info->type];
}

static json_t *fact_value(const struct fact *fact, const nnefcl_device_info *info)
{
    const void *at = (const char *)info + fact->offset;
    switch (fact->kind) {
    case FACT_TEXT:
        return document_text(at);
    case FACT_FLAG:
        return document_truth(*(const int *)at);
    case FACT_UNSIGNED:
        return document_integer((json_int_t) * (const unsigned *)at);
    case FACT_SIZE:
        return document_integer((json_int_t) * (const size_t *)at);
    case FACT_BYTES:
        return document_integer((json_int_t) * (const uint64_t *)at);
    }
    return NULL;
}

void facts_write(json_t *row, const nnefcl_device_info *info)
{
    document_set(row, "type", document_text(facts_type(info)));
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        document_set(row, facts[i].name, fact_value(&facts[i], info));
}

static bool take_text(const json_t *value, char *text, size_t room)
{
    const char *given = document_string(value);
    return given && snprintf(text, room, "%s", given) >= 0;
}

static bool take_number(const json_t *value, const struct fact *fact, void *at)
{
    uint64_t count = 0;
    bool truth = false;
    if (fact->kind == FACT_FLAG ? !document_is_truth(value, &truth) : !document_is_count(value, &count))
        return false;
    if (fact->kind == FACT_FLAG)
        *(int *)at = truth;
    else if (fact->kind == FACT_UNSIGNED)
        *(unsigned *)at = count < UINT32_MAX ? (unsigned)count : UINT32_MAX;
    else if (fact->kind == FACT_SIZE)
        *(size_t *)at = (size_t)count;
    else
        *(uint64_t *)at = count;
    return true;
}

static bool take_type(const json_t *value, nnefcl_device_info *info)
{
    const char *given = document_string(value);
    for (size_t i = 0; given && i < sizeof types / sizeof *types; i++)
        if (!strcmp(given, types[i])) {
            info->type = (nnefcl_device_type)i;
            return true;
        }
    return false;
}

const char *facts_read(const json_t *row, nnefcl_device_info *info)
{
    const json_t *type = document_member(row, "type");
    if (type && !take_type(type, info))
        return "type";
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        const json_t *value = document_member(row, facts[i].name);
        void *at = (char *)info + facts[i].offset;
        if (value &&
            !(facts[i].kind == FACT_TEXT ? take_text(value, at, facts[i].room) : take_number(value, &facts[i], at)))
            return facts[i].name;
    }
    return NULL;
}
