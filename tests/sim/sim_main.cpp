#include <unistd.h>
#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <thread>

#include "runner.h"

namespace {

using namespace switchboard::sim;

bool readNumber(const char* text, std::uint64_t& out) {
  const char* end = text + std::strlen(text);
  const auto [rest, error] = std::from_chars(text, end, out);
  return error == std::errc() && rest == end;
}

}  // namespace

int main(int argc, char** argv) {
  RunOptions options;
  options.seeds = 100;
  options.progress = true;
  options.jobs = std::max(1u, std::thread::hardware_concurrency());
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    std::uint64_t* number = name == "--seeds"   ? &options.seeds
                            : name == "--from"  ? &options.from
                            : name == "--steps" ? &options.steps
                                                : nullptr;
    if (name == "--trace") {
      options.trace = true;
    } else if (number == nullptr || ++i == argc || !readNumber(argv[i], *number)) {
      std::fprintf(stderr, "wrong: %s; see npm run test:sim -- --help\n", argv[std::min(i, argc - 1)]);
      return 2;
    }
  }
  if (options.trace) options.jobs = 1;  // or the worlds' events would mingle
  return run(options).failed == 0 ? 0 : 1;
}
