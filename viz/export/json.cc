// The JSON of a trace and of a comparison. Written straight into one string, event by event: no
// tree is built, so that a capture of a few hundred thousand packets is written in a second or two.
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/wire/decode.hh"
#include "viz/export/export.hh"
#include "viz/export/names.hh"
#include "viz/ladder/others.hh"

namespace synoptic::exporting {
namespace {

using model::CallName;
using model::EventKind;

// Appends JSON text. A comma is put before a value or key unless it is the first of its array or
// object.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  void open(char bracket) { out_ += bracket; }
  void close(char bracket) { out_ += bracket; }
  void line() { out_ += '\n'; }
  void comma() {
    if (!out_.empty() && out_.back() != '{' && out_.back() != '[') out_ += ',';
  }
  void key(std::string_view name) {
    comma();
    out_ += '"';
    out_ += name;
    out_ += "\":";
  }
  void number(std::int64_t n) { fmt::format_to(std::back_inserter(out_), "{}", n); }
  void text(std::string_view s) {
    const bool plain = std::all_of(
        s.begin(), s.end(), [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; });
    if (plain) {
      out_ += '"';
      out_ += s;
      out_ += '"';
    } else {
      using nlohmann::json;
      out_ += json(std::string(s)).dump(-1, ' ', false, json::error_handler_t::replace);
    }
  }
  void hex(wire::ByteSpan bytes) {
    constexpr char digits[] = "0123456789abcdef";
    out_ += '"';
    const std::size_t at = out_.size();
    out_.resize(at + 2 * bytes.size());
    char* p = out_.data() + at;
    for (std::uint8_t b : bytes) {
      *p++ = digits[b >> 4];
      *p++ = digits[b & 15];
    }
    out_ += '"';
  }

  void field(std::string_view name, std::int64_t n) { key(name), number(n); }
  void field(std::string_view name, std::string_view s) { key(name), text(s); }
  void field(std::string_view name, const char* s) { key(name), text(s); }
  void flag(std::string_view name, bool value) { key(name), out_ += value ? "true" : "false"; }
  void null(std::string_view name) { key(name), out_ += "null"; }
  // An id, or null where there is none.
  template <typename Id>
  void id(std::string_view name, Id id) {
    if (id == Id::none) {
      null(name);
    } else {
      field(name, static_cast<std::int64_t>(id));
    }
  }

