/* SPDX-License-Identifier: Apache-2.0 */
/* Devices that plans can be made for where they are not at hand: what drivers say of one of each kind. */
#include "base/filled.h"
#include "ir/target.h"

#define KIB       (uint64_t)1024
#define MIB       (1024 * KIB)
#define GIB       (1024 * MIB)
#define KNOWN_CPU .type = NNEFCL_DEVICE_CPU, .usable = 1, .platform_name = "described"
#define KNOWN_GPU                                                                                                      \
    .type = NNEFCL_DEVICE_GPU, .usable = 1, .platform_name = "described", .lanes = 8, .registers = 16, .l1 = 16 * KIB, \
    .barriers = 1

static const nnefcl_device_info known[] = {
    {KNOWN_CPU, .name = "cpu8", .vendor = "any", .compute_units = 2, .global_memory = 8 * GIB,
     .max_allocation = 2 * GIB, .local_memory = 32 * KIB, .max_work_group = 4096, .max_parameter_bytes = 1024,
     .alignment = 64, .lanes = 8, .registers = 16, .l1 = 32 * KIB, .l2 = 512 * KIB, .l3 = 8 * MIB, .barriers = 1,
     .relaxed_atomics = 1, .local_is_global = 1},
    {KNOWN_CPU, .name = "cpu16", .vendor = "any", .compute_units = 8, .global_memory = 32 * GIB,
     .max_allocation = 8 * GIB, .local_memory = 32 * KIB, .max_work_group = 4096, .max_parameter_bytes = 1024,
     .alignment = 64, .lanes = 16, .registers = 32, .l1 = 32 * KIB, .l2 = 1 * MIB, .l3 = 32 * MIB, .barriers = 1,
     .relaxed_atomics = 1, .local_is_global = 1},
    {KNOWN_GPU, .name = "gpu", .vendor = "any", .compute_units = 16, .global_memory = 4 * GIB,
     .max_allocation = 1 * GIB, .local_memory = 32 * KIB, .max_work_group = 256, .max_parameter_bytes = 1024,
     .alignment = 256, .l2 = 1 * MIB, .l3 = 1 * MIB},
    {KNOWN_GPU, /* as an A100 with 40 GB */
     .name = "nvidia", .vendor = "NVIDIA Corporation", .compute_units = 108, .global_memory = 40 * GIB,
     .max_allocation = 10 * GIB, .local_memory = 48 * KIB, .max_work_group = 1024, .max_parameter_bytes = 4352,
     .alignment = 512, .l2 = 40 * MIB, .l3 = 40 * MIB, .fp64 = 1},
    {KNOWN_GPU, /* as a Radeon RX 6800 */
     .name = "amd", .vendor = "Advanced Micro Devices, Inc.", .compute_units = 30, .global_memory = 16 * GIB,
     .max_allocation = 12 * GIB, .local_memory = 64 * KIB, .max_work_group = 256, .max_parameter_bytes = 1024,
     .alignment = 128, .l2 = 4 * MIB, .l3 = 128 * MIB, .fp16 = 1, .fp64 = 1},
    {KNOWN_GPU, /* as an Iris Xe */
     .name = "intel", .vendor = "Intel(R) Corporation", .compute_units = 96, .global_memory = 12 * GIB,
     .max_allocation = 4 * GIB - 64 * KIB, .local_memory = 64 * KIB, .max_work_group = 512, .max_parameter_bytes = 2048,
     .alignment = 128, .l2 = 2 * MIB, .l3 = 2 * MIB, .fp16 = 1},
    {KNOWN_GPU, /* as a Mali-G78 with 14 cores */
     .name = "mali", .vendor = "ARM", .compute_units = 14, .global_memory = 6 * GIB, .max_allocation = 6 * GIB,
     .local_memory = 32 * KIB, .max_work_group = 512, .max_parameter_bytes = 1024, .alignment = 128, .l2 = 2 * MIB,
     .l3 = 2 * MIB, .fp16 = 1, .local_is_global = 1},
};

nnefcl_status(nnefcl_target)(size_t index, nnefcl_device_info *info, size_t size)
{
    static const nnefcl_device_info none;
    const bool there = index < sizeof known / sizeof *known;
    const nnefcl_device_info *made = there ? &known[index] : &none;
    return NCL_FILLED_GIVE(there ? NNEFCL_OK : NNEFCL_ERR_ARGUMENT, info, size, *made, relaxed_atomics);
}
