#pragma once

#include <cstddef>
#include <string>
#include <vector>

/// The golden file of format version 1, as made by tests/golden/make_golden.py.
std::vector<std::byte> golden_model();

/// The flow blob inside it.
std::vector<std::byte> golden_blob();

/// The numbers of `golden-1-NAME.npy`, row after row.
std::vector<float> golden_array(const std::string& name);
