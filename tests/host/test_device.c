/* SPDX-License-Identifier: Apache-2.0 */
/* Devices: the list, the choice by SPEC, devices from an application's context, life time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emit/variant.h"
#include "host/host.h"
#include "suite.h"

#define MAX_SEEN 32

struct seen {
    size_t count, usable;
    nnefcl_device_info info[MAX_SEEN];
};

static int see(void *user, const nnefcl_device_info *info)
{
    struct seen *seen = user;
    if (seen->count < MAX_SEEN)
        seen->info[seen->count++] = *info;
    seen->usable += info->usable != 0;
    return 0;
}

static int stop(void *user, const nnefcl_device_info *info)
{
    (void)info;
    ++*(int *)user;
    return 1;
}

static struct seen all;

static void list_all(void)
{
    nnefcl_error error = {0};
    memset(&all, 0, sizeof all);
    ck_assert_msg(nnefcl_device_list(see, &all, &error) == NNEFCL_OK, "%s", error.message);
    ck_assert_msg(all.usable > 0, "these tests need an OpenCL device");
}

static const nnefcl_device_info *first_usable(void)
{
    for (size_t i = 0; i < all.count; i++)
        if (all.info[i].usable)
            return &all.info[i];
    return NULL;
}

static nnefcl_device *open_spec(const char *spec)
{
    nnefcl_error error = {0};
    nnefcl_device *device;
    ck_assert_msg(nnefcl_device_open(spec, NULL, &device, &error) == NNEFCL_OK, "%s: %s", spec ? spec : "NULL",
                  error.message);
    return device;
}

START_TEST(list)
{
    int visits = 0;
    nnefcl_error error = {0};
    for (size_t i = 0; i < all.count; i++) {
        const nnefcl_device_info *info = &all.info[i];
        ck_assert(info->platform_name[0] && info->platform >= 0);
        ck_assert(info->index >= 0 ? info->name[0] != '\0' : info->index == -1 && !info->usable);
        ck_assert_int_eq(info->usable, info->reason[0] == '\0');
        if (info->usable)
            ck_assert(info->compute_units > 0 && info->max_allocation > 0 && info->global_memory > 0 &&
                      info->max_work_group > 0);
    }
    ck_assert_int_eq(nnefcl_device_list(stop, &visits, NULL), NNEFCL_OK);
    ck_assert_int_eq(visits, 1);
    ck_assert_int_eq(nnefcl_device_list(NULL, NULL, &error), NNEFCL_ERR_ARGUMENT);
}
END_TEST

/* Every form of SPEC that must find the first usable device. */
START_TEST(every_form)
{
    const nnefcl_device_info *first = first_usable();
    static const char *const types[] = {"cpu", "gpu", "accelerator"};
    char place[32], part[8], upper[8];
    snprintf(place, sizeof place, "%d:%d", first->platform, first->index);
    snprintf(part, sizeof part, "%.5s", first->platform_name);
    for (size_t i = 0; i < sizeof upper; i++)
        upper[i] = part[i] >= 'a' && part[i] <= 'z' ? (char)(part[i] - 32) : part[i];
    const char *specs[] = {"0", place, part, upper, first->type < 3 ? types[first->type] : "0"};
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        nnefcl_device_info info;
        nnefcl_device *device = open_spec(specs[i]);
        nnefcl_device_describe(device, &info);
        ck_assert_msg(info.platform == first->platform && info.index == first->index, "%s took %d:%d", specs[i],
                      info.platform, info.index);
        ck_assert_str_eq(info.name, first->name);
        nnefcl_device_free(device);
    }
    nnefcl_device_free(open_spec(NULL));
    nnefcl_device_free(open_spec(""));
}
END_TEST

/* The index counts usable devices only. */
START_TEST(every_index)
{
    char spec[16];
    size_t position = 0;
    for (size_t i = 0; i < all.count; i++) {
        nnefcl_device_info info;
        if (!all.info[i].usable)
            continue;
        snprintf(spec, sizeof spec, "%zu", position++);
        nnefcl_device *device = open_spec(spec);
        nnefcl_device_describe(device, &info);
        ck_assert(info.platform == all.info[i].platform && info.index == all.info[i].index);
        nnefcl_device_free(device);
    }
}
END_TEST

