// Pieces into rows: a piece joins the current row when it happens at the same time and its columns
// are free there.
#include "viz/ladder/strip.hh"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <map>
#include <set>
#include <tuple>

#include "viz/ladder/cells.hh"
#include "viz/ladder/packet_line.hh"
#include "viz/ladder/pieces.hh"
#include "viz/words/words.hh"

namespace synoptic::ladder {
namespace {

constexpr model::Duration together = model::milliseconds(1);  // what may share a row
constexpr int most_lines = 6;              // of one piece; what is longer ends in "…"
constexpr int most_lines_of_silence = 15;  // to scale; of a longer one the length is written
constexpr model::Duration gap_worth_telling = model::milliseconds(100);

class Rows {
 public:
  Rows(const model::Trace& trace, std::span<const model::EndpointId> lanes, const Columns& columns,
       const StripOptions& options, std::span<const Piece> pieces)
      : trace_(trace), columns_(columns), options_(options), conversations_(lanes.size()) {
    for (const model::Flow& flow : trace.flows())
      for (std::size_t k = 0; k < lanes.size(); ++k)
        conversations_[k] += flow.a == lanes[k] || flow.b == lanes[k] ? 1 : 0;
    std::vector<model::EventId> packets;
    int room = std::numeric_limits<int>::max();
    for (const Piece& piece : pieces) {
      if (piece.kind != Piece::Kind::packet) continue;
      packets.push_back(piece.event);
      room = std::min(room, label_room(piece));
    }
    form_ = common_form(trace, packets, options.raw_seq, room);
  }

  void add(Piece piece) {
    arrive_before(piece.t);
    const model::Duration since = rows_.empty() ? model::Duration{} : piece.t - last_;
    if (is_silence(since)) silence_before(piece.t, piece.event);
    last_ = std::max(last_, piece.t);
    const bool is_packet = piece.kind == Piece::Kind::packet;
    Placed placed = place(std::move(piece));
    if (is_packet && falls()) aim(placed);
    const std::optional<int> down = fits(placed);
    placed.down = down.value_or(0);
    StripRow& row = down ? rows_.back() : start_row(placed.piece.t);
    if (is_packet || placed.piece.packet_in_words) row.packet = placed.piece.event;
    // One that falls and is lost breaks off above the words that say so.
    const bool breaks_off = is_packet && falls() && is_lost(placed.piece);
    const int lines = static_cast<int>(placed.lines.size()) +
                      (is_packet && placed.label_above ? 1 : 0) + (breaks_off ? 1 : 0);
    row.height = std::max({row.height, lines, 1});
    row.placed.push_back(std::move(placed));
  }

  std::vector<StripRow> take() {
    arrive_before({std::numeric_limits<std::int64_t>::max()});
    return std::move(rows_);
  }

 private:
  static bool is_lost(const Piece& piece) {
    return piece.role == Role::segment_lost && !piece.damaged;
  }
  bool to_scale() const { return options_.line_time.ns > 0; }
  bool falls() const { return to_scale() && options_.labels_above_arrows; }

  // A silence is cut short: in proportional time where it would take too many lines.
  bool is_silence(model::Duration since) const {
    return to_scale() ? since.ns / options_.line_time.ns > most_lines_of_silence
                      : since >= gap_worth_telling;
  }

  void silence_before(model::Instant t, model::EventId next) {
    Piece gap{.kind = Piece::Kind::gap, .role = Role::gap, .event = next, .t = t};
    gap.text = fmt::format("⋮ {}", model::format_duration(t - last_));
    if (columns_.lane.size() > 2) gap.lane_to = 1;  // not across a lane
    bottom_ += rows_.back().height;
    rows_.push_back({.t = t});
    rows_.back().placed.push_back(place(std::move(gap)));
    moment_ = t, moment_line_ = bottom_ + 1;
  }

  // A new row below the last one, in proportional time as far below the moment before as its time
  // is after it.
  StripRow& start_row(model::Instant t) {
    const int top = rows_.empty() ? 0 : bottom_ + rows_.back().height;
    int line = top;
    if (to_scale() && t > moment_ && !rows_.empty()) {
      const std::int64_t half = options_.line_time.ns / 2;
      line = std::max<int>(
          top, moment_line_ + static_cast<int>(((t - moment_).ns + half) / options_.line_time.ns));
    }
    if (rows_.empty() || t - moment_ >= options_.line_time / 2) moment_ = t, moment_line_ = line;
    rows_.push_back({.t = t, .blank_before = line - top});
    bottom_ = line;
    return rows_.back();
  }

