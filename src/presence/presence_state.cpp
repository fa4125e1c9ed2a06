#include "presence/presence_state.h"

#include <algorithm>
#include <utility>

#include "json/json_reader.h"
#include "json/json_writer.h"

namespace switchboard {

namespace {

constexpr const char* kRef = "phx_ref";
constexpr std::string_view kPreviousRef = "phx_ref_prev";

/// As it is written; that of a meta without one is empty.
std::string_view refOf(JsonValue meta) {
  return meta.member(kRef).text();
}

Vector<std::string_view> refsOf(JsonValue metas) {
  Vector<std::string_view> refs;
  metas.forEachItem([&](JsonValue meta) { refs.push_back(refOf(meta)); });
  return refs;
}

bool contains(const Vector<std::string_view>& refs, std::string_view ref) {
  return std::find(refs.begin(), refs.end(), ref) != refs.end();
}

/// A JSON array is built from its items; without any it stays empty.
void appendItem(std::string& array, std::string_view item) {
  if (array.empty()) {
    array += '[';
  } else {
    array.back() = ',';
  }
  array += item;
  array += ']';
}

/// What is no object is no meta.
void appendMetas(std::string& array, JsonValue metas) {
  metas.forEachItem([&](JsonValue meta) {
    if (meta.isObject()) appendItem(array, meta.text());
  });
}

/// The metas of an array, without those with these refs.
std::string without(std::string_view metas, const Vector<std::string_view>& refs) {
  std::string kept;
  JsonValue::parse(metas).forEachItem([&](JsonValue meta) {
    if (!contains(refs, refOf(meta))) appendItem(kept, meta.text());
  });
  return kept;
}

/// What the application has put into the metas, in their order.
std::string payloadsOf(std::string_view metas) {
  std::string payloads;
  JsonValue::parse(metas).forEachItem([&](JsonValue meta) {
    payloads += '{';
    meta.forEachMember([&](const std::string& name, JsonValue value) {
      if (name == kRef || name == kPreviousRef) return;
      appendJsonString(payloads, name);
      payloads += value.text();
    });
  });
  return payloads;
}

}  // namespace

void PresenceState::awaitState() {
  awaitsState_ = true;
  pending_.clear();
  pendingBytes_ = 0;
}

void PresenceState::clear() {
  awaitState();
  touched_.clear();
  byKey_.clear();
  members_.clear();
}

PresenceState::Member& PresenceState::memberOf(std::string key) {
  if (Member* member = byKey_.find(key)) return *member;
  auto& member = *members_.emplace_back(std::make_unique<Member>());
  member.key = std::move(key);
  member.at = members_.size() - 1;
  byKey_.insert(member.key, member);
  return member;
}

void PresenceState::touch(Member& member) {
  if (std::exchange(member.touched, true)) return;
  member.reported = member.metas;
  touched_.push_back(&member);
}

bool PresenceState::applyState(std::string_view payload, TimePoint leaveAt) {
  const auto state = JsonValue::parse(payload);
  if (!state.isObject()) return false;
  for (auto& member : members_) member->inState = false;
  state.forEachMember([&](std::string key, JsonValue entry) {
    Member& member = memberOf(std::move(key));
    std::string metas;
    appendMetas(metas, entry.member("metas"));
    touch(member);
    member.metas = std::move(metas);
    member.inState = true;
  });
  for (auto& member : members_) {
    if (member->inState) continue;
    touch(*member);
    member->metas.clear();
    member->leaveAt = leaveAt;
  }
  awaitsState_ = false;
  for (const auto& diff : std::exchange(pending_, {})) applyNow(JsonValue::parse(diff));
  pendingBytes_ = 0;
  return true;
}

bool PresenceState::applyDiff(std::string_view payload) {
  const auto diff = JsonValue::parse(payload);
  if (!diff.isObject()) return false;
  if (!awaitsState_) {
    applyNow(diff);
    return true;
  }
  if (pendingBytes_ + payload.size() > kMaxPendingBytes) return false;
  pendingBytes_ += payload.size();
  pending_.emplace_back(payload);
  return true;
}

/// Metas that were there before come first, as with the reference client.
void PresenceState::applyNow(JsonValue diff) {
  diff.member("joins").forEachMember([&](std::string key, JsonValue entry) {
    const auto joined = entry.member("metas");
    Member& member = memberOf(std::move(key));
    touch(member);
    std::string metas = without(member.metas, refsOf(joined));
    appendMetas(metas, joined);
    member.metas = std::move(metas);
  });
  diff.member("leaves").forEachMember([&](const std::string& key, JsonValue entry) {
    Member* member = byKey_.find(key);
    if (member == nullptr || member->metas.empty()) return;
    touch(*member);
    member->metas = without(member->metas, refsOf(entry.member("metas")));
    member->leaveAt = {};
  });
}

/// The views are good until the member is touched again or forgotten.
std::optional<PresenceChange> PresenceState::settle(Member& member, TimePoint now) {
  const bool was = !member.reported.empty();
  const bool is = !member.metas.empty();
  if (was && !is && member.leaveAt > now) {
    touched_.push_back(&member);
    return std::nullopt;
  }
  member.touched = false;
  if (member.metas == member.reported) return std::nullopt;
  if (!is) return PresenceChange{PresenceChangeKind::Leave, member.key, member.reported};
  auto kind = PresenceChangeKind::Join;
  if (was) {
    const bool same = payloadsOf(member.reported) == payloadsOf(member.metas);
    kind = same ? PresenceChangeKind::Refresh : PresenceChangeKind::Update;
  }
  return PresenceChange{kind, member.key, member.metas};
}

void PresenceState::forgetIfGone(Member& member) {
  if (member.touched) return;
  if (!member.metas.empty()) {
    member.reported.clear();
    return;
  }
  byKey_.erase(member.key);
  const std::size_t at = member.at;
  std::swap(members_[at], members_.back());
  members_[at]->at = at;
  members_.pop_back();
}

std::optional<TimePoint> PresenceState::nextLeave() const {
  std::optional<TimePoint> next;
  for (const Member* member : touched_) {
    if (member->metas.empty() && (!next || member->leaveAt < *next)) next = member->leaveAt;
  }
  return next;
}

std::size_t PresenceState::size() const {
  return static_cast<std::size_t>(
      std::count_if(members_.begin(), members_.end(), [](const auto& member) { return !member->metas.empty(); }));
}

}  // namespace switchboard
