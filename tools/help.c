/* SPDX-License-Identifier: Apache-2.0 */
#include "help.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "clean.h"
#include "nnefcl/kernel.h"
#include "fold_lines.h"

enum { WIDTH = 80, NARROW = 40, TERM = 34, INDENT = 2 }; /* columns; of the terms of options, of everything */

const char *help_value(const struct option_row *row, const char **space)
{
    *space = row->value && strncmp(row->value, "[=", 2) ? " " : "";
    return row->value ? row->value : "";
}

size_t help_choices(const struct option_row *row, const char *choice[HELP_CHOICES], char text[HELP_CHOICE_TEXT])
{
    size_t count = 0;
    const char *value = row->value ? row->value : "";
    if (!strncmp(value, "[=", 2))
        value += 2;
    if (!islower((unsigned char)*value))
        return 0;
    snprintf(text, HELP_CHOICE_TEXT, "%.*s", (int)strcspn(value, "[]"), value);
    for (char *at = text; *at && count < HELP_CHOICES;) {
        const size_t length = strcspn(at, "|");
        if (!isupper((unsigned char)*at)) /* "FILE" stands for others */
            choice[count++] = at;
        at += length;
        if (*at)
            *at++ = '\0';
    }
    return count;
}

/* The families of kernels, as the library lists them: each once. */
static void add_families(char text[HELP_LINE])
{
    nnefcl_variant_info variant;
    const char *last = "";
    for (size_t i = 0; !nnefcl_variant(i, NULL, &variant); i++) {
        const size_t length = strlen(text);
        if (strcmp(variant.family, last))
            snprintf(text + length, HELP_LINE - length, "%s%s", *last ? ", " : "", variant.family);
        last = variant.family;
    }
}

const char *help_line(const struct option_row *row, char text[HELP_LINE])
{
    static const char families[] = "{families}";
    const char *at = strstr(row->help, families);
    if (!at)
        return row->help;
    snprintf(text, HELP_LINE, "%.*s", (int)(at - row->help), row->help);
    add_families(text);
    const size_t length = strlen(text);
    snprintf(text + length, HELP_LINE - length, "%s", at + sizeof families - 1);
    return text;
}

bool help_takes_file(const struct option_row *row)
{
    return row->value && (strstr(row->value, "FILE") || strstr(row->value, "DIR"));
}

/* ---- on the terminal ---- */

static size_t help_width(void)
{
    const size_t terminal = fold_terminal();
    return !terminal ? WIDTH : terminal < NARROW ? NARROW : terminal;
}

/* Words of `text` in lines from column `indent` on; the cursor stands at column `at`. */
static void print_wrapped(const char *text, size_t at, size_t indent)
{
    const size_t width = help_width();
    while (*text) {
        const size_t length = strcspn(text, " ");
        if (at > indent && at + 1 + length > width) {
            print("\n");
            at = 0;
        }
        print("%*s%.*s", (int)(at < indent ? indent - at : at > indent), "", (int)length, text);
        at = (at < indent ? indent : at + (at > indent)) + length;
        text += length + (text[length] == ' ');
    }
    print("\n");
}

static void print_term(const char *term, const char *text, size_t column)
{
    const size_t length = strlen(term);
    print("%*s%s", INDENT, "", term);
    if (INDENT + length + 1 > column) {
        print("\n");
        print_wrapped(text, 0, column);
    } else {
        print_wrapped(text, INDENT + length, column);
    }
}

static void print_option(const struct option_row *row)
{
    char term[96], line[HELP_LINE];
    const char *space, *value = help_value(row, &space);
    snprintf(term, sizeof term, "%c%c%c --%s%s%s", row->letter ? '-' : ' ', row->letter ? row->letter : ' ',
             row->letter ? ',' : ' ', row->name, space, value);
    print_term(term, help_line(row, line), help_width() < WIDTH ? 8 : TERM);
}

static size_t term_column(const char *const *pair)
{
    size_t longest = 0;
    for (; *pair; pair += 2)
        longest = strlen(pair[0]) > longest ? strlen(pair[0]) : longest;
    return longest + INDENT + 2;
}

static void print_section(const struct help_section *section)
{
    const size_t column = term_column(section->pair);
    print("\n%s\n", section->title);
    for (const char *const *pair = section->pair; *pair; pair += 2)
        if (!pair[0][0])
            print_wrapped(pair[1], 0, INDENT);
        else if (pair[0][0] == '$') {
            print_wrapped(pair[0], 0, INDENT);
            print_wrapped(pair[1], 0, 2 * INDENT + 2);
        } else {
            print_term(pair[0], pair[1], column);
        }
}

static void print_sections(bool first)
{
    for (size_t i = 0; i < help_section_count; i++)
        if (help_sections[i].first == first)
            print_section(&help_sections[i]);
}

static const struct {
    const char *topic;
    void (*print)(void);
} forms[] = {{"man", help_man}, {"bash", help_bash}, {"zsh", help_zsh}, {"fish", help_fish}};

static void print_all(void)
{
    char line[256];
    snprintf(line, sizeof line, "%s: %s", help_usage, help_summary);
    print_wrapped(line, 0, 0);
    print_sections(true);
    for (size_t i = 0; i < option_count; i++) {
        if (option_table[i].heading)
            print("\nOptions: %s\n", option_table[i].heading);
        print_option(&option_table[i]);
    }
    print_sections(false);
    print("\n");
    print_wrapped("--help TOPIC tells of one thing: an option, a heading, examples, runs, images, environment, status; "
                  "man, bash, zsh and fish print the man page and what completes words in shells.",
                  0, 0);
}

/* The options under a heading. */
static bool print_heading(const char *topic)
{
    bool inside = false, found = false;
    for (size_t i = 0; i < option_count; i++) {
        inside = option_table[i].heading ? !strcasecmp(option_table[i].heading, topic) : inside;
        if (inside)
            print_option(&option_table[i]);
        found |= inside;
    }
    return found;
}

static bool print_named_option(const char *topic)
{
    const char *name = topic + strspn(topic, "-");
    for (size_t i = 0; i < option_count; i++)
        if (!strcmp(option_table[i].name, name) ||
            (option_table[i].letter && name[0] == option_table[i].letter && !name[1])) {
            print_option(&option_table[i]);
            return true;
        }
    return false;
}

enum status help_print(const char *topic, struct talk *talk)
{
    if (!topic) {
        print_all();
        return STATUS_OK;
    }
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (!strcmp(forms[i].topic, topic)) {
            forms[i].print();
            return STATUS_OK;
        }
    for (size_t i = 0; i < help_section_count; i++)
        if (!strcasecmp(help_sections[i].topic, topic) || !strcasecmp(help_sections[i].title, topic)) {
            print_section(&help_sections[i]);
            return STATUS_OK;
        }
    if (print_heading(topic) || print_named_option(topic))
        return STATUS_OK;
    return talk_fail(talk, STATUS_USAGE, "there is no help on '%s' (--help ends with the topics)", topic);
}
