# `cmake -DOUT=build/web -P cmake/page_libraries.cmake`: writes into OUT what pages use of others'
# work. It needs Node.js, and npm's registry.
cmake_minimum_required(VERSION 3.22)
get_filename_component(out "${OUT}" ABSOLUTE)
set(folder "${out}/libraries")
file(COPY "${CMAKE_CURRENT_LIST_DIR}/../web/libraries/" DESTINATION "${folder}")
# On Windows `npm` alone is a script for another shell.
find_program(npm NAMES npm.cmd npm REQUIRED)
execute_process(
    COMMAND "${npm}" ci --loglevel=error --no-audit --no-fund
    WORKING_DIRECTORY "${folder}" COMMAND_ERROR_IS_FATAL ANY)
execute_process(
    COMMAND "${npm}" run --loglevel=error build -- "${out}"
    WORKING_DIRECTORY "${folder}" COMMAND_ERROR_IS_FATAL ANY)
