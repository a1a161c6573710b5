/* SPDX-License-Identifier: Apache-2.0 */
/* An OpenCL layer for tests: a CPU whose vectors hold 16 floats, whatever the machine's own hold (the driver splits
 * them). What is chosen, written and packed for such a device is tested where there is none. */
#include "layer_init.h"

static cl_int CL_API_CALL my_clGetDeviceInfo(cl_device_id device, cl_device_info param_name, size_t param_value_size,
                                             void *param_value, size_t *param_value_size_ret)
{
    const cl_uint lanes = 16;
    if (param_name == CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT || param_name == CL_DEVICE_PREFERRED_VECTOR_WIDTH_FLOAT)
        return layer_answer(&lanes, sizeof lanes, param_value_size, param_value, param_value_size_ret);
    return target->clGetDeviceInfo(device, param_name, param_value_size, param_value, param_value_size_ret);
}

void layer_take(struct _cl_icd_dispatch *table)
{
    table->clGetDeviceInfo = my_clGetDeviceInfo;
}
