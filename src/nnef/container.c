/* SPDX-License-Identifier: Apache-2.0 */
#include "container_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file_bytes.h"
#include "foreign.h"

#define NAMES_LIMIT  ((size_t)256 << 20) /* bytes of names and tables */
#define HEAD         512                 /* bytes that tell a format: one block of a tar */
#define MAX_ATTACHED 1024
#define TEXT_PIECE   65536

/* ---- index ---- */

static void warn_of_nested(const struct ncl_container *container, struct ncl_diag *diag)
{
    if (container->nested == 1)
        ncl_warning(diag, NCL_NOWHERE, "'%s' is a model of its own and is ignored", container->nested_name);
    else if (container->nested > 1)
        ncl_warning(diag, NCL_NOWHERE, "'%s' and %zu more are models of their own and are ignored",
                    container->nested_name, container->nested - 1);
}

/* Names that differ only in case stand together, and among them equal ones. */
static int entries_by_name(const void *a, const void *b)
{
    const char *x = (*(const struct ncl_entry *const *)a)->member.name,
               *y = (*(const struct ncl_entry *const *)b)->member.name;
    int order = ncl_member_name_compare(x, y);
    return order ? order : strcmp(x, y);
}

static nnefcl_status sort_names(struct ncl_container *container, struct ncl_diag *diag)
{
    container->by_name = NCL_NEW_ARRAY(&container->arena, const struct ncl_entry *, container->count);
    if (!container->by_name)
        return ncl_nomem(diag);
    for (size_t i = 0; i < container->count; i++)
        container->by_name[i] = &container->entry[i];
    if (container->count > 1)
        qsort(container->by_name, container->count, sizeof *container->by_name, entries_by_name);
    for (size_t i = 1; i < container->count; i++)
        if (strcmp(container->by_name[i - 1]->member.name, container->by_name[i]->member.name) == 0)
            return ncl_error(diag, NNEFCL_ERR_MODEL, NCL_NOWHERE, "the model holds the file '%s' twice",
                             container->by_name[i]->member.name);
    return NNEFCL_OK;
}

