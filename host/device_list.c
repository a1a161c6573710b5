/* SPDX-License-Identifier: Apache-2.0 */
/* What OpenCL devices there are, and which of them can run our kernels. */
#include <stdio.h>
#include <string.h>

#include <CL/cl_ext.h>

#include "host.h"

#define MAX_PLATFORMS 64 /* and devices of one platform: more than any machine has; those beyond are not seen */
#define MAX_DEVICES   256

/* ---- queries ---- */

/* The most that is taken for a text of a driver: lists of extensions have some kilobytes. */
#define MOST_TEXT ((size_t)1 << 20)

/* clGetDeviceInfo and clGetPlatformInfo as one. */
struct asked {
    cl_device_id device; /* NULL: the platform is asked */
    cl_platform_id platform;
};

static cl_int ask(struct asked of, cl_uint what, size_t size, void *value, size_t *length)
{
    return of.device ? clGetDeviceInfo(of.device, what, size, value, length)
                     : clGetPlatformInfo(of.platform, what, size, value, length);
}

/* A text, whole; NULL: the driver does not tell, or there is no memory. What a driver says of its length is no more
 * than a wish: beyond what was written there are zeros. The caller frees with ncl_resize. */
static char *ask_text(struct asked of, cl_uint what, const nnefcl_allocator *allocator)
{
    size_t size = 0;
    if ((!of.device && !of.platform) || ask(of, what, 0, NULL, &size) != CL_SUCCESS || size > MOST_TEXT)
        return NULL;
    char *text = ncl_resize(allocator, NULL, size + 1);
    if (text)
        memset(text, 0, size + 1);
    if (text && ask(of, what, size, text, NULL) != CL_SUCCESS) {
        ncl_resize(allocator, text, 0);
        return NULL;
    }
    return text;
}

static char *device_text(cl_device_id id, cl_device_info what, const nnefcl_allocator *allocator)
{
    return ask_text((struct asked){.device = id}, what, allocator);
}

/* Copies what fits of a text, without the blanks that some drivers put in front and behind. False: it was not told. */
static bool keep_text(char *out, size_t size, struct asked of, cl_uint what, const nnefcl_allocator *allocator)
{
    char *text = ask_text(of, what, allocator);
    snprintf(out, size, "%s", text ? text + strspn(text, " \t") : "(not told)");
    size_t length = strlen(out);
    while (length && (out[length - 1] == ' ' || out[length - 1] == '\t'))
        out[--length] = '\0';
    ncl_resize(allocator, text, 0);
    return text != NULL;
}

static bool has_word(const char *text, const char *word)
{
    const size_t length = strlen(word);
    for (const char *at = text; at && (at = strstr(at, word)); at += length)
        if ((at == text || at[-1] == ' ') && (at[length] == '\0' || at[length] == ' '))
            return true;
    return false;
}

/* A driver that writes fewer bytes has told the low ones. */
static bool get(cl_device_id id, cl_device_info what, void *value, size_t size)
{
    memset(value, 0, size);
    return clGetDeviceInfo(id, what, size, value, NULL) == CL_SUCCESS;
}

static nnefcl_device_type type_of(cl_device_type type)
{
    if (type & CL_DEVICE_TYPE_CPU)
        return NNEFCL_DEVICE_CPU;
    if (type & CL_DEVICE_TYPE_GPU)
        return NNEFCL_DEVICE_GPU;
    return type & CL_DEVICE_TYPE_ACCELERATOR ? NNEFCL_DEVICE_ACCELERATOR : NNEFCL_DEVICE_OTHER;
}

const char *ncl_device_type_name(nnefcl_device_type type)
{
    static const char *const names[] = {[NNEFCL_DEVICE_CPU] = "CPU",
                                        [NNEFCL_DEVICE_GPU] = "GPU",
                                        [NNEFCL_DEVICE_ACCELERATOR] = "accelerator",
                                        [NNEFCL_DEVICE_OTHER] = "other"};
    return names[type];
}

/* ---- can it be used ---- */

/* "OpenCL 1.2 ..." or "OpenCL C 1.2 ...": is it 1.2 or later? */
static bool at_least_12(const char *version, const char *prefix)
{
    int major = 0, minor = 0;
    if (!version || strncmp(version, prefix, strlen(prefix)) != 0 ||
        sscanf(version + strlen(prefix), "%d.%d", &major, &minor) != 2)
        return false;
    return major > 1 || (major == 1 && minor >= 2);
}

