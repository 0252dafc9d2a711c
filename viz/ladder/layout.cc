// The two pages: one trace from top to bottom, or two side by side.
//
// One trace (here 80 columns; calls outside the lanes, states inside):
//
//   tcp-echo, simulated
//   17 segments in 3.12 s
//                       client                                 server
//                  127.0.0.1:40000                        127.0.0.2:9999
//   0                          |                      ● LISTEN | listen(5)
//       connect(127.0.0.2:9999) |── [SYN] Seq=0 Win=65535 Len=0 ─▶|
//                              | ● SYN-SENT                     |
//   40ms                       |◀─ [SYN, ACK] Seq=0 Ack=1 … ────|
//                              |              ⋮ 1 s             |
//
// Two traces: every conversation is a section; left the simulated, right the real one, row against
// row, between them whether the row is the same; a row that is not is followed by its reason, over
// the whole width. Where there is too little room for calls outside the lanes they stand between
// them:
//
//   SIMULATED                          LIVE
//   client               server        client               server
//   |── [SYN] Seq=0 Len=0 ───▶|   =    |── [SYN] Seq=0 Len=0 ───▶|
//   |◀─ [ACK] Seq=8 Ack=9 ────|   ≠    |◀─ [FIN,ACK] Seq=8 … ────|
//   |◀─ [FIN,ACK] Seq=8 Ack=9 |        |                         |
//     ╰─ merged: In the simulation the server acknowledged first …
#include "viz/ladder/layout.hh"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "viz/ladder/cells.hh"
#include "viz/ladder/interleave.hh"
#include "viz/ladder/others.hh"
#include "viz/ladder/page.hh"
#include "viz/ladder/pieces.hh"
#include "viz/ladder/role_name.hh"
#include "viz/ladder/sections.hh"
#include "viz/ladder/seen.hh"
#include "viz/ladder/warning.hh"
#include "viz/words/words.hh"

namespace synoptic::ladder {
namespace {

using model::EventId;
using words::N_;
using words::say;
using words::tr;

constexpr int single_columns = 138, compare_columns = 237;  // where the output sets no width
constexpr int least_columns = 60;

int columns_of(const LayoutOptions& options, int natural) {
  const Metrics& m = options.metrics;
  return m.width > 0 ? std::max(least_columns, static_cast<int>(m.width / m.char_width)) : natural;
}

// The pace of some events, arrivals included: of the times between them the median, and the sum
// without long silences: one TIME-WAIT would else squeeze all the rest together.
struct Pace {
  model::Duration median, sum;
};
Pace pace_of(const model::Trace& trace, std::span<const EventId> events) {
  std::vector<model::Instant> times;
  for (const EventId id : events) {
    const auto* p = std::get_if<model::Packet>(&trace[id].body);
    times.push_back(trace[id].t);
    if (p && p->has_arrived()) times.push_back(p->arrived);
  }
  std::ranges::sort(times);
  std::vector<model::Duration> gaps;
  for (std::size_t i = 1; i < times.size(); ++i)
    if (times[i] > times[i - 1]) gaps.push_back(times[i] - times[i - 1]);
  if (gaps.empty()) return {};
  const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
  std::ranges::nth_element(gaps, middle);
  Pace pace{.median = *middle, .sum = {}};
  for (const model::Duration gap : gaps)
    if (gap <= pace.median * 10) pace.sum = pace.sum + gap;
  return pace;
}

// Proportional time: six lines for the time that is usual between two events, and on the average of
// all events no more.
StripOptions strip_options(const LayoutOptions& options, Pace pace, std::size_t events) {
  StripOptions strip{.raw_seq = options.raw_seq,
                     .labels_above_arrows = options.metrics.arrow_slope > 0};
  if (options.time == TimeMode::proportional && events > 0)
    strip.line_time = std::max(
        {pace.sum / static_cast<std::int64_t>(6 * events), pace.median / 6, model::nanoseconds(1)});
  return strip;
}

int time_width(const model::Trace& trace, std::span<const EventId> events, bool whole) {
  if (!whole) return 6;
  const model::Duration last =
      events.empty() ? model::Duration{} : trace[events.back()].t - trace.start();
  return std::max(cells(whole_time(last)), 8) + 1;
}

void warnings(Page& page, const model::Trace& trace, std::string_view who) {
  for (const std::string& warning : trace.warnings)
    page.paragraph(fmt::format("! {}{}", who, warning_text(warning)), Role::warning, 0, 2);
}

// Where only conversations are drawn.
void others_left_out(Page& page, const model::Trace& trace, std::string_view who) {
  if (const std::string text = others_not_shown(trace); !text.empty())
    page.paragraph(fmt::format("! {}{}", who, text), Role::warning, 0, 2);
}

Strip make_strip(const model::Trace& trace, Side side, std::span<const EventId> events,
                 std::vector<model::EndpointId> lanes, const Columns& columns,
                 const StripOptions& options) {
  Strip strip{.trace = &trace,
              .side = side,
              .start = trace.start(),
              .columns = columns,
              .lanes = std::move(lanes)};
  strip.rows = make_rows(trace, events, strip.lanes, strip.columns, options);
  return strip;
}

constexpr Noun a_row{N_("{} row"), N_("{} rows")};

// --- two traces
// ------------------------------------------------------------------------------------

// The rows [from, to) of a strip, the first without the blank lines before it, at `line`; gives the
// line below.
int put_rows_at(Page& page, const Strip& strip, std::size_t from, std::size_t to, int line) {
  for (std::size_t i = from; i < to; ++i) {
    if (i > from) line += strip.rows[i].blank_before;
    page.row(strip, strip.rows[i], line);
    line += strip.rows[i].height;
  }
  return line;
}

int blank_before(const Strip& strip, std::size_t row) {
  return row < strip.rows.size() ? strip.rows[row].blank_before : 0;
}

int put_rows(Page& page, const Strip& strip, std::size_t from, std::size_t to, int line) {
  if (from >= to) return line;
  return put_rows_at(page, strip, from, to, line + blank_before(strip, from));
}

// How far a strip has been put on the page.
struct Cursor {
  const Strip& strip;
  std::size_t next = 0;

