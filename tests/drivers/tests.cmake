# SPDX-License-Identifier: Apache-2.0
# A part of what `tools/dev drivers` runs in full, on each driver that is installed.
if(TARGET nnef-cl-run)
  set(drivers ${CMAKE_CURRENT_SOURCE_DIR}/drivers/drivers.py)
  find_library(RUSTICL NAMES libRusticlOpenCL.so.1 RusticlOpenCL)
  if(RUSTICL)
    add_test(NAME drivers/rusticl
      COMMAND ${PYTHON3} ${drivers} rusticl $<TARGET_FILE:nnef-cl-run> --ops relu,conv,max_pool,softmax,matmul,all_reduce,linear_quantize)
    set_tests_properties(drivers/rusticl PROPERTIES COST 90)
  endif()
  find_library(OCLGRIND NAMES oclgrind-rt-icd PATH_SUFFIXES oclgrind)
  if(OCLGRIND)
    add_test(NAME drivers/oclgrind COMMAND ${PYTHON3} ${drivers} oclgrind $<TARGET_FILE:nnef-cl-run> --ops relu,gt,select,gather,matmul,update)
  endif()
endif()
