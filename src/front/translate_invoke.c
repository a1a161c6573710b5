/* SPDX-License-Identifier: Apache-2.0 */
/* Invocations: arguments find their parameters, types are checked, ? is deduced (3.3.2). */
#include <string.h>

#include "base/checked.h"
#include "front/after_body.h"
#include "front/literal.h"
#include "front/translate.h"
#include "front/translate_lenient.h"
#include "front/translate_tract.h"
#include "front/weights.h"
#include "nnefcl/model.h"

struct binding {
    struct ncl_scope *scope;
    const struct ncl_declared *callee;
    const struct ncl_expr *expr;   /* invocation or operator, for places */
    const struct ncl_type **type;  /* by argument on the stack */
    const struct ncl_expr **value; /* by argument on the stack */
    size_t *load; /* by argument on the stack: the only instruction of its code, SIZE_MAX: there are more */
    size_t *from; /* by parameter */
};

static bool binding_init(struct binding *binding, struct ncl_scope *scope, const struct ncl_declared *callee,
                         const struct ncl_expr *expr, size_t given)
{
    struct ncl_arena *arena = &scope->build->scratch;
    const size_t count = callee->fragment->parameter_count;
    *binding = (struct binding){scope,
                                callee,
                                expr,
                                NCL_NEW_ARRAY(arena, const struct ncl_type *, given),
                                NCL_NEW_ARRAY(arena, const struct ncl_expr *, given),
                                NCL_NEW_ARRAY(arena, size_t, given),
                                NCL_NEW_ARRAY(arena, size_t, count)};
    if (!binding->type || !binding->value || !binding->load || !binding->from)
        return ncl_scope_nomem(scope);
    for (size_t i = 0; i < count; i++)
        binding->from[i] = SIZE_MAX;
    return true;
}

/* ---- the operation ---- */

static bool is_of_tract(const char *name)
{
    return strncmp(name, "tract_", 6) == 0;
}

static void unknown(struct ncl_scope *scope, const struct ncl_expr *expr)
{
    char meant[NCL_NEAREST_TEXT];
    if (is_of_tract(expr->name)) {
        ncl_scope_error(scope, NNEFCL_ERR_UNSUPPORTED, expr->at,
                        "operation '%s' belongs to the tract dialect, of which this build does not know it",
                        expr->name);
        return;
    }
    ncl_scope_error(scope, NNEFCL_ERR_MODEL, expr->at, "unknown operation '%s'%s", expr->name,
                    ncl_names_nearest(&scope->build->operations, expr->name, scope->build->diag, meant));
}

/* 3.3.2: these have effects of their own. */
static bool belongs_to_graph(const struct ncl_declared *callee)
{
    const char *name = callee->fragment->name;
    return callee->origin == NCL_ORIGIN_STANDARD &&
           (strcmp(name, "external") == 0 || strcmp(name, "variable") == 0 || strcmp(name, "update") == 0);
}

static struct ncl_declared *find_callee(struct ncl_scope *scope, const struct ncl_expr *expr)
{
    struct ncl_declared *callee = ncl_build_find(scope->build, expr->name);
    if (!callee)
        unknown(scope, expr);
    else if (callee->origin == NCL_ORIGIN_DIALECT && is_of_tract(expr->name)) {
        if (!(scope->build->options->compat & NNEFCL_COMPAT_TRACT))
            ncl_scope_error(scope, NNEFCL_ERR_UNSUPPORTED, expr->at,
                            "'%s' belongs to the dialect of tract (--compat=tract)", expr->name);
    } else if (callee->origin == NCL_ORIGIN_DIALECT && callee->fragment->has_body && !callee->meant)
        ncl_scope_lax(scope, expr->at, "'%s' is no standard operation", expr->name);
    else if (callee->origin == NCL_ORIGIN_DIALECT && !callee->meant &&
             !(scope->build->options->compat & (NNEFCL_COMPAT_TORCH | NNEFCL_COMPAT_TRACT)))
        ncl_scope_error(scope, NNEFCL_ERR_UNSUPPORTED, expr->at,
                        "'%s' is no standard operation; --compat=torch or --compat=tract knows it", expr->name);
    else if (callee->origin == NCL_ORIGIN_REGISTERED)
        ncl_scope_lax(scope, expr->at, "'%s' is no standard operation, and the document does not declare it",
                      expr->name);
    else if (callee->origin == NCL_ORIGIN_DOCUMENT && !callee->fragment->has_body && !callee->signature.op)
        ncl_scope_error(scope, NNEFCL_ERR_UNSUPPORTED, expr->at,
                        "'%s' is a custom operation: it is declared without a body, and this build does not know it",
                        expr->name);
    else if (scope->declared && belongs_to_graph(callee))
        ncl_scope_error(scope, NNEFCL_ERR_MODEL, expr->at, "'%s' can only be used in the graph, not in a fragment",
                        expr->name);
    return scope->failed ? NULL : callee;
}