START_TEST(no_match)
{
    static const char *const specs[] = {"no such device",       "4711", "99:0", "0:99", "1:", "0:x",
                                        "99999999999999999999", ":",    "0:0:0"};
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        nnefcl_error error = {0};
        nnefcl_device *device = (nnefcl_device *)&error;
        ck_assert_int_eq(nnefcl_device_open(specs[i], NULL, &device, &error), NNEFCL_ERR_DEVICE);
        ck_assert_ptr_null(device);
        ck_assert_msg(strstr(error.message, specs[i]) && strstr(error.message, first_usable()->name), "%s: %s",
                      specs[i], error.message);
    }
}
END_TEST

START_TEST(arguments)
{
    nnefcl_device_options options = NNEFCL_DEVICE_OPTIONS_INIT;
    nnefcl_error error = {0};
    nnefcl_device *device;
    nnefcl_device_info info;
    options.version = 7;
    ck_assert_int_eq(nnefcl_device_open(NULL, &options, &device, &error), NNEFCL_ERR_ARGUMENT);
    ck_assert_int_eq(nnefcl_device_open(NULL, NULL, NULL, &error), NNEFCL_ERR_ARGUMENT);
    ck_assert_int_eq(nnefcl_device_open("no such device", NULL, &device, NULL), NNEFCL_ERR_DEVICE);
    nnefcl_device_free(NULL);
    nnefcl_device_describe(NULL, &info);
    ck_assert_uint_eq(info.compute_units, 0);
    ck_assert_ptr_null(nnefcl_device_context(NULL));
    ck_assert_ptr_null(nnefcl_device_id(NULL));
}
END_TEST

static void keep_note(void *user, nnefcl_severity severity, const nnefcl_error *diagnostic)
{
    ck_assert_int_eq(severity, NNEFCL_NOTE);
    ck_assert_int_eq(diagnostic->status, NNEFCL_OK);
    snprintf(user, sizeof diagnostic->message, "%s", diagnostic->message);
}

/* Of several that match the first is taken, and the callback hears which. */
START_TEST(several_match)
{
    nnefcl_device_options options = NNEFCL_DEVICE_OPTIONS_INIT;
    nnefcl_error error = {0};
    nnefcl_device *device;
    char note[sizeof error.message] = "";
    options.diagnostic = keep_note;
    options.diagnostic_user = note;
    ck_assert_int_eq(nnefcl_device_open(NULL, &options, &device, &error), NNEFCL_OK);
    nnefcl_device_info info;
    nnefcl_device_describe(device, &info);
    ck_assert_int_eq(note[0] != '\0', all.usable > 1);
    ck_assert(all.usable == 1 || strstr(note, info.name));
    nnefcl_device_free(device);
}
END_TEST

static void check_target(const struct ncl_target *target, const nnefcl_device_info *info)
{
    ck_assert_int_eq(target->cpu, info->type == NNEFCL_DEVICE_CPU);
    ck_assert_uint_eq(target->group, target->cpu ? 1 : target->group);
    ck_assert(target->group >= 1 && target->group <= 64 && target->group <= info->max_work_group);
    ck_assert(target->chunk > 0 && target->chunk % target->lanes == 0);
    ck_assert(target->alignment >= 64 && (target->alignment & (target->alignment - 1)) == 0);
    ck_assert(target->max_allocation == info->max_allocation && target->global_memory == info->global_memory);
    ck_assert(target->compute_units >= 1);
    ck_assert(target->lanes == 8 || target->lanes == 16);
    ck_assert_uint_eq(target->registers, target->lanes == 16 ? 32 : 16);
    ck_assert(target->l1 && target->l1 <= target->l2 && target->l2 <= target->l3);
    ck_assert_uint_ge(target->max_parameter_bytes, 1024);
    ck_assert(!target->relaxed_atomics || info->type == NNEFCL_DEVICE_CPU);
}

