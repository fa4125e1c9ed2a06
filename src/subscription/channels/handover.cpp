#include "subscription/channels/handover.h"

#include <algorithm>
#include <utility>

namespace switchboard {

void Rebuilds::start(LineId oldLine, LineId newLine) {
  auto rebuild = std::make_unique<Rebuild>();
  rebuild->oldLine = oldLine;
  rebuild->newLine = newLine;
  rebuild->end = std::make_unique<Deadline>(context_.deadlines, DeadlineKind::Overlap,
                                            [this, &rebuild = *rebuild] { onEnd(rebuild); });
  rebuilds_.push_back(std::move(rebuild));
}

bool Rebuilds::busy(LineId line) const {
  const TimePoint* pausedUntil = pausedUntil_.find(line);
  if (pausedUntil != nullptr && *pausedUntil > context_.now()) return true;
  return std::any_of(rebuilds_.begin(), rebuilds_.end(),
                     [line](const auto& rebuild) { return rebuild->oldLine == line || rebuild->newLine == line; });
}

bool Rebuilds::admit(LineId line, KeyId key, const Change& change) {
  for (const auto& rebuild : rebuilds_) {
    if (rebuild->oldLine == line) {
      return !rebuild->joining || rebuild->overlap.admit(Overlap::Side::Old, key, change.data.read());
    }
    if (rebuild->newLine == line) return rebuild->overlap.admit(Overlap::Side::New, key, change.data.read());
  }
  return true;
}

void Rebuilds::onJoining(LineId line) {
  for (const auto& rebuild : rebuilds_) {
    if (rebuild->newLine == line) rebuild->joining = true;
  }
}

void Rebuilds::onLive(LineId line) {
  for (const auto& rebuild : rebuilds_) {
    if (rebuild->newLine == line) rebuild->end->setWithin(overlap_);  // it may be announced again
  }
}

void Rebuilds::onEnd(Rebuild& rebuild) {
  if (rebuild.halved) {
    erase(rebuild);
  } else {
    onDone_(rebuild.oldLine, rebuild.newLine);
  }
}

void Rebuilds::onGone(LineId line) {
  pausedUntil_.erase(line);
  const auto it = std::find_if(rebuilds_.begin(), rebuilds_.end(), [line](const auto& rebuild) {
    return rebuild->oldLine == line || rebuild->newLine == line;
  });
  if (it == rebuilds_.end()) return;
  Rebuild& rebuild = **it;
  if (rebuild.halved) {
    erase(rebuild);
    return;
  }
  if (rebuild.newLine == line) pausedUntil_[rebuild.oldLine] = context_.now() + pause_;
  rebuild.halved = true;
  rebuild.end->setAfter(overlap_);
}

void Rebuilds::erase(const Rebuild& rebuild) {
  const auto it =
      std::find_if(rebuilds_.begin(), rebuilds_.end(), [&rebuild](const auto& item) { return item.get() == &rebuild; });
  (*it)->end->cancel();
  context_.turns.deferredDelete(std::move(*it));  // its deadline may be what brought us here
  rebuilds_.erase(it);
}

}  // namespace switchboard
