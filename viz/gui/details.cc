// The details panel drawn: its parts as tabs, or beside them where it is wide.
#include "viz/gui/details.hh"

#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <utility>

#include "viz/gui/details_packet.hh"
#include "viz/gui/rich_text.hh"
#include "viz/gui/state_diagram.hh"
#include "viz/gui/ui.hh"
#include "viz/words/words.hh"

namespace synoptic::gui {

using words::tr;

namespace {

void text(std::string_view words) {
  ImGui::TextUnformatted(words.data(), words.data() + words.size());
}

// Paler than the rest, and still to be read from afar.
ImVec4 faint_color() {
  const ImVec4 ink = ImGui::GetStyleColorVec4(ImGuiCol_Text);
  const ImVec4 paper = ImGui::GetStyleColorVec4(ImGuiCol_WindowBg);
  const auto mix = [](float a, float b) { return a * .68F + b * .32F; };
  return {mix(ink.x, paper.x), mix(ink.y, paper.y), mix(ink.z, paper.z), 1};
}

void faint(std::string_view words) {
  ImGui::PushStyleColor(ImGuiCol_Text, faint_color());
  draw_wrapped(words);
  ImGui::PopStyleColor();
}

ImU32 color_of_end(int end, bool dark) {
  // Blue and orange: told apart by those who do not see red and green.
  if (end == 0) return dark ? IM_COL32(102, 170, 255, 255) : IM_COL32(0, 92, 185, 255);
  return dark ? IM_COL32(255, 170, 68, 255) : IM_COL32(178, 84, 0, 255);
}

// A mark and a name, on the current line.
void end_name(int end, const EndDetails& of, bool dark) {
  const float size = ImGui::GetFontSize();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  draw_end_mark(*ImGui::GetWindowDrawList(), end, {at.x + size * .35F, at.y + size * .5F},
                size * .28F, color_of_end(end, dark));
  ImGui::SetCursorPosX(ImGui::GetCursorPosX() + size * .9F);
  draw_wrapped(of.name);
}

// One line for an event; a click goes there.
void mention(const Mention& m, int id, Commands& commands) {
  ImGui::PushID(id);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float size = ImGui::GetFontSize();
  if (!m.has_step) {
    faint(m.text);
  } else {
    const float width = std::max(ImGui::GetContentRegionAvail().x, size);
    const std::string lines = broken_into_lines(m.text, width - size);
    const ImVec2 extent =
        ImGui::CalcTextSize(lines.data(), lines.data() + lines.size(), false, width - size);
    if (ImGui::Selectable("##go", false, 0, {width, extent.y}))
      commands.emplace_back(Select{m.event});
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const ImU32 color = ImGui::GetColorU32(ImGuiCol_Text);
    const float y = at.y + size * .5F;
    list.AddTriangleFilled({at.x + 2, y - size * .25F}, {at.x + 2, y + size * .25F},
                           {at.x + size * .45F, y}, color);
    list.AddText(nullptr, 0, {at.x + size * .8F, at.y}, color, lines.data(),
                 lines.data() + lines.size(), width - size);
  }
  ImGui::PopID();
}

void mentions(std::string_view title, const std::vector<Mention>& all, int first_id,
              Commands& commands) {
  if (all.empty()) return;
  ImGui::Spacing();
  faint(title);
  for (const Mention& m : all) mention(m, first_id++, commands);
}

void draw_heading(const Model& model, const Details& d) {
  const char* const side = d.simulated ? tr("Simulated") : tr("Captured");
  const auto number = model.number_of(d.focus.side, d.focus.event);
  faint(number ? words::say("{}, packet {} of {}", side, *number,
                            model.packets_of(d.focus.side).size())
               : side);
  draw_wrapped(d.heading);
  ImGui::Separator();
}

void draw_sentences(const Details& d) {
  for (const std::string& sentence : d.sentences) draw_wrapped(sentence);
  for (const std::string& oddity : d.oddities) draw_wrapped("! " + oddity);
}

void draw_why(const Details& d, DetailsUi& ui, Commands& commands) {
  if (!d.why.text.empty()) {
    ImGui::Spacing();
    faint(tr("Why"));
    draw_wrapped(d.why.text);
    if (!d.why.rfc.empty()) faint(d.why.rfc);
  }
  if (d.why.cause) mentions(tr("What led to it"), {*d.why.cause}, 0, commands);
  const DifferenceDetails& diff = d.difference;
  if (diff.heading.empty()) return;
  ImGui::Spacing();
  const bool differs = diff.verdict && *diff.verdict != ladder::Verdict::same;
  if (ui.reveal_difference == d.focus) {
    ImGui::SetScrollHereY(0);
    ui.reveal_difference.reset();
  }
  faint(differs ? tr("Where the two ladders differ") : tr("Side by side"));
  draw_wrapped((differs ? "≠ " : "") + diff.heading);
  if (!diff.text.empty()) draw_wrapped(diff.text);
  for (const std::string& line : diff.also) draw_wrapped(line);
  mentions(d.focus.side == ladder::Side::sim ? tr("In the real run") : tr("In the simulation"),
           diff.counterpart, 100, commands);
  mentions(tr("This rests on"), diff.cites, 200, commands);
}

// --- TCBs

void draw_value(const TcbRow& row, std::size_t end, bool dark) {
  if (!row.changed[end]) {
    text(row.value[end].empty() ? "-" : row.value[end]);
    return;
  }
  ImGui::TableSetBgColor(ImGuiTableBgTarget_CellBg,
                         dark ? IM_COL32(96, 80, 0, 255) : IM_COL32(255, 238, 150, 255));
  const float size = ImGui::GetFontSize();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float y = at.y + size * .5F;
  ImGui::GetWindowDrawList()->AddTriangleFilled({at.x, y - size * .25F}, {at.x, y + size * .25F},
                                                {at.x + size * .4F, y},
                                                ImGui::GetColorU32(ImGuiCol_Text));
  ImGui::SetCursorPosX(ImGui::GetCursorPosX() + size * .6F);
  draw_wrapped(row.value[end].empty() ? "-" : row.value[end]);
  if (!row.was[end].empty()) faint(fmt::format(fmt::runtime(tr("was {}")), row.was[end]));
}

// A row's name, and what it means where the mouse is.
void draw_name(std::string_view name, std::string_view meaning) {
  ImGui::TableSetColumnIndex(0);
  draw_wrapped(name == "state" ? tr("state") : name);
  if (!ImGui::IsItemHovered()) return;
  ImGui::BeginTooltip();
  text(broken_into_lines(meaning, ImGui::GetFontSize() * 20));
  ImGui::EndTooltip();
}

bool begin_ends_table(const char* id) {
  constexpr ImGuiTableFlags flags = ImGuiTableFlags_BordersInnerH | ImGuiTableFlags_BordersOuterH |
                                    ImGuiTableFlags_SizingStretchProp;
  if (!ImGui::BeginTable(id, 3, flags)) return false;
  ImGui::TableSetupColumn("##name", ImGuiTableColumnFlags_WidthStretch, .6F);
  ImGui::TableSetupColumn("##first", ImGuiTableColumnFlags_WidthStretch, 1);
  ImGui::TableSetupColumn("##second", ImGuiTableColumnFlags_WidthStretch, 1);
  ImGui::TableNextRow();
  return true;
}

void draw_kernel(const EndsDetails& ends, bool dark) {
  faint(tr("In the real run, the kernel's own word"));
  if (!begin_ends_table("kernel")) return;
  for (std::size_t end = 0; end < 2; ++end) {
    ImGui::TableSetColumnIndex(static_cast<int>(end) + 1);
    end_name(static_cast<int>(end), ends.ends[end], dark);
    draw_wrapped(ends.kernel->moment[end]);
  }
  for (const KernelRow& row : ends.kernel->rows) {
    ImGui::TableNextRow();
    draw_name(row.name, row.meaning);
    for (std::size_t end = 0; end < 2; ++end) {
      ImGui::TableSetColumnIndex(static_cast<int>(end) + 1);
      draw_wrapped(row.value[end].empty() ? "-" : row.value[end]);
    }
  }
  ImGui::EndTable();
}

void draw_tcb_table(const EndsDetails& ends, bool dark) {
  if (begin_ends_table("tcbs")) {
    for (int end = 0; end < 2; ++end) {
      const EndDetails& of = ends.ends[static_cast<std::size_t>(end)];
      ImGui::TableSetColumnIndex(end + 1);
      end_name(end, of, dark);
      if (of.address != of.name) faint(of.address);
      if (!of.tcb_moment.empty()) draw_wrapped(of.tcb_moment);
    }
    for (const TcbRow& row : ends.tcb) {
      ImGui::TableNextRow();
      draw_name(row.name, row.meaning);
      for (std::size_t end = 0; end < 2; ++end) {
        ImGui::TableSetColumnIndex(static_cast<int>(end) + 1);
        draw_value(row, end, dark);
      }
    }
    ImGui::EndTable();
  }
  faint(ends.tcb_note);
}

// The kernel's word stands beside the TCBs where there is room, else below them.
void draw_tcbs(const Details& d, bool dark) {
  if (!d.ends) {
    draw_wrapped(d.no_ends);
    return;
  }
  const EndsDetails& ends = *d.ends;
  constexpr float room_for_both = 46;
  const bool beside = ImGui::GetContentRegionAvail().x >= ImGui::GetFontSize() * room_for_both;
  if (!ends.kernel) {
    draw_tcb_table(ends, dark);
  } else if (beside && ImGui::BeginTable("beside", 2, ImGuiTableFlags_SizingStretchSame)) {
    ImGui::TableNextColumn();
    draw_tcb_table(ends, dark);
    ImGui::TableNextColumn();
    draw_kernel(ends, dark);
    ImGui::EndTable();
  } else {
    draw_tcb_table(ends, dark);
    ImGui::Spacing();
    draw_kernel(ends, dark);
  }
}

// --- states

std::string way_of(const EndDetails& end) {
  if (end.way.empty()) return "";
  std::string way(model::rfc_name(end.way.front().from));
  for (const Passed& passed : end.way) {
    if (passed.from != passed.to || passed.to != end.way.front().from)
      way += fmt::format(" → {}", model::rfc_name(passed.to));
  }
  return way;
}

const char* words_of(model::Basis basis) {
  switch (basis) {
    case model::Basis::true_: return "";
    case model::Basis::inferred: return tr("inferred");
    case model::Basis::confirmed: return tr("confirmed");
    case model::Basis::contradicted: return tr("contradicted");
  }
  return "";
}

// Scrolls so that the boxes of both ends stand in the middle of the room; where it has not enough
// for both, that of the lower one.
void reveal_state(const DiagramLayout& layout, const std::array<EndDetails, 2>& ends) {
  float highest = 1e9F, lowest = -1, last_top = 0;
  for (const DiagramNode& node : layout.nodes) {
    if (!is_in(ends[0], node) && !is_in(ends[1], node)) continue;
    highest = std::min(highest, node.at.min.y);
    if (node.at.max.y > lowest) lowest = node.at.max.y, last_top = node.at.min.y;
  }
  if (lowest < 0) return;
  if (lowest - highest > ImGui::GetWindowHeight()) highest = last_top;
  const float top = ImGui::GetCursorScreenPos().y - ImGui::GetWindowPos().y;
  ImGui::SetScrollFromPosY(top + (highest + lowest) / 2, .5F);
}

void draw_ends(const EndsDetails& ends, bool dark) {
  for (int i = 0; i < 2; ++i) {
    const EndDetails& end = ends.ends[static_cast<std::size_t>(i)];
    const std::string state =
        end.state ? std::string(model::rfc_name(*end.state)) : tr("state not known");
    const std::string basis =
        end.basis == model::Basis::true_ ? "" : fmt::format(" ({})", words_of(end.basis));
    const float size = ImGui::GetFontSize();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    draw_end_mark(*ImGui::GetWindowDrawList(), i, {at.x + size * .35F, at.y + size * .5F},
                  size * .28F, color_of_end(i, dark));
    ImGui::SetCursorPosX(ImGui::GetCursorPosX() + size * .9F);
    draw_wrapped(fmt::format("{}: {}{}", end.name, state, basis));
    if (const std::string way = way_of(end); !way.empty()) faint(way);
  }
  ImGui::Spacing();
}

ImVec2 measure(std::string_view words, float size) {
  return ImGui::GetFont()->CalcTextSizeA(size, 1e9F, 0, words.data(), words.data() + words.size());
}

void draw_layout(const DiagramLayout& layout, const EndsDetails& ends, bool dark) {
  const DiagramColors colors{ImGui::GetColorU32(ImGuiCol_Text),
                             ImGui::GetColorU32(faint_color()),
                             dark ? IM_COL32(70, 80, 100, 255) : IM_COL32(225, 235, 250, 255),
                             ImGui::GetColorU32(ImGuiCol_WindowBg),
                             {color_of_end(0, dark), color_of_end(1, dark)}};
  draw_diagram(*ImGui::GetWindowDrawList(), ImGui::GetFont(), ImGui::GetCursorScreenPos(), layout,
               ends.ends, colors);
  ImGui::Dummy({layout.width, layout.height});
}

const char* source_of_diagram() {
  return tr(
      "RFC 9293 figure 5. A reset or giving up leads to CLOSED from anywhere: drawn where it "
      "happened.");
}

void draw_states(const Details& d, bool dark, DetailsUi& ui) {
  if (!d.ends) {
    draw_wrapped(d.no_ends);
    return;
  }
  if (ImGui::SmallButton(tr("Whole diagram"))) ui.diagram_shown = true;
  draw_ends(*d.ends, dark);
  const float width =
      std::min(ImGui::GetContentRegionAvail().x, ImGui::GetFontSize() * widest_diagram);
  const DiagramLayout layout = layout_diagram(width, ImGui::GetFontSize(), measure);
  if (std::exchange(ui.reveal_state, false)) reveal_state(layout, d.ends->ends);
  draw_layout(layout, *d.ends, dark);
  faint(source_of_diagram());
}

// --- the whole

void forget_marks(DetailsUi& ui) {
  ui.pinned = ui.marked = {};
  ui.reveal_field = ui.reveal_bytes = false;
}

void update(const Model& model, const Selected& focus, DetailsUi& ui) {
  const bool same_event = ui.details && ui.details->focus == focus;
  if (same_event && ui.revision == model.revision && ui.raw_seq == model.look.raw_seq &&
      ui.language == words::spoken())
    return;
  if (!same_event) {
    forget_marks(ui);
    ui.reveal_state = true;
  }
  ui.details = details_of(model, focus);
  ui.revision = model.revision;
  ui.raw_seq = model.look.raw_seq;
  ui.language = words::spoken();
}

class Tabs {
 public:
  explicit Tabs(DetailsUi& ui) : ui_(ui) {}
  // Whether this tab is open; then its content follows, and end().
  bool begin(DetailsTab tab, const char* words, const char* id) {
    const bool asked = ui_.open == tab;
    const std::string title = fmt::format("{}###{}", words, id);
    if (!ImGui::BeginTabItem(title.c_str(), nullptr, asked ? ImGuiTabItemFlags_SetSelected : 0))
      return false;
    if (ui_.shown != tab) ui_.reveal_state = true;
    ui_.shown = tab;
    ImGui::BeginChild("content", {0, 0}, false, 0);
    return true;
  }
  static void end() {
    ImGui::EndChild();
    ImGui::EndTabItem();
  }

