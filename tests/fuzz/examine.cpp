#include "examine.h"

#include <algorithm>
#include <array>

namespace switchboard::fuzz {

namespace {

constexpr std::array kTargets = {
    Target{'1', "frame, version 1", examineFrameV1},
    Target{'2', "frame, version 2", examineFrameV2},
    Target{'b', "binary frame", examineBinaryFrame},
    Target{'c', "change", examineChange},
    Target{'u', "escapes", examineEscapes},
    Target{'k', "rows for latest", examineRows},
    Target{'d', "broadcast", examineBroadcast},
    Target{'m', "presence", examinePresence},
    Target{'j', "JSON value", examineValue},
    Target{'q', "JSON string, written", examineWriting},
    Target{'r', "reply", examineReply},
    Target{'s', "system message", examineSystem},
    Target{'w', "server's words", examineWords},
    Target{'a', "token's claims", examineClaims},
    Target{'t', "token", examineToken},
    Target{'f', "filter", examineFilter},
    Target{'p', "join payload", examineJoin},
    Target{'e', "endpoint", examineEndpoint},
    Target{'o', "options", examineOptions},
    Target{'n', "numbered message", examineNumbered},
    Target{'g', "answer with messages", examineAnswer},
    Target{'l', "filter and row", examineRowFilter},
    Target{'h', "numbered topic", examineTopic},
    Target{'x', "session, version 1", examineSessionV1},
    Target{'y', "session, version 2", examineSessionV2},
};

}  // namespace

std::span<const Target> targets() {
  return kTargets;
}

Complaint examine(std::string_view input) {
  if (input.empty()) return std::nullopt;
  const auto target =
      std::find_if(kTargets.begin(), kTargets.end(), [&](const Target& each) { return each.letter == input.front(); });
  if (target == kTargets.end()) return std::nullopt;
  auto complaint = target->examine(input.substr(1));
  if (complaint) complaint->insert(0, std::string(target->name) + ": ");
  return complaint;
}

}  // namespace switchboard::fuzz