  // The strip's row that holds `packet`, from `next` on; nothing if none does.
  std::optional<std::size_t> find(EventId packet) const {
    for (std::size_t i = next; i < strip.rows.size(); ++i)
      if (strip.rows[i].packet == packet) return i;
    return std::nullopt;
  }
};

const char* verdict_word(Verdict verdict) {
  switch (verdict) {
    case Verdict::same: return tr("same");
    case Verdict::merged: return tr("merged");
    case Verdict::split: return tr("split");
    case Verdict::only_sim: return tr("only-sim");
    case Verdict::only_live: return tr("only-live");
    case Verdict::differs: return tr("differs");
    case Verdict::unexplained: return tr("unexplained");
  }
  return "";
}

std::string_view verdict_mark(Verdict verdict) {
  return verdict == Verdict::same ? "=" : verdict == Verdict::unexplained ? "?" : "≠";
}

class Comparison {
 public:
  Comparison(Page& page, int middle, int middle_width, const Strip& sim, const Strip& live)
      : page_(page),
        middle_(middle),
        middle_width_(middle_width),
        cursors_{Cursor{sim}, Cursor{live}} {}

  // What is drawn at one height of the row, whose place in the alignment is `place`.
  void row(const Row& row, std::size_t place, const Turn& turn) {
    std::size_t first[2], end[2];
    int line = page_.line();
    for (const int side : {0, 1}) {
      const auto& packets = side == 0 ? turn.sim : turn.live;
      Cursor& cursor = cursors_[side];
      first[side] = end[side] = cursor.next;
      if (!packets.empty()) {
        first[side] = cursor.find(packets.front()).value_or(cursor.next);
        if (const auto last = cursor.find(packets.back())) end[side] = *last + 1;
        end[side] = std::max(first[side], end[side]);
      }
      const int below = put_rows(page_, cursor.strip, cursor.next, first[side], page_.line());
      line = std::max(
          line, below + (first[side] < end[side] ? blank_before(cursor.strip, first[side]) : 0));
    }
    int bottom = line;
    for (const int side : {0, 1}) {
      bottom =
          std::max(bottom, put_rows_at(page_, cursors_[side].strip, first[side], end[side], line));
      cursors_[side].next = end[side];
    }
    const bool same = row.verdict == Verdict::same;
    const bool whole = turn.kind == Turn::Kind::whole, above = turn.kind == Turn::Kind::twin_above;
    std::string name(middle_width_ >= 11 && whole && !same ? verdict_word(row.verdict)
                                                           : verdict_mark(row.verdict));
    const bool lost = same && is_lost(row);
    lost_ |= lost;
    if (middle_width_ < 3 && (lost || !whole)) name.clear();  // a sign only has room
    if (lost && (whole || !name.empty())) name += "✗";
    if (!whole) name += above ? "↑" : "↓";
    // What stands on one side only is the same as nothing: a run that still goes on has such rows.
    const bool marked = !same || (!row.sim.empty() && !row.live.empty());
    if (marked && turn.kind != Turn::Kind::part)
      page_.verdict(line, middle_ + (middle_width_ - 1) / 2, name, same);
    page_.go_to(bottom);
    page_.row_mark(place, line, bottom, middle_, middle_width_);
    if (!whole && !above) return;
    elsewhere_ |= above;
    if (same) return;
    if (!row.reason || !row.reason->told_above) note(row);
    page_.band(line, bottom);
    page_.ground(bottom, page_.line());
    page_.row_mark(place, bottom, page_.line(), 0, page_.columns());
  }

