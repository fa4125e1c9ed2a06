#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>

#include "oracle/json.h"
#include "recordings/player.h"

/// `npm run replay`; web/tools/replay.mjs describes the options.
namespace {

using switchboard::Json;
using switchboard::toText;
using switchboard::replay::describe;
using switchboard::replay::Entry;
using switchboard::replay::Player;
using switchboard::replay::Recording;

constexpr int kSame = 0;
constexpr int kDifferent = 1;
constexpr int kUnusable = 2;

struct Options {
  std::string file;
  std::optional<long long> until;
  bool step = false;
  bool json = false;
};

std::optional<Options> readOptions(int count, char** given) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string option = given[i];
    if (option == "--step") {
      options.step = true;
    } else if (option == "--json") {
      options.json = true;
    } else if (option == "--until" && i + 1 < count) {
      options.until = std::atoll(given[++i]);
    } else if (options.file.empty() && !option.starts_with("--")) {
      options.file = option;
    } else {
      return std::nullopt;
    }
  }
  return options.file.empty() ? std::nullopt : std::optional(options);
}

Json asJson(const Entry& entry) {
  Json json = {{"atMs", entry.atMs}, {"kind", std::string(entry.name)}};
  for (const auto& field : entry.fields) {
    json[std::string(field.name)] = field.isText ? Json(field.text) : Json(field.number);
  }
  return json;
}

/// The entries from one place to another.
void print(const Recording& recording, std::size_t from, std::size_t to, bool json) {
  for (std::size_t i = from; i < to; ++i) {
    const Entry& entry = recording.entries[i];
    std::cout << (json ? toText(asJson(entry)) : describe(entry)) << '\n';
  }
}

void report(const Options& options, const std::string& outcome, const Player* player) {
  const std::string state = player != nullptr ? player->state() : std::string();
  if (options.json) {
    Json json = {{"outcome", outcome}, {"state", state}};
    if (player != nullptr && player->difference()) {
      const auto& difference = *player->difference();
      json["entry"] = difference.entry;
      json["recorded"] = difference.recorded;
      json["replayed"] = difference.replayed;
    }
    std::cout << toText(json) << '\n';
    return;
  }
  std::cout << '\n' << outcome << '\n';
  if (player != nullptr && player->difference()) {
    const auto& difference = *player->difference();
    std::cout << "  recorded: " << (difference.recorded.empty() ? "nothing more" : difference.recorded) << '\n'
              << "  replayed: " << (difference.replayed.empty() ? "nothing" : difference.replayed) << '\n';
  }
  if (!state.empty()) std::cout << '\n' << state;
}

/// Whether what comes next is still to be played.
bool goesOn(const Recording& recording, const Player& player, const Options& options) {
  if (player.at() >= recording.entries.size()) return false;
  return !options.until || recording.entries[player.at()].atMs <= *options.until;
}

int play(const Recording& recording, const Options& options) {
  Player player(recording);
  print(recording, 0, player.at(), options.json);
  while (!player.difference() && goesOn(recording, player, options)) {
    const std::size_t from = player.at();
    if (options.step) {
      std::cout << "\nEnter plays: " << describe(recording.entries[from]) << std::endl;
      std::string line;
      if (!std::getline(std::cin, line)) break;
    }
    player.step();
    print(recording, from, player.at(), options.json);
    if (options.step) std::cout << '\n' << player.state();
  }
  if (player.difference()) {
    report(options, "Different at entry " + std::to_string(player.difference()->entry) + ":", &player);
    return kDifferent;
  }
  const bool isWhole = player.at() == recording.entries.size();
  report(options,
         std::string(isWhole ? "The same decisions in all " : "The same decisions in the first ") +
             std::to_string(player.at()) + " entries.",
         &player);
  return kSame;
}

}  // namespace

int main(int count, char** given) {
  const auto options = readOptions(count, given);
  if (!options) {
    std::cerr << "usage: replay FILE [--until MS] [--step] [--json]\n";
    return kUnusable;
  }
  std::ifstream file(options->file, std::ios::binary);
  if (!file) {
    std::cerr << options->file << " can't be read: " << std::strerror(errno) << '\n';
    return kUnusable;
  }
  std::ostringstream bytes;
  bytes << file.rdbuf();
  const auto recording = switchboard::replay::readRecording(bytes.str());
  if (!recording) {
    std::cerr << recording.error().message << '\n';
    return kUnusable;
  }
  if (const auto obstacle = Player::obstacleTo(recording.value()); !obstacle.empty()) {
    print(recording.value(), 0, recording.value().entries.size(), options->json);
    report(*options, obstacle, nullptr);
    return kUnusable;
  }
  return play(recording.value(), *options);
}
