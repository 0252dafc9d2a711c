// Reads the script line by line; every packet has real bytes.
#include "tests/ladder/trace_builder.hh"

#include <fmt/format.h>

#include <cerrno>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/wire/packet.hh"

namespace synoptic::ladder {
namespace {

std::vector<std::string> words(std::string_view line) {
  std::vector<std::string> out;
  while (!line.empty()) {
    if (line.front() == ' ') {
      line.remove_prefix(1);
    } else if (line.front() == '"') {
      const std::size_t end = line.find('"', 1);
      out.emplace_back(line.substr(0, end));
      line.remove_prefix(end + 1);
    } else {
      const std::size_t end = std::min(line.find(' '), line.size());
      out.emplace_back(line.substr(0, end));
      line.remove_prefix(end);
    }
  }
  return out;
}

wire::CtlSet flags(std::string_view letters) {
  std::uint8_t bits = 0;
  for (const char c : letters) {
    const auto at = std::string_view("FSRPAUEC").find(c);
    if (at == std::string_view::npos) throw std::invalid_argument(fmt::format("flag {}", c));
    bits |= static_cast<std::uint8_t>(1u << at);
  }
  return wire::CtlSet(bits);
}

constexpr model::Duration ms(double n) {
  return {static_cast<std::int64_t>(n * 1e6)};
}

// What a segment's options say.
struct Said {
  std::optional<std::uint32_t> tsval;
  std::pair<std::uint32_t, std::uint32_t> twice;  // relative, of the other end; {0, 0}: nothing
};

class Builder {
 public:
  Builder(model::Source source, BuildOptions options) : trace_(source), options_(options) {
    const auto ip = [&](std::uint8_t last) {
      return options.ipv6
                 ? wire::IpAddress::v6({0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last})
                 : wire::IpAddress::v4(127, 0, 0, last);
    };
    address_[0] = {ip(1), 40000};
    address_[1] = {ip(2), 9999};
  }

  void line(const std::vector<std::string>& w) {
    if (w.empty()) return;
    if (w[0] == "warn") {
      std::string text;
      for (std::size_t i = 1; i < w.size(); ++i) text += (i > 1 ? " " : "") + w[i];
      trace_.warnings.push_back(text);
      return;
    }
    t_ = model::Instant{} + ms(std::stod(w.at(0)));
    from_ = w.at(1) == "c" ? 0 : 1;
    const std::string& what = w.at(2);
    if (what == "crowd") return crowd(std::stoi(w.at(3)), w.size() > 4);
    if (what == "gives-up") return give_up();
    if (what == "D") return packet(w, 3, model::EventKind::datagram);
    if (what == "I") return packet(w, 3, model::EventKind::icmp);
    if (std::isupper(static_cast<unsigned char>(what[0])))
      return packet(w, 3, model::EventKind::segment);
    call(w);
  }

  model::Trace take() { return std::move(trace_); }

 private:
  void open(model::Protocol protocol) {
    if (flow_ != model::FlowId::none) return;
    for (const int i : {0, 1})
      end_[i] = trace_.add_endpoint(i == 0 ? "client" : "server", address_[i], protocol);
    flow_ = trace_.add_flow(protocol, end_[0], end_[1]);
    if (protocol == model::Protocol::tcp) {
      trace_.edit(flow_).base_a = wire::SeqNum{options_.isn};
      trace_.edit(flow_).base_b = wire::SeqNum{options_.isn + 4000};
    }
  }

  void packet(const std::vector<std::string>& w, std::size_t at, model::EventKind kind) {
    open(kind == model::EventKind::segment ? model::Protocol::tcp : model::Protocol::udp);
    model::Packet p;
    model::Event e{.t = t_, .endpoint = end_[from_], .to = end_[1 - from_], .flow = flow_};
    double way = options_.way_ms;
    std::string text;
    std::uint32_t numbers[2] = {0, 0};
    int seen = 0;
    bool held = false;
    Said said;
    p.wnd = 65535;
    for (; at < w.size(); ++at) {
      const std::string& word = w[at];
      if (word[0] == '"')
        text = word.substr(1);
      else if (word == "lost")
        p.fate = model::Fate::lost;
      else if (word == "damaged")
        p.fate = model::Fate::damaged;
      else if (word == "again")
        p.retransmission = true;
      else if (word == "held")
        held = true;
      else if (word == "rto")
        p.retransmission = true, e.why = model::Why::retransmission_timeout;
      else if (word.starts_with("ts="))
        said.tsval = static_cast<std::uint32_t>(std::stoul(word.substr(3)));
      else if (word.starts_with("twice="))
        said.twice = {static_cast<std::uint32_t>(std::stoul(word.substr(6))),
                      static_cast<std::uint32_t>(std::stoul(word.substr(word.find('-') + 1)))};
      else if (word.starts_with("re="))
        e.cause = packets_.at(std::stoul(word.substr(3)));
      else if (word == "dup")
        e.why = model::Why::fault_duplicate, e.cause = packets_.back();
      else if (word.starts_with("wnd="))
        p.wnd = static_cast<std::uint32_t>(std::stoul(word.substr(4)));
      else if (word.starts_with("dt="))
        way = std::stod(word.substr(3));
      else if (word.starts_with("len="))
        text = std::string(std::stoul(word.substr(4)), 'x');
      else
        numbers[seen++] = static_cast<std::uint32_t>(std::stoul(word));
    }
    if (p.fate != model::Fate::lost && p.fate != model::Fate::damaged)
      p.fate = model::Fate::delivered, p.arrived = t_ + ms(way);
    p.len = static_cast<std::uint32_t>(text.size());
    fill(p, kind, w[2], numbers, text, said);
    e.body = p;
    const model::EventId id = trace_.add(std::move(e), kind);
    packets_.push_back(id);
    if (held)
      trace_.add({.t = t_,
                  .endpoint = end_[from_],
                  .flow = flow_,
                  .cause = id,
                  .why = model::Why::fault_delay,
                  .body = model::Note{}});
  }

