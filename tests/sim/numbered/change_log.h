#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client.h"
#include "server/tables.h"
#include "world/sim_random.h"

namespace switchboard::sim {

/// What a world's tracked tables are like.
struct NumberedTraits {
  std::vector<TrackedTable> tables;  ///< none: the world has none
  bool hasRpc = true;                ///< the application can call the function
  bool guarded = false;              ///< topics of owner 2 are for kGrantedRole only
  Duration beat{5'000};

  const TrackedTable* find(std::string_view table) const;
  /// Without the prefix "realtime:"; empty when there is none, because the table is not tracked or the filter does not
  /// name its key.
  std::string topicOf(const Interest& interest) const;
};

/// A changed row in a message. The row that the change is of is `now`, but of a DELETE.
struct LogRow {
  /// What of a row is in the message: all, or its key alone, because the other image belongs to another topic.
  enum class Side : unsigned char { Both, Came, Left };

  TableChange now;
  unsigned oldOwner = 0;
  unsigned oldKind = 0;
  Side side = Side::Both;
  bool isCut = false;  ///< `kind` is too large to send
};

/// A message, or with the number 0 what nobody numbered, because its table was not tracked then.
struct LogMessage {
  std::size_t epoch = 0;  ///< of the topic's name
  std::uint64_t number = 0;
  Duration at{0};  ///< of the commit
  std::vector<LogRow> rows;
  bool isBulk = false;     ///< its rows are not sent
  bool isInexact = false;  ///< the type of `kind` is one that no client can compare
  Duration numberedAt{0};  ///< shortly before the commit, but not before that of the message before
};

/// A topic's messages since the world began, of all its epochs.
struct LogTopic {
  std::string name;
  std::vector<LogMessage> messages;
  std::vector<std::size_t> starts{0};  ///< of each epoch: the index of its first message
  std::uint64_t last = 0;              ///< of the present epoch
  std::uint64_t first = 1;             ///< the lowest number that is kept
  Duration usedAt{0};                  ///< when the last message was sent
};

/// Tables that share the name of their topics, and so their epochs.
struct LogName {
  std::string name;
  bool isKeyed = false;
  bool isTracked = true;
  std::vector<std::string> epochs;
};

/// The database: numbers the changes of tracked tables, keeps them, and says which are missing, as web/sql/track.sql
/// does.
class ChangeLog {
 public:
  ChangeLog(const NumberedTraits& traits, SimRandom& random);
  ChangeLog(const ChangeLog&) = delete;
  ChangeLog& operator=(const ChangeLog&) = delete;

  /// Called with each message in the order of the numbers of its topic.
  std::function<void(const std::string& topic, std::string_view event, const std::string& text)> onMessage;

  /// One transaction. `old` images of UPDATEs are made up here.
  void commit(const std::vector<TableChange>& changes, Duration now);
  /// Empties a tracked table.
  void truncate(Duration now);
  void beat(Duration now);
  /// The answer of `switchboard_changes`, as text. `lag`: it does not know of so many of the newest messages.
  std::string changes(const RpcRequest& request, std::string_view role, unsigned mostMessages, unsigned lag = 0) const;
  /// Why the reader may not have the topic; empty when they may.
  std::string refusal(std::string_view topic, std::string_view role) const;
  /// Of the messages since then, at most so many, for a join that asks for them: their texts.
  std::vector<std::string> since(const std::string& topic, Duration since, std::size_t limit) const;

  // What happens to it.
  /// Some name is untracked, or tracked again: then its numbers begin again.
  void track(bool isTracked);
  /// Deletes old messages of some topic.
  void trim();
  void setInexact(bool isInexact) { isInexact_ = isInexact; }
  /// Everything is tracked as it should be.
  void heal();

  const LogTopic* find(std::string_view topic) const;
  const LogName* nameOf(std::string_view topic) const;
  /// The index of a message; of the number after the last of an epoch that of the epoch after it. Nothing: no such
  /// epoch or number.
  std::optional<std::size_t> indexOf(const LogTopic& topic, std::string_view epoch, std::uint64_t number) const;

 private:
  void begin(LogName& name);
  void put(LogTopic& topic, LogMessage message, Duration now);
  void append(std::map<std::string, std::vector<LogRow>>& byTopic, const TableChange& change);
  std::string topicFor(const TrackedTable& table, unsigned owner) const;
  std::string text(const LogTopic& topic, const LogMessage& message) const;

  const NumberedTraits& traits_;
  SimRandom& random_;
  std::vector<LogName> names_;
  std::map<std::string, LogTopic, std::less<>> topics_;
  std::uint64_t beats_ = 0;
  unsigned lastEpoch_ = 0;
  bool isInexact_ = false;
};

}  // namespace switchboard::sim
