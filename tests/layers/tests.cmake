# Suites that need a layer between them and the driver.
foreach(layer fail delay)
  add_library(${layer}_layer MODULE ${CMAKE_CURRENT_LIST_DIR}/${layer}_layer.c ${CMAKE_CURRENT_LIST_DIR}/layer_init.c)
  target_link_libraries(${layer}_layer PRIVATE nnefcl_flags PkgConfig::OPENCL)
  set_target_properties(${layer}_layer PROPERTIES C_VISIBILITY_PRESET hidden)
endforeach()
foreach(suite failures limits)
  target_link_libraries(layers_test_${suite} PRIVATE ${CMAKE_DL_LIBS})
  add_dependencies(layers_test_${suite} fail_layer)
  set_property(TEST layers/test_${suite} APPEND PROPERTY ENVIRONMENT "OPENCL_LAYERS=$<TARGET_FILE:fail_layer>")
endforeach()
set_tests_properties(layers/test_failures PROPERTIES TIMEOUT 1200) # hundreds of sessions
