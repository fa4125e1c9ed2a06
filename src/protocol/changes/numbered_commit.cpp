#include "protocol/changes/numbered_commit.h"

#include <algorithm>

namespace switchboard {

namespace {

constexpr std::string_view kNumber = R"(","number":)";
constexpr std::string_view kEpoch = R"(,"epoch":")";

/// Cuts off what is before `mark`, and the mark. Nothing is left when it is not there.
std::string_view after(std::string_view text, std::string_view mark) {
  const auto at = text.find(mark);
  return at == std::string_view::npos ? std::string_view() : text.substr(at + mark.size());
}

}  // namespace

std::string_view numberedCommitOf(std::string_view data) {
  const auto stamp = commitTimestamp(data);
  if (stamp.empty()) return stamp;
  const auto rest = data.substr(static_cast<std::size_t>(stamp.data() - data.data()) + stamp.size());
  if (rest.substr(0, kNumber.size()) != kNumber) return stamp;
  const auto epoch = after(rest, kEpoch);
  const auto end = epoch.substr(0, std::min(epoch.find('"'), epoch.size()));
  return {stamp.data(), static_cast<std::size_t>(end.data() + end.size() - stamp.data())};
}

NumberedCommit readNumberedCommit(std::string_view text) {
  NumberedCommit commit{text.substr(0, std::min(text.find('"'), text.size())), 0, after(text, kEpoch)};
  for (const char c : after(text, kNumber)) {
    if (c < '0' || c > '9') break;
    commit.number = commit.number * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return commit;
}

}  // namespace switchboard
