/* SPDX-License-Identifier: Apache-2.0 */
#include "import/protobuf_text.h"

#include <ctype.h>
#include <string.h>

#include "base/number.h"

#define MAX_TEXT_DEPTH 64

struct message_text {
    struct ncl_import *import;
    const char *name, *at, *end;
    unsigned line, depth;
};

static bool text_wrong(struct message_text *t, const char *what)
{
    if (!t->import->status)
        ncl_import_invalid(t->import, "%s:%u: %s", t->name, t->line, what);
    return false;
}

static bool text_nomem(struct message_text *t)
{
    ncl_import_nomem(t->import);
    return false;
}

/* ---- tokens ---- */

static void skip_space(struct message_text *t)
{
    for (; t->at < t->end; t->at++) {
        if (*t->at == '#')
            while (t->at < t->end && *t->at != '\n')
                t->at++;
        if (t->at < t->end && *t->at == '\n')
            t->line++;
        if (t->at == t->end || !(isspace((unsigned char)*t->at) || *t->at == ',' || *t->at == ';'))
            return;
    }
}

static bool accept_sign(struct message_text *t, char sign)
{
    skip_space(t);
    if (t->at == t->end || *t->at != sign)
        return false;
    t->at++;
    return true;
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '-' || c == '+';
}

/* An identifier or a number; length 0: neither. */
static size_t take_word(struct message_text *t, const char **word)
{
    skip_space(t);
    *word = t->at;
    while (t->at < t->end && is_word(*t->at))
        t->at++;
    return (size_t)(t->at - *word);
}

static char unescape(struct message_text *t)
{
    static const char from[] = "ntr", to[] = "\n\t\r";
    unsigned value = 0;
    const char c = *t->at++;
    const char *known = memchr(from, c, sizeof from - 1);
    if (known)
        return to[known - from];
    if (c < '0' || c > '7')
        return c;
    t->at--;
    for (int i = 0; i < 3 && t->at < t->end && *t->at >= '0' && *t->at <= '7'; i++)
        value = 8 * value + (unsigned)(*t->at++ - '0');
    return (char)value;
}

static bool is_quote(const struct message_text *t)
{
    return t->at < t->end && (*t->at == '"' || *t->at == '\'');
}

/* NULL: there is none, or an error. */
static char *take_string(struct message_text *t)
{
    skip_space(t);
    if (!is_quote(t))
        return NULL;
    const char quote = *t->at++, *last = t->at;
    while (last < t->end && *last != quote && *last != '\n')
        last += *last == '\\' && last + 1 < t->end ? 2 : 1;
    size_t length = 0;
    char *copy = ncl_arena_alloc(t->import->arena, (size_t)(last - t->at) + 1);
    if (!copy || last >= t->end || *last != quote) {
        if (copy)
            text_wrong(t, "a string without an end");
        else
            text_nomem(t);
        return NULL;
    }
    while (t->at < last) {
        const bool escaped = *t->at == '\\';
        t->at += escaped;
        copy[length++] = escaped ? unescape(t) : *t->at++;
    }
    t->at = last + 1;
    return copy;
}

/* ---- values ---- */

static bool text_fields(struct message_text *t, const ProtobufCMessageDescriptor *schema, ProtobufCMessage *message,
                        char end);

/* Also ".5", "1." and "1f", as C has them. */
static bool number_of_word(const char *word, size_t length, double *number)
{
    char text[64];
    size_t used = 0;
    if (length && (word[length - 1] == 'f' || word[length - 1] == 'F'))
        length--;
    for (size_t i = 0; i < length && used + 3 < sizeof text; i++) {
        const bool point = word[i] == '.';
        if (point && (i == 0 || !isdigit((unsigned char)word[i - 1])))
            text[used++] = '0';
        text[used++] = word[i];
        if (point && (i + 1 == length || !isdigit((unsigned char)word[i + 1])))
            text[used++] = '0';
    }
    return length < sizeof text / 2 && ncl_parse_double(text, used, number);
}

