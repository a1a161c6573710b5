/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* memfd_create */
#include "fuzz/fuzz_data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "nnefcl/tensor.h"
#include "tools/described.h"

/* A file without a name, as the command would open it. */
struct nameless {
    int file;
    char path[64];
};

static struct nameless nameless_make(const void *data, size_t size)
{
    struct nameless made = {.file = memfd_create("data", 0)};
    if (made.file < 0 || write(made.file, data, size) != (ssize_t)size)
        abort();
    snprintf(made.path, sizeof made.path, "/proc/self/fd/%d", made.file);
    return made;
}

static struct talk talk_quiet(void)
{
    struct talk talk;
    talk_init(&talk);
    talk.quiet = true;
    return talk;
}

static nnefcl_tensor_info input_of(nnefcl_dtype dtype, const nnefcl_shape *shape)
{
    return (nnefcl_tensor_info){
        .name = "x", .dtype = dtype, .shape = *shape, .bytes = nnefcl_tensor_bytes(dtype, shape)};
}

void fuzz_data_load(const void *data, size_t size, nnefcl_dtype dtype, const nnefcl_shape *shape,
                    const struct image_options *options)
{
    const nnefcl_tensor_info input = input_of(dtype, shape);
    const struct nameless file = nameless_make(data, size);
    struct talk talk = talk_quiet();
    bool image = false;
    void *out = malloc(input.bytes);
    const enum status status =
        data_load_input((const char *const[]){file.path}, 1, &input, options, out, &image, &talk);
    if (status != STATUS_OK && status != STATUS_DATA && status != STATUS_LIMIT)
        abort();
    free(out);
    close(file.file);
}

void fuzz_data_wanted(const void *data, size_t size, nnefcl_dtype dtype, const nnefcl_shape *shape)
{
    const nnefcl_tensor_info output = input_of(dtype, shape);
    const struct nameless file = nameless_make(data, size);
    struct talk talk = talk_quiet();
    nnefcl_tensor tensor = {0};
    const enum status status = data_load_wanted(file.path, &output, &tensor, &talk);
    if (status == STATUS_OK && tensor.bytes != nnefcl_tensor_bytes(tensor.dtype, &tensor.shape))
        abort();
    free(tensor.data);
    close(file.file);
}

bool fuzz_data_target(const void *data, size_t size, nnefcl_device_info *info)
{
    const struct nameless file = nameless_make(data, size);
    struct talk talk = talk_quiet();
    const enum status status = described_read(file.path, info, &talk);
    close(file.file);
    if (status != STATUS_OK && status != STATUS_DATA && status != STATUS_LIMIT)
        abort();
    return status == STATUS_OK;
}