START_TEST(target)
{
    for (size_t i = 0; i < all.count; i++) {
        char spec[32];
        if (!all.info[i].usable)
            continue;
        snprintf(spec, sizeof spec, "%d:%d", all.info[i].platform, all.info[i].index);
        nnefcl_device *device = open_spec(spec);
        check_target(&device->target, &all.info[i]);
        nnefcl_device_free(device);
    }
}
END_TEST

/* Handed-in objects are retained: the application may release its own holds first. */
START_TEST(from_opencl)
{
    nnefcl_device *own = open_spec("0"), *device;
    nnefcl_error error = {0};
    nnefcl_device_info info, expected;
    cl_int code;
    cl_device_id id = nnefcl_device_id(own), seen;
    cl_context context = clCreateContext(NULL, 1, &id, NULL, NULL, &code);
    ck_assert_int_eq(code, CL_SUCCESS);
    ck_assert_msg(nnefcl_device_from_opencl(context, id, NULL, &device, &error) == NNEFCL_OK, "%s", error.message);
    clReleaseContext(context);
    ck_assert_ptr_eq(nnefcl_device_context(device), context);
    ck_assert_ptr_eq(nnefcl_device_id(device), id);
    ck_assert_int_eq(clGetContextInfo(context, CL_CONTEXT_DEVICES, sizeof seen, &seen, NULL), CL_SUCCESS);
    ck_assert_ptr_eq(seen, id);
    nnefcl_device_describe(own, &expected);
    nnefcl_device_describe(device, &info);
    ck_assert_int_eq(info.platform, expected.platform);
    ck_assert_int_eq(info.index, expected.index);
    ck_assert_str_eq(info.name, expected.name);
    nnefcl_device_free(device);
    nnefcl_device_free(own);
}
END_TEST

/* A device of another platform; NULL: there is none. */
static cl_device_id stranger_of(const nnefcl_device *own)
{
    cl_platform_id platform[16], home = NULL;
    cl_uint count = 0;
    clGetDeviceInfo(nnefcl_device_id(own), CL_DEVICE_PLATFORM, sizeof home, &home, NULL);
    ck_assert_int_eq(clGetPlatformIDs(16, platform, &count), CL_SUCCESS);
    for (cl_uint i = 0; i < count && i < 16; i++) {
        cl_device_id id;
        if (platform[i] != home && clGetDeviceIDs(platform[i], CL_DEVICE_TYPE_ALL, 1, &id, NULL) == CL_SUCCESS)
            return id;
    }
    return NULL;
}

START_TEST(from_opencl_refused)
{
    nnefcl_device *own = open_spec("0"), *device;
    nnefcl_error error = {0};
    const cl_device_id other = stranger_of(own);
    ck_assert_int_eq(nnefcl_device_from_opencl(nnefcl_device_context(own), other, NULL, &device, &error),
                     other ? NNEFCL_ERR_DEVICE : NNEFCL_ERR_ARGUMENT);
    ck_assert(strstr(error.message, other ? "not one of the context" : "id is NULL"));
    nnefcl_device_free(own);
}
END_TEST

/* An allocator that counts and fails from some call on. */
struct counting {
    int live, left; /* left < 0: never fails */
};

static void *counting_resize(void *user, void *pointer, size_t size)
{
    struct counting *counting = user;
    if (size == 0) {
        counting->live -= pointer != NULL;
        free(pointer);
        return NULL;
    }
    if (counting->left == 0)
        return NULL;
    counting->left -= counting->left > 0;
    counting->live += pointer == NULL;
    return realloc(pointer, size);
}

START_TEST(failing_allocator)
{
    for (int n = 0;; n++) {
        struct counting counting = {.left = n};
        nnefcl_device_options options = NNEFCL_DEVICE_OPTIONS_INIT;
        nnefcl_device *device;
        options.allocator = (nnefcl_allocator){counting_resize, &counting};
        const nnefcl_status status = nnefcl_device_open(NULL, &options, &device, NULL);
        ck_assert_int_eq(device == NULL, status != NNEFCL_OK);
        nnefcl_device_free(device);
        ck_assert_int_eq(counting.live, 0);
        if (status == NNEFCL_OK && counting.left > 0)
            break;
        ck_assert_int_lt(n, 1000);
    }
}
END_TEST