/* Position in by_name of the first name that does not come before `name`. */
static size_t lower_bound(const struct ncl_container *container, const char *name, bool exact)
{
    size_t low = 0, high = container->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const char *other = container->by_name[middle]->member.name;
        int order = ncl_member_name_compare(other, name);
        if (order == 0 && exact)
            order = strcmp(other, name);
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct ncl_entry *ncl_container_find_exact(const struct ncl_container *container, const char *name)
{
    size_t at = lower_bound(container, name, true);
    return at < container->count && strcmp(container->by_name[at]->member.name, name) == 0 ? container->by_name[at]
                                                                                           : NULL;
}

/* A linked folder hides what lies behind it: the link itself is the answer. */
static const struct ncl_entry *find_link_above(const struct ncl_container *container, char *name)
{
    for (char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        const struct ncl_entry *entry = ncl_container_find_exact(container, name);
        *slash = '/';
        if (entry && entry->refused)
            return entry;
    }
    return NULL;
}

size_t ncl_container_find(const struct ncl_container *container, const char *name, bool *ambiguous)
{
    char wanted[NCL_MEMBER_NAME];
    *ambiguous = false;
    if (ncl_member_name_normalize(name, wanted) != NCL_NAME_GOOD)
        return SIZE_MAX;
    const struct ncl_entry *found = ncl_container_find_exact(container, wanted);
    size_t first = lower_bound(container, wanted, false);
    if (!found && first < container->count &&
        ncl_member_name_compare(container->by_name[first]->member.name, wanted) == 0) {
        *ambiguous = first + 1 < container->count &&
                     ncl_member_name_compare(container->by_name[first + 1]->member.name, wanted) == 0;
        if (*ambiguous)
            return SIZE_MAX;
        found = container->by_name[first];
    }
    if (!found)
        found = find_link_above(container, wanted);
    return found ? (size_t)(found - container->entry) : SIZE_MAX;
}

size_t ncl_container_count(const struct ncl_container *container)
{
    return container->count;
}

const struct ncl_member *ncl_container_member(const struct ncl_container *container, size_t index)
{
    return &container->entry[index].member;
}

const char *ncl_container_lone(const struct ncl_container *container)
{
    return container->lone;
}

/* Names are few: a file of another system has one or two of weights beside it. */
nnefcl_status ncl_container_attach(struct ncl_container *container, const char *name, struct ncl_diag *diag,
                                   size_t *index)
{
    char wanted[NCL_MEMBER_NAME];
    *index = SIZE_MAX;
    if (ncl_member_name_normalize(name, wanted) != NCL_NAME_GOOD)
        return ncl_error(diag, NNEFCL_ERR_MODEL, NCL_NOWHERE, "'%.200s' is no name of a file beside the model", name);
    for (size_t i = 1; i < container->count; i++)
        if (strcmp(container->entry[i].member.name, wanted) == 0)
            *index = i;
    if (*index != SIZE_MAX || !container->lone || container->folder < 0)
        return NNEFCL_OK;
    if (container->count > MAX_ATTACHED)
        return ncl_error(diag, NNEFCL_ERR_LIMIT, NCL_NOWHERE, "the model has more than %d files", MAX_ATTACHED);
    const size_t before = container->count;
    nnefcl_status status = ncl_folder_attach(container, wanted, diag);
    if (status || container->count == before)
        return status;
    *index = before;
    return sort_names(container, diag);
}

const nnefcl_allocator *ncl_container_allocator(const struct ncl_container *container)
{
    return &container->arena.allocator;
}

const char *ncl_container_path(const struct ncl_container *container, const char *name, struct ncl_arena *arena)
{
    const char *given = container->given, *slash = given ? strrchr(given, '/') : NULL;
    if (!given)
        return name;
    if (container->archive)
        return ncl_arena_printf(arena, "%s:%s", given, name);
    if (!container->reader.read)
        return ncl_arena_printf(arena, slash && !slash[1] ? "%s%s" : "%s/%s", given, name);
    if (strcmp(name, "graph.nnef") == 0)
        return given;
    return slash ? ncl_arena_printf(arena, "%.*s/%s", (int)(slash - given), given, name) : name;
}

/* ---- opening ---- */

static size_t read_path(void *user, uint64_t offset, void *buffer, size_t size)
{
    return ncl_file_read_at(((const struct ncl_container *)user)->file, offset, buffer, size);
}

static nnefcl_status cannot_open(struct ncl_diag *diag, const char *path, int code)
{
    char text[NCL_FILE_ERROR_TEXT];
    return ncl_error(diag, ncl_file_status(code, NNEFCL_ERR_MODEL), NCL_NOWHERE, "cannot open '%s': %s", path,
                     ncl_file_error(code, text));
}

/* The folder a file lies in: what stands before the last '/' of its path. */
static nnefcl_status open_folder_of(struct ncl_container *container, const char *path, struct ncl_diag *diag)
{
    const char *slash = strrchr(path, '/');
    const char *folder = !slash          ? "."
                         : slash == path ? "/"
                                         : ncl_arena_strndup(&container->arena, path, (size_t)(slash - path));
    if (!folder)
        return ncl_nomem(diag);
    container->folder = ncl_file_open(AT_FDCWD, folder, O_DIRECTORY);
    return container->folder < 0 ? cannot_open(diag, folder, errno) : NNEFCL_OK;
}

/* The reader holds one file: a text that is the graph, or one of another system. With a path, its neighbours belong to
 * it: those of a text are listed, others attached when they are asked for. */
static nnefcl_status index_lone(struct ncl_container *container, const uint8_t *head, size_t size, const char *path,
                                struct ncl_diag *diag)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    container->lone = ncl_arena_strdup(&container->arena, slash ? slash + 1 : path ? path : "the model");
    if (!container->lone)
        return ncl_nomem(diag);
    struct ncl_entry *entry = ncl_container_add(container, "graph.nnef", container->reader.size, diag);
    if (!entry)
        return diag->status;
    entry->direct = true;
    if (!path)
        return NNEFCL_OK;
    nnefcl_status status = open_folder_of(container, path, diag);
    return status || memchr(head, 0, size) ? status : ncl_folder_index(container, true, diag);
}

