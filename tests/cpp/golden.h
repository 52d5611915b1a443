#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

/// Golden files of format version 2, as made by tests/golden/make_golden.py: of a model whose flow
/// the core runs, and of one that only LibTorch runs.
inline constexpr std::string_view k_golden = "golden-2";
inline constexpr std::string_view k_golden_one_way = "golden-2-one-way";

/// A golden file.
std::vector<std::byte> golden_model(std::string_view name = k_golden);

/// A model that comes with the package.
std::vector<std::byte> shipped_model(std::string_view name);

/// The flow blob inside it.
std::vector<std::byte> golden_blob(std::string_view name = k_golden);

/// The numbers of `golden-2-NAME.npy`, row after row.
std::vector<float> golden_array(std::string_view name);
