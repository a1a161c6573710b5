# The example programs say what they should.
if(NNEFCL_BUILD_EXAMPLES)
  add_test(NAME examples/simplest COMMAND example_simplest WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(examples/simplest PROPERTIES PASS_REGULAR_EXPRESSION "probability:( [0-9.e-]+e-[0-9]+)+ 1 ")
  add_test(NAME examples/shared_context COMMAND example_shared_context WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(examples/shared_context PROPERTIES PASS_REGULAR_EXPRESSION "frame 0: [^\n]* 6.20[0-9]*\n[^\n]* 6.80[0-9]*\n[^\n]* 8.73")
endif()
