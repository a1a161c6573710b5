# SPDX-License-Identifier: Apache-2.0
# Not built by default: widths.py tells how.
add_executable(bench_kernel_source EXCLUDE_FROM_ALL bench/kernel_source.c)
target_link_libraries(bench_kernel_source PRIVATE nnefcl_internal)
