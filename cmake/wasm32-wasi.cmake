# WebAssembly, as browsers run it, compiled by Zig: `pip install ziglang`.
set(CMAKE_SYSTEM_NAME WASI)
set(CMAKE_SYSTEM_PROCESSOR wasm32)
find_program(python_zig python-zig REQUIRED)
set(CMAKE_CXX_COMPILER "${python_zig}")
set(CMAKE_CXX_COMPILER_ARG1 "c++ -target wasm32-wasi -msimd128")
# Zig's archiver is one of its commands, too.
set(CMAKE_CXX_ARCHIVE_CREATE "\"${python_zig}\" ar qc <TARGET> <OBJECTS>")
set(CMAKE_CXX_ARCHIVE_FINISH "\"${python_zig}\" ranlib <TARGET>")
# CMake sets the extension of object files after it reads this file, and then reads it again.
set(CMAKE_USER_MAKE_RULES_OVERRIDE "${CMAKE_CURRENT_LIST_FILE}")
set(CMAKE_CXX_OUTPUT_EXTENSION .o)
set(CMAKE_EXECUTABLE_SUFFIX_CXX .wasm)
