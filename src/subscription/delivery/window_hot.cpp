#include "subscription/delivery/window.h"

#include <algorithm>
#include <utility>

#include "subscription/delivery/batch_text.h"

namespace switchboard {

namespace {

/// The next multiple of `grid` after `time`.
TimePoint nextOnGrid(TimePoint time, Duration grid) {
  const Duration sinceStart = time.time_since_epoch();
  return TimePoint((sinceStart / grid + 1) * grid);
}

}  // namespace

Window::Window(DeliverySpec config, std::size_t maxBytes, Context& context, DeliveryQueue& out,
               WindowDelegate& delegate)
    : config_(std::move(config)),
      maxBytes_(maxBytes),
      context_(context),
      out_(out),
      delegate_(delegate),
      due_(context.deadlines, DeadlineKind::Window, [this] { onDue(); }),
      rows_(config_.key, out.columnLists(), config_.keepDeletes) {}

void Window::remove(SubscriptionId id) {
  subscribers_.remove(id);
}

bool Window::has(SubscriptionId id) const {
  return std::find(subscribers_.begin(), subscribers_.end(), id) != subscribers_.end();
}

void Window::push(const Change& change) {
  const bool first = !holds();
  collect(change);
  lastAt_ = context_.now();
  if (first) firstAt_ = lastAt_;
  if (!paused_) schedule(first);
}

void Window::collect(const Change& change) {
  ++count_;
  if (!config_.payload) return;
  if (count_ == 1) firstCommit_ = commitTimestamp(change.data.read());
  if (config_.mode == DeliveryMode::Latest) {
    rows_.push(change.data.read());
  } else {
    append(array_, array_.empty() ? R"([{"data":)" : R"(,{"data":)");
    const auto data = change.data.read();
    appendData(array_, data, out_.columnLists().find(data));
    array_.push_back('}');
  }
  if (rows_.bytes() + array_.size() <= maxBytes_) return;
  drop();
  delegate_.onWindowOverflow(subscribers_, firstCommit_);
}

void Window::schedule(bool first) {
  switch (config_.mode) {
    case DeliveryMode::Each:
      emit();
      break;
    case DeliveryMode::Debounce:
      if (due_.isSet()) break;  // looks again when it falls due
      if (config_.leading) emit();
      due_.setAt(windowEnd());
      break;
    case DeliveryMode::Throttle:
      if (due_.isSet()) break;
      emit();
      due_.setAt(windowEnd());
      break;
    case DeliveryMode::Batch:
    case DeliveryMode::Latest:
      if (config_.max > 0 && count_ >= config_.max) {
        due_.cancel();
        emit();
      } else if (first || !due_.isSet()) {
        due_.setAt(windowEnd());
      }
      break;
  }
}

/// Debounce waits for quiet, on a grid of an eighth of it. The others end on multiples of their length.
TimePoint Window::windowEnd() const {
  if (config_.mode != DeliveryMode::Debounce) return nextOnGrid(context_.now(), std::max(Duration{1}, config_.wait));
  const TimePoint quiet = nextOnGrid(lastAt_ + config_.wait - Duration{1}, std::max(Duration{1}, config_.wait / 8));
  return config_.maxWait > Duration{0} && holds() ? std::min(quiet, firstAt_ + config_.maxWait) : quiet;
}

void Window::onDue() {
  if (config_.mode == DeliveryMode::Debounce && windowEnd() > context_.now()) {
    due_.setAt(windowEnd());
    return;
  }
  if (!holds()) return;
  emit();
  if (config_.mode == DeliveryMode::Throttle) due_.setAt(windowEnd());
}

void Window::emit() {
  if (!holds()) return;
  const std::size_t count = std::exchange(count_, 0);
  if (config_.payload && config_.mode == DeliveryMode::Latest) {
    delegate_.onConflated(count - rows_.size(), subscribers_.size());
    if (rows_.size() == 0) {  // all of it cancelled out
      rows_.clear();
      return;
    }
  }
  Delivery& delivery = out_.add();
  delivery.subscribers = subscribers_;
  delivery.count = count;
  if (!config_.payload) {
    delivery.kind = DeliveryKind::Notify;
  } else {
    delivery.kind = DeliveryKind::Batch;
    if (config_.mode == DeliveryMode::Latest) {
      delivery.count = rows_.size();
      delivery.owned = rows_.take();
    } else {
      array_.push_back(']');
      delivery.owned = std::exchange(array_, {});
    }
  }
}

void Window::drop() {
  count_ = 0;
  rows_.clear();
  array_.clear();
}

void Window::setPaused(bool paused) {
  paused_ = paused;
  due_.cancel();
  if (!paused && holds()) emit();
}

}  // namespace switchboard
