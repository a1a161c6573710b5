# SPDX-License-Identifier: Apache-2.0
# What test_failing_files.c takes the place of.
target_link_libraries(nnef_test_failing_files PRIVATE hostile_bytes)
foreach(call openat read pread fstat fstatat fdopendir readdir)
  target_link_options(nnef_test_failing_files PRIVATE -Wl,--wrap=${call})
endforeach()
