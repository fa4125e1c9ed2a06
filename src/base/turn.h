#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "base/inline_callback.h"
#include "base/vector.h"

namespace switchboard {

/// One entry into the core from outside (a command, a timer, a transport event). Whatever it causes is committed first;
/// what the outside is to be told goes out once, when the outermost turn ends.
///
/// Also the place where objects die that may be on the call stack: `deferredDelete` keeps them until the turn is over.
class Turns {
 public:
  /// `onEnd` runs at the end of each outermost turn, still inside it: entries it causes are nested and don't end turns
  /// of their own.
  explicit Turns(InlineCallback<void()> onEnd) : onEnd_(onEnd) {}
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;

  /// Destroys `object` when the outermost turn ends, or at once outside of turns.
  template <class T>
  void deferredDelete(std::unique_ptr<T> object) {
    if (depth_ == 0) return;
    deferred_.emplace_back(object.release(), [](void* p) { delete static_cast<T*>(p); });
  }

  /// Whether one is going on.
  bool active() const { return depth_ > 0; }
  /// Another number for each entry, nested ones too: what is looked up once for each can be told by it.
  std::uint64_t entry() const { return entry_; }

 private:
  friend class Turn;

  void end() {
    if (depth_ == 1) onEnd_();
    --depth_;
    if (depth_ == 0) {
      auto deferred = std::move(deferred_);
      deferred_.clear();
    }
  }

  InlineCallback<void()> onEnd_;
  Vector<std::unique_ptr<void, void (*)(void*)>> deferred_;
  std::uint64_t entry_ = 0;
  int depth_ = 0;
};

/// Scope of one entry.
class Turn {
 public:
  explicit Turn(Turns& turns) : turns_(turns) {
    ++turns_.depth_;
    ++turns_.entry_;
  }
  ~Turn() { turns_.end(); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  Turns& turns_;
};

}  // namespace switchboard
