/* SPDX-License-Identifier: Apache-2.0 */
#include "import/torch7/t7.h"

#include <math.h>
#include <string.h>

#include "base/checked.h"
#include "base/number.h"

/* How numbers are written: torch.save of this machine's kind, of one with the other byte order, or with 'ascii'. */
enum form { LITTLE, BIG, TEXT };

struct t7 {
    struct ncl_import *import;
    enum form form;
    const uint8_t *data;
    size_t size, at;
    unsigned depth;
    struct ncl_t7 **object; /* by number */
    size_t objects;
};

enum { TYPE_NIL, TYPE_NUMBER, TYPE_STRING, TYPE_TABLE, TYPE_OBJECT, TYPE_BOOLEAN, TYPE_FUNCTION };

#define MAX_OBJECTS ((size_t)1 << 22)

static bool t7_wrong(struct t7 *r, const char *what)
{
    if (!r->import->status)
        ncl_import_invalid(r->import, "byte %zu: %s", r->at, what);
    return false;
}

static struct ncl_t7 *t7_new(struct t7 *r, enum ncl_t7_kind kind)
{
    struct ncl_t7 *made = NCL_NEW(&r->import->scratch, struct ncl_t7);
    if (made)
        made->kind = kind;
    else
        ncl_import_nomem(r->import);
    return made;
}

/* ---- plain values ---- */

static bool take(struct t7 *r, void *value, size_t size)
{
    if (r->import->status || size > r->size - r->at)
        return t7_wrong(r, "the file ends within an object");
    memcpy(value, r->data + r->at, size);
    r->at += size;
    return true;
}

#define MOST_DIGITS 63

/* The next word of a text, and one character behind it. */
static bool take_word(struct t7 *r, char word[MOST_DIGITS + 1])
{
    size_t length = 0;
    while (r->at < r->size && (r->data[r->at] == ' ' || r->data[r->at] == '\n'))
        r->at++;
    while (r->at < r->size && r->data[r->at] > ' ' && length < MOST_DIGITS)
        word[length++] = (char)r->data[r->at++];
    word[length] = '\0';
    r->at += r->at < r->size;
    return length > 0 && !r->import->status ? true : t7_wrong(r, "a number is missing");
}

/* The low bytes of `bits`, the lowest first. */
static void put_bits(uint8_t *to, uint64_t bits, size_t width)
{
    for (size_t i = 0; i < width; i++)
        to[i] = (uint8_t)(bits >> 8 * i);
}

static bool take_word_as(struct t7 *r, uint8_t *to, enum ncl_stored_type element)
{
    char word[MOST_DIGITS + 1];
    double number;
    int64_t whole = 0;
    uint64_t wide;
    uint32_t narrow;
    if (!take_word(r, word))
        return false;
    const bool is_whole = ncl_parse_int64(word, strlen(word), &whole);
    if (!ncl_parse_double(word, strlen(word), &number)) {
        number = strstr(word, "nan") ? (double)NAN : *word == '-' ? -INFINITY : INFINITY;
        if (!strstr(word, "nan") && !strstr(word, "inf"))
            return t7_wrong(r, "what should be a number is none");
    }
    whole = is_whole ? whole : ncl_int64_of(number);
    switch (element) {
    case NCL_STORED_FLOAT32:
        memcpy(&narrow, &(float){(float)number}, sizeof narrow);
        put_bits(to, narrow, 4);
        return true;
    case NCL_STORED_FLOAT64:
        memcpy(&wide, &number, sizeof wide);
        put_bits(to, wide, 8);
        return true;
    case NCL_STORED_INT16:
    case NCL_STORED_INT32:
    case NCL_STORED_INT64:
        put_bits(to, (uint64_t)whole, ncl_stored_bits(element) / 8);
        return true;
    default:
        return t7_wrong(r, "elements whose text is not known");
    }
}

/* `count` elements of any form as ncl_stored_to_double takes them: the lowest byte first. Bytes are bytes in each. */
static bool take_elements(struct t7 *r, uint8_t *to, size_t count, enum ncl_stored_type element)
{
    const size_t width = ncl_stored_bits(element) / 8;
    if (r->form != TEXT || width == 1) {
        if (!take(r, to, count * width))
            return false;
        for (size_t i = 0; i < count && r->form == BIG; i++, to += width)
            for (size_t k = 0; k < width / 2; k++) {
                const uint8_t first = to[k];
                to[k] = to[width - 1 - k];
                to[width - 1 - k] = first;
            }
        return true;
    }
    for (size_t i = 0; i < count; i++, to += width)
        if (!take_word_as(r, to, element))
            return false;
    return true;
}

static bool take_longs(struct t7 *r, int64_t *value, size_t count)
{
    uint8_t bytes[NNEFCL_MAX_RANK * sizeof *value];
    if (!take_elements(r, bytes, count, NCL_STORED_INT64))
        return false;
    ncl_stored_to_int64(NCL_STORED_INT64, bytes, 0, count, value);
    return true;
}