/* ---- arguments ---- */

/* Exporters of torch write gelu(x, 0.0) for a fragment of one parameter. */
static bool is_surplus(const struct ncl_scope *scope, const struct ncl_expr *expr, const struct ncl_fragment *fragment,
                       size_t position)
{
    return position >= fragment->parameter_count && !expr->argument[position].name &&
           (scope->build->options->compat & NNEFCL_COMPAT_TORCH) && ncl_literal_is(expr->argument[position].value);
}

static bool find_parameter(struct binding *binding, size_t position, bool *named, size_t *parameter)
{
    struct ncl_scope *scope = binding->scope;
    const struct ncl_fragment *fragment = binding->callee->fragment;
    const struct ncl_argument *argument = &binding->expr->argument[position];
    if (!argument->name) {
        *parameter = position;
        if (*named)
            ncl_scope_error(scope, NNEFCL_ERR_MODEL, argument->at,
                            "%s: an argument without a name behind one with a name", fragment->name);
        else if (position >= fragment->parameter_count)
            ncl_scope_error(scope, NNEFCL_ERR_MODEL, argument->at, "%s takes %zu argument%s, but %zu are given",
                            fragment->name, fragment->parameter_count, fragment->parameter_count == 1 ? "" : "s",
                            binding->expr->argument_count);
        else if (!ncl_type_has_tensor(fragment->parameter[position].type))
            ncl_scope_lax(scope, argument->at, "%s: '%s' is an attribute and has to be passed by name", fragment->name,
                          fragment->parameter[position].name);
        return !scope->failed;
    }
    *named = true;
    for (*parameter = 0; *parameter < fragment->parameter_count; ++*parameter)
        if (strcmp(fragment->parameter[*parameter].name, argument->name) == 0) {
            if (binding->from[*parameter] != SIZE_MAX)
                ncl_scope_error(scope, NNEFCL_ERR_MODEL, argument->at, "%s: a second argument for '%s'", fragment->name,
                                argument->name);
            return !scope->failed;
        }
    ncl_scope_error(scope, NNEFCL_ERR_MODEL, argument->at, "%s has no parameter '%s'", fragment->name, argument->name);
    return false;
}

static bool translate_arguments(struct binding *binding, size_t *given)
{
    struct ncl_scope *scope = binding->scope;
    const struct ncl_expr *expr = binding->expr;
    bool named = false;
    for (size_t i = 0; i < expr->argument_count; i++) {
        size_t parameter;
        if (is_surplus(scope, expr, binding->callee->fragment, i)) {
            ncl_scope_lax(scope, expr->argument[i].at, "%s: the surplus argument is dropped", expr->name);
            continue;
        }
        if (!find_parameter(binding, i, &named, &parameter))
            return false;
        const size_t first = scope->code->count;
        if (!(binding->type[*given] = ncl_translate_expr(scope, expr->argument[i].value)) ||
            !(binding->type[*given] =
                  ncl_translate_promote(scope, expr->argument[i].value, first, binding->type[*given],
                                        binding->callee->fragment->parameter[parameter].type)))
            return false;
        binding->value[*given] = expr->argument[i].value;
        binding->load[*given] = scope->code->count == first + 1 ? first : SIZE_MAX;
        binding->from[parameter] = (*given)++;
    }
    return true;
}

static bool check_missing(const struct binding *binding)
{
    const struct ncl_fragment *fragment = binding->callee->fragment;
    for (size_t i = 0; i < fragment->parameter_count; i++)
        if (binding->from[i] == SIZE_MAX && !fragment->parameter[i].initial) {
            ncl_scope_error(binding->scope, NNEFCL_ERR_MODEL, binding->expr->at, "%s: argument '%s' is missing",
                            fragment->name, fragment->parameter[i].name);
            return false;
        }
    return true;
}

/* ---- the generic type ---- */

static const struct ncl_type *explicit_type(const struct binding *binding)
{
    struct ncl_scope *scope = binding->scope;
    const struct ncl_type *type = binding->expr->type;
    if (!binding->callee->fragment->generic)
        ncl_scope_error(scope, NNEFCL_ERR_MODEL, binding->expr->at, "'%s' takes no type",
                        binding->callee->fragment->name);
    else if (type->kind == NCL_TYPE_GENERIC && !(scope->declared && scope->declared->fragment->generic))
        ncl_scope_error(scope, NNEFCL_ERR_MODEL, binding->expr->at,
                        "<?> stands for the type of a generic fragment, and this is in none");
    return scope->failed ? NULL : type;
}

