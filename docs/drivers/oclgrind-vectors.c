/* SPDX-License-Identifier: Apache-2.0 */
/* Oclgrind 21.10, uninitialized reads checked: crashes over a vector put together from shorter ones. OCLGRIND_UNINITIALIZED=1; cc ... -lOpenCL */
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <stdio.h>

static const char *source = "kernel void join(global const float *x, global float *y) {\n"
                            "    float8 a = vload8(0, x), b = vload8(1, x); vstore8((float8)(a.lo, b.lo), 0, y); }";

int main(void)
{
    float numbers[16] = {1}, result[8] = {0};
    size_t one = 1;
    cl_platform_id platform;
    cl_device_id device;
    clGetPlatformIDs(1, &platform, NULL);
    clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 1, &device, NULL);
    cl_context context = clCreateContext(NULL, 1, &device, NULL, NULL, NULL);
    cl_command_queue queue = clCreateCommandQueue(context, device, 0, NULL);
    cl_program program = clCreateProgramWithSource(context, 1, &source, NULL, NULL);
    clBuildProgram(program, 1, &device, "-cl-opt-disable", NULL, NULL);
    cl_kernel kernel = clCreateKernel(program, "join", NULL);
    cl_mem x = clCreateBuffer(context, CL_MEM_COPY_HOST_PTR, sizeof numbers, numbers, NULL), y = clCreateBuffer(context, 0, sizeof result, NULL, NULL);
    clSetKernelArg(kernel, 0, sizeof x, &x);
    clSetKernelArg(kernel, 1, sizeof y, &y);
    clEnqueueNDRangeKernel(queue, kernel, 1, NULL, &one, NULL, 0, NULL, NULL);
    clEnqueueReadBuffer(queue, y, CL_TRUE, 0, sizeof result, result, 0, NULL, NULL);
    printf("%g\n", result[0]);
}
