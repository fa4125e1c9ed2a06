#include "seeds.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string_view>

#include "oracle/json.h"

namespace switchboard::fuzz {

namespace {

using namespace std::string_literals;

std::string repeated(std::string_view piece, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += piece;
  return text;
}

/// The frame with its digits and letters made alike: frames of one shape are one seed.
std::string shapeOf(std::string_view text) {
  std::string shape;
  for (const char c : text) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit || shape.empty() || shape.back() != '0') shape += digit ? '0' : c;
  }
  return shape;
}

/// A recorded frame as a seed of all that would read it.
void addFrame(char version, const std::string& text, std::vector<std::string>& out) {
  constexpr std::size_t kLongest = 3'000;
  if (text.size() > kLongest) return;
  out.push_back(version + text);
  out.push_back((version == '1' ? 'x' : 'y') + text);
  const auto frame = parseJson(text);
  if (!frame) return;
  const Json* payload = version == '1'                            ? member(*frame, "payload")
                        : frame->is_array() && frame->size() == 5 ? &frame->at(4)
                                                                  : nullptr;
  if (payload == nullptr) return;
  const std::string inside = toText(*payload);
  const std::string event(version == '1'             ? textMember(*frame, "event")
                          : frame->at(3).is_string() ? frame->at(3).get<std::string>()
                                                     : "");
  out.push_back('j' + inside);
  if (event == "postgres_changes") out.push_back('c' + inside);
  if (event == "phx_reply") out.push_back('r' + inside);
  if (event == "system") out.push_back('s' + inside);
  if (event == "system") out.push_back("w" + std::string(textMember(*payload, "message")));
}

void addTranscripts(std::vector<std::string>& out) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(SWITCHBOARD_FIXTURES "/transcripts"))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::set<std::string> shapes;
  for (const auto& path : files) {
    const char version = path.string().find("/v1/") != std::string::npos ? '1' : '2';
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
      const auto record = parseJson(line);
      if (!record || textMember(*record, "dir") != "in" || !record->contains("text")) continue;
      const std::string text(textMember(*record, "text"));
      if (shapes.insert(version + shapeOf(text)).second) addFrame(version, text, out);
    }
  }
}

/// A session that gets as far as changes; see Session::hear for the marks.
std::string liveSession(bool array, std::string_view more) {
  const auto frame = [array](std::string_view joinRef, std::string_view ref, std::string_view event,
                             std::string_view payload) {
    const auto text = [](std::string_view part) { return part.empty() ? "null"s : '"' + std::string(part) + '"'; };
    if (array) {
      return '[' + text(joinRef) + ',' + text(ref) + R"(,"~",)" + text(event) + ',' + std::string(payload) + "]\n";
    }
    return R"({"ref":)" + text(ref) + R"(,"payload":)" + std::string(payload) + R"(,"event":)" + text(event) +
           R"(,"topic":"~"})" + "\n";
  };
  std::string session(1, array ? 'y' : 'x');
  session += frame(
      "^", "^", "phx_reply",
      R"({"status":"ok","response":{"postgres_changes":[{"id":11,"event":"*","schema":"public","table":"bookings"},{"id":12,"event":"*","schema":"public","table":"rooms"}]}})");
  session +=
      frame("^", "", "system",
            R"({"message":"Subscribed to PostgreSQL","status":"ok","extension":"postgres_changes","channel":"x"})");
  session += frame(
      "", "", "postgres_changes",
      R"({"ids":[11,12],"data":{"schema":"public","table":"rooms","type":"INSERT","commit_timestamp":"2026-11-22T12:00:00.000Z","record":{"id":1},"columns":[],"errors":null}})");
  session +=
      frame("", "", "postgres_changes",
            R"({"data":{"type":"DELETE","old_record":{"id":1},"errors":["Error 413: Payload Too Large"]},"ids":[12]})");
  session += more;
  return session;
}

