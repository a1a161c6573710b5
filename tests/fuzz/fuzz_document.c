/* SPDX-License-Identifier: Apache-2.0 */
/* The text of a graph.nnef, flat or compositional: opened, planned and dumped; parsed, printed and parsed again. */
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct verdict verdict = {0};
    verdict_printing(&verdict, data, size);
    fuzz_hold(&verdict);
    fuzz_model_memory(data, size);
    return 0;
}
