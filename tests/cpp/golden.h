#pragma once

#include <cstddef>
#include <string>
#include <vector>

/// Golden files of format version 2, as made by tests/golden/make_golden.py: of a model whose flow
/// the core runs, and of one that only LibTorch runs.
inline const std::string k_golden = "golden-2";
inline const std::string k_golden_one_way = "golden-2-one-way";

/// A golden file.
std::vector<std::byte> golden_model(const std::string& name = k_golden);

/// The flow blob inside it.
std::vector<std::byte> golden_blob(const std::string& name = k_golden);

/// The numbers of `golden-2-NAME.npy`, row after row.
std::vector<float> golden_array(const std::string& name);
