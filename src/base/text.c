/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#include "base/checked.h"

void ncl_text_init(struct ncl_text *text, const nnefcl_allocator *allocator)
{
    *text = (struct ncl_text){0};
    if (allocator)
        text->allocator = *allocator;
}

void ncl_text_free(struct ncl_text *text)
{
    nnefcl_allocator allocator = text->allocator;
    if (text->data)
        ncl_resize(&allocator, text->data, 0);
    ncl_text_init(text, &allocator);
}

/* Makes room for `length` more bytes and the NUL. */
static bool reserve(struct ncl_text *text, size_t length)
{
    size_t need;
    if (text->failed)
        return false;
    if (!ncl_add_size(text->length, length, &need) || !ncl_add_size(need, 1, &need)) {
        text->failed = true;
        return false;
    }
    if (need <= text->capacity)
        return true;
    size_t capacity = text->capacity > SIZE_MAX / 2 ? need : text->capacity * 2;
    if (capacity < need)
        capacity = need < 64 ? 64 : need;
    char *data = ncl_resize(&text->allocator, text->data, capacity);
    if (!data) {
        text->failed = true;
        return false;
    }
    text->data = data;
    text->capacity = capacity;
    return true;
}

void ncl_text_add_bytes(struct ncl_text *text, const char *bytes, size_t length)
{
    if (!reserve(text, length))
        return;
    if (length)
        memcpy(text->data + text->length, bytes, length);
    text->length += length;
    text->data[text->length] = '\0';
}

void ncl_text_add(struct ncl_text *text, const char *string)
{
    ncl_text_add_bytes(text, string, strlen(string));
}

void ncl_text_vprintf(struct ncl_text *text, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    if (length < 0)
        text->failed = true;
    else if (reserve(text, (size_t)length)) {
        vsnprintf(text->data + text->length, (size_t)length + 1, format, again);
        text->length += (size_t)length;
    }
    va_end(again);
}

void ncl_text_printf(struct ncl_text *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    ncl_text_vprintf(text, format, args);
    va_end(args);
}