static bool integer_of_word(const ProtobufCFieldDescriptor *field, const char *word, size_t length, int64_t *integer)
{
    const ProtobufCEnumDescriptor *names = field->type == PROTOBUF_C_TYPE_ENUM ? field->descriptor : NULL;
    for (unsigned i = 0; names && i < names->n_values; i++)
        if (strlen(names->values[i].name) == length && memcmp(names->values[i].name, word, length) == 0) {
            *integer = names->values[i].value;
            return true;
        }
    if (field->type == PROTOBUF_C_TYPE_BOOL && length && (word[0] == 't' || word[0] == 'f')) {
        *integer = word[0] == 't';
        return true;
    }
    return ncl_parse_int64(word, length, integer);
}

static bool store_word(struct message_text *t, const ProtobufCFieldDescriptor *field, void *to)
{
    const char *word;
    const size_t length = take_word(t, &word);
    double number = 0;
    int64_t integer = 0;
    const bool real = field->type == PROTOBUF_C_TYPE_FLOAT || field->type == PROTOBUF_C_TYPE_DOUBLE;
    if (!(real ? number_of_word(word, length, &number) : integer_of_word(field, word, length, &integer)))
        return text_wrong(t, "this is no value of the field");
    switch (field->type) {
    case PROTOBUF_C_TYPE_FLOAT:
        *(float *)to = (float)number;
        return true;
    case PROTOBUF_C_TYPE_DOUBLE:
        *(double *)to = number;
        return true;
    case PROTOBUF_C_TYPE_INT64:
        *(int64_t *)to = integer;
        return true;
    case PROTOBUF_C_TYPE_BOOL:
        *(protobuf_c_boolean *)to = integer != 0;
        return true;
    default:
        if (integer < INT32_MIN || integer > UINT32_MAX)
            return text_wrong(t, "a number that does not fit 32 bits");
        *(uint32_t *)to = (uint32_t)integer; /* int32, uint32 and enumerations have this size */
        return true;
    }
}

static bool store_message(struct message_text *t, const ProtobufCFieldDescriptor *field, void *to)
{
    const ProtobufCMessageDescriptor *schema = field->descriptor;
    const char end = accept_sign(t, '{') ? '}' : accept_sign(t, '<') ? '>' : '\0';
    ProtobufCMessage *message = ncl_arena_alloc(t->import->arena, schema->sizeof_message);
    if (!end)
        return text_wrong(t, "a '{' is missing");
    if (!message)
        return text_nomem(t);
    protobuf_c_message_init(schema, message);
    *(ProtobufCMessage **)to = message;
    return text_fields(t, schema, message, end);
}

static bool store_value(struct message_text *t, const ProtobufCFieldDescriptor *field, void *to)
{
    if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        return store_message(t, field, to);
    if (field->type != PROTOBUF_C_TYPE_STRING)
        return store_word(t, field, to);
    char *string = take_string(t);
    *(char **)to = string;
    return string || text_wrong(t, "a string is missing");
}

static size_t size_of(const ProtobufCFieldDescriptor *field)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_MESSAGE:
    case PROTOBUF_C_TYPE_STRING:
        return sizeof(void *);
    case PROTOBUF_C_TYPE_DOUBLE:
    case PROTOBUF_C_TYPE_INT64:
        return 8;
    case PROTOBUF_C_TYPE_BOOL:
        return sizeof(protobuf_c_boolean);
    default:
        return 4;
    }
}

/* One more item of a repeated field. The array doubles when the count is a power of two. */
static bool append_value(struct message_text *t, const ProtobufCFieldDescriptor *field, ProtobufCMessage *message)
{
    size_t *count = (size_t *)((char *)message + field->quantifier_offset);
    char **items = (char **)((char *)message + field->offset);
    const size_t size = size_of(field);
    if ((*count & (*count - 1)) == 0) {
        char *larger = ncl_arena_array(t->import->arena, *count ? 2 * *count : 1, size);
        if (!larger)
            return text_nomem(t);
        if (*count)
            memcpy(larger, *items, *count * size);
        *items = larger;
    }
    return store_value(t, field, *items + (*count)++ * size);
}

