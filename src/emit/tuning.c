/* SPDX-License-Identifier: Apache-2.0 */
/* Tuning tables as text:
 *
 *     nnefcl tuning 1
 *     device pthread-haswell, driver 3.1
 *     812.5 conv_blocked conv in 1x64x56x56 ...
 *
 * microseconds and candidate, for the device named last; a line that begins with # says nothing. So tables are merged
 * by putting them one behind the other. */
#include "emit/tuning.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"

static const char title[] = "nnefcl tuning 1";

/* ---- lines ---- */

struct table_line {
    const char *text;
    size_t length;
    unsigned number;
};

static bool line_next(struct table_line *line)
{
    if (line->number++)
        line->text += line->length + (line->text[line->length] == '\n');
    line->length = strcspn(line->text, "\n");
    return *line->text != '\0';
}

static bool line_is(const struct table_line *line, const char *text)
{
    return strlen(text) == line->length && memcmp(line->text, text, line->length) == 0;
}

static bool line_begins(const struct table_line *line, const char *text)
{
    return line->length >= strlen(text) && memcmp(line->text, text, strlen(text)) == 0;
}

/* "device NAME, driver VERSION" */
static bool line_names(const struct table_line *line, const struct ncl_target *target)
{
    char text[512];
    snprintf(text, sizeof text, "device %s, driver %s", target->name, target->driver);
    return line_is(line, text);
}

/* ---- reading ---- */

/* Microseconds, and where the candidate begins. */
static bool row_split(const struct table_line *line, double *microseconds, size_t *candidate)
{
    const char *space = memchr(line->text, ' ', line->length);
    const size_t digits = space ? (size_t)(space - line->text) : 0;
    *candidate = digits + 1;
    return space && ncl_parse_double(line->text, digits, microseconds) && *microseconds > 0 && *microseconds < 1e12 &&
           *candidate < line->length;
}

static nnefcl_status row_keep(struct ncl_tuning *tuning, const struct table_line *line, double microseconds,
                              size_t candidate, struct ncl_arena *arena, struct ncl_diag *diag)
{
    const char *name = ncl_arena_strndup(arena, line->text + candidate, line->length - candidate);
    double *kept = NCL_NEW(arena, double);
    if (!name || !kept)
        return ncl_nomem(diag);
    *kept = microseconds;
    return ncl_names_put(&tuning->microseconds, arena, name, kept) ? NNEFCL_OK : ncl_nomem(diag);
}

static nnefcl_status line_wrong(const char *text, const struct table_line *line, const char *what,
                                struct ncl_diag *diag)
{
    const struct ncl_source source = {.name = "tuning table", .text = text, .length = strlen(text)};
    return ncl_error(diag, NNEFCL_ERR_ARGUMENT, (struct ncl_loc){&source, line->number, 1, NULL}, "%s", what);
}

nnefcl_status ncl_tuning_read(struct ncl_tuning *tuning, const char *text, const struct ncl_target *target,
                              struct ncl_arena *arena, struct ncl_diag *diag)
{
    struct table_line line = {.text = text};
    bool ours = false;
    double microseconds;
    size_t candidate;
    nnefcl_status status = NNEFCL_OK;
    while (!status && line_next(&line))
        if (line.number == 1 && !line_is(&line, title))
            status = line_wrong(text, &line, "this is no tuning table, or one of another version", diag);
        else if (line_begins(&line, "device "))
            ours = line_names(&line, target);
        else if (line.length == 0 || line_begins(&line, "#") || line_is(&line, title))
            continue;
        else if (!row_split(&line, &microseconds, &candidate))
            status = line_wrong(text, &line, "this is no row: microseconds, a variant, a problem", diag);
        else if (ours)
            status = row_keep(tuning, &line, microseconds, candidate, arena, diag);
    return status;
}

double ncl_tuning_find(const struct ncl_tuning *tuning, const struct ncl_variant *variant,
                       const struct ncl_problem *problem)
{
    char text[NCL_CANDIDATE_TEXT];
    const double *microseconds = NULL;
    if (tuning && tuning->microseconds.count && ncl_candidate_text(variant, problem, text))
        microseconds = ncl_names_find(&tuning->microseconds, text);
    return microseconds ? *microseconds : -1;
}

/* ---- writing ---- */

static void others_write(const char *text, const struct ncl_target *target, struct ncl_text *out)
{
    struct table_line line = {.text = text};
    bool ours = false;
    while (line_next(&line)) {
        if (line_begins(&line, "device "))
            ours = line_names(&line, target);
        if (ours || line_is(&line, title))
            continue;
        ncl_text_add_bytes(out, line.text, line.length);
        ncl_text_add(out, "\n");
    }
}

static int by_candidate(const void *a, const void *b)
{
    const struct ncl_name_entry *x = *(const struct ncl_name_entry *const *)a,
                                *y = *(const struct ncl_name_entry *const *)b;
    return strcmp(x->name, y->name);
}

nnefcl_status ncl_tuning_write(const struct ncl_tuning *tuning, const char *text, const struct ncl_target *target,
                               struct ncl_arena *arena, struct ncl_text *out)
{
    const struct ncl_names *names = &tuning->microseconds;
    const struct ncl_name_entry **row = NCL_NEW_ARRAY(arena, const struct ncl_name_entry *, names->count);
    size_t count = 0;
    if (!row)
        return NNEFCL_ERR_NOMEM;
    for (size_t i = 0; i < names->capacity; i++)
        if (names->entry[i].name)
            row[count++] = &names->entry[i];
    qsort(row, count, sizeof *row, by_candidate);
    ncl_text_printf(out, "%s\n", title);
    if (text)
        others_write(text, target, out);
    ncl_text_printf(out, "device %s, driver %s\n", target->name, target->driver);
    for (size_t i = 0; i < count; i++) /* 0.0 would be no row */
        ncl_text_printf(out, "%.1f %s\n", fmax(*(const double *)row[i]->value, 0.1), row[i]->name);
    return out->failed ? NNEFCL_ERR_NOMEM : NNEFCL_OK;
}