 private:
  std::string& out_;
};

bool is_utf8(std::string_view s) {
  try {
    return !nlohmann::json(std::string(s)).dump().empty();
  } catch (const nlohmann::json::type_error&) {
    return false;
  }
}

// Bytes of a call, and as text where they are text; the hex beside it is what counts.
void write_data(Writer& w, wire::ByteSpan data) {
  if (data.empty()) return;
  w.key("bytes");
  w.hex(data);
  const std::string_view text(reinterpret_cast<const char*>(data.data()), data.size());
  if (is_utf8(text)) w.field("text", text);
}

void write_flags(Writer& w, wire::CtlSet ctl) {
  w.key("flags");
  w.open('[');
  for (const auto& [bit, name] : ctl_names) {
    if (!ctl.has(bit)) continue;
    w.comma();
    w.text(name);
  }
  w.close(']');
}

void write_options(Writer& w, const wire::ParsedOptions& options) {
  w.key("options");
  w.open('{');
  if (options.mss) w.field("mss", *options.mss);
  if (options.window_scale) w.field("window_scale", *options.window_scale);
  if (options.sack_permitted) w.flag("sack_permitted", true);
  if (options.timestamps) {
    w.key("timestamps");
    w.open('{');
    w.field("val", options.timestamps->val);
    w.field("ecr", options.timestamps->ecr);
    w.close('}');
  }
  if (options.sack_count > 0) {
    w.key("sack");
    w.open('[');
    for (int i = 0; i < options.sack_count; ++i) {
      w.comma();
      w.open('[');
      w.number(options.sack_blocks[i].left.raw);
      w.comma();
      w.number(options.sack_blocks[i].right.raw);
      w.close(']');
    }
    w.close(']');
  }
  if (options.unknown) w.flag("unknown", true);
  w.close('}');
}

void write_anomalies(Writer& w, const std::vector<wire::Anomaly>& anomalies) {
  w.key("anomalies");
  w.open('[');
  for (const wire::Anomaly& anomaly : anomalies) {
    w.comma();
    w.text(code_name(anomaly.code));
  }
  w.close(']');
}

void write_packet(Writer& w, const model::Trace& trace, const model::Event& event,
                  const model::Packet& p) {
  w.field("sent_ns", event.t.ns);
  if (p.has_arrived()) {
    w.field("arrived_ns", p.arrived.ns);
  } else {
    w.null("arrived_ns");
  }
  w.field("fate", fate_names[static_cast<std::size_t>(p.fate)]);
  const bool segment = event.kind == EventKind::segment;
  if (segment) {
    write_flags(w, p.ctl);
    w.field("seq", p.seq.raw);
    w.field("ack", p.ack.raw);
    w.field("rel_seq", trace.relative_seq(event));
    w.field("rel_ack", trace.relative_ack(event));
  }
  if (event.kind == EventKind::other) w.field("what", ladder::other_name(event));
  w.field("len", p.len);
  if (segment) w.field("win", p.wnd);
  if (event.kind == EventKind::icmp) {
    w.field("icmp_type", p.icmp_type);
    w.field("icmp_code", p.icmp_code);
  }
  if (p.retransmission) w.flag("retransmission", true);
  if (!p.bytes.empty()) {
    const wire::Decoded decoded =
        wire::decode(p.bytes, p.link, p.original_size, wire::Detail::anomalies);
    if (segment) write_options(w, decoded.view.tcp.options.parse());
    write_anomalies(w, decoded.anomalies);
  }
  w.field("link", static_cast<std::int64_t>(p.link));
  w.field("original_size", p.original_size);
  w.key("bytes");
  w.hex(p.bytes);
}

void write_call(Writer& w, const model::Call& call) {
  w.field("call", call_name(call.name));
  if (call.process != 0) w.field("process", call.process);
  w.key("args");
  w.open('{');
  if (call.fd >= 0) w.field("fd", call.fd);
  const bool peer_found = call.name == CallName::accept || call.name == CallName::recvfrom;
  const bool addressed = call.address != wire::SocketAddress{};
  if (addressed && !peer_found) w.field("address", call.address.str());
  if (call.number != 0) w.field(number_name(call.name), call.number);
  w.close('}');
  if (call.returned) {
    w.field("returned_ns", call.returned_at.ns);
    w.field("result", call.result);
    if (call.error != 0) {
      w.field("error", model::error_name(call.error));
      w.field("errno", call.error);
    }
  } else {
    w.null("result");
  }
  if (addressed && peer_found) w.field("peer", call.address.str());
  write_data(w, call.data);
}

void write_body(Writer& w, const model::Trace& trace, const model::Event& event) {
  if (const auto* packet = std::get_if<model::Packet>(&event.body)) {
    write_packet(w, trace, event, *packet);
  } else if (const auto* call = std::get_if<model::Call>(&event.body)) {
    write_call(w, *call);
  } else if (const auto* change = std::get_if<model::StateChange>(&event.body)) {
    w.field("from_state", rfc_name(change->from));
    w.field("to_state", rfc_name(change->to));
    w.field("basis", basis_name(change->basis));
    if (change->basis == model::Basis::contradicted)
      w.field("kernel_state", rfc_name(change->kernel));
  } else if (const auto* timer = std::get_if<model::Timer>(&event.body)) {
    w.field("timer", timer_name(timer->name));
    w.field("action", action_name(timer->action));
    w.field("deadline_ns", timer->deadline.ns);
  } else if (const auto* note = std::get_if<model::Note>(&event.body)) {
    if (!note->text.empty()) w.field("text", note->text);
  }
}

void write_event(Writer& w, const model::Trace& trace, const model::Event& event) {
  w.open('{');
  w.id("id", event.id);
  w.field("t_ns", event.t.ns);
  w.field("kind", kind_name(event.kind));
  w.id("endpoint", event.endpoint);
  if (event.to != model::EndpointId::none) w.id("to", event.to);
  if (event.flow != model::FlowId::none) w.id("flow", event.flow);
  write_body(w, trace, event);
  if (event.why != model::Why::none) {
    const model::WhyInfo& why = info(event.why);
    w.key("why");
    w.open('{');
    w.field("code", why.name);
    w.field("rfc", why.rfc);
    w.field("text", why.text);
    w.close('}');
  }
  if (event.cause != model::EventId::none) w.id("cause", event.cause);
  w.close('}');
}

void write_endpoint(Writer& w, const model::Endpoint& endpoint) {
  w.open('{');
  w.id("id", endpoint.id);
  w.field("name", endpoint.name);
  w.field("address", endpoint.address.ip.str());
  w.field("port", endpoint.address.port);
  w.field("protocol", protocol_name(endpoint.protocol));
  w.close('}');
}

void write_flow(Writer& w, const model::Flow& flow) {
  w.open('{');
  w.id("id", flow.id);
  w.field("protocol", protocol_name(flow.protocol));
  w.id("a", flow.a);
  w.id("b", flow.b);
  if (flow.base_a) w.field("base_a", flow.base_a->raw);
  if (flow.base_b) w.field("base_b", flow.base_b->raw);
  if (flow.began_mid_stream) w.flag("mid_stream", true);
  w.close('}');
}

void write_sample(Writer& w, const model::KernelSample& sample) {
  w.open('{');
  w.id("endpoint", sample.endpoint);
  if (sample.flow != model::FlowId::none) w.id("flow", sample.flow);
  w.field("asked_ns", sample.before.ns);
  w.field("answered_ns", sample.after.ns);
  if (sample.last_after != sample.after) {  // and asked again, with the same answer
    w.field("last_asked_ns", sample.last_before.ns);
    w.field("last_answered_ns", sample.last_after.ns);
    w.field("gap_ns", sample.gap.ns);
  }
  if (sample.came_from) w.field("from_state", rfc_name(*sample.came_from));
  w.field("state", rfc_name(sample.state));
  if (sample.info) {
    w.field("cwnd", sample.info->cwnd);
    if (sample.info->ssthresh) {
      w.field("ssthresh", *sample.info->ssthresh);
    } else {
      w.null("ssthresh");
    }
    w.field("rtt_ns", sample.info->rtt.ns);
    w.field("rto_ns", sample.info->rto.ns);
    w.field("unacked", sample.info->unacked);
  }
  w.close('}');
}

// One item a line, so that a person, grep and diff can read it.
template <typename Items, typename Write>
void write_lines(Writer& w, std::string_view key, const Items& items, Write write) {
  w.key(key);
  w.open('[');
  for (const auto& item : items) {
    w.comma();
    w.line();
    write(item);
  }
  w.close(']');
}

void write_trace(Writer& w, const model::Trace& trace) {
  w.open('{');
  w.field("format", "synoptic-trace");
  w.field("version", 1);
  w.field("source", source_name(trace.source()));
  write_lines(w, "endpoints", trace.endpoints(),
              [&](const model::Endpoint& e) { write_endpoint(w, e); });
  write_lines(w, "flows", trace.flows(), [&](const model::Flow& f) { write_flow(w, f); });
  write_lines(w, "warnings", trace.warnings, [&](const std::string& s) { w.text(s); });
  if (!trace.kernel.empty())
    write_lines(w, "kernel", trace.kernel,
                [&](const model::KernelSample& s) { write_sample(w, s); });
  write_lines(w, "events", trace.by_time(),
              [&](model::EventId id) { write_event(w, trace, trace[id]); });
  w.close('}');
}

void write_ids(Writer& w, std::string_view key, const std::vector<model::EventId>& ids,
               const std::vector<model::EventId>& more = {}) {
  w.key(key);
  w.open('[');
  for (const std::vector<model::EventId>* list : {&ids, &more}) {
    for (model::EventId id : *list) {
      w.comma();
      w.number(index(id));
    }
  }
  w.close(']');
}

void write_row(Writer& w, const ladder::Row& row) {
  w.open('{');
  write_ids(w, "sim", row.sim);
  write_ids(w, "live", row.live);
  w.field("verdict", verdict_name(row.verdict));
  w.key("also");
  w.open('[');
  for (const auto& [differs, name] :
       {std::pair{row.window_differs, "window"}, std::pair{row.options_differ, "options"},
        std::pair{row.timing_differs, "timing"}}) {
    if (!differs) continue;
    w.comma();
    w.text(name);
  }
  w.close(']');
  if (row.reason) {
    w.key("why");
    w.open('{');
    w.field("code", row.reason->code);
    w.field("text", row.reason->text);
    write_ids(w, "cites", row.reason->cites_sim, row.reason->cites_live);
    write_ids(w, "cites_sim", row.reason->cites_sim);
    write_ids(w, "cites_live", row.reason->cites_live);
    w.close('}');
  }
  w.close('}');
}

}  // namespace

std::string to_json(const model::Trace& trace) {
  std::string out;
  out.reserve(256 + 600 * trace.events().size());
  Writer w(out);
  write_trace(w, trace);
  w.line();
  return out;
}

std::string to_json(const model::Trace& sim, const model::Trace& live,
                    const ladder::Alignment& alignment) {
  std::string out;
  Writer w(out);
  w.open('{');
  w.key("simulated");
  write_trace(w, sim);
  w.key("captured");
  write_trace(w, live);
  write_lines(w, "rows", alignment.rows, [&](const ladder::Row& row) { write_row(w, row); });
  w.field("unexplained", static_cast<std::int64_t>(alignment.unexplained));
  w.close('}');
  w.line();
  return out;
}

}  // namespace synoptic::exporting