static bool text_repeated(struct message_text *t, const ProtobufCFieldDescriptor *field, ProtobufCMessage *message)
{
    if (!accept_sign(t, '['))
        return append_value(t, field, message);
    while (!accept_sign(t, ']'))
        if (t->at == t->end || !append_value(t, field, message))
            return text_wrong(t, "a ']' is missing");
    return true;
}

static bool text_single(struct message_text *t, const ProtobufCFieldDescriptor *field, ProtobufCMessage *message)
{
    if (field->type != PROTOBUF_C_TYPE_MESSAGE && field->type != PROTOBUF_C_TYPE_STRING)
        *(protobuf_c_boolean *)((char *)message + field->quantifier_offset) = 1;
    return store_value(t, field, (char *)message + field->offset);
}

/* ---- fields ---- */

/* What no schema knows: a word, strings, or everything up to the bracket that closes. */
static bool skip_value(struct message_text *t)
{
    const char *word;
    unsigned depth = 0;
    do {
        skip_space(t);
        if (t->at == t->end)
            return text_wrong(t, "the text ends too early");
        if (accept_sign(t, '{') || accept_sign(t, '<') || accept_sign(t, '['))
            depth++;
        else if (depth && (accept_sign(t, '}') || accept_sign(t, '>') || accept_sign(t, ']')))
            depth--;
        else if (!take_string(t) && !take_word(t, &word) && !(depth && accept_sign(t, ':')))
            return text_wrong(t, "a value is missing");
    } while (depth && !t->import->status);
    return !t->import->status;
}

/* "base" is called base_ in a schema: generated code has a member of that name. */
static const ProtobufCFieldDescriptor *find_field(const ProtobufCMessageDescriptor *schema, char *name)
{
    return protobuf_c_message_descriptor_get_field_by_name(schema, strcmp(name, "base") == 0 ? "base_" : name);
}

static bool text_field(struct message_text *t, const ProtobufCMessageDescriptor *schema, ProtobufCMessage *message)
{
    const char *word;
    char name[64];
    const size_t length = take_word(t, &word);
    if (!length)
        return text_wrong(t, "the name of a field is missing");
    const bool fits = length + 1 < sizeof name;
    memcpy(name, word, fits ? length : 0);
    name[fits ? length : 0] = '\0';
    accept_sign(t, ':');
    const ProtobufCFieldDescriptor *field = find_field(schema, name);
    if (!field)
        return skip_value(t);
    return field->label == PROTOBUF_C_LABEL_REPEATED ? text_repeated(t, field, message)
                                                     : text_single(t, field, message);
}

/* Up to `end`; '\0': the end of the text. */
static bool text_fields(struct message_text *t, const ProtobufCMessageDescriptor *schema, ProtobufCMessage *message,
                        char end)
{
    if (++t->depth > MAX_TEXT_DEPTH)
        return text_wrong(t, "messages are nested too deep");
    for (;;) {
        skip_space(t);
        if (t->at == t->end ? !end : end && accept_sign(t, end))
            break;
        if (t->at == t->end)
            return text_wrong(t, "the text ends within a message");
        if (!text_field(t, schema, message))
            return false;
    }
    t->depth--;
    return true;
}

void *ncl_protobuf_text(struct ncl_import *import, const ProtobufCMessageDescriptor *schema, const char *name,
                        const uint8_t *text, size_t size)
{
    struct message_text t = {import, name, (const char *)text, (const char *)text + size, 1, 0};
    ProtobufCMessage *message = ncl_arena_alloc(import->arena, schema->sizeof_message);
    if (!message) {
        ncl_import_nomem(import);
        return NULL;
    }
    protobuf_c_message_init(schema, message);
    return text_fields(&t, schema, message, '\0') ? message : NULL;
}
