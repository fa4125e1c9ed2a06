#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "oracle/json.h"

namespace switchboard::sim {

/// What one entry of a join asks for, or one subscription of the application; equal texts mean the same interest.
struct Interest {
  std::string event;
  std::string table;
  std::string filter;  ///< `column=eq.number` conditions, joined by commas
  std::vector<std::string> select;

  std::string text() const { return textFor(event); }
  /// The text of the same with all events.
  std::string coverText() const { return textFor("*"); }

 private:
  std::string textFor(const std::string& wantedEvent) const {
    std::vector<std::string> conditions;
    std::string_view rest = filter;
    while (!rest.empty()) {
      const auto comma = std::min(rest.find(','), rest.size());
      conditions.emplace_back(rest.substr(0, comma));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    std::sort(conditions.begin(), conditions.end());
    std::string text = wantedEvent + '|' + table;
    for (const auto& condition : conditions) text += '|' + condition;
    for (const auto& column : select) text += "|+" + column;
    return text;
  }
};

inline Interest interestOf(const Json& entry) {
  Interest interest{std::string(textMember(entry, "event")),
                    std::string(textMember(entry, "table")),
                    std::string(textMember(entry, "filter")),
                    {}};
  if (const Json* select = member(entry, "select"); select != nullptr) {
    for (const auto& column : *select) interest.select.push_back(column.get<std::string>());
  }
  return interest;
}

/// The table that the database raises as its pulse; its row's `seq` counts the beats.
inline constexpr std::string_view kPulseTable = "switchboard_pulse";

/// Of what is committed at this time, as the server writes it. Worlds begin at kWallStart.
inline std::string commitText(Duration at) {
  const Duration::rep sinceThe20th = (at + std::chrono::hours{60}).count();
  const auto part = [&](Duration::rep unit, Duration::rep count, std::size_t digits) {
    const std::string number = std::to_string(sinceThe20th / unit % count);
    return std::string(digits - std::min(digits, number.size()), '0') + number;
  };
  return "2026-11-2" + part(86'400'000, 10, 1) + "T" + part(3'600'000, 24, 2) + ":" + part(60'000, 60, 2) + ":" +
         part(1'000, 60, 2) + "." + part(1, 1'000, 3) + "Z";
}

/// A committed change of a row with the columns `seq`, `owner` and `kind`.
struct TableChange {
  std::uint64_t seq = 0;  ///< counts all changes of a world
  std::string table;
  std::string type;  ///< INSERT, UPDATE, DELETE
  unsigned owner = 0;
  unsigned kind = 0;
  unsigned copies = 1;  ///< so many equal ones in one transaction
  Duration at{0};       ///< when it is committed
  bool stamped = true;  ///< false: it comes with an error instead of its `commit_timestamp`

  /// As the server decides it (protocol.md §8.4).
  bool matches(const Interest& interest) const {
    if (interest.table != table && interest.table != "*") return false;
    if (interest.event != "*" && interest.event != type) return false;
    std::string_view rest = interest.filter;
    while (!rest.empty()) {
      const auto comma = std::min(rest.find(','), rest.size());
      if (!holds(rest.substr(0, comma))) return false;
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    return true;
  }

 private:
  bool holds(std::string_view condition) const {
    return condition == "owner=eq." + std::to_string(owner) || condition == "kind=eq." + std::to_string(kind);
  }
};

/// Whose tokens may read every column. Other roles, and whoever has no token, may not filter `payments` by `kind`.
inline constexpr std::string_view kGrantedRole = "authenticated";

/// The tables that the database has, and how it refuses what it has not.
struct Tables {
  /// Why this entry silences its channel for this role; empty when it doesn't.
  static std::string refusal(const Interest& interest, std::string_view role = kGrantedRole) {
    if (interest.table.rfind("missing", 0) == 0) {
      return "Unable to subscribe to changes with given parameters. Please check Realtime is enabled for the given "
             "connect parameters: " +
             parameters(interest, "[]");
    }
    if (interest.filter.rfind("nosuch=", 0) == 0) {
      return quoting(interest, "ERROR P0001 (raise_exception) invalid column for filter nosuch");
    }
    if (role != kGrantedRole && interest.table == "payments" && interest.filter.find("kind=") != std::string::npos) {
      return quoting(interest, "ERROR P0001 (raise_exception) invalid column for filter kind");
    }
    return {};
  }
  /// How the server reports an error of the database, whatever it is, when it subscribes to this.
  static std::string quoting(const Interest& interest, std::string_view error) {
    return "Unable to subscribe to changes with given parameters. An exception happened so please check your "
           "connect parameters: " +
           parameters(interest,
                      interest.filter.empty() ? "[]" : R"([{")" + columnOf(interest) + R"(", "eq", "1", false}])") +
           ". Exception: " + std::string(error);
  }

 private:
  static std::string columnOf(const Interest& interest) {
    const bool byKind = interest.filter.find("kind=") != std::string::npos;
    return byKind ? "kind" : interest.filter.substr(0, interest.filter.find('='));
  }
  static std::string parameters(const Interest& interest, const std::string& filters) {
    return "[event: " + interest.event + ", schema: public, table: " + interest.table + ", filters: " + filters +
           ", select: nil]";
  }
};

}  // namespace switchboard::sim
