#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "base/containers/vector.h"
#include "base/ids.h"
#include "timing/context.h"

namespace switchboard {

struct OwnPresenceOptions {
  /// The server closes a channel with its sixth call in 30 s (protocol.md §12.1). The window is longer by what two
  /// calls may take longer or shorter to get there.
  unsigned maxCalls = 5;
  Duration window{32'000};
  /// So many calls of a window go out as soon as they are due; the others this far apart, so that a payload that
  /// changes all the time is not held back for all of a window.
  unsigned burst = 3;
  Duration spacing{8'000};
  /// How long the payload of a handle that closed stays: the next may be about to be opened.
  Duration linger{5'000};
};

class OwnPresenceDelegate {
 public:
  /// The channel is joined; `payload` is a JSON object.
  virtual void sendTrack(const std::string& payload) = 0;
  virtual void sendUntrack() = 0;

 protected:
  ~OwnPresenceDelegate() = default;
};

/// What the handles of one channel track, of which the server keeps one: the newest payload wins, and when its handle
/// goes, the one before is tracked again. Calls are coalesced: what is called within one entry into the core is one
/// call, what the server has already is none, and all of them stay below the server's limit.
class OwnPresence {
 public:
  OwnPresence(const OwnPresenceOptions& options, Context& context, OwnPresenceDelegate& delegate);
  OwnPresence(const OwnPresence&) = delete;
  OwnPresence& operator=(const OwnPresence&) = delete;

  /// `payload`: a JSON object. It takes the place of what the handle tracked before, and is the newest.
  void track(HandleId handle, std::string payload);
  /// The handle tracks nothing any more.
  void untrack(HandleId handle);
  /// The same; if its payload is the one that counts, it goes after `linger`, unless another is tracked before.
  void onHandleClosed(HandleId handle);

  bool tracksAnything() const { return !entries_.empty(); }

  /// The server's channel is another one now: nothing is tracked there, and no calls are counted.
  void onJoined();
  /// The channel is no longer joined.
  void onLost();

 private:
  struct Entry {
    HandleId handle;
    std::string payload;
  };

  void forget(HandleId handle);
  /// What the server should have; null for nothing.
  const std::string* desired() const { return entries_.empty() ? nullptr : &entries_.back().payload; }
  bool isUpToDate() const;
  void schedule();
  void send();
  TimePoint nextCall() const;

  const OwnPresenceOptions& options_;
  Context& context_;
  OwnPresenceDelegate& delegate_;
  Vector<Entry> entries_;              ///< oldest first
  std::optional<std::string> sent_;    ///< what the server has
  Vector<TimePoint> calls_;            ///< of this join, the last `maxCalls`
  std::optional<HandleId> lingering_;  ///< closed, and its payload is the newest
  Deadline due_;
  Deadline linger_;
  bool joined_ = false;
};

}  // namespace switchboard
