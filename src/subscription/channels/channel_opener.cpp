#include "subscription/channels/channel_opener.h"

#include <memory>
#include <utility>

#include "base/text.h"

namespace switchboard {

/// The new channel of a handover goes to the socket of the old one.
Multiplexer* ChannelOpener::placeFor(const NewChannel& wanted) {
  if (!wanted.replaces) return pool_.place(wanted.risky);
  Multiplexer& same = channels_.at(*wanted.replaces).multiplexer();
  return same.hasRoom() ? &same : nullptr;
}

bool ChannelOpener::open(const NewChannel& wanted) {
  Multiplexer* multiplexer = placeFor(wanted);
  if (multiplexer == nullptr) return false;
  Vector<ChannelBinding> bindings;
  for (const auto key : wanted.keys) bindings.push_back({key, registry_.find(key)->spec.binding});
  const ChannelId id{++lastId_};
  ChangesChannel& added =
      channels_.add(std::make_unique<ChangesChannel>(id, concat({topicPrefix_, decimal(id.value)}), std::move(bindings),
                                                     options_, context_, *multiplexer, pool_.tokens(), listeners_));
  if (wanted.replaces) handovers_.start(*wanted.replaces, id);
  context_.recorder.decide(wanted.replaces ? "rebuild" : "open",
                           wanted.replaces ? "most of the channel's keys are not wanted any more"
                           : wanted.risky  ? "wanted; its last join was refused"
                                           : "wanted",
                           {multiplexer->connection().id().value, added.topic()});
  for (const auto key : wanted.keys) context_.recorder.decide("carry", "on the channel", {0, added.topic(), key.value});
  added.start();
  pool_.report(*multiplexer);
  return true;
}

void ChannelOpener::end(ChannelId id) {
  auto channel = channels_.take(id);
  if (channel == nullptr) return;
  evidence_.readClock(channel->lastCommit());  // it may have been the only one to bring anything
  handovers_.onGone(id);
  context_.recorder.decide("close", "over, or not wanted",
                           {channel->multiplexer().connection().id().value, channel->topic()});
  channel->end();
  pool_.report(channel->multiplexer());
  context_.turns.deferredDelete(std::move(channel));
}

}  // namespace switchboard
