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

constexpr const char* kUsage =
    "npm run test:sim -- [--seeds N] [--from S] [--steps K] [--trace]\n"
    "\n"
    "Plays N worlds (100), from seed S (1) on, each for at least K steps (500), and checks every invariant after each\n"
    "step. A failing seed prints what broke, the last events and the command that replays it. With --trace every "
    "event\n"
    "of every seed is printed.\n";

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
    } else if (name == "--help") {
      std::fputs(kUsage, stdout);
      return 0;
    } else if (number == nullptr || ++i == argc || !readNumber(argv[i], *number)) {
      std::fputs(kUsage, stderr);
      return 2;
    }
  }
  if (options.trace) options.jobs = 1;  // or the worlds' events would mingle
  return run(options).failed == 0 ? 0 : 1;
}
