/* SPDX-License-Identifier: Apache-2.0 */
/* nnefcl_device: a device that was chosen, with a context, and what lowering may know of it (ir/target.h). */
#include <stdio.h>
#include <string.h>

#include "base/filled.h"
#include "host.h"
#include "ir/driver_fact.h"

/* ---- choosing ---- */

struct found {
    cl_device_id id;
    nnefcl_device_info info;
};

struct finder {
    const nnefcl_allocator *allocator;
    struct found *item;
    size_t count, capacity;
    bool failed; /* out of memory */
};

static int keep_found(void *user, cl_device_id id, const nnefcl_device_info *info)
{
    struct finder *finder = user;
    if (finder->count == finder->capacity) {
        const size_t larger = finder->capacity ? 2 * finder->capacity : 8;
        struct found *item = ncl_resize(finder->allocator, finder->item, larger * sizeof *item);
        if (!item) {
            finder->failed = true;
            return 1;
        }
        finder->item = item;
        finder->capacity = larger;
    }
    finder->item[finder->count++] = (struct found){id, *info};
    return 0;
}

static char lower_case(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool starts_with(const char *text, const char *part)
{
    for (; *part; text++, part++)
        if (lower_case(*text) != lower_case(*part))
            return false;
    return true;
}

static bool contains(const char *text, const char *part)
{
    for (; *text; text++)
        if (starts_with(text, part))
            return true;
    return false;
}

static bool same_word(const char *a, const char *b)
{
    return strlen(a) == strlen(b) && starts_with(a, b);
}

/* What a SPEC asks for. */
struct wanted {
    enum { ANY, INDEX, PLACE, TYPE, NAME } kind;
    long index, platform;
    nnefcl_device_type type;
    const char *name;
};

/* Digits alone; at most 9 of them, so that they fit. */
static bool parse_number(const char **text, long *value)
{
    size_t digits = strspn(*text, "0123456789");
    if (digits == 0 || digits > 9)
        return false;
    *value = 0;
    while (digits--)
        *value = *value * 10 + (*(*text)++ - '0');
    return true;
}

static struct wanted parse_spec(const char *spec)
{
    static const struct {
        const char *word;
        nnefcl_device_type type;
    } types[] = {{"gpu", NNEFCL_DEVICE_GPU}, {"cpu", NNEFCL_DEVICE_CPU}, {"accelerator", NNEFCL_DEVICE_ACCELERATOR}};
    struct wanted wanted = {.kind = ANY};
    const char *at = spec;
    if (!spec || !*spec)
        return wanted;
    wanted.name = spec;
    wanted.kind = NAME;
    if (parse_number(&at, &wanted.index)) {
        if (!*at) {
            wanted.kind = INDEX;
        } else if (*at++ == ':') {
            wanted.platform = wanted.index;
            if (parse_number(&at, &wanted.index) && !*at)
                wanted.kind = PLACE;
        }
        return wanted;
    }
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (same_word(spec, types[i].word)) {
            wanted.kind = TYPE;
            wanted.type = types[i].type;
        }
    return wanted;
}

/* `position`: its index among the usable devices. */
static bool matches(const struct wanted *wanted, const nnefcl_device_info *info, size_t position)
{
    switch (wanted->kind) {
    case ANY:
        return true;
    case INDEX:
        return info->usable && position == (size_t)wanted->index;
    case PLACE:
        return info->platform == wanted->platform && info->index == wanted->index;
    case TYPE:
        return info->type == wanted->type;
    case NAME:
        return contains(info->platform_name, wanted->name) || contains(info->name, wanted->name);
    }
    return false;
}

/* Without a wish: the first GPU, then accelerator, then CPU. */
static int preference(const struct wanted *wanted, const nnefcl_device_info *info)
{
    static const int rank[] = {
        [NNEFCL_DEVICE_GPU] = 0, [NNEFCL_DEVICE_ACCELERATOR] = 1, [NNEFCL_DEVICE_CPU] = 2, [NNEFCL_DEVICE_OTHER] = 3};
    return wanted->kind == ANY ? rank[info->type] : 0;
}

/* What there is, for a message: "0: name (CPU, platform), 1:0: name (GPU, platform) cannot be used: reason". */
static void list_devices(const struct finder *finder, struct ncl_text *text)
{
    size_t position = 0;
    for (size_t i = 0; i < finder->count; i++) {
        const nnefcl_device_info *info = &finder->item[i].info;
        if (i)
            ncl_text_add(text, ", ");
        if (info->index < 0) {
            ncl_text_printf(text, "%s: %s", info->platform_name, info->reason);
            continue;
        }
        if (info->usable)
            ncl_text_printf(text, "%zu: ", position++);
        else
            ncl_text_printf(text, "%d:%d: ", info->platform, info->index);
        ncl_text_printf(text, "%s (%s, %s)", info->name, ncl_device_type_name(info->type), info->platform_name);
        if (!info->usable)
            ncl_text_printf(text, " cannot be used: %s", info->reason);
    }
}

static nnefcl_status no_match(const struct finder *finder, const char *spec, struct ncl_diag *diag)
{
    struct ncl_text text;
    ncl_text_init(&text, finder->allocator);
    list_devices(finder, &text);
    const char *there = text.data ? text.data : "none";
    if (spec && *spec)
        ncl_error(diag, NNEFCL_ERR_DEVICE, NCL_NOWHERE, "no usable OpenCL device matches '%s'; there is: %s", spec,
                  there);
    else
        ncl_error(diag, NNEFCL_ERR_DEVICE, NCL_NOWHERE, "no usable OpenCL device; there is: %s", there);
    ncl_text_free(&text);
    return NNEFCL_ERR_DEVICE;
}

static nnefcl_status choose(const struct finder *finder, const char *spec, const struct found **chosen,
                            struct ncl_diag *diag)
{
    const struct wanted wanted = parse_spec(spec);
    size_t count = 0, position = 0;
    *chosen = NULL;
    for (size_t i = 0; i < finder->count; i++) {
        const nnefcl_device_info *info = &finder->item[i].info;
        const bool fits = matches(&wanted, info, position);
        position += info->usable != 0;
        if (!fits || !info->usable)
            continue;
        count++;
        if (!*chosen || preference(&wanted, info) < preference(&wanted, &(*chosen)->info))
            *chosen = &finder->item[i];
    }
    if (!*chosen)
        return no_match(finder, spec, diag);
    if (count > 1)
        ncl_note(diag, NCL_NOWHERE, "%zu devices match, taking %d:%d %s (%s, %s)", count, (*chosen)->info.platform,
                 (*chosen)->info.index, (*chosen)->info.name, ncl_device_type_name((*chosen)->info.type),
                 (*chosen)->info.platform_name);
    return NNEFCL_OK;
}

/* ---- making ---- */

static bool is_far(cl_device_id id)
{
    cl_bool shared = CL_TRUE;
    return clGetDeviceInfo(id, CL_DEVICE_HOST_UNIFIED_MEMORY, sizeof shared, &shared, NULL) == CL_SUCCESS && !shared;
}

/* Takes over the hold on `context`. */
static nnefcl_status make(cl_context context, cl_device_id id, const nnefcl_device_info *info,
                          const nnefcl_allocator *allocator, nnefcl_device **device, struct ncl_diag *diag)
{
    nnefcl_device *made = ncl_resize(allocator, NULL, sizeof *made);
    const cl_int code = clRetainDevice(id); /* sub-devices are counted */
    if (!made || code) {
        ncl_resize(allocator, made, 0);
        clReleaseContext(context);
        if (!code)
            clReleaseDevice(id);
        return code ? ncl_opencl_check(diag, NCL_NOWHERE, info->name, "clRetainDevice", code) : ncl_nomem(diag);
    }
    *made = (nnefcl_device){.allocator = *allocator, .context = context, .id = id, .info = *info};
    atomic_init(&made->holds, 1);
    atomic_init(&made->lost, false);
    pthread_mutex_init(&made->lock, NULL);
    pthread_cond_init(&made->shared_changed, NULL);
    ncl_target_describe(&made->target, &made->info);
    made->target.clblast = ncl_clblast_available();
    made->keeps_programs = ncl_driver_fact_find(info)->keeps_programs;
    made->claim_ms = 30000;
    made->far = is_far(id);
    *device = made;
    return NNEFCL_OK;
}

/* In a context of the application others may compile what they like. */
static void leave_barriers(nnefcl_device *device, const nnefcl_device_options *options, bool own)
{
    if (!options || !options->no_barriers || !device->target.cpu)
        return;
    device->info.barriers = 0;
    device->target.barriers = device->target.clblast = false;
    device->nameless = own && ncl_driver_fact_find(&device->info)->keeps_names;
}

/* `own`: nobody else has its context. The cache has to know how programs are compiled. */
static void complete(nnefcl_device *device, const nnefcl_device_options *options, bool own, struct ncl_diag *diag)
{
    leave_barriers(device, options, own);
    ncl_cache_open(device, options, diag);
}

static nnefcl_status begin(const nnefcl_device_options *options, nnefcl_device **device, nnefcl_error *error,
                           const char *function, nnefcl_allocator *allocator, struct ncl_diag *diag)
{
    ncl_diag_init(diag, error, options ? options->diagnostic : NULL, options ? options->diagnostic_user : NULL, false);
    *allocator = options ? options->allocator : (nnefcl_allocator){0};
    if (!device)
        return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "%s: device is NULL", function);
    *device = NULL;
    if (options && options->version != 1)
        return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "%s: unknown version %u of the options", function,
                         (unsigned)options->version);
    return NNEFCL_OK;
}

