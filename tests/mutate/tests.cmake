# SPDX-License-Identifier: Apache-2.0
# Mutated models and tensor files, in process: a short run here; `mutate_mutate SEEDS FIRST COUNT` for long ones.
add_executable(mutate_mutate ${CMAKE_CURRENT_SOURCE_DIR}/mutate/mutate.c ${CMAKE_CURRENT_SOURCE_DIR}/mutate/mutation.c)
target_include_directories(mutate_mutate PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(mutate_mutate PRIVATE nnefcl_internal)
add_test(NAME mutate/mutate COMMAND mutate_mutate ${CMAKE_CURRENT_SOURCE_DIR}/mutate/seeds 0 2000)
set_tests_properties(mutate/mutate PROPERTIES TIMEOUT 300)
