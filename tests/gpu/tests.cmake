# SPDX-License-Identifier: Apache-2.0
# What compilers of GPUs make of a few kernels, where clang and libclc are; kernels.py tells how to see those of whole networks.
find_program(CLANG_FOR_GPUS clang-15)
if(TARGET nnef-cl-run AND CLANG_FOR_GPUS AND EXISTS /usr/lib/clc/nvptx64--nvidiacl.bc AND EXISTS /usr/lib/clc/amdgcn--amdhsa.bc AND NOT NNEFCL_SANITIZE)
  add_test(NAME gpu/kernels COMMAND ${PYTHON3} ${CMAKE_CURRENT_SOURCE_DIR}/gpu/kernels.py $<TARGET_FILE:nnef-cl-run> ${CMAKE_CURRENT_SOURCE_DIR}/gpu/product.nnef)
  add_test(NAME gpu/kernels_halves COMMAND ${PYTHON3} ${CMAKE_CURRENT_SOURCE_DIR}/gpu/kernels.py $<TARGET_FILE:nnef-cl-run> ${CMAKE_CURRENT_SOURCE_DIR}/gpu/product.nnef --halves)
  set_property(TEST gpu/kernels gpu/kernels_halves PROPERTY ENVIRONMENT "CLANG=${CLANG_FOR_GPUS}")
endif()

# The lighter cases of kernels for work-groups in Oclgrind; simulate.py tells how to see all.
find_library(OCLGRIND NAMES oclgrind-rt-icd PATH_SUFFIXES oclgrind)
if(TARGET nnef-cl-run AND OCLGRIND AND NOT NNEFCL_SANITIZE)
  add_test(NAME gpu/simulate COMMAND ${PYTHON3} ${CMAKE_CURRENT_SOURCE_DIR}/gpu/simulate.py $<TARGET_FILE:nnef-cl-run> $<TARGET_FILE:gpu_layer> --light)
  set_tests_properties(gpu/simulate PROPERTIES TIMEOUT 900)
endif()

# Products of halves, by the compiler of PoCL; halves.py tells how to see all.
if(TARGET nnef-cl-run AND EXISTS /etc/OpenCL/vendors/pocl.icd AND NOT NNEFCL_SANITIZE)
  add_test(NAME gpu/halves COMMAND ${PYTHON3} ${CMAKE_CURRENT_SOURCE_DIR}/gpu/halves.py $<TARGET_FILE:nnef-cl-run> $<TARGET_FILE:gpu_layer> "a few tiles")
  set_tests_properties(gpu/halves PROPERTIES TIMEOUT 900)
endif()

# A network taken apart; parts.py verifies the parts on a device.
if(TARGET nnef-cl-run AND NOT NNEFCL_SANITIZE)
  add_test(NAME gpu/parts COMMAND ${PYTHON3} ${CMAKE_CURRENT_SOURCE_DIR}/gpu/parts.py $<TARGET_FILE:nnef-cl-run> ${CMAKE_CURRENT_SOURCE_DIR}/gpu/blocks.nnef nvidia --list)
  set_tests_properties(gpu/parts PROPERTIES PASS_REGULAR_EXPRESSION "6 parts, 5 of them distinct, 0 failed; [0-9]+ distinct steps, 0 in no part")
endif()
