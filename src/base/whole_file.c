/* SPDX-License-Identifier: Apache-2.0 */
#define _XOPEN_SOURCE 700 /* realpath */
#include "base/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TRIES 100

/* Where the bytes go at last; false: nothing is to be replaced there. */
static bool place_find(struct ncl_whole_file *whole, const char *path, mode_t *mode)
{
    struct stat about;
    *mode = 0;
    if (stat(path, &about) == 0) {
        *mode = about.st_mode & 0777;
        return S_ISREG(about.st_mode) && realpath(path, whole->path);
    }
    return lstat(path, &about) != 0 && snprintf(whole->path, sizeof whole->path, "%s", path) < PATH_MAX;
}

/* A name that no other writer has: O_EXCL makes sure. */
static int temporary_create(struct ncl_whole_file *whole)
{
    const char *slash = strrchr(whole->path, '/');
    const int folder = slash ? (int)(slash - whole->path) + 1 : 0;
    for (unsigned i = 0; i < TRIES; i++) {
        const int length = snprintf(whole->temporary, sizeof whole->temporary, "%.*s.new-%ld-%u", folder, whole->path,
                                    (long)getpid(), i);
        if (length >= PATH_MAX) {
            errno = ENAMETOOLONG;
            return -1;
        }
        const int file = open(whole->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file >= 0 || errno != EEXIST)
            return file;
    }
    return -1;
}

/* The rights of the old file stay; one that may not be written is not replaced either. */
static FILE *temporary_open(struct ncl_whole_file *whole, mode_t mode)
{
    if (mode && access(whole->path, W_OK))
        return NULL;
    const int file = temporary_create(whole);
    FILE *stream = file < 0 || (mode && fchmod(file, mode)) ? NULL : fdopen(file, "wb");
    const int code = errno;
    if (!stream && file >= 0) {
        close(file);
        unlink(whole->temporary);
    }
    errno = code;
    return stream;
}

int ncl_whole_file_open(struct ncl_whole_file *whole, const char *path)
{
    mode_t mode;
    const bool replaces = place_find(whole, path, &mode);
    whole->temporary[0] = '\0';
    whole->file = replaces ? temporary_open(whole, mode) : fopen(path, "wb");
    return whole->file ? 0 : errno;
}

/* Of what cannot be synchronized (a pipe) nobody expects it. */
static bool is_on_disk(FILE *file)
{
    return !fflush(file) && !ferror(file) && (!fsync(fileno(file)) || errno == EINVAL);
}

int ncl_whole_file_close(struct ncl_whole_file *whole, bool written)
{
    int code = written ? 0 : errno ? errno : EIO;
    if (!code && !is_on_disk(whole->file))
        code = errno;
    if (fclose(whole->file) && !code)
        code = errno;
    if (!whole->temporary[0])
        return code;
    if (!code && rename(whole->temporary, whole->path))
        code = errno;
    if (code)
        unlink(whole->temporary);
    return code;
}
