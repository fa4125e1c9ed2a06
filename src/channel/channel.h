#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/containers/vector.h"
#include "base/error.h"
#include "protocol/frames/binary_frame.h"
#include "protocol/frames/frame.h"
#include "protocol/join.h"
#include "timing/context.h"

namespace switchboard {

/// Phoenix's own words.
enum class ChannelState : unsigned char { Closed, Joining, Joined, Leaving, Errored };
std::string_view toString(ChannelState state);
/// The table in docs/reference.md.
bool isLegal(ChannelState from, ChannelState to);

class Channel;

/// The channel's owner. A refused join, a close by the server and a lost connection each end the channel, unless it is
/// joined again.
class ChannelDelegate {
 public:
  /// The channel's join goes out now. Returns its payload.
  virtual std::string onChannelJoining(Channel& channel) = 0;
  /// The server accepted the join. For database changes that is not yet live: see SystemMessage.
  virtual void onChannelJoined(Channel& channel, JsonValue response) = 0;
  /// The join was refused or not answered, the channel crashed or was closed, or the connection went. The channel is
  /// Errored, or Closed if the server closed it; it may be queued for another join, or discarded.
  virtual void onChannelFailed(Channel& channel, const Cause& cause) = 0;
  virtual void onChannelSystem(Channel& channel, const SystemMessage& message) = 0;
  /// The answer to what `push` sent under this ref. False when it was not waited for.
  virtual bool onChannelReply(Channel& /*channel*/, std::string_view /*ref*/, const Reply& /*reply*/) { return false; }
  /// Everything else on the channel's topic.
  virtual void onChannelMessage(Channel& channel, const Envelope& envelope) = 0;
  /// A binary frame with the channel's topic. False when it is of no use.
  virtual bool onChannelBinary(Channel& /*channel*/, const BinaryFrame& /*frame*/) { return false; }

 protected:
  ~ChannelDelegate() = default;
};

/// How a channel reaches its connection; implemented by the multiplexer.
class ChannelLink {
 public:
  /// A ref for a binary frame; nothing when nothing can be sent.
  virtual std::optional<std::string> newRef() = 0;
  /// Sends a binary frame. False when it could not be sent.
  virtual bool sendBytes(std::string_view bytes) = 0;
  /// Both return the frame's ref; nothing when it could not be sent.
  virtual std::optional<std::string> sendJoin(std::string_view topic, std::string_view payload) = 0;
  virtual std::optional<std::string> sendOn(std::string_view topic, std::string_view event, std::string_view payload,
                                            std::string_view joinRef) = 0;
  /// The channel's join was answered, given up or abandoned: the next may go out.
  virtual void onJoinDone(Channel& channel) = 0;
  /// The server refused the channel's join, for this reason.
  virtual void onJoinRefused(const Cause& cause) = 0;

 protected:
  ~ChannelLink() = default;
};

/// The client's side of one topic. It knows its state and which join is the current one; when to join is up to others.
class Channel {
 public:
  /// `topic` with its prefix "realtime:".
  Channel(std::string topic, Duration joinTimeout, Context& context, ChannelLink& link, ChannelDelegate& delegate);
  ~Channel() = default;
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  const std::string& topic() const { return topic_; }
  ChannelState state() const { return state_; }
  bool isJoined() const { return state_ == ChannelState::Joined; }

  /// Sends `phx_join`. From Closed, Errored, or Joined: the server then runs the new join, and ends the old one when
  /// it has answered.
  void join();
  /// Sends `phx_leave` if the server knows the channel, and is Closed. The delegate is not called.
  void leave();
  /// Sends a frame on the joined channel. Returns its ref; nothing when it could not be sent.
  std::optional<std::string> push(std::string_view event, std::string_view payload) {
    return isJoined() ? link_.sendOn(topic_, event, payload, joinRef_) : std::nullopt;
  }
  /// Of the join that is current; empty when there is none.
  const std::string& joinRef() const { return joinRef_; }
  /// Tells the server of a new access token: now if joined, after the reply if joining.
  void pushToken(std::string_view payload);
  /// The server has announced changes. Whether that was to be expected on account of a token push, which is no
  /// interruption: the server announces them 1 to 3 s after a push, unless another push comes before (protocol.md §7).
  /// To be called at the first announcement too, which comes by itself.
  bool takeExpectedRepeat();
  /// A frame with this topic. False when it belongs to an earlier join or answers nothing.
  bool onFrame(const Envelope& envelope);
  bool onBinary(const BinaryFrame& frame);
  /// The connection went.
  void onConnectionLost(const Cause& cause);

 private:
  void transition(ChannelState to, const Cause& cause = {});
  bool isCurrent(const Envelope& envelope) const;
  /// Any frame but a change that was read from its ends.
  bool onRareFrame(const Envelope& envelope);
  bool onReply(const Envelope& envelope);
  void fail(ChannelState to, const Cause& cause);
  void forgetOldPushes();

  const std::string topic_;
  const Duration joinTimeoutAfter_;
  Context& context_;
  ChannelLink& link_;
  ChannelDelegate& delegate_;
  Deadline joinTimeout_;
  Vector<TimePoint> pushes_;  ///< of tokens, whose announcements are yet to come
  std::string pendingToken_;  ///< payload of the push that is due once the join is answered
  std::string joinRef_;
  Cause shutdown_;  ///< the last `system` error; explains the `phx_close` that follows it
  ChannelState state_ = ChannelState::Closed;
};

}  // namespace switchboard