  void fill(model::Packet& p, model::EventKind kind, const std::string& letters,
            const std::uint32_t (&numbers)[2], const std::string& text, const Said& said) {
    const wire::IpSpec ip{.src = address_[from_].ip, .dst = address_[1 - from_].ip};
    const wire::ByteSpan payload{reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
    wire::Bytes bytes;
    if (kind == model::EventKind::segment) {
      const std::uint32_t own = options_.isn + (from_ == 0 ? 0 : 4000),
                          other = options_.isn + (from_ == 0 ? 4000 : 0);
      p.ctl = flags(letters);
      p.seq = {own + numbers[0]};
      p.ack = {p.ctl.has(wire::ACK) ? other + numbers[1] : 0};
      wire::TcpHeader tcp{.src_port = address_[from_].port,
                          .dst_port = address_[1 - from_].port,
                          .seq = p.seq,
                          .ack = p.ack,
                          .ctl = p.ctl,
                          .window = static_cast<std::uint16_t>(p.wnd)};
      if (said.tsval) tcp.options.append_timestamps({*said.tsval, 0});
      if (said.twice.second > 0) {
        const wire::SackBlock block{{other + said.twice.first}, {other + said.twice.second}};
        tcp.options.append_sack(std::span(&block, 1));
      }
      wire::append_tcp(bytes, {}, ip, tcp, payload);
    } else if (kind == model::EventKind::datagram) {
      wire::append_udp(bytes, {}, ip, address_[from_].port, address_[1 - from_].port, payload);
    } else {
      p.icmp_type = static_cast<std::uint8_t>(numbers[0]);
      p.icmp_code = static_cast<std::uint8_t>(numbers[1]);
      wire::append_icmp(bytes, {}, ip, p.icmp_type, p.icmp_code, payload);
    }
    p.bytes = trace_.arena().store(bytes);
    p.original_size = static_cast<std::uint32_t>(p.bytes.size());
  }

  // Other connections to the server, their handshakes just finished; accepted, or waiting for it.
  void crowd(int count, bool accepted) {
    open(model::Protocol::tcp);
    const auto client = end_[0];
    const auto flow = flow_;
    const auto address = address_[0];
    for (int i = 0; i < count; ++i) {
      address_[0].port = static_cast<std::uint16_t>(address.port + 1 + i);
      end_[0] =
          trace_.add_endpoint(fmt::format("client {}", i + 2), address_[0], model::Protocol::tcp);
      flow_ = trace_.add_flow(model::Protocol::tcp, end_[0], end_[1]);
      trace_.edit(flow_).base_a = wire::SeqNum{options_.isn};
      trace_.edit(flow_).base_b = wire::SeqNum{options_.isn + 4000};
      for (const std::string_view segment : {"c S 0 dt=0", "s SA 0 1 dt=0", "c A 1 1 dt=0"}) {
        from_ = segment[0] == 'c' ? 0 : 1;
        packet(words(fmt::format("0 {}", segment)), 3, model::EventKind::segment);
      }
      if (accepted)
        trace_.add({.t = t_,
                    .endpoint = end_[1],
                    .flow = flow_,
                    .body = model::Call{
                        .name = model::CallName::accept, .returned = true, .returned_at = t_}});
    }
    end_[0] = client, flow_ = flow, address_[0] = address;
  }

  void give_up() {
    trace_.add({.t = t_,
                .endpoint = end_[from_],
                .flow = flow_,
                .why = model::Why::gave_up,
                .body = model::StateChange{model::TcpState::established, model::TcpState::closed}});
  }

  void call(const std::vector<std::string>& w) {
    open(model::Protocol::tcp);
    model::Call c{.returned = true, .returned_at = t_};
    bool found = false;
    for (int n = 0; n <= static_cast<int>(model::CallName::read_line); ++n)
      if (model::call_name(static_cast<model::CallName>(n)) == w[2])
        c.name = static_cast<model::CallName>(n), found = true;
    if (!found) throw std::invalid_argument("call " + w[2]);
    for (std::size_t i = 3; i < w.size(); ++i) {
      if (w[i][0] == '"') {
        const std::string text = w[i].substr(1);
        c.data = trace_.arena().store(
            wire::ByteSpan{reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
        c.result = static_cast<std::int64_t>(text.size());
      } else if (w[i].starts_with("dt=")) {
        c.returned_at = t_ + ms(std::stod(w[i].substr(3)));
      } else if (w[i] == "ETIMEDOUT") {
        c.result = -1, c.error = ETIMEDOUT;
      } else if (c.name == model::CallName::listen) {
        c.number = std::stol(w[i]);
      } else {
        c.result = std::stol(w[i]);
      }
    }
    trace_.add({.t = t_, .endpoint = end_[from_], .flow = flow_, .body = c});
  }

  model::Trace trace_;
  std::vector<model::EventId> packets_;
  BuildOptions options_;
  wire::SocketAddress address_[2];
  model::EndpointId end_[2] = {};
  model::FlowId flow_ = model::FlowId::none;
  model::Instant t_;
  int from_ = 0;
};

}  // namespace

model::Trace build(model::Source source, std::string_view script, BuildOptions options) {
  Builder builder(source, options);
  while (!script.empty()) {
    const std::size_t end = std::min(script.find_first_of(";\n"), script.size());
    builder.line(words(script.substr(0, end)));
    script.remove_prefix(std::min(end + 1, script.size()));
  }
  return builder.take();
}

}  // namespace synoptic::ladder