static nnefcl_status index_reader(struct ncl_container *container, const char *path, struct ncl_diag *diag)
{
    uint8_t head[HEAD];
    const char *other;
    size_t size = ncl_container_read(container, 0, head, sizeof head);
    if (size == SIZE_MAX)
        return path ? cannot_open(diag, path, errno)
                    : ncl_error(diag, NNEFCL_ERR_MODEL, NCL_NOWHERE, "the model cannot be read: its reader failed");
    const struct ncl_foreign *foreign = ncl_foreign_find(head, size);
    if (foreign)
        return ncl_error(diag, NNEFCL_ERR_MODEL, NCL_NOWHERE, "'%s' is %s, not NNEF: %s", path ? path : "the model",
                         foreign->name, foreign->road);
    container->archive = ncl_archive_detect(head, size, &other);
    if (other)
        return ncl_error(diag, NNEFCL_ERR_MODEL, NCL_NOWHERE,
                         "'%s' is packed with %s; only .tar, .tar.gz and .zip are read", path ? path : "the model",
                         other);
    return container->archive ? ncl_archive_index(container, diag) : index_lone(container, head, size, path, diag);
}

static nnefcl_status index_path(struct ncl_container *container, const char *path, struct ncl_diag *diag)
{
    struct stat about;
    int file = ncl_file_open(AT_FDCWD, path, O_NONBLOCK | (container->no_links ? O_NOFOLLOW : 0));
    if (file < 0 && container->no_links && (errno == ELOOP || errno == EMLINK)) {
        file = ncl_file_open(AT_FDCWD, path, O_NONBLOCK | O_DIRECTORY); /* the folder is the application's own choice */
        if (file < 0 && errno == ENOTDIR)
            return ncl_error(diag, NNEFCL_ERR_MODEL, NCL_NOWHERE, "'%s' is a symbolic link, and links are refused",
                             path);
    }
    if (file < 0)
        return cannot_open(diag, path, errno);
    if (fstat(file, &about) != 0) {
        int code = errno;
        close(file);
        return cannot_open(diag, path, code);
    }
    if (S_ISDIR(about.st_mode)) {
        container->folder = file;
        return ncl_folder_index(container, false, diag);
    }
    container->file = file;
    if (!S_ISREG(about.st_mode))
        return ncl_error(diag, NNEFCL_ERR_MODEL, NCL_NOWHERE, "'%s' is neither a file nor a folder", path);
    container->reader = (nnefcl_reader){.read = read_path, .size = (uint64_t)about.st_size, .user = container};
    return index_reader(container, path, diag);
}

nnefcl_status ncl_container_open(const char *path, const nnefcl_reader *reader, uint64_t limit, bool no_links,
                                 const nnefcl_allocator *allocator, struct ncl_diag *diag,
                                 struct ncl_container **container)
{
    struct ncl_container *made = ncl_resize(allocator, NULL, sizeof *made);
    if (!made)
        return ncl_nomem(diag);
    *made = (struct ncl_container){.limit = limit ? limit : UINT64_MAX, .no_links = no_links, .file = -1, .folder = -1};
    atomic_init(&made->references, 1);
    ncl_arena_init(&made->arena, allocator, NAMES_LIMIT);
    if (reader)
        made->reader = *reader;
    if (path && !(made->given = ncl_arena_strndup(&made->arena, path, strlen(path)))) {
        ncl_container_free(made);
        return ncl_nomem(diag);
    }
    nnefcl_status status = reader ? index_reader(made, NULL, diag) : index_path(made, path, diag);
    if (!status)
        status = sort_names(made, diag);
    if (!status)
        ncl_container_follow_links(made);
    if (status) {
        ncl_container_free(made);
        return status;
    }
    warn_of_nested(made, diag);
    *container = made;
    return NNEFCL_OK;
}

