/* SPDX-License-Identifier: Apache-2.0 */
/* Options of a session that change its plan, a digit for each, and plans that are made by them. */
#include "fuzz/fuzz_planned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const nnefcl_precision precisions[] = {NNEFCL_PRECISION_FP32, NNEFCL_PRECISION_EXACT,
                                                  NNEFCL_PRECISION_MIXED};
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    if (size < 9)
        return 0;
    options.precision = precisions[data[0] % 3];
    options.weights = (nnefcl_weights)(data[1] % 3);
    options.execution = (nnefcl_execution)(data[2] % 3);
    options.keep_tensors = data[3] % 2;
    options.separate_buffers = data[4] % 2;
    options.long_index = data[5] % 2;
    options.max_launch_ms = data[6] % 2 * 0.001;
    options.memory_limit = (uint64_t)(data[7] % 2) << 16;
    const int gpu = data[8] % 2;
    fuzz_plan_dump(&options, gpu, NNEFCL_DUMP_PLAN);
    fuzz_plan_dump(&options, gpu, NNEFCL_DUMP_CL);
    return 0;
}
