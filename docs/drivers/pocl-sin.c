/* SPDX-License-Identifier: Apache-2.0 */
/* PoCL 3.1: sin, cos and tan of a vector are wrong near 0 when another element is beyond the reach of a simple reduction. cc pocl-sin.c -lOpenCL -lm */
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <float.h>
#include <math.h>
#include <stdio.h>

static const char *source = "kernel void sines(global const float *x, global float *y) { vstore8(sin(vload8(0, x)), 0, y); }";

int main(void)
{
    float x[8] = {FLT_MIN, 1, 2, 3, 0.5f, -1, 1.5f, FLT_MAX}, y[8];
    size_t one = 1;
    cl_platform_id platform;
    cl_device_id device;
    clGetPlatformIDs(1, &platform, NULL);
    clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 1, &device, NULL);
    cl_context context = clCreateContext(NULL, 1, &device, NULL, NULL, NULL);
    cl_command_queue queue = clCreateCommandQueue(context, device, 0, NULL);
    cl_program program = clCreateProgramWithSource(context, 1, &source, NULL, NULL);
    clBuildProgram(program, 1, &device, "", NULL, NULL);
    cl_kernel kernel = clCreateKernel(program, "sines", NULL);
    cl_mem in = clCreateBuffer(context, CL_MEM_COPY_HOST_PTR, sizeof x, x, NULL), out = clCreateBuffer(context, 0, sizeof y, NULL, NULL);
    clSetKernelArg(kernel, 0, sizeof in, &in);
    clSetKernelArg(kernel, 1, sizeof out, &out);
    clEnqueueNDRangeKernel(queue, kernel, 1, NULL, &one, NULL, 0, NULL, NULL);
    clEnqueueReadBuffer(queue, out, CL_TRUE, 0, sizeof y, y, 0, NULL, NULL);
    for (int i = 0; i < 8; i++)
        printf("sin(%g) = %.9g, should be %.9g\n", x[i], y[i], sin(x[i]));
}
