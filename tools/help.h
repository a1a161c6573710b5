/* SPDX-License-Identifier: Apache-2.0 */
/* Help in all its forms, from the table of options and the texts of help_text.c: for a terminal, as a man page, as
 * completion of shells. */
#ifndef HELP_H
#define HELP_H

#include "option_table.h"

/* Text beside the options, in the order of the page. */
struct help_section {
    const char *topic; /* of --help TOPIC */
    const char *title;
    bool first; /* stands in front of the options */
    /* Pairs of term and text, ended by NULL: a term "" is a paragraph, a term that begins with "$ " a command. */
    const char *const *pair;
};
extern const struct help_section help_sections[];
extern const size_t help_section_count;
extern const char help_usage[], help_summary[];

/* `topic` NULL: everything. A title or topic, a heading of options, an option, or one of the forms below. */
enum status help_print(const char *topic, struct talk *talk);

/* help_man.c: nnef-cl-run(1); help_shell.c: completion. */
void help_man(void);
void help_bash(void);
void help_zsh(void);
void help_fish(void);

/* What follows the name of an option: " FILE", "[=FORM]", or "". */
const char *help_value(const struct option_row *row, const char **space);
/* The alternatives that the value of an option has, one after the other: "auto|launches" gives two. Returns their
 * number; `choice` has room for HELP_CHOICES, and `text` keeps them. */
enum { HELP_CHOICES = 12, HELP_CHOICE_TEXT = 128 };
size_t help_choices(const struct option_row *row, const char *choice[HELP_CHOICES], char text[HELP_CHOICE_TEXT]);
/* The half sentence of an option; `text` keeps it where it is put together. */
enum { HELP_LINE = 512 };
const char *help_line(const struct option_row *row, char text[HELP_LINE]);
/* Is the value a file or a folder? */
bool help_takes_file(const struct option_row *row);

#endif