struct facts {
    bool version; /* was told */
    cl_bool available, compiler, little_endian;
    cl_device_fp_config single_precision;
    cl_device_type type;
    char *extensions, *profile, *language;
};

static const char *device_refusal(const nnefcl_device_info *info, const struct facts *facts)
{
    if (!facts->version || !facts->extensions || !facts->profile || !facts->language)
        return "a query of the device failed";
    if (facts->type & CL_DEVICE_TYPE_CUSTOM)
        return "a custom device without OpenCL C";
    if (!facts->available)
        return "not available";
    if (!at_least_12(info->version, "OpenCL ") || !at_least_12(facts->language, "OpenCL C "))
        return "older than OpenCL 1.2";
    if (!facts->compiler)
        return "has no compiler";
    if (!facts->little_endian)
        return "big-endian";
    if (!(facts->single_precision & CL_FP_INF_NAN))
        return "single precision without infinities and NaN";
    if (strcmp(facts->profile, "FULL_PROFILE") != 0 && !has_word(facts->extensions, "cles_khr_int64"))
        return "embedded profile without 64-bit integers";
    if (info->max_work_group == 0 || info->max_allocation == 0)
        return "reports no work-items or no memory";
    return NULL;
}

/* The limits. False: a query failed. */
static bool query_numbers(cl_device_id id, struct facts *facts, nnefcl_device_info *info)
{
    cl_uint units;
    cl_ulong global, local, allocation;
    size_t group;
    const bool ok = get(id, CL_DEVICE_AVAILABLE, &facts->available, sizeof facts->available) &&
                    get(id, CL_DEVICE_COMPILER_AVAILABLE, &facts->compiler, sizeof facts->compiler) &&
                    get(id, CL_DEVICE_ENDIAN_LITTLE, &facts->little_endian, sizeof facts->little_endian) &&
                    get(id, CL_DEVICE_SINGLE_FP_CONFIG, &facts->single_precision, sizeof facts->single_precision) &&
                    get(id, CL_DEVICE_TYPE, &facts->type, sizeof facts->type) &&
                    get(id, CL_DEVICE_MAX_COMPUTE_UNITS, &units, sizeof units) &&
                    get(id, CL_DEVICE_GLOBAL_MEM_SIZE, &global, sizeof global) &&
                    get(id, CL_DEVICE_LOCAL_MEM_SIZE, &local, sizeof local) &&
                    get(id, CL_DEVICE_MAX_MEM_ALLOC_SIZE, &allocation, sizeof allocation) &&
                    get(id, CL_DEVICE_MAX_WORK_GROUP_SIZE, &group, sizeof group);
    if (!ok)
        return false;
    info->type = type_of(facts->type);
    info->compute_units = units;
    info->global_memory = global;
    info->local_memory = local;
    info->max_allocation = allocation;
    info->max_work_group = group;
    return true;
}

/* Without denormals each of the terms of a sum may be off by what is no less than 2^-14. */
static bool keeps_small_halves(cl_device_id id)
{
    cl_device_fp_config config = 0;
    return get(id, CL_DEVICE_HALF_FP_CONFIG, &config, sizeof config) && (config & CL_FP_DENORM);
}

void ncl_device_query(cl_device_id id, const nnefcl_allocator *allocator, nnefcl_device_info *info)
{
    struct facts facts = {0};
    const struct asked device = {.device = id};
    struct asked platform = {0};
    *info = (nnefcl_device_info){.platform = -1, .index = -1};
    if (!get(id, CL_DEVICE_PLATFORM, &platform.platform, sizeof platform.platform))
        platform.platform = NULL;
    keep_text(info->platform_name, sizeof info->platform_name, platform, CL_PLATFORM_NAME, allocator);
    keep_text(info->name, sizeof info->name, device, CL_DEVICE_NAME, allocator);
    keep_text(info->vendor, sizeof info->vendor, device, CL_DEVICE_VENDOR, allocator);
    facts.version = keep_text(info->version, sizeof info->version, device, CL_DEVICE_VERSION, allocator);
    keep_text(info->driver, sizeof info->driver, device, CL_DRIVER_VERSION, allocator);
    facts.extensions = device_text(id, CL_DEVICE_EXTENSIONS, allocator);
    facts.profile = device_text(id, CL_DEVICE_PROFILE, allocator);
    facts.language = device_text(id, CL_DEVICE_OPENCL_C_VERSION, allocator);
    const char *reason = "a query of the device failed";
    if (query_numbers(id, &facts, info))
        reason = device_refusal(info, &facts);
    info->fp16 = has_word(facts.extensions, "cl_khr_fp16") && keeps_small_halves(id);
    info->fp64 = has_word(facts.extensions, "cl_khr_fp64");
    ncl_device_facts(id, info);
    info->usable = !reason;
    snprintf(info->reason, sizeof info->reason, "%s", reason ? reason : "");
    ncl_resize(allocator, facts.extensions, 0);
    ncl_resize(allocator, facts.profile, 0);
    ncl_resize(allocator, facts.language, 0);
}

