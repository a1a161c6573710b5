/* SPDX-License-Identifier: Apache-2.0 */
/* They are parts of files that nobody writes to: given back, they come again from the system's memory of files when
 * they are wanted. */
#define _GNU_SOURCE
#include "compiler_pages.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#ifdef __linux__
#include <link.h>
#include <sys/mman.h>
#endif

#ifdef __linux__
/* Only libraries of compilers: in others a debugger may have written breakpoints, which would be lost. */
static bool library_compiles(const char *path)
{
    static const char *const names[] = {"/libLLVM", "/libclang"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strstr(path, names[i]))
            return true;
    return false;
}

static int library_give_back(struct dl_phdr_info *info, size_t size, void *unused)
{
    (void)size, (void)unused;
    const uintptr_t page = 4096;
    for (int i = 0; library_compiles(info->dlpi_name) && i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        const uintptr_t at = info->dlpi_addr + part->p_vaddr, first = at / page * page;
        if (part->p_type == PT_LOAD && !(part->p_flags & PF_W))
            (void)madvise((void *)first, at + part->p_memsz - first, MADV_DONTNEED);
    }
    return 0;
}

void compiler_pages_give_back(void)
{
    dl_iterate_phdr(library_give_back, NULL);
}
#else
void compiler_pages_give_back(void)
{
}
#endif
