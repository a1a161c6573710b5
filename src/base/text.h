/* SPDX-License-Identifier: Apache-2.0 */
/* A growing string. Failure is sticky: after running out of memory `failed` is set and further calls do nothing. */
#ifndef NCL_TEXT_H
#define NCL_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "alloc.h"

struct ncl_text {
    nnefcl_allocator allocator;
    char *data; /* NUL-terminated once anything was added; NULL before */
    size_t length, capacity;
    bool failed;
};

void ncl_text_init(struct ncl_text *text, const nnefcl_allocator *allocator);
void ncl_text_free(struct ncl_text *text);
void ncl_text_add(struct ncl_text *text, const char *string);
void ncl_text_add_bytes(struct ncl_text *text, const char *bytes, size_t length);
void ncl_text_printf(struct ncl_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void ncl_text_vprintf(struct ncl_text *text, const char *format, va_list args);

#endif
