/* SPDX-License-Identifier: Apache-2.0 */
#include "import/onnx/onnx_skeleton.h"

#include <string.h>

#define MAX_DEPTH 128               /* messages within each other */
#define KEEP      256               /* elements of so few bytes stay where they are */
#define LENGTH    5                 /* bytes of a length that is written before it is known */
#define MAX_SIZE  ((size_t)1 << 30) /* of the skeleton */

/* ---- which fields are read ---- */

enum kind {
    MODEL,
    OPSET,
    GRAPH,
    FUNCTION,
    NODE,
    ATTRIBUTE,
    TENSOR,
    ENTRY,
    VALUE_INFO,
    TYPE,
    TENSOR_TYPE,
    SHAPE,
    DIMENSION,
    PLAIN,
    CUT
};

/* By field: what kind of message it holds, or PLAIN, or CUT: elements. */
static const struct field {
    enum kind of;
    uint32_t number;
    enum kind holds;
} fields[] = {
    {MODEL, 1, PLAIN},       {MODEL, 2, PLAIN},       {MODEL, 7, GRAPH},         {MODEL, 8, OPSET},
    {MODEL, 25, FUNCTION},   {OPSET, 1, PLAIN},       {OPSET, 2, PLAIN},         {GRAPH, 1, NODE},
    {GRAPH, 2, PLAIN},       {GRAPH, 5, TENSOR},      {GRAPH, 11, VALUE_INFO},   {GRAPH, 12, VALUE_INFO},
    {FUNCTION, 1, PLAIN},    {FUNCTION, 4, PLAIN},    {FUNCTION, 5, PLAIN},      {FUNCTION, 7, NODE},
    {FUNCTION, 9, OPSET},    {FUNCTION, 10, PLAIN},   {FUNCTION, 11, ATTRIBUTE}, {NODE, 1, PLAIN},
    {NODE, 2, PLAIN},        {NODE, 3, PLAIN},        {NODE, 4, PLAIN},          {NODE, 5, ATTRIBUTE},
    {NODE, 7, PLAIN},        {ATTRIBUTE, 1, PLAIN},   {ATTRIBUTE, 2, PLAIN},     {ATTRIBUTE, 3, PLAIN},
    {ATTRIBUTE, 4, PLAIN},   {ATTRIBUTE, 5, TENSOR},  {ATTRIBUTE, 6, GRAPH},     {ATTRIBUTE, 7, PLAIN},
    {ATTRIBUTE, 8, PLAIN},   {ATTRIBUTE, 9, PLAIN},   {ATTRIBUTE, 20, PLAIN},    {ATTRIBUTE, 21, PLAIN},
    {TENSOR, 1, PLAIN},      {TENSOR, 2, PLAIN},      {TENSOR, 4, CUT},          {TENSOR, 5, PLAIN},
    {TENSOR, 7, PLAIN},      {TENSOR, 8, PLAIN},      {TENSOR, 9, CUT},          {TENSOR, 10, CUT},
    {TENSOR, 11, PLAIN},     {TENSOR, 13, ENTRY},     {TENSOR, 14, PLAIN},       {ENTRY, 1, PLAIN},
    {ENTRY, 2, PLAIN},       {VALUE_INFO, 1, PLAIN},  {VALUE_INFO, 2, TYPE},     {TYPE, 1, TENSOR_TYPE},
    {TENSOR_TYPE, 1, PLAIN}, {TENSOR_TYPE, 2, SHAPE}, {SHAPE, 1, DIMENSION},     {DIMENSION, 1, PLAIN},
    {DIMENSION, 2, PLAIN},
};

static const struct field *field_find(enum kind of, uint32_t number)
{
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (fields[i].of == of && fields[i].number == number)
            return &fields[i];
    return NULL;
}

/* ---- the file, read through a window, and the skeleton, which grows ---- */

struct walk {
    struct ncl_import *import;
    struct ncl_cursor *cursor;
    uint64_t size;           /* of the file */
    uint8_t window[1 << 16]; /* bytes of it from `first` on */
    uint64_t first;
    size_t held;
    uint8_t *out;
    size_t count, capacity;
    int depth;
};

