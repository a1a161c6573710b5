/* SPDX-License-Identifier: Apache-2.0 */
/* Diagnostics: places in files, and the sink that every stage reports to. First error wins in nnefcl_error; all go to
 * the callback. */
#ifndef NCL_DIAG_H
#define NCL_DIAG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/budget.h"
#include "nnefcl/status.h"

/* A text that places refer to. */
struct ncl_source {
    const char *name; /* "graph.nnef" */
    const char *path; /* the same for messages, found from where the caller stands: "models/sq/graph.nnef",
                         "m.tgz:graph.nnef"; NULL: `name` */
    const char *text; /* may be NULL: no caret lines then */
    size_t length;
};

struct ncl_call;

/* A place: 1-based line and column; source NULL: nowhere. `call` leads to the invocations whose expansion brought us
 * here. */
struct ncl_loc {
    const struct ncl_source *source;
    unsigned line, column;
    const struct ncl_call *call;
};

/* One expanded invocation, for the call trace. */
struct ncl_call {
    const char *fragment;
    struct ncl_loc at;
    bool standard; /* an operation that is expanded, not a fragment of the document */
};

#define NCL_NOWHERE      ((struct ncl_loc){0})
#define NCL_MAX_ERRORS   20
#define NCL_MAX_WARNINGS 100 /* notes count too */

struct ncl_diag {
    nnefcl_error *error; /* the caller's, may be NULL; receives the first error */
    nnefcl_diagnostic_fn callback;
    void *user;
    bool strict;
    unsigned errors, warnings; /* reported so far */
    nnefcl_status status;      /* of the first error, NNEFCL_OK before */
    struct {                   /* where the line of the last message begins: the next one is rarely far */
        const struct ncl_source *source;
        unsigned line;
        size_t begin;
    } near;
    const struct ncl_budget *budget; /* of what is being made, NULL: no limit to tell of */
};

/* "graph.nnef:12:9" into a buffer of the caller's, the name cut where it is too long; its name alone for a file that
 * has no lines, as binary formats. Returns the buffer. */
#define NCL_LOC_TEXT 512
const char *ncl_loc_text(struct ncl_loc at, char text[NCL_LOC_TEXT]);

void ncl_diag_init(struct ncl_diag *diag, nnefcl_error *error, nnefcl_diagnostic_fn callback, void *user, bool strict);

/* Reports an error and returns its status. Beyond NCL_MAX_ERRORS nothing more is reported. */
nnefcl_status ncl_error(struct ncl_diag *diag, nnefcl_status status, struct ncl_loc at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
nnefcl_status ncl_verror(struct ncl_diag *diag, nnefcl_status status, struct ncl_loc at, const char *format,
                         va_list args);
/* The same with the code of an OpenCL call. */
nnefcl_status ncl_error_opencl(struct ncl_diag *diag, nnefcl_status status, int code, struct ncl_loc at,
                               const char *format, ...) __attribute__((format(printf, 5, 6)));
/* What breaks the text of the specification but cannot be misread: a warning, with `strict` an NNEFCL_ERR_MODEL.
 * Returns NNEFCL_OK or that error. */
nnefcl_status ncl_lax(struct ncl_diag *diag, struct ncl_loc at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A warning about something legal; stays a warning under `strict`. */
void ncl_warning(struct ncl_diag *diag, struct ncl_loc at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void ncl_note(struct ncl_diag *diag, struct ncl_loc at, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* NNEFCL_ERR_NOMEM without a place; NNEFCL_ERR_LIMIT when it was the budget that ended. */
nnefcl_status ncl_nomem(struct ncl_diag *diag);

#endif
