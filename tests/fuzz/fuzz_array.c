/* SPDX-License-Identifier: Apache-2.0 */
/* Arrays: .npy, .npz and .dat, for inputs of every type and to compare with. */
#include "fuzz/fuzz.h"
#include "fuzz/fuzz_data.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const nnefcl_shape shape = {.rank = 2, .extent = {2, 3}};
    for (int dtype = NNEFCL_SCALAR; dtype <= NNEFCL_LOGICAL; dtype++)
        fuzz_data_load(data, size, (nnefcl_dtype)dtype, &shape, &(struct image_options){.scale = 1});
    fuzz_data_wanted(data, size, NNEFCL_SCALAR, &shape);
    return 0;
}
