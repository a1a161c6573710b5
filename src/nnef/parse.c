/* SPDX-License-Identifier: Apache-2.0 */
/* Documents: version, extensions, fragments, graph (NNEF 1.0.5, 3.2.1, 3.2.2, 3.2.4), and what dialects do differently.
 */
#include "nnef/parse.h"

#include <string.h>

#include "base/number.h"
#include "nnef/parser.h"
#include "nnefcl/model.h"

/* Where a ';' was not yet needed before NNEF 1.0 was final. */
static bool expect_semicolon(struct ncl_parser *parser, const char *where)
{
    enum ncl_token_kind kind = parser->token.kind;
    bool next = kind == NCL_TOKEN_EXTENSION || kind == NCL_TOKEN_FRAGMENT || kind == NCL_TOKEN_GRAPH;
    if (!next)
        return ncl_parse_expect(parser, NCL_TOKEN_SEMICOLON, where);
    if (parser->compat & NNEFCL_COMPAT_LEGACY)
        return true;
    return ncl_parse_fail(parser, NNEFCL_ERR_UNSUPPORTED, ncl_parse_here(parser),
                          "no ';' %s: the form from before NNEF 1.0 was final (--compat=legacy)", where);
}

static void parse_version(struct ncl_parser *parser, struct ncl_document *document)
{
    if (!ncl_parse_accept(parser, NCL_TOKEN_VERSION)) {
        ncl_parse_unexpected(parser, "'version' at the beginning of a document");
        if (parser->token.kind != NCL_TOKEN_EXTENSION && parser->token.kind != NCL_TOKEN_FRAGMENT &&
            parser->token.kind != NCL_TOKEN_GRAPH)
            ncl_parse_recover(parser);
        return;
    }
    struct ncl_token number = parser->token;
    struct ncl_loc at = ncl_parse_here(parser);
    if (number.kind != NCL_TOKEN_SCALAR && number.kind != NCL_TOKEN_INTEGER) {
        ncl_parse_unexpected(parser, "a version like 1.0");
        ncl_parse_recover(parser);
        return;
    }
    const char *point = memchr(number.text, '.', number.length);
    size_t major_length = point ? (size_t)(point - number.text) : number.length;
    int64_t major = 0, minor = 0;
    bool good = ncl_parse_int64(number.text, major_length, &major) &&
                (!point || ncl_parse_int64(point + 1, number.length - major_length - 1, &minor));
    int shown = number.length < 40 ? (int)number.length : 40;
    if (good && (major != 1 || minor != 0))
        ncl_parse_stop(parser, NNEFCL_ERR_UNSUPPORTED, at, "version %.*s of NNEF is not supported%s, only 1.0", shown,
                       number.text, major > 1 ? " yet" : "");
    else if (!good || !point)
        ncl_parse_fail(parser, NNEFCL_ERR_MODEL, at, "'%.*s' is no version like 1.0", shown, number.text);
    document->version_major = (int)major;
    document->version_minor = (int)minor;
    ncl_parse_advance(parser);
    if (!expect_semicolon(parser, "after the version"))
        ncl_parse_recover(parser);
}

/* Takes the name at the token. An extension changes what a document means, so an unknown one is refused. */
static bool parse_extension_name(struct ncl_parser *parser, struct ncl_document *document, size_t *capacity)
{
    struct ncl_loc at = ncl_parse_here(parser);
    bool tract = parser->token.length > 6 && memcmp(parser->token.text, "tract_", 6) == 0;
    char *name = ncl_lex_text(parser->arena, &parser->token, NULL), *argument = NULL;
    if (!name)
        return ncl_parse_nomem(parser);
    const bool registry = strcmp(name, "tract_registry") == 0;
    if (registry && !(parser->compat & NNEFCL_COMPAT_TRACT))
        ncl_parse_lax(parser, at, "extension 'tract_registry' brings no operations without --compat=tract");
    else if (tract && !(parser->compat & NNEFCL_COMPAT_TRACT))
        return ncl_parse_fail(parser, NNEFCL_ERR_UNSUPPORTED, at,
                              "extension '%s' belongs to the dialect of tract (--compat=tract)", name);
    if (tract) {
        const char *text;
        size_t length;
        if (!ncl_lex_free_text(&parser->lexer, &text, &length))
            return ncl_parse_fail(parser, NNEFCL_ERR_MODEL, at, "no ';' after the extension");
        argument = ncl_arena_strndup(parser->arena, text, length);
        if (!argument)
            return ncl_parse_nomem(parser);
    } else if (strcmp(name, "KHR_enable_fragment_definitions") == 0)
        parser->fragments = true;
    else if (strcmp(name, "KHR_enable_operator_expressions") == 0)
        parser->expressions = true;
    else
        return ncl_parse_fail(parser, NNEFCL_ERR_UNSUPPORTED, at, "extension '%s' is not known", name);
    if (!NCL_GROW(parser->arena, document->extension, document->extension_count, *capacity))
        return ncl_parse_nomem(parser);
    document->extension[document->extension_count++] =
        (struct ncl_extension){.name = name, .argument = argument, .at = at};
    ncl_parse_advance(parser);
    return true;
}

