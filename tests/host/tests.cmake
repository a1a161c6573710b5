# SPDX-License-Identifier: Apache-2.0
# The networks beside the project, where they are.
set(zoo ${CMAKE_SOURCE_DIR}/../shared/zoo/networks)
if(EXISTS ${zoo})
  set_property(TEST host/test_blocks APPEND PROPERTY ENVIRONMENT "NNEFCL_ZOO=${zoo}")
endif()
