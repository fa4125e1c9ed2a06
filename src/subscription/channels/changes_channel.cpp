#include "subscription/channels/changes_channel.h"

#include <algorithm>
#include <utility>

#include "protocol/classify.h"
#include "protocol/frames/names.h"

namespace switchboard {

namespace {

Vector<ChannelBinding> marked(Vector<ChannelBinding> bindings) {
  for (auto& binding : bindings) {
    binding.mayBringOthers = isPattern(binding.config.schema) || isPattern(binding.config.table);
  }
  return bindings;
}

}  // namespace

ChangesChannel::ChangesChannel(ChannelId id, std::string topic, Vector<ChannelBinding> bindings,
                               const ChangesChannelOptions& options, Context& context, Multiplexer& multiplexer,
                               const TokenRefresher& tokens, const ChangesChannelListeners& listeners)
    : id_(id),
      bindings_(marked(std::move(bindings))),
      options_(options),
      context_(context),
      multiplexer_(multiplexer),
      tokens_(tokens),
      listeners_(listeners),
      liveTimeout_(context.deadlines, DeadlineKind::LiveTimeout,
                   [this] {
                     listeners_.owner.onFailed(
                         *this,
                         {ReasonCode::LiveTimeout, Retry::Backoff, "The server did not begin to send changes in time."},
                         false);
                   }),
      channel_(std::move(topic), options.joinTimeout, context, multiplexer.link(), *this) {}

std::string ChangesChannel::onChannelJoining(Channel& /*channel*/) {
  if (listeners_.keys != nullptr) listeners_.keys->onJoining(*this);
  tokenVersion_ = tokens_.version();
  Vector<BindingConfig> configs;
  for (const auto& binding : bindings_) configs.push_back(binding.config);
  return joinPayload(configs, tokens_.token());
}

const ChannelBinding* ChangesChannel::findBinding(const BindingConfig& config) const {
  const auto it =
      std::find_if(bindings_.begin(), bindings_.end(), [&](const auto& binding) { return binding.config == config; });
  return it == bindings_.end() ? nullptr : &*it;
}

/// Bindings are matched to the reply's entries by what they say, not by their place: the server drops entries that it
/// does not like.
void ChangesChannel::onChannelJoined(Channel& /*channel*/, JsonValue response) {
  accepted_ = true;
  for (const auto& accepted : acceptedBindings(response)) {
    const ChannelBinding* binding = findBinding(accepted.config);
    if (binding == nullptr) continue;
    if (!byId_.insert(accepted.id, *binding) && byId_.find(accepted.id)->key != binding->key) {
      if (listeners_.keys != nullptr) listeners_.keys->onCollision(*this, binding->key);
      return;
    }
  }
  if (byId_.size() != bindings_.size()) {
    listeners_.owner.onFailed(*this,
                              {ReasonCode::BindingMismatch, Retry::Backoff,
                               "The server's answer does not list the subscriptions that were asked for."},
                              false);
    return;
  }
  liveTimeout_.setAfter(options_.liveTimeout);
}

void ChangesChannel::onChannelFailed(Channel& /*channel*/, const Cause& cause) {
  const bool lost = !multiplexer_.connection().isOpen();
  const bool refused = !lost && !accepted_;
  liveTimeout_.cancel();
  live_ = false;
  listeners_.owner.onFailed(*this, cause, refused);
}

void ChangesChannel::onChannelSystem(Channel& /*channel*/, const SystemMessage& message) {
  if (message.extension != names::kPostgresChanges) return;
  if (!message.ok) {
    liveTimeout_.cancel();
    live_ = false;
    listeners_.owner.onFailed(*this, classifyBindingError(message.message), false);
    return;
  }
  if (message.message != names::kSubscribedToPostgres) return;
  liveTimeout_.cancel();
  if (++announcements_ > 1) tokenVersion_ = tokens_.version();  // the server has taken the pushed one
  const bool repeated = std::exchange(live_, true);
  const bool expected = channel_.takeExpectedRepeat();
  const bool again = repeated && !expected;
  if (!repeated) liveSince_ = context_.moment();
  listeners_.owner.onLive(*this, again);
  if (again) liveSince_ = context_.moment();
}

}  // namespace switchboard
