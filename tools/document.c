/* SPDX-License-Identifier: Apache-2.0 */
#include "document.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "mempool.h"
#include "clean.h"

enum { DIGITS = 9 }; /* a float comes back as it was */

static json_t *made(json_t *value)
{
    if (!value)
        pool_exhausted(0);
    return value;
}

static void done(int failed)
{
    if (failed)
        pool_exhausted(0);
}

json_t *document_array(void)
{
    return made(json_array());
}

json_t *document_object(void)
{
    return made(json_object());
}

json_t *document_null(void)
{
    return made(json_null());
}

json_t *document_begin(const char *name)
{
    return made(json_pack("{s:s++}", "schema", "nnefcl/", name, "/1"));
}

json_t *document_text(const char *text)
{
    static const char unknown[] = "\xef\xbf\xbd";
    struct pool pool = {0};
    const size_t length = strlen(text);
    char *clean = pool_array(&pool, length + 1, sizeof unknown), *end = clean;
    for (size_t at = 0; at < length;) {
        uint32_t code;
        const size_t bytes = print_character(text + at, length - at, &code);
        memcpy(end, bytes ? text + at : unknown, bytes ? bytes : sizeof unknown - 1);
        end += bytes ? bytes : sizeof unknown - 1;
        at += bytes ? bytes : 1;
    }
    json_t *value = made(json_stringn(clean, (size_t)(end - clean)));
    pool_free(&pool);
    return value;
}

json_t *document_integer(json_int_t value)
{
    return made(json_integer(value));
}

json_t *document_truth(bool value)
{
    return json_boolean(value);
}

json_t *document_real(double value)
{
    if (isnan(value))
        return document_text("nan");
    if (isinf(value))
        return document_text(value < 0 ? "-inf" : "inf");
    return made(json_real(value));
}

json_t *document_shape(const nnefcl_shape *shape)
{
    json_t *array = document_array();
    for (int i = 0; i < shape->rank; i++)
        document_add(array, document_integer(shape->extent[i]));
    return array;
}

static json_t *element_json(const nnefcl_tensor *tensor, size_t position)
{
    double value = tensor_element(tensor, position);
    if (tensor->dtype == NNEFCL_LOGICAL)
        return json_boolean(value != 0);
    return tensor->dtype == NNEFCL_INTEGER ? document_integer((json_int_t)value) : document_real(value);
}

json_t *document_elements(const nnefcl_tensor *tensor)
{
    json_t *array = document_array();
    const size_t count = shape_count(&tensor->shape);
    for (size_t i = 0; i < count; i++)
        document_add(array, element_json(tensor, i));
    return array;
}

void document_set(json_t *object, const char *key, json_t *value)
{
    if (value)
        done(json_object_set_new(object, key, value));
}

void document_add(json_t *array, json_t *value)
{
    if (value)
        done(json_array_append_new(array, value));
}

void document_merge(json_t *object, json_t *other)
{
    done(json_object_update(object, other));
    json_decref(other);
}

bool document_empty(const json_t *array)
{
    return json_array_size(array) == 0;
}

/* The value of a pair; `type` stands at it in the format. */
static json_t *next_value(const char *type, va_list *args)
{
    const char *text;
    switch (*type) {
    case 's':
        text = va_arg(*args, const char *);
        return text || type[1] != '?' ? document_text(text ? text : "") : made(json_null());
    case 'I':
        return document_integer(va_arg(*args, json_int_t));
    case 'i':
        return document_integer(va_arg(*args, int));
    case 'f':
        return document_real(va_arg(*args, double));
    case 'b':
        return document_truth(va_arg(*args, int));
    default:
        return made(va_arg(*args, json_t *));
    }
}

json_t *document_pack(const char *format, ...)
{
    json_t *object = document_object();
    va_list args;
    va_start(args, format);
    for (const char *pair = strchr(format, ':'); pair; pair = strchr(pair + 1, ':')) {
        const char *key = va_arg(args, const char *);
        document_set(object, key, next_value(pair + 1, &args));
    }
    va_end(args);
    return object;
}

/* jansson hands out whole characters; within its strings an escape may stand for any. */
static int write_piece(const char *text, size_t length, void *file)
{
    for (size_t at = 0; at < length;) {
        uint32_t code = 0;
        const size_t bytes = print_character(text + at, length - at, &code), size = bytes ? bytes : 1;
        const bool plain = code == '\n' || !print_acts(code);
        if (plain ? fwrite(text + at, 1, size, file) != size : fprintf(file, "\\u%04x", (unsigned)code) < 0)
            return -1;
        at += size;
    }
    return 0;
}

int document_write(json_t *document, FILE *file, size_t flags)
{
    const int failed = json_dump_callback(document, write_piece, file, flags | JSON_REAL_PRECISION(DIGITS));
    if (failed && !ferror(file))
        pool_exhausted(0);
    json_decref(document);
    return failed || putc('\n', file) == EOF ? EOF : 0;
}

static bool printed;

void document_print(json_t *document)
{
    printed = true;
    document_write(document, stdout, JSON_INDENT(1));
}

bool document_printed(void)
{
    return printed;
}
