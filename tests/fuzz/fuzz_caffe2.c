/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"predict_net.pb", "init_net.pb", "value_info.json"};
    fuzz_model_files(data, size, names, sizeof names / sizeof *names);
    return 0;
}
