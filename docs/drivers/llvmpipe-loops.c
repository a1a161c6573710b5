/* SPDX-License-Identifier: Apache-2.0 */
/* rusticl on llvmpipe, Mesa 22.3.6: loops end after 65,535 iterations of a work-item, without an error. RUSTICL_ENABLE=llvmpipe; cc llvmpipe-loops.c -lOpenCL */
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <stdio.h>

static const char *source = "kernel void count(global int *n, int m) { int k = 0; for (int i = 0; i < m; i++) k += n[i & 1]; n[2] = k; }";

int main(void)
{
    int n[3] = {1, 1, 0}, wanted = 100000;
    size_t one = 1;
    cl_platform_id platform[8];
    cl_device_id device;
    cl_uint count = 0;
    clGetPlatformIDs(8, platform, &count);
    while (count-- && clGetDeviceIDs(platform[count], CL_DEVICE_TYPE_ALL, 1, &device, NULL) != CL_SUCCESS)
        ;
    cl_context context = clCreateContext(NULL, 1, &device, NULL, NULL, NULL);
    cl_command_queue queue = clCreateCommandQueue(context, device, 0, NULL);
    cl_program program = clCreateProgramWithSource(context, 1, &source, NULL, NULL);
    clBuildProgram(program, 1, &device, "", NULL, NULL);
    cl_kernel kernel = clCreateKernel(program, "count", NULL);
    cl_mem memory = clCreateBuffer(context, CL_MEM_COPY_HOST_PTR, sizeof n, n, NULL);
    clSetKernelArg(kernel, 0, sizeof memory, &memory);
    clSetKernelArg(kernel, 1, sizeof wanted, &wanted);
    clEnqueueNDRangeKernel(queue, kernel, 1, NULL, &one, NULL, 0, NULL, NULL);
    clEnqueueReadBuffer(queue, memory, CL_TRUE, 0, sizeof n, n, 0, NULL, NULL);
    printf("%d iterations, should be %d\n", n[2], wanted);
}
