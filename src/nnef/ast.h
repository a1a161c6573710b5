/* SPDX-License-Identifier: Apache-2.0 */
/* The document as written: declarations, statements, expressions. Nouns of the front end; every node knows its place
 * (NNEF 1.0.5, 3.2). Strings are NUL-terminated and unescaped; everything lives in the arena of the parse. */
#ifndef NCL_AST_H
#define NCL_AST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/alloc.h"
#include "base/diag.h"

/* Recursion over types and expressions is at most this deep; the parser refuses more. */
#define NCL_MAX_HEIGHT 1024

/* ---- types (3.3.1) ---- */

enum ncl_type_kind {
    NCL_TYPE_INTEGER,
    NCL_TYPE_SCALAR,
    NCL_TYPE_LOGICAL,
    NCL_TYPE_STRING,
    NCL_TYPE_GENERIC, /* ? */
    NCL_TYPE_TENSOR,  /* item[0]: the data type, a primitive or NCL_TYPE_GENERIC; item_count 0: tensor<> */
    NCL_TYPE_ARRAY,   /* item[0]: the item type; item_count 0: the type of the literal [] */
    NCL_TYPE_TUPLE    /* item[0 .. item_count) */
};

struct ncl_type {
    enum ncl_type_kind kind;
    size_t item_count;
    const struct ncl_type *const *item;
};

/* ---- expressions (3.2.3) ---- */

enum ncl_expr_kind {
    NCL_EXPR_INTEGER,       /* integer */
    NCL_EXPR_SCALAR,        /* scalar */
    NCL_EXPR_STRING,        /* string */
    NCL_EXPR_LOGICAL,       /* logical */
    NCL_EXPR_IDENTIFIER,    /* name */
    NCL_EXPR_ARRAY,         /* item[] */
    NCL_EXPR_TUPLE,         /* item[] (two or more) */
    NCL_EXPR_UNARY,         /* op, item[0] */
    NCL_EXPR_BINARY,        /* op, item[0], item[1] */
    NCL_EXPR_SELECT,        /* item[0] if item[1] else item[2] */
    NCL_EXPR_COMPREHENSION, /* [for iterator[] if item[0] yield item[1]]; item[0] NULL: no condition */
    NCL_EXPR_SUBSCRIPT,     /* item[0] [ item[1] ] */
    NCL_EXPR_RANGE,         /* item[0] [ item[1] : item[2] ], either may be NULL */
    NCL_EXPR_BUILTIN,       /* name: shape_of length_of range_of integer scalar logical string; item[0] */
    NCL_EXPR_INVOCATION     /* name <type> (argument[]) */
};

enum ncl_operator {
    NCL_OP_ADD,
    NCL_OP_SUB,
    NCL_OP_MUL,
    NCL_OP_DIV,
    NCL_OP_POW,
    NCL_OP_LT,
    NCL_OP_LE,
    NCL_OP_GT,
    NCL_OP_GE,
    NCL_OP_EQ,
    NCL_OP_NE,
    NCL_OP_AND,
    NCL_OP_OR,
    NCL_OP_NOT,
    NCL_OP_IN
};

struct ncl_expr;

struct ncl_argument {
    const char *name; /* NULL: positional */
    struct ncl_loc at;
    struct ncl_expr *value;
};

struct ncl_iterator {
    const char *name;
    struct ncl_loc at;
    struct ncl_expr *in;
};

struct ncl_expr {
    enum ncl_expr_kind kind;
    struct ncl_loc at;
    enum ncl_operator op;
    unsigned height; /* levels of expressions, this one included */
    bool parenthesized;
    bool logical;
    int64_t integer;
    double scalar;
    const char *name;            /* identifier, invoked operation, built-in, or the string */
    size_t name_length;          /* strings: bytes */
    const struct ncl_type *type; /* invocation: explicit generic argument, NULL: none */
    size_t item_count;
    struct ncl_expr **item;
    size_t argument_count;
    struct ncl_argument *argument;
    size_t iterator_count;
    struct ncl_iterator *iterator;
};

/* ---- declarations and documents ---- */

struct ncl_parameter {
    const char *name;
    struct ncl_loc at;
    const struct ncl_type *type;
    struct ncl_expr *initial; /* default value, NULL: none; results never have one */
};

struct ncl_assignment {
    struct ncl_loc at;
    struct ncl_expr *left, *right;
};

struct ncl_fragment {
    const char *name;
    struct ncl_loc at;
    bool generic;
    const struct ncl_type *generic_default; /* NULL: none */
    size_t parameter_count, result_count, assignment_count;
    struct ncl_parameter *parameter, *result;
    struct ncl_assignment *assignment;
    bool has_body;
};

struct ncl_name {
    const char *text;
    struct ncl_loc at;
};

struct ncl_document {
    const struct ncl_source *source;
    int version_major, version_minor;
    size_t extension_count; /* every name of every extension line; `argument` keeps free text of dialect lines */
    struct ncl_extension {
        const char *name, *argument;
        struct ncl_loc at;
    } * extension;
    size_t fragment_count;
    struct ncl_fragment *fragment;
    struct ncl_name graph_name;
    size_t input_count, output_count, assignment_count;
    struct ncl_name *input, *output;
    struct ncl_assignment *assignment;
};

/* One line of graph.quant (5.3): "name": algorithm(argument = literal, ...); */
struct ncl_quant_entry {
    const char *tensor;
    struct ncl_loc at;
    struct ncl_expr *algorithm; /* NCL_EXPR_INVOCATION with named arguments of literals only */
};

struct ncl_quant_file {
    const struct ncl_source *source;
    size_t entry_count;
    struct ncl_quant_entry *entry;
};

#endif
