/* SPDX-License-Identifier: Apache-2.0 */
/* graph.quant (NNEF 1.0.5, 5.3): "tensor": algorithm(name = literal, ...); */
#include "nnef/parser.h"

static bool parse_arguments(struct ncl_parser *parser, struct ncl_expr *algorithm)
{
    size_t capacity = 0;
    if (!ncl_parse_expect(parser, NCL_TOKEN_LPAREN, "after the name of the algorithm"))
        return false;
    do {
        struct ncl_argument argument = {.at = ncl_parse_here(parser)};
        if (parser->token.kind == NCL_TOKEN_IDENTIFIER && ncl_parse_peek(parser, NULL) != NCL_TOKEN_ASSIGN)
            return ncl_parse_fail(parser, NNEFCL_ERR_MODEL, argument.at, "parameters are given as name = literal");
        argument.name = ncl_parse_identifier(parser, "the name of a parameter");
        if (!argument.name)
            return false;
        ncl_parse_advance(parser); /* the '=' that was seen */
        argument.value = ncl_parse_literal(parser);
        if (!argument.value)
            return false;
        if (!NCL_GROW(parser->arena, algorithm->argument, algorithm->argument_count, capacity))
            return ncl_parse_nomem(parser);
        algorithm->argument[algorithm->argument_count++] = argument;
        if (argument.value->height >= algorithm->height)
            algorithm->height = argument.value->height + 1;
    } while (ncl_parse_accept(parser, NCL_TOKEN_COMMA));
    return ncl_parse_expect(parser, NCL_TOKEN_RPAREN, "after the parameters");
}

static bool parse_entry(struct ncl_parser *parser, struct ncl_quant_entry *entry)
{
    *entry = (struct ncl_quant_entry){.at = ncl_parse_here(parser)};
    if (parser->token.kind != NCL_TOKEN_STRING)
        return ncl_parse_unexpected(parser, "the name of a tensor in quotes");
    entry->tensor = ncl_lex_text(parser->arena, &parser->token, NULL);
    entry->algorithm = NCL_NEW(parser->arena, struct ncl_expr);
    if (!entry->tensor || !entry->algorithm)
        return ncl_parse_nomem(parser);
    ncl_parse_advance(parser);
    if (!ncl_parse_expect(parser, NCL_TOKEN_COLON, "after the name of the tensor"))
        return false;
    *entry->algorithm = (struct ncl_expr){.kind = NCL_EXPR_INVOCATION, .at = ncl_parse_here(parser), .height = 1};
    entry->algorithm->name = ncl_parse_identifier(parser, "the name of a quantization algorithm");
    return entry->algorithm->name && parse_arguments(parser, entry->algorithm) &&
           ncl_parse_expect(parser, NCL_TOKEN_SEMICOLON, "after the algorithm");
}

nnefcl_status ncl_parse_quant(struct ncl_arena *arena, struct ncl_diag *diag, const struct ncl_source *source,
                              struct ncl_quant_file **file)
{
    struct ncl_parser parser;
    struct ncl_quant_file *result = NCL_NEW(arena, struct ncl_quant_file);
    size_t capacity = 0;
    ncl_parser_init(&parser, arena, diag, source, 0);
    if (result)
        result->source = source;
    else
        ncl_parse_nomem(&parser);
    while (parser.token.kind != NCL_TOKEN_END) {
        struct ncl_quant_entry entry;
        size_t before = parser.lexer.at;
        if (!parse_entry(&parser, &entry)) {
            ncl_parse_recover(&parser);
            if (parser.lexer.at == before)
                ncl_parse_advance(&parser); /* recovery stops before '}' and keywords, where nothing starts here */
        } else if (NCL_GROW(arena, result->entry, result->entry_count, capacity))
            result->entry[result->entry_count++] = entry;
        else
            ncl_parse_nomem(&parser);
    }
    nnefcl_status status = ncl_parser_finish(&parser);
    if (status == NNEFCL_OK)
        *file = result;
    return status;
}
