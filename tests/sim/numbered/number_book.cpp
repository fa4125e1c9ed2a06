#include "numbered/number_book.h"

#include <algorithm>
#include <chrono>
#include <optional>

namespace switchboard::sim {

using namespace std::chrono_literals;

namespace {

/// Failures in a row until the client gives up, but for one that only it sees as such: an answer that is older than
/// what came meanwhile.
constexpr unsigned kFailures = 5;
/// All that is missing is noticed with the second beat at the latest, and asked for within seconds.
constexpr Duration kCatchUp = 60s;
/// How long the client may take once nothing fails any more: an answer that hangs takes 10 s, and after it up to 15 s
/// pass.
constexpr Duration kNumbersAftermath = 70s;
/// How much of what was committed after its last number a subscription that falls back may lack.
constexpr Duration kLongestCommit = 1s;

bool isPartCode(ReasonCode code) {
  return code == ReasonCode::PayloadTooLarge || code == ReasonCode::Truncated;
}

}  // namespace

void NumberBook::fail(Invariant invariant, unsigned id, const std::string& what) {
  const auto it = watched_.find(id);
  violations_.report(invariant, events_.now(),
                     "subscription " + std::to_string(id) + " (" +
                         (it == watched_.end() ? std::string("ended") : it->second.key) + "): " + what);
}

// --- the application

void NumberBook::onSubscribe(unsigned id, const Watched& watched, const std::optional<RoadOptions::From>& from) {
  const auto topic = watched.via == Road::PostgresChanges ? std::string() : traits_.topicOf(watched.interest);
  if (topic.empty()) return;
  Follower follower{topic};
  if (from) {
    follower.follows = follower.isAnchored = true;
    follower.next = follower.must = *log_.indexOf(*log_.find(topic), from->epoch, from->number) + 1;
  }
  followers_.emplace(id, std::move(follower));
}

std::optional<RoadOptions::From> NumberBook::positionOf(unsigned id) const {
  const auto it = followers_.find(id);
  if (it == followers_.end()) return std::nullopt;
  const Follower& follower = it->second;
  const auto watched = watched_.find(id);
  const bool isKnown = follower.follows && follower.came && follower.told.empty() && follower.partly.empty() &&
                       !follower.hasLost() && watched != watched_.end() && !watched->second.paused;
  if (!isKnown) return std::nullopt;
  const LogMessage& message = topicOf(follower).messages[*follower.came];
  return RoadOptions::From{log_.nameOf(follower.topic)->epochs[message.epoch], message.number};
}

void NumberBook::onNewClient() {
  followers_.clear();
  evidence_.clear();
}

void NumberBook::onReceived(const DownFrame& frame) {
  if (isUsed()) onBroadcast(frame);
  const bool isEnd = frame.mark == Mark::JoinRefused || frame.mark == Mark::Ended;
  if (isEnd && isUsed() && frame.topic.size() > 9) evidence_[frame.topic.substr(9)].isRefused = true;
}

void NumberBook::onBroadcast(const DownFrame& frame) {
  if (frame.mark != Mark::Other || frame.text.find(R"("number":)") == std::string::npos) return;
  const auto note = [&](std::string_view topic, const Json& message) {
    if (topic.size() > 9) noteCome(std::string(topic.substr(9)), message);
  };
  if (frame.kind == DownFrame::Kind::Binary) {
    const BinaryFrame read = decodeBinaryFrame(Sender::Server, frame.text).value();
    note(read.topic, *parseJson(read.payload));
  } else if (const Json read = readFrame(frame.text); read[3] == "broadcast") {
    note(read[2].get<std::string>(), read[4]["payload"]);
  }
}

void NumberBook::onAnswer(const std::string& topic, const std::string& text) {
  const auto answer = parseJson(text);
  if (!answer || !answer->contains("messages")) return;
  for (const auto& message : (*answer)["messages"]) noteCome(topic, *parseJson(message.get<std::string>()));
}

void NumberBook::noteCome(const std::string& topic, const Json& message) {
  const LogTopic* log = log_.find(topic);
  if (log == nullptr || !message.contains("number")) return;
  const auto end = endOf(*log, message["epoch"].get<std::string>(), message["number"].get<std::uint64_t>());
  auto& newest = evidence_[topic].newestCame;
  if (end) newest = std::max(newest, *end);
}

bool NumberBook::mayBeParked(const Watched& watched, std::string_view role) const {
  if (watched.via != Road::Broadcast || traits_.find(watched.interest.table) == nullptr) return false;
  const auto topic = traits_.topicOf(watched.interest);
  return topic.empty() || !log_.refusal(topic, role).empty() || watched.interest.filter.rfind("nosuch", 0) == 0;
}

bool NumberBook::isCarried(const Watched& watched) const {
  const auto topic = "realtime:" + traits_.topicOf(watched.interest);
  return std::any_of(wire_.channels().begin(), wire_.channels().end(),
                     [&](const auto& item) { return item.first.second == topic && item.second.accepted; });
}

std::vector<WireView::Place> NumberBook::carriers(const Watched& watched) const {
  const auto topic = "realtime:" + traits_.topicOf(watched.interest);
  std::vector<WireView::Place> places;
  for (const auto& [place, channel] : wire_.channels()) {
    if (place.second == topic && channel.accepted) places.push_back(place);
  }
  return places;
}

// --- what the client says

void NumberBook::onBatch(const Batch& batch) {
  if (!isUsed()) return;
  std::erase_if(followers_, [&](const auto& item) { return watched_.count(item.first) == 0; });
  for (auto& [id, follower] : followers_) {
    const Watched& watched = watched_.at(id);
    const bool holds = std::exchange(follower.holds, watched.paused) || watched.paused;
    follower.isFirst = follower.isFirst && holds;
    if (!holds) follower.drainsTo = 0;
    if (!watched.live()) {
      follower.liveAt.reset();
    } else if (!follower.liveAt) {
      follower.liveAt = events_.now();
    }
    for (auto& told : follower.told) told.isNew = told.isNew && holds;
    const bool hasFallen = std::exchange(follower.isOnRoad, watched.isNumbered()) && !watched.isNumbered();
    if (hasFallen && !follower.follows) onFallAgain(follower);
    const bool isLive = watched.live() && watched.isNumbered();
    if (!isLive || follower.follows) continue;
    Follower back{follower.topic};
    back.follows = true;
    back.liveAt = follower.liveAt;
    back.holds = watched.paused;
    back.openGap = follower.openGap;
    back.isOnRoad = true;
    back.afterSeq = watched.lastSeq;
    back.must = topicOf(follower).messages.size();
    back.drainsTo = follower.drainsTo;
    back.drained = follower.drained;
    follower = std::move(back);
  }
  // What is in one batch is in order within changes and within gaps, but not between them.
  for (const auto& gap : batch.gaps) {
    if (gap.numbers.to || gap.code == ReasonCode::Overflow) takeGap(gap);
  }
  takeChanges(batch);
  for (const auto& gap : batch.gaps) {
    if (!gap.numbers.to && gap.code != ReasonCode::Overflow) takeGap(gap);
  }
  checkWholeMessages();
  checkStates();
}

/// It falls back before it has returned, and the gap of its return stays open. That does not say after which message.
void NumberBook::onFallAgain(Follower& follower) {
  const auto end = evidence_[follower.topic].newestCame;
  follower.fellAfter.reset();
  if (end > 0) follower.fellAfter = topicOf(follower).messages[end - 1].at;
}

void NumberBook::takeChanges(const Batch& batch) {
  for (const auto& delivery : batch.deliveries) {
    if (delivery.kind > DeliveryKind::Batch) continue;
    const auto text = delivery.text();
    if (text.find(R"("number":)") == std::string_view::npos) continue;
    const Json payload = *parseJson(text);
    for (const auto id : delivery.subscribers) {
      const auto one = [&](const Json& change) {
        const Json& data = change["data"];
        if (!data.contains("number")) return;  // held for it before it returned to the road
        const Json* row = member(data, data.contains("record") ? "record" : "old_record");
        take({id.value, data["epoch"].get<std::string>(), data["number"].get<std::uint64_t>(),
              row == nullptr ? 0 : (*row)["seq"].get<std::uint64_t>(), data["type"].get<std::string>()});
      };
      if (payload.is_array()) {
        for (const auto& change : payload) one(change);
      } else {
        one(payload);
      }
    }
  }
}

/// A gap that ends in a new epoch does not say in which.
void NumberBook::resolve(Follower& follower, std::string_view epoch) {
  const LogTopic& topic = topicOf(follower);
  const auto start = log_.indexOf(topic, epoch, 1);
  if (follower.told.empty() || !follower.told.back().isAgain || !start) return;
  auto& told = follower.told.back();
  if (told.to <= *start || *start < told.from) return;
  const auto end = endOf(topic, epoch, told.toNumber);
  if (!end || *end >= told.to) return;
  told.to = *end;
  if (follower.next > told.to) {
    follower.next = told.to;
    follower.items = 0;
  }
}

/// The first batch that brings anything shows where it began.
void NumberBook::anchor(Follower& follower, std::size_t at) {
  if (std::exchange(follower.isAnchored, true)) {
    if (follower.isFirst && !follower.came) follower.next = std::min(follower.next, at);
    return;
  }
  follower.isFirst = true;
  follower.next = std::min(follower.must, at);
}

/// What is wrong if all of the message has come, but for what was told.
std::string NumberBook::problemOf(const Watched& watched, const Follower& follower, std::size_t at,
                                  std::size_t items) const {
  const LogMessage& message = topicOf(follower).messages[at];
  const auto isIn = [&](const Follower::Told& told) { return told.from <= at && at < told.to; };
  if (std::any_of(follower.told.begin(), follower.told.end(), isIn)) return {};
  const auto expects = expectedOf(message, watched);
  const auto holds = [](const auto& value) {
    return [&value](const auto& span) { return span.first <= value && value <= span.second; };
  };
  const bool isDropped = std::any_of(follower.dropped.begin(), follower.dropped.end(), holds(message.at)) ||
                         std::any_of(follower.overflown.begin(), follower.overflown.end(), holds(at));
  const auto name = log_.nameOf(follower.topic)->epochs[message.epoch] + " " + std::to_string(message.number);
  if (expects.items.size() > items && !isDropped) {
    return "change " + std::to_string(expects.items[items].first) + " of message " + name + " is missing";
  }
  const bool isToldOf = message.number != 0 && follower.partly.count(at) != 0;
  if (expects.isPartial && !isToldOf) return "no gap for what is missing of message " + name;
  return {};
}

void NumberBook::settleTo(unsigned id, const Watched& watched, Follower& follower, std::size_t to) {
  for (; follower.next < to; ++follower.next, follower.items = 0) {
    const auto problem = problemOf(watched, follower, follower.next, follower.items);
    if (!problem.empty()) return fail(Invariant::NumbersExact, id, problem);
  }
}

void NumberBook::take(const Come& change) {
  const auto it = followers_.find(change.id);
  if (it == followers_.end()) return fail(Invariant::OnlyWhatWasAsked, change.id, "a change with a number");
  Follower& follower = it->second;
  Watched& watched = watched_.at(change.id);
  const LogTopic& topic = topicOf(follower);
  const auto at = log_.indexOf(topic, change.epoch, change.number);
  const auto name =
      "change " + std::to_string(change.seq) + " of message " + change.epoch + " " + std::to_string(change.number);
  if (!endOf(topic, change.epoch, change.number))
    return fail(Invariant::NumbersExact, change.id, name + " does not exist");
  if (*at < follower.drainsTo && !follower.came) {
    if (*at < std::exchange(follower.drained, *at)) fail(Invariant::NumbersExact, change.id, name + " is out of order");
    return;
  }
  if (!follower.follows) return fail(Invariant::NumbersExact, change.id, name + " comes though it does not follow");
  if (change.seq != 0 && change.seq <= follower.afterSeq) {
    return fail(Invariant::NumbersExact, change.id, name + " has come over the other road");
  }
  if (change.seq != 0) {
    watched.lastSeq = std::max(watched.lastSeq, change.seq);
    watched.lastCopies = 1'000;
    std::erase_if(watched.owed, [&](const Owed& owed) { return owed.seq == change.seq; });
  }
  resolve(follower, change.epoch);
  anchor(follower, *at);
  if (*at < follower.next || (follower.came && *at < *follower.came)) {
    return fail(Invariant::NumbersExact, change.id, name + " comes twice or out of order");
  }
  settleTo(change.id, watched, follower, *at);
  for (const auto& told : follower.told) {
    if (told.from <= *at && *at < told.to) return fail(Invariant::NumbersExact, change.id, name + " is in a gap");
    if (told.from > *at && !told.isNew) return fail(Invariant::NumbersExact, change.id, name + " after a later gap");
  }
  const auto expects = expectedOf(topic.messages[*at], watched);
  const auto wanted = std::pair(change.seq, change.type);
  auto& items = follower.items;
  if (follower.hasLost()) {
    while (items < expects.items.size() && expects.items[items] != wanted) ++items;
  }
  if (items >= expects.items.size() || expects.items[items] != wanted) {
    return fail(Invariant::NumbersExact, change.id, name + " (" + change.type + ") was not to come now");
  }
  ++items;
  ++counts_.changes;
  trace_.add(events_.now(), "  came to", change.id, change.epoch, change.number, change.type, change.seq);
  follower.came = at;
}

/// All changes of a message come in one batch.
void NumberBook::checkWholeMessages() {
  for (const auto& [id, follower] : followers_) {
    const Watched& watched = watched_.at(id);
    if (!follower.follows || follower.items == 0 || watched.paused || follower.hasLost()) continue;
    if (follower.items < expectedOf(topicOf(follower).messages[follower.next], watched).items.size()) {
      fail(Invariant::NumbersExact, id, "only a part of a message has come");
    }
  }
}

void NumberBook::checkStates() {
  for (const auto& [id, follower] : followers_) {
    const Watched& watched = watched_.at(id);
    if (!follower.follows || !watched.published) continue;
    const bool hasLeft = !watched.isNumbered() || watched.published->state == SubscriptionState::Parked;
    if (hasLeft) fail(Invariant::NumbersExact, id, "it left the road without a gap");
  }
}

/// The message after that with the number, which there must be; 0 is before the first one.
std::optional<std::size_t> NumberBook::endOf(const LogTopic& topic, std::string_view epoch,
                                             std::uint64_t number) const {
  if (number == 0) return log_.indexOf(topic, epoch, 1);
  const auto at = log_.indexOf(topic, epoch, number);
  const bool isThere = at && *at < topic.messages.size() && topic.messages[*at].number == number;
  return isThere ? std::optional(*at + 1) : std::nullopt;
}

/// The newest that it can be.
std::optional<std::size_t> NumberBook::endInNewEpoch(const LogTopic& topic, const Gap& gap) const {
  const auto& epochs = log_.nameOf(topic.name)->epochs;
  for (auto epoch = epochs.rbegin(); epoch != epochs.rend() && *epoch != gap.numbers.epoch; ++epoch) {
    if (const auto end = endOf(topic, *epoch, *gap.numbers.to)) return end;
  }
  return std::nullopt;
}

void NumberBook::takeGap(const Gap& gap) {
  const auto id = gap.subscription.value;
  const auto it = followers_.find(id);
  if (it == followers_.end()) return;
  Follower& follower = it->second;
  Watched& watched = watched_.at(id);
  if (follower.openGap == gap.id) {
    if (gap.to) follower.openGap.reset();
    if (gap.to && follower.follows) takeReturn(id, follower, gap);
    const auto fellAfter = gap.to ? std::exchange(follower.fellAfter, std::nullopt) : std::nullopt;
    if (fellAfter) watched.mayLackTo = std::min(events_.now(), *fellAfter + kLongestCommit);
    return;
  }
  if (!follower.follows) {
    if (!gap.to) follower.openGap = gap.id;
    return;
  }
  if (gap.code == ReasonCode::Overflow) return takeOverflow(id, follower, gap);
  ++(gap.numbers.to ? counts_.gaps : counts_.ends);
  if (gap.numbers.from == 0) return fail(Invariant::NumberedGapsAllowed, id, "a gap without numbers: " + gap.message);
  resolve(follower, gap.numbers.epoch);
  const LogTopic& topic = topicOf(follower);
  const auto from = log_.indexOf(topic, gap.numbers.epoch, gap.numbers.from);
  if (!from) return fail(Invariant::NumbersExact, id, "a gap from a number that does not exist: " + gap.message);
  if (!gap.numbers.to) return takeEnd(id, watched, follower, gap);
  if (isPartCode(gap.code)) return takePart(id, watched, follower, gap, *from);
  anchor(follower, *from);
  const bool isAgain = gap.code == ReasonCode::TrackedAgain;
  const auto to = isAgain ? endInNewEpoch(topic, gap) : endOf(topic, gap.numbers.epoch, *gap.numbers.to);
  if (!to || (*to <= *from && !isAgain)) {
    return fail(Invariant::NumbersExact, id, "a gap to a number that does not exist: " + gap.message);
  }
  if (follower.came && *follower.came >= *from) {
    return fail(Invariant::NumbersExact, id, "a gap from " + std::to_string(gap.numbers.from) + " of what has come");
  }
  const auto overlaps = [&](const Follower::Told& told) { return told.from < *to && *from < told.to; };
  if (std::any_of(follower.told.begin(), follower.told.end(), overlaps)) {
    return fail(Invariant::NumbersExact, id, "a gap from " + std::to_string(gap.numbers.from) + " twice");
  }
  checkCause(id, follower, gap, *to);
  checkTimes(id, watched, follower, gap, *from, *to);
  follower.told.push_back({*from, *to, *gap.numbers.to, isAgain, true});
}

/// Where it names numbers, it is these. Its times are by the client's calendar where no change over a binding has shown
/// the database's.
void NumberBook::takeOverflow(unsigned id, Follower& follower, const Gap& gap) {
  if (gap.numbers.from == 0) {
    const Duration error = std::chrono::abs(machine_.wallError());
    follower.dropped.emplace_back(gap.from - kWallStart - error - 1ms, *gap.to - kWallStart + error);
    return;
  }
  const LogTopic& topic = topicOf(follower);
  const auto from = endOf(topic, gap.numbers.epoch, gap.numbers.from);
  const auto to = gap.numbers.to ? endOf(topic, gap.numbers.epoch, *gap.numbers.to) : std::nullopt;
  if (!from || !to || *to < *from) return fail(Invariant::NumbersExact, id, "it lost numbers that do not exist");
  follower.overflown.emplace_back(*from - 1, *to - 1);
}

/// It is on the road again: all after the gap's last number comes. Of which epoch that is shows with what comes.
void NumberBook::takeReturn(unsigned id, Follower& follower, const Gap& gap) {
  const LogTopic& topic = topicOf(follower);
  if (!gap.numbers.to) return fail(Invariant::NumbersExact, id, "its gap does not say where it ends: " + gap.message);
  const auto& epochs = log_.nameOf(topic.name)->epochs;
  std::optional<std::size_t> end;
  for (auto epoch = epochs.rbegin(); !end && epoch != epochs.rend(); ++epoch) {
    end = endOf(topic, *epoch, *gap.numbers.to);
  }
  if (!end) return fail(Invariant::NumbersExact, id, "its gap ends with a number that does not exist");
  follower.isAnchored = true;
  follower.next = follower.must = *end;
  follower.told.push_back({0, *end, *gap.numbers.to, true, true});
}

/// Of one message something can't come.
void NumberBook::takePart(unsigned id, const Watched& watched, Follower& follower, const Gap& gap, std::size_t at) {
  const LogTopic& topic = topicOf(follower);
  anchor(follower, at);
  if (gap.numbers.to != gap.numbers.from || at >= topic.messages.size()) {
    return fail(Invariant::NumbersExact, id, "a gap of more than the message: " + gap.message);
  }
  const LogMessage& message = topic.messages[at];
  const bool isOfTable = std::any_of(message.rows.begin(), message.rows.end(),
                                     [&](const LogRow& row) { return row.now.table == watched.interest.table; });
  const bool isDue = message.isBulk ? isOfTable : expectedOf(message, watched).isPartial;
  if (!isDue) {
    return fail(Invariant::NumberedGapsAllowed, id,
                "a gap for message " + std::to_string(message.number) + ", of which nothing is missing");
  }
  ++follower.partly[at];
  checkTimes(id, watched, follower, gap, at, at + 1);
}

void NumberBook::checkCause(unsigned id, const Follower& follower, const Gap& gap, std::size_t to) {
  const LogTopic& topic = topicOf(follower);
  const auto forbid = [&](bool isForbidden) {
    if (isForbidden) {
      fail(Invariant::NumberedGapsAllowed, id,
           "a gap from " + std::to_string(gap.numbers.from) + " without a cause: " + gap.message);
    }
  };
  const bool isPresent = log_.nameOf(follower.topic)->epochs.back() == gap.numbers.epoch;
  switch (gap.code) {
    case ReasonCode::NotKept:
      return forbid(isPresent && *gap.numbers.to >= topic.first);
    case ReasonCode::TrackedAgain:
      return forbid(isPresent || to < topic.starts[1]);
    case ReasonCode::NoRpc:
      return forbid(evidence_[follower.topic].badInARow < kFailures);
    default:
      return forbid(true);
  }
}

/// What is missing, of what it is owed, was committed between the gap's ends.
void NumberBook::checkTimes(unsigned id, const Watched& watched, const Follower& follower, const Gap& gap,
                            std::size_t from, std::size_t to) {
  if (!calendarIsTrue_) return;
  const LogTopic& topic = topicOf(follower);
  for (std::size_t at = std::max({from, follower.next, follower.must}); at < to; ++at) {
    const auto& message = topic.messages[at];
    const auto expects = expectedOf(message, watched);
    if (expects.items.empty() && !expects.isPartial) continue;
    const WallTime time = kWallStart + message.at;
    if (time < gap.from || (gap.to && time > *gap.to)) {
      return fail(Invariant::NumbersExact, id,
                  "message " + std::to_string(message.number) + " of " + std::to_string(message.at.count()) +
                      " ms is not between the times of its gap, " + std::to_string((gap.from - kWallStart).count()) +
                      " to " + (gap.to ? std::to_string((*gap.to - kWallStart).count()) : "now") + " ms");
    }
  }
}

/// It leaves the road.
void NumberBook::takeEnd(unsigned id, Watched& watched, Follower& follower, const Gap& gap) {
  const LogTopic& topic = topicOf(follower);
  const auto from = *log_.indexOf(topic, gap.numbers.epoch, gap.numbers.from);
  const auto& evidence = evidence_[follower.topic];
  const auto& filter = watched.interest.filter;
  bool isAllowed = false;
  switch (gap.code) {
    case ReasonCode::TrackRefused:
      isAllowed = evidence.isRefused;
      break;
    case ReasonCode::NotTracked:
      isAllowed = evidence.isUntracked;
      break;
    case ReasonCode::NoRpc:
      isAllowed = evidence.badInARow >= kFailures;
      break;
    case ReasonCode::FilterNotExact: {
      const bool isInexact = from < topic.messages.size() && topic.messages[from].isInexact;
      isAllowed = (isInexact && filter.find("kind") != std::string::npos) || filter.rfind("nosuch", 0) == 0;
      break;
    }
    default:
      break;
  }
  if (!isAllowed) fail(Invariant::NumberedGapsAllowed, id, "it leaves the road without a cause: " + gap.message);
  anchor(follower, from);
  if (follower.came && *follower.came >= from) fail(Invariant::NumbersExact, id, "a gap of what has come");
  checkTimes(id, watched, follower, gap, from, topic.messages.size());
  if (!watched.paused) settleTo(id, watched, follower, from);
  Follower left{follower.topic};
  left.drainsTo = watched.paused ? from : 0;
  left.drained = follower.came.value_or(0);
  left.holds = watched.paused;
  left.openGap = gap.id;
  if (!watched.isNumbered()) {
    owe(watched, follower, from);
    const auto last = gap.code == ReasonCode::FilterNotExact ? from + 1 : from;  // this one may have come as well
    if (last > 0) left.fellAfter = topic.messages[last - 1].at;
  }
  follower = std::move(left);
}

/// From now on its changes come by the other road. Those which have not come are in the gap, or come. The gap's numbers
/// may begin earlier than what is owed: an answer that was old as it came shows a position before the subscription.
void NumberBook::owe(Watched& watched, const Follower& follower, std::size_t from) {
  const LogTopic& topic = topicOf(follower);
  watched.firstLive = events_.now();
  watched.owed.clear();
  for (std::size_t at = std::max(from, follower.must); at < topic.messages.size(); ++at) {
    for (const auto& row : topic.messages[at].rows) {
      if (row.now.type == "TRUNCATE" || !row.now.matches(watched.interest)) continue;
      watched.owed.push_back({row.now.seq, row.now.at, events_.now(), machine_.awakeTime() + kCatchUp, {}});
    }
  }
}

// --- what holds after each step

/// `next` goes over what is settled.
void NumberBook::catchUp(unsigned id, const Watched& watched, Follower& follower) {
  const LogTopic& topic = topicOf(follower);
  if (!follower.isAnchored) follower.next = follower.must;
  for (; follower.next < topic.messages.size(); ++follower.next, follower.items = 0) {
    const auto problem = problemOf(watched, follower, follower.next, follower.items);
    if (problem.empty()) continue;
    const Duration since = std::max(topic.messages[follower.next].at, follower.liveAt.value_or(events_.now()));
    if (events_.now() - since > kCatchUp) {
      fail(Invariant::NumbersExact, id, problem + " for " + std::to_string(kCatchUp.count()) + " ms");
    }
    return;
  }
}

void NumberBook::onStep(bool healthy, Duration calm) {
  if (!isUsed() || !healthy || calm < kNumbersAftermath) return;
  for (auto& [id, follower] : followers_) {
    const auto watched = watched_.find(id);
    if (watched == watched_.end() || !follower.follows || !watched->second.live() || watched->second.paused) continue;
    catchUp(id, watched->second, follower);
  }
}

bool NumberBook::haveAllCome() const {
  return std::all_of(followers_.begin(), followers_.end(), [&](const auto& item) {
    const auto& [id, follower] = item;
    const auto watched = watched_.find(id);
    if (watched == watched_.end() || !follower.follows || watched->second.paused) return true;
    const LogTopic& topic = topicOf(follower);
    std::size_t at = follower.isAnchored ? follower.next : follower.must;
    std::size_t items = follower.isAnchored ? follower.items : 0;
    for (; at < topic.messages.size() && events_.now() - topic.messages[at].at > 5s; ++at, items = 0) {
      if (!problemOf(watched->second, follower, at, items).empty()) return false;
    }
    return true;
  });
}

}  // namespace switchboard::sim
