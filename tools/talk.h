/* SPDX-License-Identifier: Apache-2.0 */
/* What the command says on stderr: errors with their place and caret, warnings, notes, progress. Data never goes this
 * way. */
#ifndef TALK_H
#define TALK_H

#include <jansson.h>
#include <stdbool.h>

#include "nnefcl/status.h"

/* Exit statuses. Where several apply, the first of 2, 3, 4, 7, 6, 5 is taken. */
enum status {
    STATUS_OK = 0,
    STATUS_DIFFERS = 1,
    STATUS_USAGE = 2,
    STATUS_MODEL = 3,
    STATUS_DATA = 4,
    STATUS_DEVICE = 5,
    STATUS_LIMIT = 6,
    STATUS_UNSUPPORTED = 7,
    STATUS_TIMEOUT = 124,
    STATUS_INTERRUPTED = 130
};

struct talk {
    bool quiet;   /* no warnings, no notes */
    bool verbose; /* notes about what was chosen, too */
    bool color;
    bool terminal;   /* stderr is one: progress may be shown */
    bool line;       /* a progress line stands on the terminal */
    double due;      /* the clock at which the next one may be shown */
    bool json;       /* errors are recorded for stdout, too */
    json_t *record;  /* array of them; NULL: none yet */
    unsigned errors; /* errors that came through talk_diagnostic during the current call of the library */
};

void talk_init(struct talk *talk);
/* Prints "nnef-cl-run: error: ..." and returns `status`. */
enum status talk_fail(struct talk *talk, enum status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void talk_warn(struct talk *talk, const char *format, ...) __attribute__((format(printf, 2, 3)));
void talk_note(struct talk *talk, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Notes that only -v asks for. */
void talk_detail(struct talk *talk, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The errors so far, for a document; NULL: none, or no --json. They are the caller's. */
json_t *talk_take_record(struct talk *talk);

/* The diagnostic callback for models; `user` is the struct talk. */
void talk_diagnostic(void *user, nnefcl_severity severity, const nnefcl_error *diagnostic);
/* The same for devices and sessions: their notes say which device was taken and why a kernel is compiled, which only -v
 * wants to know. */
void talk_device_diagnostic(void *user, nnefcl_severity severity, const nnefcl_error *diagnostic);
/* After a call of the library: prints its error unless the callback has shown it already; returns the exit status. */
enum status talk_library(struct talk *talk, nnefcl_status status, const nnefcl_error *error);

/* A line that replaces itself, on a terminal only, once the command has worked for over a second, and ten times a
 * second at most. */
void talk_progress(struct talk *talk, const char *format, ...) __attribute__((format(printf, 2, 3)));
void talk_progress_end(struct talk *talk);

#endif
