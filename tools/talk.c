/* SPDX-License-Identifier: Apache-2.0 */
#include "talk.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "clean.h"
#include "document.h"

void talk_init(struct talk *talk)
{
    const char *no_color = getenv("NO_COLOR");
    *talk = (struct talk){.terminal = isatty(STDERR_FILENO)};
    talk->due = clock_ms() + 1000;
    talk->color = talk->terminal && !(no_color && *no_color);
}

static const char *severity_name(nnefcl_severity severity)
{
    static const char *const names[] = {"note", "warning", "error"};
    return names[severity];
}

static void print_severity(const struct talk *talk, nnefcl_severity severity)
{
    static const char *const colors[] = {"\033[1;36m", "\033[1;35m", "\033[1;31m"};
    if (talk->color)
        fprintf(stderr, "%s%s:\033[0m ", colors[severity], severity_name(severity));
    else
        fprintf(stderr, "%s: ", severity_name(severity));
}

static void say(struct talk *talk, nnefcl_severity severity, const char *format, va_list args)
{
    char text[2048];
    vsnprintf(text, sizeof text, format, args);
    talk_progress_end(talk);
    fputs("nnef-cl-run: ", stderr);
    print_severity(talk, severity);
    print_clean(stderr, text);
    putc('\n', stderr);
}

static void set_text(json_t *row, const char *key, const char *text)
{
    if (text[0])
        document_set(row, key, document_text(text));
}

static void set_number(json_t *row, const char *key, int number)
{
    if (number)
        document_set(row, key, document_integer(number));
}

/* What is not known is not there. */
static void record(struct talk *talk, const nnefcl_error *e)
{
    if (!talk->json)
        return;
    json_t *row = document_object();
    if (!talk->record)
        talk->record = document_array();
    set_text(row, "message", e->message);
    set_text(row, "file", e->file);
    set_number(row, "line", e->line);
    set_number(row, "column", e->column);
    set_text(row, "source", e->source);
    set_text(row, "trace", e->trace);
    set_number(row, "opencl_code", e->opencl_code);
    document_add(talk->record, row);
}

json_t *talk_take_record(struct talk *talk)
{
    json_t *taken = talk->record;
    talk->record = NULL;
    return taken;
}

enum status talk_fail(struct talk *talk, enum status status, const char *format, ...)
{
    nnefcl_error error = {0};
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    say(talk, NNEFCL_ERROR, format, args);
    vsnprintf(error.message, sizeof error.message, format, again);
    record(talk, &error);
    va_end(again);
    va_end(args);
    return status;
}

void talk_warn(struct talk *talk, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (!talk->quiet)
        say(talk, NNEFCL_WARNING, format, args);
    va_end(args);
}

void talk_note(struct talk *talk, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (!talk->quiet)
        say(talk, NNEFCL_NOTE, format, args);
    va_end(args);
}

void talk_detail(struct talk *talk, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (talk->verbose)
        say(talk, NNEFCL_NOTE, format, args);
    va_end(args);
}

/* The line of the model and a caret below the place. Tabs are repeated, so that the caret stands right whatever their
 * width; bytes that continue a UTF-8 character take no column. */
static void print_source(const nnefcl_error *e)
{
    print_clean(stderr, e->source);
    putc('\n', stderr);
    if (e->caret < 1 || (size_t)e->caret > strlen(e->source) + 1)
        return;
    for (int i = 0; i + 1 < e->caret; i++)
        if (((unsigned char)e->source[i] & 0xc0) != 0x80)
            putc(e->source[i] == '\t' ? '\t' : ' ', stderr);
    fputs("^\n", stderr);
}

static void print_diagnostic(struct talk *talk, nnefcl_severity severity, const nnefcl_error *e)
{
    if (severity == NNEFCL_ERROR)
        record(talk, e);
    talk_progress_end(talk);
    print_clean(stderr, e->file[0] ? e->file : "nnef-cl-run");
    if (e->file[0] && e->line > 0)
        fprintf(stderr, e->column > 0 ? ":%d:%d" : ":%d", e->line, e->column);
    fputs(": ", stderr);
    print_severity(talk, severity);
    print_clean(stderr, e->message);
    putc('\n', stderr);
    if (e->source[0])
        print_source(e);
    if (e->trace[0]) {
        fputs("  ", stderr);
        print_clean(stderr, e->trace);
        putc('\n', stderr);
    }
}

void talk_diagnostic(void *user, nnefcl_severity severity, const nnefcl_error *diagnostic)
{
    struct talk *talk = user;
    if (severity == NNEFCL_ERROR)
        talk->errors++;
    else if (talk->quiet)
        return;
    print_diagnostic(talk, severity, diagnostic);
}

void talk_device_diagnostic(void *user, nnefcl_severity severity, const nnefcl_error *diagnostic)
{
    struct talk *talk = user;
    if (severity != NNEFCL_NOTE || talk->verbose)
        talk_diagnostic(user, severity, diagnostic);
}

enum status talk_library(struct talk *talk, nnefcl_status status, const nnefcl_error *error)
{
#define EXIT_OF(name, text, code) code,
    static const int codes[] = {NNEFCL_STATUS_LIST(EXIT_OF)};
#undef EXIT_OF
    if (status == NNEFCL_OK)
        return STATUS_OK;
    if (!talk->errors && error->message[0])
        print_diagnostic(talk, NNEFCL_ERROR, error);
    else if (!talk->errors)
        talk_fail(talk, STATUS_OK, "%s", nnefcl_status_text(status));
    talk->errors = 0;
    return (enum status)codes[status];
}

void talk_progress(struct talk *talk, const char *format, ...)
{
    va_list args;
    if (!talk->terminal || talk->quiet || clock_ms() < talk->due)
        return;
    talk->due = clock_ms() + 100;
    char text[256];
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fputs("\r\033[K", stderr);
    print_clean(stderr, text);
    fflush(stderr);
    talk->line = true;
}

void talk_progress_end(struct talk *talk)
{
    if (talk->line)
        fputs("\r\033[K", stderr);
    talk->line = false;
}