/// A session whose channel is joined.
std::string roomSession(bool array, std::string_view more) {
  const std::string reply = R"({"status":"ok","response":{"postgres_changes":[]}})";
  const std::string joined = array ? R"(["|","|","`","phx_reply",)" + reply + "]"
                                   : R"({"ref":"|","topic":"`","event":"phx_reply","payload":)" + reply + "}";
  return std::string(1, array ? 'y' : 'x') + joined + "\n" + std::string(more);
}

std::string numberedMessage(std::string_view epoch, int number) {
  return R"({"v":1,"epoch":")" + std::string(epoch) + R"(","number":)" + std::to_string(number) +
         R"(,"committed":"2026-11-27T18:00:00.123456Z","tables":[{"schema":"s","table":"t","columns":[{"name":"id","type":"int8"}]}],)"
         R"("changes":[{"t":0,"type":"UPDATE","record":{"id":1.50},"old_record":{"id":1},"errors":["Error 413"]}]})";
}

/// With the messages from `from` to `to`.
std::string numberedAnswer(int last, int from, int to) {
  Json messages = Json::array();
  for (int number = from; number <= to; ++number) messages.push_back(numberedMessage("e", number));
  return toText(Json{{"v", 1},
                     {"state", "ok"},
                     {"topic", "t"},
                     {"epoch", "e"},
                     {"first", 1},
                     {"last", last},
                     {"messages", messages},
                     {"more", to >= from && to < last}});
}

}  // namespace

