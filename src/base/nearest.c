/* SPDX-License-Identifier: Apache-2.0 */
#include "base/nearest.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "nnefcl/inspect.h"

enum { ROOM = 32, BEGINNING = 3 }; /* longer names are not compared; shorter beginnings say nothing */

static bool same_letter(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edit distance (insert, delete, replace, swap neighbours), without regard to case:
 *     d[i][j] = min(d[i-1][j-1] + (a[i] != b[j]), d[i-1][j] + 1, d[i][j-1] + 1, d[i-2][j-2] + 1 if swapped) */
static size_t distance(const char *a, const char *b)
{
    const size_t n = strlen(a), m = strlen(b);
    size_t d[ROOM + 1][ROOM + 1];
    if (n > ROOM || m > ROOM)
        return ROOM;
    for (size_t i = 0; i <= n; i++)
        for (size_t j = 0; j <= m; j++) {
            if (!i || !j) {
                d[i][j] = i + j;
                continue;
            }
            d[i][j] = least(d[i - 1][j - 1] + !same_letter(a[i - 1], b[j - 1]), least(d[i - 1][j], d[i][j - 1]) + 1);
            if (i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) && same_letter(a[i - 2], b[j - 1]))
                d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
        }
    return d[n][m];
}

/* Two edits, three from nine letters on, and never more than half of the name. */
void ncl_nearest_begin(struct ncl_nearest *nearest, const char *wanted)
{
    const size_t length = strlen(wanted);
    *nearest = (struct ncl_nearest){wanted, NULL, least(length < 9 ? 2 : 3, length / 2) + 1};
}

void ncl_nearest_offer(struct ncl_nearest *nearest, const char *name)
{
    const size_t length = strlen(nearest->wanted);
    if (!name)
        return;
    const bool begins = length >= BEGINNING && strncasecmp(name, nearest->wanted, length) == 0;
    const size_t far = begins ? 0 : distance(nearest->wanted, name);
    const char *best = nearest->name;
    if (far > nearest->distance || (far == nearest->distance && !best))
        return;
    if (far == nearest->distance &&
        (strlen(name) > strlen(best) || (strlen(name) == strlen(best) && strcmp(name, best) > 0)))
        return;
    nearest->name = name;
    nearest->distance = far;
}

const char *ncl_nearest_text(const struct ncl_nearest *nearest, char text[NCL_NEAREST_TEXT])
{
    text[0] = '\0';
    if (nearest->name)
        snprintf(text, NCL_NEAREST_TEXT, "; did you mean '%.100s'?", nearest->name);
    return text;
}

size_t nnefcl_nearest(const char *wanted, const char *const *names, size_t count)
{
    struct ncl_nearest nearest;
    if (!wanted || !names)
        return SIZE_MAX;
    ncl_nearest_begin(&nearest, wanted);
    for (size_t i = 0; i < count; i++)
        ncl_nearest_offer(&nearest, names[i]);
    for (size_t i = 0; i < count; i++)
        if (names[i] && names[i] == nearest.name)
            return i;
    return SIZE_MAX;
}
