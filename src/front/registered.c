/* SPDX-License-Identifier: Apache-2.0 */
#include "front/registered.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "front/types.h"
#include "ir/plan.h"
#include "nnef/parse.h"

struct registration {
    struct ncl_arena *arena;
    struct ncl_diag *diag;
    size_t number;
    char name[80]; /* of the operation, as far as it is known */
    const nnefcl_operation *given;
    struct ncl_registered *out;
};

static nnefcl_status registration_wrong(const struct registration *r, struct ncl_loc at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static nnefcl_status registration_wrong(const struct registration *r, struct ncl_loc at, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return ncl_error(r->diag, NNEFCL_ERR_ARGUMENT, at, "operations[%zu]%s%s: %s", r->number, *r->name ? " " : "",
                     r->name, text);
}

/* ---- the struct ---- */

/* For messages about a declaration that cannot be parsed: the word behind "fragment". */
static void guess_name(struct registration *r)
{
    const char *at = r->given->declaration + strspn(r->given->declaration, " \t\r\n");
    if (strncmp(at, "fragment", 8) != 0)
        return;
    at += 8 + strspn(at + 8, " \t\r\n");
    size_t length = 0;
    while ((isalnum((unsigned char)at[length]) || at[length] == '_') && length + 1 < sizeof r->name)
        length++;
    memcpy(r->name, at, length);
    r->name[length] = '\0';
}

static nnefcl_status check_struct(struct registration *r)
{
    const nnefcl_operation *given = r->given;
    if (given->version != 1)
        return registration_wrong(r, NCL_NOWHERE,
                                  "nnefcl_operation.version is %u, this library knows 1; use NNEFCL_OPERATION_INIT",
                                  (unsigned)given->version);
    if (!given->declaration)
        return registration_wrong(r, NCL_NOWHERE, "declaration is NULL");
    guess_name(r);
    if (!given->shape || !given->source)
        return registration_wrong(r, NCL_NOWHERE, "%s is NULL", given->shape ? "source" : "shape");
    if (!(given->ulp >= 0 && given->ulp_per_term >= 0))
        return registration_wrong(r, NCL_NOWHERE, "ulp and ulp_per_term are %g and %g, below 0 or no numbers",
                                  given->ulp, given->ulp_per_term);
    return NNEFCL_OK;
}

/* ---- the declaration ---- */

static nnefcl_status parse(struct registration *r, struct ncl_document **document)
{
    static const struct ncl_parse_options alone = {.stdlib = true};
    nnefcl_error error = {0};
    struct ncl_diag diag;
    struct ncl_source *source = NCL_NEW(r->arena, struct ncl_source);
    if (!source)
        return ncl_nomem(r->diag);
    source->name = ncl_arena_printf(r->arena, "operations[%zu]", r->number);
    source->text = ncl_arena_strdup(r->arena, r->given->declaration);
    if (!source->name || !source->text)
        return ncl_nomem(r->diag);
    source->length = strlen(source->text);
    ncl_diag_init(&diag, &error, NULL, NULL, true);
    const nnefcl_status status = ncl_parse_document(r->arena, &diag, source, &alone, document);
    if (status == NNEFCL_ERR_NOMEM)
        return ncl_nomem(r->diag);
    const struct ncl_loc at = {source, (unsigned)error.line, (unsigned)error.column, NULL};
    return status ? registration_wrong(r, at, "%s", error.message) : NNEFCL_OK;
}

static nnefcl_status check_document(struct registration *r, const struct ncl_document *document)
{
    const struct ncl_fragment *fragment = document->fragment;
    if (document->graph_name.text)
        return registration_wrong(r, document->graph_name.at, "a graph where only a fragment is declared");
    if (document->fragment_count != 1)
        return registration_wrong(r, document->fragment_count ? fragment[1].at : NCL_NOWHERE,
                                  "%zu fragments are declared, not 1", document->fragment_count);
    if (fragment->has_body)
        return registration_wrong(r, fragment->at, "the fragment has a body; a registered operation is its kernel");
    r->out->fragment = fragment;
    return NNEFCL_OK;
}

static bool is_tensor_parameter(const struct ncl_type *type)
{
    return type->kind == NCL_TYPE_TENSOR && type->item_count == 1 && type->item[0]->kind != NCL_TYPE_STRING;
}

static nnefcl_status refuse_type(const struct registration *r, const struct ncl_parameter *parameter, const char *why)
{
    return registration_wrong(r, parameter->at, "'%s' is %s, %s", parameter->name,
                              ncl_type_text(r->arena, parameter->type), why);
}

static nnefcl_status check_registered_parameter(const struct registration *r, const struct ncl_parameter *parameter)
{
    const struct ncl_type *type = parameter->type;
    if (is_tensor_parameter(type) || ncl_type_is_primitive(type) ||
        (type->kind == NCL_TYPE_ARRAY && ncl_type_is_primitive(type->item[0])))
        return NNEFCL_OK;
    if (type->kind == NCL_TYPE_ARRAY && type->item[0]->kind == NCL_TYPE_TENSOR)
        return refuse_type(
            r, parameter,
            "but the kernel of a registered operation takes a fixed number of tensors: each is a parameter of its own");
    return refuse_type(r, parameter,
                       "which a registered operation cannot take: only tensors of scalars, integers, logicals or ?, "
                       "attributes and arrays of them");
}

static nnefcl_status check_declared_types(const struct registration *r)
{
    const struct ncl_fragment *fragment = r->out->fragment;
    size_t tensors = fragment->result_count;
    nnefcl_status status = NNEFCL_OK;
    for (size_t i = 0; i < fragment->parameter_count && !status; i++) {
        status = check_registered_parameter(r, &fragment->parameter[i]);
        tensors += fragment->parameter[i].type->kind == NCL_TYPE_TENSOR;
    }
    for (size_t i = 0; i < fragment->result_count && !status; i++)
        if (!is_tensor_parameter(fragment->result[i].type))
            status =
                refuse_type(r, &fragment->result[i], "but a result is a tensor of scalars, integers, logicals or ?");
    if (!status && tensors > NCL_CUSTOM_TENSORS)
        return registration_wrong(
            r, fragment->at, "%zu tensors among parameters and results, the kernel of an operation takes at most %d",
            tensors, NCL_CUSTOM_TENSORS);
    return status;
}

/* ---- the source ---- */

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static bool is_function_name(const char *name)
{
    size_t length = 0;
    while (is_word(name[length]))
        length++;
    return length > 0 && length <= 100 && !name[length] && !isdigit((unsigned char)name[0]);
}

static const char *skip_white(const char *at)
{
    return at + strspn(at, " \t\r\n");
}

/* FN(name), blanks anywhere. */
static bool has_function(const char *source, const char *name)
{
    for (const char *at = source; (at = strstr(at, "FN")); at += 2) {
        const char *next = skip_white(at + 2);
        if ((at > source && is_word(at[-1])) || *next != '(')
            continue;
        next = skip_white(next + 1);
        if (strncmp(next, name, strlen(name)) == 0 && *skip_white(next + strlen(name)) == ')')
            return true;
    }
    return false;
}

/* The macros of the prelude serve the kernels behind this one too. */
static bool is_reserved(const char *name, size_t length)
{
    static const char *const names[] = {"FN", "SIZE", "REAL", "INDEX", "SIZES", "T"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0)
            return true;
    return length > 4 && memcmp(name, "NCL_", 4) == 0;
}

/* The first name that a #define or #undef of the source takes away from the library; NULL: none. */
static const char *find_reserved(const char *source, size_t *length)
{
    for (const char *line = source; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        const char *at = line + strspn(line, " \t");
        if (*at != '#')
            continue;
        at += 1 + strspn(at + 1, " \t");
        if (strncmp(at, "define", 6) != 0 && strncmp(at, "undef", 5) != 0)
            continue;
        at += *at == 'd' ? 6 : 5;
        at += strspn(at, " \t");
        for (*length = 0; is_word(at[*length]);)
            ++*length;
        if (is_reserved(at, *length))
            return at;
    }
    return NULL;
}

static nnefcl_status check_source(const struct registration *r)
{
    const char *function = r->out->custom.function;
    size_t length = 0;
    if (!is_function_name(function))
        return registration_wrong(
            r, NCL_NOWHERE, "function is '%.40s', no name of up to 100 letters, digits and underscores", function);
    const char *reserved = find_reserved(r->given->source, &length);
    if (reserved)
        return registration_wrong(r, NCL_NOWHERE, "the source defines '%.*s', which is a macro of the library",
                                  length < 40 ? (int)length : 40, reserved);
    if (!has_function(r->given->source, function))
        return registration_wrong(r, NCL_NOWHERE, "there is no FN(%s) in the source, the function that computes a task",
                                  function);
    return NNEFCL_OK;
}

/* ---- fields of the record and their macros ---- */

static bool name_field(struct ncl_arena *arena, struct ncl_custom_field *field, const char *name)
{
    static const char *const prefix[][4] = {[NCL_CUSTOM_TENSOR] = {"COUNT", "RANK", "EXTENT", "STRIDE"},
                                            [NCL_CUSTOM_ATTRIBUTE] = {"VALUE"},
                                            [NCL_CUSTOM_ARRAY] = {"LENGTH", "START"},
                                            [NCL_CUSTOM_UNSEEN] = {NULL}};
    for (int i = 0; i < 4 && prefix[field->kind][i]; i++)
        if (!(field->name[i] = ncl_arena_printf(arena, "%s_%s", prefix[field->kind][i], name)))
            return false;
    return true;
}

static enum ncl_custom_kind kind_of(const struct ncl_type *type)
{
    if (type->kind == NCL_TYPE_TENSOR)
        return NCL_CUSTOM_TENSOR;
    const struct ncl_type *item = type->kind == NCL_TYPE_ARRAY ? type->item[0] : type;
    return item->kind == NCL_TYPE_STRING  ? NCL_CUSTOM_UNSEEN
           : type->kind == NCL_TYPE_ARRAY ? NCL_CUSTOM_ARRAY
                                          : NCL_CUSTOM_ATTRIBUTE;
}

/* How a field becomes a value: put in front of size[...]. */
static const char *conversion(const struct ncl_type *type)
{
    switch (type->kind == NCL_TYPE_ARRAY ? type->item[0]->kind : type->kind) {
    case NCL_TYPE_SCALAR:
        return "as_float((int)";
    case NCL_TYPE_LOGICAL:
        return "((int)";
    case NCL_TYPE_GENERIC:
        return "NCL_CAT(NCL_AS_, T)(";
    default:
        return "((long)";
    }
}

static const char generic_values[] = "#define NCL_AS_float(v) as_float((int)(v))\n"
                                     "#define NCL_AS_int(v) ((int)(v))\n"
                                     "#define NCL_AS_uchar(v) ((uchar)(v))\n";

/* Macros of a parameter or result whose fields start at *at. */
static void add_macros(struct ncl_text *text, const struct ncl_custom_field *field, const struct ncl_type *type,
                       size_t *at)
{
    const size_t k = *at;
    if (field->kind == NCL_CUSTOM_TENSOR) {
        ncl_text_printf(text, "#define %s SIZE(%zu)\n#define %s ((int)size[%zu])\n", field->name[0], k, field->name[1],
                        k + 1);
        ncl_text_printf(text, "#define %s(i) SIZE(%zu + (i))\n#define %s(i) SIZE(%zu + (i))\n", field->name[2], k + 2,
                        field->name[3], k + 2 + NNEFCL_MAX_RANK);
        *at += NCL_CUSTOM_TENSOR_FIELDS;
    } else if (field->kind == NCL_CUSTOM_ATTRIBUTE) {
        ncl_text_printf(text, "#define %s %ssize[%zu])\n", field->name[0], conversion(type), k);
        *at += 1;
    } else if (field->kind == NCL_CUSTOM_ARRAY) {
        const char *name = field->name[0] + strlen("LENGTH_");
        ncl_text_printf(text, "#define %s SIZE(%zu)\n#define VALUE_%s(i) %ssize[size[%zu] + (i)])\n", field->name[0], k,
                        name, conversion(type), k + 1);
        *at += NCL_CUSTOM_ARRAY_FIELDS;
    }
}

static const struct ncl_parameter *field_at(const struct ncl_fragment *fragment, size_t index)
{
    return index < fragment->parameter_count ? &fragment->parameter[index]
                                             : &fragment->result[index - fragment->parameter_count];
}

static nnefcl_status make_text(const struct registration *r)
{
    struct ncl_custom *custom = &r->out->custom;
    const struct ncl_fragment *fragment = r->out->fragment;
    struct ncl_text text;
    ncl_text_init(&text, &r->arena->allocator);
    if (custom->generic)
        ncl_text_add(&text, generic_values);
    for (size_t i = 0; i < custom->parameter_count + custom->result_count; i++)
        add_macros(&text, &custom->field[i], field_at(fragment, i)->type, &custom->head_size);
    ncl_text_printf(&text, "#line 1 \"%s\"\n", fragment->name);
    ncl_text_add(&text, r->given->source);
    ncl_text_add(&text, "\n");
    custom->text = text.failed ? NULL : ncl_arena_strdup(r->arena, text.data);
    ncl_text_free(&text);
    return custom->text ? NNEFCL_OK : ncl_nomem(r->diag);
}

static nnefcl_status make_fields(const struct registration *r)
{
    struct ncl_custom *custom = &r->out->custom;
    const struct ncl_fragment *fragment = r->out->fragment;
    const size_t count = fragment->parameter_count + fragment->result_count;
    custom->field = NCL_NEW_ARRAY(r->arena, struct ncl_custom_field, count);
    if (!custom->field)
        return ncl_nomem(r->diag);
    custom->typed = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        const struct ncl_parameter *parameter = field_at(fragment, i);
        custom->field[i].kind = kind_of(parameter->type);
        custom->field[i].generic = ncl_type_has_generic(parameter->type);
        if (!name_field(r->arena, &custom->field[i], parameter->name))
            return ncl_nomem(r->diag);
        if (custom->field[i].kind == NCL_CUSTOM_TENSOR && custom->field[i].generic)
            custom->typed = i;
    }
    if (custom->generic && custom->typed == SIZE_MAX)
        return registration_wrong(r, fragment->at, "it is generic, but no tensor of it is tensor<?>");
    return NNEFCL_OK;
}

