/* SPDX-License-Identifier: Apache-2.0 */
/* AST to text. What the parser makes comes out with the parentheses it was written with, so parsing the text again
 * gives the same AST. */
#include "nnef/print.h"

#include <inttypes.h>
#include <string.h>

#include "base/number.h"

static const char *const operator_names[] = {"+",  "-",  "*",  "/",  "^",  "<", "<=", ">",
                                             ">=", "==", "!=", "&&", "||", "!", "in"};

const char *ncl_operator_name(enum ncl_operator op)
{
    return operator_names[op];
}

void ncl_print_type(struct ncl_text *text, const struct ncl_type *type)
{
    static const char *const names[] = {"integer", "scalar", "logical", "string", "?"};
    switch (type->kind) {
    case NCL_TYPE_TENSOR:
        ncl_text_add(text, "tensor<");
        if (type->item_count)
            ncl_print_type(text, type->item[0]);
        ncl_text_add(text, ">");
        break;
    case NCL_TYPE_ARRAY:
        if (type->item_count)
            ncl_print_type(text, type->item[0]);
        ncl_text_add(text, "[]");
        break;
    case NCL_TYPE_TUPLE:
        for (size_t i = 0; i < type->item_count; i++) {
            ncl_text_add(text, i ? "," : "(");
            ncl_print_type(text, type->item[i]);
        }
        ncl_text_add(text, ")");
        break;
    default:
        ncl_text_add(text, names[type->kind]);
    }
}

/* Quotes and escapes. */
static void print_string(struct ncl_text *text, const char *string, size_t length, char quote)
{
    ncl_text_add_bytes(text, &quote, 1);
    for (size_t i = 0; i < length; i++) {
        if (string[i] == quote || string[i] == '\\')
            ncl_text_add(text, "\\");
        ncl_text_add_bytes(text, &string[i], 1);
    }
    ncl_text_add_bytes(text, &quote, 1);
}

/* Names that are no identifiers come from i"...". */
static void print_name(struct ncl_text *text, const char *name)
{
    static const char letters[] = "_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    size_t length = strlen(name);
    if (length && strspn(name, letters) == length && name[0] > '9') { /* digits are the first letters */
        ncl_text_add_bytes(text, name, length);
        return;
    }
    ncl_text_add(text, "i");
    print_string(text, name, length, '"');
}

static void print_list(struct ncl_text *text, struct ncl_expr *const *item, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i)
            ncl_text_add(text, ", ");
        ncl_print_expr(text, item[i]);
    }
}

static void print_comprehension(struct ncl_text *text, const struct ncl_expr *expr)
{
    ncl_text_add(text, "[for ");
    for (size_t i = 0; i < expr->iterator_count; i++) {
        if (i)
            ncl_text_add(text, ", ");
        print_name(text, expr->iterator[i].name);
        ncl_text_add(text, " in ");
        ncl_print_expr(text, expr->iterator[i].in);
    }
    if (expr->item[0]) {
        ncl_text_add(text, " if ");
        ncl_print_expr(text, expr->item[0]);
    }
    ncl_text_add(text, " yield ");
    ncl_print_expr(text, expr->item[1]);
    ncl_text_add(text, "]");
}

static void print_invocation(struct ncl_text *text, const struct ncl_expr *expr)
{
    print_name(text, expr->name);
    if (expr->type) {
        ncl_text_add(text, "<");
        ncl_print_type(text, expr->type);
        ncl_text_add(text, ">");
    }
    ncl_text_add(text, "(");
    for (size_t i = 0; i < expr->argument_count; i++) {
        if (i)
            ncl_text_add(text, ", ");
        if (expr->argument[i].name) {
            print_name(text, expr->argument[i].name);
            ncl_text_add(text, " = ");
        }
        ncl_print_expr(text, expr->argument[i].value);
    }
    ncl_text_add(text, ")");
}

/* Several items with words between them; the operands of operators and subscripts. */
static void print_operation(struct ncl_text *text, const struct ncl_expr *expr)
{
    switch (expr->kind) {
    case NCL_EXPR_UNARY:
        ncl_text_add(text, ncl_operator_name(expr->op));
        ncl_print_expr(text, expr->item[0]);
        break;
    case NCL_EXPR_BINARY:
        ncl_print_expr(text, expr->item[0]);
        ncl_text_printf(text, " %s ", ncl_operator_name(expr->op));
        ncl_print_expr(text, expr->item[1]);
        break;
    case NCL_EXPR_SELECT:
        ncl_print_expr(text, expr->item[0]);
        ncl_text_add(text, " if ");
        ncl_print_expr(text, expr->item[1]);
        ncl_text_add(text, " else ");
        ncl_print_expr(text, expr->item[2]);
        break;
    default: /* NCL_EXPR_SUBSCRIPT, NCL_EXPR_RANGE */
        ncl_print_expr(text, expr->item[0]);
        ncl_text_add(text, "[");
        if (expr->item[1])
            ncl_print_expr(text, expr->item[1]);
        if (expr->kind == NCL_EXPR_RANGE)
            ncl_text_add(text, ":");
        if (expr->kind == NCL_EXPR_RANGE && expr->item[2])
            ncl_print_expr(text, expr->item[2]);
        ncl_text_add(text, "]");
    }
}

