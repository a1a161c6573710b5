/* SPDX-License-Identifier: Apache-2.0 */
/* A folder on disk as a container. Symbolic links are followed, wherever they lead (a cache of models, a volume), or
 * refused: then everything is opened component by component below the root. */
#include "container_parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file_bytes.h"

#define MAX_DEPTH   64
#define MAX_VISITED ((size_t)1 << 20) /* entries of all folders together */

/* Folders still to be listed, nearest to the root first, so that what is cut off lies deep. */
struct pending {
    const char *path; /* "" for the root */
    int depth;
    dev_t device; /* what tells it from the folders above it, since links may lead back to them */
    ino_t inode;
    const struct pending *above;
    struct pending *next;
};

struct walk {
    struct ncl_container *container;
    struct ncl_diag *diag;
    bool lone;
    size_t visited;
    struct pending *first, **last;
};

/* Opens `path` below the root; -1: errno tells. */
static int open_below(const struct ncl_container *container, const char *path, int flags)
{
    const int root = container->folder, no_links = container->no_links ? O_NOFOLLOW : 0;
    char component[NCL_MEMBER_NAME];
    int folder = root;
    for (;;) {
        size_t length = strcspn(path, "/");
        bool last = path[length] == '\0';
        if (length >= sizeof component) {
            errno = ENAMETOOLONG;
            return -1;
        }
        memcpy(component, path, length);
        component[length] = '\0';
        int next = ncl_file_open(folder, length ? component : ".", no_links | (last ? flags : O_DIRECTORY));
        int code = errno;
        if (folder != root)
            close(folder);
        errno = code;
        if (next < 0 || last)
            return next;
        folder = next;
        path += length + 1;
    }
}

/* `about` tells the folder apart; one that stands above itself is left out. */
static nnefcl_status queue_folder(struct walk *walk, const char *path, const struct stat *about,
                                  const struct pending *above)
{
    for (const struct pending *up = above; up; up = up->above)
        if (up->device == about->st_dev && up->inode == about->st_ino)
            return NNEFCL_OK;
    struct pending *item = NCL_NEW(&walk->container->arena, struct pending);
    char *copy = item ? ncl_arena_strdup(&walk->container->arena, path) : NULL;
    if (!copy)
        return ncl_nomem(walk->diag);
    *item = (struct pending){.path = copy,
                             .depth = above ? above->depth + 1 : 0,
                             .device = about->st_dev,
                             .inode = about->st_ino,
                             .above = above};
    *walk->last = item;
    walk->last = &item->next;
    return NNEFCL_OK;
}

static bool is_useful(const char *name)
{
    return ncl_member_name_ends(name, ".dat") || ncl_member_name_compare(name, "graph.nnef") == 0 ||
           ncl_member_name_compare(name, "graph.quant") == 0;
}

static nnefcl_status add_member_file(struct walk *walk, const char *path, const char *name, const struct stat *about)
{
    struct ncl_container *container = walk->container;
    bool link = S_ISLNK(about->st_mode);
    if (S_ISREG(about->st_mode) && ncl_member_name_is_nested(name))
        return walk->lone || name[0] == '.' ? NNEFCL_OK : ncl_container_note_nested(container, name, walk->diag);
    if (!is_useful(name) && !link)
        return NNEFCL_OK;
    if (walk->lone && strcmp(name, "graph.nnef") == 0) /* the text that was named takes its place */
        return NNEFCL_OK;
    struct ncl_entry *entry =
        ncl_container_add(container, name, S_ISREG(about->st_mode) ? (uint64_t)about->st_size : 0, walk->diag);
    if (!entry)
        return walk->diag->status;
    if (!S_ISREG(about->st_mode))
        entry->refused = !link                 ? "no regular file"
                         : container->no_links ? "a symbolic link"
                                               : "a symbolic link that leads to no file";
    if (strcmp(path, name) != 0 && !(entry->path = ncl_arena_strdup(&container->arena, path)))
        return ncl_nomem(walk->diag);
    return NNEFCL_OK;
}

/* Joins "a/b" and "c"; false: too long. */
static bool join_path(char *out, const char *folder, const char *name)
{
    size_t length = strlen(folder), more = strlen(name);
    if (length + 1 + more >= NCL_MEMBER_NAME)
        return false;
    memcpy(out, folder, length);
    if (length > 0)
        out[length++] = '/';
    memcpy(out + length, name, more + 1);
    return true;
}

/* What a model needs may be behind what cannot be looked at: only "it is gone", and beside a lone text what is no file
 * of a model, may be passed over. */
static nnefcl_status unseen(const struct walk *walk, const char *path, int code)
{
    char text[NCL_FILE_ERROR_TEXT];
    if (code == ENOENT || (walk->lone && *path && !is_useful(path)))
        return NNEFCL_OK;
    return ncl_error(walk->diag, ncl_file_status(code, NNEFCL_ERR_MODEL), NCL_NOWHERE, "'%s' cannot be looked at: %s",
                     *path ? path : ".", ncl_file_error(code, text));
}

/* What a link leads to takes its place; not a folder beside a lone text, where the link may lead anywhere. */
static void follow_link(const struct walk *walk, int folder, const char *file, struct stat *about)
{
    struct stat target;
    if (fstatat(folder, file, &target, 0) == 0 && !(walk->lone && S_ISDIR(target.st_mode)))
        *about = target;
}

