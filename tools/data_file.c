/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes of files and pipes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data.h"

bool data_exists(const char *path, struct talk *talk)
{
    if (!strcmp(path, "-") || !access(path, R_OK))
        return true;
    talk_fail(talk, STATUS_DATA, "%s: %s", path, strerror(errno));
    return false;
}

struct source {
    FILE *file;
    const char *path;
    size_t expected; /* bytes of a file; a pipe does not say */
    bool regular;
    struct talk *talk;
};

/* Reads until there are `size` bytes or the file ends. */
static enum status read_until(const struct source *source, size_t size, struct bytes *bytes)
{
    unsigned char *grown = size > bytes->size ? realloc(bytes->data, size) : bytes->data;
    if (!grown)
        return talk_fail(source->talk, STATUS_LIMIT, "%s: out of memory (%zu bytes)", source->path, size);
    bytes->data = grown;
    bytes->size += fread(bytes->data + bytes->size, 1, size - bytes->size, source->file);
    return ferror(source->file) ? talk_fail(source->talk, STATUS_DATA, "%s: %s", source->path, strerror(errno))
                                : STATUS_OK;
}

/* One byte more than the size finds the end without growing; pipes grow by doubling. */
static enum status read_rest(const struct source *source, size_t most, struct bytes *bytes)
{
    size_t room = source->regular && source->expected > bytes->size ? source->expected + 1 : 65536;
    for (;;) {
        if (room > most)
            room = most + 1;
        enum status status = read_until(source, room, bytes);
        if (status || bytes->size < room)
            return status;
        if (bytes->size > most)
            return talk_fail(source->talk, STATUS_DATA,
                             "%s: there are more than %zu bytes, which is all that can be used", source->path, most);
        room *= 2;
    }
}

static enum status read_source(const struct source *source, data_bound_fn *bound, const void *context,
                               const char *kinds, struct bytes *bytes)
{
    enum { HEAD = 512 };
    enum status status = read_until(source, HEAD, bytes);
    size_t most = status ? 0 : bound(context, bytes, source->regular);
    if (!status && !most)
        status = talk_fail(source->talk, STATUS_DATA, "%s: not %s", source->path, kinds);
    if (status || bytes->size < HEAD)
        return status;
    return read_rest(source, most < SIZE_MAX / 4 ? most : SIZE_MAX / 4, bytes);
}

enum status data_read_file(const char *path, data_bound_fn *bound, const void *context, const char *kinds,
                           struct bytes *bytes, struct talk *talk)
{
    bool standard = !strcmp(path, "-");
    FILE *file = standard ? stdin : fopen(path, "rb");
    struct stat info;
    *bytes = (struct bytes){0};
    if (!file)
        return talk_fail(talk, STATUS_DATA, "%s: %s", path, strerror(errno));
    bool regular = !fstat(fileno(file), &info) && S_ISREG(info.st_mode);
    struct source source = {file, path, regular ? (size_t)info.st_size : 0, regular, talk};
    enum status status = read_source(&source, bound, context, kinds, bytes);
    if (!standard)
        fclose(file);
    if (status) {
        free(bytes->data);
        *bytes = (struct bytes){0};
    }
    return status;
}
