# Archives for a program that must run on any later Debian: only libc, libm and the loader stay
# shared.

file(GLOB ROLLMILL_ABSL_ARCHIVES /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/libabsl_*.a)

# The archives refer to each other in circles: one group, scanned again until nothing is missing. A
# group of CMake's own stays whole when several of our libraries bring it along.
set(ROLLMILL_GRPC_ARCHIVES ${ROLLMILL_ABSL_ARCHIVES})
foreach(
  name
  grpc++_reflection
  grpc++
  grpc
  gpr
  address_sorting
  upb
  protobuf
  cares
  re2
  ssl
  crypto
  z)
  list(APPEND ROLLMILL_GRPC_ARCHIVES /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/lib${name}.a)
endforeach()
list(JOIN ROLLMILL_GRPC_ARCHIVES "," ROLLMILL_GRPC_GROUP)

add_library(rollmill_static_grpc INTERFACE)
target_link_libraries(rollmill_static_grpc INTERFACE "$<LINK_GROUP:RESCAN,${ROLLMILL_GRPC_GROUP}>"
                                                     Threads::Threads)

add_library(rollmill_static_sqlite INTERFACE)
target_link_libraries(rollmill_static_sqlite INTERFACE libsqlite3.a m)

# Makes the program `target` self-contained: all it links, however deep, comes from archives.
function(rollmill_link_static target)
  set_target_properties(${target} PROPERTIES ROLLMILL_STATIC ON)
  if(ROLLMILL_SANITIZE STREQUAL "none")
    target_link_options(${target} PRIVATE -static-libstdc++ -static-libgcc)
  endif()
endfunction()