static void walk_fail(struct walk *walk, const char *what)
{
    ncl_import_invalid(walk->import, "the file is no valid model: %s", what);
}

/* The byte at `at`, which lies within the file. */
static uint8_t byte_at(struct walk *walk, uint64_t at)
{
    if (at < walk->first || at - walk->first >= walk->held) {
        nnefcl_status status = ncl_cursor_move(walk->cursor, at, walk->import->diag);
        if (!status)
            status = ncl_cursor_read(walk->cursor, walk->window, sizeof walk->window, &walk->held, walk->import->diag);
        ncl_import_status(walk->import, status);
        walk->first = at;
    }
    return walk->import->status || at - walk->first >= walk->held ? 0 : walk->window[at - walk->first];
}

static uint64_t varint_at(struct walk *walk, uint64_t *at, uint64_t end)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (*at >= end)
            break;
        const uint8_t byte = byte_at(walk, (*at)++);
        value |= (uint64_t)(byte & 127) << shift;
        if (!(byte & 128))
            return value;
    }
    walk_fail(walk, "a number in it is cut off");
    return 0;
}

static bool out_room(struct walk *walk, size_t size)
{
    if (walk->import->status)
        return false;
    size_t capacity = walk->capacity ? walk->capacity : 4096;
    while (capacity < walk->count + size)
        capacity *= 2;
    if (capacity == walk->capacity)
        return true;
    uint8_t *grown = capacity <= MAX_SIZE ? ncl_resize(&walk->import->arena->allocator, walk->out, capacity) : NULL;
    if (!grown) {
        ncl_import_status(walk->import,
                          ncl_error(walk->import->diag, capacity > MAX_SIZE ? NNEFCL_ERR_LIMIT : NNEFCL_ERR_NOMEM,
                                    NCL_NOWHERE, "a model without its weights takes too much memory"));
        return false;
    }
    walk->out = grown;
    walk->capacity = capacity;
    return true;
}

static void out_byte(struct walk *walk, uint8_t byte)
{
    if (out_room(walk, 1))
        walk->out[walk->count++] = byte;
}

static void out_varint(struct walk *walk, uint64_t value)
{
    for (; value >= 128; value >>= 7)
        out_byte(walk, (uint8_t)(value | 128));
    out_byte(walk, (uint8_t)value);
}

static void out_copy(struct walk *walk, uint64_t from, uint64_t to)
{
    if (to - from > MAX_SIZE || !out_room(walk, (size_t)(to - from)))
        return;
    while (from < to && !walk->import->status)
        walk->out[walk->count++] = byte_at(walk, from++);
}

/* ---- messages ---- */

static void message_walk(struct walk *walk, enum kind kind, uint64_t at, uint64_t end);

/* Its length is known when it is written: a number of fixed length, with leading zeros. */
static void submessage_walk(struct walk *walk, enum kind kind, uint32_t number, uint64_t at, uint64_t end)
{
    out_varint(walk, (uint64_t)number << 3 | 2);
    const size_t place = walk->count;
    if (!out_room(walk, LENGTH))
        return;
    walk->count += LENGTH;
    message_walk(walk, kind, at, end);
    if (walk->import->status)
        return;
    const size_t length = walk->count - place - LENGTH;
    for (int i = 0; i < LENGTH; i++)
        walk->out[place + (size_t)i] = (uint8_t)((length >> 7 * i & 127) | (i < LENGTH - 1 ? 128 : 0));
}

static void elements_cut(struct walk *walk, uint32_t number, uint64_t at, uint64_t end)
{
    const uint64_t value[] = {at, end - at, number};
    for (uint64_t i = 0; i < 3; i++) {
        out_varint(walk, (1000 + i) << 3);
        out_varint(walk, value[i]);
    }
}