static void parse_extensions(struct ncl_parser *parser, struct ncl_document *document)
{
    size_t capacity = 0;
    while (ncl_parse_accept(parser, NCL_TOKEN_EXTENSION)) {
        bool good = parser->token.kind == NCL_TOKEN_IDENTIFIER, ended = false;
        if (!good)
            ncl_parse_unexpected(parser, "the name of an extension");
        while (good && !ended && parser->token.kind == NCL_TOKEN_IDENTIFIER) {
            good = parse_extension_name(parser, document, &capacity);
            ended =
                good && document->extension[document->extension_count - 1].argument; /* free text ends with the ';' */
        }
        if (!good || (!ended && !expect_semicolon(parser, "after the extension")))
            ncl_parse_recover(parser);
    }
}

/* ---- bodies ---- */

/* In legacy documents the end of the line may end an assignment. */
static bool end_assignment(struct ncl_parser *parser)
{
    bool new_line = parser->token.line > parser->last.line || parser->token.kind == NCL_TOKEN_RBRACE;
    if (parser->token.kind != NCL_TOKEN_SEMICOLON && new_line && (parser->compat & NNEFCL_COMPAT_LEGACY))
        return true;
    return ncl_parse_expect(parser, NCL_TOKEN_SEMICOLON, "after the assignment");
}

static bool parse_assignment(struct ncl_parser *parser, struct ncl_assignment *assignment)
{
    *assignment = (struct ncl_assignment){.at = ncl_parse_here(parser)};
    /* The names on the left are not known on the right, but no document uses them there. */
    assignment->left = ncl_parse_lvalue(parser);
    if (!assignment->left || !ncl_parse_expect(parser, NCL_TOKEN_ASSIGN, "of an assignment"))
        return false;
    assignment->right = ncl_parse_rvalue(parser);
    return assignment->right && end_assignment(parser);
}

static void parse_body(struct ncl_parser *parser, struct ncl_assignment **list, size_t *count)
{
    size_t capacity = 0;
    if (!ncl_parse_accept(parser, NCL_TOKEN_LBRACE))
        return;
    if (parser->token.kind == NCL_TOKEN_RBRACE)
        ncl_parse_fail(parser, NNEFCL_ERR_MODEL, ncl_parse_here(parser), "a body needs at least one assignment");
    enum ncl_token_kind kind = parser->token.kind;
    while (kind != NCL_TOKEN_RBRACE && kind != NCL_TOKEN_END && kind != NCL_TOKEN_GRAPH && kind != NCL_TOKEN_FRAGMENT) {
        struct ncl_assignment assignment;
        if (!parse_assignment(parser, &assignment))
            ncl_parse_recover(parser);
        else if (NCL_GROW(parser->arena, *list, *count, capacity))
            (*list)[(*count)++] = assignment;
        else
            ncl_parse_nomem(parser);
        kind = parser->token.kind;
    }
    ncl_parse_expect(parser, NCL_TOKEN_RBRACE, "after the body");
}

/* Skips to the next declaration or, after an error inside of one, to its body or end. */
static void skip(struct ncl_parser *parser, bool to_body)
{
    parser->lexer.quiet = true;
    for (;;) {
        enum ncl_token_kind kind = parser->token.kind;
        if (kind == NCL_TOKEN_END || kind == NCL_TOKEN_GRAPH || kind == NCL_TOKEN_FRAGMENT)
            break;
        if (to_body && (kind == NCL_TOKEN_LBRACE || kind == NCL_TOKEN_SEMICOLON))
            break;
        ncl_parse_advance(parser);
    }
    parser->lexer.quiet = false;
    parser->depth = 0;
    parser->stack_count = 0;
}

