/* SPDX-License-Identifier: Apache-2.0 */
/* A file that appears whole or not at all: written under another name in the same folder, and renamed when everything
 * is on the disk. An error leaves the old file, or none, as it was; a process that is killed leaves a file ".new-..."
 * beside it, too. What is no regular file (a terminal, a pipe, /dev/null) is written as it is; of a link the target is
 * replaced. The command is compiled with this file as well. */
#ifndef NCL_WHOLE_FILE_H
#define NCL_WHOLE_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

struct ncl_whole_file {
    FILE *file; /* what is written to */
    char path[PATH_MAX], temporary[PATH_MAX];
};

/* 0, or the errno of what failed; nothing is to be closed then. */
int ncl_whole_file_open(struct ncl_whole_file *whole, const char *path);
/* 0: the file is there. Else the errno of what failed; `written` false: the caller could not write, errno says why. */
int ncl_whole_file_close(struct ncl_whole_file *whole, bool written);

#endif
