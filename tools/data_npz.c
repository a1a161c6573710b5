/* SPDX-License-Identifier: Apache-2.0 */
/* An .npz is a zip of .npy members. Only the one that is asked for is unpacked, and no further than it may be large. */
#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>

#include "data.h"

static bool is_member(const char *entry, const char *name)
{
    size_t length = strlen(name);
    return entry && !strncmp(entry, name, length) && (!entry[length] || !strcmp(entry + length, ".npy"));
}

static struct archive *open_zip(const struct bytes *file)
{
    struct archive *zip = archive_read_new();
    if (zip && (archive_read_support_format_zip(zip) != ARCHIVE_OK ||
                archive_read_open_memory(zip, file->data, file->size) != ARCHIVE_OK)) {
        archive_read_free(zip);
        zip = NULL;
    }
    return zip;
}

/* Counts the members; *found: the name that is_member accepts is among them. -1: damaged. */
static int count_members(const struct bytes *file, const char *name, bool *found)
{
    struct archive *zip = open_zip(file);
    struct archive_entry *entry;
    int count = 0, result = ARCHIVE_FATAL;
    *found = false;
    while (zip && (result = archive_read_next_header(zip, &entry)) == ARCHIVE_OK) {
        count++;
        *found |= is_member(archive_entry_pathname(entry), name);
    }
    archive_read_free(zip);
    return result == ARCHIVE_EOF ? count : -1;
}

static enum status unpack(struct archive *zip, const char *path, size_t most, struct bytes *member, struct talk *talk)
{
    size_t room = 0;
    for (;;) {
        if (member->size == room) {
            room = room ? (room < most / 2 ? room * 2 : most) : 65536;
            unsigned char *grown = member->size < room ? realloc(member->data, room) : NULL;
            if (!grown)
                return talk_fail(talk, STATUS_DATA, "%s: the member is larger than %zu bytes", path, most);
            member->data = grown;
        }
        la_ssize_t got = archive_read_data(zip, member->data + member->size, room - member->size);
        if (got < 0)
            return talk_fail(talk, STATUS_DATA, "%s: %s", path, archive_error_string(zip));
        if (got == 0)
            return STATUS_OK;
        member->size += (size_t)got;
    }
}

enum status npz_member(const struct bytes *file, const char *path, const char *name, size_t most, struct bytes *member,
                       struct talk *talk)
{
    bool found;
    int count = count_members(file, name, &found);
    *member = (struct bytes){0};
    if (count < 0)
        return talk_fail(talk, STATUS_DATA, "%s: a damaged .npz file", path);
    if (!found && count != 1)
        return talk_fail(talk, STATUS_DATA, "%s: none of its %d members is named '%s'", path, count, name);
    struct archive *zip = open_zip(file);
    struct archive_entry *entry;
    enum status status = STATUS_DATA;
    while (zip && archive_read_next_header(zip, &entry) == ARCHIVE_OK)
        if (!found || is_member(archive_entry_pathname(entry), name)) {
            status = unpack(zip, path, most, member, talk);
            break;
        }
    archive_read_free(zip);
    if (status) {
        free(member->data);
        *member = (struct bytes){0};
    }
    return status;
}
