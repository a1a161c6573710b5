/* SPDX-License-Identifier: Apache-2.0 */
#include "member_name.h"

#include <string.h>

static bool is_separator(char c)
{
    return c == '/' || c == '\\';
}

enum ncl_name_verdict ncl_member_name_normalize(const char *raw, char name[NCL_MEMBER_NAME])
{
    size_t used = 0;
    while (*raw) {
        size_t length = 0;
        while (raw[length] && !is_separator(raw[length]))
            length++;
        if (length == 2 && raw[0] == '.' && raw[1] == '.')
            return NCL_NAME_LEAVES;
        if (length > 0 && !(length == 1 && raw[0] == '.')) {
            size_t separator = used > 0;
            if (length >= NCL_MEMBER_NAME - used - separator)
                return NCL_NAME_LONG;
            if (separator)
                name[used++] = '/';
            memcpy(name + used, raw, length);
            used += length;
        }
        raw += length + (raw[length] != '\0');
    }
    name[used] = '\0';
    return used > 0 ? NCL_NAME_GOOD : NCL_NAME_EMPTY;
}

static unsigned char folded_char(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

int ncl_member_name_compare(const char *a, const char *b)
{
    while (*a && folded_char(*a) == folded_char(*b)) {
        a++;
        b++;
    }
    return (int)folded_char(*a) - (int)folded_char(*b);
}

bool ncl_member_name_ends(const char *name, const char *suffix)
{
    size_t length = strlen(name), end = strlen(suffix);
    return length >= end && ncl_member_name_compare(name + length - end, suffix) == 0;
}

bool ncl_member_name_is_nested(const char *name)
{
    static const char *const endings[] = {"/graph.nnef", ".nnef.tgz", ".nnef.tar", ".nnef.tar.gz"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (ncl_member_name_ends(name, endings[i]))
            return true;
    return false;
}