  void note(const Row& row) {
    const std::string why = row.reason
                                ? fmt::format("{} [{}]", text_of(*row.reason), row.reason->code)
                                : tr("no reason that we know fits: please look at the packets.");
    page_.paragraph(say("╰─ {}: {}", verdict_word(row.verdict), why), Role::reason, 2, 3);
  }

  bool lost() const { return lost_; }            // one of a row that is the same did not arrive
  bool elsewhere() const { return elsewhere_; }  // a row had two turns

  void rest() {
    int bottom = page_.line();
    for (Cursor& cursor : cursors_) {
      bottom = std::max(bottom, put_rows(page_, cursor.strip, cursor.next, cursor.strip.rows.size(),
                                         page_.line()));
      cursor.next = cursor.strip.rows.size();
    }
    page_.go_to(bottom);
  }

 private:
  // Sent alike, but on one side or both it never arrived whole.
  bool is_lost(const Row& row) const {
    const auto any = [](const model::Trace& trace, const std::vector<EventId>& packets) {
      return std::ranges::any_of(packets, [&](EventId id) {
        const auto& packet = std::get<model::Packet>(trace[id].body);
        return packet.fate == model::Fate::lost || packet.fate == model::Fate::damaged;
      });
    };
    return any(*cursors_[0].strip.trace, row.sim) || any(*cursors_[1].strip.trace, row.live);
  }

  // What holds for all rows of a code is said the first time only.
  std::string text_of(const RowReason& reason) {
    const bool first = told_.insert(reason.code).second;
    return first ? reason.text : reason.text.substr(0, reason.lesson_at);
  }

