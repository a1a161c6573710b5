/* SPDX-License-Identifier: Apache-2.0 */
/* Files that the command writes: whole or not at all (base/whole_file.h), also where it ends in the middle of one, by
 * exit, by a deadline or interrupted. */
#ifndef DRAFT_H
#define DRAFT_H

#include "base/whole_file.h"
#include "talk.h"

/* One at a time. STATUS_DATA after the error was said. */
enum status draft_open(struct ncl_whole_file *whole, const char *path, struct talk *talk);
/* The file is there; `written` false: the caller could not write, errno says why. */
enum status draft_close(struct ncl_whole_file *whole, bool written, const char *path, struct talk *talk);
/* Takes away what is being written. A signal handler may call it. */
void draft_drop(void);

#endif
