/* SPDX-License-Identifier: Apache-2.0 */
#include "base/diag.h"

#include <stdio.h>
#include <string.h>

#define EXCERPT 150 /* columns of a source line that are shown */

void ncl_diag_init(struct ncl_diag *diag, nnefcl_error *error, nnefcl_diagnostic_fn callback, void *user, bool strict)
{
    *diag = (struct ncl_diag){.error = error, .callback = callback, .user = user, .strict = strict};
}

/* Control characters come from names and strings of a model; a terminal must not obey them, and a message is one line.
 */
static void make_printable(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            *text = '?';
}

/* Marks the end of a text that was cut to fit in `size` bytes, between two characters of UTF-8. */
static void end_with_dots(char *text, size_t size)
{
    size_t at = size - 4;
    while (at > 0 && ((unsigned char)text[at] & 0xc0) == 0x80)
        at--;
    memcpy(text + at, "...", 4);
}

static void format_text(char *text, size_t size, const char *format, va_list args)
{
    int length = vsnprintf(text, size, format, args);
    if (length < 0)
        text[0] = '\0';
    else if ((size_t)length >= size)
        end_with_dots(text, size);
    make_printable(text);
}

static void set_text(char *text, size_t size, const char *value)
{
    int length = snprintf(text, size, "%s", value);
    if (length >= 0 && (size_t)length >= size)
        end_with_dots(text, size);
    make_printable(text);
}

/* Of a path that is too long the end is shown: the file and its folders. */
static void set_path(char *text, size_t size, const struct ncl_source *source)
{
    const char *path = source->path ? source->path : source->name;
    const size_t length = strlen(path);
    if (length < size)
        set_text(text, size, path);
    else
        snprintf(text, size, "...%s", path + length - (size - sizeof "..."));
    make_printable(text);
}

/* Lines end with LF, CR LF or a CR alone, as in the lexer. Returns the offset behind the end of the line that holds
 * `at`. */
static size_t next_line(const struct ncl_source *source, size_t at)
{
    while (at < source->length && source->text[at] != '\n' && source->text[at] != '\r')
        at++;
    if (at < source->length && source->text[at] == '\r' && at + 1 < source->length && source->text[at + 1] == '\n')
        at++;
    return at < source->length ? at + 1 : at;
}

/* The line of the place and a caret. Of a long line the part around the place is shown, "..." standing for what is cut;
 * every byte takes one column.
 */
static void set_source(struct ncl_diag *diag, nnefcl_error *out, struct ncl_loc at)
{
    const struct ncl_source *source = at.source;
    if (!source->text || at.line == 0)
        return;
    const bool behind = diag->near.source == source && diag->near.line <= at.line;
    size_t begin = behind ? diag->near.begin : 0;
    for (unsigned line = behind ? diag->near.line : 1; line < at.line; line++)
        begin = next_line(source, begin);
    diag->near.source = source;
    diag->near.line = at.line;
    diag->near.begin = begin;
    size_t end = next_line(source, begin);
    while (end > begin && (source->text[end - 1] == '\n' || source->text[end - 1] == '\r'))
        end--;
    size_t place = at.column ? at.column - 1 : 0, first = begin, length = end - begin;
    if (place > length)
        place = length;
    if (length > EXCERPT) {
        size_t skip = place > EXCERPT / 2 ? place - EXCERPT / 2 : 0;
        if (skip > length - EXCERPT)
            skip = length - EXCERPT;
        first = begin + skip;
        length = EXCERPT;
        place -= skip;
    }
    char *text = out->source;
    if (first > begin) {
        memcpy(text, "...", 3);
        text += 3;
    }
    out->caret = at.column ? (int)(place + (size_t)(text - out->source)) + 1 : 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)source->text[first + i];
        *text++ = byte == '\t' ? ' ' : byte < ' ' || byte >= 0x7f ? '?' : (char)byte;
    }
    memcpy(text, first + length < end ? "..." : "", first + length < end ? 4 : 1);
}

const char *ncl_loc_text(struct ncl_loc at, char text[NCL_LOC_TEXT])
{
    const char *name = at.source ? at.source->name : "?";
    if (at.line)
        snprintf(text, NCL_LOC_TEXT, "%.*s:%u:%u", NCL_LOC_TEXT - 32, name, at.line, at.column);
    else
        snprintf(text, NCL_LOC_TEXT, "%s", name);
    return text;
}