  Page& page_;
  int middle_, middle_width_;
  Cursor cursors_[2];
  std::set<std::string_view> told_;
  bool elsewhere_ = false, lost_ = false;
};

void aside(Page& page, std::span<const Row> rows) {
  std::size_t window = 0, options = 0, timing = 0;
  for (const Row& row : rows)
    window += row.window_differs, options += row.options_differ, timing += row.timing_differs;
  std::vector<std::string> parts;
  if (window > 0) parts.push_back(say("window in {}", counted(window, a_row)));
  if (options > 0) parts.push_back(say("options in {}", counted(options, a_row)));
  if (timing > 0) parts.push_back(say("timing in {}", counted(timing, a_row)));
  if (parts.empty()) return;
  page.paragraph(
      say("Different besides, and not counted: {}.", fmt::format("{}", fmt::join(parts, tr(", ")))),
      Role::summary, 0, 2);
}

void endings(Page& page, const AlignedConversation& conversation, bool named) {
  if (conversation.ending_sim.empty() && conversation.ending_live.empty()) return;
  page.paragraph(named ? say("How {} ended", conversation.name) : tr("How the connection ended"),
                 Role::title);
  if (!conversation.ending_sim.empty())
    page.paragraph(tr("simulated: ") + conversation.ending_sim, Role::reason, 2, 2);
  if (!conversation.ending_live.empty())
    page.paragraph(tr("live:      ") + conversation.ending_live, Role::reason, 2, 2);
}

// More lanes than this do not stand beside each other on any screen, and than these in no picture.
constexpr std::size_t most_lanes = 5, most_lanes_asked_for = 24;
constexpr int least_gap =
    24;  // between lanes, for the flags and numbers of a segment, and for calls

// So many columns at the least for that many lanes beside each other.
int least_room(std::size_t lanes, int time) {
  const int n = static_cast<int>(lanes);
  return time + n + least_gap * std::max(0, n - 1);
}

constexpr std::size_t most_endings = 8;

// Whose protocol was captured.
std::string live_title(const model::Trace& live, std::span<const model::EndpointId> lanes) {
  bool tcp = false, udp = false;
  for (const model::EndpointId lane : lanes)
    (live[lane].protocol == model::Protocol::udp ? udp : tcp) = true;
  if (tcp == udp) return tr("LIVE (captured)");
  return say("LIVE (the kernel's {}, captured)", tcp ? "TCP" : "UDP");
}

// The packets of either side that ICMP messages are about.
struct Quoted {
  QuotedPackets sim, live;
};

void compare_section(Page& page, const model::Trace& sim, const model::Trace& live,
                     const Alignment& alignment, const Section& section, const Quoted& quoted,
                     const LayoutOptions& options) {
  const bool wide = page.columns() >= 210;
  const int middle_width = wide ? 11 : page.columns() >= 100 ? 3 : 2;
  const int half = (page.columns() - middle_width) / 2;
  const int time = std::max(time_width(sim, section.sim.events, wide),
                            time_width(live, section.live.events, wide));
  const Columns left = place_lanes(0, half, section.sim.lanes.size(), time);
  const int right_at = std::max(page.columns() - half, left.right() + middle_width);
  const Columns right = place_lanes(right_at, half, section.live.lanes.size(), time);
  const bool to_scale = options.time == TimeMode::proportional;
  const Pace left_pace = to_scale ? pace_of(sim, section.sim.events) : Pace{},
             right_pace = to_scale ? pace_of(live, section.live.events) : Pace{};
  StripOptions strip =
      strip_options(options,
                    {.median = std::max(left_pace.median, right_pace.median),
                     .sum = std::max(left_pace.sum, right_pace.sum)},
                    std::max(section.sim.events.size(), section.live.events.size()));
  strip.quoted = &quoted.sim;
  const Strip a = make_strip(sim, Side::sim, section.sim.events, section.sim.lanes, left, strip);
  strip.quoted = &quoted.live;
  const Strip b =
      make_strip(live, Side::live, section.live.events, section.live.lanes, right, strip);
  // Of a simulated run that was read from a capture file no more is known than its packets.
  const bool whole = sim.source() == model::Source::simulated;
  page.side_title(Side::sim, page.line(), left.left, left.width,
                  whole ? tr("SIMULATED") : tr("SIMULATED (its packets)"));
  page.side_title(
      Side::live, page.line(), right.left, right.width,
      options.live_title.empty() ? live_title(live, section.live.lanes) : options.live_title);
  page.skip(page.drawn() ? 2 : 1);
  const int heads = page.lane_heads(a, page.line());
  page.skip(std::max(heads, page.lane_heads(b, page.line())));
  Comparison comparison(page, left.right(), right_at - left.right(), a, b);
  const std::span rows = std::span(alignment.rows).subspan(section.first_row, section.row_count);
  if (section.together) {
    for (const Turn& turn : interleave(sim, live, alignment))
      comparison.row(rows[turn.row], turn.row, turn);
  } else {
    for (std::size_t i = 0; i < rows.size(); ++i)
      comparison.row(rows[i], section.first_row + i, {.sim = rows[i].sim, .live = rows[i].live});
  }
  comparison.rest();
  page.end_strip(a, page.line());
  page.end_strip(b, page.line());
  page.skip(1);
  const bool narrow = middle_width < 3;
  if (comparison.lost())
    page.paragraph(say("{} Sent alike on both sides, but on one of them, or both, lost on its way.",
                       narrow ? "✗" : "=✗"),
                   Role::legend, 0, 2);
  if (comparison.elsewhere())
    page.paragraph(say("{} On both sides, but in another order among the conversations: the other "
                       "one is further down, or further up.",
                       narrow ? "↓ ↑" : "=↓ =↑"),
                   Role::legend, 0, 2);
  if (section.conversation) endings(page, alignment.conversations[*section.conversation], false);
  if (section.together && alignment.conversations.size() <= most_endings)
    for (const AlignedConversation& c : alignment.conversations) endings(page, c, true);
  aside(page, rows);
}

// How many lanes of either side stand beside each other in one picture of all conversations; 0
// where they are too many.
std::size_t lanes_beside(const model::Trace& sim, const model::Trace& live, const Section& section,
                         const LayoutOptions& options) {
  const std::size_t lanes = std::max(section.sim.lanes.size(), section.live.lanes.size());
  if (options.several == Several::beside) return lanes <= most_lanes_asked_for ? lanes : 0;
  if (lanes > most_lanes) return 0;
  if (options.metrics.width <= 0) return lanes;
  const int columns = columns_of(options, compare_columns);
  const bool wide = columns >= 210;
  const int half = (columns - (wide ? 11 : 3)) / 2;
  const int time = std::max(time_width(sim, section.sim.events, wide),
                            time_width(live, section.live.events, wide));
  return least_room(lanes, time) <= half ? lanes : 0;
}

int compare_width(const LayoutOptions& options, std::size_t lanes) {
  constexpr int widest_time = 12, widest_middle = 11, good_gap = 36 - least_gap;
  const int columns = columns_of(options, compare_columns), n = static_cast<int>(lanes);
  if (n <= 2) return columns;
  if (options.metrics.width <= 0)
    return std::max(columns,
                    2 * (least_room(lanes, widest_time) + good_gap * (n - 1)) + widest_middle);
  if (options.several != Several::beside) return columns;
  return std::max(columns, 2 * least_room(lanes, widest_time) + widest_middle);
}

// Of what is shown.
std::string summary_of(std::span<const Section> sections, const Alignment& alignment,
                       const model::Trace& sim, const model::Trace& live) {
  std::vector<Row> rows;
  for (const Section& section : sections) {
    const auto some = std::span(alignment.rows).subspan(section.first_row, section.row_count);
    rows.insert(rows.end(), some.begin(), some.end());
  }
  return rows_summary(rows, sim, live);
}

// --- one trace
// ------------------------------------------------------------------------------------

// Where there are no calls, as in a capture, only the heads of the lanes need room outside them.
int margin_for(const model::Trace& trace, std::span<const EventId> events,
               std::span<const model::EndpointId> lanes) {
  const bool calls = std::ranges::any_of(
      events, [&](EventId id) { return std::holds_alternative<model::Call>(trace[id].body); });
  int head = 0;
  for (const model::EndpointId lane : lanes)
    head = std::max({head, cells(role_name(trace[lane].name)), cells(trace[lane].address.str())});
  return calls ? any_margin : head / 2 + 3;
}

// As wide as a picture needs to be where the output sets no width.
int natural_columns(std::size_t lanes, int margin) {
  const int n = static_cast<int>(std::min(lanes, most_lanes));
  const int gaps = n <= 2 ? 60 : 46 * (n - 1);
  if (margin == any_margin) return std::max(single_columns, 11 + n + gaps + 2 * 27);
  return std::max(100, 11 + n + gaps + 2 * margin);
}

// Whether all conversations can be read in one picture; else they come one after another.
bool fit_beside(const model::Trace& trace, const LayoutOptions& options,
                std::span<const EventId> events, std::size_t lanes, int margin) {
  if (options.several == Several::one_after_another && trace.flows().size() > 1) return false;
  if (lanes <= 2 || options.flow || trace.flows().size() < 2) return true;
  if (options.several == Several::beside) return lanes <= most_lanes_asked_for;
  if (lanes > most_lanes && options.metrics.width <= 0) return false;
  const int columns = columns_of(options, natural_columns(lanes, margin));
  return least_room(lanes, time_width(trace, events, columns >= 100)) <= columns;
}

// The width of the page: more than there is only for lanes that were asked for.
int single_width(const model::Trace& trace, const LayoutOptions& options,
                 std::span<const EventId> events, std::size_t lanes, int margin) {
  const int columns = columns_of(options, natural_columns(lanes, margin));
  if (options.several != Several::beside || lanes <= 2) return columns;
  return std::max(columns, least_room(lanes, time_width(trace, events, true)));
}

void single_section(Page& page, const model::Trace& trace, std::span<const EventId> events,
                    const std::vector<model::EndpointId>& lanes, const QuotedPackets& quoted,
                    const LayoutOptions& options) {
  const int time = time_width(trace, events, page.columns() >= 100);
  const Columns columns =
      place_lanes(0, page.columns(), lanes.size(), time, margin_for(trace, events, lanes));
  const Pace pace = options.time == TimeMode::proportional ? pace_of(trace, events) : Pace{};
  StripOptions strip_of = strip_options(options, pace, events.size());
  strip_of.quoted = &quoted;
  const Strip strip = make_strip(trace, options.side, events, lanes, columns, strip_of);
  page.skip(1);
  page.skip(page.lane_heads(strip, page.line()));
  page.go_to(put_rows(page, strip, 0, strip.rows.size(), page.line()));
  page.end_strip(strip, page.line());
}

}  // namespace

Metrics text_metrics(int columns) {
  return {.width = static_cast<double>(std::max(columns, least_columns))};
}

// 13-pixel DejaVu Sans Mono advances 7.83 pixels a character; others in the stack are narrower.
Metrics svg_metrics() {
  return {.char_width = 8, .row_height = 19, .arrow_slope = 0.75};
}

Scene layout(const model::Trace& trace, const LayoutOptions& options) {
  const std::vector<EventId> events = events_of(trace, options.flow);
  const std::vector<model::EndpointId> lanes = lane_order(trace, events);
  const int margin = margin_for(trace, events, lanes);
  const bool beside = fit_beside(trace, options, events, lanes.size(), margin);
  Page page(options, single_width(trace, options, events, beside ? lanes.size() : 2, margin));
  Seen seen;
  seen.look(trace, events);
  if (!options.title.empty()) page.paragraph(options.title, Role::title);
  if (!options.live_title.empty()) {
    page.side_title(options.side, page.line(), 0, page.columns(), options.live_title);
    page.skip(page.drawn() ? 2 : 1);
  }
  page.paragraph(single_summary(trace, events, seen), Role::summary, 0, 2);
  warnings(page, trace, "");
  if (options.flow) others_left_out(page, trace, "");
  if (events.empty()) return page.finish();
  const QuotedPackets quoted = quoted_packets(trace);
  if (beside) {
    single_section(page, trace, events, lanes, quoted, options);
    for (const std::string& ending : endings_of(trace, options.flow)) {
      page.skip(1);
      page.paragraph(ending, Role::reason, 0, 2);
    }
  } else {
    for (const Section& section : sections_of(trace)) {
      page.skip(1);
      page.heading(section.name);
      single_section(page, trace, section.sim.events, section.sim.lanes, quoted, options);
      if (section.ending.empty()) continue;
      page.skip(1);
      page.paragraph(tr("The connection's end: ") + section.ending, Role::reason, 0, 2);
    }
  }
  legend(page, seen);
  return page.finish();
}

Scene layout(const model::Trace& sim, const model::Trace& live, const Alignment& alignment,
             const LayoutOptions& options) {
  std::vector<Section> sections;
  std::size_t lanes = 0;  // beside each other on one side; 0: conversations come one after another
  const bool several = std::ranges::count_if(alignment.conversations,
                                             [](const auto& c) { return c.sim || c.live; }) > 1;
  if (several && !options.flow && options.several != Several::one_after_another) {
    sections.push_back(together(sim, live, alignment));
    lanes = lanes_beside(sim, live, sections[0], options);
  }
  if (lanes == 0) sections = sections_of(sim, live, alignment, options.flow);
  Page page(options, compare_width(options, lanes));
  if (!options.title.empty()) page.paragraph(options.title, Role::title);
  page.paragraph(options.flow && !alignment.summary.empty()
                     ? summary_of(sections, alignment, sim, live)
                     : alignment.summary,
                 Role::summary, 0, 2);
  warnings(page, sim, tr("simulated: "));
  warnings(page, live, tr("live: "));
  others_left_out(page, sim, tr("simulated: "));
  others_left_out(page, live, tr("live: "));
  Seen seen;
  const Quoted quoted{quoted_packets(sim), quoted_packets(live)};
  for (const Section& section : sections) {
    if (section.sim.events.empty() && section.live.events.empty()) continue;
    page.skip(1);
    if (sections.size() > 1) page.heading(section.name);
    compare_section(page, sim, live, alignment, section, quoted, options);
    seen.look(sim, section.sim.events);
    seen.look(live, section.live.events);
  }
  legend(page, seen);
  return page.finish();
}

}  // namespace synoptic::ladder