static const struct ncl_type *generic_type(const struct binding *binding)
{
    const struct ncl_fragment *fragment = binding->callee->fragment;
    const struct ncl_type *candidate = NULL;
    if (binding->expr->kind == NCL_EXPR_INVOCATION && binding->expr->type)
        return explicit_type(binding);
    if (!fragment->generic)
        return NULL;
    if (fragment->generic_default)
        return fragment->generic_default;
    for (size_t i = 0; i < fragment->parameter_count; i++) {
        if (binding->from[i] == SIZE_MAX)
            continue;
        const struct ncl_type *type = binding->type[binding->from[i]], *earlier = candidate;
        if (!ncl_type_deduce(fragment->parameter[i].type, type, &candidate)) {
            ncl_scope_error(binding->scope, NNEFCL_ERR_MODEL, binding->expr->at,
                            "%s: the type is not clear: '%s' is %s, but %s was found before", fragment->name,
                            fragment->parameter[i].name, ncl_type_text(&binding->scope->build->scratch, type),
                            ncl_type_text(&binding->scope->build->scratch, earlier ? earlier : candidate));
            return NULL;
        }
    }
    if (!candidate)
        ncl_scope_error(binding->scope, NNEFCL_ERR_MODEL, binding->expr->at,
                        "%s: the type cannot be found from the arguments; write %s<...>(...)", fragment->name,
                        fragment->name);
    return candidate;
}

/* ---- types of arguments ---- */

/* REALWORLD: a rank-0 variable that no update writes serves as a literal; the updates are checked at the end of the
 * build. */
static bool use_variable_as_literal(struct binding *binding, size_t argument, const struct ncl_parameter *parameter,
                                    const struct ncl_type *type)
{
    struct ncl_scope *scope = binding->scope;
    struct ncl_build *build = scope->build;
    const struct ncl_type *given = binding->type[argument];
    const struct ncl_expr *expr = binding->value[argument];
    if (scope->declared || given->kind != NCL_TYPE_TENSOR || given->item_count == 0 || !ncl_type_is_number(type) ||
        !ncl_type_equal(given->item[0], type))
        return false;
    const struct ncl_local *local =
        expr->kind == NCL_EXPR_IDENTIFIER ? ncl_names_find(&scope->locals, expr->name) : NULL;
    if (!local || scope->loop || binding->load[argument] == SIZE_MAX)
        return false;
    const struct ncl_value *value = &build->machine.stack[local->slot];
    if (value->kind != NCL_VALUE_TENSOR || value->tensor->role != NCL_ROLE_VARIABLE || value->tensor->shape.rank != 0)
        return false;
    ncl_scope_lax(scope, expr->at, "%s: '%s' is an attribute, but '%s' is a variable; its value is read from its file",
                  binding->callee->fragment->name, parameter->name, expr->name);
    double number = 1;
    struct ncl_variable *variable = value->tensor->variable;
    if (scope->failed || ncl_after_body_member(build, variable, expr->at) ||
        (variable->member != SIZE_MAX &&
         ncl_weights_scalar(build->container, variable, build->options->compat, expr->at, build->diag, &number))) {
        scope->failed = true;
        return true;
    }
    struct ncl_value *constant = NCL_NEW(&build->scratch, struct ncl_value);
    if (!constant || !NCL_GROW(&build->scratch, build->literal, build->literal_count, build->literal_capacity)) {
        ncl_scope_nomem(scope);
        return true;
    }
    build->literal[build->literal_count++] = (struct ncl_literal_use){variable, expr->at};
    *constant = type->kind == NCL_TYPE_INTEGER
                    ? (struct ncl_value){.kind = NCL_VALUE_INTEGER, .integer = ncl_int64_of(number)}
                    : (struct ncl_value){.kind = NCL_VALUE_SCALAR, .scalar = number};
    scope->code->item[binding->load[argument]] =
        (struct ncl_code_item){.op = NCL_CODE_PUSH, .expr = expr, .value = constant};
    return true;
}

/* REALWORLD: axes = 1 where integer[] is declared. Only for the argument that was pushed last, or one that is a single
 * instruction. */
static bool wrap_integer(struct binding *binding, size_t argument, const struct ncl_parameter *parameter,
                         const struct ncl_type *type)
{
    struct ncl_scope *scope = binding->scope;
    if (type->kind != NCL_TYPE_ARRAY || type->item_count == 0 || type->item[0]->kind != NCL_TYPE_INTEGER ||
        binding->type[argument]->kind != NCL_TYPE_INTEGER || binding->load[argument] == SIZE_MAX)
        return false;
    struct ncl_code_item *item = &scope->code->item[binding->load[argument]];
    if (item->op != NCL_CODE_PUSH)
        return false;
    ncl_scope_lax(scope, binding->value[argument]->at, "%s: '%s' is %s; one integer is taken as an array of one",
                  binding->callee->fragment->name, parameter->name, ncl_type_text(&scope->build->scratch, type));
    struct ncl_value *array = NCL_NEW(&scope->build->scratch, struct ncl_value);
    if (!array) {
        ncl_scope_nomem(scope);
        return true;
    }
    *array = (struct ncl_value){.kind = NCL_VALUE_ARRAY, .count = 1, .item = item->value};
    item->value = array;
    return true;
}

