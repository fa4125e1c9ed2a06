#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/inbound_text.h"

namespace switchboard {

/// Serializer version, the `vsn` of the url.
enum class Version : unsigned char { V1, V2 };

/// "1.0.0" and "2.0.0"; nothing else exists (protocol.md §1.1).
std::optional<Version> versionFromText(std::string_view text);
std::string_view toString(Version version);

/// One message to the server. Empty refs are sent as null; version 1 leaves an empty join_ref out, as the reference
/// client does.
struct OutgoingFrame {
  std::string_view joinRef;
  std::string_view ref;
  std::string_view topic;
  std::string_view event;
  std::string_view payload;  ///< JSON text, put in verbatim
};

/// Version 2: `[join_ref, ref, topic, event, payload]`; version 1: an object (protocol.md §2.1, §2.2).
std::string encodeFrame(Version version, const OutgoingFrame& frame);

/// One message from the server, as views into the frame's text. A null or missing ref has a null `data()`.
struct Envelope {
  std::string_view joinRef;  ///< version 1 never has one
  std::string_view ref;
  std::string_view topic;
  std::string_view event;
  std::string_view payload;  ///< JSON text, not looked into; not to be read where `isChange`
  std::string_view data{};   ///< likewise, of a database change that was read from its ends (`scanChangeFrame`)
  std::string_view ids{};    ///< of such a change
  const InboundText* text = nullptr;  ///< of `scanEnvelope`: what it was found in

  bool hasJoinRef() const { return joinRef.data() != nullptr; }
  bool hasRef() const { return ref.data() != nullptr; }
  /// Read as a database change from its ends; then it has no refs.
  bool isChange() const { return data.data() != nullptr; }
};

/// Finds the envelope's parts without parsing the payload: any key order, any white space. `scratch` takes the strings
/// that have escapes in them; the views die with it and with `text`. Nothing when `text` is no frame. What is inside
/// the payload, and inside further members of version 1, is only checked as far as its end has to be found; letters are
/// taken as they come, control characters and what is no UTF-8 too.
std::optional<Envelope> scanWholeFrame(Version version, std::string_view text, std::string& scratch);

/// The same from the text's ends where that can be done (`scanChangeFrame`), else from all of it.
std::optional<Envelope> scanEnvelope(Version version, const InboundText& text, std::string& scratch);

}  // namespace switchboard