  // Where an arrow ends: at its arrival; a lost one as if it took as long as the one before it.
  void aim(Placed& placed) {
    const model::Event& e = trace_[placed.piece.event];
    const auto& packet = std::get<model::Packet>(e.body);
    const std::pair way{e.endpoint, e.to};
    if (packet.has_arrived()) {
      flight_[way] = packet.arrived - e.t;
      placed.falls_to = packet.arrived;
    } else if (const auto before = flight_.find(way); before != flight_.end()) {
      placed.falls_to = e.t + before->second;
    }
    if (placed.falls_to)
      arrivals_.emplace(*placed.falls_to, packet.has_arrived() ? e.id : model::EventId::none);
  }

  // The rows of arrivals before `t` that no other row stands for.
  void arrive_before(model::Instant t) {
    for (; !arrivals_.empty() && arrivals_.begin()->first <= t;
         arrivals_.erase(arrivals_.begin())) {
      const auto [at, packet] = *arrivals_.begin();
      if (at - last_ < options_.line_time || t - at < options_.line_time) continue;
      if (is_silence(at - last_)) silence_before(at, packet);
      last_ = at;
      start_row(at).arrives = packet;
    }
  }

  // How many lines below the top of the last row there is room for it; nothing if it needs a new
  // one. Beside an arrow with its label above it a call may stand under another.
  std::optional<int> fits(const Placed& placed) const {
    if (rows_.empty() || rows_.back().placed.empty()) return std::nullopt;
    const StripRow& row = rows_.back();
    const model::Duration limit =
        to_scale() ? std::min(together, options_.line_time / 2) : together;
    if (placed.piece.t - row.t > limit) return std::nullopt;
    const bool may_stand_under =
        options_.labels_above_arrows && placed.piece.kind == Piece::Kind::outside;
    int down = 0;
    for (const Placed& other : row.placed) {
      if (other.piece.kind == Piece::Kind::gap) return std::nullopt;
      if (placed.first > other.last || other.first > placed.last) continue;
      if (!may_stand_under || other.piece.kind != Piece::Kind::outside) return std::nullopt;
      down = std::max(down, other.down + static_cast<int>(other.lines.size()));
    }
    if (down > 0 && down + static_cast<int>(placed.lines.size()) > row.height) return std::nullopt;
    return down;
  }

  Placed place(Piece piece) const {
    switch (piece.kind) {
      case Piece::Kind::packet: return place_packet(std::move(piece));
      case Piece::Kind::outside:
      case Piece::Kind::inside: return place_at_lane(std::move(piece));
      case Piece::Kind::across:
      case Piece::Kind::gap: break;
    }
    return place_across(std::move(piece));
  }

  // The text of a piece that begins, or ends, at `column`.
  static Placed text_at(Piece piece, int column, Anchor anchor, int room, int max_lines) {
    Placed p{.anchor = anchor};
    p.lines = wrap(piece.text, room, max_lines);
    int width = 0;
    for (const std::string& line : p.lines) width = std::max(width, cells(line));
    p.first = anchor == Anchor::start ? column : column - width;
    p.last = p.first + width;
    p.piece = std::move(piece);
    return p;
  }

  Placed place_at_lane(Piece piece) const {
    const std::size_t k = piece.lane, last = columns_.lane.size() - 1;
    const int lane = columns_.lane[k], margin = columns_.margin;
    const bool outside = piece.kind == Piece::Kind::outside && margin > 0;
    if (outside && k == 0)
      return text_at(std::move(piece), lane - 1, Anchor::end, margin - 1, most_lines);
    if (outside && k == last)
      return text_at(std::move(piece), lane + 2, Anchor::start, margin - 1, most_lines);
    if (k == last && k > 0)
      return text_at(std::move(piece), lane - 1, Anchor::end, columns_.gap(k - 1) - 2, most_lines);
    return text_at(std::move(piece), lane + 2, Anchor::start, columns_.gap(k) - 2, most_lines);
  }

  // Between the outer lanes.
  int inner_left() const {
    return columns_.lane.empty() ? columns_.left + columns_.time : columns_.lane.front() + 2;
  }
  int inner_room() const {
    if (columns_.lane.size() < 2) return columns_.right() - inner_left();
    return columns_.lane.back() - 1 - inner_left();
  }

  Placed place_across(Piece piece) const {
    int left = inner_left(), room = inner_room();
    if (piece.lane != piece.lane_to) {
      const auto [first, last] = label_span(piece);
      left = first + 1, room = last - first - 2;
    }
    const bool centred = piece.kind == Piece::Kind::gap || piece.role == Role::loss_mark;
    Placed p = text_at(std::move(piece), left, Anchor::start, room, most_lines);
    if (centred) {
      const int shift = (room - (p.last - p.first)) / 2;
      p.first += shift, p.last += shift;
    }
    return p;
  }

