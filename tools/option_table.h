/* SPDX-License-Identifier: Apache-2.0 */
/* The table of options: one row makes an option known to the parser, to the rules about what goes together, and to
 * --help. */
#ifndef OPTION_TABLE_H
#define OPTION_TABLE_H

#include "options.h"

struct option_parser {
    struct options *options;
    struct pool *pool;
    struct talk *talk;
};

/* Takes over a value. NULL: fine; else what would have been right, to follow "is not". */
typedef const char *option_set_fn(struct option_parser *parser, const char *value);

struct option_row {
    char letter; /* 0: none */
    const char *name;
    const char *value;  /* its name in --help, or a|b|c: one of these; NULL: takes none; "[...]": may take one */
    unsigned actions;   /* enum action, or-ed: where it means something */
    enum action action; /* not 0: the option asks for this action */
    option_set_fn *set;
    const char *help;    /* half a sentence; help_line() fills in what stands in braces */
    const char *heading; /* NULL: goes on in the group before */
};

extern const struct option_row option_table[];
extern const size_t option_count;

/* May its value be left out? Then it stands behind '='. */
bool option_value_optional(const struct option_row *row);

#endif
