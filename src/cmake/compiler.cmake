# Compiler settings of every target; warnings are added only by rollmill_strict_warnings().

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Debug CACHE STRING "Debug or Release" FORCE)
endif()
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG -D_FORTIFY_SOURCE=2 -D_GLIBCXX_ASSERTIONS \
-fstack-protector-strong -fstack-clash-protection -fcf-protection")
set(CMAKE_EXE_LINKER_FLAGS_RELEASE "-pie -Wl,-z,relro,-z,now")

if(ROLLMILL_SANITIZE STREQUAL "asan")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(ROLLMILL_SANITIZE STREQUAL "tsan")
  add_compile_options(-O1 -fsanitize=thread -fno-omit-frame-pointer)
  add_link_options(-fsanitize=thread)
elseif(NOT ROLLMILL_SANITIZE STREQUAL "none")
  message(FATAL_ERROR "ROLLMILL_SANITIZE is '${ROLLMILL_SANITIZE}': use none, asan or tsan.")
endif()

# Build folders and clones share the cache: paths below the tree are made relative, and the folder's
# own name (which debug information holds) is left out of the hash.
find_program(ROLLMILL_CCACHE ccache)
if(ROLLMILL_CCACHE AND (NOT CMAKE_CXX_COMPILER_LAUNCHER OR CMAKE_CXX_COMPILER_LAUNCHER STREQUAL
                                                           "ccache"))
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}
      ${ROLLMILL_CCACHE})
endif()

# Called by the folders that hold our own code; generated code is not held to these.
function(rollmill_strict_warnings)
  add_compile_options(-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wswitch-enum -Werror)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ 12 reports `"text" + std::string` as overlapping copies when it optimises.
    add_compile_options(-Wno-restrict)
    if(ROLLMILL_SANITIZE STREQUAL "tsan")
      add_compile_options(-Wno-tsan) # Asio's fences: harmless, but g++ cannot see through them
    elseif(ROLLMILL_SANITIZE STREQUAL "asan" OR CMAKE_BUILD_TYPE STREQUAL "Release")
      # A sanitizer's own code, and std::variant when it is optimised, confuse the flow analysis of
      # g++ 12.
      add_compile_options(-Wno-maybe-uninitialized)
    endif()
  endif()
endfunction()
