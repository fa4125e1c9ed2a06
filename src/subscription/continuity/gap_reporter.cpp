#include "subscription/continuity/gap_reporter.h"

#include <algorithm>

namespace switchboard {

Gap GapReporter::describe(const Cause& cause, const GapStart& start) {
  Gap gap;
  gap.id = ++lastGap_;
  gap.code = cause.code;
  gap.message = cause.message;
  gap.fromCommit = start.commit;
  gap.from = start.at;
  gap.numbers = start.numbers;
  return gap;
}

WallTime GapReporter::endOf(WallTime from) {
  return std::max(from, evidence_.latest());
}

void GapReporter::recordStart(const Gap& gap, KeyId key) const {
  context_.recorder.begin(EntryKind::GapBegan).number(gap.id).number(key.value).text(toString(gap.code));
  context_.recorder.text(gap.message).signedNumber(gap.from.time_since_epoch().count()).raw(gap.fromCommit).end();
}

void GapReporter::recordEnd(const Gap& gap, KeyId key, WallTime to) const {
  context_.recorder.begin(EntryKind::GapHealed).number(gap.id).number(key.value);
  context_.recorder.signedNumber(to.time_since_epoch().count()).end();
}

void GapReporter::report(KeyId key, const Vector<SubscriptionId>& subscribers, const Cause& cause,
                         const GapStart& start) {
  Gap gap = describe(cause, start);
  gap.to = endOf(gap.from);
  recordStart(gap, key);
  recordEnd(gap, key, *gap.to);
  for (const auto id : subscribers) {
    gap.subscription = id;
    gaps_.push_back(gap);
  }
}

Vector<SubscriptionId> GapReporter::open(KeyEntry& entry, const Cause& cause, const GapStart& start) {
  Vector<SubscriptionId> notified;
  if (entry.subscribers.empty()) return notified;
  if (!entry.gap) {
    entry.gap = KeyEntry::OpenGap{describe(cause, start), {}};
    recordStart(entry.gap->gap, entry.id);
  }
  auto& known = entry.gap->subscribers;
  for (const auto id : entry.subscribers) {
    if (std::find(known.begin(), known.end(), id) == known.end()) notified.push_back(id);
  }
  for (const auto id : notified) {
    known.push_back(id);
    gaps_.push_back(entry.gap->gap);
    gaps_.back().subscription = id;
  }
  return notified;
}

void GapReporter::close(KeyEntry& entry) {
  if (!entry.gap) return;
  const auto open = std::exchange(entry.gap, std::nullopt);
  const WallTime to = endOf(open->gap.from);
  recordEnd(open->gap, entry.id, to);
  for (const auto id : open->subscribers) {
    if (std::find(entry.subscribers.begin(), entry.subscribers.end(), id) == entry.subscribers.end()) continue;
    gaps_.push_back(open->gap);
    gaps_.back().subscription = id;
    gaps_.back().to = to;
  }
}

void GapReporter::endAt(KeyEntry& entry, std::string_view epoch, std::uint64_t number) {
  if (!entry.gap) return;
  MissingNumbers& numbers = entry.gap->gap.numbers;
  if (numbers.epoch.empty()) numbers.epoch = epoch;
  numbers.to = number;
}

void GapReporter::forget(SubscriptionId id) {
  gaps_.removeIf([id](const Gap& gap) { return gap.subscription == id; });
}

}  // namespace switchboard
