# SPDX-License-Identifier: Apache-2.0
# Long lives and many threads: short here; long ones are commands (docs/reliability.md).
add_executable(soak soak/soak.c)
target_link_libraries(soak PRIVATE nnefcl_internal)
add_executable(stress soak/stress.c)
target_link_libraries(stress PRIVATE hostile_bytes)
if(NOT NNEFCL_SANITIZE)
  add_test(NAME soak/short COMMAND soak 2000 100 20)
  set_tests_properties(soak/short PROPERTIES TIMEOUT 900)
endif()
add_test(NAME soak/stress COMMAND stress 2 1)
set_tests_properties(soak/stress PROPERTIES TIMEOUT 900)
