#include "numbered/filter/row_filter.h"

#include <utility>

#include "base/enum_names.h"
#include "base/text.h"
#include "numbered/members.h"

namespace switchboard {

namespace {

constexpr EnumNames<FilterOp, 10> kOps({
    {FilterOp::Eq, "eq"},
    {FilterOp::Neq, "neq"},
    {FilterOp::Lt, "lt"},
    {FilterOp::Lte, "lte"},
    {FilterOp::Gt, "gt"},
    {FilterOp::Gte, "gte"},
    {FilterOp::In, "in"},
    {FilterOp::Like, "like"},
    {FilterOp::Is, "is"},
    {FilterOp::IsDistinct, "isdistinct"},
});

Error notExact(std::string_view column, std::string_view op, std::string_view why) {
  return invalidOption("filter", concat({"The condition ", column, "=", op, ".… ", why}));
}

/// The server takes all of Unicode's white space off the ends of a condition; the parser of this core only ASCII's.
bool endsInWideBlank(std::string_view text) {
  static constexpr std::string_view kBlanks[] = {
      "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81", "\xE2\x80\x82", "\xE2\x80\x83",
      "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86", "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A",
      "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80"};
  for (const auto blank : kBlanks) {
    if (text.ends_with(blank)) return true;
  }
  return false;
}

}  // namespace

RowMove moveOf(RowMatch before, RowMatch after) {
  if (after == RowMatch::Yes) return before == RowMatch::No ? RowMove::Enters : RowMove::Stays;
  if (after == RowMatch::Unknown || before == RowMatch::Unknown) return RowMove::Unknown;
  return before == RowMatch::Yes ? RowMove::Leaves : RowMove::Outside;
}

Result<RowFilter> RowFilter::of(const Vector<Condition>& conditions) {
  RowFilter filter;
  for (const auto& condition : conditions) {
    if (read(condition, filter.clauses_.emplace_back())) continue;
    return notExact(condition.column, condition.op, "can only be decided by the database.");
  }
  return filter;
}

/// False when no type makes it decidable.
bool RowFilter::read(const Condition& condition, Clause& clause) {
  const auto op = kOps.find(condition.op);
  if (!op || endsInWideBlank(condition.value)) return false;
  clause.op = *op;
  clause.column = condition.column;
  clause.negated = condition.negated;
  if (*op == FilterOp::In) {
    clause.items = listItems(condition.value);
  } else {
    clause.items.push_back({plainValue(condition.value), false});
  }
  return true;
}

std::optional<Error> RowFilter::bind(std::string_view columns, std::string_view bases) {
  for (auto& clause : clauses_) {
    clause.kind = ValueKind::Unknown;
    std::string type;
    forEachItem(columns, [&](std::string_view column) {
      const auto name = stringContent(memberOf(column, "name"));
      if (!name || !spells(*name, clause.column)) return true;
      type = plainText(memberOf(column, "type")).value_or(std::string_view());
      return false;
    });
    if (type.empty()) return notExact(clause.column, kOps[clause.op], "names a column that the changes do not have.");
    const auto base = plainText(memberOf(bases, clause.column)).value_or(std::string_view());
    if (!bindClause(clause, valueKindOf(base.empty() ? type : base))) {
      const auto why = concat({"can only be decided by the database: the column's type is ", type, "."});
      return notExact(clause.column, kOps[clause.op], why);
    }
  }
  return std::nullopt;
}

/// False when it can't be decided for this type.
bool RowFilter::bindClause(Clause& clause, ValueKind kind) {
  clause.literals.clear();
  if (kind == ValueKind::Unknown) return false;
  const auto& text = clause.items[0].text;
  switch (clause.op) {
    case FilterOp::Is:
      if (text != "null" && kind != ValueKind::Boolean) return false;
      clause.kind = kind;
      return true;
    case FilterOp::Like:
      if (kind != ValueKind::Text) return false;
      break;
    case FilterOp::Lt:
    case FilterOp::Lte:
    case FilterOp::Gt:
    case FilterOp::Gte:
      if (!isOrdered(kind)) return false;
      break;
    default:
      break;
  }
  for (const auto& item : clause.items) {
    auto literal = item.isNull ? std::optional(ColumnValue{}) : readLiteral(kind, item.text);
    if (!literal) return false;
    clause.literals.push_back(item.isNull ? std::nullopt : std::move(literal));
  }
  clause.kind = kind;
  return true;
}

RowMatch RowFilter::match(std::string_view row) const {
  bool isUnknown = false;
  for (const auto& clause : clauses_) {
    const Truth truth = decide(clause, memberOf(row, clause.column));
    if (truth == Truth::False || truth == Truth::Null) return RowMatch::No;
    isUnknown = isUnknown || truth == Truth::Unknown;
  }
  return isUnknown ? RowMatch::Unknown : RowMatch::Yes;
}

RowFilter::Truth RowFilter::decide(const Clause& clause, std::string_view json) {
  if (json.empty() || clause.kind == ValueKind::Unknown) return Truth::Unknown;
  const Truth truth = test(clause, json);
  if (!clause.negated || truth == Truth::Null || truth == Truth::Unknown) return truth;
  return truth == Truth::True ? Truth::False : Truth::True;
}

RowFilter::Truth RowFilter::test(const Clause& clause, std::string_view json) {
  const auto truthOf = [](bool holds) { return holds ? Truth::True : Truth::False; };
  const bool isNull = json == "null";
  if (clause.op == FilterOp::Is) {
    const auto& word = clause.items[0].text;
    return truthOf(isNull ? word == "null" || word == "unknown" : word == json);
  }
  if (isNull) return clause.op == FilterOp::IsDistinct ? Truth::True : Truth::Null;
  const auto value = readJsonValue(clause.kind, json);
  if (!value) return Truth::Unknown;
  if (clause.op == FilterOp::In) return isOneOf(clause, *value);
  if (clause.op == FilterOp::Like) return truthOf(isLike(value->digits, clause.literals[0]->digits));
  const int order = compare(*value, *clause.literals[0]);
  switch (clause.op) {
    case FilterOp::Eq:
      return truthOf(order == 0);
    case FilterOp::Lt:
      return truthOf(order < 0);
    case FilterOp::Lte:
      return truthOf(order <= 0);
    case FilterOp::Gt:
      return truthOf(order > 0);
    case FilterOp::Gte:
      return truthOf(order >= 0);
    default:
      return truthOf(order != 0);
  }
}

/// As `= any`: with a NULL in the list and no match the answer is not known.
RowFilter::Truth RowFilter::isOneOf(const Clause& clause, const ColumnValue& value) {
  bool hasNull = false;
  for (const auto& literal : clause.literals) {
    if (literal && compare(value, *literal) == 0) return Truth::True;
    hasNull = hasNull || !literal;
  }
  return hasNull ? Truth::Null : Truth::False;
}

}  // namespace switchboard