static bool take_int(struct t7 *r, int32_t *value)
{
    uint8_t bytes[sizeof *value];
    int64_t whole;
    if (!take_elements(r, bytes, 1, NCL_STORED_INT32))
        return false;
    ncl_stored_to_int64(NCL_STORED_INT32, bytes, 0, 1, &whole);
    *value = (int32_t)whole;
    return true;
}

static bool take_double(struct t7 *r, double *value)
{
    uint8_t bytes[sizeof *value];
    if (!take_elements(r, bytes, 1, NCL_STORED_FLOAT64))
        return false;
    ncl_stored_to_double(NCL_STORED_FLOAT64, bytes, 0, 1, value);
    return true;
}

static const char *take_string(struct t7 *r, size_t *length)
{
    int32_t count;
    if (!take_int(r, &count))
        return NULL;
    if (count < 0 || (size_t)count > r->size - r->at) {
        t7_wrong(r, "a string is longer than the file");
        return NULL;
    }
    char *string = ncl_arena_strndup(&r->import->scratch, (const char *)r->data + r->at, (size_t)count);
    if (!string)
        ncl_import_nomem(r->import);
    r->at += (size_t)count;
    r->at += r->form == TEXT && count > 0 && r->at < r->size && r->data[r->at] == '\n';
    *length = (size_t)count;
    return string;
}

/* ---- objects by number ---- */

static struct ncl_t7 **object_slot(struct t7 *r, int32_t number)
{
    if (number < 1 || (size_t)number > MAX_OBJECTS) {
        t7_wrong(r, "an object with a number outside of the range");
        return NULL;
    }
    if ((size_t)number >= r->objects) {
        size_t larger = r->objects ? r->objects : 256;
        while (larger <= (size_t)number)
            larger *= 2;
        struct ncl_t7 **grown = NCL_NEW_ARRAY(&r->import->scratch, struct ncl_t7 *, larger);
        if (!grown) {
            ncl_import_nomem(r->import);
            return NULL;
        }
        if (r->objects)
            memcpy(grown, r->object, r->objects * sizeof *grown);
        r->object = grown;
        r->objects = larger;
    }
    return &r->object[number];
}

static struct ncl_t7 *read_value(struct t7 *r);

static bool read_table(struct t7 *r, struct ncl_t7 *table)
{
    int32_t count;
    table->kind = NCL_T7_TABLE;
    if (!take_int(r, &count))
        return false;
    if (count < 0 || (size_t)count > (r->size - r->at) / (r->form == TEXT ? 4 : 8))
        return t7_wrong(r, "a table is larger than the file");
    table->entry = NCL_NEW_ARRAY(&r->import->scratch, struct ncl_t7_entry, (size_t)count);
    if (!table->entry) {
        ncl_import_nomem(r->import);
        return false;
    }
    for (int32_t i = 0; i < count && !r->import->status; i++) {
        const struct ncl_t7 *key = read_value(r);
        table->entry[i] = (struct ncl_t7_entry){key, read_value(r)};
        table->count += !r->import->status;
    }
    if (!r->import->status && !ncl_t7_index(&r->import->scratch, table))
        ncl_import_nomem(r->import);
    return !r->import->status;
}

/* ---- tensors ---- */

/* "Float" of torch.FloatTensor and torch.FloatStorage; "Cuda" alone is of floats, too. */
static enum ncl_stored_type element_of(const char *class_name)
{
    static const struct {
        const char *name;
        enum ncl_stored_type element;
    } names[] = {{"Float", NCL_STORED_FLOAT32}, {"Double", NCL_STORED_FLOAT64}, {"Half", NCL_STORED_FLOAT16},
                 {"Byte", NCL_STORED_UINT8},    {"Char", NCL_STORED_INT8},      {"Short", NCL_STORED_INT16},
                 {"Int", NCL_STORED_INT32},     {"Long", NCL_STORED_INT64}};
    const char *name = class_name + strlen("torch.");
    if (strncmp(name, "Cuda", 4) == 0)
        name += 4;
    if (name > class_name + strlen("torch.") && (strcmp(name, "Tensor") == 0 || strcmp(name, "Storage") == 0))
        return NCL_STORED_FLOAT32;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(name, names[i].name, strlen(names[i].name)) == 0)
            return names[i].element;
    return NCL_STORED_COUNT;
}

/* Elements that are not in the file as they are here are kept with the model. */
static bool read_elements(struct t7 *r, struct ncl_t7 *storage)
{
    uint8_t *memory = ncl_arena_array(r->import->arena, storage->count, ncl_stored_bits(storage->element) / 8);
    if (!memory) {
        ncl_import_nomem(r->import);
        return false;
    }
    storage->offset = NCL_T7_IN_MEMORY;
    storage->data = memory;
    return take_elements(r, memory, storage->count, storage->element);
}

