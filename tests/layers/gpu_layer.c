/* SPDX-License-Identifier: Apache-2.0 */
/* An OpenCL layer for tests: every device is a GPU with local memory of its own and UNITS compute units (environment;
 * without: the driver's), so that whatever runs behind it runs kernels for work-groups. Programs are built one after
 * the other: Oclgrind crashes over two at once, which it is not asked for with its own single compute unit. With HALVES
 * (environment) its one extension is cl_khr_fp16. With HALVES=declare clang learns of it: from `begin` on it takes
 * halves, whatever the device is, and what a processor has no instructions for is computed in floats and rounded. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "layer_init.h"

#include <CL/cl_ext.h>

static cl_int CL_API_CALL my_clGetDeviceInfo(cl_device_id device, cl_device_info param_name, size_t param_value_size,
                                             void *param_value, size_t *param_value_size_ret)
{
    const cl_device_type type = CL_DEVICE_TYPE_GPU;
    const cl_device_local_mem_type local = CL_LOCAL;
    const char *units = getenv("UNITS");
    static const char extensions[] = "cl_khr_fp16";
    const cl_device_fp_config half = CL_FP_DENORM | CL_FP_INF_NAN | CL_FP_ROUND_TO_NEAREST;
    const cl_uint count = units ? (cl_uint)atoi(units) : 0;
    if (param_name == CL_DEVICE_TYPE)
        return layer_answer(&type, sizeof type, QUERY_ARGS);
    if (param_name == CL_DEVICE_LOCAL_MEM_TYPE)
        return layer_answer(&local, sizeof local, QUERY_ARGS);
    if (param_name == CL_DEVICE_MAX_COMPUTE_UNITS && count)
        return layer_answer(&count, sizeof count, QUERY_ARGS);
    if (param_name == CL_DEVICE_EXTENSIONS && getenv("HALVES"))
        return layer_answer(extensions, sizeof extensions, QUERY_ARGS);
    if (param_name == CL_DEVICE_HALF_FP_CONFIG && getenv("HALVES"))
        return layer_answer(&half, sizeof half, QUERY_ARGS);
    return target->clGetDeviceInfo(device, param_name, QUERY_ARGS);
}

static cl_int CL_API_CALL my_clBuildProgram(cl_program program, cl_uint num_devices, const cl_device_id *device_list,
                                            const char *options,
                                            void(CL_CALLBACK *pfn_notify)(cl_program program, void *user_data),
                                            void *user_data)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&lock);
    const cl_int code = target->clBuildProgram(program, num_devices, device_list, options, pfn_notify, user_data);
    pthread_mutex_unlock(&lock);
    return code;
}

static cl_program CL_API_CALL my_clCreateProgramWithSource(cl_context context, cl_uint count, const char **strings,
                                                           const size_t *lengths, cl_int *errcode_ret)
{
    static const char declared[] = "#pragma OPENCL EXTENSION cl_khr_fp16 : begin\n"
                                   "typedef half half4 __attribute__((ext_vector_type(4)));\n"
                                   "#define as_half4(x) __builtin_astype((x), half4)\n"
                                   "#line 1\n";
    const char *halves = getenv("HALVES"), **texts = calloc(count + 1, sizeof *texts);
    size_t *sizes = calloc(count + 1, sizeof *sizes);
    if (!texts || !sizes)
        abort();
    const cl_uint more = halves && strcmp(halves, "declare") == 0;
    texts[0] = declared;
    for (cl_uint i = 0; i < count; i++) {
        texts[more + i] = strings[i];
        sizes[more + i] = lengths ? lengths[i] : 0; /* 0: to the end */
    }
    const cl_program program = target->clCreateProgramWithSource(context, more + count, texts, sizes, errcode_ret);
    free(sizes);
    free(texts);
    return program;
}

void layer_take(struct _cl_icd_dispatch *table)
{
    table->clGetDeviceInfo = my_clGetDeviceInfo;
    table->clCreateProgramWithSource = my_clCreateProgramWithSource;
    table->clBuildProgram = my_clBuildProgram;
}