/* ---- fragments ---- */

/* <?> or <? = type> */
static bool parse_generic(struct ncl_parser *parser, struct ncl_fragment *fragment)
{
    if (!ncl_parse_accept(parser, NCL_TOKEN_LT))
        return true;
    fragment->generic = true;
    if (!ncl_parse_expect(parser, NCL_TOKEN_QUESTION, "in a generic declaration"))
        return false;
    if (ncl_parse_accept(parser, NCL_TOKEN_ASSIGN)) {
        fragment->generic_default = ncl_parse_type_name(parser);
        if (!fragment->generic_default)
            return ncl_parse_unexpected(parser, "a data type");
    }
    return ncl_parse_expect(parser, NCL_TOKEN_GT, "after the generic declaration");
}

/* ( name: type [= literal], ... ); only parameters have defaults. */
static bool parse_parameters(struct ncl_parser *parser, bool defaults, struct ncl_parameter **list, size_t *count)
{
    size_t capacity = 0;
    if (!ncl_parse_expect(parser, NCL_TOKEN_LPAREN, defaults ? "before the parameters" : "before the results"))
        return false;
    do {
        struct ncl_parameter parameter = {.at = ncl_parse_here(parser)};
        parameter.name = ncl_parse_identifier(parser, defaults ? "the name of a parameter" : "the name of a result");
        if (!parameter.name || !ncl_parse_expect(parser, NCL_TOKEN_COLON, "and a type after the name"))
            return false;
        parameter.type = ncl_parse_type(parser);
        if (!parameter.type)
            return false;
        if (defaults && ncl_parse_accept(parser, NCL_TOKEN_ASSIGN)) {
            parameter.initial = ncl_parse_literal(parser);
            if (!parameter.initial)
                return false;
        }
        ncl_parse_note_name(parser, parameter.name);
        if (!NCL_GROW(parser->arena, *list, *count, capacity))
            return ncl_parse_nomem(parser);
        (*list)[(*count)++] = parameter;
    } while (ncl_parse_accept(parser, NCL_TOKEN_COMMA));
    return ncl_parse_expect(parser, NCL_TOKEN_RPAREN, "or ',' in the declaration");
}

/* tract and torch_to_nnef write their metadata as "fragment tract_core_properties() -> ..."; the grammar wants a
 * parameter. */
static bool parse_metadata_parameters(struct ncl_parser *parser, const struct ncl_fragment *fragment)
{
    const struct ncl_loc at = ncl_parse_here(parser);
    if (strcmp(fragment->name, "tract_core_properties") != 0 || parser->token.kind != NCL_TOKEN_LPAREN ||
        ncl_parse_peek(parser, NULL) != NCL_TOKEN_RPAREN)
        return false;
    if (!(parser->compat & NNEFCL_COMPAT_TRACT))
        ncl_parse_lax(parser, at, "a fragment without parameters");
    ncl_parse_advance(parser);
    ncl_parse_advance(parser);
    return true;
}

static bool parse_declaration(struct ncl_parser *parser, struct ncl_fragment *fragment)
{
    fragment->at = ncl_parse_here(parser);
    fragment->name = ncl_parse_identifier(parser, "the name of a fragment");
    return fragment->name && parse_generic(parser, fragment) &&
           (parse_metadata_parameters(parser, fragment) ||
            parse_parameters(parser, true, &fragment->parameter, &fragment->parameter_count)) &&
           ncl_parse_expect(parser, NCL_TOKEN_ARROW, "and the results after the parameters") &&
           parse_parameters(parser, false, &fragment->result, &fragment->result_count);
}

