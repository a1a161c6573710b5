/* SPDX-License-Identifier: Apache-2.0 */
#include "draft.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct ncl_whole_file *volatile current; /* NULL: none */

void draft_drop(void)
{
    const struct ncl_whole_file *whole = current;
    if (whole && whole->temporary[0])
        unlink(whole->temporary);
    current = NULL;
}

static enum status draft_judge(int code, const char *path, struct talk *talk)
{
    return code ? talk_fail(talk, STATUS_DATA, "%s: %s", path, strerror(code)) : STATUS_OK;
}

enum status draft_open(struct ncl_whole_file *whole, const char *path, struct talk *talk)
{
    static bool at_exit;
    const int code = ncl_whole_file_open(whole, path);
    if (!at_exit)
        at_exit = !atexit(draft_drop);
    current = code ? NULL : whole;
    return draft_judge(code, path, talk);
}

enum status draft_close(struct ncl_whole_file *whole, bool written, const char *path, struct talk *talk)
{
    const int code = ncl_whole_file_close(whole, written);
    current = NULL;
    return draft_judge(code, path, talk);
}
