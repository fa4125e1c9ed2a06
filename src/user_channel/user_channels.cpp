#include "user_channel/user_channels.h"

#include <algorithm>

#include "base/text.h"
#include "protocol/frames/names.h"

namespace switchboard {

namespace {

constexpr std::size_t kMaxNameBytes = kMaxBinaryFieldBytes - names::kTopicPrefix.size();

/// Above all ids that the application gives.
constexpr std::uint32_t kFirstInner = 0x8000'0000;

std::optional<Error> problemOf(const UserChannelSpec& spec) {
  if (spec.name.empty() || spec.name.size() > kMaxNameBytes) return unusable("name");
  if (spec.replay && !spec.isPrivate) return unusable("replay");
  return std::nullopt;
}

}  // namespace

UserChannels::UserChannels(const UserChannelsOptions& options, Context& context, ConnectionPool& pool,
                           StatusTracker& tracker, DeliveryQueue& deliveries)
    : options_(options),
      context_(context),
      pool_(pool),
      tracker_(tracker),
      deliveries_(deliveries),
      budget_(options.sendsPerSecond, context),
      planAt_(context.deadlines, DeadlineKind::Plan, [this] { plan(); }) {
  pool_.addTenant(*this);
}

UserChannels::~UserChannels() {
  shutDown();
}

UserChannels::Entry::Entry(UserChannels& owner, UserChannelSpec&& spec)
    : channel(std::move(spec), owner.options_.channel, owner.budget_, owner.pool_.version(), owner.context_,
              owner.pool_.tokens(), owner) {}

std::optional<Error> UserChannels::open(HandleId handle, UserChannelSpec&& spec, const HandleOptions& options) {
  if (auto error = problemOf(spec)) return error;
  if (byHandle_.find(handle) != nullptr) return unusable("id");
  const auto entry = entryFor(spec);
  if (!entry) return entry.error();
  UserChannel& channel = entry.value()->channel;
  if (spec.replay) channel.wantReplay(*spec.replay);
  entry.value()->endsAt.reset();
  byHandle_.insert(handle, *entry.value());
  channel.open(handle, options);
  report(channel, handle);
  return std::nullopt;
}

Result<HandleId> UserChannels::openInner(InnerHandle& inner, UserChannelSpec&& spec) {
  const HandleId handle{std::max(kFirstInner, lastInner_.value + 1)};
  lastInner_ = handle;
  inner_.insert(handle, inner);
  const auto error = open(handle, std::move(spec), {});
  if (!error) {
    Entry* entry = byHandle_.find(handle);
    const bool isParked = entry != nullptr && entry->channel.state() == SubscriptionState::Parked;
    if (isParked) entry->channel.retryNow();
    return handle;
  }
  inner_.erase(handle);
  return *error;
}

/// The one that the handle can share, or a new one. One that nobody uses makes room for it. A handle without a key
/// shares the oldest: newer ones may still wait for a socket of their own.
Result<UserChannels::Entry*> UserChannels::entryFor(UserChannelSpec& spec) {
  Entry* shared = nullptr;
  for (std::size_t i = entries_.size(); i-- > 0;) {
    UserChannel& channel = entries_[i]->channel;
    if (channel.spec().name != spec.name) continue;
    const bool isSameKind = channel.spec().isPrivate == spec.isPrivate;
    if (isSameKind && channel.takePresenceKey(spec.presenceKey)) {
      shared = entries_[i].get();
      if (!spec.presenceKey.empty()) break;
    } else if (!channel.isUsed()) {
      end(i);
    } else if (!isSameKind) {
      return invalidOption("private", "The channel is open as a private and as a public one: close one of them first.");
    }
  }
  if (shared != nullptr) return shared;
  return entries_.emplace_back(std::make_unique<Entry>(*this, std::move(spec))).get();
}

void UserChannels::close(HandleId handle) {
  Entry* entry = byHandle_.find(handle);
  if (entry == nullptr) return;
  byHandle_.erase(handle);
  if (kFollowsNumbers) inner_.erase(handle);
  entry->channel.close(handle);
  deliveries_.forget(handle);
  tracker_.remove(handle);
  for (auto& gap : gaps_) gap.handles.remove(handle);
  if (entry->channel.isUsed()) return;
  // A join that has not gone out yet would be for nobody, and would not ask for what the next handle wants.
  const Duration linger = entry->channel.isQueued() ? Duration{0} : options_.linger;
  entry->endsAt = context_.now() + linger;
  planAt_.setWithin(linger);
}

void UserChannels::watchPresence(HandleId handle) {
  if (Entry* entry = byHandle_.find(handle)) entry->channel.watchPresence(handle);
}

bool UserChannels::push(Push&& push) {
  Entry* entry = byHandle_.find(push.handle);
  const PushId id = push.id;
  pushing_ = id;
  if (entry == nullptr) {
    onUserPushDone(id, PushOutcome::Ended, "The handle is closed, or was refused: its status says why.");
  } else if (const auto error = entry->channel.send(std::move(push))) {
    onUserPushDone(id, PushOutcome::Invalid, error->message);
  }
  return std::exchange(pushing_, PushId{}) != id;
}

void UserChannels::track(HandleId handle, std::string payload) {
  if (Entry* entry = byHandle_.find(handle)) entry->channel.track(handle, std::move(payload));
}

void UserChannels::untrack(HandleId handle) {
  if (Entry* entry = byHandle_.find(handle)) entry->channel.untrack(handle);
}

void UserChannels::retryAll() {
  for (const auto& entry : entries_) entry->channel.retryNow();
}

void UserChannels::shutDown() {
  if (std::exchange(shutDown_, true)) return;
  planAt_.cancel();
  while (!entries_.empty()) end(entries_.size() - 1);
}

void UserChannels::end(std::size_t at) {
  auto entry = std::move(entries_[at]);
  entries_.erase(entries_.begin() + at);
  Multiplexer* socket = entry->channel.socket();
  entry->channel.end();
  if (socket != nullptr) pool_.report(*socket);
  context_.turns.deferredDelete(std::move(entry));
}

/// Those that have lingered, or have lost their socket meanwhile.
void UserChannels::endUnused() {
  for (std::size_t i = entries_.size(); i-- > 0;) {
    const Entry& entry = *entries_[i];
    if (!entry.endsAt) continue;
    if (*entry.endsAt <= context_.now() || entry.channel.socket() == nullptr) {
      end(i);
    } else {
      planAt_.setWithin(*entry.endsAt - context_.now());
    }
  }
}

void UserChannels::plan() {
  planAtTurnEnd_ = false;
  planAt_.cancel();
  if (shutDown_) return;
  endUnused();
  if (pool_.isSuspended()) return;
  pool_.setNeeded(*this, needsSocket());
  const bool allPlaced = placeDue();
  pool_.setMoreNeeded(*this, !allPlaced);
  const auto outOfReachAt = pool_.nextOutOfReach();
  if (!allPlaced && outOfReachAt) planAt_.setWithin(*outOfReachAt - context_.now());
  updateWaiting();
}

/// Anything but what is parked, so that a channel that waits for its retry finds the connection open.
bool UserChannels::needsSocket() const {
  return std::any_of(entries_.begin(), entries_.end(), [](const auto& entry) {
    return entry->channel.isUsed() && entry->channel.state() != SubscriptionState::Parked;
  });
}

bool UserChannels::placeDue() {
  bool allPlaced = true;
  for (const auto& entry : entries_) {
    UserChannel& channel = entry->channel;
    if (!channel.isDue()) continue;
    if (Multiplexer* socket = pool_.place(channel.isRisky(), channel.topic())) {
      channel.joinOn(*socket);
      pool_.report(*socket);
    } else {
      allPlaced = false;
    }
  }
  return allPlaced;
}

void UserChannels::updateWaiting() {
  if (shutDown_ || pool_.empty()) return;
  for (const auto& entry : entries_) {
    UserChannel& channel = entry->channel;
    if (channel.state() != SubscriptionState::Pending) continue;
    SocketWait wait = pool_.waitFor(channel.isDue(), channel.topic());
    channel.wait(std::move(wait.cause), wait.until);
  }
}

void UserChannels::onSocketState(Multiplexer& socket) {
  const bool isOpen = socket.connection().isOpen();
  for (const auto& entry : entries_) {
    UserChannel& channel = entry->channel;
    if (!isOpen && channel.isQueued() && channel.socket() == &socket) channel.recall(socket.connection().cause());
  }
  if (isOpen || pool_.isOutOfReach(socket)) planSoon();
  updateWaiting();
}

bool UserChannels::carriesLive(const Multiplexer& socket) const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [&](const auto& entry) { return entry->channel.isLive() && entry->channel.socket() == &socket; });
}