/* ---- the list ---- */

struct visitor {
    const nnefcl_allocator *allocator;
    int (*visit)(void *user, cl_device_id id, const nnefcl_device_info *info);
    void *user;
};

/* A platform that has no device to show is shown itself: it must not look as if it were not there. */
static int visit_empty(const struct visitor *visitor, cl_platform_id id, int platform, cl_int code)
{
    nnefcl_device_info info = {.platform = platform, .index = -1, .type = NNEFCL_DEVICE_OTHER};
    const struct asked of = {.platform = id};
    keep_text(info.platform_name, sizeof info.platform_name, of, CL_PLATFORM_NAME, visitor->allocator);
    keep_text(info.vendor, sizeof info.vendor, of, CL_PLATFORM_VENDOR, visitor->allocator);
    keep_text(info.version, sizeof info.version, of, CL_PLATFORM_VERSION, visitor->allocator);
    if (code == CL_SUCCESS || code == CL_DEVICE_NOT_FOUND)
        snprintf(info.reason, sizeof info.reason, "the platform has no device (%s)", ncl_opencl_name(code));
    else
        snprintf(info.reason, sizeof info.reason, "clGetDeviceIDs failed: %s (%d)", ncl_opencl_name(code), (int)code);
    return visitor->visit(visitor->user, NULL, &info);
}

static int visit_platform(const struct visitor *visitor, cl_platform_id id, int platform)
{
    cl_device_id device[MAX_DEVICES];
    cl_uint devices = 0;
    const cl_int code = clGetDeviceIDs(id, CL_DEVICE_TYPE_ALL, MAX_DEVICES, device, &devices);
    if (code != CL_SUCCESS || devices == 0)
        return visit_empty(visitor, id, platform, code);
    for (cl_uint d = 0; d < devices && d < MAX_DEVICES; d++) {
        nnefcl_device_info info;
        ncl_device_query(device[d], visitor->allocator, &info);
        info.platform = platform;
        info.index = (int)d;
        if (visitor->visit(visitor->user, device[d], &info))
            return 1;
    }
    return 0;
}

nnefcl_status ncl_device_each(const nnefcl_allocator *allocator,
                              int (*visit)(void *user, cl_device_id id, const nnefcl_device_info *info), void *user,
                              struct ncl_diag *diag)
{
    const struct visitor visitor = {allocator, visit, user};
    cl_platform_id platform[MAX_PLATFORMS];
    cl_uint platforms = 0;
    const cl_int code = clGetPlatformIDs(MAX_PLATFORMS, platform, &platforms);
    if (code != CL_SUCCESS || platforms == 0)
        return ncl_error_opencl(diag, NNEFCL_ERR_DEVICE, code, NCL_NOWHERE, "there is no OpenCL platform (%s)",
                                ncl_opencl_name(code));
    for (cl_uint p = 0; p < platforms && p < MAX_PLATFORMS; p++)
        if (visit_platform(&visitor, platform[p], (int)p))
            break;
    return NNEFCL_OK;
}

struct public_visit {
    int (*visit)(void *user, const nnefcl_device_info *info);
    void *user;
};

static int visit_public(void *user, cl_device_id id, const nnefcl_device_info *info)
{
    const struct public_visit *list = user;
    (void)id;
    return list->visit(list->user, info);
}

nnefcl_status nnefcl_device_list(int (*visit)(void *user, const nnefcl_device_info *info), void *user,
                                 nnefcl_error *error)
{
    struct ncl_diag diag;
    struct public_visit list = {visit, user};
    ncl_diag_init(&diag, error, NULL, NULL, false);
    if (!visit)
        return ncl_error(&diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "nnefcl_device_list: visit is NULL");
    return ncl_device_each(NULL, visit_public, &list, &diag);
}
