// SVG: a Scene as a drawing that stands alone. Wireshark's colours for the packets, a light ground
// in any viewer; what a colour says, a word, a dash or a shape says too.
#include <fmt/format.h>

#include <array>
#include <iterator>
#include <set>
#include <string>
#include <utility>

#include "viz/export/export.hh"
#include "viz/ladder/cells.hh"
#include "viz/ladder/layout.hh"

namespace synoptic::exporting {
namespace {

using ladder::Role;

// The colour of each state's bar: grey before and after, green while text may flow both ways, warm
// while closing.
std::string_view state_colour(model::TcpState state) {
  constexpr std::array<std::string_view, model::tcp_state_count> colours{
      "#b9b9b9", "#9ec5e8", "#5b9bd5", "#2f75b5", "#4f9d45", "#f4c542",
      "#e8a317", "#f08a5d", "#d1495b", "#b5533c", "#8d6fb0"};
  return colours[static_cast<std::size_t>(state)];
}

// Fill of the label behind a packet line, or behind other words.
std::string_view label_fill(Role role) {
  switch (role) {
    case Role::segment_syn_fin: return "#a0a0a0";
    case Role::reset: return "#a40000";
    case Role::datagram: return "#daeeff";
    case Role::icmp: return "#fce0ff";
    case Role::segment: return "#e7e6ff";
    default: return "#ffffff";  // under words that an arrow passes, too
  }
}

std::string_view class_of(Role role) {
  switch (role) {
    case Role::lane: return "lane";
    case Role::lane_name: return "name";
    case Role::lane_address: return "address";
    case Role::state_bar: return "bar";
    case Role::state_name: return "state";
    case Role::state_name_inferred: return "inferred";
    case Role::segment: return "segment";
    case Role::segment_syn_fin: return "synfin";
    case Role::segment_lost: return "lost";
    case Role::datagram: return "datagram";
    case Role::icmp: return "icmp";
    case Role::icmp_tie: return "tie";
    case Role::reset: return "reset";
    case Role::packet_line: return "line";
    case Role::call: return "call";
    case Role::call_result: return "result";
    case Role::program_output: return "output";
    case Role::timer: return "timer";
    case Role::loss_mark: return "loss";
    case Role::note: return "note";
    case Role::gap: return "gap";
    case Role::time_label: return "time";
    case Role::verdict_same: return "same";
    case Role::verdict_differs: return "differs";
    case Role::reason: return "reason";
    case Role::band: return "band";
    case Role::title: return "title";
    case Role::side_title: return "side";
    case Role::summary: return "summary";
    case Role::warning: return "warning";
    case Role::legend: return "legend";
  }
  return "";
}

constexpr std::string_view style = R"(
text{font-family:'DejaVu Sans Mono','Liberation Mono','Noto Sans Mono',Menlo,Consolas,'Noto Sans Mono CJK SC','WenQuanYi Micro Hei Mono',monospace;fill:#1a1a1a;white-space:pre}
.lane{stroke:#9c9c9c;stroke-width:1.5}
.name,.title,.side{font-weight:bold}.side{fill:#ffffff;letter-spacing:.5px}.address,.time,.legend{fill:#5a5a5a}
.state{fill:#14532d;font-weight:bold}.inferred{fill:#14532d;font-style:italic}
.segment,.synfin{stroke:#333;stroke-width:1.6}.reset{stroke:#a40000;stroke-width:2}
.datagram{stroke:#1f5f99;stroke-width:1.6;stroke-dasharray:3 3}.icmp{stroke:#8a2be2;stroke-width:1.6;stroke-dasharray:3 3}.tie{stroke:#8a2be2;stroke-dasharray:2 3}
.lost{stroke:#a40000;stroke-width:1.6;stroke-dasharray:6 4}
.state,.inferred,.timer,.gap,.note,.loss{paint-order:stroke;stroke:#fff;stroke-width:6px;stroke-linejoin:round}
.call{fill:#0b3d75}.result{fill:#0b3d75;font-style:italic}.output{fill:#6b3e00}.timer{fill:#8a4b00}
.loss,.warning{fill:#a40000;font-weight:bold}.note,.gap{fill:#5a5a5a;font-style:italic}
.same{fill:#14532d;font-weight:bold}.differs{fill:#9a3412;font-weight:bold}.reason{fill:#4a2500}
.onreset{fill:#fffc9c}
)";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : ladder::printable(text)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

class Svg {
 public:
  explicit Svg(const ladder::Scene& scene) : scene_(scene) {}

  std::string str() {
    const double w = scene_.width + 2 * margin, h = scene_.height + 2 * margin;
    put(R"(<svg xmlns="http://www.w3.org/2000/svg" width="{0:g}" height="{1:g}" viewBox="0 0 {0:g} {1:g}" xml:space="preserve" font-size="{2:g}">)",
        w, h, font_size());
    put("<style>{}</style>\n", style);
    put(R"svg(<rect width="{:g}" height="{:g}" fill="#ffffff"/><g transform="translate({} {})">)svg",
        w, h, margin, margin);
    out_ += '\n';
    // An arrow passes behind the lanes that it does not end at.
    const auto boxes = [&](auto wanted) {
      for (const ladder::Box& b : scene_.boxes)
        if (wanted(b.role)) box(b);
    };
    boxes([](Role r) { return r == Role::band; });
    for (const ladder::Line& l : scene_.lines)
      if (l.role == Role::lane) line(l);
    for (const ladder::Line& l : scene_.lines)
      if (l.role != Role::lane) line(l);
    boxes([](Role r) { return r == Role::state_bar; });
    boxes([](Role r) { return r == Role::reason; });
    boxes([](Role r) { return r != Role::band && r != Role::state_bar && r != Role::reason; });
    for (const ladder::Text& t : scene_.texts) text(t);
    out_ += "</g></svg>\n";
    return std::move(out_);
  }

 private:
  static constexpr int margin = 12;

  template <typename... Args>
  void put(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }
  double font_size() const { return scene_.char_width * 13 / 8; }

  void box(const ladder::Box& b) {
    const double w = b.max.x - b.min.x, h = b.max.y - b.min.y;
    put(R"(<rect x="{:g}" y="{:g}" width="{:g}" height="{:g}")", b.min.x, b.min.y, w, h);
    // The bar stands in the margin, beside the times.
    if (b.role == Role::band || b.role == Role::reason)
      put(R"( fill="#fff7e0"{3}/><path d="M{0:g} {1:g}V{2:g}" stroke="#d98e04" stroke-width="4"/>)",
          b.min.x - 4, b.min.y, b.max.y, b.role == Role::reason ? R"( fill-opacity=".84")" : "");
    else if (b.role == Role::side_title)
      put(R"( rx="4" fill="{}"/>)", b.side == ladder::Side::sim ? "#24588f" : "#2c6e3f");
    else if (b.role == Role::lane_name)
      out_ += R"( rx="4" fill="#f4f4f4" stroke="#8a8a8a"/>)";
    else if (b.role == Role::verdict_differs)
      out_ += R"( rx="9" fill="#fde3d0" stroke="#9a3412"/>)";
    else if (b.role == Role::state_bar)
      put(R"( fill="{}"><title>{}</title></rect>)", state_colour(b.state),
          model::rfc_name(b.state));
    else
      put(R"( rx="3" fill="{}"{}/>)", label_fill(b.role),
          b.role == Role::segment_lost ? R"( stroke="#a40000" stroke-dasharray="3 2")" : "");
    if (b.role == Role::reset) on_reset_.insert({b.side, b.event});
    out_ += '\n';
  }

  void line(const ladder::Line& l) {
    if (!l.tip.empty()) put("<g><title>{}</title>", escaped(l.tip));
    put(R"(<line class="{}" x1="{:g}" y1="{:g}" x2="{:g}" y2="{:g}"/>)", class_of(l.role), l.from.x,
        l.from.y, l.to.x, l.to.y);
    if (l.arrow) head(l);
    if (!l.tip.empty()) out_ += "</g>";
    out_ += '\n';
  }

  // A filled head whose tip is the end of the line.
  void head(const ladder::Line& l) {
    const double back = l.to.x > l.from.x ? -9 : 9,
                 slope = (l.to.y - l.from.y) / (l.to.x - l.from.x);
    const std::string_view fill = l.role == Role::reset      ? "#a40000"
                                  : l.role == Role::datagram ? "#1f5f99"
                                  : l.role == Role::icmp     ? "#8a2be2"
                                                             : "#333";
    put(R"(<path d="M{:g} {:g}L{:g} {:g}L{:g} {:g}Z" fill="{}"/>)", l.to.x, l.to.y, l.to.x + back,
        l.to.y + back * slope - 4, l.to.x + back, l.to.y + back * slope + 4, fill);
  }

  void text(const ladder::Text& t) {
    constexpr std::array<std::string_view, 3> anchors{"start", "middle", "end"};
    put(R"(<text class="{}{}" x="{:g}" y="{:g}")", class_of(t.role), yellow(t) ? " onreset" : "",
        t.at.x, t.at.y);
    if (t.anchor != ladder::Anchor::start)
      put(R"( text-anchor="{}")", anchors[static_cast<std::size_t>(t.anchor)]);
    if (t.scale != 1) put(R"( font-size="{:g}")", font_size() * t.scale);
    std::string_view rest = t.text;
    out_ += '>';
    // The dot of a state has the colour of its bar.
    if (t.state && (rest.starts_with("●") || rest.starts_with("○"))) {
      constexpr std::size_t size = std::string_view("●").size();
      put(R"(<tspan fill="{}">{}</tspan>)", state_colour(*t.state), rest.substr(0, size));
      rest.remove_prefix(size);
    }
    put("{}</text>\n", escaped(rest));
  }

  // Wireshark writes yellow on the dark red of a reset.
  bool yellow(const ladder::Text& t) const {
    return t.role == Role::packet_line && on_reset_.contains({t.side, t.event});
  }

  const ladder::Scene& scene_;
  std::string out_;
  std::set<std::pair<ladder::Side, model::EventId>> on_reset_;
};

}  // namespace

std::string to_svg(const ladder::Scene& scene) {
  return Svg(scene).str();
}

}  // namespace synoptic::exporting
