# SPDX-License-Identifier: Apache-2.0
# What programs see of the shared library, against what is kept; the target `abi` keeps what there is now. The sanitizers add to it.
find_program(ABIDIFF abidiff)
if(ABIDIFF AND NOT NNEFCL_SANITIZE)
  set(abi sh ${CMAKE_CURRENT_SOURCE_DIR}/abi/abi.sh $<TARGET_FILE:nnefcl> ${CMAKE_SOURCE_DIR}/include ${CMAKE_CURRENT_SOURCE_DIR}/abi/libnnefcl.abi)
  add_test(NAME abi/library COMMAND ${abi})
  add_custom_target(abi COMMAND ${CMAKE_COMMAND} -E env NNEFCL_UPDATE=1 ${abi} DEPENDS nnefcl VERBATIM)
endif()
if(NOT NNEFCL_SANITIZE)
  add_test(NAME abi/exported COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/abi/exported.sh ${CMAKE_NM} $<TARGET_FILE:nnefcl> ${CMAKE_CURRENT_SOURCE_DIR}/host/misuse.def)
endif()
