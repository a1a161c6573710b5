/* SPDX-License-Identifier: Apache-2.0 */
/* PoCL 3.1: a loop with barriers in a condition never ends, or ends early, though all work-items of a group come by. cc pocl-barriers.c -lOpenCL */
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <stdio.h>

static const char *source =
    "kernel void sums(int groups, int share, global float *y) {\n"
    "    local float shared[64], *mine = shared + get_local_id(0);\n"
    "    if (get_group_id(0) < groups) {\n"
    "        *mine = 1;\n"
    "        for (int reach = share / 2; reach > 0; reach /= 2) {\n"
    "            barrier(CLK_LOCAL_MEM_FENCE);\n"
    "            if (get_local_id(0) < reach) *mine += mine[reach];\n"
    "        }\n        barrier(CLK_LOCAL_MEM_FENCE);\n"
    "        if (get_local_id(0) == 0 && get_global_id(0) < 64 * groups) y[get_group_id(0)] = *mine;\n"
    "    }\n"
    "}";

int main(void)
{
    float y[2];
    const int groups = 2, share = 64;
    const size_t global = 128, local = 64;
    cl_platform_id platform;
    cl_device_id device;
    clGetPlatformIDs(1, &platform, NULL);
    clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 1, &device, NULL);
    cl_context context = clCreateContext(NULL, 1, &device, NULL, NULL, NULL);
    cl_command_queue queue = clCreateCommandQueue(context, device, 0, NULL);
    cl_program program = clCreateProgramWithSource(context, 1, &source, NULL, NULL);
    clBuildProgram(program, 1, &device, "", NULL, NULL);
    cl_kernel kernel = clCreateKernel(program, "sums", NULL);
    cl_mem out = clCreateBuffer(context, 0, sizeof y, NULL, NULL);
    clSetKernelArg(kernel, 0, sizeof groups, &groups);
    clSetKernelArg(kernel, 1, sizeof share, &share);
    clSetKernelArg(kernel, 2, sizeof out, &out);
    clEnqueueNDRangeKernel(queue, kernel, 1, NULL, &global, &local, 0, NULL, NULL);
    clEnqueueReadBuffer(queue, out, CL_TRUE, 0, sizeof y, y, 0, NULL, NULL);
    printf("%g, %g: should be 64\n", y[0], y[1]);
}
