/* SPDX-License-Identifier: Apache-2.0 */
/* A tensor file (.dat): as the API reads it, and as the file of a variable. */
#include <stdio.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "mutate/tar.h"
#include "nnefcl/tensor.h"

static void tensor_parse(const uint8_t *data, size_t size)
{
    struct counting_allocator counting = {.limit = FUZZ_MEMORY};
    const nnefcl_allocator allocator = counting_allocator(&counting);
    struct verdict verdict = {0};
    nnefcl_error error = {0};
    nnefcl_tensor tensor = {0};
    const nnefcl_status status = nnefcl_tensor_parse(data, size, "w.dat", &allocator, &tensor, &error);
    verdict_status(&verdict, status, &error, tensor.data);
    if (status == NNEFCL_OK && tensor.bytes != nnefcl_tensor_bytes(tensor.dtype, &tensor.shape))
        verdict_blame(&verdict, "a tensor whose size is not that of its shape", &error);
    nnefcl_tensor_clear(&tensor, &allocator);
    verdict_memory(&verdict, &counting, &error);
    fuzz_hold(&verdict);
}

/* The file is checked when the model is opened; plans would tell nothing of it. */
static void model_open(const void *data, size_t size)
{
    struct counting_allocator counting = {0};
    const nnefcl_model_options options = fuzz_options(&counting, FUZZ_DIALECT);
    struct verdict verdict = {0};
    nnefcl_error error = {0};
    nnefcl_model *model = NULL;
    const nnefcl_status status = nnefcl_model_open_memory(data, size, &options, &model, &error);
    verdict_status(&verdict, status, &error, model);
    nnefcl_model_free(model);
    verdict_memory(&verdict, &counting, &error);
    fuzz_hold(&verdict);
}

/* Of each type a variable, all of the same file. */
static void tensor_as_variable(const uint8_t *data, size_t size)
{
    static const char *const types[] = {"scalar", "integer", "logical"};
    for (int i = 0; i < 3; i++) {
        struct blob text = {0}, file = {0}, tar = {0};
        char graph[256];
        snprintf(graph, sizeof graph,
                 "version 1.0;\ngraph g(x) -> (y)\n{\n x = external<%s>(shape = [2, 3]);\n"
                 " w = variable<%s>(shape = [2, 3], label = 'w');\n y = select(true, w, x);\n}\n",
                 types[i], types[i]);
        blob_add(&text, graph, strlen(graph));
        blob_add(&file, data, size);
        tar_add(&tar, "graph.nnef", &text);
        tar_add(&tar, "w.dat", &file);
        tar_end(&tar);
        model_open(tar.data, tar.size);
        blob_free(&text);
        blob_free(&file);
        blob_free(&tar);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tensor_parse(data, size);
    tensor_as_variable(data, size);
    return 0;
}
