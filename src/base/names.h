/* SPDX-License-Identifier: Apache-2.0 */
/* A map from names to objects, in an arena: identifiers, operations, labels. Names are not copied. */
#ifndef NCL_NAMES_H
#define NCL_NAMES_H

#include "base/alloc.h"
#include "base/diag.h"
#include "base/nearest.h"

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

/* `base`, or where that is taken `base_N` with an N of its own, in the arena; N rises by one where the last were taken
 * this way. NULL: out of memory. */
char *ncl_names_untaken(const struct ncl_names *taken, struct ncl_arena *arena, const char *base);

/* All of them as candidates for a name that is not there: "; did you mean 'relu'?". "" where none is near, where `diag`
 * says no more anyway, and for more names than people look through: a model may have a million, and as many mistakes.
 */
const char *ncl_names_nearest(const struct ncl_names *names, const char *wanted, const struct ncl_diag *diag,
                              char text[NCL_NEAREST_TEXT]);

#endif
