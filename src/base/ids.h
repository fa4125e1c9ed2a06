#pragma once

#include <cstdint>

namespace switchboard {

/// A number of a type of its own, so that ids of different kinds can't be confused.
template <class Tag>
struct Id {
  std::uint32_t value = 0;

  friend bool operator==(Id a, Id b) { return a.value == b.value; }
  friend bool operator!=(Id a, Id b) { return a.value != b.value; }
  friend bool operator<(Id a, Id b) { return a.value < b.value; }
};

/// One call of subscribe. Assigned by web/core, which returns ids before the core is loaded.
using SubscriptionId = Id<struct SubscriptionTag>;
/// One distinct subscription key (canonical schema, table, event, filter, select).
using KeyId = Id<struct KeyTag>;
/// One channel that carries bindings.
using ChannelId = Id<struct ChannelTag>;
/// One connection; survives reconnects.
using ConnectionId = Id<struct ConnectionTag>;
/// One handle of a user's channel. Its number is none of a subscription: deliveries name either.
using HandleId = SubscriptionId;
/// One broadcast that the application sends; likewise.
using PushId = Id<struct PushTag>;
/// The server's number for a binding, 0 … 2^27−1 (protocol.md §3.3).
using BindingId = Id<struct BindingTag>;

}  // namespace switchboard
