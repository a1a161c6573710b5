/* SPDX-License-Identifier: Apache-2.0 */
/* Every kernel compiles alone with its defaults, in vectors of 8 and of 16, and its record of sizes has the fields that
 * the lowering fills (that half is in tests/ops, through the plan). */
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "suite.h"

static cl_context context;
static cl_device_id device;
static bool declares; /* the functions of cl/functions.cl are all that there are */

static void open_device(void)
{
    cl_platform_id platforms[16];
    cl_uint count = 0;
    ck_assert_int_eq(clGetPlatformIDs(16, platforms, &count), CL_SUCCESS);
    for (cl_uint i = 0; i < count && i < 16; i++)
        if (clGetDeviceIDs(platforms[i], CL_DEVICE_TYPE_ALL, 1, &device, NULL) == CL_SUCCESS) {
            context = clCreateContext(NULL, 1, &device, NULL, NULL, NULL);
            ck_assert_ptr_nonnull(context);
            char platform[256] = "";
            clGetPlatformInfo(platforms[i], CL_PLATFORM_NAME, sizeof platform - 1, platform, NULL);
            declares = strcmp(platform, "Portable Computing Language") == 0;
            return;
        }
    ck_abort_msg("no OpenCL device");
}

static bool is_kernel(const struct ncl_embedded *file)
{
    static const char *const others[] = {"functions.cl", "prelude.cl", "math.cl", "persistent.cl"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(file->name, others[i]) == 0)
            return false;
    return strlen(file->name) > 3 && strcmp(file->name + strlen(file->name) - 3, ".cl") == 0;
}

static void compile(const struct ncl_embedded *file, const char *options, const char *defines)
{
    const char *sources[] = {declares ? ncl_embedded_find("functions.cl")->text : "", defines,
                             ncl_embedded_find("prelude.cl")->text, ncl_embedded_find("math.cl")->text, file->text};
    char log[4096] = "", all[128];
    cl_int status;
    cl_program program = clCreateProgramWithSource(context, 5, sources, NULL, &status);
    ck_assert_int_eq(status, CL_SUCCESS);
    snprintf(all, sizeof all, "%s%s", options, declares ? " -D_OPENCL_H_" : "");
    status = clBuildProgram(program, 1, &device, all, NULL, NULL);
    clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, sizeof log - 1, log, NULL);
    ck_assert_msg(status == CL_SUCCESS, "%s (%s): %s", file->name, options, log);
    clReleaseProgram(program);
}

/* Every kind of operand, and a number. */
static const char chain[] =
    "#define NCL_REALS 1\n#define CHAIN_ARGUMENTS , after0, after1, after2, after3\n"
    "#define CHAIN_PARAMETERS , global const float *after0, global const float *after1, global const float *after2, "
    "global const float *after3\n"
    "#define CHAIN NCL_AFTER_FULL(0, float) NCL_AFTER_CHANNEL(1, float) NCL_AFTER_ALONG(2, float) "
    "NCL_AFTER_ONE(3, float) "
    "NCL_LET(float, t1, ncl_erf(after + x0)) NCL_LET(float, r, fma(t1, x1, x2 * x3 + R(0)))\n";

/* Whatever may be stored in half is. */
static const char halves[] =
    "#define NCL_T0 half\n#define NCL_T1 half\n#define NCL_T2 half\n#define NCL_T3 half\n#define NCL_T4 half\n"
    "#define NCL_T5 half\n#define NCL_T6 half\n";

/* What many chains share. */
static const char shared_chain[] =
    "#define NCL_REALS 3\n#define CHAIN_ARGUMENTS , after0\n#define CHAIN_PARAMETERS , global const float *after0\n"
    "#define CHAIN NCL_AFTER_COMMON\n#define CHAIN_SHARED 1\n";

START_TEST(each_compiles_alone)
{
    const struct ncl_embedded *file = &ncl_embedded_files[_i];
    if (!is_kernel(file))
        return;
    compile(file, "-cl-std=CL1.2 -Werror", "");
    compile(file, "-cl-std=CL1.2 -Werror -D LANES=16", halves);
    if (strstr(file->text, "CHAIN_PARAMETERS"))
        compile(file, "-cl-std=CL1.2 -Werror", chain);
    if (strstr(file->text, "NCL_STORE_BLOCKS"))
        compile(file, "-cl-std=CL1.2 -Werror", shared_chain);
}
END_TEST

START_TEST(each_is_described)
{
    const struct ncl_embedded *file = &ncl_embedded_files[_i];
    if (!is_kernel(file))
        return;
    char body[160];
    snprintf(body, sizeof body, "FN(%.*s)(INDEX task, SIZES size", (int)strlen(file->name) - 3, file->name);
    ck_assert_msg(strstr(file->text, body), "%s does not define the body %s", file->name, body);
    ck_assert_msg(strncmp(file->text, "/*", 2) == 0, "%s does not start with its description", file->name);
    ck_assert_msg(strstr(file->text, "tasks:"), "%s does not say how many tasks it has", file->name);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernels");
    TCase *tests = tcase_create("kernels");
    tcase_add_unchecked_fixture(tests, open_device, NULL);
    tcase_set_timeout(tests, 0);
    tcase_add_loop_test(tests, each_compiles_alone, 0, (int)ncl_embedded_count);
    tcase_add_loop_test(tests, each_is_described, 0, (int)ncl_embedded_count);
    suite_add_tcase(suite, tests);
    const int failed = suite_run(suite);
    clReleaseContext(context);
    return failed;
}