static nnefcl_status open_found(const struct found *found, const nnefcl_allocator *allocator, nnefcl_device **device,
                                struct ncl_diag *diag)
{
    cl_platform_id platform;
    cl_int code = clGetDeviceInfo(found->id, CL_DEVICE_PLATFORM, sizeof platform, &platform, NULL);
    nnefcl_status status = ncl_opencl_check(diag, NCL_NOWHERE, found->info.name, "clGetDeviceInfo", code);
    if (status)
        return status;
    const cl_context_properties properties[] = {CL_CONTEXT_PLATFORM, (cl_context_properties)platform, 0};
    cl_context context = clCreateContext(properties, 1, &found->id, NULL, NULL, &code);
    status = ncl_opencl_check(diag, NCL_NOWHERE, found->info.name, "clCreateContext", code);
    return status ? status : make(context, found->id, &found->info, allocator, device, diag);
}

nnefcl_status nnefcl_device_open(const char *spec, const nnefcl_device_options *options, nnefcl_device **device,
                                 nnefcl_error *error)
{
    nnefcl_allocator allocator;
    struct ncl_diag diag;
    const struct found *chosen;
    nnefcl_status status = begin(options, device, error, "nnefcl_device_open", &allocator, &diag);
    if (status)
        return status;
    struct finder finder = {.allocator = &allocator};
    status = ncl_device_each(&allocator, keep_found, &finder, &diag);
    if (!status && finder.failed)
        status = ncl_nomem(&diag);
    if (!status)
        status = choose(&finder, spec, &chosen, &diag);
    if (!status)
        status = open_found(chosen, &allocator, device, &diag);
    if (!status)
        complete(*device, options, true, &diag);
    ncl_resize(&allocator, finder.item, 0);
    return status;
}

