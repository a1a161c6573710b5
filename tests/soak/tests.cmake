# SPDX-License-Identifier: Apache-2.0
# A long life: short here; the long one is a command (docs/reliability.md).
add_executable(soak soak/soak.c)
target_link_libraries(soak PRIVATE nnefcl_internal)
if(NOT NNEFCL_SANITIZE)
  add_test(NAME soak/short COMMAND soak 2000 100 20)
  set_tests_properties(soak/short PROPERTIES TIMEOUT 300)
endif()
