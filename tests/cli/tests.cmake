# SPDX-License-Identifier: Apache-2.0
# The command from outside: each .case file is a test.
if(TARGET nnef-cl-run)
  file(GLOB cases CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/cli/*.case)
  foreach(case ${cases})
    get_filename_component(name ${case} NAME_WE)
    add_test(NAME cli/${name} COMMAND ${PYTHON3} ${CMAKE_CURRENT_SOURCE_DIR}/cli/cli.py $<TARGET_FILE:nnef-cl-run> ${case})
    set_tests_properties(cli/${name} PROPERTIES TIMEOUT 900)
  endforeach()

  if(CLBLAST_INCLUDE AND clblast_file) # its kernels have barriers, which a device has for the command that asks for them
    add_test(NAME cli/clblast COMMAND nnef-cl-run ${CMAKE_CURRENT_SOURCE_DIR}/cli/data/weights.nnef --random-weights
                                      --kernels product=product_clblast --dump plan)
    set_tests_properties(cli/clblast PROPERTIES PASS_REGULAR_EXPRESSION "product_clblast")
  endif()

  if(NOT NNEFCL_SANITIZE) # it is about time and memory
    add_test(NAME cli/bounds COMMAND ${PYTHON3} ${CMAKE_CURRENT_SOURCE_DIR}/cli/bounds.py $<TARGET_FILE:nnef-cl-run>)
    set_tests_properties(cli/bounds PROPERTIES TIMEOUT 900)
    add_test(NAME cli/lean COMMAND ${PYTHON3} ${CMAKE_CURRENT_SOURCE_DIR}/cli/lean.py $<TARGET_FILE:nnef-cl-run>)
    set_tests_properties(cli/lean PROPERTIES TIMEOUT 900)
  endif()

  # Names and failures that no case file can write down. The sanitizers have allocators of their own.
  add_library(fail_libc MODULE ${CMAKE_CURRENT_SOURCE_DIR}/cli/fail_libc.c)
  target_link_libraries(fail_libc PRIVATE ${CMAKE_DL_LIBS})
  set_target_properties(fail_libc PROPERTIES C_VISIBILITY_PRESET default)
  add_test(NAME cli/hostile COMMAND ${PYTHON3} ${CMAKE_CURRENT_SOURCE_DIR}/cli/hostile.py $<TARGET_FILE:nnef-cl-run>
                                    $<TARGET_FILE:fail_libc>)
  set_tests_properties(cli/hostile PROPERTIES TIMEOUT 900 ENVIRONMENT "NNEFCL_SANITIZE=${NNEFCL_SANITIZE}")
  if(NOT NNEFCL_SANITIZE)
    add_library(fail_io MODULE ${CMAKE_CURRENT_SOURCE_DIR}/cli/fail_io.c)
    target_link_libraries(fail_io PRIVATE ${CMAKE_DL_LIBS})
    set_target_properties(fail_io PROPERTIES C_VISIBILITY_PRESET default)
    add_test(NAME cli/failing COMMAND ${PYTHON3} ${CMAKE_CURRENT_SOURCE_DIR}/cli/failing.py $<TARGET_FILE:nnef-cl-run>
                                      $<TARGET_FILE:fail_io> $<TARGET_FILE:fail_libc> $<TARGET_FILE:fail_layer>)
    set_tests_properties(cli/failing PROPERTIES TIMEOUT 900)
  endif()
  add_test(NAME cli/patience COMMAND ${PYTHON3} ${CMAKE_CURRENT_SOURCE_DIR}/cli/patience.py)
  add_test(NAME cli/reports COMMAND ${PYTHON3} ${CMAKE_CURRENT_SOURCE_DIR}/cli/reports.py $<TARGET_FILE:nnef-cl-run>)
  add_test(NAME cli/progress COMMAND ${PYTHON3} ${CMAKE_CURRENT_SOURCE_DIR}/cli/progress.py $<TARGET_FILE:nnef-cl-run>
                                     $<TARGET_FILE:hang_layer>)
  set_tests_properties(cli/progress PROPERTIES TIMEOUT 900)
  add_test(NAME cli/pages COMMAND ${PYTHON3} ${CMAKE_CURRENT_SOURCE_DIR}/cli/pages.py $<TARGET_FILE:nnef-cl-run> ${CMAKE_BINARY_DIR}/pages/libnnefcl.3)
endif()
