#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/time.h"
#include "protocol/changes/change.h"

namespace switchboard {

/// The commit of a change that has arrived.
struct Commit {
  std::string stamp;    ///< `commit_timestamp` as the server wrote it
  WallTime at{};        ///< the same, by the database's clock
  TimePoint arrived{};  ///< by this machine's
  Moment sentAfter;     ///< it left the server after this
};

/// Remembers when the last change of a channel was committed. Changes are many and the answer is rarely asked for, so
/// the change itself is kept and only read when it is, or at once where that would be too much to keep.
class LastCommit {
 public:
  void note(const Change& change, TimePoint arrived, const Moment& sentAfter);
  /// Nothing before the first change, and where the last one has no readable time (errors 400 and 401).
  std::optional<Commit> read();
  /// The first one since the server last answered a heartbeat: of all since then it says most of the database's clock.
  const std::optional<Commit>& first() const { return first_; }
  /// The last one that is known to have left the server well before whatever leaves it after `confirmed`.
  std::optional<Commit> readSettled(TimePoint confirmed);

 private:
  std::optional<Commit> commitAt(std::string stamp) const;

  std::unique_ptr<RetainedText> kept_;
  TextSpan data_;  ///< where it is in the text that is kept
  std::string stamp_;
  TimePoint arrived_{};
  std::optional<Moment> sentAfter_;
  std::optional<Commit> first_;
  std::optional<Commit> settled_;
};

}  // namespace switchboard
