# SPDX-License-Identifier: Apache-2.0
# What a user does with an installed tree: the command, programs in C and C++, the archive, uninstalling.
find_program(CXX_COMPILER NAMES c++ g++ clang++)
add_test(NAME install/package COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/install/package.sh ${CMAKE_BINARY_DIR} ${CMAKE_COMMAND} ${CMAKE_C_COMPILER} "$<$<BOOL:${CXX_COMPILER}>:${CXX_COMPILER}>"
                                          "${NNEFCL_SANITIZE}")
