/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures for an input of 3 channels and one of 1: as they are, scaled, and scaled and cropped. */
#include "fuzz/fuzz.h"
#include "fuzz/fuzz_data.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const nnefcl_shape shapes[] = {{.rank = 4, .extent = {1, 3, 5, 4}}, {.rank = 4, .extent = {1, 5, 4, 1}}};
    static const struct image_options options[] = {
        {.std = {1, 1, 1}, .scale = 1, .room = 1},
        {.std = {1, 1, 1}, .scale = 1, .room = 1, .resize = true, .bgr = true},
        {.std = {1, 1, 1}, .scale = 1, .room = 1.25, .resize = true, .crop = true}};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        fuzz_data_load(data, size, NNEFCL_SCALAR, &shapes[i % 2], &options[i]);
    return 0;
}
