/* SPDX-License-Identifier: Apache-2.0 */
/* One parse with everything it needs, for the tests of the front end. */
#ifndef PARSE_CASE_H
#define PARSE_CASE_H

#include <stdio.h>
#include <string.h>

#include "base/counting_allocator.h"
#include "nnef/parse.h"
#include "nnef/print.h"
#include "nnefcl/model.h"

struct parse_case {
    struct ncl_source source;
    struct counting_allocator counting;
    nnefcl_allocator allocator;
    struct ncl_arena arena;
    struct ncl_diag diag;
    nnefcl_error error; /* the first */
    int errors, warnings;
    int lines[32]; /* of the errors */
    char first_warning[768];
    struct ncl_document *document;
    struct ncl_quant_file *quant;
};

static inline void parse_case_collect(void *user, nnefcl_severity severity, const nnefcl_error *diagnostic)
{
    struct parse_case *c = user;
    if (severity == NNEFCL_ERROR && c->errors < 32)
        c->lines[c->errors] = diagnostic->line;
    *(severity == NNEFCL_ERROR ? &c->errors : &c->warnings) += 1;
    if (severity == NNEFCL_WARNING && c->warnings == 1)
        snprintf(c->first_warning, sizeof c->first_warning, "%s", diagnostic->message);
}

static inline void parse_case_begin(struct parse_case *c, const char *text, size_t length, bool strict)
{
    struct counting_allocator counting = c->counting;
    memset(c, 0, sizeof *c);
    c->counting = counting;
    c->allocator = counting_allocator(&c->counting);
    c->source = (struct ncl_source){.name = "graph.nnef", .text = text, .length = length};
    ncl_arena_init(&c->arena, &c->allocator, 0);
    ncl_diag_init(&c->diag, &c->error, parse_case_collect, c, strict);
}

/* `c` zeroed, or with c->counting set. */
static inline nnefcl_status parse_case_bytes(struct parse_case *c, const char *text, size_t length, bool strict,
                                             struct ncl_parse_options options)
{
    parse_case_begin(c, text, length, strict);
    return ncl_parse_document(&c->arena, &c->diag, &c->source, &options, &c->document);
}

static inline nnefcl_status parse_case_text(struct parse_case *c, const char *text, bool strict, unsigned compat)
{
    return parse_case_bytes(c, text, strlen(text), strict, (struct ncl_parse_options){.compat = compat});
}

static inline nnefcl_status parse_case_quant(struct parse_case *c, const char *text, bool strict)
{
    parse_case_begin(c, text, strlen(text), strict);
    return ncl_parse_quant(&c->arena, &c->diag, &c->source, &c->quant);
}

/* Frees everything; false: something leaked. */
static inline bool parse_case_end(struct parse_case *c)
{
    ncl_arena_free(&c->arena);
    return c->counting.live == 0 && c->counting.bytes == 0;
}

#endif
