/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "layer_init.h"

const struct _cl_icd_dispatch *target;
static struct _cl_icd_dispatch table;

cl_int layer_answer(const void *value, size_t bytes, size_t size, void *out, size_t *size_ret)
{
    if (out && size < bytes)
        return CL_INVALID_VALUE;
    if (out)
        memcpy(out, value, bytes);
    if (size_ret)
        *size_ret = bytes;
    return CL_SUCCESS;
}

/* With FAR (environment) a device's memory is its own. */
static cl_int CL_API_CALL my_clGetDeviceInfo(cl_device_id device, cl_device_info param_name, QUERY)
{
    const cl_bool unified = CL_FALSE;
    if (param_name == CL_DEVICE_HOST_UNIFIED_MEMORY && getenv("FAR"))
        return layer_answer(&unified, sizeof unified, QUERY_ARGS);
    return target->clGetDeviceInfo(device, param_name, QUERY_ARGS);
}

LAYER_EXPORT CL_API_ENTRY cl_int CL_API_CALL clGetLayerInfo(cl_layer_info param_name, QUERY)
{
    static const char name[] = "nnefcl test layer";
    const cl_layer_api_version version = CL_LAYER_API_VERSION_100;
    if (param_name == CL_LAYER_API_VERSION)
        return layer_answer(&version, sizeof version, QUERY_ARGS);
    if (param_name == CL_LAYER_NAME)
        return layer_answer(name, sizeof name, QUERY_ARGS);
    return CL_INVALID_VALUE;
}

LAYER_EXPORT CL_API_ENTRY cl_int CL_API_CALL clInitLayer(cl_uint num_entries,
                                                         const struct _cl_icd_dispatch *target_dispatch,
                                                         cl_uint *num_entries_ret,
                                                         const struct _cl_icd_dispatch **layer_dispatch_ret)
{
    if (!target_dispatch || !num_entries_ret || !layer_dispatch_ret || num_entries < sizeof table / sizeof(void *))
        return CL_INVALID_VALUE;
    target = target_dispatch;
    table = *target_dispatch;
    table.clGetDeviceInfo = my_clGetDeviceInfo;
    layer_take(&table);
    *num_entries_ret = sizeof table / sizeof(void *);
    *layer_dispatch_ret = &table;
    return CL_SUCCESS;
}

/* Newer loaders ask for this entry first. */
LAYER_EXPORT CL_API_ENTRY cl_int CL_API_CALL
clInitLayerWithProperties(cl_uint num_entries, const struct _cl_icd_dispatch *target_dispatch, cl_uint *num_entries_ret,
                          const struct _cl_icd_dispatch **layer_dispatch_ret, const void *properties)
{
    (void)properties;
    return clInitLayer(num_entries, target_dispatch, num_entries_ret, layer_dispatch_ret);
}
