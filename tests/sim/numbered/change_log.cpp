#include "numbered/change_log.h"

#include <algorithm>
#include <set>
#include <utility>

namespace switchboard::sim {

namespace {

constexpr std::string_view kPrefix = "switchboard:";
constexpr unsigned kOwners = 3;
/// From numbering to the commit.
constexpr Duration kCommitsWithin{3};

/// The topic's name without the key.
std::string_view baseOf(std::string_view topic) {
  if (topic.substr(0, kPrefix.size()) != kPrefix) return {};
  topic.remove_prefix(kPrefix.size());
  return topic.substr(0, topic.find(':'));
}

std::string rowText(std::uint64_t seq, unsigned owner, unsigned kind, bool isCut) {
  const std::string row = R"({"seq":)" + std::to_string(seq) + R"(,"owner":)" + std::to_string(owner);
  return row + (isCut ? "}" : R"(,"kind":)" + std::to_string(kind) + "}");
}

std::string keyText(std::uint64_t seq) {
  return R"({"seq":)" + std::to_string(seq) + "}";
}

std::string changeText(const LogRow& row, std::size_t table) {
  std::string text = R"({"t":)" + std::to_string(table) + R"(,"type":")" + row.now.type + '"';
  const auto now = [&] { return rowText(row.now.seq, row.now.owner, row.now.kind, row.isCut); };
  const auto old = [&] { return rowText(row.now.seq, row.oldOwner, row.oldKind, row.isCut); };
  if (row.now.type == "INSERT") text += R"(,"record":)" + now();
  if (row.now.type == "DELETE") text += R"(,"old_record":)" + now();
  if (row.now.type == "UPDATE") {
    const bool isLeft = row.side == LogRow::Side::Left;
    const bool isCame = row.side == LogRow::Side::Came;
    text += R"(,"record":)" + (isLeft ? keyText(row.now.seq) : now());
    text += R"(,"old_record":)" + (isCame ? keyText(row.now.seq) : old());
    if (isLeft || isCame) text += R"(,"moved":true)";
  }
  if (row.isCut) text += R"(,"errors":["Error 413: Payload Too Large"])";
  return text + "}";
}

}  // namespace

const TrackedTable* NumberedTraits::find(std::string_view table) const {
  const auto it = std::find_if(tables.begin(), tables.end(), [&](const auto& each) { return each.table == table; });
  return it == tables.end() ? nullptr : &*it;
}

std::string NumberedTraits::topicOf(const Interest& interest) const {
  const TrackedTable* table = find(interest.table);
  if (table == nullptr || !hasRpc) return {};
  const std::string name = std::string(kPrefix) + table->topic;
  if (table->by.empty()) return name;
  const auto at = interest.filter.find("owner=eq.");
  return at == std::string::npos ? std::string() : name + ":" + interest.filter.substr(at + 9, 1);
}

ChangeLog::ChangeLog(const NumberedTraits& traits, SimRandom& random) : traits_(traits), random_(random) {
  for (const auto& table : traits.tables) {
    if (nameOf(std::string(kPrefix) + table.topic) != nullptr) continue;
    names_.push_back({table.topic, !table.by.empty(), true, {"e" + std::to_string(++lastEpoch_)}});
    for (unsigned owner = 1; owner <= (table.by.empty() ? 1 : kOwners); ++owner) {
      const auto topic = topicFor(table, owner);
      topics_[topic].name = topic;
    }
  }
}

std::string ChangeLog::topicFor(const TrackedTable& table, unsigned owner) const {
  const std::string name = std::string(kPrefix) + table.topic;
  return table.by.empty() ? name : name + ":" + std::to_string(owner);
}

const LogTopic* ChangeLog::find(std::string_view topic) const {
  const auto it = topics_.find(topic);
  return it == topics_.end() ? nullptr : &it->second;
}

const LogName* ChangeLog::nameOf(std::string_view topic) const {
  const auto base = baseOf(topic);
  const auto it = std::find_if(names_.begin(), names_.end(), [&](const LogName& each) { return each.name == base; });
  return it == names_.end() ? nullptr : &*it;
}

std::optional<std::size_t> ChangeLog::indexOf(const LogTopic& topic, std::string_view epoch,
                                              std::uint64_t number) const {
  const auto& epochs = nameOf(topic.name)->epochs;
  const auto at = static_cast<std::size_t>(std::find(epochs.begin(), epochs.end(), epoch) - epochs.begin());
  if (at == epochs.size() || number == 0) return std::nullopt;
  const auto end = at + 1 < topic.starts.size() ? topic.starts[at + 1] : topic.messages.size();
  const std::size_t index = topic.starts[at] + number - 1;
  const bool isKnown = number == 1 || (index <= end && topic.messages[index - 1].number == number - 1);
  return isKnown ? std::optional(index) : std::nullopt;
}

