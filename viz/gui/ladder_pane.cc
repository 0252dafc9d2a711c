// Both ladders, in a pane that scrolls and zooms by itself: ImGui's scroll is a float, which loses
// pixels in long traces.
#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "viz/gui/fault_for.hh"
#include "viz/gui/paint.hh"
#include "viz/gui/palette.hh"
#include "viz/gui/panels.hh"
#include "viz/words/words.hh"

namespace synoptic::gui {

using words::N_;
using words::tr;

namespace {

constexpr double margin = 10;  // around the scene, in its units

// The pane, and how a point in it and a point of the scene belong together.
struct Pane {
  ImVec2 from, size;
  double scale = 1;  // pixels a unit

  double height_in_units() const { return size.y / scale; }
  double width_in_units() const { return size.x / scale; }
};

void keep_inside(const Model& model, const Pane& pane, Ui& ui) {
  const double lowest = model.scene.height + 2 * margin - pane.height_in_units();
  const double rightmost = model.scene.width + 2 * margin - pane.width_in_units();
  ui.scroll_y = std::clamp(ui.scroll_y, 0., std::max(0., lowest));
  ui.scroll_x = std::clamp(ui.scroll_x, 0., std::max(0., rightmost));
}

// The step that was taken last comes into view, with some room below for the next one.
void follow(const Model& model, const Pane& pane, Ui& ui) {
  if (ui.shown_cursor == model.cursor && ui.shown_layout == model.revision) return;
  ui.shown_cursor = model.cursor;
  ui.shown_layout = model.revision;
  if (model.cursor == 0) {
    ui.scroll_y = 0;
    return;
  }
  const ladder::Step& step = model.steps[model.cursor - 1];
  const double room = std::min(4 * model.scene.row_height, pane.height_in_units() / 4);
  const double heads =
      model.heads.empty() ? 0 : model.heads.front().bottom - model.heads.front().top;
  const double top = step.top + margin - room - heads, bottom = step.bottom + margin + room;
  if (bottom > ui.scroll_y + pane.height_in_units()) ui.scroll_y = bottom - pane.height_in_units();
  if (top < ui.scroll_y) ui.scroll_y = top;
}

void wheel_and_drag(const Model& model, const Pane& pane, Ui& ui, Commands& commands) {
  const ImGuiIO& io = ImGui::GetIO();
  if (ImGui::IsItemHovered() && io.MouseWheel != 0) {
    if (io.KeyCtrl) {
      Look look = model.look;
      look.zoom = std::clamp(look.zoom * std::pow(1.1, io.MouseWheel), least_zoom, most_zoom);
      // What is under the mouse stays there.
      const double factor = look.zoom / model.look.zoom;
      const double x = (io.MousePos.x - pane.from.x) / pane.scale;
      const double y = (io.MousePos.y - pane.from.y) / pane.scale;
      ui.scroll_x += x - x / factor;
      ui.scroll_y += y - y / factor;
      commands.push_back(SetLook{look});
    } else if (io.KeyShift) {
      ui.scroll_x -= io.MouseWheel * 3 * model.scene.row_height;
    } else {
      ui.scroll_y -= io.MouseWheel * 3 * model.scene.row_height;
    }
  }
  if (ImGui::IsItemHovered() && io.MouseWheelH != 0)
    ui.scroll_x -= io.MouseWheelH * 3 * model.scene.row_height;
  if (ImGui::IsItemActive() && ImGui::IsMouseDragging(0, 4)) {
    ui.scroll_x -= io.MouseDelta.x / pane.scale;
    ui.scroll_y -= io.MouseDelta.y / pane.scale;
    ui.dragged = true;
  }
}

ladder::Point mouse_in_scene(const Pane& pane, const Ui& ui) {
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  return {(mouse.x - pane.from.x) / pane.scale + ui.scroll_x - margin,
          (mouse.y - pane.from.y) / pane.scale + ui.scroll_y - margin};
}

std::optional<Selected> under_mouse(const Model& model, const Pane& pane, const Ui& ui) {
  const ladder::Point at = mouse_in_scene(pane, ui);
  const auto found = model.index.pick(model.scene, at, 5);
  if (!found || model.step_of(found->side, found->event, found->at_return) >= model.cursor)
    return std::nullopt;
  return Selected{found->side, found->event, found->at_return};
}

// The packet for a row whose mark or note is under the mouse: of those that have happened the last,
// so that going there hides nothing of the row.
std::optional<Selected> row_under_mouse(const Model& model, const Pane& pane, const Ui& ui) {
  const auto place = ladder::row_at(model.scene, mouse_in_scene(pane, ui));
  if (!place || *place >= model.alignment.rows.size()) return std::nullopt;
  const ladder::Row& row = model.alignment.rows[*place];
  std::optional<Selected> last;
  std::size_t last_step = 0;
  for (const ladder::Side side : {ladder::Side::sim, ladder::Side::live}) {
    for (const model::EventId id : side == ladder::Side::sim ? row.sim : row.live) {
      const std::size_t step = model.step_of(side, id);
      if (step >= model.cursor || (last && step < last_step)) continue;
      last = Selected{side, id};
      last_step = step;
    }
  }
  return last;
}

// Where the simulated event is drawn: the middle of its arrow, moved into the pane.
ImVec2 place_of(const Model& model, const Pane& pane, const Ui& ui, model::EventId event) {
  ladder::Point at{ui.scroll_x, ui.scroll_y};
  const std::size_t place = model.step_of(ladder::Side::sim, event);
  std::vector<ladder::Item> items;
  if (place < model.steps.size())
    model.index.visible(model.steps[place].top, model.steps[place].bottom, items);
  for (const ladder::Item& item : items) {
    if (item.kind != ladder::Kind::line) continue;
    const ladder::Line& line = model.scene.lines[item.place];
    if (line.event == event && line.side == ladder::Side::sim &&
        line.role != ladder::Role::icmp_tie)
      at = {(line.from.x + line.to.x) / 2, (line.from.y + line.to.y) / 2};
  }
  const double x = pane.from.x + (at.x + margin - ui.scroll_x) * pane.scale;
  const double y = pane.from.y + (at.y + margin - ui.scroll_y) * pane.scale;
  return {static_cast<float>(std::clamp<double>(x, pane.from.x, pane.from.x + pane.size.x)),
          static_cast<float>(std::clamp<double>(y, pane.from.y, pane.from.y + pane.size.y))};
}

// What would be if this very segment were lost, delayed, …
void what_if(const Model& model, Ui& ui, Commands& commands) {
  if (!ImGui::BeginPopup("what if")) return;
  if (escape_pressed()) ImGui::CloseCurrentPopup();
  using Action = net::Fault::Action;
  constexpr std::pair<Action, const char*> actions[] = {
      {Action::drop, N_("Lose it")},
      {Action::delay, N_("Delay it by 500 ms")},
      {Action::duplicate, N_("Duplicate it")},
      {Action::corrupt, N_("Damage it")},
      {Action::swap, N_("Let the next overtake it")}};
  for (const auto& [action, label] : actions) {
    const auto fault = fault_for(model.controls, model.sim(), ui.asked_about, action);
    if (!fault || !ImGui::MenuItem(tr(label))) continue;
    Controls controls = model.controls;
    controls.faults.push_back(*fault);
    commands.push_back(SetControls{controls});
  }
  ImGui::EndPopup();
}

// Where the one cursor stands in both ladders.
void cursor_line(ImDrawList& list, const Model& model, const Pane& pane, const PaintView& view) {
  if (model.cursor == 0 || model.cursor == model.steps.size()) return;
  const double below = model.reached[model.cursor - 1] + 2;
  const auto y = static_cast<float>(view.y + below * view.scale);
  list.AddLine({pane.from.x, y}, {pane.from.x + pane.size.x, y},
               faded(highlight_colour(view.dark), 0.8), 2);
}

void scroll_bar(const Model& model, const Pane& pane, Ui& ui) {
  const double whole = model.scene.height + 2 * margin, part = pane.height_in_units();
  const float width = std::max(1.f, ImGui::GetStyle().ScrollbarSize);
  ImGui::SameLine(0, 0);
  const ImVec2 from = ImGui::GetCursorScreenPos();
  ImGui::InvisibleButton("##scroll", ImVec2(width, pane.size.y));
  if (part >= whole) return;
  if (ImGui::IsItemActive()) {
    const double share = (ImGui::GetIO().MousePos.y - from.y) / pane.size.y;
    ui.scroll_y = share * whole - part / 2;
    keep_inside(model, pane, ui);
  }
  const auto y = [&](double unit) {
    return from.y + static_cast<float>(unit / whole * pane.size.y);
  };
  const float least = ImGui::GetFontSize();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float top = std::min(y(ui.scroll_y), from.y + pane.size.y - least);
  const float bottom = std::max(y(ui.scroll_y + part), top + least);
  list.AddRectFilled({from.x + 2, top}, {from.x + width - 2, bottom},
                     ImGui::GetColorU32(ImGui::IsItemActive() ? ImGuiCol_ScrollbarGrabActive
                                                              : ImGuiCol_ScrollbarGrab),
                     width / 3);
}

}  // namespace

void ladder_pane(const Model& model, Ui& ui, Commands& commands) {
  ImFont* const font = ui.fonts.mono != nullptr ? ui.fonts.mono : ImGui::GetFont();
  const ImVec2 room = ImGui::GetContentRegionAvail();
  Pane pane;
  pane.from = ImGui::GetCursorScreenPos();
  pane.size = {std::max(16.f, room.x - ImGui::GetStyle().ScrollbarSize), std::max(16.f, room.y)};
  const double advance = font->GetCharAdvance('0');
  const double natural = advance / model.scene.char_width;  // pixels a unit at zoom 1
  pane.scale = natural * model.look.zoom;
  // The ladders are laid out for the width that they have at zoom 1.
  const double width = std::floor(pane.size.x / natural - 2 * margin);
  if (width != ui.fitted_width) {
    ui.fitted_width = width;
    commands.push_back(FitWidth{width});
  }
  ImGui::InvisibleButton("##ladders", pane.size,
                         ImGuiButtonFlags_MouseButtonLeft | ImGuiButtonFlags_MouseButtonRight);
  if (ImGui::IsItemActivated()) ui.dragged = false;
  wheel_and_drag(model, pane, ui, commands);
  follow(model, pane, ui);
  keep_inside(model, pane, ui);

  std::optional<Selected> hovered;
  if (ImGui::IsItemHovered()) hovered = under_mouse(model, pane, ui);
  if (ImGui::IsItemDeactivated() && !ui.dragged && ImGui::IsItemHovered()) {
    const auto row = hovered ? std::nullopt : row_under_mouse(model, pane, ui);
    if (ImGui::IsMouseReleased(1)) {
      if (hovered && hovered->side == ladder::Side::sim && model.read_run == nullptr &&
          fault_for(model.controls, model.sim(), hovered->event, net::Fault::Action::drop)) {
        ui.asked_about = hovered->event;
        ui.ask = true;
      }
    } else if (hovered) {
      commands.push_back(Select{*hovered});
    } else if (row) {
      commands.push_back(Select{*row});
      ui.details.open = DetailsTab::why;
      ui.details.reveal_difference = row;
    } else {
      commands.push_back(SelectNone{});
    }
  }
  if (hovered || (ImGui::IsItemHovered() && row_under_mouse(model, pane, ui)))
    ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);

