/* SPDX-License-Identifier: Apache-2.0 */
/* An OpenCL layer for tests: a driver whose compiler makes a mistake. The environment names the kernel that it gets
 * wrong, in WRONG_KERNEL; without it all is well. With WRONG_LENGTHS it says that names of devices are longer than they
 * are, and their versions longer than memory. */
#include <stdlib.h>
#include <string.h>

#include "layer_init.h"

static const struct mistake {
    const char *kernel, *right, *wrong;
} mistakes[] = {
    /* the element at 4 is 1 too large */
    {"elements", "NCL_STORE(RESULT, r, to + j, n);",
     "NCL_STORE(RESULT, r, to + j, n); if (4 >= i + j && 4 < i + j + n) y[4] += 1;"},
    /* divided by a little less than the sum */
    {"softmax", "scale = 1.0f /", "scale = 1.0001f /"},
};

static const struct mistake *find_mistake(void)
{
    const char *kernel = getenv("WRONG_KERNEL");
    for (size_t i = 0; kernel && i < sizeof mistakes / sizeof *mistakes; i++)
        if (strcmp(mistakes[i].kernel, kernel) == 0)
            return &mistakes[i];
    return NULL;
}

/* One text in place of a program's parts; NULL: it has nothing to make wrong. */
static char *make_wrong(cl_uint count, const char **strings, const size_t *lengths)
{
    const struct mistake *mistake = find_mistake();
    if (!mistake || count != 1)
        return NULL;
    const size_t length = lengths && lengths[0] ? lengths[0] : strlen(strings[0]);
    char *text = calloc(1, length + strlen(mistake->wrong) + 1);
    char *at = text ? memcpy(text, strings[0], length) : NULL;
    at = at ? strstr(at, mistake->right) : NULL;
    if (!at) {
        free(text);
        return NULL;
    }
    const size_t right = strlen(mistake->right), wrong = strlen(mistake->wrong);
    memmove(at + wrong, at + right, strlen(at + right) + 1);
    memcpy(at, mistake->wrong, wrong);
    return text;
}

static cl_program CL_API_CALL my_clCreateProgramWithSource(cl_context context, cl_uint count, const char **strings,
                                                           const size_t *lengths, cl_int *errcode_ret)
{
    char *text = make_wrong(count, strings, lengths);
    const cl_program program =
        text ? target->clCreateProgramWithSource(context, 1, (const char **)&text, NULL, errcode_ret)
             : target->clCreateProgramWithSource(context, count, strings, lengths, errcode_ret);
    free(text);
    return program;
}

static cl_int CL_API_CALL my_clGetDeviceInfo(cl_device_id device, cl_device_info name, size_t size, void *value,
                                             size_t *size_ret)
{
    const cl_int code = target->clGetDeviceInfo(device, name, size, value, size_ret);
    if (getenv("WRONG_LENGTHS") && size_ret && (name == CL_DEVICE_NAME || name == CL_DEVICE_VERSION))
        *size_ret += name == CL_DEVICE_NAME ? 64 : (size_t)1 << 40;
    return code;
}

void layer_take(struct _cl_icd_dispatch *table)
{
    table->clGetDeviceInfo = my_clGetDeviceInfo;
    table->clCreateProgramWithSource = my_clCreateProgramWithSource;
}
