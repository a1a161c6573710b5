/* SPDX-License-Identifier: Apache-2.0 */
#include "described.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data.h"
#include "facts.h"
#include "document.h"

static bool find_known(const char *name, nnefcl_device_info *info)
{
    for (size_t i = 0; !nnefcl_target(i, info); i++)
        if (!strcmp(info->name, name))
            return true;
    return false;
}

static size_t facts_bound(const void *context, const struct bytes *head, bool regular)
{
    enum { FACTS_MOST = 1 << 20 };
    (void)context, (void)head, (void)regular;
    return FACTS_MOST;
}

/* The object that has the facts; NULL: there is none. */
static const json_t *find_row(const json_t *document)
{
    const json_t *devices = document_member(document, "devices"), *row;
    bool usable;
    if (!devices)
        return document_is_object(document) ? document : NULL;
    for (size_t i = 0; (row = document_item(devices, i)); i++)
        if (document_is_truth(document_member(row, "usable"), &usable) && usable)
            return row;
    return NULL;
}

static enum status take_facts(const char *path, const json_t *document, nnefcl_device_info *info, struct talk *talk)
{
    const json_t *row = find_row(document);
    const char *type = row ? document_string(document_member(row, "type")) : NULL;
    if (!row)
        return talk_fail(talk, STATUS_DATA, "--target: %s has no device that can be used", path);
    find_known(type && !strcmp(type, "cpu") ? "cpu8" : "gpu", info);
    const char *wrong = facts_read(row, info);
    return wrong ? talk_fail(talk, STATUS_DATA, "--target: %s: '%s' is not what --list-devices --json prints there",
                             path, wrong)
                 : STATUS_OK;
}

static enum status unknown_target(const char *text, struct talk *talk)
{
    enum { KNOWN_MOST = 16 };
    static nnefcl_device_info info[KNOWN_MOST];
    const char *name[KNOWN_MOST];
    size_t count = 0;
    while (count < KNOWN_MOST && !nnefcl_target(count, &info[count])) {
        name[count] = info[count].name;
        count++;
    }
    const size_t near = nnefcl_nearest(text, name, count);
    return talk_fail(talk, STATUS_DATA, "--target: '%s' is neither a known device nor a file%s%s%s", text,
                     near == SIZE_MAX ? "" : "; did you mean ", near == SIZE_MAX ? "" : name[near],
                     near == SIZE_MAX ? "" : "?");
}

enum status described_read(const char *text, nnefcl_device_info *info, struct talk *talk)
{
    struct bytes bytes;
    char why[DOCUMENT_WHY];
    if (find_known(text, info))
        return STATUS_OK;
    if (access(text, F_OK))
        return unknown_target(text, talk);
    enum status status = data_read_file(text, facts_bound, NULL, "a file of facts", &bytes, talk);
    if (status)
        return status;
    json_t *document = document_parse(bytes.data, bytes.size, why);
    status = document ? take_facts(text, document, info, talk)
                      : talk_fail(talk, STATUS_DATA, "--target: %s is no JSON: %s", text, why);
    json_decref(document);
    free(bytes.data);
    return status;
}
