# SPDX-License-Identifier: Apache-2.0
# Suites that need a layer between them and the driver.
foreach(layer fail delay wrong wide gpu hang)
  add_library(${layer}_layer MODULE ${CMAKE_CURRENT_LIST_DIR}/${layer}_layer.c ${CMAKE_CURRENT_LIST_DIR}/layer_init.c)
  target_link_libraries(${layer}_layer PRIVATE nnefcl_flags PkgConfig::OPENCL)
  set_target_properties(${layer}_layer PROPERTIES C_VISIBILITY_PRESET hidden)
endforeach()
target_sources(fail_layer PRIVATE ${CMAKE_CURRENT_LIST_DIR}/live_memory.c ${CMAKE_CURRENT_LIST_DIR}/kernel_list.c)
foreach(suite failures limits memory release start)
  target_link_libraries(layers_test_${suite} PRIVATE ${CMAKE_DL_LIBS})
  add_dependencies(layers_test_${suite} fail_layer)
  set_property(TEST layers/test_${suite} APPEND PROPERTY ENVIRONMENT "OPENCL_LAYERS=$<TARGET_FILE:fail_layer>")
endforeach()
set_tests_properties(layers/test_failures PROPERTIES TIMEOUT 1200) # hundreds of sessions

# A device that hangs.
target_link_libraries(layers_test_hang PRIVATE ${CMAKE_DL_LIBS})
add_dependencies(layers_test_hang hang_layer)
set_property(TEST layers/test_hang APPEND PROPERTY ENVIRONMENT "OPENCL_LAYERS=$<TARGET_FILE:hang_layer>")

if(TARGET nnef-cl-run)
  add_test(NAME layers/hang_command COMMAND ${PYTHON3} ${CMAKE_CURRENT_LIST_DIR}/hang.py $<TARGET_FILE:nnef-cl-run>
                                            $<TARGET_FILE:hang_layer> ${CMAKE_CURRENT_SOURCE_DIR}/cli/data)
  set_tests_properties(layers/hang_command PROPERTIES TIMEOUT 900)
endif()

# What CLBlast is asked for, by a library of its name.
if(CLBLAST_INCLUDE AND clblast_file)
  add_library(library MODULE ${CMAKE_CURRENT_LIST_DIR}/library.c)
  target_include_directories(library PRIVATE ${CLBLAST_INCLUDE})
  target_link_libraries(library PRIVATE nnefcl_flags PkgConfig::OPENCL)
  set_target_properties(library PROPERTIES C_VISIBILITY_PRESET default PREFIX "" OUTPUT_NAME ${clblast_file} SUFFIX ""
                        LIBRARY_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/library)
  target_compile_definitions(layers_test_library PRIVATE LIBRARY="${clblast_file}")
  target_link_libraries(layers_test_library PRIVATE ${CMAKE_DL_LIBS})
  add_dependencies(layers_test_library library)
  set_property(TEST layers/test_library APPEND PROPERTY ENVIRONMENT
               "LD_LIBRARY_PATH=${CMAKE_CURRENT_BINARY_DIR}/library")
else()
  set_tests_properties(layers/test_library PROPERTIES DISABLED TRUE)
endif()

# The command ends while a driver is still being opened.
if(TARGET nnef-cl-run)
  add_library(late_driver MODULE ${CMAKE_CURRENT_LIST_DIR}/late_driver.c)
  target_link_libraries(late_driver PRIVATE nnefcl_flags)
  file(GENERATE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/late_driver.icd CONTENT "$<TARGET_FILE:late_driver>\n")
  add_test(NAME layers/late_driver COMMAND nnef-cl-run ${CMAKE_CURRENT_LIST_DIR}/no_model.nnef)
  set_tests_properties(layers/late_driver PROPERTIES ENVIRONMENT
                       "OCL_ICD_VENDORS=${CMAKE_CURRENT_BINARY_DIR}/late_driver.icd"
                       PASS_REGULAR_EXPRESSION "no_model.nnef.: No such file" FAIL_REGULAR_EXPRESSION "late_driver")
endif()

# What uses a device, behind the driver that starts nothing before it must: all of host/, operations of every kind of
# step and of weights, the command.
add_dependencies(layers_test_delay delay_layer)
set_property(TEST layers/test_delay APPEND PROPERTY ENVIRONMENT "OPENCL_LAYERS=$<TARGET_FILE:delay_layer>")
file(GLOB delayed CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/host/test_*.c)
# The gate is a second event to wait for: PoCL ends the process where one of them fails and then the other is over.
list(REMOVE_ITEM delayed ${CMAKE_CURRENT_SOURCE_DIR}/host/test_event.c)
foreach(name conv gather matmul split)
  list(APPEND delayed ${CMAKE_CURRENT_SOURCE_DIR}/ops/test_${name}.c)
endforeach()
foreach(suite ${delayed})
  get_filename_component(name ${suite} NAME_WE)
  get_filename_component(folder ${suite} DIRECTORY)
  get_filename_component(folder ${folder} NAME)
  string(REPLACE test_ "" short ${name})
  add_dependencies(${folder}_${name} delay_layer)
  add_test(NAME delay/${short} COMMAND ${folder}_${name} WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  set_tests_properties(delay/${short} PROPERTIES TIMEOUT 900
                       ENVIRONMENT "CK_FORK=no;OPENCL_LAYERS=$<TARGET_FILE:delay_layer>")
endforeach()
if(TARGET nnef-cl-run)
  foreach(case runs verify)
    add_test(NAME delay/cli_${case} COMMAND ${PYTHON3} ${CMAKE_CURRENT_SOURCE_DIR}/cli/cli.py $<TARGET_FILE:nnef-cl-run>
                                            ${CMAKE_CURRENT_SOURCE_DIR}/cli/${case}.case)
    set_tests_properties(delay/cli_${case} PROPERTIES TIMEOUT 900 ENVIRONMENT
                         "OPENCL_LAYERS=$<TARGET_FILE:delay_layer>")
  endforeach()
endif()

# Kernels and plans of a machine with wider vectors than this one may have.
foreach(name operation persistent session)
  add_dependencies(host_test_${name} wide_layer)
  add_test(NAME wide/${name} COMMAND host_test_${name} WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  set_tests_properties(wide/${name} PROPERTIES TIMEOUT 900
                       ENVIRONMENT "CK_FORK=no;OPENCL_LAYERS=$<TARGET_FILE:wide_layer>")
endforeach()

# A compiler that makes a mistake, for the tests of those that find it.
foreach(test host/test_verify cli/verify cli/conformance conformance/reports)
  if(TEST ${test})
    set_property(TEST ${test} APPEND PROPERTY ENVIRONMENT "OPENCL_LAYERS=$<TARGET_FILE:wrong_layer>")
  endif()
endforeach()
foreach(test delay/verify delay/cli_verify)
  if(TEST ${test})
    set_property(TEST ${test} APPEND PROPERTY ENVIRONMENT
                 "OPENCL_LAYERS=$<TARGET_FILE:delay_layer>:$<TARGET_FILE:wrong_layer>")
  endif()
endforeach()
add_dependencies(host_test_verify wrong_layer)
