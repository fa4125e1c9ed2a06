#pragma once

#include <memory>
#include <string>

#include "application/tampering.h"
#include "check/checks.h"
#include "client.h"
#include "network/link.h"
#include "numbered/rpc_desk.h"
#include "rooms/visitor.h"
#include "server/token_mint.h"
#include "world/machine.h"

namespace switchboard::sim {

/// What an application is like for the life of a world.
struct ApplicationTraits {
  bool tokenCallback = false;
  bool staticToken = false;  ///< it begins with a token
  /// Its calendar is set now and then; otherwise it sleeps now and then, in part with a monotonic clock that stops.
  /// With both nobody could know how long a sleep was.
  bool calendarJumps = false;
  bool attended = true;        ///< somebody acts when the server has refused what it should not
  unsigned subscriptions = 8;  ///< it tends to have so many
  ClientOptions client;
};

/// A page with components that come and go, a person in front of it, and an accessToken callback behind it. Owns the
/// client; when that is disposed of, the next one follows.
class Application final : private ClientSink {
 public:
  struct World {
    EventQueue& events;
    Machine& machine;
    MachineTimer& timer;
    Trace& trace;
    SimRandom& random;
    SimRandom& clientRandom;
    Network& network;
    Weather& weather;
    TokenMint& mint;
    Checks& checks;
    WatchList& watched;
    Tampering& tampering;
    SimRandom& roomRandom;
    SimRandom& numberedRandom;
    RpcDesk& rpc;
  };

  Application(World world, ApplicationTraits traits);
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;

  /// Null between two clients.
  const Client* client() const { return disposed_ ? nullptr : client_.get(); }
  /// While it behaves, its callback answers at once with good tokens, and nobody does anything that interrupts.
  void setBehaves(bool behaves) { behaves_ = behaves; }
  /// One of the things that applications and people do.
  void act();
  /// Something that interrupts nothing.
  void actGently();
  /// Something in a room.
  void visit();
  /// The person comes back, perhaps; a token without a callback is renewed.
  void recover();
  /// Does what only a person can, if there is any.
  void attend();
  /// Ends the client for good and checks that it leaves nothing behind.
  void finish();

  /// The machine sleeps and wakes.
  void sleep();
  void takeNetwork(bool down);
  std::uint64_t batches() const { return batches_; }
  std::uint64_t deliveries() const { return deliveries_; }
  std::uint64_t clients() const { return clients_; }

 private:
  void onBatch(const Batch& batch) override;
  void begin();
  void tellWhatIsSo();
  void dispose();
  void afterDispose();
  void subscribe(const Interest& interest, const std::optional<RoadOptions::From>& from = {});
  RoadOptions roadFor(Interest& interest);
  void callRpc(const RpcRequest& request);
  void subscribeSome();
  void unsubscribeOne();
  void unsubscribeAll();
  void setAuth();
  void togglePause();
  void resumeAll();
  void pause(unsigned id, Watched& watched);
  void resume(unsigned id, Watched& watched);
  void reconnectAll();
  void changeUser();
  /// Its token will not be good any more so much later, and only a new one of its own accord will do.
  bool needsToken(Duration ahead = Duration{0}) const;
  void setOnline(bool online);
  void flap();
  void setCalendar();
  void notify(LifecycleEvent event);
  void setHidden(bool hidden);
  void setCached(bool cached);
  void traceStatus(const Batch& batch);
  void actWithinSink();
  void onTokenRequest(std::uint32_t request);
  void answer(std::uint32_t request);
  std::string freshToken();
  bool disturbs() const { return !behaves_; }

  World world_;
  const ApplicationTraits traits_;
  Visitor visitor_;
  std::unique_ptr<Client> client_;
  std::string token_;
  std::string role_{kGrantedRole};  ///< of the tokens that it has now
  unsigned lastId_ = 0;
  std::uint32_t lastRequest_ = 0;     ///< for a token
  std::uint32_t lastOverridden_ = 0;  ///< requests up to this are out of date: a token was set since
  std::uint64_t batches_ = 0;
  std::uint64_t deliveries_ = 0;
  std::uint64_t clients_ = 0;
  bool disposed_ = false;
  bool finished_ = false;
  bool behaves_ = true;
  bool hidden_ = false;
  bool saidOffline_ = false;
  bool cached_ = false;  ///< in the page cache: pagehide, and no pageshow yet
  bool inSink_ = false;
};

}  // namespace switchboard::sim
