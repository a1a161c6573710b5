/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the cache's files: device, program, the other keys in it. A folder of thousands of files is known by one
 * listing, where to open each took a third of a small network's start. Keys that a name has no room for are in the file
 * ("+"). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cache.h"

#define ENDING ".program"
#define DIGITS 16

static size_t key_print(char *at, char before, uint64_t key)
{
    return (size_t)sprintf(at, "%c%0*" PRIx64, before, DIGITS, key);
}

static bool key_read(const char **at, uint64_t *key)
{
    *key = 0;
    for (int i = 0; i < DIGITS; i++, ++*at) {
        static const char digits[] = "0123456789abcdef";
        const char *digit = **at ? strchr(digits, **at) : NULL;
        if (!digit)
            return false;
        *key = *key << 4 | (uint64_t)(digit - digits);
    }
    return true;
}

void ncl_cache_name_make(uint64_t identity, const struct ncl_cache_content *content, char name[NCL_CACHE_NAME])
{
    size_t length = (size_t)sprintf(name, "%0*" PRIx64, DIGITS, identity);
    length += key_print(name + length, '-', content->program);
    for (size_t i = 0; i < content->count && content->count <= NCL_CACHE_NAME_KEYS; i++)
        if (content->key[i] != content->program)
            length += key_print(name + length, '-', content->key[i]);
    sprintf(name + length, "%s" ENDING, content->count > NCL_CACHE_NAME_KEYS ? "+" : "");
}

bool ncl_cache_name_read(const char *name, uint64_t identity, struct ncl_cache_named *named)
{
    uint64_t device;
    *named = (struct ncl_cache_named){0};
    if (!key_read(&name, &device) || device != identity)
        return false;
    while (*name == '-' && named->count < sizeof named->key / sizeof *named->key)
        if (name++, !key_read(&name, &named->key[named->count++]))
            return false;
    named->more = *name == '+';
    return named->count && strcmp(name + named->more, ENDING) == 0;
}
