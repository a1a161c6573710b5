/* SPDX-License-Identifier: Apache-2.0 */
/* The list that drivers keep of the kernels of a program, newest first, and search when one is released: PoCL does. */
#ifndef KERNEL_LIST_H
#define KERNEL_LIST_H

#include "layer_init.h"

void kernel_list_add(cl_program program, cl_kernel kernel);
void kernel_list_hold(cl_kernel kernel);
void kernel_list_release(cl_kernel kernel);
/* Kernels that were passed over in all searches so far. */
unsigned long long kernel_list_passed(void);

#endif