/* The end of a field's value; `*begin` is where its contents begin. */
static uint64_t value_end(struct walk *walk, uint32_t wire, uint64_t at, uint64_t end, uint64_t *begin)
{
    uint64_t length = wire == 1 ? 8 : wire == 5 ? 4 : 0;
    *begin = at;
    if (wire == 0)
        varint_at(walk, &at, end);
    else if (wire == 2) {
        length = varint_at(walk, &at, end);
        *begin = at;
    } else if (wire != 1 && wire != 5)
        walk_fail(walk, "a field in it is of a kind that does not exist");
    if (length > end - at)
        walk_fail(walk, "a field in it reaches beyond the end of its message");
    return walk->import->status ? end : at + length;
}

static void field_walk(struct walk *walk, enum kind kind, uint64_t *at, uint64_t end)
{
    const uint64_t first = *at, tag = varint_at(walk, at, end);
    const uint32_t wire = tag & 7, number = (uint32_t)(tag >> 3);
    uint64_t begin;
    const uint64_t next = value_end(walk, wire, *at, end, &begin);
    const struct field *field = tag >> 35 ? NULL : field_find(kind, number);
    *at = next;
    if (!field || walk->import->status)
        return;
    if (field->holds < PLAIN && wire != 2)
        walk_fail(walk, "a number stands in it where a message should");
    else if (field->holds < PLAIN)
        submessage_walk(walk, field->holds, number, begin, next);
    else if (field->holds == CUT && wire == 2 && next - begin > KEEP)
        elements_cut(walk, number, begin, next);
    else
        out_copy(walk, first, next);
}

static void message_walk(struct walk *walk, enum kind kind, uint64_t at, uint64_t end)
{
    if (walk->depth == MAX_DEPTH)
        walk_fail(walk, "graphs are nested too deep in it");
    walk->depth++;
    while (at < end && !walk->import->status)
        field_walk(walk, kind, &at, end);
    walk->depth--;
}

nnefcl_status ncl_onnx_skeleton(struct ncl_import *import, const uint8_t **data, size_t *size)
{
    struct walk *walk = NCL_NEW(&import->scratch, struct walk);
    if (!walk) {
        ncl_import_nomem(import);
        return import->status;
    }
    walk->import = import;
    walk->size = ncl_container_member(import->container, 0)->size;
    nnefcl_status status = ncl_cursor_open(import->container, import->diag, &walk->cursor);
    if (!status)
        status = ncl_cursor_seek(walk->cursor, 0, import->diag);
    ncl_import_status(import, status);
    if (!import->status)
        message_walk(walk, MODEL, 0, walk->size);
    ncl_cursor_free(walk->cursor);
    uint8_t *copy = import->status ? NULL : ncl_arena_alloc(&import->scratch, walk->count);
    if (copy && walk->count)
        memcpy(copy, walk->out, walk->count);
    else if (!copy)
        ncl_import_nomem(import);
    ncl_resize(&import->arena->allocator, walk->out, 0);
    *data = copy;
    *size = walk->count;
    return import->status;
}

/* ---- what it looks like ---- */

/* The fields of a model in front of its graph: numbers and texts of a few known numbers, then field 7 of bytes. */
bool ncl_onnx_detect(const uint8_t *head, size_t size, uint64_t file_size)
{
    size_t at = 0;
    bool version = false;
    while (at < size) {
        uint64_t value[2] = {0, 0};
        const size_t first = at;
        for (int i = 0; i < 2; i++) {
            unsigned shift = 0;
            while (at < size && head[at] & 128 && shift < 63) {
                value[i] |= (uint64_t)(head[at++] & 127) << shift;
                shift += 7;
            }
            if (at == size || head[at] & 128)
                return false;
            value[i] |= (uint64_t)(head[at++] & 127) << shift;
        }
        const uint64_t number = value[0] >> 3, wire = value[0] & 7;
        if (first == 0 && !(number == 1 || number == 2 || number == 7 || number == 8))
            return false;
        if (wire == 0 && (number == 1 || number == 5))
            version |= number == 1 && value[1] > 0 && value[1] < 64;
        else if (wire != 2 || !(number >= 2 && number <= 25) || value[1] > file_size - at)
            return false;
        else if (number == 7)
            return version && at + 1 < size && (head[at] == 0x0a || head[at] == 0x12 || head[at] == 0x2a);
        else
            at += value[1] < size - at ? (size_t)value[1] : size - at;
    }
    return version && file_size > size;
}
