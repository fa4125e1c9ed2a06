#pragma once

#include <optional>
#include <string_view>

#include "base/ids.h"
#include "base/inbound_text.h"
#include "base/vector.h"
#include "protocol/frame.h"

namespace switchboard {

enum class ChangeType : unsigned char { Insert, Update, Delete };

/// A `postgres_changes` payload as far as routing needs it (protocol.md §8.1). The row is not looked at.
struct Change {
  TextSpan payload;
  TextSpan data;  ///< the JSON object under `data`

  const InboundText& text() const { return *data.text; }
};

/// Finds `data`, and `ids`, which is cleared and filled, repeats included. Nothing when the payload is none of this
/// kind.
std::optional<std::string_view> scanChange(std::string_view payload, Vector<BindingId>& ids);

/// The same for a frame whose envelope has been read.
std::optional<std::string_view> scanChange(const Envelope& envelope, Vector<BindingId>& ids);

/// The type of this name, which stands without its quotes; none for any other.
std::optional<ChangeType> typeNamed(std::string_view name);

/// The `type` of a change's `data`; of several the first, and none when it is written with escapes.
std::optional<ChangeType> changeType(std::string_view data);

/// Whether a binding to this name may bring changes of others: the server compares names by LIKE, where `_` stands for
/// any character and `%` for any characters. `*` is everything.
bool isPattern(std::string_view name);

/// Whether the change is of a table of this name in a schema of this name, where `*` is any. A change that names
/// neither passes. Reads the text only as far as needed: the server writes the table first.
bool isOf(const Change& change, std::string_view schema, std::string_view table);

/// The `commit_timestamp`, as the server wrote it, escapes and all; of several the first; empty when absent.
std::string_view commitTimestamp(std::string_view data);

}  // namespace switchboard
