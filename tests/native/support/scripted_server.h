#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fakes.h"
#include "oracle/json.h"
#include "protocol/frames/binary_frame.h"

namespace switchboard::testing {

/// Answers what clients send over a FakeNetwork as the Realtime server does when nothing takes time (protocol.md §3):
/// joins with ids, the announcement of changes, heartbeats, leaves. Version 2 only.
class ScriptedServer {
 public:
  explicit ScriptedServer(FakeNetwork& network) : network_(network) {}

  /// A channel as the server knows it.
  struct Channel {
    std::size_t socket = 0;
    std::string topic;
    std::string joinRef;
    std::string token;
    Json bindings = Json::array();  ///< with their ids
    bool live = false;
  };

  // What the server makes of things from now on.
  bool acceptSockets = true;  ///< new sockets open
  bool answerHeartbeats = true;
  bool answerJoins = true;
  bool announceChanges = true;          ///< `Subscribed to PostgreSQL` follows a join
  std::set<std::string> unknownTables;  ///< poison their whole channel
  /// Tables whose subscription fails in the database, with the error as the server quotes it. "*": all.
  std::map<std::string, std::string> databaseErrors;
  std::string joinError;                ///< refuses every join with this reason
  std::set<std::string> privateTopics;  ///< without "realtime:": refuses joins of these to everybody
  std::set<std::string> roleless;       ///< tokens whose role the database does not know

  // What it has seen.
  std::vector<Json> joins;  ///< payloads of phx_join
  std::vector<std::string> pushedTokens;
  std::vector<Json> presenceCalls;         ///< payloads
  std::vector<BinaryFrame> broadcasts;     ///< binary ones, all acknowledged
  std::deque<std::string> broadcastBytes;  ///< what they are views of
  int heartbeats = 0;
  int leaves = 0;

  /// Opens sockets and answers frames until there is nothing to do.
  void serve() {
    bool busy = true;
    while (busy) {
      busy = false;
      for (std::size_t i = 0; i < network_.sockets.size(); ++i) {
        const auto socket = network_.sockets[i];
        if (socket->released()) continue;
        if (acceptSockets && opened_.insert(i).second) {
          socket->open();
          busy = true;
        }
        for (const auto& text : socket->takeSent()) {
          busy = true;
          onFrame(i, Json::parse(text));
        }
        for (auto& bytes : socket->takeSentBytes()) {
          busy = true;
          onBytes(i, std::move(bytes));
        }
      }
    }
  }

  /// The channels of sockets that are still in use.
  std::vector<Channel> channels() const {
    std::vector<Channel> open;
    for (const auto& [place, channel] : channels_) {
      if (!network_.sockets[channel.socket]->released()) open.push_back(channel);
    }
    return open;
  }

