#pragma once

#include <optional>
#include <string_view>

#include "base/containers/vector.h"
#include "base/ids.h"
#include "base/inbound_text.h"
#include "protocol/frames/frame.h"

namespace switchboard {

enum class ChangeType : unsigned char { Insert, Update, Delete };

/// A `postgres_changes` payload as far as routing needs it (protocol.md §8.1). The row is not read.
struct Change {
  TextSpan payload;
  TextSpan data;  ///< the JSON object under `data`

  const InboundText& text() const { return *data.text; }
};

/// Returns `data` and fills `ids`, repeated ids included. Nothing when the payload is not a database change.
std::optional<std::string_view> scanChange(std::string_view payload, Vector<BindingId>& ids);

/// The same for a frame whose envelope is known.
std::optional<std::string_view> scanChange(const Envelope& envelope, Vector<BindingId>& ids);

/// The type with this name, given without quotes; nothing for any other name.
std::optional<ChangeType> typeNamed(std::string_view name);

/// The first `type` of a change's `data`; nothing when it is written with escapes.
std::optional<ChangeType> changeType(std::string_view data);

/// Whether a binding to this name may also match other names: the server compares names with LIKE, where `_` matches
/// any character and `%` any characters. False for `*`, which means everything.
bool isPattern(std::string_view name);

/// Whether the change is of this table in this schema; `*` is any. True for a change that names neither. Reads the text
/// only as far as necessary: the server writes the table first.
bool isOf(const Change& change, std::string_view schema, std::string_view table);

/// The first `commit_timestamp`, as the server wrote it, with escapes; empty when absent.
std::string_view commitTimestamp(std::string_view data);

}  // namespace switchboard
