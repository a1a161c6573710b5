/* SPDX-License-Identifier: Apache-2.0 */
/* Types (NNEF 1.0.5, 3.2.2). */
#include "nnef/parser.h"

static const struct ncl_type integer_type = {.kind = NCL_TYPE_INTEGER}, scalar_type = {.kind = NCL_TYPE_SCALAR},
                             logical_type = {.kind = NCL_TYPE_LOGICAL}, string_type = {.kind = NCL_TYPE_STRING},
                             generic_type = {.kind = NCL_TYPE_GENERIC};

const struct ncl_type *ncl_parse_type_name(struct ncl_parser *parser)
{
    const struct ncl_type *type = NULL;
    switch (parser->token.kind) {
    case NCL_TOKEN_TYPE_INTEGER:
        type = &integer_type;
        break;
    case NCL_TOKEN_TYPE_SCALAR:
        type = &scalar_type;
        break;
    case NCL_TOKEN_TYPE_LOGICAL:
        type = &logical_type;
        break;
    case NCL_TOKEN_TYPE_STRING:
        type = &string_type;
        break;
    case NCL_TOKEN_QUESTION:
        type = &generic_type;
        break;
    default:
        return NULL;
    }
    ncl_parse_advance(parser);
    return type;
}

static const struct ncl_type *make_type(struct ncl_parser *parser, enum ncl_type_kind kind,
                                        const struct ncl_type *const *item, size_t count)
{
    struct ncl_type *type = NCL_NEW(parser->arena, struct ncl_type);
    const struct ncl_type **copy = NCL_NEW_ARRAY(parser->arena, const struct ncl_type *, count);
    if (!type || !copy)
        return ncl_parse_nomem(parser);
    for (size_t i = 0; i < count; i++)
        copy[i] = item[i];
    *type = (struct ncl_type){.kind = kind, .item_count = count, .item = copy};
    return type;
}

/* tensor<item>, or tensor<> */
static const struct ncl_type *parse_tensor(struct ncl_parser *parser)
{
    ncl_parse_advance(parser);
    if (!ncl_parse_expect(parser, NCL_TOKEN_LT, "after 'tensor'"))
        return NULL;
    const struct ncl_type *item = ncl_parse_type_name(parser);
    if (!item && parser->token.kind != NCL_TOKEN_GT)
        return ncl_parse_unexpected(parser, "a data type or '>'");
    return ncl_parse_expect(parser, NCL_TOKEN_GT, "after the data type")
               ? make_type(parser, NCL_TYPE_TENSOR, &item, item ? 1 : 0)
               : NULL;
}

/* `levels` counts the tuples and arrays of the whole type, which bounds its height. */
static const struct ncl_type *parse_type(struct ncl_parser *parser, unsigned *levels);

static bool add_level(struct ncl_parser *parser, unsigned *levels)
{
    if (++*levels <= NCL_MAX_NESTING)
        return true;
    ncl_parse_stop(parser, NNEFCL_ERR_LIMIT, ncl_parse_here(parser), "a type of more than %d arrays and tuples",
                   NCL_MAX_NESTING);
    return false;
}

static const struct ncl_type *parse_tuple(struct ncl_parser *parser, unsigned *levels)
{
    const struct ncl_type **item = NULL;
    size_t count = 0, capacity = 0;
    ncl_parse_advance(parser);
    if (!add_level(parser, levels))
        return NULL;
    do {
        const struct ncl_type *type = parse_type(parser, levels);
        if (!type)
            return NULL;
        if (!NCL_GROW(parser->arena, item, count, capacity))
            return ncl_parse_nomem(parser);
        item[count++] = type;
    } while (ncl_parse_accept(parser, NCL_TOKEN_COMMA));
    if (count < 2)
        return ncl_parse_unexpected(parser, "',' and a second type of the tuple");
    return ncl_parse_expect(parser, NCL_TOKEN_RPAREN, "after the types of a tuple")
               ? make_type(parser, NCL_TYPE_TUPLE, item, count)
               : NULL;
}

static const struct ncl_type *parse_type(struct ncl_parser *parser, unsigned *levels)
{
    const struct ncl_type *type;
    if (parser->token.kind == NCL_TOKEN_TENSOR)
        type = parse_tensor(parser);
    else if (parser->token.kind == NCL_TOKEN_LPAREN)
        type = parse_tuple(parser, levels);
    else {
        type = ncl_parse_type_name(parser);
        if (!type)
            return ncl_parse_unexpected(parser, "a type");
    }
    while (type && ncl_parse_accept(parser, NCL_TOKEN_LBRACKET)) {
        if (!ncl_parse_expect(parser, NCL_TOKEN_RBRACKET, "of an array type") || !add_level(parser, levels))
            return NULL;
        type = make_type(parser, NCL_TYPE_ARRAY, &type, 1);
    }
    return type;
}

const struct ncl_type *ncl_parse_type(struct ncl_parser *parser)
{
    unsigned levels = 0;
    return parse_type(parser, &levels);
}
