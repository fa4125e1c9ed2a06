#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "seeds.h"

/// Writes each seed to a file of its own in the folder that is the only argument.
int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: fuzz_seeds FOLDER\n", stderr);
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  std::filesystem::create_directories(folder);
  std::size_t number = 0;
  for (const auto& seed : switchboard::fuzz::seeds()) {
    std::ofstream file(folder / ("seed-" + std::to_string(++number)), std::ios::binary);
    file << seed;
  }
  std::printf("%zu seeds\n", number);
  return 0;
}
