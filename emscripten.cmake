# Toolchain file: finds Emscripten (3.1.6 of Debian 12 or later; `npm run test:toolchains` says which are tested) and hands over to its own toolchain file.
#   emcc on PATH, or EMSDK set by emsdk_env.sh.
find_program(SWITCHBOARD_EMCC emcc HINTS $ENV{EMSDK}/upstream/emscripten NO_CMAKE_FIND_ROOT_PATH)
if(NOT SWITCHBOARD_EMCC)
  message(FATAL_ERROR "Emscripten is missing. On Debian and Ubuntu: apt-get install emscripten. Elsewhere install emsdk "
                      "(https://emscripten.org/docs/getting_started/downloads.html) and run its emsdk_env script, so that emcc is on PATH.")
endif()

get_filename_component(SWITCHBOARD_EMCC_REAL ${SWITCHBOARD_EMCC} REALPATH)
get_filename_component(SWITCHBOARD_EMCC_DIR ${SWITCHBOARD_EMCC_REAL} DIRECTORY)
find_file(SWITCHBOARD_EMSCRIPTEN_TOOLCHAIN Emscripten.cmake
          PATHS ${SWITCHBOARD_EMCC_DIR} /usr/share/emscripten $ENV{EMSDK}/upstream/emscripten
          PATH_SUFFIXES cmake/Modules/Platform NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH)
if(NOT SWITCHBOARD_EMSCRIPTEN_TOOLCHAIN)
  message(FATAL_ERROR "emcc was found at ${SWITCHBOARD_EMCC}, but not its Emscripten.cmake; set EMSDK to the emsdk folder.")
endif()


include(${SWITCHBOARD_EMSCRIPTEN_TOOLCHAIN})
