/* SPDX-License-Identifier: Apache-2.0 */
/* The loader opens all drivers at the first call. What came of it is kept by the loader and told to whoever opens a
 * device afterwards, so nothing is said here.
 *
 * Mesa's two drivers, which many systems bring along, take a third of that time to find no device where the system has
 * no node of a GPU: then the loader is told of the one that is left. */
#define _GNU_SOURCE
#include "drivers.h"

#include <dirent.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file_name.h"
#include "nnefcl/device.h"

#define VENDORS "/etc/OpenCL/vendors"
#define NODES   "/dev/dri"

/* ---- which ---- */

/* Variables that tell the loader of other drivers, or Mesa of devices without a node. */
static bool environment_asks(void)
{
    static const char *const names[] = {"OCL_ICD_", "RUSTICL_", "CLOVER_", "GALLIUM_", "LIBGL_", "MESA_"};
    for (char **at = environ; *at; at++)
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            if (strncmp(*at, names[i], strlen(names[i])) == 0)
                return true;
    return false;
}

/* Does a file name a driver that has devices by nodes alone? */
static bool driver_needs_node(const char *path)
{
    char line[1024] = "";
    FILE *file = fopen(path, "r");
    const bool read = file && fgets(line, sizeof line, file);
    if (file)
        fclose(file);
    return read && (strstr(line, "libMesaOpenCL.so") || strstr(line, "libRusticlOpenCL.so"));
}

const char *drivers_only(const char *vendors, struct pool *pool)
{
    struct dirent **entries = NULL;
    const char *only = NULL;
    size_t able = 0, unable = 0;
    const int count = scandir(vendors, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        const char *path = file_name_join(pool, vendors, entries[i]->d_name, "");
        if (file_name_ends(path, ".icd") && driver_needs_node(path))
            unable++;
        else if (file_name_ends(path, ".icd") && able++ == 0)
            only = path;
        free(entries[i]);
    }
    free(entries);
    return able == 1 && unable ? only : NULL;
}

/* ocl-icd takes a single file in place of a folder, others do not. It tells its name only when all is opened; the
 * variable below is its own. */
static bool loader_takes_file(struct pool *pool)
{
    static const char own[] = "OCL_ICD_DEFAULT_PLATFORM";
    enum { MOST = 1 << 18 };
    Dl_info info;
    void *entry = dlsym(RTLD_DEFAULT, "clGetPlatformIDs");
    FILE *file = entry && dladdr(entry, &info) ? fopen(info.dli_fname, "rb") : NULL;
    if (!file)
        return false;
    char *text = pool_alloc(pool, MOST);
    const size_t size = fread(text, 1, MOST, file);
    fclose(file);
    return memmem(text, size, own, strlen(own)) != NULL;
}

/* "1:0" counts platforms, and a name may be that of any. */
static void drivers_choose(const char *spec, struct pool *pool)
{
    const bool any = !spec || !*spec || strcmp(spec, "cpu") == 0;
    const char *only = any && !environment_asks() && access(NODES, F_OK) ? drivers_only(VENDORS, pool) : NULL;
    if (!only || !loader_takes_file(pool))
        return;
    setenv("OCL_ICD_VENDORS", only, 0);
}

/* ---- opening ---- */

static pthread_t thread;
static bool running;

static int device_pass(void *user, const nnefcl_device_info *info)
{
    (void)user, (void)info;
    return 0;
}

static void *drivers_open(void *unused)
{
    nnefcl_device_list(device_pass, NULL, NULL);
    return unused;
}

void drivers_begin(const char *spec, struct pool *pool)
{
    drivers_choose(spec, pool);
    running = !pthread_create(&thread, NULL, drivers_open, NULL);
}

void drivers_wait(void)
{
    if (running)
        pthread_join(thread, NULL);
    running = false;
}
