/* SPDX-License-Identifier: Apache-2.0 */
/* rusticl, Mesa 22.3.6: its compiler crashes over a private array of bytes that are all 1. RUSTICL_ENABLE=llvmpipe; cc llvmpipe-bytes.c -lOpenCL */
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <stdio.h>

static const char *source = "kernel void ones(global const uchar *x, int n, global uchar *y) {\n"
                            "    uchar part[8] = {1, 1, 1, 1, 1, 1, 1, 1};\n"
                            "    for (int i = 0; i < n; i++) part[i] = x[i];\n"
                            "    vstore8(vload8(0, part), 0, y);\n}";

int main(void)
{
    cl_platform_id platform[8];
    cl_device_id device;
    cl_uint count = 0;
    clGetPlatformIDs(8, platform, &count);
    while (count-- && clGetDeviceIDs(platform[count], CL_DEVICE_TYPE_ALL, 1, &device, NULL) != CL_SUCCESS)
        ;
    cl_context context = clCreateContext(NULL, 1, &device, NULL, NULL, NULL);
    cl_program program = clCreateProgramWithSource(context, 1, &source, NULL, NULL);
    clBuildProgram(program, 1, &device, "", NULL, NULL);
    cl_kernel kernel = clCreateKernel(program, "ones", NULL); /* does not come back */
    printf("kernel %p\n", (void *)kernel);
}