// --- changes

void ChangeLog::append(std::map<std::string, std::vector<LogRow>>& byTopic, const TableChange& change) {
  const TrackedTable* table = traits_.find(change.table);
  if (table == nullptr) return;
  LogRow row{change, change.owner, change.kind};
  row.isCut = random_.chance(3);
  if (change.type == "UPDATE") {
    if (random_.chance(40)) row.oldKind = random_.between(1u, 2u);
    if (random_.chance(20)) row.oldOwner = random_.between(1u, kOwners);
  }
  const auto before = topicFor(*table, row.oldOwner);
  const auto after = topicFor(*table, change.owner);
  if (before != after) {
    row.side = LogRow::Side::Left;
    byTopic[before].push_back(row);
    row.side = LogRow::Side::Came;
  }
  byTopic[after].push_back(row);
}

void ChangeLog::commit(const std::vector<TableChange>& changes, Duration now) {
  std::map<std::string, std::vector<LogRow>> byTopic;
  for (const auto& change : changes) {
    for (unsigned copy = 0; copy < change.copies; ++copy) append(byTopic, change);
  }
  const bool isBulk = changes.size() > 3 && random_.chance(15);
  for (auto& [name, rows] : byTopic) {
    for (auto& row : rows) row.now.at = now;
    LogTopic& topic = topics_.at(name);
    const std::size_t most = isBulk ? rows.size() : random_.between(1u, 4u);
    for (std::size_t from = 0; from < rows.size(); from += most) {
      const auto begin = rows.begin() + static_cast<std::ptrdiff_t>(from);
      const auto end = rows.begin() + static_cast<std::ptrdiff_t>(std::min(rows.size(), from + most));
      put(topic, {0, 0, now, std::vector<LogRow>(begin, end), isBulk, isInexact_}, now);
    }
  }
}

void ChangeLog::truncate(Duration now) {
  const auto& table = random_.pick(traits_.tables);
  LogRow row;
  row.now.table = table.table;
  row.now.type = "TRUNCATE";
  row.now.at = now;
  for (unsigned owner = 1; owner <= (table.by.empty() ? 1 : kOwners); ++owner) {
    put(topics_.at(topicFor(table, owner)), {0, 0, now, {row}, false, isInexact_}, now);
  }
}

void ChangeLog::put(LogTopic& topic, LogMessage message, Duration now) {
  const LogName& name = *nameOf(topic.name);
  message.epoch = name.epochs.size() - 1;
  if (name.isTracked) message.number = ++topic.last;
  const Duration before = topic.messages.empty() ? Duration{0} : topic.messages.back().at;
  message.numberedAt = std::max(before, now - kCommitsWithin * static_cast<int>(topic.last % 4) / 3);
  topic.messages.push_back(std::move(message));
  if (!name.isTracked) return;
  topic.usedAt = now;
  onMessage(topic.name, "changes", text(topic, topic.messages.back()));
}

std::string ChangeLog::text(const LogTopic& topic, const LogMessage& message) const {
  std::vector<std::string> tables;
  std::string changes;
  for (const auto& row : message.rows) {
    auto at = static_cast<std::size_t>(std::find(tables.begin(), tables.end(), row.now.table) - tables.begin());
    if (at == tables.size()) tables.push_back(row.now.table);
    if (!message.isBulk) changes += (changes.empty() ? "" : ",") + changeText(row, at);
  }
  std::string text = R"({"v":1,"epoch":")" + nameOf(topic.name)->epochs[message.epoch] + R"(","number":)" +
                     std::to_string(message.number) + R"(,"committed":")" + commitText(message.numberedAt) +
                     R"(","tables":[)";
  std::string fetch;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    text += std::string(i == 0 ? "" : ",") + R"({"schema":"public","table":")" + tables[i] +
            R"(","columns":[{"name":"seq","type":"int8"},{"name":"owner","type":"int4"},{"name":"kind","type":")" +
            (message.isInexact ? "money" : "int4") + R"("}],"key":["seq"]})";
    fetch += std::string(i == 0 ? "" : ",") + R"({"t":)" + std::to_string(i) + R"(,"rows":5000})";
  }
  return text + R"(],"changes":[)" + changes + "]" + (message.isBulk ? R"(,"fetch":[)" + fetch + "]}" : "}");
}

