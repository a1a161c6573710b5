# SPDX-License-Identifier: Apache-2.0
# The digits example over its held-out images, on the default device and on every other driver that is there.
if(TARGET nnef-cl-run)
  add_test(NAME digits/accuracy COMMAND ${PYTHON3} ${CMAKE_CURRENT_SOURCE_DIR}/digits/accuracy.py $<TARGET_FILE:nnef-cl-run> ${CMAKE_SOURCE_DIR}/examples/digits)
  if(EXISTS /etc/OpenCL/vendors/rusticl.icd)
    add_test(NAME digits/accuracy_rusticl COMMAND ${PYTHON3} ${CMAKE_CURRENT_SOURCE_DIR}/digits/accuracy.py $<TARGET_FILE:nnef-cl-run> ${CMAKE_SOURCE_DIR}/examples/digits rusticl)
    set_tests_properties(digits/accuracy_rusticl PROPERTIES ENVIRONMENT "RUSTICL_ENABLE=llvmpipe")
  endif()
endif()
