#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/containers/vector.h"
#include "base/ids.h"
#include "base/time.h"
#include "json/json_reader.h"

namespace switchboard {

/// One entry of `config.postgres_changes` (protocol.md §3.1). Empty `table`, `filter` and `select` are left out of the
/// frame.
struct BindingConfig {
  std::string event;
  std::string schema;
  std::string table;
  std::string filter;
  Vector<std::string> select;

  /// Whether it is to all tables of a schema, or to all schemas.
  bool isWildcard() const { return table == "*" || schema == "*"; }

  friend bool operator==(const BindingConfig&, const BindingConfig&) = default;
};

/// The members of an entry that exist and have the right type.
BindingConfig readBinding(JsonValue entry);

/// The payload of a `phx_join` that subscribes to database changes only. Keys and their order are those of the
/// reference client. An empty token is left out; the server then uses the api key.
std::string joinPayload(const Vector<BindingConfig>& bindings, std::string_view accessToken);

/// What a join of a channel that an application named asks for (protocol.md §3.1).
struct UserJoin {
  std::string_view presenceKey;  ///< empty: the server chooses one
  bool presenceEnabled = false;
  bool isPrivate = false;
  std::optional<WallTime> replaySince{};  ///< private channels only
  unsigned replayLimit = 25;              ///< 1 to 25
};

/// Every broadcast is acknowledged, and own broadcasts are not sent back.
std::string joinPayload(const UserJoin& join, std::string_view accessToken);

/// The payload of an `access_token` push.
std::string tokenPayload(std::string_view accessToken);

/// An entry of the join reply: what the server subscribed to, and the id with which it will report changes (protocol.md
/// §3.3).
struct AcceptedBinding {
  BindingConfig config;
  BindingId id;
};

/// The entries of `response.postgres_changes`; invalid ones are left out.
Vector<AcceptedBinding> acceptedBindings(JsonValue response);

/// The message of a refused push: `response.reason`, or the response itself, which is a plain string for some errors.
std::string refusalText(JsonValue response);

/// A `system` message (protocol.md §11).
struct SystemMessage {
  std::string extension;
  std::string message;
  bool ok = false;
};
std::optional<SystemMessage> readSystemMessage(std::string_view payload);

/// The payload of a `phx_reply`.
struct Reply {
  bool ok = false;
  JsonValue response;
};
std::optional<Reply> readReply(std::string_view payload);

}  // namespace switchboard
