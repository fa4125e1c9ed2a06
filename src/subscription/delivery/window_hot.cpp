#include <algorithm>
#include <utility>

#include "subscription/delivery/window.h"

namespace switchboard {

Window::Window(DeliverySpec spec, std::size_t maxBytes, Context& context, DeliveryQueue& out, WindowDelegate& delegate)
    : spec_(std::move(spec)),
      maxBytes_(maxBytes),
      out_(out),
      delegate_(delegate),
      held_(spec_, out.columnLists()),
      schedule_(spec_, held_, context, [this] { flush(); }) {}

bool Window::has(SubscriptionId id) const {
  return std::find(subscribers_.begin(), subscribers_.end(), id) != subscribers_.end();
}

void Window::push(const Change& change) {
  const bool first = held_.empty();
  held_.add(change);
  if (held_.bytes() > maxBytes_) {
    held_.clear();
    delegate_.onWindowOverflow(subscribers_, held_.firstCommit(), change);
  }
  if (!paused_) schedule_.onChange(first);
}

void Window::pause() {
  paused_ = true;
  schedule_.stop();
}

void Window::flush() {
  if (held_.empty()) return;
  const std::size_t conflated = held_.conflated();
  if (conflated > 0) delegate_.onConflated(conflated, subscribers_.size());
  if (conflated == held_.count()) {  // all of it cancelled out
    held_.clear();
    return;
  }
  Delivery& delivery = out_.add();
  delivery.subscribers = subscribers_;
  held_.takeInto(delivery);
}

}  // namespace switchboard
