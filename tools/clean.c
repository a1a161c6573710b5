/* SPDX-License-Identifier: Apache-2.0 */
#include "clean.h"

#include <stdarg.h>
#include <string.h>

#include "mempool.h"

/* Control characters of ASCII and of Latin-1 (U+0080 to U+009F, which 8-bit terminals take for ESC sequences), line and
 * paragraph separators, and the marks that turn the direction of text. */
static const struct {
    uint32_t first, last;
} acting[] = {{0x00, 0x1f},     {0x7f, 0x9f},     {0x061c, 0x061c}, {0x200e, 0x200f},
              {0x2028, 0x202e}, {0x2066, 0x2069}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}};

/* By the number of leading ones of the first byte: bytes of the character, the smallest one that needs them. */
static const struct {
    unsigned char bytes;
    uint32_t least;
} forms[] = {{1, 0}, {0, 0}, {2, 0x80}, {3, 0x800}, {4, 0x10000}};

size_t print_character(const char *text, size_t left, uint32_t *code)
{
    const unsigned char *c = (const unsigned char *)text;
    size_t ones = 0;
    while (ones < 5 && (*c & 0x80 >> ones))
        ones++;
    const size_t bytes = ones < 5 ? forms[ones].bytes : 0;
    if (bytes == 0 || bytes > left)
        return 0;
    *code = bytes == 1 ? *c : *c & (0x7fu >> ones);
    for (size_t i = 1; i < bytes; i++) {
        if ((c[i] & 0xc0) != 0x80)
            return 0;
        *code = *code << 6 | (c[i] & 0x3f);
    }
    return *code < forms[ones].least || *code > 0x10ffff || (*code >= 0xd800 && *code < 0xe000) ? 0 : bytes;
}

bool print_acts(uint32_t code)
{
    for (size_t i = 0; i < sizeof acting / sizeof *acting; i++)
        if (code >= acting[i].first && code <= acting[i].last)
            return true;
    return false;
}

/* `lines`: newlines stay. */
static int put_clean(FILE *file, const char *text, size_t length, bool lines)
{
    int result = 0;
    for (size_t at = 0; at < length && result != EOF;) {
        uint32_t code = 0;
        const size_t bytes = print_character(text + at, length - at, &code);
        const bool stays = code == '\t' || (lines && code == '\n');
        if (bytes && (stays || !print_acts(code)))
            result = fwrite(text + at, 1, bytes, file) == bytes ? 0 : EOF;
        else
            result = putc('?', file);
        at += bytes ? bytes : 1;
    }
    return result == EOF ? EOF : 0;
}

void print_clean(FILE *file, const char *text)
{
    put_clean(file, text, strlen(text), false);
}

int print_lines(FILE *file, const char *text, size_t length)
{
    return put_clean(file, text, length, true);
}

void print_markup(FILE *file, const char *text)
{
    static const char *const entity[128] = {['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;"};
    for (size_t left = strlen(text), bytes; left; left -= bytes, text += bytes) {
        uint32_t code = 0;
        bytes = print_character(text, left, &code);
        if (bytes && code < 128 && entity[code])
            fputs(entity[code], file);
        else if (bytes && (code == '\n' || code == '\t' || !print_acts(code)))
            fwrite(text, 1, bytes, file);
        else
            putc('?', file);
        bytes = bytes ? bytes : 1;
    }
}

static size_t count_newlines(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += *text == '\n';
    return count;
}

void print(const char *format, ...)
{
    struct pool pool = {0};
    va_list args;
    va_start(args, format);
    const char *text = pool_vprintf(&pool, format, args);
    va_end(args);
    const size_t length = strlen(text), lines = count_newlines(format);
    const size_t end = lines && text[length - 1] == '\n';
    put_clean(stdout, text, length - end, count_newlines(text) == lines);
    if (end)
        putchar('\n');
    pool_free(&pool);
}