static bool read_storage(struct t7 *r, struct ncl_t7 *storage)
{
    int64_t count;
    uint64_t bytes;
    if (!take_longs(r, &count, 1))
        return false;
    storage->kind = NCL_T7_STORAGE;
    storage->element = element_of(storage->class_name);
    if (storage->element == NCL_STORED_COUNT)
        return t7_wrong(r, "a storage of elements that are not known");
    if (count < 0 || !ncl_stored_bytes(storage->element, (uint64_t)count, &bytes) ||
        (r->form == TEXT ? (uint64_t)count : bytes) > r->size - r->at)
        return t7_wrong(r, "a storage is larger than the file");
    storage->count = (size_t)count;
    if (r->form != LITTLE)
        return read_elements(r, storage);
    storage->offset = r->at;
    storage->data = r->data + r->at;
    r->at += (size_t)bytes;
    return true;
}

/* Every element that the extents and strides reach lies in the storage. */
static bool check_tensor(struct t7 *r, const struct ncl_t7 *tensor)
{
    int64_t last = tensor->first;
    for (int i = 0; i < tensor->rank; i++) {
        int64_t reach;
        if (tensor->extent[i] < 1)
            return t7_wrong(r, "a tensor with an extent below 1");
        if (tensor->stride[i] < 0 || __builtin_mul_overflow(tensor->extent[i] - 1, tensor->stride[i], &reach) ||
            __builtin_add_overflow(last, reach, &last))
            return t7_wrong(r, "a tensor whose strides leave its storage");
    }
    return tensor->first >= 0 && last < (int64_t)tensor->storage->count
               ? true
               : t7_wrong(r, "a tensor reaches out of its storage");
}

static bool read_tensor(struct t7 *r, struct ncl_t7 *tensor)
{
    int32_t rank;
    tensor->kind = NCL_T7_TENSOR;
    tensor->element = element_of(tensor->class_name);
    if (!take_int(r, &rank))
        return false;
    if (rank < 0 || rank > NNEFCL_MAX_RANK)
        return t7_wrong(r, "a tensor of more axes than are supported");
    tensor->rank = rank;
    if (!take_longs(r, tensor->extent, (size_t)rank) || !take_longs(r, tensor->stride, (size_t)rank) ||
        !take_longs(r, &tensor->first, 1))
        return false;
    const struct ncl_t7 *storage = read_value(r);
    if (r->import->status)
        return false;
    tensor->first = tensor->first < 1 ? -1 : tensor->first - 1;
    if (storage->kind == NCL_T7_NIL || rank == 0)
        return true;
    if (storage->kind != NCL_T7_STORAGE || storage->element != tensor->element)
        return t7_wrong(r, "a tensor without its storage");
    tensor->storage = storage;
    return check_tensor(r, tensor);
}

/* ---- objects ---- */

