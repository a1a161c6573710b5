# SPDX-License-Identifier: Apache-2.0
# the messages of our schemas, with which tests make files
foreach(suite ${suites})
  get_filename_component(folder ${suite} DIRECTORY)
  get_filename_component(folder ${folder} NAME)
  get_filename_component(name ${suite} NAME_WE)
  if(folder STREQUAL "import")
    target_include_directories(import_${name} SYSTEM PRIVATE ${messages})
  endif()
endforeach()

# the cases of the ONNX project, where they are installed (Debian: libonnx-testdata)
add_executable(onnx_backend import/onnx_backend.c)
target_include_directories(onnx_backend SYSTEM PRIVATE ${messages})
target_link_libraries(onnx_backend PRIVATE nnefcl_internal)
if(EXISTS /usr/share/libonnx-testdata/data)
  add_test(NAME import/onnx_backend COMMAND onnx_backend /usr/share/libonnx-testdata/data)
endif()
