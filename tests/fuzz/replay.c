/* SPDX-License-Identifier: Apache-2.0 */
/* replay FILE|FOLDER...: gives every file to the target once, as libFuzzer would, but with any compiler. */
#define _XOPEN_SOURCE 700 /* nftw */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"

static size_t replayed;

/* As large as the bytes, so that a sanitizer sees what reads beyond them. */
static int file_replay(const char *path, const struct stat *about, int kind, struct FTW *place)
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
    printf("%s\n", path); /* the last one is the culprit */
    fflush(stdout);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    replayed++;
    return 0;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (nftw(argv[i], file_replay, 8, FTW_PHYS)) {
            fprintf(stderr, "%s cannot be read\n", argv[i]);
            return 2;
        }
    printf("%zu files\n", replayed);
    return replayed == 0;
}
