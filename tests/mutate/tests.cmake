# SPDX-License-Identifier: Apache-2.0
# Mutated models and tensor files, in process: a short run here; `mutate_mutate SEEDS FIRST COUNT` for long ones.
set(mutate ${CMAKE_CURRENT_SOURCE_DIR}/mutate)
add_library(hostile_bytes STATIC ${mutate}/mutation.c ${mutate}/tar.c ${mutate}/verdict.c) # for tests/fuzz, too
target_include_directories(hostile_bytes PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(hostile_bytes PUBLIC nnefcl_internal)
add_executable(mutate_mutate ${mutate}/mutate.c)
target_link_libraries(mutate_mutate PRIVATE hostile_bytes)
add_test(NAME mutate/mutate COMMAND mutate_mutate ${CMAKE_CURRENT_SOURCE_DIR}/mutate/seeds 0 2000)
set_tests_properties(mutate/mutate PROPERTIES TIMEOUT 900)
