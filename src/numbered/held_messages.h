#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/containers/vector.h"

namespace switchboard {

/// A message that waits for the ones before it.
struct HeldMessage {
  std::string epoch;
  std::uint64_t number = 0;
  std::string text;
};

/// Messages that came before their turn, in ascending order, up to a number of bytes. It is no loss to drop one of
/// them: the database still has it.
class HeldMessages {
 public:
  explicit HeldMessages(std::size_t maxBytes) : maxBytes_(maxBytes) {}

  /// False when a message, this one or one with a higher number, was dropped for lack of room. A message that is held
  /// already is not held again.
  bool hold(std::string_view epoch, std::uint64_t number, std::string_view text);
  /// Takes the message out; null when it is not held.
  std::unique_ptr<HeldMessage> take(std::string_view epoch, std::uint64_t number);
  /// Drops what is of another epoch, or not above `number`.
  void keep(std::string_view epoch, std::uint64_t number);
  /// Drops what is of this epoch and not above `number`.
  void dropUpTo(std::string_view epoch, std::uint64_t number);
  /// The lowest and the highest number held of the epoch; 0 when none is.
  std::uint64_t lowest(std::string_view epoch) const;
  std::uint64_t highest(std::string_view epoch) const;
  void clear();
  const Vector<std::unique_ptr<HeldMessage>>& messages() const { return messages_; }
  std::size_t size() const { return messages_.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  std::size_t costOf(const HeldMessage& message) const { return message.epoch.size() + message.text.size(); }
  void drop(std::size_t at);

  const std::size_t maxBytes_;
  Vector<std::unique_ptr<HeldMessage>> messages_;  ///< by number; equal numbers are of different epochs
  std::size_t bytes_ = 0;
};

}  // namespace switchboard
