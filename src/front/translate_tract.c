/* SPDX-License-Identifier: Apache-2.0 */
#include "front/translate_tract.h"

#include <string.h>
#include <strings.h>

#include "nnefcl/model.h"

/* ---- types as strings ---- */

static const struct {
    const char *name;
    const struct ncl_type *type;
} datum_types[] = {
    {"f16", &ncl_type_scalar},   {"f32", &ncl_type_scalar},   {"f64", &ncl_type_scalar},  {"i8", &ncl_type_integer},
    {"i16", &ncl_type_integer},  {"i32", &ncl_type_integer},  {"i64", &ncl_type_integer}, {"u8", &ncl_type_integer},
    {"u16", &ncl_type_integer},  {"u32", &ncl_type_integer},  {"u64", &ncl_type_integer}, {"tdim", &ncl_type_integer},
    {"TDim", &ncl_type_integer}, {"bool", &ncl_type_logical},
};

static const struct {
    const char *name, *standard, *argument; /* the argument that tells the type, */
    size_t position;                        /* and where it stands without its name */
} typed_operations[] = {{"tract_core_cast", "cast", "to", 1}, {"tract_core_external", "external", "datum_type", 1}};

static const struct ncl_type *datum_type(struct ncl_scope *scope, const struct ncl_expr *value)
{
    for (size_t i = 0; value->kind == NCL_EXPR_STRING && i < sizeof datum_types / sizeof *datum_types; i++)
        if (strcasecmp(datum_types[i].name, value->name) == 0)
            return datum_types[i].type;
    ncl_scope_error(scope, NNEFCL_ERR_UNSUPPORTED, value->at, "the type %s%.40s%s has no counterpart in NNEF",
                    value->kind == NCL_EXPR_STRING ? "'" : "of ", value->kind == NCL_EXPR_STRING ? value->name : "this",
                    value->kind == NCL_EXPR_STRING ? "'" : " argument");
    return NULL;
}

const struct ncl_expr *ncl_translate_standard(struct ncl_scope *scope, const struct ncl_expr *expr)
{
    size_t k = 0;
    while (k < sizeof typed_operations / sizeof *typed_operations && strcmp(expr->name, typed_operations[k].name))
        k++;
    if (k == sizeof typed_operations / sizeof *typed_operations ||
        !(scope->build->options->compat & NNEFCL_COMPAT_TRACT))
        return expr;
    struct ncl_expr *standard = NCL_NEW(&scope->build->scratch, struct ncl_expr);
    struct ncl_argument *argument = NCL_NEW_ARRAY(&scope->build->scratch, struct ncl_argument, expr->argument_count);
    if (!standard || !argument)
        return ncl_scope_nomem(scope);
    *standard = *expr;
    standard->name = typed_operations[k].standard;
    standard->type = &ncl_type_scalar;
    standard->argument = argument;
    standard->argument_count = 0;
    for (size_t i = 0; i < expr->argument_count; i++) {
        const struct ncl_argument *given = &expr->argument[i];
        if (given->name ? strcmp(given->name, typed_operations[k].argument) != 0 : i != typed_operations[k].position)
            argument[standard->argument_count++] = *given;
        else if (!(standard->type = datum_type(scope, given->value)))
            return NULL;
    }
    return standard;
}

/* ---- symbols ---- */

static bool is_word_of(const char *text, const char *name)
{
    const size_t length = strlen(name);
    while (text && *text) {
        text += strspn(text, " \t,");
        const size_t word = strcspn(text, " \t,");
        if (word == length && memcmp(text, name, length) == 0)
            return true;
        text += word;
    }
    return false;
}

bool ncl_translate_is_symbol(const struct ncl_build *build, const char *name)
{
    const struct ncl_document *document = build->document;
    for (size_t i = 0; i < document->extension_count; i++)
        if (strcmp(document->extension[i].name, "tract_symbol") == 0 &&
            is_word_of(document->extension[i].argument, name))
            return true;
    return false;
}

bool ncl_translate_symbol(struct ncl_scope *scope, const struct ncl_expr *expr, int64_t *extent)
{
    const struct ncl_build_options *options = scope->build->options;
    for (size_t i = 0; i < options->shape_count; i++)
        if (strcmp(options->shapes[i].name, expr->name) == 0 && options->shapes[i].shape.rank == 1) {
            *extent = options->shapes[i].shape.extent[0];
            return true;
        }
    ncl_scope_error(scope, NNEFCL_ERR_UNSUPPORTED, expr->at, "the symbol '%s' has no extent; give one: --shape %s=N",
                    expr->name, expr->name);
    return false;
}
