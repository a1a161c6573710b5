/* SPDX-License-Identifier: Apache-2.0 */
#include "file_bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define MOST 0x40000000 /* bytes asked for at once: some systems refuse more than 2^31 */

int ncl_file_open(int folder, const char *path, int flags)
{
    int file;
    do
        file = openat(folder, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | flags);
    while (file < 0 && errno == EINTR);
    return file;
}

size_t ncl_file_read_at(int file, uint64_t offset, void *buffer, size_t size)
{
    size_t done = 0;
    while (done < size) {
        if (offset > INT64_MAX - done) {
            errno = EOVERFLOW;
            return SIZE_MAX;
        }
        ssize_t got =
            pread(file, (char *)buffer + done, size - done < MOST ? size - done : MOST, (off_t)(offset + done));
        if (got == 0)
            break;
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return SIZE_MAX;
        done += (size_t)got;
    }
    return done;
}

size_t ncl_file_read(int file, void *buffer, size_t size)
{
    size_t done = 0;
    while (done < size) {
        ssize_t got = read(file, (char *)buffer + done, size - done < MOST ? size - done : MOST);
        if (got == 0)
            break;
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return SIZE_MAX;
        done += (size_t)got;
    }
    return done;
}

const char *ncl_file_error(int code, char buffer[NCL_FILE_ERROR_TEXT])
{
    if (strerror_r(code, buffer, NCL_FILE_ERROR_TEXT) != 0)
        snprintf(buffer, NCL_FILE_ERROR_TEXT, "error %d", code);
    return buffer;
}

nnefcl_status ncl_file_status(int code, nnefcl_status otherwise)
{
    return code == ENOMEM ? NNEFCL_ERR_NOMEM : otherwise;
}
