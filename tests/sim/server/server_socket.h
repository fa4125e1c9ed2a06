#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "network/link.h"
#include "numbered/change_log.h"
#include "rooms/rooms.h"
#include "server/mood.h"
#include "server/tables.h"
#include "server/token_mint.h"

namespace switchboard::sim {

struct ServerBinding {
  Interest interest;
  unsigned id = 0;
};

/// A channel as the server knows it.
struct ServerChannel {
  unsigned serial = 0;  ///< no other has the same
  std::string topic;
  std::string joinRef;
  std::string token;
  std::vector<ServerBinding> bindings;
  bool poisoned = false;
  bool announced = false;          ///< changes have been announced
  bool flowing = false;            ///< changes are sent
  Duration droppedAt{0};           ///< since when they are not, after they were
  std::optional<LossSpan> loss{};  ///< they are sent again since, which is yet to be announced
  unsigned renewals = 0;           ///< re-subscriptions that were begun
  // Of rooms.
  Duration joinedAt{0};
  bool hasPresence = false;      ///< the join asked for presence
  std::string key;               ///< of its presence
  std::string ref;               ///< of what it tracks; empty: nothing
  Json tracked;                  ///< without refs
  std::deque<Duration> calls{};  ///< of presence
};

/// What the sockets of a server share.
struct ServerContext {
  EventQueue& events;
  Trace& trace;
  SimRandom& random;
  TokenMint& mint;
  const Mood& mood;
  const ServerTraits& traits;
  Rooms& rooms;
  /// Null in worlds without tracked tables.
  const ChangeLog* log = nullptr;
  /// Hands a client's broadcast to the other channels of the topic.
  std::function<void(const std::string& topic, const std::string& payload, unsigned sender)> relay{};
  unsigned lastSerial = 0;
};

/// The transport process of one socket and the channels behind it. It takes frames of the client and of its channels
/// one by one, and while it runs a join it takes none (protocol.md §3.2).
class ServerSocket {
 public:
  ServerSocket(std::shared_ptr<Link> link, ServerContext& context);
  ServerSocket(const ServerSocket&) = delete;
  ServerSocket& operator=(const ServerSocket&) = delete;

  Link& link() { return *link_; }
  bool ended() const { return ended_; }
  const std::map<std::string, ServerChannel>& channels() const { return channels_; }

  void onClientFrame(const Json& frame);
  /// The client is gone.
  void end();
  /// Closes the socket from this side.
  void close(int code);
  /// Takes nothing for a while.
  void freeze(Duration span);
  /// From outside the channels: garbage, or frames that belong nowhere.
  void inject(DownFrame frame) { post(std::move(frame)); }

  /// Sends a broadcast on its channel of the topic, if it has one other than `except`; returns that.
  const ServerChannel* broadcast(const std::string& topic, const std::string& payload, const std::string& id,
                                 unsigned except = 0);
  /// Sends a broadcast of the database likewise.
  void publish(const std::string& topic, std::string_view event, const std::string& payload, Duration delay);
  /// Sends a frame with presence on its channel of the topic, if that has asked for it.
  void presence(const std::string& topic, std::string_view event, const Json& payload);

  /// Sends the change on every channel that wants it, unless it is lost; tells which those are.
  void dispatch(const TableChange& change, bool lost, std::set<std::pair<unsigned, std::string>>& channels);
  // The topic comes by value: it may be the key of what is taken out.
  /// `system` error and `phx_close`, in one of the orders in which a network of processes may put them, perhaps twice.
  void shutDown(std::string topic, const std::string& message);
  /// The channel's process crashes.
  void crash(std::string topic);
  /// `phx_close` without a word.
  void closeChannel(std::string topic);
  /// The server subscribes the channel's bindings once more; with `gap`, changes in between are lost.
  void resubscribe(const std::string& topic, bool gap);

 private:
  using Item = std::variant<Json, DownFrame>;

  void post(DownFrame frame);
  void postSoon(DownFrame frame);
  void pump();
  void take(const Json& frame);
  void reply(const Json& frame, bool ok, const Json& response, Mark mark);
  void beginJoin(const Json& frame);
  /// Why the join is refused; empty when it isn't.
  std::string refusalOf(const Json& frame);
  void endEarlier(const std::string& topic);
  void finishJoin(const Json& frame, const std::string& refusal);
  void announce(unsigned serial, const std::string& topic);
  void subscribed(unsigned serial, const std::string& topic);
  void sayLive(unsigned serial, const std::string& topic);
  void enterRoom(ServerChannel& channel, const Json& config);
  void replay(const ServerChannel& channel, const Json& replay);
  DownFrame broadcastFrame(const std::string& topic, const std::string& payload, const std::string& id, bool replayed);
  DownFrame numberedFrame(const std::string& topic, std::string_view event, const std::string& payload, bool replayed);
  /// Why the token's role may not read the topic; empty when it may, or need not be asked.
  std::string topicRefusal(const std::string& topic, const std::string& token) const;
  void takePresence(const Json& frame);
  void takeBroadcast(const Json& frame);
  void drop(std::map<std::string, ServerChannel>::iterator channel);
  void leave(const Json& frame);
  void takeToken(const Json& frame);
  void watchExpiry(const ServerChannel& channel);
  ServerChannel* find(const std::string& topic, unsigned serial);
  DownFrame system(const ServerChannel& channel, std::string_view extension, bool ok, std::string_view message,
                   Mark mark) const;
  DownFrame ending(const ServerChannel& channel, std::string_view event) const;
  void watchIdle();
  void later(Duration delay, std::function<void(ServerSocket&)> action);

  std::shared_ptr<Link> link_;
  ServerContext& context_;
  std::deque<Item> mailbox_;
  std::map<std::string, ServerChannel> channels_;
  Duration lastData_;
  Duration busyUntil_{0};
  bool joining_ = false;
  bool ended_ = false;
  /// Outlives it in what is scheduled.
  std::shared_ptr<ServerSocket*> self_;
};

}  // namespace switchboard::sim
