/* SPDX-License-Identifier: Apache-2.0 */
/* Status codes, errors, diagnostics and allocation: what every other header of nnefcl builds on.
 *
 * Pointers must not be NULL where their description does not allow it: then functions that return a status answer
 * NNEFCL_ERR_ARGUMENT, others NULL or 0. `error` may always be NULL, and so may `options`, which then have their
 * defaults. A list with a count above 0 must be there, and so must its items.
 *
 * What a function hands out through a pointer is set in every case: after a failure objects are NULL and structs are
 * zero, so one way out can free everything. (nnefcl_error, which is the caller's, is written on failure only.)
 *
 * Structs that the library fills for a caller (nnefcl_device_info, nnefcl_timing, ...) may get more
 * members at their end. So the functions that fill them take their size, as it was when the program was compiled; the
 * macro of the same name adds it, and C and C++ never see it. Where there is no macro (other languages) it is the
 * argument behind the struct: members beyond it are not written, and what the library does not know is zero. A size too
 * small for the first members a struct had is as wrong as NULL. What callbacks are handed belongs to the library and
 * grows the same way. nnefcl_error, nnefcl_allocator, nnefcl_shape, nnefcl_tensor and nnefcl_tensor_info, which lie in
 * others, stay as they are within one soname.
 *
 * Thread rule: everything here is plain data; the callbacks may be called from the thread that called into the library,
 * never from another. */
#ifndef NNEFCL_STATUS_H
#define NNEFCL_STATUS_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#define NNEFCL_API
#else
#define NNEFCL_API __attribute__((visibility("default")))
#endif

/* The version of these headers, for #if: NNEFCL_VERSION_NUMBER >= NNEFCL_VERSION_OF(0, 2, 0). */
#define NNEFCL_VERSION_MAJOR                   0
#define NNEFCL_VERSION_MINOR                   1
#define NNEFCL_VERSION_PATCH                   0
#define NNEFCL_VERSION_OF(major, minor, patch) ((major)*1000000 + (minor)*1000 + (patch))
#define NNEFCL_VERSION_NUMBER                  NNEFCL_VERSION_OF(NNEFCL_VERSION_MAJOR, NNEFCL_VERSION_MINOR, NNEFCL_VERSION_PATCH)

#define NNEFCL_QUOTE_(x) #x
#define NNEFCL_QUOTE(x)  NNEFCL_QUOTE_(x)
#define NNEFCL_VERSION                                                                                                 \
    NNEFCL_QUOTE(NNEFCL_VERSION_MAJOR)                                                                                 \
    "." NNEFCL_QUOTE(NNEFCL_VERSION_MINOR) "." NNEFCL_QUOTE(NNEFCL_VERSION_PATCH) /* "0.1.0" */

/* What the _INIT macros stand for: a struct of options with its version, everything else zero. C++ before C++20 has no
 * initializer that says so without warnings, so there it is a function. */
#ifdef __cplusplus
#define NNEFCL_INIT_DECLARE(type)                                                                                      \
    static inline type type##_init()                                                                                   \
    {                                                                                                                  \
        type made = type();                                                                                            \
        made.version = 1;                                                                                              \
        return made;                                                                                                   \
    }
#define NNEFCL_INIT(type) type##_init()
#else
#define NNEFCL_INIT_DECLARE(type)
#define NNEFCL_INIT(type)                                                                                              \
    {                                                                                                                  \
        .version = 1                                                                                                   \
    }
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* name, what it means, exit status of nnef-cl-run */
#define NNEFCL_STATUS_LIST(X)                                                                                          \
    X(OK, "no error", 0)                                                                                               \
    X(ERR_ARGUMENT, "a function was called with arguments that its description excludes", 2)                           \
    X(ERR_MODEL, "the model, a tensor file of it or its graph.quant is invalid", 3)                                    \
    X(ERR_DATA, "data given to a run is invalid or missing", 4)                                                        \
    X(ERR_UNSUPPORTED, "legal, but this build or device does not run it, or it needs a dialect to be enabled", 7)      \
    X(ERR_LIMIT, "a limit of the device, of the library or of the caller is exceeded", 6)                              \
    X(ERR_NOMEM, "out of memory on the host or on the device", 6)                                                      \
    X(ERR_DEVICE, "no such device, or an OpenCL call failed", 5)                                                       \
    X(ERR_CANCELLED, "a function of the caller's stopped the call", 130)                                               \
    X(ERR_INTERNAL, "a defect of nnefcl itself", 70)                                                                   \
    X(ERR_TIMEOUT, "the time that the caller gave is over", 124)

typedef enum nnefcl_status {
#define NNEFCL_STATUS_ENUM(name, text, code) NNEFCL_##name,
    NNEFCL_STATUS_LIST(NNEFCL_STATUS_ENUM)
#undef NNEFCL_STATUS_ENUM
} nnefcl_status;

/* The name of a status, "NNEFCL_ERR_MODEL"; never NULL. */
NNEFCL_API const char *nnefcl_status_name(nnefcl_status status);
/* What a status means in a sentence of its own; never NULL. */
NNEFCL_API const char *nnefcl_status_text(nnefcl_status status);

/* One error or warning. Owned by the caller, filled by the library, holds no pointers. Zero it before the first use. */
typedef struct nnefcl_error {
    nnefcl_status status; /* NNEFCL_OK: nothing happened yet (or, in a diagnostic callback, a warning) */
    int opencl_code;      /* the cl_int of the OpenCL call that failed, or 0 */
    int line, column;     /* 1-based place in `file`; 0: no place */
    int caret;            /* 1-based column of the caret under `source`, or 0 */
    char file[256];       /* file the place is in, as found from where the caller stands: "models/sq/graph.nnef",
                             "m.tgz:graph.nnef"; "graph.nnef" for a model without a path; empty: none */
    char message[768];    /* one line of text, no newline at its end */
    char source[192];     /* the line itself, or the part of it around the place; empty: none */
    char trace[512];      /* for expanded fragments: "in fragment 'f' called at graph.nnef:3:9; ..."; empty: none */
} nnefcl_error;

typedef enum nnefcl_severity { NNEFCL_NOTE, NNEFCL_WARNING, NNEFCL_ERROR } nnefcl_severity;

/* Receives every diagnostic of a call in source order (at most 20 errors), also those that nnefcl_error has no room
 * for. */
typedef void (*nnefcl_diagnostic_fn)(void *user, nnefcl_severity severity, const nnefcl_error *diagnostic);

/* Memory for everything the library keeps on the host. `resize` follows realloc: (NULL, n) allocates, (p, 0) frees and
 * returns NULL, and it may fail by returning NULL. Must be callable from every thread that uses an object created with
 * it. resize == NULL means realloc and free of the C library. */
typedef struct nnefcl_allocator {
    void *(*resize)(void *user, void *pointer, size_t size);
    void *user;
} nnefcl_allocator;

#ifdef __cplusplus
}
#endif
#endif
