#include "rooms/visitor.h"

#include <iterator>

namespace switchboard::sim {

void Visitor::act(Client& client) {
  const auto& handles = book_.handles();
  const auto what = random_.below(100);
  if (handles.empty() || (what < 20 && handles.size() < 8)) {
    open(client);
    return;
  }
  auto it = handles.begin();
  std::advance(it, static_cast<std::ptrdiff_t>(random_.below(handles.size())));
  const unsigned id = it->first;
  const unsigned generation = book_.generation();
  if (what < 35) {
    close(client, id);
    if (random_.chance(25) && generation == book_.generation()) open(client);
  } else if (what < 40) {
    book_.onWatch(id);
    client.watchPresence(HandleId{id});
  } else if (what < 65) {
    track(client, id);
  } else {
    for (unsigned i = random_.chance(15) ? random_.between(2u, 30u) : 1; i > 0; --i) {
      if (generation == book_.generation() && handles.count(id) != 0) push(client, id);
    }
  }
}

void Visitor::open(Client& client) {
  const unsigned id = ++lastHandle_;
  const auto& place = random_.pick(book_.traits().places);
  const HandleOptions options{random_.chance(40), random_.chance(50)};
  UserChannelSpec spec{place.name, place.key, place.isPrivate, {}};
  trace_.add(events_.now(), "open", id, place.name, place.key);
  book_.onOpen(id, place, options);
  if (client.openChannel(HandleId{id}, std::move(spec), options)) book_.onRefused(id);
}

void Visitor::close(Client& client, unsigned id) {
  trace_.add(events_.now(), "close handle", id);
  book_.onClose(id);
  client.closeChannel(HandleId{id});
}

void Visitor::push(Client& client, unsigned id) {
  Push push{PushId{++lastPush_}, HandleId{id}, "e"};
  push.payload = R"({"p":)" + std::to_string(lastPush_) + "}";
  push.ack = random_.chance(60);
  push.timeout = random_.between(Duration{500}, Duration{20'000});
  if (random_.chance(30)) push.every = random_.between(Duration{50}, Duration{2'000});
  if (book_.traits().bytes && random_.chance(30)) push.encoding = PayloadEncoding::Bytes;
  trace_.add(events_.now(), "push", lastPush_, id);
  book_.onPush(push);
  const PushId number = push.id;  // others may be sent meanwhile, from within the sink
  if (client.push(std::move(push))) book_.onSentAtOnce(number);
}

void Visitor::track(Client& client, unsigned id) {
  if (random_.chance(25)) {
    trace_.add(events_.now(), "untrack", id);
    book_.onTrack(id, {});
    client.untrack(HandleId{id});
    return;
  }
  std::string payload = R"({"t":)" + std::to_string(++lastTracked_) + "}";
  trace_.add(events_.now(), "track", id, payload);
  book_.onTrack(id, payload);
  client.track(HandleId{id}, std::move(payload));
}

}  // namespace switchboard::sim
