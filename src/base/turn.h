#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "base/containers/inline_callback.h"
#include "base/containers/vector.h"

namespace switchboard {

/// Entries into the core from outside: a command, a timer, a transport event. All state changes of an entry are
/// committed first. When the outermost turn ends (`~Turn`), the outside is notified once: here the batch leaves the
/// core.
///
/// `deferredDelete` keeps objects that may be on the call stack until then.
class Turns {
 public:
  /// `onEnd` runs at the end of each outermost turn, still inside it: entries that it causes are nested.
  explicit Turns(InlineCallback<void()> onEnd) : onEnd_(onEnd) {}
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;

  /// Destroys `object` when the outermost turn ends; immediately outside of turns.
  template <class T>
  void deferredDelete(std::unique_ptr<T> object) {
    if (depth_ == 0) return;
    deferred_.emplace_back(object.release(), [](void* p) { delete static_cast<T*>(p); });
  }

  /// Whether a turn is in progress.
  bool active() const { return depth_ > 0; }
  /// Increases with each entry, nested ones included. Tells whether a value was cached in this entry.
  std::uint64_t entry() const { return entry_; }
  /// Increases with each entry that is not nested.
  std::uint64_t outermost() const { return outermost_; }

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
  std::uint64_t outermost_ = 0;
  int depth_ = 0;
};

/// The scope of one entry.
class Turn {
 public:
  explicit Turn(Turns& turns) : turns_(turns) {
    if (turns_.depth_++ == 0) ++turns_.outermost_;
    ++turns_.entry_;
  }
  ~Turn() { turns_.end(); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  Turns& turns_;
};

}  // namespace switchboard
