#include <algorithm>

#include "protocol/names.h"
#include "subscription/line.h"

namespace switchboard {

void Line::onChannelMessage(Channel& /*channel*/, const Envelope& envelope) {
  if (!envelope.isChange() && envelope.event != names::kPostgresChanges) return;
  const auto data = scanChange(envelope, ids_);
  if (!data) {
    delegate_.onLineUnreadable(*this);
    return;
  }
  const InboundText& text = *envelope.text;
  const Change change{text.passage(envelope.payload), text.passage(*data)};
  lastCommit_.note(change, multiplexer_.connection().lastInboundAt());
  matched_.clear();
  for (const auto id : ids_) {
    const LineBinding* binding = byId_.find(id);
    if (binding == nullptr) continue;
    if (std::find(matched_.begin(), matched_.end(), binding->key) == matched_.end()) matched_.push_back(binding->key);
  }
  if (matched_.empty()) return;
  delegate_.onLineChange(*this, matched_, change);
}

}  // namespace switchboard
