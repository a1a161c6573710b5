# SPDX-License-Identifier: Apache-2.0
# The reference of the public headers as pages: cmake --build BUILD --target reference, and with the tests. A warning is an error.
find_program(DOXYGEN doxygen)
if(DOXYGEN)
  configure_file(cmake/Doxyfile.in ${CMAKE_CURRENT_BINARY_DIR}/Doxyfile @ONLY)
  add_custom_target(reference COMMAND ${DOXYGEN} ${CMAKE_CURRENT_BINARY_DIR}/Doxyfile VERBATIM)
  if(NNEFCL_BUILD_TESTS)
    add_test(NAME install/reference COMMAND ${DOXYGEN} ${CMAKE_CURRENT_BINARY_DIR}/Doxyfile)
  endif()
endif()
