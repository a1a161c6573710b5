/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"model.caffemodel", "model.prototxt"};
    fuzz_model_files(data, size, names, sizeof names / sizeof *names);
    return 0;
}
