/* SPDX-License-Identifier: Apache-2.0 */
/* A graph.quant beside a graph that has tensors of every role. */
#include <string.h>

#include "fuzz/fuzz.h"
#include "mutate/tar.h"

static const char graph[] = "version 1.0;\n"
                            "graph g(x) -> (y, z)\n"
                            "{\n"
                            "    x = external<scalar>(shape = [1, 2, 4, 4]);\n"
                            "    w = variable<scalar>(shape = [3, 2, 3, 3], label = 'w');\n"
                            "    b = variable<scalar>(shape = [1, 3], label = 'b');\n"
                            "    c = conv(x, w, b);\n"
                            "    r = relu(c);\n"
                            "    [s, t] = split(r, axis = 1, ratios = [1, 2]);\n"
                            "    y = matmul(s, s, transposeB = true);\n"
                            "    z = softmax(t);\n"
                            "}\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct blob text = {0}, quantization = {0}, tar = {0};
    blob_add(&text, graph, strlen(graph));
    blob_add(&quantization, data, size);
    tar_add(&tar, "graph.nnef", &text);
    tar_add(&tar, "graph.quant", &quantization);
    tar_end(&tar);
    fuzz_model_memory(tar.data, tar.size);
    blob_free(&text);
    blob_free(&quantization);
    blob_free(&tar);
    return 0;
}
