# the messages of our schemas, with which tests make files
foreach(suite ${suites})
  get_filename_component(folder ${suite} DIRECTORY)
  get_filename_component(folder ${folder} NAME)
  get_filename_component(name ${suite} NAME_WE)
  if(folder STREQUAL "import")
    target_include_directories(import_${name} SYSTEM PRIVATE ${messages})
  endif()
endforeach()
