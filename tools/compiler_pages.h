/* SPDX-License-Identifier: Apache-2.0 */
/* A driver for CPUs brings its compiler into the process: of PoCL 54 MB of code of LLVM and clang are there once they
 * are loaded, a third of what a network of 30 million parameters takes, and runs need none of it. */
#ifndef COMPILER_PAGES_H
#define COMPILER_PAGES_H

/* Gives them back to the system; to take them again costs two milliseconds. Only a program may do so for its process:
 * the library leaves it alone. */
void compiler_pages_give_back(void);

#endif
