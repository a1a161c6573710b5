/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a corpus, for replay.c and starve.c. */
#define _XOPEN_SOURCE 700 /* nftw */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz/fuzz.h"

static fuzz_file_fn *visitor; /* nftw hands nothing on */

static int file_visit(const char *path, const struct stat *about, int kind, struct FTW *place)
{
    (void)place;
    if (kind != FTW_F)
        return kind == FTW_DNR || kind == FTW_NS;
    const size_t size = (size_t)about->st_size;
    uint8_t *data = malloc(size ? size : 1);
    FILE *file = fopen(path, "rb");
    if (!data || !file || fread(data, 1, size, file) != size)
        return 1;
    fclose(file);
    visitor(path, data, size);
    free(data);
    return 0;
}

int fuzz_files(int count, char *const *argument, fuzz_file_fn *visit)
{
    visitor = visit;
    for (int i = 0; i < count; i++)
        if (nftw(argument[i], file_visit, 8, FTW_PHYS)) {
            fprintf(stderr, "%s cannot be read\n", argument[i]);
            return 2;
        }
    return 0;
}
