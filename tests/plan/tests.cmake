# SPDX-License-Identifier: Apache-2.0
# The networks beside the project, where they are.
set(zoo ${CMAKE_SOURCE_DIR}/../shared/zoo/networks)
if(EXISTS ${zoo})
  set_property(TEST plan/test_zoo APPEND PROPERTY ENVIRONMENT "NNEFCL_ZOO=${zoo}")
else()
  set_tests_properties(plan/test_zoo PROPERTIES DISABLED TRUE)
endif()
