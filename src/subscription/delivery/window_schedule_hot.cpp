#include <algorithm>

#include "subscription/delivery/window_schedule.h"

namespace switchboard {

namespace {

/// The next multiple of `grid` after `time`.
TimePoint nextOnGrid(TimePoint time, Duration grid) {
  const Duration sinceStart = time.time_since_epoch();
  return TimePoint((sinceStart / grid + 1) * grid);
}

}  // namespace

WindowSchedule::WindowSchedule(const DeliverySpec& spec, const HeldChanges& held, Context& context,
                               InlineCallback<void()> handOver)
    : spec_(spec),
      held_(held),
      context_(context),
      handOver_(handOver),
      due_(context.deadlines, DeadlineKind::Window, [this] { onDue(); }) {}

void WindowSchedule::onChange(bool first) {
  lastAt_ = context_.now();
  if (first) firstAt_ = lastAt_;
  switch (spec_.mode) {
    case DeliveryMode::Each:
      handOver_();
      break;
    case DeliveryMode::Debounce:
      if (due_.isSet()) break;  // looks again when it falls due
      if (spec_.leading) handOver_();
      due_.setAt(windowEnd());
      break;
    default:  // Throttle, Batch, Latest: at the end of the window
      const bool isFull = spec_.max > 0 && held_.count() >= spec_.max;
      const bool atOnce = beginsAtOnce() && !due_.isSet();
      if (isFull || atOnce) handOver_();
      if (isFull && !beginsAtOnce()) {
        due_.cancel();
      } else if (spec_.wait > Duration{0} && !due_.isSet()) {
        due_.setAt(windowEnd());
      }
      break;
  }
}

bool WindowSchedule::beginsAtOnce() const {
  return spec_.mode == DeliveryMode::Throttle || (spec_.leading && spec_.mode != DeliveryMode::Debounce);
}

/// Debounce waits for quiet, on a grid of an eighth of it. The others end on multiples of their length.
TimePoint WindowSchedule::windowEnd() const {
  if (spec_.mode != DeliveryMode::Debounce) return nextOnGrid(context_.now(), std::max(Duration{1}, spec_.wait));
  const TimePoint quiet = nextOnGrid(lastAt_ + spec_.wait - Duration{1}, std::max(Duration{1}, spec_.wait / 8));
  return spec_.maxWait > Duration{0} && !held_.empty() ? std::min(quiet, firstAt_ + spec_.maxWait) : quiet;
}

void WindowSchedule::onDue() {
  if (spec_.mode == DeliveryMode::Debounce && windowEnd() > context_.now()) {
    due_.setAt(windowEnd());
    return;
  }
  if (held_.empty()) return;
  handOver_();
  if (beginsAtOnce()) due_.setAt(windowEnd());
}

}  // namespace switchboard
