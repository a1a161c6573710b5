/* SPDX-License-Identifier: Apache-2.0 */
/* Oclgrind 21.10, uninitialized reads checked: a buffer made after another was released counts as never written. OCLGRIND_UNINITIALIZED=1; cc ... -lOpenCL */
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <stdio.h>

static const char *source = "kernel void fill(global float *y) { for (int i = 0; i < 64; i++) y[i] = 1; }\n"
                            "kernel void sum(global const float *x, global float *y) {\n"
                            "    float8 s = 0; for (int i = 0; i < 8; i++) s = fma(vload8(i, x), vload8(i, x), s); vstore8(s, 0, y); }";

int main(void)
{
    float result[8] = {0};
    size_t one = 1;
    cl_platform_id platform;
    cl_device_id device;
    clGetPlatformIDs(1, &platform, NULL);
    clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 1, &device, NULL);
    cl_context context = clCreateContext(NULL, 1, &device, NULL, NULL, NULL);
    cl_command_queue queue = clCreateCommandQueue(context, device, 0, NULL);
    cl_program program = clCreateProgramWithSource(context, 1, &source, NULL, NULL);
    clBuildProgram(program, 1, &device, "-cl-opt-disable", NULL, NULL);
    cl_kernel fill = clCreateKernel(program, "fill", NULL), sum = clCreateKernel(program, "sum", NULL);
    cl_mem y = clCreateBuffer(context, 0, 256, NULL, NULL), before = clCreateBuffer(context, 0, 64, NULL, NULL);
    clEnqueueWriteBuffer(queue, before, CL_TRUE, 0, sizeof result, result, 0, NULL, NULL);
    clReleaseMemObject(before); /* without this line nothing is reported */
    cl_mem x = clCreateBuffer(context, 0, 256, NULL, NULL);
    clSetKernelArg(fill, 0, sizeof x, &x);
    clSetKernelArg(sum, 0, sizeof x, &x);
    clSetKernelArg(sum, 1, sizeof y, &y);
    clEnqueueNDRangeKernel(queue, fill, 1, NULL, &one, NULL, 0, NULL, NULL);
    clEnqueueNDRangeKernel(queue, sum, 1, NULL, &one, NULL, 0, NULL, NULL);
    clEnqueueReadBuffer(queue, y, CL_TRUE, 0, sizeof result, result, 0, NULL, NULL);
    printf("%g\n", result[0]);
}