/* ---- all of it ---- */

static nnefcl_status fill_custom(const struct registration *r)
{
    const struct ncl_fragment *fragment = r->out->fragment;
    const nnefcl_operation *given = r->given;
    struct ncl_custom *custom = &r->out->custom;
    *custom = (struct ncl_custom){
        .op = {.name = fragment->name,
               .infer = ncl_custom_infer,
               .lower = ncl_custom_lower,
               .reference = ncl_no_reference,
               .macs = ncl_custom_macs},
        .shape = given->shape,
        .tasks = given->tasks,
        .define = given->define,
        .user = given->user,
        .ulp = given->ulp,
        .ulp_per_term = given->ulp_per_term,
        .function = given->function ? ncl_arena_strdup(r->arena, given->function) : fragment->name,
        .parameter_count = fragment->parameter_count,
        .result_count = fragment->result_count,
        .generic = fragment->generic,
    };
    custom->op.custom = custom;
    return custom->function ? NNEFCL_OK : ncl_nomem(r->diag);
}

static nnefcl_status register_one(struct registration *r)
{
    struct ncl_document *document = NULL;
    nnefcl_status status = check_struct(r);
    if (!status)
        status = parse(r, &document);
    if (!status)
        status = check_document(r, document);
    if (!status)
        status = check_declared_types(r);
    if (!status)
        status = fill_custom(r);
    if (!status)
        status = check_source(r);
    if (!status)
        status = make_fields(r);
    return status ? status : make_text(r);
}

