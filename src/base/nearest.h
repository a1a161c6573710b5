/* SPDX-License-Identifier: Apache-2.0 */
/* Which of many names somebody may have meant by one that is none of them: "did you mean ...?". */
#ifndef NCL_NEAREST_H
#define NCL_NEAREST_H

#include <stdbool.h>
#include <stddef.h>

struct ncl_nearest {
    const char *wanted;
    const char *name; /* the nearest so far; NULL: none is near */
    size_t distance;  /* of it; before: what is too far */
};

void ncl_nearest_begin(struct ncl_nearest *nearest, const char *wanted);
/* Names come in any order: of equally near ones the shortest, then the first of the alphabet is taken. NULL is passed
 * over. */
void ncl_nearest_offer(struct ncl_nearest *nearest, const char *name);

/* "; did you mean 'relu'?" behind a message, or "". */
enum { NCL_NEAREST_TEXT = 160 };
const char *ncl_nearest_text(const struct ncl_nearest *nearest, char text[NCL_NEAREST_TEXT]);

#endif
