/* SPDX-License-Identifier: Apache-2.0 */
/* A file of --target: facts of a device as JSON, and plans that are made for it. */
#include "fuzz/fuzz_data.h"
#include "fuzz/fuzz_planned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    nnefcl_device_info info;
    if (!fuzz_data_target(data, size, &info))
        return 0;
    options.target = &info;
    options.target_size = sizeof info;
    fuzz_plan(&options);
    return 0;
}