std::vector<std::string> seeds() {
  std::vector<std::string> all = {
      // frames
      R"(2[null,null,"realtime:a","postgres_changes",{"ids":[1,2,4294967295],"data":{"type":"UPDATE","commit_timestamp":"t","record":{"id":1}}}])",
      "2 [ null\t,\n\"1\" ,\r\"realtime:a\" , \"phx_reply\" , { \"status\" : \"ok\" } ] ",
      R"(2["\u0031","2","realtime:\ud83d\ude00\"\\\/\b","phx\u005freply",{}])",
      R"(2["1","2","\ud83d","phx_reply",{}])",
      R"(2["1","2","a","b","payload"])",
      R"(2["1","2","a","b",-1.5e+300])",
      R"(2["1","2","a","b",[}])",
      R"(2["1","2","a","b",[\"]])",
      R"(2["1","2","a","b",[[\]]])",
      R"(2["1","2","a","b",e{ly])",
      R"(1{"ref":!1,"ref":"2","payload":1,"payload":2,"event":"a","topic":"b"})",
      R"(1{"topic":"a","event":"b","payload":{},"mor\u0065":1,"\u":1})",
      R"(2["1","2","a","b",{}]x)",
      R"(2["1","2","a","b",{},1])",
      R"(2["1","2","a","b"])",
      R"(2["1","2","a")",
      R"(2[1,"2","a","b",{}])",
      R"(2["1","2",null,"b",{}])",
      "2[\"1\",\"2\",\"a\xff\",\"b\n\",{}]",
      "2[\"1\",\"2\",\"a\",\"b\",{}]\0garbage"s,
      "2[\"1\",\"2\",\"a\",\"b\",{}\0]"s,
      R"(2["1","2","a","b",")" + repeated(R"(\\\")", 40) + "\"]",
      R"(2["1","2","a","b",)" + repeated("[", 300) + repeated("]", 300) + "]",
      R"(1{"topic":"realtime:a","event":"phx_reply","payload":{"status":"ok","response":{}},"ref":"1"})",
      R"(1{"ref":null,"payload":{"ids":[],"data":{}},"event":"postgres_changes","topic":"a","join_ref":"3"})",
      R"(1{"ref":nullx,"payload":1,"event":"a","topic":"b"})",
      R"(1{"ref":1,"ref":"2","payload":1,"payload":2,"event":"a","topic":"b"})",
      R"(1{"\u0072ef":"2","pay\u006coad":{},"\q":1,"event":"a","topic":"b","more":tru})",
      R"(1 { "topic" : "a" , "event" : "b" , "payload" : null } )",
      R"(1{"topic":"a","event":"b"})",
      R"(1{})",
      // binary frames
      "b\4\3\1\0\1a:be{\"a\":1}"s,
      "b\4\3\2\x0a\0a:b\xC3\xA9{\"id\":\"1\"}\0\xff"s,
      "b\3\1\1\3\1\2\1"
      "68a:be{}[1]"s,
      "b\0\1\1\3\1"
      "68a:be\1"s,
      "b\0\1\3\1"
      "6a:be\1"s,
      "b\1\1\1\3\2"
      "68a:bok\1"s,
      "b\2\3\1a:be\1"s,
      "b\4\xff\xff\xff\1"s,
      // broadcasts in text
      R"(d{"type":"broadcast","event":"e\u00e9","payload":{"a":[1]},"meta":{"id":"1","replayed":true}})",
      R"(d{"event":"e","meta":[],"event":1})",
      R"(d{"event":"e","payload":{]},"meta":{"id":{]}})",
      R"(d["event"])",
      // presence
      "ms{\"a\":{\"metas\":[{\"phx_ref\":\"1\",\"n\":1}]}}\nd{\"joins\":{\"a\":{\"metas\":[{\"phx_ref\":\"2\"}]},\"b\":"
      "{\"metas\":[{}]}},"
      "\"leaves\":{\"a\":{\"metas\":[{\"phx_ref\":\"1\"}]}}}\nj\ns{\"b\":{\"metas\":[{\"n\":[]}]}}",
      "md{\"joins\":{\"a\":{\"metas\":[{\"phx_ref\":\"1\"}]}}}\nd{\"leaves\":{\"a\":{\"metas\":[{\"phx_ref\":\"1\"}]}}}"
      "\ns{\"c\":{\"metas\":[]}}",
      "ms{\"a\":{\"metas\":{}},\"b\":1}\nd[]\ns{\nd{\"joins\":1,\"leaves\":{\"b\":{\"metas\":[1,2]}}}",
      // changes
      R"(c{"data":{"type":"INSERT"},"ids":[1]})",
      R"(c{"ids":[],"data":{"type":"IN\u0053ERT","type":"DELETE"}})",
      R"(c{"ids":[01],"data":{}})",
      R"(c{"ids":[1.0,2],"data":{}})",
      R"(c{"ids":[-0],"data":{}})",
      R"(c{"ids":[4294967296],"data":{}})",
      R"(c{"ids":[1],"ids":[2],"data":1,"data":{"commit_timestamp":"2026-11-22T12:00:00Z"}})",
      R"(c{"data":{"record":{"ids":[9]},"note":"\"ids\":[8]}"},"ids":[ 1 , 2 ] } )",
      R"(c{"data":{},"ids":[1],"more":[2]})",
      R"(c{"data":{},"i\u0064s":[1]})",
      R"(c{"ids":[1])",
      // escapes, written strings
      R"(u\"\\\/\b\f\n\r\t\u0000\u00e9\u20AC\ud83d\ude00)",
      R"(u\ud83d)",
      R"(u\ude00\ud83d\u0041)",
      R"(u\u12G4)",
      R"(u\)",
      "uplain \xC3\xA9 \xF0\x9F\x98\x80 \xC0\x80 \xED\xA0\x80 \xF4\x90\x80\x80",
      "q\"\\/\b\f\n\r\t\x7f\0 \xC3\xA9 \xF0\x9F\x98\x80"s,
      "q\xff\xC3(\xE2\x82(\xF0\x9F\x98",
      // rows
      "k{\"id\":1,\"a\":2}\n{\"a\":{\"id\":3},\"id\":1}",
      "k{\"id\":\"x\"}\n{ \"id\" : \"x\" }",
      "k{\"id\":1}\n{\"id\":\"1\"}",
      "k{\"id\":1,\"id\":2}\n{\"i\\u0064\":1}",
      "k{\"id\":null}\n{\"id\":null}",
      "k{}\n[]",
      // values
      "j" + repeated("[", 256) + repeated("]", 256),
      "j" + repeated("[", 257) + repeated("]", 257),
      "j" + repeated(R"({"a":)", 300),
      R"(j[0,-0,1,-1,9223372036854775807,-9223372036854775808,9223372036854775808,18446744073709551615,18446744073709551616,-9232372036854775808,4294967296])",
      R"(j[1.5,-1.5e3,1E+2,1e-400,0.1e1,123456789012345678901234567890,1e308])",
      "j1e999",
      "j[01]",
      "j-",
      "j1.",
      "j.5",
      "j+1",
      "j[1,]",
      "j{\"a\":1,\"a\":{\"b\":[true,false,null]},\"\\u0061\":2,\"\":3}",
      "j\"\xED\xA0\x80\"",
      "j\"\\ud800\"",
      "j\"\t\"",
      "j\xEF\xBB\xBF{}",
      "jnull\0"s,
      // control
      R"(r{"status":"ok","response":{"postgres_changes":[{"id":7,"event":"INSERT","schema":"public","table":"t","filter":"a=eq.1","select":["id",1]},{"id":-1},{"id":1.0},3]}})",
      R"(r{"status":"error","response":{"reason":"Unauthorized: no"}})",
      R"(r{"response":"unmatched topic","status":"error"})",
      R"(s{"extension":"postgres_changes","status":"error","message":"Unable to subscribe to changes with given parameters: Exception: ERROR 57014 quoted","channel":"a"})",
      "wToken has expired 2 seconds ago",
      "wUnable to subscribe to changes with given parameters",
      "wException: ERROR 5",
      R"(a{"role":"anon","exp":1795348800,"iat":1})",
      R"(a{"role":"authenticated","exp":1795348800.5})",
      R"(a{"exp":-1e300,"role":1})",
      R"(a{"exp":"soon"})",
      "teyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiIsImV4cCI6MTc5NTM0ODgwMH0.c2ln",
      "tsb_publishable_abc",
      "t..",
      "ta.=.b",
      // what the application gives
      "fbusiness_id=eq.1",
      "fa=in.(1,\"x,y\",\"\\\"\"),b=not.is.null",
      "fa=eq.\"x,y\", b=like.%(z)%",
      "fa=in.()",
      "fa=eq.\"",
      "f , ",
      "p*\npublic\nbookings\nid=eq.\"\xff\"\nid\ntoken",
      "pINSERT\n\n\n\n\n",
      "ews://host/realtime/v1\nkey\nlog level\n&=#\xC3\xA9",
      "ewss://host/a/?x=1#frag\nkey",
      "ehttp://host",
      R"(o{"url":"wss://host/realtime/v1","apikey":"k","params":{"a":1,"b":"c"},"vsn":"1.0.0","heartbeatIdleMs":1e300,"lingerMs":-1,"joinsPerSecond":4294967297,"maxSockets":1.5})",
      R"(o{"table":"t","select":["id",1],"delivery":{"mode":"latest","everyMs":99999999999999999999,"key":["id"],"max":0}})",
      R"(o{"table":"t","delivery":{"mode":"debounce","waitMs":-5,"maxWaitMs":1e18,"leading":true,"payload":false}})",
      R"(o{"delivery":3})",
      // numbered changes
      "n" + numberedMessage("e", 41),
      R"(n{"changes":[{"old_record":{"id":1},"type":"DELETE","t":0}],"v":1,"epoch":"e","tables":[{"columns":[],"table":"t\u00e9","schema":"s","bases":{"a":"enum"}}],"number":2,"committed":"2026-11-27T18:00:00Z","fetch":[{"t":0,"rows":9}]})",
      R"(n{"v":1,"epoch":"e","last":41,"seq":1,"every_ms":5000})",
      R"(n{"v":2})",
      R"(g{"v":1,"state":"ok","topic":"t","epoch":"e","first":1,"last":2,"messages":["{}",{}],"more":false})",
      R"(g{"v":1,"state":"too_old","epoch":"e","first":3,"last":2})",
      R"(g{"v":1,"state":"refused","reason":"no","canonical":"\u0041"})",
      "la=gte.-1.50e3\n{\"a\":-1500}",
      "la=in.(1, \"2\",null,x\\ )\n{\"a\":2}",
      "la=like.%\\_%_\n{\"a\":\"x_\xC3\xA9\"}",
      "la=lt.2026-11-27T18:00:00.5+05:30\n{\"a\":\"2026-11-27T12:30:00.400001+00:00\"}",
      "la=isdistinct.t,b=not.is.null\n{\"a\":false,\"b\":null}",
      "hj\nt\na" + numberedAnswer(40, 1, 0) + "\nm" + numberedMessage("e", 41) + "\nm" + numberedMessage("e", 44) +
          "\nt\na" + numberedAnswer(44, 42, 43) + "\ni\nj\nt\na" + numberedAnswer(45, 45, 45),
      "hj\nt\nm" + numberedMessage("e", 2) + "\na" + numberedAnswer(1, 1, 0) + "\nm" + numberedMessage("f", 9) +
          "\nt\na{\"v\":1,\"state\":\"too_old\",\"epoch\":\"f\",\"first\":5,\"last\":8}\np{\"v\":1,\"epoch\":\"f\","
          "\"last\":12}\nt"
          "\na{\"v\":1,\"state\":\"too_old\",\"epoch\":\"f\",\"first\":12,\"last\":12}"
          "\nf\nt\nf\nt\nf\nt\nf\nt\nf\nt\nf",
      // sessions with a channel
      roomSession(
          true, R"([null,null,"`","broadcast",{"type":"broadcast","event":"e","payload":{"a":[1]},"meta":{"id":"7"}}])"
                "\n"
                R"([null,null,"`","broadcast",{"event":"e","meta":{"id":"7","replayed":true}}])"),
      roomSession(
          true,
          R"(["|",null,"`","presence_state",{"a":{"metas":[{"phx_ref":"1","n":1}]},"":{"metas":[]}}])"
          "\n"
          R"([null,null,"`","presence_diff",{"joins":{"b":{"metas":[{"phx_ref":"2"}]}},"leaves":{"a":{"metas":[{"phx_ref":"1"}]}}}])"),
      roomSession(true, R"([null,null,"`","presence_diff",5])"
                        "\n"
                        R"(["|",null,"`","presence_state",[]])"),
      roomSession(true, std::string("$\4\x0d\1\0\1realtime:roome{}", 22) + "\n" +
                            std::string("$\4\x0d\1\x0b\0realtime:roome{\"id\":\"99\"}\xff", 32)),
      roomSession(true, R"(["|","2","`","phx_reply",{"status":"error","response":"payload_size_exceeded"}])"),
      roomSession(
          true,
          R"(["|",null,"`","system",{"extension":"system","status":"error","message":"Too many messages per second"}])"
          "\n"
          R"(["|","|","`","phx_close",{}])"),
      roomSession(false, R"({"ref":null,"topic":"`","event":"broadcast","payload":{"event":"e","payload":null}})"
                         "\n"
                         R"({"ref":null,"topic":"`","event":"presence_state","payload":{"a":{"metas":[{}]}}})"),
      // sessions
      liveSession(true, R"(["^","^","~","phx_close",{}])"),
      liveSession(true, R"(["^","^","~","phx_error",{}])"),
      liveSession(
          true,
          R"(["^",null,"~","system",{"message":"Token has expired 1 second ago","status":"error","extension":"system"}])"
          "\n"
          R"(["^","^","~","phx_close",{}])"),
      liveSession(
          true,
          R"(["^",null,"~","system",{"message":"Unable to subscribe to changes with given parameters","status":"error","extension":"postgres_changes"}])"),
      liveSession(true, R"([null,"9","phoenix","phx_reply",{"status":"ok","response":{}}])"),
      liveSession(false, R"({"topic":"~","event":"phx_close","payload":{},"ref":"^"})"),
      R"(y["^","^","~","phx_reply",{"status":"error","response":{"reason":"TenantNotFound: Tenant not found"}}])",
      R"(x{"topic":"~","event":"phx_reply","ref":"^","payload":{"status":"error","response":"unmatched topic"}})",
  };
  addTranscripts(all);
  return all;
}

}  // namespace switchboard::fuzz
