#include "timing/deadline_queue.h"

#include <algorithm>
#include <cassert>

#include "base/enum_names.h"
#include "base/text.h"

namespace switchboard {

std::string_view toString(DeadlineKind kind) {
  static constexpr EnumNames<DeadlineKind, 22> kNames({
      {DeadlineKind::Plan, "Plan"},
      {DeadlineKind::ConnectTimeout, "ConnectTimeout"},
      {DeadlineKind::Reconnect, "Reconnect"},
      {DeadlineKind::Silence, "Silence"},
      {DeadlineKind::HeartbeatAnswer, "HeartbeatAnswer"},
      {DeadlineKind::IdleClose, "IdleClose"},
      {DeadlineKind::JoinSlot, "JoinSlot"},
      {DeadlineKind::JoinTimeout, "JoinTimeout"},
      {DeadlineKind::LiveTimeout, "LiveTimeout"},
      {DeadlineKind::Retry, "Retry"},
      {DeadlineKind::Linger, "Linger"},
      {DeadlineKind::Overlap, "Overlap"},
      {DeadlineKind::TokenTimeout, "TokenTimeout"},
      {DeadlineKind::Window, "Window"},
      {DeadlineKind::Poll, "Poll"},
      {DeadlineKind::StatusSettle, "StatusSettle"},
      {DeadlineKind::TokenRefresh, "TokenRefresh"},
      {DeadlineKind::Pulse, "Pulse"},
      {DeadlineKind::Track, "Track"},
      {DeadlineKind::Push, "Push"},
      {DeadlineKind::Fill, "Fill"},
      {DeadlineKind::Beat, "Beat"},
  });
  return kNames[kind];
}

namespace {

bool sooner(TimePoint at, std::uint64_t sequence, TimePoint otherAt, std::uint64_t otherSequence) {
  return at != otherAt ? at < otherAt : sequence < otherSequence;
}

}  // namespace

DeadlineQueue::~DeadlineQueue() {
  timer_.cancel();
  assert(heap_.empty() && "a deadline outlived its queue");
}

std::string DeadlineQueue::toString() const {
  auto sorted = heap_;
  std::sort(sorted.begin(), sorted.end(),
            [](const Deadline* a, const Deadline* b) { return sooner(a->at_, a->sequence_, b->at_, b->sequence_); });
  std::string text;
  const auto now = clock_.now();
  for (const auto* deadline : sorted) {
    if (!text.empty()) text += ", ";
    text += switchboard::toString(deadline->kind_);
    text += " in " + decimal((deadline->at_ - now).count()) + " ms";
  }
  return text;
}

void DeadlineQueue::place(Deadline* deadline, std::size_t i) {
  heap_[i] = deadline;
  deadline->index_ = i;
}

void DeadlineQueue::siftUp(std::size_t i) {
  Deadline* moving = heap_[i];
  while (i > 0) {
    const std::size_t parent = (i - 1) / 2;
    Deadline* above = heap_[parent];
    if (!sooner(moving->at_, moving->sequence_, above->at_, above->sequence_)) break;
    place(above, i);
    i = parent;
  }
  place(moving, i);
}

void DeadlineQueue::siftDown(std::size_t i) {
  Deadline* moving = heap_[i];
  for (;;) {
    std::size_t child = 2 * i + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() &&
        sooner(heap_[child + 1]->at_, heap_[child + 1]->sequence_, heap_[child]->at_, heap_[child]->sequence_)) {
      ++child;
    }
    if (!sooner(heap_[child]->at_, heap_[child]->sequence_, moving->at_, moving->sequence_)) break;
    place(heap_[child], i);
    i = child;
  }
  place(moving, i);
}

void DeadlineQueue::insert(Deadline& deadline) {
  deadline.sequence_ = nextSequence_++;
  heap_.push_back(&deadline);
  siftUp(heap_.size() - 1);
  armTimer();
}

/// Restores the heap after a deadline's time has changed.
void DeadlineQueue::move(Deadline& deadline) {
  deadline.sequence_ = nextSequence_++;
  siftUp(deadline.index_);
  siftDown(deadline.index_);
  armTimer();
}

void DeadlineQueue::remove(Deadline& deadline) {
  const std::size_t i = deadline.index_;
  deadline.index_ = Deadline::kNotQueued;
  Deadline* last = heap_.back();
  heap_.pop_back();
  if (last != &deadline) {
    place(last, i);
    siftUp(i);
    siftDown(last->index_);
  }
  if (heap_.empty() && armed_ && !running_) {
    timer_.cancel();
    armed_ = false;
  }
}

Duration DeadlineQueue::wallAhead() const {
  return clock_.wallNow().time_since_epoch() - clock_.now().time_since_epoch();
}

/// A timer that is armed too early is not moved: it fires, finds nothing due and is armed for the rest. So deadlines
/// that are postponed all the time (silence, idle) do not cost a platform call each.
void DeadlineQueue::armTimer() {
  if (running_ || heap_.empty()) return;
  const TimePoint due = heap_.front()->at_;
  if (armed_ && armedFor_ <= due) return;
  if (!armed_) wallAhead_ = wallAhead();
  armed_ = true;
  armedFor_ = due;
  const Duration delay = std::max(Duration{0}, due - clock_.now());
  recorder_.begin(EntryKind::TimerArmed).number(static_cast<std::uint64_t>(delay.count()));
  recorder_.text(switchboard::toString(heap_.front()->kind_)).end();
  timer_.arm(delay, *this);
}

void DeadlineQueue::runDue() {
  if (running_ || heap_.empty() || heap_.front()->at_ > clock_.now()) return;
  timer_.cancel();
  Turn turn(turns_);
  fire();
}

void DeadlineQueue::onTimer() {
  Turn turn(turns_);
  recorder_.begin(EntryKind::TimerFired).end();
  fire();
}

void DeadlineQueue::fire() {
  armed_ = false;
  running_ = true;
  const TimePoint now = clock_.now();
  if (onFire_) onFire_(now - armedFor_ + std::max(Duration{0}, wallAhead() - wallAhead_));
  const std::uint64_t limit =
      nextSequence_;  // what the callbacks set waits for the next round, so that each round ends
  while (!heap_.empty() && heap_.front()->at_ <= now && heap_.front()->sequence_ < limit) {
    Deadline& due = *heap_.front();
    remove(due);
    due.onDue_();
  }
  running_ = false;
  armTimer();
}

void Deadline::setAt(TimePoint at) {
  at_ = at;
  if (isSet()) {
    queue_.move(*this);
  } else {
    queue_.insert(*this);
  }
}

void Deadline::setWithin(Duration delay) {
  const TimePoint at = queue_.now() + delay;
  if (!isSet() || at < at_) setAt(at);
}

void Deadline::cancel() {
  if (isSet()) queue_.remove(*this);
}

}  // namespace switchboard