START_TEST(codes)
{
    struct ncl_diag diag;
    nnefcl_error error;
    static const struct {
        cl_int code;
        nnefcl_status status;
        const char *name;
    } rows[] = {
        {CL_OUT_OF_RESOURCES, NNEFCL_ERR_NOMEM, "CL_OUT_OF_RESOURCES (-5)"},
        {CL_OUT_OF_HOST_MEMORY, NNEFCL_ERR_NOMEM, "CL_OUT_OF_HOST_MEMORY (-6)"},
        {CL_MEM_OBJECT_ALLOCATION_FAILURE, NNEFCL_ERR_NOMEM, "CL_MEM_OBJECT_ALLOCATION_FAILURE (-4)"},
        {CL_INVALID_KERNEL_ARGS, NNEFCL_ERR_DEVICE, "CL_INVALID_KERNEL_ARGS (-52)"},
        {-9999, NNEFCL_ERR_DEVICE, "unknown code (-9999)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        memset(&error, 0, sizeof error);
        ncl_diag_init(&diag, &error, NULL, NULL, false);
        ck_assert_int_eq(ncl_opencl_check(&diag, NCL_NOWHERE, "y = relu", "clFoo", rows[i].code), rows[i].status);
        ck_assert_int_eq(error.opencl_code, rows[i].code);
        ck_assert(strstr(error.message, rows[i].name) && strstr(error.message, "y = relu") &&
                  strstr(error.message, "clFoo"));
    }
    ck_assert_int_eq(ncl_opencl_check(&diag, NCL_NOWHERE, NULL, "clFoo", CL_SUCCESS), NNEFCL_OK);
}
END_TEST

/* Nothing that has barriers fits a device of which none is made; devices whose kernels have them keep them. */
START_TEST(no_barriers)
{
    const nnefcl_device_options options = {.version = 1, .no_barriers = 1};
    const struct ncl_variant *group = ncl_variant_find("softmax_group"), *clblast = ncl_variant_find("product_clblast");
    ck_assert(group && clblast);
    for (size_t i = 0; i < all.count; i++) {
        nnefcl_device *with, *without;
        nnefcl_device_info info;
        if (!all.info[i].usable)
            continue;
        char spec[32];
        snprintf(spec, sizeof spec, "%d:%d", all.info[i].platform, all.info[i].index);
        ck_assert_int_eq(nnefcl_device_open(spec, NULL, &with, NULL), NNEFCL_OK);
        ck_assert_int_eq(nnefcl_device_open(spec, &options, &without, NULL), NNEFCL_OK);
        nnefcl_device_describe(without, &info);
        struct ncl_target seen = without->target, before = with->target;
        const bool leaves = seen.cpu && before.barriers;
        ck_assert_int_eq(info.barriers, leaves ? 0 : all.info[i].barriers);
        seen.cpu = before.cpu = false;
        ck_assert_int_eq(!ncl_variant_unfit(group, &before, NULL), before.barriers);
        ck_assert_int_eq(!ncl_variant_unfit(group, &seen, NULL), before.barriers && !leaves);
        ck_assert(!leaves || ncl_variant_unfit(clblast, &seen, NULL));
        nnefcl_device_free(with);
        nnefcl_device_free(without);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("device");
    TCase *tests = tcase_create("device");
    tcase_set_timeout(tests, 0);
    tcase_add_unchecked_fixture(tests, list_all, NULL);
    tcase_add_test(tests, list);
    tcase_add_test(tests, every_form);
    tcase_add_test(tests, every_index);
    tcase_add_test(tests, no_match);
    tcase_add_test(tests, arguments);
    tcase_add_test(tests, several_match);
    tcase_add_test(tests, target);
    tcase_add_test(tests, from_opencl);
    tcase_add_test(tests, from_opencl_refused);
    tcase_add_test(tests, failing_allocator);
    tcase_add_test(tests, codes);
    tcase_add_test(tests, no_barriers);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