nnefcl_status ncl_register(struct ncl_arena *arena, struct ncl_diag *diag, const nnefcl_operation *operation,
                           size_t count, struct ncl_registered **registered)
{
    nnefcl_status status = NNEFCL_OK;
    if (count && !operation)
        return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE,
                         "%zu operations are registered, but operations is NULL", count);
    if (!(*registered = NCL_NEW_ARRAY(arena, struct ncl_registered, count)))
        return ncl_nomem(diag);
    for (size_t i = 0; i < count && !status; i++) {
        struct registration r = {
            .arena = arena, .diag = diag, .number = i, .given = &operation[i], .out = &(*registered)[i]};
        status = register_one(&r);
    }
    return status;
}

/* ---- what a document declares ---- */

static const char *list_differs(struct ncl_arena *arena, const char *what, const struct ncl_parameter *ours,
                                size_t count, const struct ncl_parameter *theirs, size_t their_count)
{
    if (count != their_count)
        return ncl_arena_printf(arena, "%zu %ss, registered are %zu", their_count, what, count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(ours[i].name, theirs[i].name) != 0 || !ncl_type_equal(ours[i].type, theirs[i].type))
            return ncl_arena_printf(arena, "%s '%s: %s', registered is '%s: %s'", what, theirs[i].name,
                                    ncl_type_text(arena, theirs[i].type), ours[i].name,
                                    ncl_type_text(arena, ours[i].type));
    return NULL;
}

const char *ncl_registered_differs(struct ncl_arena *arena, const struct ncl_fragment *registered,
                                   const struct ncl_fragment *declared)
{
    if (registered->generic != declared->generic)
        return declared->generic ? "<?>, which the registered operation has not"
                                 : "no <?>, which the registered operation has";
    const char *differs = list_differs(arena, "parameter", registered->parameter, registered->parameter_count,
                                       declared->parameter, declared->parameter_count);
    return differs ? differs
                   : list_differs(arena, "result", registered->result, registered->result_count, declared->result,
                                  declared->result_count);
}
