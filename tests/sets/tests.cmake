# SPDX-License-Identifier: Apache-2.0
# The sets that lie beside the project on its developers' machines: nothing of them is needed to build or to use it.
set(shared ${CMAKE_SOURCE_DIR}/../shared)
if(TARGET nnef-cl-run AND EXISTS ${shared}/golden/public.tar.gz)
  foreach(set golden valid invalid)
    add_test(NAME sets/${set} COMMAND ${PYTHON3} ${CMAKE_CURRENT_SOURCE_DIR}/sets/sets.py ${set} $<TARGET_FILE:nnef-cl-run> ${shared} ${CMAKE_BINARY_DIR}/sets)
    set_tests_properties(sets/${set} PROPERTIES TIMEOUT 1200 RESOURCE_LOCK sets COST 200)
  endforeach()
endif()
execute_process(COMMAND ${PYTHON3} -c "import numpy" RESULT_VARIABLE no_numpy ERROR_QUIET)
if(TARGET nnef-cl-run AND EXISTS ${shared}/zoo/zoo.py AND NOT no_numpy)
  add_test(NAME sets/zoo COMMAND ${PYTHON3} ${CMAKE_CURRENT_SOURCE_DIR}/sets/sets.py zoo $<TARGET_FILE:nnef-cl-run> ${shared} ${CMAKE_BINARY_DIR}/zoo)
  set_tests_properties(sets/zoo PROPERTIES TIMEOUT 1200 RESOURCE_LOCK sets)
endif()