struct ncl_container *ncl_container_retain(struct ncl_container *container)
{
    atomic_fetch_add(&container->references, 1);
    return container;
}

void ncl_container_free(struct ncl_container *container)
{
    if (!container || atomic_fetch_sub(&container->references, 1) > 1)
        return;
    if (container->file >= 0)
        close(container->file);
    if (container->folder >= 0)
        close(container->folder);
    nnefcl_allocator allocator = container->arena.allocator;
    ncl_arena_free(&container->arena);
    ncl_resize(&allocator, container, 0);
}

/* ---- reading ---- */

struct ncl_cursor {
    const struct ncl_container *container;
    const struct ncl_entry *entry; /* NULL: nowhere */
    uint64_t position;
    int file;                          /* of a folder */
    struct ncl_archive_stream *stream; /* of an archive whose members do not lie there as they are */
    struct ncl_gunzip *gunzip;         /* of a compressed tar */
};

nnefcl_status ncl_cursor_open(const struct ncl_container *container, struct ncl_diag *diag, struct ncl_cursor **cursor)
{
    struct ncl_cursor *made = ncl_resize(&container->arena.allocator, NULL, sizeof *made);
    if (!made)
        return ncl_nomem(diag);
    *made = (struct ncl_cursor){.container = container, .file = -1};
    *cursor = made;
    return NNEFCL_OK;
}

static void close_file(struct ncl_cursor *cursor)
{
    if (cursor->file >= 0)
        close(cursor->file);
    cursor->file = -1;
}

void ncl_cursor_free(struct ncl_cursor *cursor)
{
    if (!cursor)
        return;
    close_file(cursor);
    ncl_archive_close(cursor->stream);
    ncl_gunzip_close(cursor->gunzip);
    ncl_resize(&cursor->container->arena.allocator, cursor, 0);
}

nnefcl_status ncl_cursor_seek(struct ncl_cursor *cursor, size_t index, struct ncl_diag *diag)
{
    const struct ncl_container *container = cursor->container;
    const struct ncl_entry *entry = &container->entry[index];
    close_file(cursor);
    cursor->entry = NULL;
    cursor->position = 0;
    if (entry->refused)
        return ncl_error(diag, NNEFCL_ERR_MODEL, NCL_NOWHERE, "'%s' is %s; a model must hold its files itself",
                         entry->member.name, entry->refused);
    if (entry->member.size > container->limit)
        return ncl_error(diag, NNEFCL_ERR_LIMIT, NCL_NOWHERE, "'%s' has %llu bytes, the limit is %llu",
                         entry->member.name, (unsigned long long)entry->member.size,
                         (unsigned long long)container->limit);
    nnefcl_status status = NNEFCL_OK;
    if (entry->direct && container->archive == NCL_ARCHIVE_TAR_GZIP && !cursor->gunzip)
        status = ncl_gunzip_open(container, NULL, NULL, diag, &cursor->gunzip);
    else if (entry->direct)
        ;
    else if (!container->archive)
        status = ncl_folder_open_member(container, entry, diag, &cursor->file);
    else if (cursor->stream || !(status = ncl_archive_open(container, diag, &cursor->stream)))
        status = ncl_archive_seek(cursor->stream, entry, diag);
    if (!status)
        cursor->entry = entry;
    return status;
}

static nnefcl_status read_plain_file(struct ncl_cursor *cursor, void *buffer, size_t size, size_t *got,
                                     struct ncl_diag *diag)
{
    const struct ncl_entry *entry = cursor->entry;
    if (cursor->container->archive == NCL_ARCHIVE_TAR_GZIP) {
        nnefcl_status status =
            ncl_gunzip_read(cursor->gunzip, entry->offset + cursor->position, buffer, size, got, diag);
        if (status)
            return status;
    } else
        *got = entry->direct ? ncl_container_read(cursor->container, entry->offset + cursor->position, buffer, size)
                             : ncl_file_read_at(cursor->file, cursor->position, buffer, size);
    if (*got == size)
        return NNEFCL_OK;
    return ncl_error(diag, NNEFCL_ERR_MODEL, NCL_NOWHERE, "'%s' cannot be read: %s", entry->member.name,
                     *got == SIZE_MAX ? "the reader failed" : "it became shorter");
}

