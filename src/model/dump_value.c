/* SPDX-License-Identifier: Apache-2.0 */
/* Values and the two sides of a node as text. */
#include "model/dump.h"

#include <inttypes.h>

#include "base/number.h"

static double literal_element(const struct ncl_tensor *tensor)
{
    switch (tensor->dtype) {
    case NNEFCL_SCALAR:
        return *(const float *)tensor->data;
    case NNEFCL_INTEGER:
        return *(const int32_t *)tensor->data;
    default:
        return *(const uint8_t *)tensor->data;
    }
}

static void dump_scalar(struct ncl_text *text, double value)
{
    char number[NCL_NUMBER_SIZE];
    ncl_text_add(text, ncl_format_double(value, number));
}

static void dump_tensor(struct ncl_text *text, const struct ncl_tensor *tensor, const char *const *name)
{
    if (tensor->producer)
        ncl_text_add(text, name ? name[tensor->id] : tensor->name);
    else if (tensor->dtype == NNEFCL_SCALAR)
        dump_scalar(text, literal_element(tensor));
    else if (tensor->dtype == NNEFCL_INTEGER)
        ncl_text_printf(text, "%d", (int)literal_element(tensor));
    else
        ncl_text_add(text, literal_element(tensor) != 0 ? "true" : "false");
}

static void dump_string(struct ncl_text *text, const struct ncl_value *value)
{
    ncl_text_add(text, "'");
    for (size_t i = 0; i < value->count; i++) {
        if (value->string[i] == '\'' || value->string[i] == '\\')
            ncl_text_add(text, "\\");
        ncl_text_add_bytes(text, &value->string[i], 1);
    }
    ncl_text_add(text, "'");
}

void ncl_dump_value(struct ncl_text *text, const struct ncl_value *value, const char *const *name)
{
    const bool tuple = value->kind == NCL_VALUE_TUPLE;
    switch (value->kind) {
    case NCL_VALUE_NONE:
        break;
    case NCL_VALUE_INTEGER:
        ncl_text_printf(text, "%" PRId64, value->integer);
        break;
    case NCL_VALUE_SCALAR:
        dump_scalar(text, value->scalar);
        break;
    case NCL_VALUE_LOGICAL:
        ncl_text_add(text, value->logical ? "true" : "false");
        break;
    case NCL_VALUE_STRING:
        dump_string(text, value);
        break;
    case NCL_VALUE_TENSOR:
        dump_tensor(text, value->tensor, name);
        break;
    case NCL_VALUE_ARRAY:
    case NCL_VALUE_TUPLE:
        ncl_text_add(text, tuple ? "(" : "[");
        for (size_t i = 0; i < value->count; i++) {
            ncl_text_add(text, i ? ", " : "");
            ncl_dump_value(text, &value->item[i], name);
        }
        ncl_text_add(text, tuple ? ")" : "]");
        break;
    }
}

bool ncl_dump_has_tensor(const struct ncl_value *value)
{
    return value->kind == NCL_VALUE_TENSOR || ((value->kind == NCL_VALUE_ARRAY || value->kind == NCL_VALUE_TUPLE) &&
                                               value->count && ncl_dump_has_tensor(&value->item[0]));
}

void ncl_dump_arguments(struct ncl_text *text, const struct ncl_node *node, const char *const *name)
{
    ncl_text_add(text, "(");
    for (size_t i = 0; i < node->parameter_count; i++) {
        ncl_text_add(text, i ? ", " : "");
        if (!ncl_dump_has_tensor(&node->argument[i]))
            ncl_text_printf(text, "%s = ", node->parameter[i]);
        ncl_dump_value(text, &node->argument[i], name);
    }
    ncl_text_add(text, ")");
}

void ncl_dump_results(struct ncl_text *text, const struct ncl_node *node, const char *const *name)
{
    for (size_t i = 0; i < node->result_count; i++) {
        ncl_text_add(text, i ? ", " : "");
        ncl_dump_value(text, &node->result[i], name);
    }
}
