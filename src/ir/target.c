#include "ir/target.h"

const struct ncl_target ncl_target_generic_cpu = {
    .name = "generic CPU",
    .cpu = true,
    .compute_units = 2,
    .group = 1,
    .chunk = 4096,
    .max_allocation = (uint64_t)2 << 30,
    .global_memory = (uint64_t)8 << 30,
    .local_memory = 32768,
    .max_work_group = 4096,
    .max_parameter_bytes = 1024,
    .alignment = 64,
    .lanes = 8,
    .registers = 16,
    .l1 = 32 << 10,
    .l2 = 512 << 10,
    .l3 = 8 << 20,
    .barriers = true,
    .relaxed_atomics = true,
};

const struct ncl_target ncl_target_generic_gpu = {
    .name = "generic GPU",
    .cpu = false,
    .compute_units = 16,
    .group = 64,
    .chunk = 8,
    .max_allocation = (uint64_t)1 << 30,
    .global_memory = (uint64_t)4 << 30,
    .local_memory = 32768,
    .max_work_group = 256,
    .max_parameter_bytes = 1024,
    .alignment = 256,
    .lanes = 8,
    .registers = 16,
    .l1 = 16 << 10,
    .l2 = 1 << 20,
    .l3 = 1 << 20,
    .barriers = true,
};

unsigned ncl_target_registers(unsigned lanes)
{
    return lanes == 16 ? 32 : 16;
}