 private:
  DetailsUi& ui_;
};

void draw_tabs(const Model& model, Ui& ui, bool with_why, Commands& commands) {
  const Details& d = *ui.details.details;
  const bool dark = model.look.dark;
  if (!ImGui::BeginTabBar("parts", ImGuiTabBarFlags_FittingPolicyResizeDown)) return;
  Tabs tabs(ui.details);
  if (with_why) {
    const bool differs = d.difference.verdict && *d.difference.verdict != ladder::Verdict::same;
    if (tabs.begin(DetailsTab::why, (std::string(tr("Why")) + (differs ? " ≠" : "")).c_str(),
                   "why")) {
      draw_sentences(d);
      draw_why(d, ui.details, commands);
      Tabs::end();
    }
  }
  if (tabs.begin(DetailsTab::packet, tr("Packet"), "packet")) {
    if (d.packet) {
      draw_packet(*d.packet, ui);
    } else {
      draw_wrapped(tr("No packet: this happened inside one end."));
    }
    Tabs::end();
  }
  if (tabs.begin(DetailsTab::tcbs, tr("TCBs"), "tcbs")) {
    draw_tcbs(d, dark);
    Tabs::end();
  }
  if (tabs.begin(DetailsTab::states, tr("States"), "states")) {
    draw_states(d, dark, ui.details);
    Tabs::end();
  }
  ImGui::EndTabBar();
  ui.details.open.reset();
}

}  // namespace

void draw_details(const Model& model, Ui& ui, Commands& commands) {
  const auto focus = model.in_focus();
  ImGui::BeginChild("details", {0, 0}, false, 0);
  if (!focus || model::index(focus->event) >= model.trace_of(focus->side).events().size()) {
    ui.details.details.reset();
    forget_marks(ui.details);
    faint(tr(
        "Take a step, or click at something in the ladders: what it is and why it happens stands "
        "here."));
    ImGui::EndChild();
    return;
  }
  update(model, *focus, ui.details);
  const Details& d = *ui.details.details;
  const float width = ImGui::GetContentRegionAvail().x, type = ImGui::GetFontSize();
  if (width >= type * 60) {
    ImGui::BeginChild("about", {std::min(width * .36F, type * 34), 0}, false, 0);
    draw_heading(model, d);
    draw_sentences(d);
    draw_why(d, ui.details, commands);
    ImGui::EndChild();
    ImGui::SameLine();
    ImGui::BeginChild("parts", {0, 0}, false, 0);
    draw_tabs(model, ui, false, commands);
    ImGui::EndChild();
  } else {
    draw_heading(model, d);
    draw_tabs(model, ui, true, commands);
  }
  ImGui::EndChild();
}

void diagram_window(const Model& model, Ui& ui) {
  if (!ui.details.diagram_shown) return;
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const float edge = ImGui::GetFontSize();
  ImGui::SetNextWindowPos({edge, edge});
  ImGui::SetNextWindowSize({screen.x - 2 * edge, screen.y - 2 * edge});
  if (ImGui::Begin(fmt::format("{}###diagram", tr("States")).c_str(), &ui.details.diagram_shown,
                   ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoResize |
                       ImGuiWindowFlags_NoCollapse | ImGuiWindowFlags_NoSavedSettings)) {
    const auto& d = ui.details.details;
    if (!d || !d->ends) {
      draw_wrapped(d ? d->no_ends : tr("Take a step: the ends of its connection stand here."));
    } else {
      // The ends beside the diagram: below each other they would take its room.
      ImGui::BeginChild("ends", {ImGui::GetContentRegionAvail().x * .25F, 0});
      draw_wrapped(d->heading);
      ImGui::Spacing();
      draw_ends(*d->ends, model.look.dark);
      faint(source_of_diagram());
      ImGui::EndChild();
      ImGui::SameLine();
      ImGui::BeginChild("diagram");
      const DiagramLayout layout =
          layout_diagram_within(ImGui::GetContentRegionAvail(), ImGui::GetFontSize(), measure);
      draw_layout(layout, *d->ends, model.look.dark);
      ImGui::EndChild();
    }
  }
  ImGui::End();
}

}  // namespace synoptic::gui
