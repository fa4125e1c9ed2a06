#include "tracked/tracked_tables.h"

#include <utility>

#include "base/text.h"
#include "json/scanner.h"
#include "numbered/filter/row_filter.h"
#include "numbered/members.h"
#include "protocol/filter.h"
#include "protocol/frames/binary_frame.h"
#include "protocol/frames/names.h"

namespace switchboard {

namespace {

constexpr std::size_t kMaxTopicBytes = kMaxBinaryFieldBytes - names::kTopicPrefix.size();
constexpr std::string_view kTopicPrefix = "switchboard:";

/// Fills in the topic, or why there is none.
void findTopic(Spec& spec, const TrackedTable& table, bool hasRpc) {
  const auto refuse = [&](ReasonCode code, std::string message) {
    spec.road.fellBack = code;
    spec.road.message = std::move(message);
  };
  if (!hasRpc) return refuse(ReasonCode::NoRpc, "The manager has no `rpc` to call `switchboard_changes` with.");
  const auto conditions = parseFilter(spec.binding.filter);
  std::string topic = concat({kTopicPrefix, table.topic});
  if (!table.by.empty()) {
    const Condition* key = nullptr;
    for (const auto& condition : conditions.value()) {
      if (condition.column == table.by && condition.op == "eq" && !condition.negated) key = &condition;
    }
    if (key == nullptr) {
      return refuse(ReasonCode::NotByKey, concat({"The filter has no condition `", table.by, "=eq.…`."}));
    }
    topic = concat({topic, ":", plainValue(key->value)});
  }
  if (topic.size() > kMaxTopicBytes) {
    return refuse(ReasonCode::NotByKey, concat({"The value of `", table.by, "` is too long for a topic."}));
  }
  const auto filter = RowFilter::of(conditions.value());
  if (!filter) return refuse(ReasonCode::FilterNotExact, filter.error().message);
  spec.topic = std::move(topic);
}

}  // namespace

const TrackedTable* findTable(const BindingConfig& binding, const Vector<TrackedTable>& tables) {
  for (const auto& table : tables) {
    if (table.table == binding.table && table.schema == binding.schema) return &table;
  }
  return nullptr;
}

std::optional<std::string> columnOf(std::string_view tables, const BindingConfig& binding) {
  std::optional<std::string> by;
  forEachItem(tables, [&](std::string_view item) {
    const auto text = [&](const char* name) {
      return stringContent(memberOf(item, name)).value_or(std::string_view());
    };
    const bool isIt = spells(text("table"), binding.table) && spells(text("schema"), binding.schema);
    if (isIt) by = unescape(text("by"));
    return !isIt;
  });
  return by;
}

void chooseRoad(Spec& spec, SubscriptionId id, RoadOptions wanted, const NumberedTopicsOptions& options) {
  const TrackedTable* table = findTable(spec.binding, options.tables);
  if (table == nullptr) return;
  spec.road.road = Road::PostgresChanges;
  if (wanted.via == Road::PostgresChanges) return;
  findTopic(spec, *table, options.hasRpc);
  const bool mustBeBroadcast = wanted.via == Road::Broadcast;
  // One that continues somewhere begins there in any case, so that what it misses by falling back is a gap.
  if (mustBeBroadcast || wanted.from || !spec.topic.empty()) spec.road.road = Road::Broadcast;
  const char kind[] = {static_cast<char>('0' + static_cast<int>(wanted.leaving)), mustBeBroadcast ? '!' : '?'};
  spec.key = concat({spec.key, "\x1e", {kind, sizeof kind}});
  if (wanted.from) spec.key = concat({spec.key, "#", decimal(id.value)});
  spec.roadOptions = std::move(wanted);
}

}  // namespace switchboard