static void print_bare(struct ncl_text *text, const struct ncl_expr *expr)
{
    char number[NCL_NUMBER_SIZE];
    switch (expr->kind) {
    case NCL_EXPR_INTEGER:
        ncl_text_printf(text, "%" PRId64, expr->integer);
        break;
    case NCL_EXPR_SCALAR:
        ncl_text_add(text, ncl_format_double(expr->scalar, number));
        break;
    case NCL_EXPR_STRING:
        print_string(text, expr->name, expr->name_length, '\'');
        break;
    case NCL_EXPR_LOGICAL:
        ncl_text_add(text, expr->logical ? "true" : "false");
        break;
    case NCL_EXPR_IDENTIFIER:
        print_name(text, expr->name);
        break;
    case NCL_EXPR_ARRAY:
        ncl_text_add(text, "[");
        print_list(text, expr->item, expr->item_count);
        ncl_text_add(text, "]");
        break;
    case NCL_EXPR_TUPLE:
        print_list(text, expr->item, expr->item_count);
        break;
    case NCL_EXPR_COMPREHENSION:
        print_comprehension(text, expr);
        break;
    case NCL_EXPR_BUILTIN:
        ncl_text_printf(text, "%s(", expr->name);
        ncl_print_expr(text, expr->item[0]);
        ncl_text_add(text, ")");
        break;
    case NCL_EXPR_INVOCATION:
        print_invocation(text, expr);
        break;
    default:
        print_operation(text, expr);
    }
}

void ncl_print_expr(struct ncl_text *text, const struct ncl_expr *expr)
{
    if (expr->parenthesized)
        ncl_text_add(text, "(");
    print_bare(text, expr);
    if (expr->parenthesized)
        ncl_text_add(text, ")");
}

/* ---- documents ---- */

static void print_statements(struct ncl_text *text, const struct ncl_assignment *assignment, size_t count)
{
    ncl_text_add(text, "{\n");
    for (size_t i = 0; i < count; i++) {
        ncl_text_add(text, "    ");
        ncl_print_expr(text, assignment[i].left);
        ncl_text_add(text, " = ");
        ncl_print_expr(text, assignment[i].right);
        ncl_text_add(text, ";\n");
    }
    ncl_text_add(text, "}\n");
}

static void print_parameters(struct ncl_text *text, const struct ncl_parameter *parameter, size_t count)
{
    ncl_text_add(text, count ? "( " : "(");
    for (size_t i = 0; i < count; i++) {
        ncl_text_add(text, i ? ", " : "");
        print_name(text, parameter[i].name);
        ncl_text_add(text, ": ");
        ncl_print_type(text, parameter[i].type);
        if (parameter[i].initial) {
            ncl_text_add(text, " = ");
            ncl_print_expr(text, parameter[i].initial);
        }
    }
    ncl_text_add(text, count ? " )" : ")");
}

void ncl_print_fragment(struct ncl_text *text, const struct ncl_fragment *fragment)
{
    ncl_text_add(text, "fragment ");
    print_name(text, fragment->name);
    if (fragment->generic) {
        ncl_text_add(text, "<?");
        if (fragment->generic_default) {
            ncl_text_add(text, " = ");
            ncl_print_type(text, fragment->generic_default);
        }
        ncl_text_add(text, ">");
    }
    print_parameters(text, fragment->parameter, fragment->parameter_count);
    ncl_text_add(text, " -> ");
    print_parameters(text, fragment->result, fragment->result_count);
    if (!fragment->has_body) {
        ncl_text_add(text, ";\n");
        return;
    }
    ncl_text_add(text, "\n");
    print_statements(text, fragment->assignment, fragment->assignment_count);
}

static void print_name_list(struct ncl_text *text, const struct ncl_name *name, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ncl_text_add(text, i ? ", " : "( ");
        print_name(text, name[i].text);
    }
    ncl_text_add(text, " )");
}

void ncl_print_document(struct ncl_text *text, const struct ncl_document *document)
{
    if (document->version_major)
        ncl_text_printf(text, "version %d.%d;\n", document->version_major, document->version_minor);
    for (size_t i = 0; i < document->extension_count; i++) {
        const struct ncl_extension *extension = &document->extension[i];
        bool more = extension->argument && *extension->argument;
        ncl_text_printf(text, "extension %s%s%s;\n", extension->name, more ? " " : "", more ? extension->argument : "");
    }
    for (size_t i = 0; i < document->fragment_count; i++) {
        if (text->length)
            ncl_text_add(text, "\n");
        ncl_print_fragment(text, &document->fragment[i]);
    }
    if (!document->graph_name.text)
        return;
    ncl_text_add(text, text->length ? "\ngraph " : "graph ");
    print_name(text, document->graph_name.text);
    print_name_list(text, document->input, document->input_count);
    ncl_text_add(text, " -> ");
    print_name_list(text, document->output, document->output_count);
    ncl_text_add(text, "\n");
    print_statements(text, document->assignment, document->assignment_count);
}
