/* SPDX-License-Identifier: Apache-2.0 */
/* What others wrote as JSON. */
#include <stdio.h>

#include "document.h"

json_t *document_parse(const void *text, size_t size, char why[DOCUMENT_WHY])
{
    json_error_t error;
    json_t *value = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
    if (!value)
        snprintf(why, DOCUMENT_WHY, "line %d, column %d: %s", error.line, error.column, error.text);
    return value;
}

const json_t *document_member(const json_t *object, const char *key)
{
    return json_object_get(object, key);
}

const json_t *document_item(const json_t *array, size_t index)
{
    return json_array_get(array, index);
}

bool document_is_object(const json_t *value)
{
    return json_is_object(value);
}

const char *document_string(const json_t *value)
{
    return json_string_value(value);
}

bool document_is_count(const json_t *value, uint64_t *count)
{
    const json_int_t given = json_integer_value(value);
    *count = (uint64_t)given;
    return json_is_integer(value) && given >= 0;
}

bool document_is_truth(const json_t *value, bool *truth)
{
    *truth = json_is_true(value);
    return json_is_boolean(value);
}
