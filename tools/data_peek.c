/* SPDX-License-Identifier: Apache-2.0 */
/* What a picture claims to be, before anything of it is decoded. */
#include <stdio.h>
#include <string.h>

#include "data.h"

static uint64_t big(const unsigned char *at, int bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++)
        value = value << 8 | at[i];
    return value;
}

static uint64_t little(const unsigned char *at, int bytes)
{
    uint64_t value = 0;
    while (bytes--)
        value = value << 8 | at[bytes];
    return value;
}

/* In the first segment that begins a frame. */
static uint64_t jpeg_pixels(FILE *file)
{
    enum { SEGMENTS = 1000, START = 0xc0, END = 0xcf, TABLES = 0xc4, EXTENSION = 0xc8, CODING = 0xcc };
    unsigned char segment[4], frame[5];
    long at = 2;
    for (int i = 0; i < SEGMENTS && !fseek(file, at, SEEK_SET) && fread(segment, 1, 4, file) == 4; i++) {
        const unsigned marker = segment[1];
        if (segment[0] != 0xff)
            break;
        if (marker >= START && marker <= END && marker != TABLES && marker != EXTENSION && marker != CODING)
            return fread(frame, 1, 5, file) == 5 ? big(frame + 1, 2) * big(frame + 3, 2) : 0;
        at += 2 + (long)big(segment + 2, 2);
    }
    return 0;
}

uint64_t picture_claims(const char *path)
{
    unsigned char head[26] = {0};
    uint64_t pixels = 0;
    FILE *file = strcmp(path, "-") ? fopen(path, "rb") : NULL;
    if (!file)
        return 0;
    const size_t size = fread(head, 1, sizeof head, file);
    if (size == sizeof head && !memcmp(head, "\x89PNG", 4))
        pixels = big(head + 16, 4) * big(head + 20, 4);
    else if (size == sizeof head && !memcmp(head, "BM", 2))
        pixels = little(head + 18, 4) * (little(head + 22, 4) & INT32_MAX);
    else if (size == sizeof head && !memcmp(head, "GIF8", 4))
        pixels = little(head + 6, 2) * little(head + 8, 2);
    else if (!memcmp(head, "\xff\xd8\xff", 3))
        pixels = jpeg_pixels(file);
    fclose(file);
    return pixels;
}