/* The whole that a sub-device is a part of; NULL: it is none. */
static cl_device_id parent_of(cl_device_id id)
{
    cl_device_id parent = NULL;
    return clGetDeviceInfo(id, CL_DEVICE_PARENT_DEVICE, sizeof parent, &parent, NULL) == CL_SUCCESS ? parent : NULL;
}

/* Is the device one of the context's? PoCL 3.1 names the whole device for the context of a part. */
static nnefcl_status check_member(cl_context context, cl_device_id id, const nnefcl_allocator *allocator,
                                  struct ncl_diag *diag)
{
    size_t size = 0;
    cl_int code = clGetContextInfo(context, CL_CONTEXT_DEVICES, 0, NULL, &size);
    if (code)
        return ncl_opencl_check(diag, NCL_NOWHERE, "nnefcl_device_from_opencl", "clGetContextInfo", code);
    cl_device_id *member = ncl_resize(allocator, NULL, size ? size : 1);
    if (!member)
        return ncl_nomem(diag);
    memset(member, 0, size);
    bool found = false;
    code = clGetContextInfo(context, CL_CONTEXT_DEVICES, size, member, NULL);
    for (size_t i = 0; !code && i < size / sizeof *member; i++)
        for (cl_device_id of = id; of && !found; of = parent_of(of))
            found = member[i] == of;
    ncl_resize(allocator, member, 0);
    if (code)
        return ncl_opencl_check(diag, NCL_NOWHERE, "nnefcl_device_from_opencl", "clGetContextInfo", code);
    return found ? NNEFCL_OK : ncl_error(diag, NNEFCL_ERR_DEVICE, NCL_NOWHERE, "the device is not one of the context");
}

