/* SPDX-License-Identifier: Apache-2.0 */
/* An application that lives on the device: it owns the context, the queue and the buffers, makes the input with a
 * kernel of its own, runs the model between its kernels by events, and uses the output with another kernel. No tensor
 * ever visits the host; only a checksum does.
 *
 *   shared_context [MODEL]      (default: examples/digits) */
#include <nnefcl/nnefcl.h>
#include <nnefcl/opencl.h>
#include <stdio.h>
#include <stdlib.h>

enum { FRAMES = 3 };

static const char source[] =
    "kernel void make_frame(global float *frame, int number)\n"
    "{\n"
    "    const int i = get_global_id(0);\n"
    "    frame[i] = ((i * 7 + number * 13) % 17) / 16.0f;\n"
    "}\n"
    "kernel void add_up(global const float *result, int count, global float *sums, int number)\n"
    "{\n"
    "    float sum = 0;\n"
    "    for (int i = 0; i < count; i++)\n"
    "        sum += result[i] * (i + 1);\n"
    "    sums[number] = sum;\n"
    "}\n";

static void check(cl_int code, const char *what)
{
    if (code != CL_SUCCESS) {
        fprintf(stderr, "%s: OpenCL error %d\n", what, (int)code);
        exit(EXIT_FAILURE);
    }
}

static void demand(nnefcl_status status, const nnefcl_error *error)
{
    if (status != NNEFCL_OK) {
        fprintf(stderr, "%s: %s\n", nnefcl_status_name(status), error->message);
        exit(EXIT_FAILURE);
    }
}

static cl_device_id find_device(void)
{
    cl_platform_id platform[16];
    cl_uint count = 0;
    cl_device_id id = NULL;
    check(clGetPlatformIDs(16, platform, &count), "clGetPlatformIDs");
    for (cl_uint i = 0; i < count && i < 16 && !id; i++)
        if (clGetDeviceIDs(platform[i], CL_DEVICE_TYPE_ALL, 1, &id, NULL) != CL_SUCCESS)
            id = NULL;
    check(id ? CL_SUCCESS : CL_DEVICE_NOT_FOUND, "clGetDeviceIDs");
    return id;
}

int main(int argc, char **argv)
{
    cl_int code;
    nnefcl_error error = {0};

    /* What the application has anyway. */
    cl_device_id id = find_device();
    cl_context context = clCreateContext(NULL, 1, &id, NULL, NULL, &code);
    check(code, "clCreateContext");
    cl_command_queue queue = clCreateCommandQueue(context, id, 0, &code);
    check(code, "clCreateCommandQueue");
    const char *text = source;
    cl_program program = clCreateProgramWithSource(context, 1, &text, NULL, &code);
    check(code, "clCreateProgramWithSource");
    check(clBuildProgram(program, 1, &id, NULL, NULL, NULL), "clBuildProgram");
    cl_kernel make_frame = clCreateKernel(program, "make_frame", &code),
              add_up = clCreateKernel(program, "add_up", &code);
    check(code, "clCreateKernel");

    /* A model in that context. Model and device are not needed once the session stands. */
    nnefcl_model *model;
    nnefcl_device *device;
    nnefcl_session *session;
    demand(nnefcl_model_open(argc > 1 ? argv[1] : "examples/digits", NULL, &model, &error), &error);
    demand(nnefcl_device_from_opencl(context, id, NULL, &device, &error), &error);
    demand(nnefcl_session_create(model, device, NULL, &session, &error), &error);
    nnefcl_tensor_info input, output;
    if (nnefcl_model_input_count(model) != 1 || nnefcl_model_input(model, 0, &input) ||
        nnefcl_model_output(model, 0, &output) || input.dtype != NNEFCL_SCALAR || output.dtype != NNEFCL_SCALAR) {
        fprintf(stderr, "this example wants a model with one input of scalars\n");
        return EXIT_FAILURE;
    }
    const size_t pixels = input.bytes / sizeof(float);
    const cl_int results = (cl_int)(output.bytes / sizeof(float));

    /* The application's buffers; the session reads and writes them in place. */
    cl_mem frame = clCreateBuffer(context, CL_MEM_READ_WRITE, input.bytes, NULL, &code);
    check(code, "clCreateBuffer");
    cl_mem result = clCreateBuffer(context, CL_MEM_READ_WRITE, output.bytes, NULL, &code);
    check(code, "clCreateBuffer");
    cl_mem sums = clCreateBuffer(context, CL_MEM_READ_WRITE, FRAMES * sizeof(float), NULL, &code);
    check(code, "clCreateBuffer");
    demand(nnefcl_session_bind_input(session, 0, frame, 0, &error), &error);
    demand(nnefcl_session_bind_output(session, 0, result, 0, &error), &error);
    nnefcl_model_free(model);
    nnefcl_device_free(device);

    /* Three frames, all enqueued at once: kernel, model, kernel. */
    const size_t one = 1;
    check(clSetKernelArg(make_frame, 0, sizeof frame, &frame), "clSetKernelArg");
    check(clSetKernelArg(add_up, 0, sizeof result, &result), "clSetKernelArg");
    check(clSetKernelArg(add_up, 1, sizeof results, &results), "clSetKernelArg");
    check(clSetKernelArg(add_up, 2, sizeof sums, &sums), "clSetKernelArg");
    for (cl_int number = 0; number < FRAMES; number++) {
        cl_event made, run;
        check(clSetKernelArg(make_frame, 1, sizeof number, &number), "clSetKernelArg");
        check(clSetKernelArg(add_up, 3, sizeof number, &number), "clSetKernelArg");
        check(clEnqueueNDRangeKernel(queue, make_frame, 1, NULL, &pixels, NULL, 0, NULL, &made), "make_frame");
        demand(nnefcl_session_enqueue(session, queue, 1, &made, &run, &error), &error);
        check(clEnqueueNDRangeKernel(queue, add_up, 1, NULL, &one, NULL, 1, &run, NULL), "add_up");
        clReleaseEvent(made);
        clReleaseEvent(run);
    }

    float sum[FRAMES];
    check(clEnqueueReadBuffer(queue, sums, CL_TRUE, 0, sizeof sum, sum, 0, NULL, NULL), "clEnqueueReadBuffer");
    for (int number = 0; number < FRAMES; number++)
        printf("frame %d: checksum of %s %.5g\n", number, argc > 1 ? argv[1] : "the digits", (double)sum[number]);

    nnefcl_session_free(session);
    clReleaseMemObject(frame);
    clReleaseMemObject(result);
    clReleaseMemObject(sums);
    clReleaseKernel(make_frame);
    clReleaseKernel(add_up);
    clReleaseProgram(program);
    clReleaseCommandQueue(queue);
    clReleaseContext(context);
    return EXIT_SUCCESS;
}