  ui.pane_x = pane.from.x;
  ui.pane_y = pane.from.y;
  ui.pane_scale = pane.scale;

  ImDrawList& list = *ImGui::GetWindowDrawList();
  const ImVec2 to{pane.from.x + pane.size.x, pane.from.y + pane.size.y};
  list.PushClipRect(pane.from, to, true);
  list.AddRectFilled(pane.from, to, paper_colour(model.look.dark));
  PaintView view;
  view.font = ui.fonts.zoomed != nullptr ? ui.fonts.zoomed : font;
  view.scale = pane.scale;
  view.x = pane.from.x + (margin - ui.scroll_x) * pane.scale;
  view.y = pane.from.y + (margin - ui.scroll_y) * pane.scale;
  view.top = pane.from.y;
  view.bottom = to.y;
  view.dark = model.look.dark;
  view.stepped = &model;
  paint(list, model.scene, model.index, view);
  cursor_line(list, model, pane, view);
  paint_heads(list, model.scene, model.heads, view);
  list.PopClipRect();
  scroll_bar(model, pane, ui);
  if (std::exchange(ui.ask, false)) {
    ImGui::OpenPopup("what if");
    if (std::exchange(ui.ask_there, false)) {
      // Below the arrow, or above it where there is more room.
      const ImVec2 at = place_of(model, pane, ui, ui.asked_about);
      const bool low = at.y > ImGui::GetIO().DisplaySize.y / 2;
      ImGui::SetNextWindowPos(at, ImGuiCond_Always, ImVec2(0, low ? 1.f : 0.f));
    }
  }
  what_if(model, ui, commands);
}

}  // namespace synoptic::gui
