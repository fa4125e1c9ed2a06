#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/containers/vector.h"
#include "base/error.h"
#include "base/time.h"

namespace switchboard {

/// A table that a numbered message has changes of. Views into the message.
struct NumberedTable {
  std::string_view schema;   ///< escapes not resolved
  std::string_view table;    ///< likewise
  std::string_view columns;  ///< JSON list of `{"name":…,"type":…}`
  std::string_view bases;    ///< JSON object: for a column of an enum or domain type what it is based on; or empty
  std::string_view key;      ///< JSON list with the names of the primary key's columns; empty: not known
};

enum class NumberedType : unsigned char { Insert, Update, Delete, Truncate };

/// One changed row, or a TRUNCATE.
struct NumberedChange {
  std::size_t table = 0;  ///< index into `NumberedMessage::tables`
  NumberedType type = NumberedType::Insert;
  std::string_view record;     ///< JSON object; empty for DELETE and TRUNCATE
  std::string_view oldRecord;  ///< JSON object; empty for INSERT and TRUNCATE, and when the message has none
  std::string_view errors;     ///< JSON list, or empty
  bool moved = false;          ///< the row went to another topic, or came from one: of the image there only the key is
                               ///< here
};

/// A statement that changed too many rows to send them: they have to be fetched.
struct BulkChange {
  std::size_t table = 0;  ///< index into `NumberedMessage::tables`
  std::uint64_t rows = 0;
};

/// One message of a topic whose changes are numbered. All views are into its text.
struct NumberedMessage {
  std::string_view epoch;      ///< has no escapes
  std::uint64_t number = 0;    ///< from 1, without holes within an epoch
  std::string_view committed;  ///< "2026-11-27T18:00:00.123456Z"
  Vector<NumberedTable> tables;
  Vector<NumberedChange> changes;
  Vector<BulkChange> bulk;
};

/// Reads a message. The order of keys does not matter; of members with the same name the last counts. An error says
/// what is wrong. Rows are not looked into: whether they are JSON shows when they are parsed.
Result<NumberedMessage> readNumberedMessage(std::string_view text);

/// The change as `postgres_changes` has it (protocol.md §8.1): a payload `{"data":{…},"ids":[]}`. Rows, columns and
/// errors are taken over letter by letter. The commit time has three digits after the point, cut off as on the server.
/// `data` has the message's number and epoch, too.
std::string changePayload(const NumberedMessage& message, const NumberedChange& change);
/// The same with another description of the table.
std::string changePayload(const NumberedMessage& message, const NumberedTable& table, const NumberedChange& change);
/// The message's commit time as `changePayload` writes it.
std::string commitStamp(const NumberedMessage& message);

/// How far a topic has come.
struct NumberedPosition {
  std::string_view epoch;    ///< has no escapes
  std::uint64_t number = 0;  ///< of the last message; 0: none yet
};
/// Reads the message of an event `position`.
Result<NumberedPosition> readNumberedPosition(std::string_view text);

/// A proof that the replication of broadcasts works.
struct NumberedBeat {
  std::uint64_t seq = 0;
  Duration every{0};  ///< 1 ms to 1 day
};
/// Reads the message of an event `beat`.
Result<NumberedBeat> readNumberedBeat(std::string_view text);

}  // namespace switchboard
