#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/containers/inline_callback.h"
#include "base/containers/vector.h"
#include "base/ids.h"
#include "broadcast/send_budget.h"
#include "protocol/frames/binary_frame.h"
#include "timing/context.h"

namespace switchboard {

/// A broadcast on its way out.
struct Push {
  PushId id{};
  HandleId handle{};
  std::string event{};
  std::string metadata{};  ///< a JSON object or empty
  std::string payload{};
  PayloadEncoding encoding = PayloadEncoding::JsonText;
  bool ack = false;          ///< done when the server has answered, not when it is sent
  Duration timeout{10'000};  ///< until it is done; of a conflated one, from when its pace lets it go out
  /// Above 0: of one handle's pushes of this event only the newest goes out, at most one in this time. None of them
  /// has an outcome.
  Duration every{0};
};

/// How a push ended.
enum class PushOutcome : unsigned char {
  Ok,        ///< Sent, or answered where that was asked for.
  TimedOut,  ///< Not joined, or not answered, within its time.
  Refused,   ///< The server answered with an error.
  Lost,      ///< The connection or the channel went before the answer; it may have been delivered.
  Full,      ///< Too much waits already.
  Ended,     ///< Its handle or channel was closed before it was sent.
  Invalid,   ///< It can't ever be sent as it is.
};

std::string_view toString(PushOutcome outcome);

class PushQueueDelegate {
 public:
  /// Sends the push now. Returns its ref; nothing when it could not be sent.
  virtual std::optional<std::string> transmit(const Push& push) = 0;
  /// The push is on its way to everybody: it was sent or, with `ack`, the server has taken it.
  virtual void onPushTaken(const Push& push) = 0;
  /// Once for each push that is not conflated. `message`: for people; empty for Ok.
  virtual void onPushDone(PushId id, PushOutcome outcome, std::string_view message) = 0;

 protected:
  ~PushQueueDelegate() = default;
};

struct PushQueueOptions {
  std::size_t maxWaiting = 100;
  std::size_t maxWaitingBytes = 5'000'000;  ///< of payloads
};

/// What one channel sends: at once when it is joined and the budget allows it, else in its turn. Nothing is ever sent
/// twice: what was sent before an interruption is not sent again after it.
class PushQueue {
 public:
  PushQueue(const PushQueueOptions& options, SendBudget& budget, Context& context, PushQueueDelegate& delegate);
  PushQueue(const PushQueue&) = delete;
  PushQueue& operator=(const PushQueue&) = delete;

  /// The delegate may be called before this returns, as by all others.
  void send(Push&& push);
  void onJoined();
  /// Sends nothing until `onJoined`. False while the answer to what was sent last may still come, for a few seconds at
  /// most.
  bool pause();
  /// The channel is no longer joined; answers that are still to come won't.
  void onLost();
  /// The answer to what was sent under this ref. `reason`: of an error. False when nobody waits for it.
  bool onReply(std::string_view ref, bool ok, std::string_view reason);
  /// What the handle has not yet sent ends; answers are still waited for.
  void onHandleClosed(HandleId handle);

  /// The channel ends for good.
  void close();

  std::size_t waiting() const;

 private:
  struct Entry {
    Push push;
    TimePoint expiresAt;
    TimePoint notBefore;  ///< of conflated ones
    std::string ref{};    ///< of what is sent: its answer is to come, or, conflated, the next waits for its time

    bool waits() const { return ref.empty(); }
    bool isConflated() const { return push.every > Duration{0}; }
    bool isUnanswered() const { return !waits() && !isConflated(); }
  };

  Entry* conflatedWith(const Push& push);
  bool isFullFor(const Push& push) const;
  void pump();
  bool transmit(Entry& entry);
  void advance();
  void endWhere(InlineCallback<void(const Entry&, bool& isOver)> test, PushOutcome outcome, std::string_view message);
  void schedule();
  void done(const Push& push, PushOutcome outcome, std::string_view message);

  const PushQueueOptions& options_;
  SendBudget& budget_;
  Context& context_;
  PushQueueDelegate& delegate_;
  Vector<std::unique_ptr<Entry>> entries_;  ///< oldest first
  Deadline due_;
  std::string lastRef_;   ///< of what was sent last; empty when it is answered
  TimePoint answerBy_{};  ///< of that
  bool joined_ = false;
};

}  // namespace switchboard
