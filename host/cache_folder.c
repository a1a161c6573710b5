/* SPDX-License-Identifier: Apache-2.0 */
/* The folder of the cache. A program in it is code that will run, so it belongs to the user alone: neither the folder
 * nor a file is taken that is a link, another's, or open to others. Files appear whole or not at all, so any number of
 * processes may read, write and remove at the same time. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/auxv.h>
#endif

#include "cache.h"

#define TEMPORARY     ".new-"
#define NAME_BYTES    NCL_CACHE_NAME
#define ABANDONED_SEC 3600

/* ---- the folder ---- */

/* The folders above it as any others are made; an error shows when the last one is. */
static void make_parents(char *path)
{
    for (char *at = path + 1; *at; at++)
        if (*at == '/') {
            *at = '\0';
            mkdir(path, 0700);
            *at = '/';
        }
}

/* Rights that file systems and systems lend beside those of the ids. */
#ifdef __linux__
static bool is_secure(void)
{
    return getauxval(AT_SECURE) != 0;
}
#else
static bool is_secure(void)
{
    return false;
}
#endif

static const char *folder_refusal(int folder)
{
    struct stat info;
    if (geteuid() != getuid() || getegid() != getgid() || is_secure())
        return "the process has rights that its caller lacks, who may have named the folder";
    if (fstat(folder, &info))
        return strerror(errno);
    if (info.st_uid != geteuid())
        return "it belongs to another user";
    return info.st_mode & 077 ? "others have rights to it (chmod 700 makes it private)" : NULL;
}

int ncl_cache_folder_open(const char *path, char *reason, size_t size)
{
    char copy[4096];
    if (snprintf(copy, sizeof copy, "%s", path) >= (int)sizeof copy || !*path) {
        snprintf(reason, size, "its path is empty or too long");
        return -1;
    }
    make_parents(copy);
    mkdir(copy, 0700);
    const int folder = open(copy, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    const char *why = folder < 0 ? strerror(errno) : folder_refusal(folder);
    if (!why)
        return folder;
    snprintf(reason, size, "%s", why);
    if (folder >= 0)
        close(folder);
    return -1;
}

/* Another stream over the same folder; NULL: none. */
static DIR *list(int folder)
{
    const int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *stream = copy < 0 ? NULL : fdopendir(copy);
    if (!stream && copy >= 0)
        close(copy);
    return stream;
}

void ncl_cache_folder_each(int folder, const char *prefix, int (*visit)(void *user, const char *name), void *user)
{
    DIR *stream = list(folder);
    for (struct dirent *entry; stream && (entry = readdir(stream));)
        if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0 && visit(user, entry->d_name))
            break;
    if (stream)
        closedir(stream);
}

/* ---- its size ---- */

struct usage {
    int folder;
    uint64_t bytes;
    char oldest[NAME_BYTES];
    struct timespec used; /* of the oldest */
};

static bool is_earlier(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
}

static int add_usage(void *user, const char *name)
{
    struct usage *usage = user;
    struct stat info;
    if (strcmp(name, NCL_CACHE_CLAIMS) == 0 || strlen(name) >= NAME_BYTES ||
        fstatat(usage->folder, name, &info, AT_SYMLINK_NOFOLLOW) || !S_ISREG(info.st_mode))
        return 0;
    if (strncmp(name, TEMPORARY, strlen(TEMPORARY)) == 0) {
        if (info.st_mtime < time(NULL) - ABANDONED_SEC)
            unlinkat(usage->folder, name, 0);
        return 0;
    }
    usage->bytes += (uint64_t)info.st_size;
    if (!usage->oldest[0] || is_earlier(&info.st_mtim, &usage->used)) {
        snprintf(usage->oldest, sizeof usage->oldest, "%s", name);
        usage->used = info.st_mtim;
    }
    return 0;
}

void ncl_cache_folder_trim(int folder, uint64_t limit)
{
    for (int round = 0; round < 1000; round++) { /* others may add as fast as we remove */
        struct usage usage = {.folder = folder};
        ncl_cache_folder_each(folder, "", add_usage, &usage);
        if (usage.bytes <= limit || !usage.oldest[0] || unlinkat(folder, usage.oldest, 0))
            return;
    }
}

/* ---- files ---- */

static bool read_all(int file, unsigned char *data, size_t size)
{
    while (size) {
        const ssize_t n = read(file, data, size);
        if (n <= 0)
            return false;
        data += n;
        size -= (size_t)n;
    }
    return true;
}

static bool write_all_bytes(int file, const unsigned char *data, size_t size)
{
    while (size) {
        const ssize_t n = write(file, data, size);
        if (n < 0)
            return false;
        data += n;
        size -= (size_t)n;
    }
    return true;
}

/* Its size; why it cannot be taken else. */
static const char *examine(int file, uint64_t most, size_t *size)
{
    struct stat info;
    if (fstat(file, &info))
        return strerror(errno);
    if (!S_ISREG(info.st_mode) || info.st_uid != geteuid() || info.st_mode & 022)
        return "it is no file of this user alone";
    if ((uint64_t)info.st_size > most)
        return "it is too large";
    *size = (size_t)info.st_size;
    return NULL;
}

unsigned char *ncl_cache_file_read(int folder, const char *name, size_t head, uint64_t most,
                                   const nnefcl_allocator *allocator, size_t *size, char *reason, size_t reason_size)
{
    unsigned char *data = NULL;
    const int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    const char *why = file < 0 ? strerror(errno) : examine(file, most, size);
    if (!why && head && *size > head)
        *size = head;
    if (!why && !(data = ncl_resize(allocator, NULL, *size ? *size : 1)))
        why = "there is no memory for it";
    if (!why && !read_all(file, data, *size))
        why = "it cannot be read";
    if (!why && !head)
        futimens(file, NULL);
    if (file >= 0)
        close(file);
    if (!why)
        return data;
    snprintf(reason, reason_size, "%s", why);
    ncl_resize(allocator, data, 0);
    return NULL;
}

/* A name that no other writer has: O_EXCL makes sure. */
static int create_temporary(int folder, char name[NAME_BYTES])
{
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    for (unsigned i = 0; i < 100; i++) {
        snprintf(name, NAME_BYTES, TEMPORARY "%ld-%ld-%u", (long)getpid(), now.tv_nsec, i);
        const int file = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (file >= 0 || errno != EEXIST)
            return file;
    }
    return -1;
}

bool ncl_cache_file_write(int folder, const char *name, const void *data, size_t size, char *reason, size_t reason_size)
{
    char temporary[NAME_BYTES];
    const int file = create_temporary(folder, temporary);
    bool ok = file >= 0 && write_all_bytes(file, data, size);
    int code = ok ? 0 : errno;
    if (file >= 0 && close(file) && ok) {
        ok = false;
        code = errno;
    }
    if (ok && renameat(folder, temporary, folder, name)) {
        ok = false;
        code = errno;
    }
    if (!ok && file >= 0)
        unlinkat(folder, temporary, 0);
    if (!ok)
        snprintf(reason, reason_size, "%s", strerror(code));
    return ok;
}
