/* SPDX-License-Identifier: Apache-2.0 */
/* Reading files of the host, with the interruptions and limits of POSIX taken care of. */
#ifndef NCL_FILE_BYTES_H
#define NCL_FILE_BYTES_H

#include <stddef.h>
#include <stdint.h>

#include "nnefcl/status.h"

/* Opens for reading. `folder` may be AT_FDCWD; `flags` adds O_NOFOLLOW, O_DIRECTORY or O_NONBLOCK (no waiting for a
 * pipe). -1: errno tells. */
int ncl_file_open(int folder, const char *path, int flags);
/* Reads up to `size` bytes at `offset`; fewer only at the end of the file. SIZE_MAX: errno tells. */
size_t ncl_file_read_at(int file, uint64_t offset, void *buffer, size_t size);
/* The same from where a stream stands. */
size_t ncl_file_read(int file, void *buffer, size_t size);
/* What an errno means; returns `buffer`. */
#define NCL_FILE_ERROR_TEXT 96
const char *ncl_file_error(int code, char buffer[NCL_FILE_ERROR_TEXT]);
/* The status of what ended with an errno: `otherwise` unless memory was short. */
nnefcl_status ncl_file_status(int code, nnefcl_status otherwise);

#endif
