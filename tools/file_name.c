/* SPDX-License-Identifier: Apache-2.0 */
#include "file_name.h"

#include <string.h>

enum { LONGEST = 200 };

static bool is_safe(const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < length; i++)
        if (name[i] < 0x20 || name[i] > 0x7e || name[i] == '/' || name[i] == '\\')
            return false;
    return length && length <= LONGEST && name[0] != '.';
}

bool file_name_check(const char *name, const char *kind, const char *option, struct talk *talk)
{
    if (is_safe(name))
        return true;
    talk_fail(talk, STATUS_DATA,
              "%s '%s' cannot be the name of a file; give %s NAME=FILE, or FILE where it is the only %s", kind, name,
              option, kind);
    return false;
}

const char *file_name_join(struct pool *pool, const char *folder, const char *name, const char *end)
{
    size_t length = strlen(folder);
    return pool_printf(pool, "%s%s%s%s", folder, length && folder[length - 1] == '/' ? "" : "/", name, end);
}

bool file_name_ends(const char *path, const char *end)
{
    size_t n = strlen(path), m = strlen(end);
    return n >= m && !strcmp(path + n - m, end);
}

bool file_name_is_folder(const char *path)
{
    const char *slash = strrchr(path, '/'), *last = slash ? slash + 1 : path;
    return !*last || !strchr(last, '.');
}