void UserChannels::onTokenChanged() {
  for (const auto& entry : entries_) entry->channel.onTokenChanged();
}

void UserChannels::report(const UserChannel& channel, HandleId handle) {
  if (InnerHandle* inner = findInner(handle)) return inner->onHandleState(channel);
  SubscriptionStatus status;
  status.id = handle;
  status.state = channel.state();
  status.since = channel.since();
  status.attempts = channel.attempts();
  status.nextRetryAt = channel.nextTryAt();
  status.code = channel.cause().code;
  status.message = channel.cause().message;
  status.retryable = channel.state() != SubscriptionState::Parked;
  status.isChannel = true;
  status.presenceKey = channel.presenceKey();
  tracker_.set(std::move(status));
}

void UserChannels::onUserChannelDue(UserChannel& /*channel*/) {
  planSoon();
}

void UserChannels::onUserChannelState(UserChannel& channel) {
  if (channel.isLive()) pool_.confirm(*channel.socket());
  if (channel.state() == SubscriptionState::Parked) planSoon();
  const Vector<HandleId> handles = channel.handles();  // an inner one may be closed meanwhile
  for (const auto handle : handles) report(channel, handle);
}

/// Returns those that are not inner ones, which get only what the server sent: what the application itself sends says
/// nothing of the database. They get no replays either: the server writes their numbers again, as doubles.
Vector<HandleId> UserChannels::passInner(const Broadcast& broadcast, const Vector<HandleId>& all, bool isLive) {
  const Vector<HandleId> handles = all;  // an inner one may be closed meanwhile
  Vector<HandleId> others;
  for (const auto handle : handles) {
    if (InnerHandle* inner = findInner(handle)) {
      const bool isForInner = isLive && broadcast.encoding == PayloadEncoding::JsonText;
      if (isForInner) inner->onHandleBroadcast(broadcast.event, broadcast.payload);
    } else if (handle.value < kFirstInner) {
      others.push_back(handle);
    }
  }
  return others;
}

