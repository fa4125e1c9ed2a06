#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "network/frames.h"
#include "platform/transport.h"
#include "world/event_queue.h"
#include "world/machine.h"
#include "world/sim_random.h"
#include "world/trace.h"

namespace switchboard::sim {

class Link;

/// What becomes of a handshake.
struct Handshake {
  enum class Outcome : unsigned char { Accept, Refuse, Hang };
  Outcome outcome = Outcome::Accept;
  Duration delay{0};
};

/// The server's end of all links.
class ServerPort {
 public:
  virtual Handshake onHandshake(Link& link) = 0;
  virtual void onAccepted(Link& link) = 0;
  virtual void onClientFrame(Link& link, const Json& frame) = 0;
  /// The client has closed the link, or it broke.
  virtual void onClientGone(Link& link) = 0;

 protected:
  ~ServerPort() = default;
};

/// Sees what passes at the client's end, at the moment at which it does.
class WireObserver {
 public:
  virtual void onOpened(Link& link) = 0;
  virtual void onSent(Link& link, const Json& frame) = 0;
  /// Before the client gets it.
  virtual void onReceived(Link& link, const DownFrame& frame) = 0;
  /// The client has let go of the link or heard of its end.
  virtual void onEnded(Link& link) = 0;

 protected:
  ~WireObserver() = default;
};

/// How long frames take, at present.
struct Weather {
  Duration latency{20};  ///< one way
  Duration jitter{10};   ///< added at random
  bool down = false;     ///< new sockets reach nobody
};

struct LinkContext {
  EventQueue& events;
  Machine& machine;
  Trace& trace;
  SimRandom& random;
  Weather& weather;
  ServerPort& server;
  WireObserver& observer;
};

/// One socket: two queues that keep their order, each frame delayed by the weather. It can go half-open: then one or
/// both directions carry nothing any more and nobody is notified.
class Link : public std::enable_shared_from_this<Link> {
 public:
  Link(unsigned id, Version version, LinkContext& context, TransportEvents& client);

  unsigned id() const { return id_; }
  /// Who opened it; null once released.
  const TransportEvents* client() const { return client_; }
  Version version() const { return version_; }
  bool released() const { return client_ == nullptr; }
  /// What the server sends now arrives.
  bool reachesClient() const { return open_ && !released() && !dropDown_; }
  /// What the client sends now arrives, if the server still has the link.
  bool reachesServer() const { return !dropUp_; }
  bool isOpen() const { return open_; }

  void dial();
  /// By the server.
  void send(DownFrame frame);
  void close(int code, std::string_view reason);
  /// By fate.
  void goHalfOpen(bool up, bool down);
  /// The connection breaks, and both ends notice.
  void cut();

  // The client's end.
  void sendUp(std::string_view text);
  void sendBytesUp(std::string_view bytes);
  void closeUp();
  void release();

 private:
  Duration arrival(Duration& free);
  void sendFrameUp(Json frame);
  void deliver();
  void leaveServer();

  unsigned id_;
  Version version_;
  LinkContext& context_;
  TransportEvents* client_;
  std::deque<DownFrame> down_;
  Duration upFree_{0};
  Duration downFree_{0};
  bool open_ = false;      ///< at the client's end
  bool atServer_ = false;  ///< the server has accepted it and not seen it end
  bool dropUp_ = false;
  bool dropDown_ = false;
  bool ended_ = false;
};

/// Makes links.
class Network final : public TransportFactory {
 public:
  explicit Network(LinkContext context) : context_(context) {}

  std::unique_ptr<Transport> open(const std::string& url, TransportEvents& events) override;
  /// Those which the client has not let go of.
  std::vector<std::shared_ptr<Link>> links();
  unsigned opened() const { return lastId_; }

 private:
  LinkContext context_;
  std::vector<std::weak_ptr<Link>> links_;
  unsigned lastId_ = 0;
};

}  // namespace switchboard::sim
