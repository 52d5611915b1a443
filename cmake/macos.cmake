# macOS, compiled by Zig and linked by LLVM's linker, as Zig's makes no bundles. The preset names the
# processor. What comes out needs nothing of the machine but the system's own library: the C++
# library is inside and not seen from outside.
set(CMAKE_SYSTEM_NAME Darwin)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES FLOW_SYNTH_PROCESSOR)
set(CMAKE_SYSTEM_PROCESSOR "${FLOW_SYNTH_PROCESSOR}")
set(macos_version 11.0)
if(FLOW_SYNTH_PROCESSOR STREQUAL "arm64")
    set(zig_processor aarch64)
else()
    set(zig_processor x86_64)
endif()
set(zig_target "${zig_processor}-macos.${macos_version}")
include("${CMAKE_CURRENT_LIST_DIR}/zig.cmake")
find_program(CMAKE_INSTALL_NAME_TOOL NAMES llvm-install-name-tool-22 llvm-install-name-tool-19 REQUIRED)
find_program(CMAKE_OTOOL NAMES llvm-otool-22 llvm-otool-19 REQUIRED)
find_program(ld64 NAMES ld64.lld-22 ld64.lld-19 REQUIRED)
