/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clean.h"
#include "device_cure.h"
#include "doctor.h"
#include "file_name.h"
#include "fold_lines.h"
#include "report.h"

/* The library that this process has loaded, by its map of memory. */
static const char *loader_path(struct pool *pool)
{
    char line[4096];
    const char *found = NULL;
    FILE *maps = fopen("/proc/self/maps", "r");
    while (maps && !found && fgets(line, sizeof line, maps)) {
        const char *path = strchr(line, '/');
        if (path && strstr(path, "libOpenCL"))
            found = pool_copy(pool, path, strcspn(path, "\n"));
    }
    if (maps)
        fclose(maps);
    return found;
}

/* The first line of a file that names a driver. */
static const char *driver_of(const char *path, struct pool *pool)
{
    char line[1024] = "";
    FILE *file = fopen(path, "r");
    const bool read = file && fgets(line, sizeof line, file);
    const char *text = read   ? pool_copy(pool, line, strcspn(line, "\r\n"))
                       : file ? "(empty)"
                              : pool_printf(pool, "(%s)", strerror(errno));
    if (file)
        fclose(file);
    return text;
}

static void add_driver(struct doctor *doctor, json_t *rows, const char *path)
{
    const char *driver = driver_of(path, doctor->pool);
    if (rows)
        document_add(rows, document_pack("{s:s, s:s}", "file", path, "driver", driver));
    else
        print_folded(10, "driver    %s: %s", path, driver);
}

static void list_drivers(struct doctor *doctor, json_t *rows)
{
    const char *own = getenv("OCL_ICD_VENDORS"), *folder = own && *own ? own : "/etc/OpenCL/vendors";
    struct dirent **entries = NULL;
    if (file_name_ends(folder, ".icd")) {
        add_driver(doctor, rows, folder);
        return;
    }
    const int count = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        if (file_name_ends(entries[i]->d_name, ".icd"))
            add_driver(doctor, rows, file_name_join(doctor->pool, folder, entries[i]->d_name, ""));
        free(entries[i]);
    }
    free(entries);
    if (count < 0 && !rows)
        print_folded(10, "driver    %s: %s", folder, strerror(errno));
}

static void add_cache(json_t *rows, const char *of, const char *folder, bool writable)
{
    if (rows)
        document_add(rows, document_pack("{s:s, s:s?, s:b}", "of", of, "folder", folder, "writable", writable));
    else
        print_folded(10, "cache     %s: %s%s", of, folder ? folder : "none",
                     folder && !writable ? ", cannot be written" : "");
}

static void list_caches(struct doctor *doctor, json_t *rows)
{
    const char *own = doctor->options->cache_dir;
    bool writable;
    const char *pocl = pocl_cache_folder(doctor->pool, &writable);
    add_cache(rows, "nnefcl", own, own && device_folder_writable(own, doctor->pool));
    add_cache(rows, "PoCL", pocl, writable);
}

void doctor_system(struct doctor *doctor)
{
    json_t *document = doctor->document;
    json_t *drivers = document ? document_array() : NULL, *caches = document ? document_array() : NULL;
    const char *loader = loader_path(doctor->pool);
    const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), memory = page * (uint64_t)sysconf(_SC_PHYS_PAGES),
                   unused = page * (uint64_t)sysconf(_SC_AVPHYS_PAGES);
    char all[BYTES_TEXT], rest[BYTES_TEXT];
    if (!document)
        print_folded(10, "loader    %s", loader ? loader : "not found");
    list_drivers(doctor, drivers);
    list_caches(doctor, caches);
    if (!document)
        print_folded(10, "memory    %s, %s unused", report_bytes(memory, all), report_bytes(unused, rest));
    if (!document)
        return;
    document_merge(document,
                   document_pack("{s:s?, s:o, s:o, s:I, s:I}", "loader", loader, "drivers", drivers, "caches", caches,
                                 "memory_bytes", (json_int_t)memory, "unused_bytes", (json_int_t)unused));
}
