/* SPDX-License-Identifier: Apache-2.0 */
/* Graphs of TensorFlow, made node by node: by calls, or by lines of text. */
#ifndef GRAPHDEF_MADE_H
#define GRAPHDEF_MADE_H

#include <ctype.h>

#include "import/file_bytes_made.h"

enum { FLOAT = 1, INT32 = 3 };

static inline void attr(struct bytes *node, const char *key, const struct bytes *value)
{
    struct bytes entry = {.size = 0};
    pb_text(&entry, 1, key);
    pb_message(&entry, 2, value);
    pb_message(node, 5, &entry);
}

static inline void attr_type(struct bytes *node, const char *key, int type)
{
    struct bytes value = {.size = 0};
    pb_number(&value, 6, (uint64_t)type);
    attr(node, key, &value);
}

static inline void attr_text(struct bytes *node, const char *key, const char *text)
{
    struct bytes value = {.size = 0};
    pb_text(&value, 2, text);
    attr(node, key, &value);
}

static inline void attr_list(struct bytes *node, const char *key, const int *item, size_t count)
{
    struct bytes value = {.size = 0}, list = {.size = 0};
    for (size_t i = 0; i < count; i++)
        pb_number(&list, 3, (uint64_t)item[i]);
    pb_message(&value, 1, &list);
    attr(node, key, &value);
}

static inline struct bytes shape_of(const int *extent, size_t rank)
{
    struct bytes shape = {.size = 0};
    for (size_t i = 0; i < rank; i++) {
        struct bytes dim = {.size = 0};
        pb_number(&dim, 1, (uint64_t)(int64_t)extent[i]);
        pb_message(&shape, 2, &dim);
    }
    return shape;
}

static inline struct bytes node_of(const char *name, const char *op, const char *const *input, size_t inputs)
{
    struct bytes node = {.size = 0};
    pb_text(&node, 1, name);
    pb_text(&node, 2, op);
    for (size_t i = 0; i < inputs; i++)
        pb_text(&node, 3, input[i]);
    return node;
}

static inline void placeholder(struct bytes *graph, const char *name, const int *extent, size_t rank)
{
    struct bytes node = node_of(name, "Placeholder", NULL, 0), value = {.size = 0};
    const struct bytes shape = shape_of(extent, rank);
    pb_message(&value, 7, &shape);
    attr_type(&node, "dtype", FLOAT);
    attr(&node, "shape", &value);
    pb_message(graph, 1, &node);
}

/* `fields`: the elements, as the message of a tensor has them. */
static inline void constant_as(struct bytes *graph, unsigned field, const char *name, int type, const int *extent,
                               size_t rank, const struct bytes *fields)
{
    struct bytes node = node_of(name, "Const", NULL, 0), value = {.size = 0}, tensor = {.size = 0};
    const struct bytes shape = shape_of(extent, rank);
    pb_number(&tensor, 1, (uint64_t)type);
    pb_message(&tensor, 2, &shape);
    bytes_put(&tensor, fields->data, fields->size);
    pb_message(&value, 8, &tensor);
    attr(&node, "value", &value);
    pb_message(graph, field, &node);
}

static inline void constant(struct bytes *graph, const char *name, int type, const int *extent, size_t rank,
                            const struct bytes *fields)
{
    constant_as(graph, 1, name, type, extent, rank, fields);
}

static inline void integers(struct bytes *graph, const char *name, const int *item, size_t count)
{
    struct bytes fields = {.size = 0}, content = {.size = 0};
    for (size_t i = 0; i < count; i++)
        bytes_int(&content, (uint64_t)item[i], 4);
    pb_message(&fields, 4, &content);
    constant(graph, name, INT32, (const int[]){(int)count}, 1, &fields);
}

/* ---- by lines ---- */

/* "key=value": @name is a function, [1,2] a list, digits are an integer, with a point a number, other words text. */
static inline void attr_line(struct bytes *node, const char *word)
{
    const char *equals = strchr(word, '=');
    char key[64];
    struct bytes value = {.size = 0}, function = {.size = 0};
    snprintf(key, sizeof key, "%.*s", (int)(equals - word), word);
    if (equals[1] == '@') {
        pb_text(&function, 1, equals + 2);
        pb_message(&value, 10, &function);
    } else if (equals[1] == '[') {
        struct bytes list = {.size = 0};
        for (char *at = (char *)equals + 2; *at && *at != ']'; at += *at == ',')
            pb_number(&list, 3, strtoul(at, &at, 10));
        pb_message(&value, 1, &list);
    } else if (strchr(equals, '.')) {
        pb_float(&value, 4, strtof(equals + 1, NULL));
    } else if (isdigit((unsigned char)equals[1])) {
        pb_number(&value, 3, strtoul(equals + 1, NULL, 10));
    } else {
        pb_text(&value, 2, equals + 1);
    }
    attr(node, key, &value);
}

/* "name = Op operand ... key=value ..." as message `field` of the graph, or of a function. */
static inline void node_line(struct bytes *graph, unsigned field, const char *line)
{
    char copy[256], *word[16], *rest = NULL;
    size_t count = 0;
    snprintf(copy, sizeof copy, "%s", line);
    for (char *w = strtok_r(copy, " ", &rest); w; w = strtok_r(NULL, " ", &rest)) {
        ck_assert_uint_lt(count, sizeof word / sizeof *word);
        word[count++] = w;
    }
    ck_assert_msg(count > 2 && strcmp(word[1], "=") == 0, "%s", line);
    struct bytes node = node_of(word[0], word[2], NULL, 0);
    for (size_t i = 3; i < count; i++)
        if (strchr(word[i], '='))
            attr_line(&node, word[i]);
        else
            pb_text(&node, 3, word[i]);
    pb_message(graph, field, &node);
}

static inline void node_lines(struct bytes *graph, unsigned field, const char *const *line)
{
    for (; *line; line++)
        node_line(graph, field, *line);
}

/* A constant of rank 0: of a graph, field 1, or of a function, field 3. */
static inline void number_of(struct bytes *graph, unsigned field, const char *name, int type, float value)
{
    struct bytes fields = {.size = 0};
    if (type == FLOAT)
        pb_float(&fields, 5, value);
    else
        pb_number(&fields, 7, (uint64_t)(int64_t)value);
    constant_as(graph, field, name, type, NULL, 0, &fields);
}

/* A function of the library with a constant "one": its arguments and results, "name" and "name=edge", then its nodes.
 */
static inline void function_lines(struct bytes *library, const char *name, const char *const *argument,
                                  const char *const *result, const char *const *line)
{
    struct bytes function = {.size = 0}, signature = {.size = 0};
    pb_text(&signature, 1, name);
    for (; *argument; argument++) {
        struct bytes item = {.size = 0};
        pb_text(&item, 1, *argument);
        pb_message(&signature, 2, &item);
    }
    for (const char *const *at = result; *at; at++) {
        struct bytes item = {.size = 0};
        pb_data(&item, 1, *at, strcspn(*at, "="));
        pb_message(&signature, 3, &item);
    }
    pb_message(&function, 1, &signature);
    number_of(&function, 3, "one", INT32, 1);
    node_lines(&function, 3, line);
    for (; *result; result++) {
        struct bytes item = {.size = 0};
        pb_data(&item, 1, *result, strcspn(*result, "="));
        pb_text(&item, 2, strchr(*result, '=') + 1);
        pb_message(&function, 4, &item);
    }
    pb_message(library, 1, &function);
}

#endif
