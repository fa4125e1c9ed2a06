#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "examine.h"

/// libFuzzer's entry: stops at the first input on which reader and oracle differ.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto complaint = switchboard::fuzz::examine({reinterpret_cast<const char*>(data), size});
  if (!complaint) return 0;
  std::fprintf(stderr, "disagreement: %s\n", complaint->c_str());
  std::abort();
}
