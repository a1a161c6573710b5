/* SPDX-License-Identifier: Apache-2.0 */
/* replay FILE|FOLDER...: gives every file to the target once, as libFuzzer would, but with any compiler. */
#include <stdio.h>

#include "fuzz/fuzz.h"

static size_t replayed;

static void file_replay(const char *path, const uint8_t *data, size_t size)
{
    printf("%s\n", path); /* the last one is the culprit */
    fflush(stdout);
    LLVMFuzzerTestOneInput(data, size);
    replayed++;
}

int main(int argc, char **argv)
{
    const int status = fuzz_files(argc - 1, argv + 1, file_replay);
    if (status)
        return status;
    printf("%zu files\n", replayed);
    return replayed == 0;
}
