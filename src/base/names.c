/* SPDX-License-Identifier: Apache-2.0 */
#include "base/names.h"

#include <stdio.h>
#include <string.h>

#define MOST_CANDIDATES 10000
#define MOST_LOOKS      256 /* a table half full of names that nobody chose has about 60 */
#define NUMBER_ROOM     24  /* "_" and 64 bits */

static size_t names_home(size_t capacity, const char *name)
{
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */
    for (const char *byte = name; *byte; byte++)
        hash = (hash ^ (unsigned char)*byte) * 0x100000001b3u;
    return (size_t)(hash ^ hash >> 32) & (capacity - 1);
}

static struct ncl_name_entry *names_slot(struct ncl_name_entry *entry, size_t capacity, const char *name)
{
    size_t at = names_home(capacity, name);
    while (entry[at].name && strcmp(entry[at].name, name) != 0)
        at = (at + 1) & (capacity - 1);
    return &entry[at];
}

void *ncl_names_find(const struct ncl_names *names, const char *name)
{
    return names->capacity ? names_slot(names->entry, names->capacity, name)->value : NULL;
}

static bool enlarge(struct ncl_names *names, struct ncl_arena *arena)
{
    const size_t capacity = names->capacity ? names->capacity * 2 : 16;
    struct ncl_name_entry *entry = NCL_NEW_ARRAY(arena, struct ncl_name_entry, capacity);
    if (!entry)
        return false;
    for (size_t i = 0; i < names->capacity; i++)
        if (names->entry[i].name)
            *names_slot(entry, capacity, names->entry[i].name) = names->entry[i];
    names->entry = entry;
    names->capacity = capacity;
    return true;
}

/* A free slot far from the name's home: somebody chose names that fall on one another. Looking each of them up would
 * take as many looks as there are; a larger table tells them apart, or the limit of memory ends it. */
static bool is_crowded(const struct ncl_names *names, const struct ncl_name_entry *entry, const char *name)
{
    const size_t at = (size_t)(entry - names->entry), home = names_home(names->capacity, name);
    return !entry->name && ((at - home) & (names->capacity - 1)) > MOST_LOOKS;
}

bool ncl_names_put(struct ncl_names *names, struct ncl_arena *arena, const char *name, void *value)
{
    if (names->count * 2 >= names->capacity && !enlarge(names, arena))
        return false;
    struct ncl_name_entry *entry = names_slot(names->entry, names->capacity, name);
    while (is_crowded(names, entry, name)) {
        if (!enlarge(names, arena))
            return false;
        entry = names_slot(names->entry, names->capacity, name);
    }
    names->count += !entry->name;
    *entry = (struct ncl_name_entry){name, value};
    return true;
}

/* Is base_N taken? It stands in `name` then, whose first `length` bytes are base. */
static bool is_number_taken(const struct ncl_names *taken, char *name, size_t length, size_t number)
{
    snprintf(name + length, NUMBER_ROOM, "_%zu", number);
    return ncl_names_find(taken, name) != NULL;
}

/* Numbers are mostly taken in a row from 1 on: beyond its end by doubling, then back by halves. A million of one name
 * would look a million numbers up else, each. */
char *ncl_names_untaken(const struct ncl_names *taken, struct ncl_arena *arena, const char *base)
{
    const size_t length = strlen(base);
    char *name = ncl_arena_alloc(arena, length + NUMBER_ROOM);
    size_t below = 0, number = 1; /* taken, not taken */
    if (!name)
        return NULL;
    memcpy(name, base, length);
    if (!ncl_names_find(taken, name))
        return name;
    while (is_number_taken(taken, name, length, number)) {
        below = number;
        number *= 2;
    }
    while (number - below > 1) {
        const size_t middle = below + (number - below) / 2;
        *(is_number_taken(taken, name, length, middle) ? &below : &number) = middle;
    }
    snprintf(name + length, NUMBER_ROOM, "_%zu", number);
    return name;
}

const char *ncl_names_nearest(const struct ncl_names *names, const char *wanted, const struct ncl_diag *diag,
                              char text[NCL_NEAREST_TEXT])
{
    struct ncl_nearest nearest;
    const bool silent = diag->errors >= NCL_MAX_ERRORS || diag->warnings >= NCL_MAX_WARNINGS;
    ncl_nearest_begin(&nearest, wanted);
    for (size_t i = 0; i < names->capacity && !silent && names->count <= MOST_CANDIDATES; i++)
        ncl_nearest_offer(&nearest, names->entry[i].name);
    return ncl_nearest_text(&nearest, text);
}
