/* SPDX-License-Identifier: Apache-2.0 */
#include "ir/target.h"

#include "ir/driver_fact.h"

const struct ncl_target ncl_target_generic_cpu = {
    .name = "generic CPU",
    .driver = "",
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
    .clblast = true,
    .calls = true,
    .local_is_global = true,
};

const struct ncl_target ncl_target_generic_gpu = {
    .name = "generic GPU",
    .driver = "",
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
    .clblast = true,
};

static unsigned power_of_two_below(uint64_t value, unsigned least, unsigned most)
{
    unsigned result = least;
    while (result * 2 <= most && result * 2 <= value)
        result *= 2;
    return result;
}

/* The kernels for CPUs give a work-item thousands of elements; where loops must be short, those of GPUs serve a CPU
 * too. */
void ncl_target_describe(struct ncl_target *target, const nnefcl_device_info *info)
{
    const struct ncl_driver_fact *driver = ncl_driver_fact_find(info);
    const bool cpu = info->type == NNEFCL_DEVICE_CPU && !driver->short_loops;
    const unsigned lanes = info->lanes == 16 ? 16 : 8;
    *target = (struct ncl_target){
        .name = info->name,
        .driver = info->driver,
        .cpu = cpu,
        .compute_units = info->compute_units ? info->compute_units : 1,
        .group = cpu ? 1 : power_of_two_below(info->max_work_group, 1, 64),
        .chunk = cpu ? 4096 : lanes,
        .max_allocation = info->max_allocation,
        .global_memory = info->global_memory,
        .local_memory = info->local_memory,
        .max_work_group = info->max_work_group ? info->max_work_group : 1,
        .max_parameter_bytes = info->max_parameter_bytes,
        .alignment = power_of_two_below(info->alignment, 64, 4096),
        .lanes = lanes,
        .registers = ncl_target_registers(lanes),
        .l1 = info->l1 ? info->l1 : 16 << 10,
        .l2 = info->l2 > info->l1 ? info->l2 : info->l1,
        .l3 = info->l3 > info->l2 ? info->l3 : info->l2,
        .barriers = info->barriers != 0,
        .relaxed_atomics = info->relaxed_atomics != 0,
        .short_loops = driver->short_loops,
        .soft_fma = driver->soft_fma,
        .lost_barriers = driver->lost_barriers,
        .declares = driver->long_header,
        .barrier = driver->barrier,
        .fp16 = info->fp16 != 0,
        .fp64 = info->fp64 != 0,
        .calls = cpu,
        .local_is_global = info->local_is_global && !driver->local_unknown,
    };
}

bool ncl_target_keeps(const struct ncl_target *target, uint64_t weights)
{
    return weights <= target->l3 / 2;
}

unsigned ncl_target_registers(unsigned lanes)
{
    return lanes == 16 ? 32 : 16;
}

/* Time for each element, in percent of the best tile's: measured, packed products of a few hundred rows and columns.
 * All of them keep within their registers; two vectors are the narrowest that do not wait for their own sums. */
struct paced_tile {
    struct ncl_tile tile;
    int64_t time;
};
struct paced_tiles {
    size_t count;
    struct paced_tile tile[4];
};
static const struct paced_tiles tiles_of_16 = {2, {{{6, 2}, 100}, {{4, 2}, 108}}},
                                low_of_16 = {3, {{{4, 3}, 92}, {{6, 2}, 100}, {{4, 2}, 108}}},
                                narrow_of_16 = {3, {{{6, 2}, 100}, {{4, 3}, 100}, {{12, 1}, 115}}},
                                narrow_of_32 = {3, {{{14, 1}, 115}, {{8, 3}, 110}, {{14, 2}, 100}}},
                                tiles_of_32 = {4, {{{6, 4}, 100}, {{14, 2}, 105}, {{4, 4}, 110}, {{8, 3}, 118}}};

static int64_t padded(int64_t extent, int64_t step)
{
    return extent ? (extent + step - 1) / step * step : 1;
}

static struct ncl_tile fastest(const struct ncl_target *target, const struct paced_tiles *tiles, int64_t rows,
                               int64_t columns)
{
    struct ncl_tile best = {0};
    double least = 0;
    for (size_t i = 0; i < tiles->count; i++) {
        const struct paced_tile *tile = &tiles->tile[i];
        const int64_t width = ncl_tile_columns(target, tile->tile);
        const double time =
            (double)padded(rows, tile->tile.rows) * (double)padded(columns, width) * (double)tile->time;
        const bool fits = !columns || width <= columns || tile->tile.vectors == 2;
        if (fits && (!best.rows || time < least)) {
            best = tile->tile;
            least = time;
        }
    }
    return best;
}

struct ncl_tile ncl_target_tile(const struct ncl_target *target, int64_t rows, int64_t columns)
{
    return fastest(target, target->registers >= 32 ? &tiles_of_32 : &tiles_of_16, rows, columns);
}

struct ncl_tile ncl_target_low_tile(const struct ncl_target *target, int64_t columns)
{
    return fastest(target, target->registers >= 32 ? &tiles_of_32 : &low_of_16, 0, columns);
}

struct ncl_tile ncl_target_narrow_tile(const struct ncl_target *target, int64_t columns)
{
    return fastest(target, target->registers >= 32 ? &narrow_of_32 : &narrow_of_16, 0, columns);
}

struct ncl_tile ncl_target_channel_tile(const struct ncl_target *target, int64_t columns)
{
    const int64_t lanes = target->lanes;
    const bool thirds = columns % (2 * lanes) && columns % (3 * lanes) == 0;
    return thirds && target->registers < 32 ? (struct ncl_tile){4, 3} : ncl_target_tile(target, 0, columns);
}

int64_t ncl_tile_columns(const struct ncl_target *target, struct ncl_tile tile)
{
    return tile.vectors * (int64_t)target->lanes;
}
