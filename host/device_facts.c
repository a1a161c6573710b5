/* SPDX-License-Identifier: Apache-2.0 */
/* What kernels are made for: facts that no query tells, made from those that drivers do tell. */
#include "host.h"
#include "ir/target.h"

#define GROUP_MIN 64 /* work-items and bytes of local memory that kernels with barriers need at least */
#define LOCAL_MIN 16384

/* Elsewhere OpenCL 1.2 promises nothing about what other work-groups see, and compilers make of a fence what they
 * like. */
#if defined(__x86_64__) || defined(__i386__) || defined(_M_X64) || defined(_M_IX86)
#define X86_HOST 1
#else
#define X86_HOST 0
#endif

/* The caches of processors with such vectors, the smaller ones that are sold. */
static const struct {
    uint64_t l1, l2;
} cpu_caches[] = {{32 << 10, 512 << 10}, {32 << 10, 1 << 20}};

static void set_caches(nnefcl_device_info *info, cl_ulong largest)
{
    const bool cpu = info->type == NNEFCL_DEVICE_CPU;
    info->l1 = cpu ? cpu_caches[info->lanes == 16].l1 : 16 << 10;
    info->l2 = cpu || largest == 0 ? cpu_caches[info->lanes == 16].l2 : largest;
    info->l3 = largest > info->l2 ? largest : info->l2;
}

void ncl_device_facts(cl_device_id id, nnefcl_device_info *info)
{
    cl_uint width = 0, bits = 0;
    cl_device_local_mem_type local = CL_LOCAL;
    cl_ulong cache = 0;
    size_t parameters = 0;
    if (clGetDeviceInfo(id, CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT, sizeof width, &width, NULL) != CL_SUCCESS)
        width = 0;
    if (clGetDeviceInfo(id, CL_DEVICE_GLOBAL_MEM_CACHE_SIZE, sizeof cache, &cache, NULL) != CL_SUCCESS)
        cache = 0;
    if (clGetDeviceInfo(id, CL_DEVICE_MAX_PARAMETER_SIZE, sizeof parameters, &parameters, NULL) != CL_SUCCESS)
        parameters = 0;
    if (clGetDeviceInfo(id, CL_DEVICE_MEM_BASE_ADDR_ALIGN, sizeof bits, &bits, NULL) != CL_SUCCESS)
        bits = 0;
    if (clGetDeviceInfo(id, CL_DEVICE_LOCAL_MEM_TYPE, sizeof local, &local, NULL) != CL_SUCCESS)
        local = CL_LOCAL;
    info->alignment = bits / 8;
    info->local_is_global = local == CL_GLOBAL;
    info->max_parameter_bytes = parameters;
    info->lanes = width == 16 ? 16 : 8;
    info->registers = ncl_target_registers(info->lanes);
    set_caches(info, cache);
    info->barriers = info->max_work_group >= GROUP_MIN && info->local_memory >= LOCAL_MIN;
    info->relaxed_atomics = X86_HOST && info->type == NNEFCL_DEVICE_CPU;
}
