/* A map from names to objects, in an arena: identifiers, operations, labels. Names are not copied. */
#ifndef NCL_NAMES_H
#define NCL_NAMES_H

#include "base/alloc.h"

struct ncl_names {
    struct ncl_name_entry {
        const char *name;
        void *value;
    } * entry;
    size_t count, capacity; /* a power of two, at most half full */
};

/* NULL: no such name. */
void *ncl_names_find(const struct ncl_names *names, const char *name);
/* Adds or replaces. False: out of memory. */
bool ncl_names_put(struct ncl_names *names, struct ncl_arena *arena, const char *name, void *value);

#endif
