#include "numbered/held_messages.h"

#include <utility>

namespace switchboard {

bool HeldMessages::hold(std::string_view epoch, std::uint64_t number, std::string_view text) {
  std::size_t at = messages_.size();
  for (; at > 0 && messages_[at - 1]->number >= number; --at) {
    if (messages_[at - 1]->number == number && messages_[at - 1]->epoch == epoch) return true;
  }
  auto message = std::make_unique<HeldMessage>(HeldMessage{std::string(epoch), number, std::string(text)});
  bytes_ += costOf(*message);
  messages_.insert(messages_.begin() + at, std::move(message));
  bool all = true;
  for (; bytes_ > maxBytes_ && !messages_.empty(); all = false) drop(messages_.size() - 1);
  return all;
}

std::unique_ptr<HeldMessage> HeldMessages::take(std::string_view epoch, std::uint64_t number) {
  for (std::size_t at = 0; at < messages_.size() && messages_[at]->number <= number; ++at) {
    if (messages_[at]->number != number || messages_[at]->epoch != epoch) continue;
    auto message = std::move(messages_[at]);
    bytes_ -= costOf(*message);
    messages_.erase(messages_.begin() + at);
    return message;
  }
  return nullptr;
}

void HeldMessages::keep(std::string_view epoch, std::uint64_t number) {
  for (std::size_t at = messages_.size(); at-- > 0;) {
    if (messages_[at]->epoch != epoch || messages_[at]->number <= number) drop(at);
  }
}

void HeldMessages::dropUpTo(std::string_view epoch, std::uint64_t number) {
  for (std::size_t at = 0; at < messages_.size() && messages_[at]->number <= number;) {
    if (messages_[at]->epoch == epoch) {
      drop(at);
    } else {
      ++at;
    }
  }
}

std::uint64_t HeldMessages::lowest(std::string_view epoch) const {
  for (const auto& message : messages_) {
    if (message->epoch == epoch) return message->number;
  }
  return 0;
}

std::uint64_t HeldMessages::highest(std::string_view epoch) const {
  for (std::size_t at = messages_.size(); at-- > 0;) {
    if (messages_[at]->epoch == epoch) return messages_[at]->number;
  }
  return 0;
}

void HeldMessages::clear() {
  messages_.clear();
  bytes_ = 0;
}

void HeldMessages::drop(std::size_t at) {
  bytes_ -= costOf(*messages_[at]);
  messages_.erase(messages_.begin() + at);
}

}  // namespace switchboard