static bool check_argument_types(struct binding *binding, const struct ncl_type *generic)
{
    struct ncl_scope *scope = binding->scope;
    struct ncl_arena *arena = &scope->build->scratch;
    const struct ncl_fragment *fragment = binding->callee->fragment;
    for (size_t i = 0; i < fragment->parameter_count; i++) {
        const size_t argument = binding->from[i];
        if (argument == SIZE_MAX)
            continue;
        const struct ncl_parameter *parameter = &fragment->parameter[i];
        const struct ncl_type *type = generic ? ncl_type_bind(arena, parameter->type, generic) : parameter->type;
        if (!type)
            return ncl_scope_nomem(scope);
        if (ncl_type_castable(binding->type[argument], type) ||
            use_variable_as_literal(binding, argument, parameter, type) ||
            wrap_integer(binding, argument, parameter, type)) {
            if (scope->failed)
                return false;
            continue;
        }
        const bool promotes = ncl_translate_promotes(binding->type[argument], type);
        ncl_scope_error(scope, promotes ? NNEFCL_ERR_UNSUPPORTED : NNEFCL_ERR_MODEL, binding->value[argument]->at,
                        "%s: '%s' is %s, but the argument is %s%s", fragment->name, parameter->name,
                        ncl_type_text(arena, type), ncl_type_text(arena, binding->type[argument]),
                        promotes ? "; --compat=torch converts it" : "");
        return false;
    }
    return true;
}

/* ---- the instruction ---- */

static const struct ncl_type *invoke(struct binding *binding, struct ncl_declared *callee, size_t given)
{
    struct ncl_scope *scope = binding->scope;
    struct ncl_arena *arena = &scope->build->scratch;
    const struct ncl_type *generic = generic_type(binding);
    if (scope->failed || !check_argument_types(binding, generic))
        return NULL;
    struct ncl_invoke *data = NCL_NEW(arena, struct ncl_invoke);
    struct ncl_code_item *item = ncl_scope_code(scope, NCL_CODE_INVOKE, binding->expr, 0);
    const struct ncl_type *result = generic ? ncl_type_bind(arena, callee->type, generic) : callee->type;
    if (!data || !item || !result)
        return ncl_scope_nomem(scope);
    *data = (struct ncl_invoke){callee, given, binding->from, generic};
    item->invoke = data;
    return result;
}

static bool has_array(const struct ncl_type *type)
{
    bool found = type->kind == NCL_TYPE_ARRAY;
    for (size_t i = 0; i < type->item_count && !found; i++)
        found = has_array(type->item[i]);
    return found;
}

const struct ncl_type *ncl_translate_invocation(struct ncl_scope *scope, const struct ncl_expr *written)
{
    struct binding binding;
    size_t given = 0;
    const bool unpacked = scope->unpacked == written;
    const struct ncl_expr *expr = ncl_translate_standard(scope, written);
    struct ncl_declared *callee = expr ? find_callee(scope, expr) : NULL;
    if (!callee || !binding_init(&binding, scope, callee, expr, expr->argument_count) ||
        !translate_arguments(&binding, &given) || !check_missing(&binding))
        return NULL;
    /* How long such an array is only shapes tell; we have them, so the meaning is clear. */
    if (!unpacked && !callee->fragment->has_body && callee->type && has_array(callee->type))
        ncl_scope_lax(scope, expr->at,
                      "the array result of '%s' has to be taken apart on the left side: [a, b, ...] = ...", expr->name);
    if (callee->bad)
        scope->failed = true; /* reported where it is declared */
    return scope->failed ? NULL : invoke(&binding, callee, given);
}

const struct ncl_type *ncl_translate_fragment_operator(struct ncl_scope *scope, const struct ncl_expr *expr,
                                                       const char *name, const struct ncl_type *const *type,
                                                       size_t count)
{
    struct binding binding;
    struct ncl_declared *callee = ncl_build_find(scope->build, name);
    if (!callee || !binding_init(&binding, scope, callee, expr, count))
        return ncl_scope_nomem(scope);
    for (size_t i = 0; i < count; i++) {
        binding.type[i] = type[i];
        binding.value[i] = expr->item[i];
        binding.load[i] = SIZE_MAX;
        binding.from[i] = i;
    }
    return invoke(&binding, callee, count);
}