nnefcl_status ncl_cursor_move(struct ncl_cursor *cursor, uint64_t position, struct ncl_diag *diag)
{
    if (!cursor->entry || (cursor->stream && !cursor->entry->direct))
        return ncl_error(diag, NNEFCL_ERR_INTERNAL, NCL_NOWHERE, "a file of the model cannot be read from its middle");
    cursor->position = position < cursor->entry->member.size ? position : cursor->entry->member.size;
    return NNEFCL_OK;
}

nnefcl_status ncl_cursor_read(struct ncl_cursor *cursor, void *buffer, size_t size, size_t *got, struct ncl_diag *diag)
{
    const struct ncl_entry *entry = cursor->entry;
    *got = 0;
    if (!entry)
        return ncl_error(diag, NNEFCL_ERR_INTERNAL, NCL_NOWHERE, "a file of the model was read before it was opened");
    uint64_t left = entry->member.size - cursor->position;
    if (size > left)
        size = (size_t)left;
    if (size == 0)
        return NNEFCL_OK;
    nnefcl_status status = cursor->stream && !entry->direct
                               ? ncl_archive_read(cursor->stream, entry, buffer, size, got, diag)
                               : read_plain_file(cursor, buffer, size, got, diag);
    if (status)
        *got = 0;
    cursor->position += *got;
    return status;
}

/* In pieces: a few bytes of an archive can stand for hundreds of megabytes of 0, which are not kept to be refused. */
static nnefcl_status read_text(struct ncl_cursor *cursor, void *buffer, size_t size, size_t *got, struct ncl_diag *diag)
{
    nnefcl_status status = NNEFCL_OK;
    for (size_t part = 1; !status && part && *got < size; *got += part) {
        const size_t most = size - *got < TEXT_PIECE ? size - *got : TEXT_PIECE;
        char *piece = (char *)buffer + *got;
        status = ncl_cursor_read(cursor, piece, most, &part, diag);
        if (!status && part == TEXT_PIECE && piece[0] == 0 && memcmp(piece, piece + 1, part - 1) == 0)
            status = ncl_error(diag, NNEFCL_ERR_MODEL, NCL_NOWHERE, "'%s' is no text: from byte %zu on it holds zeros",
                               cursor->entry->member.name, *got + 1);
    }
    return status;
}

nnefcl_status ncl_container_slurp(const struct ncl_container *container, size_t index, uint64_t limit, bool is_text,
                                  struct ncl_arena *arena, struct ncl_diag *diag, char **data, size_t *size)
{
    const struct ncl_member *member = &container->entry[index].member;
    if (member->size > limit || member->size >= SIZE_MAX)
        return ncl_error(diag, NNEFCL_ERR_LIMIT, NCL_NOWHERE, "'%s' has %llu bytes, at most %llu are read",
                         member->name, (unsigned long long)member->size, (unsigned long long)limit);
    struct ncl_cursor *cursor = NULL;
    nnefcl_status status = ncl_cursor_open(container, diag, &cursor);
    if (status)
        return status;
    status = ncl_cursor_seek(cursor, index, diag);
    char *text = status ? NULL : ncl_arena_room(arena, (size_t)member->size + 1);
    if (!status && !text)
        status = ncl_nomem(diag);
    *size = 0;
    if (!status)
        status = (is_text ? read_text : ncl_cursor_read)(cursor, text, (size_t)member->size, size, diag);
    ncl_cursor_free(cursor);
    if (status)
        return status;
    text[*size] = '\0';
    *data = text;
    return NNEFCL_OK;
}
