#pragma once

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "oracle/json.h"
#include "support/changes_channel_bench.h"
#include "support/transcripts.h"

namespace switchboard::testing {

/// Plays one recorded session to real channels: what the recorded client asked for, they ask for; what the recorded
/// server said, they hear, with topics and refs put in place of the recorded ones.
class Player {
 public:
  /// Plays the connections whose names are in `connections`, one after the other as they were recorded.
  Player(std::string_view scenario, Version version, std::vector<std::string> connections)
      : bench(version, "first"), version_(version) {
    for (const auto& record : transcript(scenario, version)) {
      for (const auto& name : connections) {
        if (record.connection == name) play(record);
      }
    }
  }

  /// What the channels reported, changes counted instead of listed: "1 joining", "1 live", "1 changes 17".
  std::vector<std::string> story() const {
    std::vector<std::string> lines;
    std::string counted;
    int count = 0;
    for (const auto& event : bench.events) {
      const auto change = event.find(" change ");
      if (change != std::string::npos && event.substr(0, change) == counted) {
        ++count;
        lines.back() = counted + " changes " + std::to_string(count);
      } else if (change != std::string::npos) {
        counted = event.substr(0, change);
        count = 1;
        lines.push_back(counted + " changes 1");
      } else {
        counted.clear();
        lines.push_back(event);
      }
    }
    return lines;
  }

  ChangesChannelBench bench;

 private:
  void play(const Record& record) {
    if (record.dir == "connect") {
      joins_.clear();
      channelOfTopic_.clear();
      bench.mux.setNeeded(bench, true);
      while (bench.mux.connection().state() == ConnectionState::Backoff) bench.advance(ms(100));
    } else if (record.dir == "open") {
      bench.network.last().open();
    } else if (record.dir == "note" && record.text.find("client close") == 0) {
      while (!bench.channels.empty()) bench.end(bench.channels.begin()->first);
      bench.network.last().closeFromServer(1000);
    } else if (record.dir == "close" && bench.mux.connection().state() != ConnectionState::Backoff) {
      bench.network.last().closeFromServer(record.closeCode);
    } else if (record.dir == "out" && record.isText) {
      playOut(record.text);
    } else if (record.dir == "in" && record.isText) {
      playIn(record.text);
    } else if (record.dir == "in") {
      bench.network.last().receiveBinary(record.bytes);
    }
  }

  void playOut(const std::string& text) {
    std::string scratch;
    const auto frame = scanWholeFrame(version_, text, scratch);
    if (!frame) return;
    const std::string topic(frame->topic);
    if (frame->event == "phx_join") {
      const auto bindings = readBindings(frame->payload);
      bench.advance(ms(100));  // the pace
      bench.start(bindings);
      channelOfTopic_[topic] = bench.lastChannel;
      joins_[std::string(frame->ref)] = bench.lastChannel;
    } else if (frame->event == "phx_leave") {
      const auto it = joins_.find(std::string(frame->joinRef));
      if (it != joins_.end()) bench.end(it->second);
    } else if (frame->event == "access_token") {
      const auto payload = parseJson(frame->payload);
      if (const auto token = textMember(*payload, "access_token"); !token.empty()) bench.tokens.set(std::string(token));
      bench.advance(ms(1'000));  // the server answers no sooner
    }
  }

  void playIn(const std::string& text) {
    std::string scratch;
    const auto frame = scanWholeFrame(version_, text, scratch);
    if (!frame) {
      bench.network.last().receive(text);
      return;
    }
    // The join that the frame belongs to, by whatever ref names it, or else the topic's last.
    const auto named = joins_.find(std::string(frame->hasJoinRef() ? frame->joinRef : frame->ref));
    const auto last = channelOfTopic_.find(std::string(frame->topic));
    if (named == joins_.end() && last == channelOfTopic_.end()) {
      bench.network.last().receive(text);
      return;
    }
    const unsigned channel = named != joins_.end() ? named->second : last->second;
    const std::string ours = bench.joinRef(channel);
    const std::string joinRef = frame->hasJoinRef() ? ours : std::string();
    const bool isJoins = frame->hasRef() && joins_.count(std::string(frame->ref)) != 0;
    const std::string ref = isJoins ? ours : frame->hasRef() ? "x" + std::string(frame->ref) : std::string();
    bench.hear(channel, joinRef, ref, frame->event, frame->payload);
  }

  static Vector<BindingConfig> readBindings(std::string_view payload) {
    Vector<BindingConfig> bindings;
    const auto json = parseJson(payload);
    const Json* config = json ? member(*json, "config") : nullptr;
    const Json* entries = config == nullptr ? nullptr : member(*config, "postgres_changes");
    if (entries == nullptr || !entries->is_array()) return bindings;
    for (const auto& entry : *entries) {
      if (!entry.is_object()) continue;
      BindingConfig binding{std::string(textMember(entry, "event")),
                            std::string(textMember(entry, "schema")),
                            std::string(textMember(entry, "table")),
                            std::string(textMember(entry, "filter")),
                            {}};
      if (const Json* select = member(entry, "select"); select != nullptr && select->is_array()) {
        for (const auto& column : *select) binding.select.push_back(column.get<std::string>());
      }
      // The registry sees to it that a channel never carries a binding twice.
      if (std::find(bindings.begin(), bindings.end(), binding) == bindings.end()) bindings.push_back(binding);
    }
    return bindings;
  }

  const Version version_;
  std::map<std::string, unsigned> joins_;           ///< recorded ref of the join → channel
  std::map<std::string, unsigned> channelOfTopic_;  ///< recorded topic → its last channel
};

}  // namespace switchboard::testing