  // The columns between two neighbouring lanes for the text of an arrow, so that it covers none of
  // the lanes that the arrow crosses: beside the end that has fewer conversations. A lost one
  // breaks off before it arrives: beside its sender.
  std::pair<int, int> label_span(const Piece& piece) const {
    auto [k, last] = std::minmax({piece.lane, piece.lane_to});
    if (last - k > 1) {
      const std::size_t other = piece.lane_to;
      const bool at_sender = piece.role == Role::segment_lost || piece.role == Role::loss_mark ||
                             conversations_[piece.lane] <= conversations_[other];
      if ((at_sender ? piece.lane : other) == last) k = last - 1;
    }
    return {columns_.lane[k] + 1, columns_.lane[k + 1]};
  }

  // " label ▶" at the least.
  int label_room(const Piece& piece) const {
    const auto [first, last] = label_span(piece);
    return options_.labels_above_arrows ? last - first - 2 : last - first - 3;
  }

  // With the numbers that tie an ICMP message to the packet that it is about, where there is room.
  std::string line_within(const Piece& piece, int room, LineForm longest) const {
    std::vector<std::pair<std::string, std::string>> ways;  // before and behind the line
    if (piece.about != 0) {
      const bool datagram = trace_[trace_[piece.event].cause].kind == model::EventKind::datagram;
      ways.emplace_back("", datagram ? words::say(" for datagram #{}", piece.about)
                                     : words::say(" for segment #{}", piece.about));
      ways.emplace_back("", words::say(" for #{}", piece.about));
    } else if (piece.number != 0) {
      ways.emplace_back(fmt::format("#{} ", piece.number), "");
    }
    ways.emplace_back("", "");
    for (const auto& [before, behind] : ways) {
      const std::string line = packet_line_within(trace_, trace_[piece.event], options_.raw_seq,
                                                  room - cells(before) - cells(behind), longest);
      if (!line.empty()) return before + line + behind;
    }
    return "";
  }

  Placed place_packet(Piece piece) const {
    const model::Event& e = trace_[piece.event];
    const int from = columns_.lane[piece.lane], to = columns_.lane[piece.lane_to];
    const int left = std::min(from, to), right = std::max(from, to);
    Placed p{.first = left, .last = right + 1, .anchor = Anchor::middle};
    const bool cut_short = is_lost(piece) && !options_.labels_above_arrows;
    const int room =
        cut_short ? std::min(label_room(piece), (right - left - 1) * 4 / 5 - 5) : label_room(piece);
    std::tie(p.label_first, p.label_last) = label_span(piece);
    std::string line = line_within(piece, room, form_);
    p.label_above = options_.labels_above_arrows;
    if (line.empty()) {
      p.label_above = true;
      p.anchor = Anchor::start;
      line = line_within(piece, inner_room(), LineForm::full);
      if (line.empty()) line = shorten(packet_line(trace_, e, options_.raw_seq), inner_room());
      p.first = std::min(p.first, columns_.lane.front());
      p.last = std::max(p.last, columns_.lane.back() + 1);
    }
    p.lines = {std::move(line)};
    p.piece = std::move(piece);
    return p;
  }

  const model::Trace& trace_;
  const Columns& columns_;
  const StripOptions& options_;
  std::vector<StripRow> rows_;
  model::Instant last_{};
  int bottom_ = 0;  // the line at which the last row begins
  model::Instant moment_{};
  int moment_line_ = 0;  // the first of the lines at this moment
  std::map<std::pair<model::EndpointId, model::EndpointId>, model::Duration> flight_;
  std::set<std::pair<model::Instant, model::EventId>> arrivals_;  // to come
  LineForm form_ = LineForm::full;
  std::vector<int> conversations_;  // of each lane
};

}  // namespace

std::vector<StripRow> make_rows(const model::Trace& trace, std::span<const model::EventId> events,
                                std::span<const model::EndpointId> lanes, const Columns& columns,
                                const StripOptions& options) {
  static const QuotedPackets none;
  std::vector<Piece> pieces =
      make_pieces(trace, events, lanes, options.quoted != nullptr ? *options.quoted : none);
  Rows rows(trace, lanes, columns, options, pieces);
  for (Piece& piece : pieces) rows.add(std::move(piece));
  return rows.take();
}

}  // namespace synoptic::ladder
