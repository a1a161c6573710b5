/* SPDX-License-Identifier: Apache-2.0 */
/* A file of another system that stands alone: ONNX, TensorFlow, TensorFlow Lite, Torch7. It is told by its content. */
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_model_memory(data, size);
    return 0;
}
