/* SPDX-License-Identifier: Apache-2.0 */
/* rusticl on llvmpipe, Mesa 22.3.6: fma takes some hundred instructions, a product and a sum two. RUSTICL_ENABLE=llvmpipe; cc llvmpipe-fma.c -lOpenCL */
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <stdio.h>
#include <time.h>

static const char *source = "kernel void sum(global float *x, float a) { float s = x[0]; for (int i = 0; i < 6000; i++) s = ADD(s, a, a); x[get_global_id(0)] = s; }";
static const char *options[] = {"-DADD(x,y,z)=fma(x,y,z)", "-DADD(x,y,z)=(x*y+z)"};

int main(void)
{
    size_t items = 4096;
    float a = 0.5f;
    cl_platform_id platform[8];
    cl_device_id device;
    cl_uint count = 0;
    clGetPlatformIDs(8, platform, &count);
    while (count-- && clGetDeviceIDs(platform[count], CL_DEVICE_TYPE_ALL, 1, &device, NULL) != CL_SUCCESS)
        ;
    cl_context context = clCreateContext(NULL, 1, &device, NULL, NULL, NULL);
    cl_command_queue queue = clCreateCommandQueue(context, device, 0, NULL);
    cl_mem memory = clCreateBuffer(context, CL_MEM_READ_WRITE, items * sizeof a, NULL, NULL);
    clEnqueueFillBuffer(queue, memory, &a, sizeof a, 0, items * sizeof a, 0, NULL, NULL);
    for (int i = 0; i < 4; i++) { /* the first two runs compile */
        cl_program program = clCreateProgramWithSource(context, 1, &source, NULL, NULL);
        clBuildProgram(program, 1, &device, options[i & 1], NULL, NULL);
        cl_kernel kernel = clCreateKernel(program, "sum", NULL);
        struct timespec from, to;
        clSetKernelArg(kernel, 0, sizeof memory, &memory);
        clSetKernelArg(kernel, 1, sizeof a, &a);
        clock_gettime(CLOCK_MONOTONIC, &from);
        clEnqueueNDRangeKernel(queue, kernel, 1, NULL, &items, NULL, 0, NULL, NULL);
        clFinish(queue);
        clock_gettime(CLOCK_MONOTONIC, &to);
        printf("%s: %.0f ms\n", options[i & 1], (to.tv_sec - from.tv_sec) * 1e3 + (to.tv_nsec - from.tv_nsec) / 1e6);
    }
}
