/* SPDX-License-Identifier: Apache-2.0 */
#include "fold_lines.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "argument_number.h"
#include "clean.h"
#include "mempool.h"

enum { NARROW = 24 }; /* columns beside which indenting leaves too little */

size_t fold_terminal(void)
{
    const char *columns = getenv("COLUMNS");
    struct winsize size;
    uint64_t given;
    if (columns && number_count(columns, &given) && given > 0 && given < 10000)
        return (size_t)given;
    if (isatty(STDOUT_FILENO) && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
        return size.ws_col;
    return 0;
}

bool fold_joins(char c)
{
    return c && strchr("_-.,:/+", c);
}

size_t fold_piece(const char *text, size_t width, size_t *characters)
{
    size_t bytes = 0, end = 0, to_end = 0;
    bool blank = false;
    *characters = 0;
    while (text[bytes]) {
        const bool begins = ((unsigned char)text[bytes] & 0xc0) != 0x80;
        if (begins && *characters == width)
            break;
        *characters += begins;
        bytes++;
        if (text[bytes - 1] == ' ' || (!blank && fold_joins(text[bytes - 1]))) {
            blank |= text[bytes - 1] == ' ';
            end = bytes;
            to_end = *characters;
        }
    }
    if (!text[bytes] || text[bytes] == ' ' || !end)
        return bytes;
    *characters = to_end;
    return end;
}

void print_folded(size_t indent, const char *format, ...)
{
    struct pool pool = {0};
    va_list args;
    va_start(args, format);
    const char *text = pool_vprintf(&pool, format, args);
    va_end(args);
    const size_t columns = fold_terminal(), width = columns ? columns : (size_t)-1;
    size_t blanks = 0, taken;
    if (width < indent + NARROW)
        indent = 0;
    do {
        const size_t length = fold_piece(text, width - blanks, &taken);
        size_t shown = length;
        while (shown && text[shown - 1] == ' ')
            shown--;
        print("%*s%.*s\n", (int)blanks, "", (int)shown, text);
        text += length + strspn(text + length, " ");
        blanks = indent;
    } while (*text);
    pool_free(&pool);
}
