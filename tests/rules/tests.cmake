# SPDX-License-Identifier: Apache-2.0
foreach(rule includes registry names text width sizes licence references numbers)
  add_test(NAME rules/${rule} COMMAND ${PYTHON3} ${CMAKE_SOURCE_DIR}/tests/rules/rules.py ${rule} ${CMAKE_SOURCE_DIR})
endforeach()
add_test(NAME rules/circles COMMAND ${PYTHON3} ${CMAKE_SOURCE_DIR}/tests/rules/rules.py circles ${CMAKE_SOURCE_DIR} ${CMAKE_NM}
  ${CMAKE_BINARY_DIR}/CMakeFiles/nnefcl_objects.dir)
# The mutations, which nobody runs every day, still find the texts that they change.
add_test(NAME rules/mutations COMMAND ${PYTHON3} ${CMAKE_SOURCE_DIR}/tests/mutations/mutations.py --applies)

# Each public header alone: C99 without extensions, and C++.
file(GLOB public_headers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/include/nnefcl/*.h)
find_program(CXX_COMPILER NAMES c++ g++ clang++)
foreach(header ${public_headers})
  get_filename_component(name ${header} NAME_WE)
  add_test(NAME headers/${name}_c99 COMMAND ${CMAKE_C_COMPILER} -std=c99 -pedantic -Wall -Wextra -Werror -fsyntax-only -I${CMAKE_SOURCE_DIR}/include -x c ${header})
  if(CXX_COMPILER)
    add_test(NAME headers/${name}_cxx COMMAND ${CXX_COMPILER} -std=c++11 -Wall -Wextra -pedantic -Werror -fsyntax-only -I${CMAKE_SOURCE_DIR}/include -x c++ ${header})
  endif()
endforeach()
