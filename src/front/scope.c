/* SPDX-License-Identifier: Apache-2.0 */
#include "front/build.h"

#include <stdio.h>
#include <string.h>

/* An error in a fragment that nothing uses cannot change the meaning of the model. */
void ncl_scope_error(struct ncl_scope *scope, nnefcl_status status, struct ncl_loc at, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    scope->failed = true;
    if (scope->declared && !scope->declared->used)
        ncl_lax(scope->build->diag, at, "in the unused fragment '%s': %s", scope->declared->fragment->name, text);
    else
        ncl_error(scope->build->diag, status, at, "%s", text);
}

void ncl_scope_lax(struct ncl_scope *scope, struct ncl_loc at, const char *format, ...)
{
    char text[512];
    va_list args;
    if (scope->declared && scope->declared->origin != NCL_ORIGIN_DOCUMENT)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (ncl_lax(scope->build->diag, at, "%s", text))
        scope->failed = true;
}

void *ncl_scope_nomem(struct ncl_scope *scope)
{
    ncl_build_nomem(scope->build);
    scope->failed = true;
    return NULL;
}

struct ncl_local *ncl_scope_find(const struct ncl_scope *scope, const char *name)
{
    for (struct ncl_loop_name *loop = scope->loop; loop; loop = loop->outer)
        if (strcmp(loop->local.name, name) == 0)
            return &loop->local;
    return ncl_names_find(&scope->locals, name);
}

struct ncl_local *ncl_scope_add(struct ncl_scope *scope, const char *name, struct ncl_loc at,
                                const struct ncl_type *type)
{
    struct ncl_arena *arena = &scope->build->scratch;
    struct ncl_local *local = NCL_NEW(arena, struct ncl_local);
    if (!local || !ncl_names_put(&scope->locals, arena, name, local))
        return ncl_scope_nomem(scope);
    *local = (struct ncl_local){.name = name, .type = type, .at = at, .slot = scope->slots++};
    return local;
}

bool ncl_scope_init(struct ncl_scope *scope, struct ncl_build *build, struct ncl_declared *declared)
{
    *scope = (struct ncl_scope){.build = build, .declared = declared};
    if (!declared) {
        scope->assignment = build->document->assignment;
        scope->assignment_count = build->document->assignment_count;
        return true;
    }
    const struct ncl_fragment *fragment = declared->fragment;
    scope->assignment = fragment->assignment;
    scope->assignment_count = fragment->assignment_count;
    scope->code = &declared->code;
    for (size_t i = 0; i < fragment->parameter_count; i++) {
        struct ncl_local *local =
            ncl_scope_add(scope, fragment->parameter[i].name, fragment->parameter[i].at, fragment->parameter[i].type);
        if (!local)
            return false;
        local->assigned = local->parameter = true;
    }
    for (size_t i = 0; i < fragment->result_count; i++)
        if (!ncl_scope_add(scope, fragment->result[i].name, fragment->result[i].at, fragment->result[i].type))
            return false;
    return true;
}

struct ncl_code_item *ncl_scope_code(struct ncl_scope *scope, enum ncl_code_op op, const struct ncl_expr *expr,
                                     size_t count)
{
    struct ncl_code *code = scope->code;
    if (!NCL_GROW(&scope->build->scratch, code->item, code->count, code->capacity))
        return ncl_scope_nomem(scope);
    struct ncl_code_item *item = &code->item[code->count++];
    *item = (struct ncl_code_item){.op = op, .count = count, .expr = expr};
    return item;
}