void UserChannels::onUserGap(UserChannelGap gap) {
  if (kFollowsNumbers) gap.handles.removeIf([](HandleId handle) { return handle.value >= kFirstInner; });
  if (!gap.handles.empty()) gaps_.push_back(std::move(gap));
}

void UserChannels::onUserBroadcast(const Broadcast& broadcast, const BroadcastMeta& meta, const Vector<HandleId>& all,
                                   bool isInbound) {
  const bool hasInner = kFollowsNumbers && inner_.size() > 0;
  const bool isLive = isInbound && !meta.replayed;
  const Vector<HandleId> others = hasInner ? passInner(broadcast, all, isLive) : Vector<HandleId>();
  const auto& handles = hasInner ? others : all;
  if (handles.empty()) return;
  Delivery& delivery = deliveries_.add();
  delivery.kind = broadcast.encoding == PayloadEncoding::Bytes ? DeliveryKind::Bytes : DeliveryKind::Broadcast;
  delivery.subscribers = handles;
  delivery.count = meta.replayed ? 1 : 0;
  delivery.append(broadcast.event);
  delivery.append(meta.id);
  if (isInbound) {
    delivery.payload = broadcast.payload;
  } else {
    delivery.append(broadcast.payload);
  }
}

/// What happens to several keys in one turn is one delivery.
void UserChannels::onUserPresence(const PresenceChange* change, const Vector<HandleId>& handles) {
  Delivery* delivery = deliveries_.last();
  if (delivery == nullptr || delivery->kind != DeliveryKind::Presence || !(delivery->subscribers == handles)) {
    delivery = &deliveries_.add();
    delivery->kind = DeliveryKind::Presence;
    delivery->subscribers = handles;
    delivery->count = 0;
  }
  if (change == nullptr) return;
  ++delivery->count;
  const char kind = static_cast<char>('0' + static_cast<int>(change->kind));
  delivery->append(concat({{&kind, 1}, change->key}));
  delivery->append(change->metas);
}

void UserChannels::onUserPushDone(PushId id, PushOutcome outcome, std::string_view message) {
  if (outcome == PushOutcome::Ok && id == pushing_) {
    pushing_ = {};
  } else {
    results_.push_back({id, outcome, std::string(message)});
  }
}

}  // namespace switchboard
