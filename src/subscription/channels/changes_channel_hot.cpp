#include <algorithm>

#include "protocol/frames/names.h"
#include "subscription/channels/changes_channel.h"

namespace switchboard {

namespace {

/// A name that is no pattern is the change's, or the server would not have sent it.
std::string_view toCompare(std::string_view name) {
  return isPattern(name) ? name : "*";
}

bool isWanted(const ChannelBinding& binding, const Change& change) {
  if (!binding.mayBringOthers) return true;
  return isOf(change, toCompare(binding.config.schema), toCompare(binding.config.table));
}

}  // namespace

void ChangesChannel::onChannelMessage(Channel& /*channel*/, const Envelope& envelope) {
  if (!envelope.isChange() && envelope.event != names::kPostgresChanges) return;
  const auto data = scanChange(envelope, ids_);
  if (!data) {
    if (listeners_.keys != nullptr) listeners_.keys->onUnreadable(*this);
    return;
  }
  const InboundText& text = *envelope.text;
  const Change change{text.span(envelope.payload), text.span(*data)};
  const Connection& connection = multiplexer_.connection();
  lastCommit_.note(change, connection.lastInboundAt(), connection.confirmedAt());
  matched_.clear();
  for (const auto id : ids_) {
    const ChannelBinding* binding = byId_.find(id);
    if (binding == nullptr || !isWanted(*binding, change)) continue;
    if (std::find(matched_.begin(), matched_.end(), binding->key) == matched_.end()) matched_.push_back(binding->key);
  }
  if (matched_.empty()) return;
  listeners_.changes.onChange(*this, matched_, change);
}

}  // namespace switchboard
