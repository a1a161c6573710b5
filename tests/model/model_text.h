/* SPDX-License-Identifier: Apache-2.0 */
/* Models from text, for tests of the build: opened in memory, all diagnostics collected. */
#ifndef MODEL_TEXT_H
#define MODEL_TEXT_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nnefcl/nnefcl.h"
#include "suite.h"

/* The text follows in line 4. */
#define MODEL_HEADER                                                                                                   \
    "version 1.0;\nextension KHR_enable_fragment_definitions;\nextension KHR_enable_operator_expressions;\n"

struct model_text {
    nnefcl_model *model;
    nnefcl_status status;
    nnefcl_error error;
    char talk[8192]; /* "error 4: message\n" for each diagnostic */
    char dump[32768];
};

static inline void model_text_talk(void *user, nnefcl_severity severity, const nnefcl_error *diagnostic)
{
    static const char *const name[] = {"note", "warning", "error"};
    char *talk = ((struct model_text *)user)->talk;
    const size_t used = strlen(talk);
    snprintf(talk + used, sizeof((struct model_text *)user)->talk - used, "%s %d: %s\n", name[severity],
             diagnostic->line, diagnostic->message);
}

static inline int model_text_append(void *user, const char *text, size_t length)
{
    char *dump = ((struct model_text *)user)->dump;
    const size_t used = strlen(dump), room = sizeof((struct model_text *)user)->dump - 1 - used;
    strncat(dump, text, length < room ? length : room);
    return 0;
}

/* `options` may be NULL; random weights are on. The text must outlive the model. */
static inline void model_text_open(struct model_text *text, const char *source, const nnefcl_model_options *options)
{
    nnefcl_model_options settings = NNEFCL_MODEL_OPTIONS_INIT;
    if (options)
        settings = *options;
    memset(text, 0, sizeof *text);
    settings.random_weights = 1;
    settings.diagnostic = model_text_talk;
    settings.diagnostic_user = text;
    text->status = nnefcl_model_open_memory(source, strlen(source), &settings, &text->model, &text->error);
}

static inline const char *model_text_dump(struct model_text *text, nnefcl_dump what)
{
    nnefcl_error error = {0};
    text->dump[0] = '\0';
    ck_assert_msg(nnefcl_model_dump(text->model, what, model_text_append, text, &error) == NNEFCL_OK, "%s",
                  error.message);
    return text->dump;
}

static inline void model_text_close(struct model_text *text)
{
    nnefcl_model_free(text->model);
    text->model = NULL;
}

#endif
