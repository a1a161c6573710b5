/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the files in a model: how labels and the names in archives become one form (container.h). */
#ifndef NCL_MEMBER_NAME_H
#define NCL_MEMBER_NAME_H

#include <stdbool.h>
#include <stddef.h>

#define NCL_MEMBER_NAME 4096 /* bytes with the NUL */

enum ncl_name_verdict {
    NCL_NAME_GOOD,
    NCL_NAME_EMPTY,  /* nothing is left: "./" */
    NCL_NAME_LEAVES, /* a ".." in it */
    NCL_NAME_LONG
};

/* "\" becomes "/"; empty and "." components go away, so that "./x", ".//x", "/x" and "x" are one name. */
enum ncl_name_verdict ncl_member_name_normalize(const char *raw, char name[NCL_MEMBER_NAME]);
/* Order of names without regard to the case of ASCII letters (labels have no others, 4.1.3). */
int ncl_member_name_compare(const char *a, const char *b);
/* Does `name` end in `suffix`, whatever the case? */
bool ncl_member_name_ends(const char *name, const char *suffix);
/* The name of a graph of its own inside the model, as some exporters pack them: in a sub-folder or in an archive. */
bool ncl_member_name_is_nested(const char *name);

#endif