/* Sub-devices keep -1:-1. */
static int find_place(void *user, cl_device_id id, const nnefcl_device_info *info)
{
    struct found *found = user;
    if (id != found->id)
        return 0;
    found->info.platform = info->platform;
    found->info.index = info->index;
    return 1;
}

nnefcl_status nnefcl_device_from_opencl(cl_context context, cl_device_id id, const nnefcl_device_options *options,
                                        nnefcl_device **device, nnefcl_error *error)
{
    nnefcl_allocator allocator;
    struct ncl_diag diag, silent;
    struct found found = {.id = id};
    nnefcl_status status = begin(options, device, error, "nnefcl_device_from_opencl", &allocator, &diag);
    if (!status && (!context || !id))
        status = ncl_error(&diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "nnefcl_device_from_opencl: %s is NULL",
                           context ? "id" : "context");
    if (!status)
        status = check_member(context, id, &allocator, &diag);
    if (status)
        return status;
    ncl_device_query(id, &allocator, &found.info);
    if (!found.info.usable)
        return ncl_error(&diag, NNEFCL_ERR_DEVICE, NCL_NOWHERE, "%s cannot be used: %s", found.info.name,
                         found.info.reason);
    ncl_diag_init(&silent, NULL, NULL, NULL, false);
    ncl_device_each(&allocator, find_place, &found, &silent);
    status = ncl_opencl_check(&diag, NCL_NOWHERE, found.info.name, "clRetainContext", clRetainContext(context));
    if (!status)
        status = make(context, id, &found.info, &allocator, device, &diag);
    if (!status)
        complete(*device, options, false, &diag);
    return status;
}

nnefcl_device *ncl_device_retain(const nnefcl_device *device)
{
    nnefcl_device *held = (nnefcl_device *)device; /* only the count changes */
    atomic_fetch_add(&held->holds, 1);
    return held;
}

void nnefcl_device_free(nnefcl_device *device)
{
    if (!device || atomic_fetch_sub(&device->holds, 1) > 1)
        return;
    const nnefcl_allocator allocator = device->allocator;
    ncl_cache_close(device);
    ncl_pool_free(device);
    if (device->stuck)
        clReleaseEvent(device->stuck);
    pthread_cond_destroy(&device->shared_changed);
    pthread_mutex_destroy(&device->lock);
    clReleaseContext(device->context);
    clReleaseDevice(device->id);
    ncl_resize(&allocator, device, 0);
}

void(nnefcl_device_describe)(const nnefcl_device *device, nnefcl_device_info *info, size_t size)
{
    static const nnefcl_device_info none = {0};
    const nnefcl_device_info *made = device ? &device->info : &none;
    NCL_FILLED_GIVE(NNEFCL_OK, info, size, *made, relaxed_atomics);
}

cl_context nnefcl_device_context(const nnefcl_device *device)
{
    return device ? device->context : NULL;
}

cl_device_id nnefcl_device_id(const nnefcl_device *device)
{
    return device ? device->id : NULL;
}