  /// Sends a change of `table` on every live channel with a binding that wants it: `record` as JSON text. Filters are
  /// taken to match, unless only those that begin with `filter` are. Returns the number of frames sent.
  int change(std::string_view table, std::string_view type, std::string_view record,
             std::string_view commit = "2026-11-22T12:00:00.000Z", std::string_view filter = {}) {
    int frames = 0;
    for (const auto& channel : channels()) {
      std::string ids;
      for (const auto& binding : channel.bindings) {
        const auto event = textMember(binding, "event");
        if (textMember(binding, "table") != table || (event != "*" && event != type)) continue;
        if (textMember(binding, "filter").substr(0, filter.size()) != filter) continue;
        if (!ids.empty()) ids += ',';
        ids += std::to_string(binding["id"].get<unsigned>());
      }
      if (!channel.live || ids.empty()) continue;
      ++frames;
      std::string rows;
      if (type != "DELETE") rows += R"(,"record":)" + std::string(record);
      if (type != "INSERT") rows += R"(,"old_record":)" + std::string(record);
      send(channel.socket, R"([null,null,")" + channel.topic + R"(","postgres_changes",{"data":{"table":")" +
                               std::string(table) + R"(","type":")" + std::string(type) + '"' + rows +
                               R"(,"columns":[],"errors":null,"schema":"public","commit_timestamp":")" +
                               std::string(commit) + R"("},"ids":[)" + ids + "]}]");
    }
    return frames;
  }

  void system(const Channel& channel, std::string_view extension, std::string_view status, std::string_view message) {
    const Json payload = {
        {"message", message}, {"status", status}, {"extension", extension}, {"channel", channel.topic.substr(9)}};
    send(channel.socket, toText(Json::array({channel.joinRef, nullptr, channel.topic, "system", payload})));
  }

  void closeChannel(const Channel& channel) {
    channels_.erase({channel.socket, channel.topic});
    send(channel.socket,
         toText(Json::array({channel.joinRef, channel.joinRef, channel.topic, "phx_close", Json::object()})));
  }

  /// A frame on the topic of the channel, without refs.
  void say(const Channel& channel, std::string_view event, std::string_view payload) {
    send(channel.socket,
         R"([null,null,")" + channel.topic + R"(",")" + std::string(event) + R"(",)" + std::string(payload) + "]");
  }

  /// The same binding always has the same id, whatever the channel (protocol.md §3.3).
  unsigned idOf(const Json& entry) {
    const auto [it, fresh] = ids_.emplace(toText(entry), static_cast<unsigned>(1'000 + ids_.size()));
    return it->second;
  }

 private:
  void send(std::size_t socket, const std::string& text) { network_.sockets[socket]->receive(text); }

  void reply(std::size_t socket, const Json& frame, std::string_view status, const Json& response) {
    send(
        socket,
        toText(Json::array({frame[0], frame[1], frame[2], "phx_reply", {{"status", status}, {"response", response}}})));
  }

  void onFrame(std::size_t socket, const Json& frame) {
    const auto event = frame[3].get<std::string>();
    if (event == "heartbeat") {
      ++heartbeats;
      if (answerHeartbeats) reply(socket, frame, "ok", Json::object());
    } else if (event == "phx_join") {
      onJoin(socket, frame);
    } else if (event == "phx_leave") {
      ++leaves;
      channels_.erase({socket, frame[2].get<std::string>()});
      reply(socket, frame, "ok", Json::object());
    } else if (event == "presence") {
      presenceCalls.push_back(frame[4]);
    } else if (event == "access_token") {
      pushedTokens.emplace_back(textMember(frame[4], "access_token"));
      const auto channel = channels_.find({socket, frame[2].get<std::string>()});
      if (channel != channels_.end() && roleless.count(pushedTokens.back()) != 0) refuseRole(channel->second);
    }
  }

  void onBytes(std::size_t socket, std::string bytes) {
    broadcastBytes.push_back(std::move(bytes));
    const auto frame = decodeBinaryFrame(Sender::Client, broadcastBytes.back()).value();
    broadcasts.push_back(frame);
    reply(socket, Json::array({std::string(frame.joinRef), std::string(frame.ref), std::string(frame.topic)}), "ok",
          Json::object());
  }

  /// As recorded (transcripts: `tokens`, refresh_unknown_role): the channel stays, silent.
  void refuseRole(Channel& channel) {
    channel.live = false;
    system(channel, "postgres_changes", "error",
           "Unable to subscribe to changes with given parameters. An exception happened so please check your connect "
           "parameters: [event: *, schema: public, table: bookings, filters: [], select: nil]. Exception: ERROR 42704 "
           "(undefined_object) role \"nosuchrole\" does not exist");
  }

  std::string refusal(const Json& binding) const {
    const std::string table(textMember(binding, "table"));
    const std::string parameters = "[event: " + std::string(textMember(binding, "event")) +
                                   ", schema: public, table: " + table + ", filters: [], select: nil]";
    const std::string start = "Unable to subscribe to changes with given parameters. ";
    if (unknownTables.count(table) != 0) {
      return start + "Please check Realtime is enabled for the given connect parameters: " + parameters;
    }
    const auto own = databaseErrors.find(table);
    const auto& error = own == databaseErrors.end() ? databaseErrors.at("*") : own->second;
    return start + "An exception happened so please check your connect parameters: " + parameters +
           ". Exception: " + error;
  }

  void onJoin(std::size_t socket, const Json& frame) {
    joins.push_back(frame[4]);
    if (!answerJoins) return;
    if (!joinError.empty()) {
      reply(socket, frame, "error", {{"reason", joinError}});
      return;
    }
    const auto topic = frame[2].get<std::string>();
    if (privateTopics.count(topic.substr(9)) != 0) {
      const auto reason =
          "Unauthorized: You do not have permissions to read from this Channel topic: " + topic.substr(9);
      reply(socket, frame, "error", {{"reason", reason}});
      return;
    }
    Channel channel{socket,
                    frame[2].get<std::string>(),
                    frame[0].get<std::string>(),
                    std::string(textMember(frame[4], "access_token")),
                    Json::array(),
                    false};
    const Json* poison = nullptr;
    for (const auto& entry : frame[4]["config"]["postgres_changes"]) {
      Json accepted = entry;
      accepted["id"] = idOf(entry);
      channel.bindings.push_back(accepted);
      const std::string table(textMember(entry, "table"));
      if (unknownTables.count(table) != 0 || databaseErrors.count(table) != 0 || databaseErrors.count("*") != 0) {
        poison = &entry;
      }
    }
    const bool hasRole = roleless.count(channel.token) == 0;
    channel.live = poison == nullptr && hasRole && announceChanges;
    channels_[{socket, channel.topic}] = channel;
    reply(socket, frame, "ok", {{"postgres_changes", channel.bindings}});
    if (!hasRole) {
      refuseRole(channels_[{socket, channel.topic}]);
    } else if (poison != nullptr) {
      system(channel, "postgres_changes", "error", refusal(*poison));
    } else if (announceChanges && !channel.bindings.empty()) {
      system(channel, "postgres_changes", "ok", "Subscribed to PostgreSQL");
    }
  }

  FakeNetwork& network_;
  std::map<std::pair<std::size_t, std::string>, Channel> channels_;  ///< by socket and topic
  std::map<std::string, unsigned> ids_;
  std::set<std::size_t> opened_;
};

}  // namespace switchboard::testing
