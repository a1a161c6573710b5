# SPDX-License-Identifier: Apache-2.0
# What test_failing_files.c takes the place of.
target_link_libraries(nnef_test_failing_files PRIVATE hostile_bytes)
# With offsets of 64 bits, C libraries of 32 bits have other names for them.
if(CMAKE_SIZEOF_VOID_P EQUAL 4)
  target_compile_definitions(nnef_test_failing_files PRIVATE OTHER_NAMES)
  set(calls openat64 read pread64 fstat64 fstatat64 fdopendir readdir64)
else()
  set(calls openat read pread fstat fstatat fdopendir readdir)
endif()
foreach(call ${calls})
  target_link_options(nnef_test_failing_files PRIVATE -Wl,--wrap=${call})
endforeach()
