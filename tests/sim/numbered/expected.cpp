#include "numbered/expected.h"

#include <algorithm>
#include <optional>
#include <string_view>

namespace switchboard::sim {

namespace {

enum class Fit : unsigned char { No, Yes, Unknown };

/// Missing values can't be compared.
Fit fit(std::string_view filter, std::optional<unsigned> owner, std::optional<unsigned> kind) {
  Fit all = Fit::Yes;
  while (!filter.empty()) {
    const auto comma = std::min(filter.find(','), filter.size());
    const auto condition = filter.substr(0, comma);
    filter.remove_prefix(std::min(comma + 1, filter.size()));
    const auto value = condition[0] == 'o' ? owner : condition[0] == 'k' ? kind : std::nullopt;
    if (!value) {
      all = Fit::Unknown;
    } else if (condition.back() != '0' + static_cast<char>(*value)) {
      return Fit::No;
    }
  }
  return all;
}

bool wants(const Interest& interest, std::string_view type) {
  return interest.event == "*" || interest.event == type;
}

/// How a change of a row comes to the subscription: its type, "?" for a gap, or nothing.
std::string comesAs(const LogRow& row, const Watched& watched) {
  const Interest& interest = watched.interest;
  if (row.now.table != interest.table) return {};
  const auto& type = row.now.type;
  if (type == "TRUNCATE") return interest.event == "*" ? type : wants(interest, "DELETE") ? "?" : "";
  const auto kindOf = [&](unsigned kind) { return row.isCut ? std::nullopt : std::optional(kind); };
  const Fit now =
      row.side == LogRow::Side::Left ? Fit::Unknown : fit(interest.filter, row.now.owner, kindOf(row.now.kind));
  if (type != "UPDATE") {
    if (!wants(interest, type) || now == Fit::No) return {};
    return now == Fit::Yes ? type : "?";
  }
  const Fit old = row.side == LogRow::Side::Came ? Fit::No : fit(interest.filter, row.oldOwner, kindOf(row.oldKind));
  const bool isGone = row.side == LogRow::Side::Left;
  const bool leavesAsUpdate = watched.leaving == RoadOptions::Leaving::Update;
  const std::string_view leaving = leavesAsUpdate ? "UPDATE" : "DELETE";
  if (now == Fit::Yes) return wants(interest, type) ? type : "";
  if (old == Fit::Yes && (isGone || now == Fit::No)) return wants(interest, leaving) ? std::string(leaving) : "";
  if (old == Fit::No && (isGone || now == Fit::No)) return {};
  const bool mayEnter = !isGone && now == Fit::Unknown;
  const bool mayLeave = old != Fit::No;
  const bool concerns = (mayEnter && wants(interest, type)) || (mayLeave && wants(interest, leaving));
  return concerns ? "?" : "";
}

}  // namespace

Expected expectedOf(const LogMessage& message, const Watched& watched) {
  Expected expected;
  for (const auto& row : message.rows) {
    const auto type = comesAs(row, watched);
    if (type.empty()) continue;
    if (type == "?" || message.isBulk || message.number == 0) {
      expected.isPartial = true;
    } else {
      expected.items.emplace_back(row.now.seq, type);
    }
  }
  return expected;
}

}  // namespace switchboard::sim
