/* SPDX-License-Identifier: Apache-2.0 */
/* An archive (.tar, .tar.gz, .zip) read through callbacks that give less than was asked for, and the same bytes as a
 * file in a folder. */
#include <string.h>

#include "fuzz/fuzz.h"

struct bytes {
    const uint8_t *data;
    size_t size, calls;
};

/* Every third call gives half, at least a byte. */
static size_t bytes_read(void *user, uint64_t offset, void *buffer, size_t size)
{
    struct bytes *bytes = user;
    if (offset >= bytes->size)
        return 0;
    size_t given = size < bytes->size - offset ? size : bytes->size - (size_t)offset;
    if (given > 1 && ++bytes->calls % 3 == 0)
        given /= 2;
    memcpy(buffer, bytes->data + offset, given);
    return given;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"graph.nnef"};
    struct counting_allocator counting = {0};
    const nnefcl_model_options options = fuzz_options(&counting, 0);
    struct bytes bytes = {.data = data, .size = size};
    const nnefcl_reader reader = {.read = bytes_read, .size = size, .user = &bytes};
    struct verdict verdict = {0};
    nnefcl_error error = {0};
    nnefcl_model *model = NULL;
    const nnefcl_status status = nnefcl_model_open_reader(&reader, &options, &model, &error);
    verdict_status(&verdict, status, &error, model);
    if (model)
        verdict_model(&verdict, model);
    nnefcl_model_free(model);
    verdict_memory(&verdict, &counting, &error);
    fuzz_hold(&verdict);
    fuzz_model_files(data, size, names, 1);
    return 0;
}
