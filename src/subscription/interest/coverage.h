#pragma once

#include "base/containers/id_map.h"
#include "subscription/interest/registry.h"

namespace switchboard {

/// Decides whose binding brings a key's changes: its own, or that of the key with the event `*`, which brings all that
/// the narrower one would, or that of another key with the same binding. A key that has a source keeps it, so that
/// nothing that flows is disturbed when a wider key comes or goes.
class Coverage {
 public:
  explicit Coverage(Registry& registry) : registry_(registry) {}

  /// The key whose binding is to bring the changes of one that has no source.
  KeyEntry& sourceFor(KeyEntry& entry) const;
  static void attach(KeyEntry& entry, KeyEntry& source);
  /// Nothing when it has no source.
  static void detach(KeyEntry& entry);
  /// Whether somebody wants what the key's own binding brings.
  static bool isNeeded(const KeyEntry& entry);
  /// Removes keys that have neither subscribers nor a binding on a channel (`carried`), and on which no narrower key
  /// depends.
  void eraseUnused(const IdSet<KeyId>& carried);

 private:
  Registry& registry_;
};

}  // namespace switchboard
