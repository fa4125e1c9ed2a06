#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "network/link.h"
#include "numbered/change_log.h"
#include "numbered/number_book.h"
#include "server/mood.h"
#include "server/token_mint.h"
#include "world/machine.h"
#include "world/trace.h"

namespace switchboard::sim {

/// Carries calls of `switchboard_changes` to the database and back, over a way of its own, and in trouble badly.
class RpcDesk {
 public:
  /// Nothing: the call has failed.
  using Return = std::function<void(const std::optional<std::string>& answer)>;

  struct World {
    EventQueue& events;
    const Machine& machine;
    Trace& trace;
    SimRandom& random;
    const Weather& weather;
    const Mood& mood;
    const TokenMint& mint;
    const ChangeLog& log;
    NumberBook& book;
  };

  explicit RpcDesk(World world) : world_(world) {}

  void call(const RpcRequest& request, const std::string& token, Return done);
  std::uint64_t calls() const { return calls_; }

 private:
  /// What is wrong with an answer.
  enum class Fault : unsigned char { None, Fails, Hangs, Late, Stale, Cut, Few, Empty, Refused, NotTracked };

  Fault anyFault();
  bool mayLag(const std::string& topic) const;
  void atServer(const RpcRequest& request, const std::string& token, Fault fault, const Return& done);
  void answer(const RpcRequest& request, std::optional<std::string> text, Duration delay, const Return& done);
  void bring(const std::function<void()>& action);
  Duration oneWay();

  World world_;
  std::uint64_t calls_ = 0;
};

}  // namespace switchboard::sim