static nnefcl_status visit_entry(struct walk *walk, int folder, const struct pending *where, const char *file)
{
    char path[NCL_MEMBER_NAME], name[NCL_MEMBER_NAME];
    struct stat about;
    if (!join_path(path, where->path, file) || ncl_member_name_normalize(path, name) != NCL_NAME_GOOD)
        return NNEFCL_OK; /* no label leads there */
    if (fstatat(folder, file, &about, AT_SYMLINK_NOFOLLOW) != 0)
        return unseen(walk, path, errno);
    if (S_ISLNK(about.st_mode) && !walk->container->no_links)
        follow_link(walk, folder, file, &about);
    if (!S_ISDIR(about.st_mode))
        return add_member_file(walk, path, name, &about);
    return where->depth < MAX_DEPTH ? queue_folder(walk, path, &about, where) : NNEFCL_OK;
}

static nnefcl_status too_much(struct walk *walk)
{
    const char *text = "the folder of the model holds more than %zu files; the rest is not looked at";
    if (!walk->lone)
        return ncl_error(walk->diag, NNEFCL_ERR_LIMIT, NCL_NOWHERE, "the folder of the model holds more than %zu files",
                         MAX_VISITED);
    ncl_warning(walk->diag, NCL_NOWHERE, text, MAX_VISITED);
    walk->first = NULL;
    return NNEFCL_OK;
}

static nnefcl_status list_folder(struct walk *walk, const struct pending *where)
{
    int file = open_below(walk->container, where->path, O_DIRECTORY);
    DIR *folder = file < 0 ? NULL : fdopendir(file);
    if (!folder) {
        char text[NCL_FILE_ERROR_TEXT];
        int code = errno;
        if (file >= 0)
            close(file);
        if (where->depth > 0 && code == EACCES) /* not of the model, or its files will be missed */
            return NNEFCL_OK;
        if (where->depth > 0)
            return unseen(walk, where->path, code);
        return ncl_error(walk->diag, ncl_file_status(code, NNEFCL_ERR_MODEL), NCL_NOWHERE,
                         "the folder of the model cannot be read: %s", ncl_file_error(code, text));
    }
    nnefcl_status status = NNEFCL_OK;
    struct dirent *item;
    while (!status && (errno = 0, item = readdir(folder))) {
        if (strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0)
            continue;
        if (walk->visited++ >= MAX_VISITED) {
            status = too_much(walk);
            break;
        }
        status = visit_entry(walk, dirfd(folder), where, item->d_name);
    }
    if (!status && !item && errno != 0)
        status = unseen(walk, where->path, errno);
    closedir(folder);
    return status;
}

static int by_member_name(const void *a, const void *b)
{
    return strcmp(((const struct ncl_entry *)a)->member.name, ((const struct ncl_entry *)b)->member.name);
}

nnefcl_status ncl_folder_index(struct ncl_container *container, bool lone, struct ncl_diag *diag)
{
    struct walk walk = {.container = container, .diag = diag, .lone = lone, .last = &walk.first};
    struct stat about;
    if (fstat(container->folder, &about) != 0)
        return unseen(&walk, "", errno);
    nnefcl_status status = queue_folder(&walk, "", &about, NULL);
    while (!status && walk.first) {
        struct pending *where = walk.first;
        status = list_folder(&walk, where);
        if (walk.first)
            walk.first = where->next;
    }
    const size_t first = lone; /* the lone text stays in front; folders have no order of their own */
    if (!status && container->count > first + 1)
        qsort(container->entry + first, container->count - first, sizeof *container->entry, by_member_name);
    return status;
}

nnefcl_status ncl_folder_attach(struct ncl_container *container, const char *name, struct ncl_diag *diag)
{
    struct stat about;
    const int opened = open_below(container, name, O_NONBLOCK);
    if (opened < 0 && errno == ENOENT)
        return NNEFCL_OK;
    if (opened < 0) {
        char text[NCL_FILE_ERROR_TEXT];
        return ncl_error(diag, ncl_file_status(errno, NNEFCL_ERR_MODEL), NCL_NOWHERE, "'%s' cannot be read: %s", name,
                         ncl_file_error(errno, text));
    }
    const bool regular = fstat(opened, &about) == 0 && S_ISREG(about.st_mode);
    close(opened);
    struct ncl_entry *entry = ncl_container_add(container, name, regular ? (uint64_t)about.st_size : 0, diag);
    if (!entry)
        return diag->status;
    if (!regular)
        entry->refused = "no regular file";
    return NNEFCL_OK;
}

nnefcl_status ncl_folder_open_member(const struct ncl_container *container, const struct ncl_entry *entry,
                                     struct ncl_diag *diag, int *file)
{
    char text[NCL_FILE_ERROR_TEXT];
    struct stat about;
    int opened = open_below(container, entry->path, O_NONBLOCK);
    if (opened < 0)
        return ncl_error(diag, ncl_file_status(errno, NNEFCL_ERR_MODEL), NCL_NOWHERE, "'%s' cannot be read: %s",
                         entry->member.name, ncl_file_error(errno, text));
    if (fstat(opened, &about) != 0 || !S_ISREG(about.st_mode) || (uint64_t)about.st_size != entry->member.size) {
        close(opened);
        return ncl_error(diag, NNEFCL_ERR_MODEL, NCL_NOWHERE, "'%s' changed since the model was opened",
                         entry->member.name);
    }
    *file = opened;
    return NNEFCL_OK;
}