void ChangeLog::beat(Duration now) {
  ++beats_;
  onMessage(
      "switchboard:beat", "beat",
      R"({"v":1,"seq":)" + std::to_string(beats_) + R"(,"every_ms":)" + std::to_string(traits_.beat.count()) + "}");
  for (const auto& [name, topic] : topics_) {
    const bool isUsed = topic.last > 0 && now - topic.usedAt <= 2 * traits_.beat;
    if (!isUsed || !nameOf(name)->isTracked) continue;
    onMessage(name, "position",
              R"({"v":1,"epoch":")" + nameOf(name)->epochs.back() + R"(","last":)" + std::to_string(topic.last) + "}");
  }
}

// --- readers

std::string ChangeLog::refusal(std::string_view topic, std::string_view role) const {
  if (traits_.tables.empty() || topic.substr(0, kPrefix.size()) != kPrefix || topic == "switchboard:beat") return {};
  const LogName* name = nameOf(topic);
  if (name == nullptr || !name->isTracked) return "it is not tracked";
  const bool isGuarded = traits_.guarded && name->isKeyed && topic.back() == '2';
  return isGuarded && role != kGrantedRole ? "the readers' expression says no" : std::string();
}

std::string ChangeLog::changes(const RpcRequest& request, std::string_view role, unsigned mostMessages,
                               unsigned lag) const {
  const LogName* name = nameOf(request.topic);
  if (name == nullptr || !name->isTracked) {
    return toText(Json{{"v", 1}, {"state", "not_tracked"}, {"reason", "There is no such topic."}});
  }
  if (const auto reason = refusal(request.topic, role); !reason.empty()) {
    return toText(Json{{"v", 1}, {"state", "refused"}, {"reason", reason}});
  }
  const LogTopic& topic = *find(request.topic);
  const auto last = topic.last - std::min<std::uint64_t>(lag, topic.last);
  const bool isTooOld = request.after && (*request.after + 1 < topic.first || *request.after > last);
  Json answer = {{"v", 1},
                 {"state", isTooOld ? "too_old" : "ok"},
                 {"topic", topic.name},
                 {"epoch", name->epochs.back()},
                 {"first", std::min(topic.first, last + 1)},
                 {"last", last}};
  for (const auto& table : traits_.tables) {
    if (table.topic != name->name) continue;
    answer["tables"].push_back(Json{{"schema", "public"}, {"table", table.table}, {"by", table.by}});
  }
  Json messages = Json::array();
  std::uint64_t to = request.after.value_or(last);
  const std::uint64_t most = std::min(request.atMost, mostMessages);
  const auto start = topic.starts.back();
  while (!isTooOld && request.after && to < std::min(last, *request.after + most)) {
    messages.push_back(text(topic, topic.messages[start + to++]));
  }
  answer["more"] = !messages.empty() && to < last;
  answer["messages"] = std::move(messages);
  return toText(answer);
}

std::vector<std::string> ChangeLog::since(const std::string& topic, Duration since, std::size_t limit) const {
  std::vector<std::string> texts;
  const LogTopic* log = find(topic);
  if (log == nullptr) return texts;
  for (const auto& message : log->messages) {
    if (message.at >= since && message.number > 0) texts.push_back(text(*log, message));
  }
  if (texts.size() > limit) texts.erase(texts.begin(), texts.end() - static_cast<std::ptrdiff_t>(limit));
  return texts;
}

// --- what happens to it

void ChangeLog::begin(LogName& name) {
  name.isTracked = true;
  name.epochs.push_back("e" + std::to_string(++lastEpoch_));
  for (auto& [key, topic] : topics_) {
    if (nameOf(key) != &name) continue;
    topic.starts.push_back(topic.messages.size());
    topic.last = 0;
    topic.first = 1;
  }
}

void ChangeLog::track(bool isTracked) {
  LogName& name = random_.pick(names_);
  name.isTracked = isTracked;
  if (isTracked) begin(name);
}

void ChangeLog::trim() {
  auto it = topics_.begin();
  std::advance(it, static_cast<std::ptrdiff_t>(random_.below(topics_.size())));
  LogTopic& topic = it->second;
  topic.first = std::max(topic.first, random_.below(topic.last + 1) + 1);
}

void ChangeLog::heal() {
  isInexact_ = false;
  for (auto& name : names_) {
    if (!name.isTracked) begin(name);
  }
}

}  // namespace switchboard::sim
