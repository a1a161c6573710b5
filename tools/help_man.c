/* SPDX-License-Identifier: Apache-2.0 */
/* nnef-cl-run(1), in the macros of man(7). */
#include <ctype.h>
#include <string.h>

#include "clean.h"
#include "help.h"
#include "nnefcl/nnefcl.h"

/* A line of text: '-' is a minus, and no line begins with a macro. */
static void put_text(const char *text)
{
    if (*text == '.' || *text == '\'')
        print("\\&");
    for (; *text; text++)
        if (*text == '\\')
            print("\\e");
        else if (*text == '-')
            print("\\-");
        else
            print("%c", *text);
}

static void put_title(const char *title)
{
    print(".SH ");
    for (; *title; title++)
        print("%c", toupper((unsigned char)*title));
    print("\n");
}

static void put_section(const struct help_section *section)
{
    put_title(section->title);
    for (const char *const *pair = section->pair; *pair; pair += 2) {
        if (!pair[0][0]) {
            print(".PP\n");
        } else {
            print(".TP\n.B ");
            put_text(pair[0]);
            print("\n");
        }
        put_text(pair[1]);
        print("\n");
    }
}

static void put_option(const struct option_row *row)
{
    char line[HELP_LINE];
    const char *space, *value = help_value(row, &space);
    print(".TP\n");
    if (row->letter)
        print("\\fB\\-%c\\fR, ", row->letter);
    print("\\fB\\-\\-");
    put_text(row->name);
    print("\\fR%s\\fI", space);
    put_text(value);
    print("\\fR\n");
    put_text(help_line(row, line));
    print("\n");
}

void help_man(void)
{
    print(".TH NNEF\\-CL\\-RUN 1 \"\" \"nnefcl %s\" \"User Commands\"\n.SH NAME\nnnef\\-cl\\-run \\- %s\n",
          nnefcl_version(), help_summary);
    print(".SH SYNOPSIS\n.B nnef\\-cl\\-run\n.I MODEL\n.RI [ OPTION ]...\n");
    for (size_t i = 0; i < help_section_count; i++)
        if (help_sections[i].first)
            put_section(&help_sections[i]);
    print(".SH OPTIONS\n");
    for (size_t i = 0; i < option_count; i++) {
        if (option_table[i].heading)
            print(".SS %s\n", option_table[i].heading);
        put_option(&option_table[i]);
    }
    for (size_t i = 0; i < help_section_count; i++)
        if (!help_sections[i].first)
            put_section(&help_sections[i]);
    print(".SH SEE ALSO\n.BR libnnefcl (3),\n.BR clinfo (1)\n");
}
