/* SPDX-License-Identifier: Apache-2.0 */
/* Completion of words: bash, zsh, fish. Nothing is asked of the command while one types. */
#include <stdio.h>
#include <string.h>

#include "clean.h"
#include "help.h"

static void put_names(void)
{
    for (size_t i = 0; i < option_count; i++) {
        print("%s--%s", i ? " " : "", option_table[i].name);
        if (option_table[i].letter)
            print(" -%c", option_table[i].letter);
    }
}

static void put_choices(const char *const *choice, size_t count)
{
    for (size_t i = 0; i < count; i++)
        print("%s%s", i ? " " : "", choice[i]);
}

/* ---- bash ---- */

/* The pattern of `case` for an option that takes a value; with '=' behind it where the value stands there. */
static void put_pattern(const struct option_row *row)
{
    print("    --%s=", row->name);
    if (!option_value_optional(row))
        print("|--%s", row->name);
    if (row->letter)
        print("|-%c", row->letter);
    print(") ");
}

static void put_bash_value(const struct option_row *row)
{
    const char *choice[HELP_CHOICES];
    char text[HELP_CHOICE_TEXT];
    const size_t count = help_choices(row, choice, text);
    if (!row->value)
        return;
    put_pattern(row);
    if (count) {
        print("mapfile -t COMPREPLY < <(compgen -W '");
        put_choices(choice, count);
        print(help_takes_file(row) ? "' -f -- \"$cur\"); return ;;\n" : "' -- \"$cur\"); return ;;\n");
    } else if (help_takes_file(row)) {
        print("cur=${cur##*=}; compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); return ;;\n");
    } else {
        print("return ;;\n");
    }
}

void help_bash(void)
{
    print("# bash completion of nnef-cl-run\n_nnef_cl_run() {\n    local cur=${COMP_WORDS[COMP_CWORD]} "
          "prev=${COMP_WORDS[COMP_CWORD-1]}\n    COMPREPLY=()\n"
          "    if [[ $prev == = ]]; then\n        prev=${COMP_WORDS[COMP_CWORD-2]}=\n"
          "        [[ $prev == -* ]] || prev=${COMP_WORDS[COMP_CWORD-3]}\n    fi\n    [[ $cur == = ]] && cur= "
          "prev=$prev=\n    case $prev in\n");
    for (size_t i = 0; i < option_count; i++)
        put_bash_value(&option_table[i]);
    print("    esac\n    if [[ $cur == -* ]]; then\n        mapfile -t COMPREPLY < <(compgen -W '");
    put_names();
    print("' -- \"$cur\")\n    else\n        compopt -o filenames\n        mapfile -t COMPREPLY < <(compgen -f -- "
          "\"$cur\")\n    fi\n}\ncomplete -F _nnef_cl_run nnef-cl-run\n");
}

/* ---- zsh and fish: the help stands behind each word ---- */

/* Within '...'; zsh's brackets and colons are its own. */
static void put_quoted(const char *text, const char *escaped)
{
    for (; *text; text++)
        if (*text == '\'')
            print("'\\''");
        else
            print(strchr(escaped, *text) ? "\\%c" : "%c", *text);
}

static void put_zsh_value(const struct option_row *row)
{
    const char *choice[HELP_CHOICES];
    char text[HELP_CHOICE_TEXT];
    const size_t count = help_choices(row, choice, text);
    if (!row->value)
        return;
    print(option_value_optional(row) ? "::value:" : ":value:");
    if (count) {
        print("(");
        put_choices(choice, count);
        print(")");
    } else if (help_takes_file(row)) {
        print("_files");
    }
}

/* `*`: it may be given again; `-` behind the name: the value may stand behind '='. */
static void put_zsh_word(const struct option_row *row, const char *word)
{
    char line[HELP_LINE];
    print("    '*%s%s[", word, !row->value || word[1] != '-' ? "" : option_value_optional(row) ? "=-" : "=");
    put_quoted(help_line(row, line), "[]:");
    print("]");
    put_zsh_value(row);
    print("' \\\n");
}

void help_zsh(void)
{
    char word[64];
    print("#compdef nnef-cl-run\n# zsh completion of nnef-cl-run\n_arguments \\\n");
    for (size_t i = 0; i < option_count; i++) {
        const struct option_row *row = &option_table[i];
        snprintf(word, sizeof word, "--%s", row->name);
        put_zsh_word(row, word);
        snprintf(word, sizeof word, "-%c", row->letter);
        if (row->letter)
            put_zsh_word(row, word);
    }
    print("    '1:model:_files'\n");
}

void help_fish(void)
{
    const char *choice[HELP_CHOICES];
    char text[HELP_CHOICE_TEXT], line[HELP_LINE];
    print("# fish completion of nnef-cl-run\n");
    for (size_t i = 0; i < option_count; i++) {
        const struct option_row *row = &option_table[i];
        const size_t count = help_choices(row, choice, text);
        print("complete -c nnef-cl-run -l %s", row->name);
        if (row->letter)
            print(" -s %c", row->letter);
        if (row->value && !option_value_optional(row))
            print(help_takes_file(row) ? " -r -F" : " -x");
        if (count) {
            print(" -a '");
            put_choices(choice, count);
            print("'");
        }
        print(" -d '");
        for (const char *c = help_line(row, line); *c; c++)
            print(strchr("'\\", *c) ? "\\%c" : "%c", *c);
        print("'\n");
    }
}