/* Innermost call first; recursion may be thousands deep, so the far end gives way to "...". */
static void set_trace(nnefcl_error *out, const struct ncl_call *call)
{
    size_t used = 0;
    for (; call; call = call->at.call) {
        char item[256];
        const struct ncl_loc *at = &call->at;
        char file[96] = "?";
        if (at->source)
            set_path(file, sizeof file, at->source);
        int length = snprintf(item, sizeof item, "%sin fragment '%.64s' called at %s:%u:%u", used ? "; " : "",
                              call->fragment ? call->fragment : "?", file, at->line, at->column);
        if (length < 0 || used + (size_t)length + sizeof "; ..." > sizeof out->trace) {
            memcpy(out->trace + used, "; ...", sizeof "; ...");
            break;
        }
        memcpy(out->trace + used, item, (size_t)length + 1);
        used += (size_t)length;
    }
    make_printable(out->trace);
}

static void fill_error(struct ncl_diag *diag, nnefcl_error *out, nnefcl_status status, int code, struct ncl_loc at,
                       const char *format, va_list args)
{
    memset(out, 0, sizeof *out);
    out->status = status;
    out->opencl_code = code;
    format_text(out->message, sizeof out->message, format, args);
    if (at.source) {
        set_path(out->file, sizeof out->file, at.source);
        out->line = (int)at.line;
        out->column = (int)at.column;
        set_source(diag, out, at);
    }
    set_trace(out, at.call);
}

static nnefcl_status report_error(struct ncl_diag *diag, nnefcl_status status, int code, struct ncl_loc at,
                                  const char *format, va_list args)
{
    if (diag->errors == 0)
        diag->status = status;
    if (diag->errors < NCL_MAX_ERRORS) {
        bool first = diag->errors++ == 0;
        if (diag->callback || (first && diag->error)) {
            nnefcl_error filled;
            fill_error(diag, &filled, status, code, at, format, args);
            if (first && diag->error)
                *diag->error = filled;
            if (diag->callback)
                diag->callback(diag->user, NNEFCL_ERROR, &filled);
        }
    }
    return status;
}

nnefcl_status ncl_verror(struct ncl_diag *diag, nnefcl_status status, struct ncl_loc at, const char *format,
                         va_list args)
{
    return report_error(diag, status, 0, at, format, args);
}

nnefcl_status ncl_error(struct ncl_diag *diag, nnefcl_status status, struct ncl_loc at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    report_error(diag, status, 0, at, format, args);
    va_end(args);
    return status;
}

nnefcl_status ncl_error_opencl(struct ncl_diag *diag, nnefcl_status status, int code, struct ncl_loc at,
                               const char *format, ...)
{
    va_list args;
    va_start(args, format);
    report_error(diag, status, code, at, format, args);
    va_end(args);
    return status;
}

/* Warnings are bounded like errors: each one searches the text for its line, and a model may have a million reasons. */
static void report_remark(struct ncl_diag *diag, nnefcl_severity severity, struct ncl_loc at, const char *format,
                          va_list args)
{
    if (!diag->callback || diag->warnings >= NCL_MAX_WARNINGS)
        return;
    diag->warnings++;
    nnefcl_error filled;
    fill_error(diag, &filled, NNEFCL_OK, 0, at, format, args);
    diag->callback(diag->user, severity, &filled);
}

nnefcl_status ncl_lax(struct ncl_diag *diag, struct ncl_loc at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (diag->strict)
        report_error(diag, NNEFCL_ERR_MODEL, 0, at, format, args);
    else
        report_remark(diag, NNEFCL_WARNING, at, format, args);
    va_end(args);
    return diag->strict ? NNEFCL_ERR_MODEL : NNEFCL_OK;
}

void ncl_warning(struct ncl_diag *diag, struct ncl_loc at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    report_remark(diag, NNEFCL_WARNING, at, format, args);
    va_end(args);
}

void ncl_note(struct ncl_diag *diag, struct ncl_loc at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    report_remark(diag, NNEFCL_NOTE, at, format, args);
    va_end(args);
}

nnefcl_status ncl_nomem(struct ncl_diag *diag)
{
    const unsigned long long refused = diag->budget ? atomic_load(&diag->budget->refused) : 0;
    if (refused)
        return ncl_error(diag, NNEFCL_ERR_LIMIT, NCL_NOWHERE,
                         "the model takes %llu bytes of host memory and more, the limit is %llu", refused,
                         (unsigned long long)diag->budget->limit);
    return ncl_error(diag, NNEFCL_ERR_NOMEM, NCL_NOWHERE, "out of memory on the host");
}
