/* SPDX-License-Identifier: Apache-2.0 */
#include "mutation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nnef/lex.h"

uint64_t dice_next(struct dice *dice)
{
    uint64_t z = dice->state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

size_t dice_below(struct dice *dice, size_t count)
{
    return count ? (size_t)(dice_next(dice) % count) : 0;
}

void blob_replace(struct blob *blob, size_t at, size_t removed, const void *data, size_t size)
{
    size_t total = blob->size - removed + size;
    if (total > blob->capacity) {
        blob->capacity = total * 2;
        blob->data = realloc(blob->data, blob->capacity);
        if (!blob->data)
            abort();
    }
    if (blob->size > at + removed)
        memmove(blob->data + at + size, blob->data + at + removed, blob->size - at - removed);
    if (size)
        memcpy(blob->data + at, data, size);
    blob->size = total;
}

void blob_add(struct blob *blob, const void *data, size_t size)
{
    blob_replace(blob, blob->size, 0, data, size);
}

void blob_free(struct blob *blob)
{
    free(blob->data);
    *blob = (struct blob){0};
}

/* Mostly one, so that many results stay near enough to valid to get far; never more than four. */
static size_t how_many(struct dice *dice)
{
    return 1 + dice_below(dice, 2) * dice_below(dice, 4);
}

/* ---- bytes ---- */

static void flip_bit(struct blob *blob, struct dice *dice)
{
    if (blob->size)
        blob->data[dice_below(dice, blob->size)] ^= (unsigned char)(1u << dice_below(dice, 8));
}

static void delete_range(struct blob *blob, struct dice *dice)
{
    size_t at = dice_below(dice, blob->size), most = blob->size - at;
    blob_replace(blob, at, dice_below(dice, most < 32 ? most + 1 : 32), NULL, 0);
}

static void insert_byte(struct blob *blob, struct dice *dice)
{
    static const char bytes[] = "()[]{}<>,;:=+-*/^!&|?.#'\"\\ \n\r\t\f09eE_x\x00\x7f\x80\xff";
    blob_replace(blob, dice_below(dice, blob->size + 1), 0, &bytes[dice_below(dice, sizeof bytes)], 1);
}

static void cut(struct blob *blob, struct dice *dice)
{
    blob->size = dice_below(dice, blob->size + 1);
}

/* A part of `from`, or of the blob itself, at some place. */
static void splice(struct blob *blob, const struct blob *from, struct dice *dice)
{
    size_t at = dice_below(dice, from->size), most = from->size - at;
    size_t size = dice_below(dice, most < 200 ? most + 1 : 200);
    unsigned char copy[200];
    if (size)
        memcpy(copy, from->data + at, size);
    blob_replace(blob, dice_below(dice, blob->size + 1), 0, copy, size);
}

void mutate_bytes(struct blob *file, struct dice *dice)
{
    for (size_t n = how_many(dice); n > 0; n--)
        switch (dice_below(dice, 8)) {
        case 0:
            cut(file, dice);
            break;
        case 1:
            delete_range(file, dice);
            break;
        case 2:
            splice(file, file, dice);
            break;
        default:
            flip_bit(file, dice);
        }
}

void mutate_tensor(struct blob *file, struct dice *dice)
{
    static const uint32_t words[] = {0,          1,          2,          3,       4,          5,         7,
                                     8,          9,          16,         32,      64,         65,        128,
                                     0x7fffffff, 0x80000000, 0xffffffff, 0x10000, 0x52540000, 0x40000001};
    for (size_t n = how_many(dice); n > 0; n--) {
        size_t header = file->size < 128 ? file->size / 4 : 32; /* words of it */
        if (dice_below(dice, 2) && header) {
            uint32_t word = words[dice_below(dice, sizeof words / sizeof *words)];
            size_t index = dice_below(dice, header < 15 ? header : 15);
            unsigned char bytes[4] = {(unsigned char)word, (unsigned char)(word >> 8), (unsigned char)(word >> 16),
                                      (unsigned char)(word >> 24)};
            blob_replace(file, index * 4, 4, bytes, 4);
        } else
            mutate_bytes(file, dice);
    }
}

/* ---- tokens ---- */

struct slice {
    size_t at, size;
    enum ncl_token_kind kind;
};

/* A random token of a text, by a scan that keeps each one with the right chance. */
static struct slice pick(const struct blob *text, struct dice *dice, bool number)
{
    struct ncl_source source = {.name = "", .text = (const char *)text->data, .length = text->size};
    struct ncl_diag diag;
    struct ncl_lexer lexer;
    struct ncl_token token;
    struct slice result = {0};
    size_t seen = 0;
    ncl_diag_init(&diag, NULL, NULL, NULL, false);
    ncl_lex_init(&lexer, &diag, &source, ~0u);
    lexer.quiet = true;
    for (ncl_lex_next(&lexer, &token); token.kind != NCL_TOKEN_END; ncl_lex_next(&lexer, &token)) {
        bool wanted = token.length && (!number || token.kind == NCL_TOKEN_INTEGER || token.kind == NCL_TOKEN_SCALAR);
        if (wanted && dice_below(dice, ++seen) == 0)
            result = (struct slice){.at = (size_t)(token.text - source.text), .size = token.length, .kind = token.kind};
    }
    return result;
}

static void edit_number(struct blob *text, struct dice *dice)
{
    static const char *const numbers[] = {"0",
                                          "1",
                                          "2",
                                          "3",
                                          "7",
                                          "-1",
                                          "-2",
                                          "9",
                                          "64",
                                          "255",
                                          "65536",
                                          "2147483647",
                                          "2147483648",
                                          "4294967296",
                                          "9223372036854775807",
                                          "-9223372036854775808",
                                          "99999999999999999999",
                                          "0.0",
                                          "-0.0",
                                          "0.5",
                                          "1e30",
                                          "1e-45",
                                          "1e308",
                                          "1e999",
                                          "inf",
                                          "nan",
                                          "1000000",
                                          "true",
                                          "[]",
                                          "''"};
    struct slice token = pick(text, dice, true);
    if (!token.size)
        return;
    const char *number = numbers[dice_below(dice, sizeof numbers / sizeof *numbers)];
    blob_replace(text, token.at, token.size, number, strlen(number));
}

static void edit_token(struct blob *text, const struct blob *other, struct dice *dice)
{
    const struct blob *source = dice_below(dice, 2) ? text : other;
    struct slice token = pick(text, dice, false), from;
    unsigned char copy[256] = " ";
    size_t size = 1;
    switch (dice_below(dice, 4)) {
    case 0: /* delete */
        blob_replace(text, token.at, token.size, NULL, 0);
        return;
    case 1: { /* any keyword or symbol */
        const char *name = ncl_token_name(
            (enum ncl_token_kind)(NCL_TOKEN_VERSION + dice_below(dice, NCL_TOKEN_NOT - NCL_TOKEN_VERSION + 1)));
        size = (size_t)snprintf((char *)copy, sizeof copy, " %s ", name);
        break;
    }
    default: /* one that is there */
        from = pick(source, dice, false);
        if (from.size < sizeof copy - 2) {
            if (from.size)
                memcpy(copy + 1, source->data + from.at, from.size);
            copy[from.size + 1] = ' ';
            size = from.size + 2;
        }
    }
    blob_replace(text, token.at, dice_below(dice, 2) ? token.size : 0, copy, size);
}

/* A statement twice, somewhere else, or from another text. */
static void move_line(struct blob *text, const struct blob *from, struct dice *dice)
{
    if (!from->size || !text->size)
        return;
    size_t begin = dice_below(dice, from->size), at = dice_below(dice, text->size);
    while (begin > 0 && from->data[begin - 1] != '\n')
        begin--;
    while (at > 0 && text->data[at - 1] != '\n')
        at--;
    size_t end = begin;
    while (end < from->size && from->data[end] != '\n' && end - begin < 500)
        end++;
    unsigned char copy[501];
    memcpy(copy, from->data + begin, end - begin);
    copy[end - begin] = '\n';
    blob_replace(text, at, 0, copy, end - begin + 1);
}

void mutate_text(struct blob *text, const struct blob *other, struct dice *dice)
{
    for (size_t n = how_many(dice); n > 0; n--)
        switch (dice_below(dice, 16)) {
        case 0:
            flip_bit(text, dice);
            break;
        case 1:
            insert_byte(text, dice);
            break;
        case 2:
            delete_range(text, dice);
            break;
        case 3:
            splice(text, dice_below(dice, 2) ? text : other, dice);
            break;
        case 4:
            if (dice_below(dice, 4) == 0)
                cut(text, dice);
            break;
        case 5:
        case 6:
            move_line(text, dice_below(dice, 2) ? text : other, dice);
            break;
        case 7:
        case 8:
        case 9:
        case 10:
        case 11:
            edit_number(text, dice);
            break;
        default:
            edit_token(text, other, dice);
        }
}
