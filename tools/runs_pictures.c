/* SPDX-License-Identifier: Apache-2.0 */
/* Many pictures at once: folders and lists. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "data.h"
#include "file_name.h"
#include "runs.h"

static void add_path(const struct runs *runs, const char *path, const char ***paths, size_t *count)
{
    *paths = pool_grow(runs->pool, *paths, *count, sizeof **paths);
    (*paths)[(*count)++] = path;
}

enum status runs_list_folder(struct runs *runs, const char *folder, const char ***paths, size_t *count)
{
    struct dirent **entries = NULL;
    int found = scandir(folder, &entries, NULL, alphasort);
    *count = 0;
    if (found < 0)
        return talk_fail(runs->talk, STATUS_DATA, "%s: %s", folder, strerror(errno));
    for (int i = 0; i < found; i++) {
        const char *path = file_name_join(runs->pool, folder, entries[i]->d_name, "");
        if (entries[i]->d_name[0] != '.' && data_is_picture(path))
            add_path(runs, path, paths, count);
        free(entries[i]);
    }
    free(entries);
    return STATUS_OK;
}

static size_t list_bound(const void *context, const struct bytes *head, bool regular)
{
    enum { MOST = 1 << 24 };
    (void)context, (void)regular;
    return head->size && memchr(head->data, 0, head->size) ? 0 : MOST;
}

enum status runs_list_file(struct runs *runs, const char *file, const char ***paths, size_t *count)
{
    struct bytes bytes;
    enum status status = data_read_file(file, list_bound, NULL, "a list of files, one a line", &bytes, runs->talk);
    *count = 0;
    for (size_t at = 0; !status && at < bytes.size;) {
        const char *line = (const char *)bytes.data + at, *end = memchr(line, '\n', bytes.size - at);
        size_t length = end ? (size_t)(end - line) : bytes.size - at;
        at += length + 1;
        length -= length && line[length - 1] == '\r';
        if (length)
            add_path(runs, pool_copy(runs->pool, line, length), paths, count);
    }
    free(bytes.data);
    return status;
}