static void parse_fragment(struct ncl_parser *parser, struct ncl_document *document, size_t *capacity)
{
    struct ncl_fragment fragment = {0};
    if (!parser->fragments) {
        parser->fragments = true;
        ncl_parse_lax(parser, ncl_parse_here(parser), "fragments need 'extension KHR_enable_fragment_definitions;'");
    }
    ncl_parse_advance(parser);
    parser->declared = 0;
    if (!parse_declaration(parser, &fragment))
        skip(parser, true);
    fragment.has_body = parser->token.kind == NCL_TOKEN_LBRACE;
    if (fragment.has_body)
        parse_body(parser, &fragment.assignment, &fragment.assignment_count);
    else if (!ncl_parse_expect(parser, NCL_TOKEN_SEMICOLON, "or a body after the declaration"))
        ncl_parse_recover(parser);
    if (!NCL_GROW(parser->arena, document->fragment, document->fragment_count, *capacity))
        ncl_parse_nomem(parser);
    else
        document->fragment[document->fragment_count++] = fragment;
}

/* ---- the graph ---- */

static bool parse_names(struct ncl_parser *parser, bool inputs, struct ncl_name **list, size_t *count)
{
    size_t capacity = 0;
    if (!ncl_parse_expect(parser, NCL_TOKEN_LPAREN, inputs ? "before the inputs" : "before the outputs"))
        return false;
    do {
        struct ncl_name name = {.at = ncl_parse_here(parser)};
        name.text = ncl_parse_identifier(parser, inputs ? "the name of an input" : "the name of an output");
        if (!name.text)
            return false;
        ncl_parse_note_name(parser, name.text);
        if (!NCL_GROW(parser->arena, *list, *count, capacity))
            return ncl_parse_nomem(parser);
        (*list)[(*count)++] = name;
    } while (ncl_parse_accept(parser, NCL_TOKEN_COMMA));
    return ncl_parse_expect(parser, NCL_TOKEN_RPAREN, "or ',' in the declaration");
}

static bool parse_graph_declaration(struct ncl_parser *parser, struct ncl_document *document)
{
    document->graph_name.at = ncl_parse_here(parser);
    document->graph_name.text = ncl_parse_identifier(parser, "the name of the graph");
    return document->graph_name.text && parse_names(parser, true, &document->input, &document->input_count) &&
           ncl_parse_expect(parser, NCL_TOKEN_ARROW, "and the outputs after the inputs") &&
           parse_names(parser, false, &document->output, &document->output_count);
}

static void parse_graph(struct ncl_parser *parser, struct ncl_document *document)
{
    ncl_parse_advance(parser);
    parser->declared = 0;
    if (!parse_graph_declaration(parser, document))
        skip(parser, true);
    else if (parser->token.kind != NCL_TOKEN_LBRACE)
        ncl_parse_unexpected(parser, "'{' and the body of the graph");
    parse_body(parser, &document->assignment, &document->assignment_count);
    if (parser->status == NNEFCL_OK && parser->token.kind != NCL_TOKEN_END)
        ncl_parse_unexpected(parser, "the end of the text after the graph");
}

/* Fragments up to the graph, or to the end of the text. */
static bool parse_fragments(struct ncl_parser *parser, struct ncl_document *document)
{
    size_t capacity = 0;
    while (parser->token.kind != NCL_TOKEN_END && parser->token.kind != NCL_TOKEN_GRAPH) {
        if (parser->token.kind == NCL_TOKEN_FRAGMENT) {
            parse_fragment(parser, document, &capacity);
            continue;
        }
        ncl_parse_unexpected(parser, "'fragment' or 'graph'");
        skip(parser, false);
    }
    return parser->token.kind == NCL_TOKEN_GRAPH;
}

nnefcl_status ncl_parse_document(struct ncl_arena *arena, struct ncl_diag *diag, const struct ncl_source *source,
                                 const struct ncl_parse_options *options, struct ncl_document **document)
{
    struct ncl_parser parser;
    struct ncl_document *result = NCL_NEW(arena, struct ncl_document);
    ncl_parser_init(&parser, arena, diag, source, options->compat);
    if (!result) {
        ncl_parse_nomem(&parser);
        return ncl_parser_finish(&parser);
    }
    result->source = source;
    if (options->stdlib)
        parser.fragments = parser.expressions = true;
    else {
        parse_version(&parser, result);
        parse_extensions(&parser, result);
    }
    if (parse_fragments(&parser, result))
        parse_graph(&parser, result);
    else if (!options->stdlib && parser.status == NNEFCL_OK)
        ncl_parse_unexpected(&parser, "a graph");
    nnefcl_status status = ncl_parser_finish(&parser);
    if (status == NNEFCL_OK)
        *document = result;
    return status;
}
