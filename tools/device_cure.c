/* SPDX-License-Identifier: Apache-2.0 */
#include "device_cure.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* PoCL compiles a kernel for the work-groups of its launches, and once more, for any, for whoever asks what it made.
 * Without the former both are one. Ours have one work-item on CPUs: there is nothing to gain by it. */
#define POCL_SPECIALIZES "POCL_WORK_GROUP_SPECIALIZATION"

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

/* Can a folder be written, or made? Tried, in the nearest one above it that is there: rights say little of a file
 * system that is read-only, and nothing to root. */
bool device_folder_writable(const char *folder, struct pool *pool)
{
    char *path = pool_copy(pool, folder, strlen(folder));
    while (*path && access(path, F_OK)) {
        char *slash = strrchr(path, '/');
        path[slash && slash > path ? slash - path : slash ? 1 : 0] = '\0';
    }
    char *trial = pool_printf(pool, "%s/nnefcl-XXXXXX", *path ? path : ".");
    return mkdtemp(trial) && !rmdir(trial);
}

const char *pocl_cache_folder(struct pool *pool, bool *writable)
{
    const char *own = variable("POCL_CACHE_DIR"), *cache = variable("XDG_CACHE_HOME"), *home = variable("HOME");
    const char *folder = own     ? own
                         : cache ? pool_printf(pool, "%s/pocl/kcache", cache)
                         : home  ? pool_printf(pool, "%s/.cache/pocl/kcache", home)
                                 : "/tmp/pocl/kcache";
    *writable = device_folder_writable(folder, pool);
    return folder;
}

static const char *pocl_cure(const nnefcl_device_info *info, struct pool *pool)
{
    bool writable;
    const char *folder = pocl_cache_folder(pool, &writable);
    (void)info;
    if (writable)
        return "POCL_DEBUG=err in the environment makes PoCL tell more";
    return pool_printf(pool, "its kernel cache %s cannot be written; set POCL_CACHE_DIR to a folder that can be",
                       folder);
}

static const char *rusticl_cure(const nnefcl_device_info *info, struct pool *pool)
{
    (void)info, (void)pool;
    return variable("RUSTICL_ENABLE") ? NULL
                                      : "set RUSTICL_ENABLE to its drivers, for example radeonsi, iris or llvmpipe";
}

static const char *clover_cure(const nnefcl_device_info *info, struct pool *pool)
{
    (void)info, (void)pool;
    return "it finds no GPU of its own; other platforms are not affected";
}

static const struct {
    const char *platform;
    const char *(*cure)(const nnefcl_device_info *info, struct pool *pool);
} cures[] = {{"Portable Computing Language", pocl_cure}, {"rusticl", rusticl_cure}, {"Clover", clover_cure}};

const char *device_cure(const nnefcl_device_info *info, struct pool *pool)
{
    for (size_t i = 0; info->index < 0 && i < sizeof cures / sizeof *cures; i++)
        if (strstr(info->platform_name, cures[i].platform))
            return cures[i].cure(info, pool);
    return NULL;
}

const char *device_cure_none(void)
{
    return "no OpenCL driver is installed, or the loader does not find it in /etc/OpenCL/vendors (OCL_ICD_VENDORS "
           "names another folder); apt install pocl-opencl-icd brings one for every CPU, clinfo shows what the loader "
           "sees";
}

void device_set_environment(void)
{
    static const char *const folders[] = {"POCL_CACHE_DIR"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        const char *value = getenv(folders[i]);
        if (value && !*value)
            unsetenv(folders[i]);
    }
    setenv(POCL_SPECIALIZES, "0", 0);
}

bool device_hands_out(void)
{
    return strcmp(getenv(POCL_SPECIALIZES), "0") == 0;
}
