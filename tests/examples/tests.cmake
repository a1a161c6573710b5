# SPDX-License-Identifier: Apache-2.0
# The example programs say what they should.
if(NNEFCL_BUILD_EXAMPLES)
  add_test(NAME examples/simplest COMMAND example_simplest WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(examples/simplest PROPERTIES PASS_REGULAR_EXPRESSION "probability:( [0-9.e-]+e-[0-9]+)+ 1 ")
  add_test(NAME examples/shared_context COMMAND example_shared_context WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(examples/shared_context PROPERTIES PASS_REGULAR_EXPRESSION "frame 0: [^\n]* 6.20[0-9]*\n[^\n]* 6.80[0-9]*\n[^\n]* 8.73")
  add_test(NAME examples/custom_operation COMMAND example_custom_operation)
  set_tests_properties(examples/custom_operation PROPERTIES PASS_REGULAR_EXPRESSION
    "y = swish: 5 elements compared, 0 wrong\nswish\\(-2\\) = -0.035972\n.*\nswish\\(0\\) = 0.000000\nswish\\(1\\) = 0.880797\nswish\\(2\\) = 1.964028\n")
  add_test(NAME examples/kept_state COMMAND example_kept_state WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(examples/kept_state PROPERTIES PASS_REGULAR_EXPRESSION
    "keeps 'level', 4 bytes\nfirst:( [0-9.]+)+ 1.7290\nfirst goes on: 1.5561 1.4005 2.2604 2.0344\nsecond takes up: 1.5561 1.4005 2.2604 2.0344\nfirst anew: 1.0000 0.9000 0.8100 1.7290\n")
endif()