static bool ends_with(const char *text, const char *end)
{
    const size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

static bool read_object(struct t7 *r, struct ncl_t7 *object)
{
    size_t length;
    const char *name = take_string(r, &length);
    if (name && strncmp(name, "V ", 2) == 0)
        name = take_string(r, &length);
    if (!name)
        return false;
    object->class_name = name;
    if (strncmp(name, "torch.", 6) == 0 && ends_with(name, "Storage"))
        return read_storage(r, object);
    if (strncmp(name, "torch.", 6) == 0 && ends_with(name, "Tensor"))
        return read_tensor(r, object);
    if (strncmp(name, "torch.", 6) == 0)
        return t7_wrong(r, "an object of a class whose form is not known");
    const struct ncl_t7 *content = read_value(r);
    if (r->import->status)
        return false;
    if (content->kind != NCL_T7_TABLE)
        return t7_wrong(r, "an object without a table");
    object->kind = NCL_T7_TABLE;
    object->entry = content->entry;
    object->count = content->count;
    object->field = content->field;
    object->item = content->item;
    return true;
}

static struct ncl_t7 *read_shared(struct t7 *r, bool object)
{
    int32_t number;
    struct ncl_t7 **slot = take_int(r, &number) ? object_slot(r, number) : NULL;
    if (!slot || *slot)
        return slot ? *slot : NULL;
    struct ncl_t7 *made = *slot = t7_new(r, NCL_T7_NIL);
    if (made && (object ? read_object(r, made) : read_table(r, made)))
        return made;
    return NULL;
}

/* Functions are code, which is not read: skipped with the values that they close over. */
static struct ncl_t7 *skip_function(struct t7 *r)
{
    int32_t number;
    size_t length;
    struct ncl_t7 **slot = take_int(r, &number) ? object_slot(r, number) : NULL;
    if (!slot || *slot)
        return slot ? *slot : NULL;
    *slot = t7_new(r, NCL_T7_NIL);
    struct ncl_t7 *made = *slot;
    return take_string(r, &length) && read_value(r) ? made : NULL;
}

static struct ncl_t7 *read_kind(struct t7 *r, int32_t type)
{
    struct ncl_t7 *made = t7_new(r, NCL_T7_NIL);
    int32_t logical;
    if (!made)
        return NULL;
    switch (type) {
    case TYPE_NIL:
        return made;
    case TYPE_NUMBER:
        made->kind = NCL_T7_NUMBER;
        return take_double(r, &made->number) ? made : NULL;
    case TYPE_STRING:
        made->kind = NCL_T7_STRING;
        return (made->string = take_string(r, &made->count)) ? made : NULL;
    case TYPE_BOOLEAN:
        made->kind = NCL_T7_BOOLEAN;
        if (!take_int(r, &logical))
            return NULL;
        made->number = logical != 0;
        return made;
    case TYPE_TABLE:
        return read_shared(r, false);
    case TYPE_OBJECT:
        return read_shared(r, true);
    case TYPE_FUNCTION:
    case TYPE_FUNCTION + 1:
    case TYPE_FUNCTION + 2:
        return skip_function(r);
    default:
        t7_wrong(r, "an object of a type that is not known");
        return NULL;
    }
}

static struct ncl_t7 *read_value(struct t7 *r)
{
    int32_t type;
    if (r->depth == NCL_T7_DEPTH) {
        t7_wrong(r, "objects are nested too deep");
        return NULL;
    }
    if (!take_int(r, &type))
        return NULL;
    r->depth++;
    struct ncl_t7 *made = read_kind(r, type);
    r->depth--;
    return made;
}

const struct ncl_t7 *ncl_t7_read(struct ncl_import *import, const uint8_t *data, size_t size)
{
    struct t7 r = {.import = import, .data = data, .size = size};
    if (size > 1)
        r.form = data[0] == 0 ? BIG : data[1] == '\n' ? TEXT : LITTLE;
    const struct ncl_t7 *root = read_value(&r);
    return import->status ? NULL : root;
}

/* ---- fields ---- */

/* Of equal keys the first one counts. */
bool ncl_t7_index(struct ncl_arena *arena, struct ncl_t7 *table)
{
    table->item = NCL_NEW_ARRAY(arena, const struct ncl_t7 *, table->count);
    for (size_t i = table->count; table->item && i-- > 0;) {
        const struct ncl_t7 *key = table->entry[i].key, *value = table->entry[i].value;
        if (key->kind == NCL_T7_NUMBER && key->number >= 1 && key->number <= (double)table->count &&
            key->number == floor(key->number))
            table->item[(size_t)key->number - 1] = value;
        if (key->kind == NCL_T7_STRING && !ncl_names_put(&table->field, arena, key->string, (void *)value))
            return false;
    }
    return table->item != NULL;
}

const struct ncl_t7 *ncl_t7_field(const struct ncl_t7 *object, const char *name)
{
    const struct ncl_t7 *value = object->kind == NCL_T7_TABLE ? ncl_names_find(&object->field, name) : NULL;
    return value && value->kind != NCL_T7_NIL ? value : NULL;
}

double ncl_t7_number(const struct ncl_t7 *object, const char *name, double otherwise)
{
    const struct ncl_t7 *field = ncl_t7_field(object, name);
    return field && (field->kind == NCL_T7_NUMBER || field->kind == NCL_T7_BOOLEAN) ? field->number : otherwise;
}

bool ncl_t7_true(const struct ncl_t7 *object, const char *name, bool otherwise)
{
    return ncl_t7_number(object, name, otherwise) != 0;
}

const struct ncl_t7 *ncl_t7_item(const struct ncl_t7 *table, size_t index)
{
    return table->kind == NCL_T7_TABLE && table->item && index >= 1 && index <= table->count ? table->item[index - 1]
                                                                                             : NULL;
}

static int64_t to_int64(double number)
{
    return number >= -9e15 && number <= 9e15 ? (int64_t)number : 0;
}

size_t ncl_t7_integers(const struct ncl_t7 *list, int64_t item[NNEFCL_MAX_RANK])
{
    size_t count = 0;
    if (list && list->kind == NCL_T7_STORAGE && list->count <= NNEFCL_MAX_RANK) {
        ncl_stored_to_int64(list->element, list->data, 0, list->count, item);
        return list->count;
    }
    for (const struct ncl_t7 *next; list && list->kind == NCL_T7_TABLE && count < NNEFCL_MAX_RANK; count++) {
        next = ncl_t7_item(list, count + 1);
        if (!next || next->kind != NCL_T7_NUMBER)
            break;
        item[count] = to_int64(next->number);
    }
    return count;
}
