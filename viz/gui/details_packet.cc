// Fields and bytes of a packet drawn. The bytes come first, for where the mouse is among them says
// which field to mark; their own marks come last, for the same reason.
#include "viz/gui/details_packet.hh"

#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>

#include "viz/gui/rich_text.hh"
#include "viz/gui/ui.hh"
#include "viz/words/words.hh"

namespace synoptic::gui {

using words::say;
using words::tr;

namespace {

// A field's value as far as it is worth reading; its bytes stand beside it.
std::string shortened(const std::string& value) {
  constexpr std::size_t longest = 160;
  if (value.size() <= longest) return value;
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xc0) == 0x80) --end;
  return value.substr(0, end) + "…";
}

// --- bytes

class BytesView {
 public:
  explicit BytesView(wire::ByteSpan bytes) : bytes_(bytes) {}

  // Draws them into the current window; gives the byte under the mouse.
  std::optional<std::uint32_t> draw(std::optional<std::uint32_t> reveal) {
    list_ = ImGui::GetWindowDrawList();
    // CalcTextSize() would round it up.
    character_ =
        ImGui::GetFont()->GetCharAdvance('0') * ImGui::GetFontSize() / ImGui::GetFont()->FontSize;
    line_ = ImGui::GetTextLineHeight();
    const float width = ImGui::GetContentRegionAvail().x;
    per_line_ = 16;
    while (per_line_ > 1 && width_of(per_line_) > width) per_line_ /= 2;
    origin_ = ImGui::GetCursorScreenPos();
    const auto count = static_cast<std::uint32_t>(bytes_.size());
    const int lines = static_cast<int>((count + per_line_ - 1) / per_line_);
    if (reveal) ImGui::SetScrollY(line_ * (static_cast<float>(*reveal / per_line_) - 1));
    clip_min_ = list_->GetClipRectMin();
    clip_max_ = list_->GetClipRectMax();
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
    ImGuiListClipper clipper;
    clipper.Begin(lines, line_);
    while (clipper.Step()) {
      for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i)
        draw_line(static_cast<std::uint32_t>(i));
    }
    ImGui::PopStyleVar();
    return ImGui::IsWindowHovered() ? byte_under(ImGui::GetIO().MousePos) : std::nullopt;
  }

  // To be called once everything else is drawn. A tint and a frame around the bytes and their
  // characters.
  void mark(wire::ByteRange range, ImU32 fill, ImU32 frame) {
    if (list_ == nullptr || range.size == 0) return;
    list_->PushClipRect(clip_min_, clip_max_, true);
    const std::uint32_t last = std::min(range.end(), static_cast<std::uint32_t>(bytes_.size()));
    for (std::uint32_t at = range.offset; at < last;) {
      const std::uint32_t line = at / per_line_;
      const std::uint32_t end = std::min(last, (line + 1) * per_line_);
      const float y = origin_.y + static_cast<float>(line) * line_;
      if (y + line_ >= clip_min_.y && y <= clip_max_.y) {
        const std::uint32_t from = at % per_line_, to = (end - 1) % per_line_;
        box(hex_x(from), hex_x(to) + 2 * character_, y, fill, frame);
        box(text_x(from), text_x(to) + character_, y, fill, frame);
      }
      at = end;
    }
    list_->PopClipRect();
  }

 private:
  static constexpr float offset_characters = 6;  // "0010  "

  float width_of(std::uint32_t per_line) const {
    return (offset_characters + static_cast<float>(per_line) * 4 + 1) * character_;
  }
  float hex_x(std::uint32_t i) const {
    return origin_.x + (offset_characters + static_cast<float>(i) * 3) * character_;
  }
  float text_x(std::uint32_t i) const {
    return origin_.x +
           (offset_characters + static_cast<float>(per_line_) * 3 + 1 + static_cast<float>(i)) *
               character_;
  }

  void draw_line(std::uint32_t index) {
    const HexLine line = hex_line(bytes_, index * per_line_, per_line_);
    const std::string text = fmt::format("{:04x}  {:<{}} {}", line.offset, line.hex,
                                         static_cast<int>(per_line_) * 3, line.text);
    ImGui::TextUnformatted(text.data(), text.data() + text.size());
  }

  std::optional<std::uint32_t> byte_under(ImVec2 mouse) const {
    if (mouse.y < origin_.y) return std::nullopt;
    const auto line = static_cast<std::uint32_t>((mouse.y - origin_.y) / line_);
    const float in_hex = (mouse.x - hex_x(0)) / (3 * character_);
    const float in_text = (mouse.x - text_x(0)) / character_;
    const auto width = static_cast<float>(per_line_);
    float place = -1;
    if (in_hex >= 0 && in_hex < width) place = in_hex;
    if (in_text >= 0 && in_text < width) place = in_text;
    if (place < 0) return std::nullopt;
    const std::uint32_t byte = line * per_line_ + static_cast<std::uint32_t>(place);
    return byte < bytes_.size() ? std::optional(byte) : std::nullopt;
  }

  void box(float left, float right, float y, ImU32 fill, ImU32 frame) {
    list_->AddRectFilled({left - 1, y}, {right + 1, y + line_}, fill);
    list_->AddRect({left - 1, y}, {right + 1, y + line_}, frame);
  }

  wire::ByteSpan bytes_;
  ImDrawList* list_ = nullptr;
  ImVec2 origin_{}, clip_min_{}, clip_max_{};
  float character_ = 1, line_ = 1;
  std::uint32_t per_line_ = 16;
};

// --- fields

class FieldsView {
 public:
  // `byte` is the field that the mouse is at among the bytes.
  FieldsView(const wire::Decoded& decoded, FieldRef byte, DetailsUi& ui)
      : decoded_(decoded), byte_(byte), ui_(ui) {}

  // Gives the field under the mouse.
  FieldRef draw() {
    for (std::size_t l = 0; l < decoded_.layers.size(); ++l) draw_layer(static_cast<int>(l));
    ui_.reveal_field = false;
    return hovered_;
  }

 private:
  bool is_marked(FieldRef ref) const { return byte_.valid() ? ref == byte_ : ref == ui_.pinned; }

  void draw_layer(int l) {
    const wire::Layer& layer = decoded_.layers[static_cast<std::size_t>(l)];
    const FieldRef self{l, -1};
    const std::string name = layer.name.str();  // what is open stays so in another language
    const bool is_envelope = name.starts_with("Ethernet") || name.starts_with("IPv");
    ImGuiTreeNodeFlags flags = ImGuiTreeNodeFlags_SpanAvailWidth | ImGuiTreeNodeFlags_OpenOnArrow |
                               ImGuiTreeNodeFlags_OpenOnDoubleClick;
    if (!is_envelope) flags |= ImGuiTreeNodeFlags_DefaultOpen;
    const bool was_open = ImGui::GetStateStorage()->GetInt(ImGui::GetID(("###" + name).c_str()),
                                                           is_envelope ? 0 : 1) != 0;
    const bool holds_mark = byte_.valid() ? byte_.layer == l : ui_.pinned.layer == l;
    if (is_marked(self) || (holds_mark && !was_open)) flags |= ImGuiTreeNodeFlags_Selected;
    if (ui_.reveal_field && ui_.pinned.layer == l) ImGui::SetNextItemOpen(true);
    const std::string size = layer.range.size == 1
                                 ? std::string(tr("1 byte"))
                                 : fmt::format(fmt::runtime(tr("{} bytes")), layer.range.size);
    const std::string title = fmt::format("{}, {}###{}", say(layer.name), size, name);
    const bool open = ImGui::TreeNodeEx(title.c_str(), flags);
    item(self);
    if (!open) return;
    for (std::size_t f = 0; f < layer.fields.size(); ++f)
      draw_field({l, static_cast<int>(f)}, layer.fields[f]);
    ImGui::TreePop();
  }

  void draw_field(FieldRef ref, const wire::Field& field) {
    ImGui::PushID(ref.layer * 4096 + ref.field);
    const std::string words = say("{}: {}", say(field.name), shortened(say(field.value)));
    const float inset = static_cast<float>(field.depth) * ImGui::GetFontSize();
    if (inset > 0) ImGui::Indent(inset);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = std::max(ImGui::GetContentRegionAvail().x, ImGui::GetFontSize());
    const ImVec2 extent =
        ImGui::CalcTextSize(words.data(), words.data() + words.size(), false, width);
    ImGui::Selectable("##field", is_marked(ref), 0, {width, extent.y});
    item(ref);
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const ImU32 color = ImGui::GetColorU32(ImGuiCol_Text);
    list.AddText(nullptr, 0, at, color, words.data(), words.data() + words.size(), width);
    if (is_marked(ref) || ref == hovered_)
      list.AddLine({at.x - 3, at.y}, {at.x - 3, at.y + extent.y}, color, 2);
    if (inset > 0) ImGui::Unindent(inset);
    ImGui::PopID();
  }

  void item(FieldRef ref) {
    if (ImGui::IsItemHovered()) hovered_ = ref;
    if (ImGui::IsItemClicked() && !ImGui::IsItemToggledOpen()) {
      ui_.pinned = ui_.pinned == ref ? FieldRef{} : ref;
      ui_.reveal_bytes = ui_.pinned.valid();
    }
    if (ui_.reveal_field && ui_.pinned == ref) ImGui::SetScrollHereY();
  }

  const wire::Decoded& decoded_;
  FieldRef byte_, hovered_;
  DetailsUi& ui_;
};

// How the room is shared out between fields and bytes.
struct Sharing {
  ImVec2 bytes_at, bytes, fields;
};
Sharing share(const PacketDetails& packet, ImVec2 at, ImVec2 room, ImFont* mono) {
  const float type = ImGui::GetFontSize();
  ImGui::PushFont(mono);
  const float character = ImGui::CalcTextSize("0").x, line = ImGui::GetTextLineHeight();
  ImGui::PopFont();
  const float full = character * 72 + ImGui::GetStyle().ScrollbarSize;  // 16 bytes a line
  const float gap = ImGui::GetStyle().ItemSpacing.x;
  if (room.x >= full + type * 20)
    return {{at.x + room.x - full, at.y}, {full, room.y}, {room.x - full - gap, room.y}};
  const float half = character * 40 + ImGui::GetStyle().ScrollbarSize;  // 8 bytes a line
  if (room.x >= half + type * 18)
    return {{at.x + room.x - half, at.y}, {half, room.y}, {room.x - half - gap, room.y}};
  const float lines = static_cast<float>(packet.bytes.size()) / (room.x >= full ? 16.F : 8.F) + 1;
  const float height = std::min(lines * line + gap, room.y * .42F);
  return {{at.x, at.y + room.y - height}, {room.x, height}, {room.x, room.y - height - gap}};
}

}  // namespace

void draw_packet(const PacketDetails& packet, Ui& ui) {
  DetailsUi& own = ui.details;
  if (packet.led_to) draw_wrapped(tr("The packet that led to this:"));
  draw_wrapped(packet.line);
  if (packet.bytes.empty()) return;

  ImFont* const mono = ui.fonts.mono != nullptr ? ui.fonts.mono : ImGui::GetFont();
  const ImVec2 start = ImGui::GetCursorPos();
  const Sharing room = share(packet, start, ImGui::GetContentRegionAvail(), mono);

  std::optional<std::uint32_t> reveal;
  if (own.reveal_bytes && own.pinned.valid()) reveal = range_of(packet.decoded, own.pinned).offset;
  own.reveal_bytes = false;
  BytesView bytes(packet.bytes);
  ImGui::SetCursorPos(room.bytes_at);
  ImGui::BeginChild("bytes", room.bytes, false, 0);
  ImGui::PushFont(mono);
  const std::optional<std::uint32_t> byte = bytes.draw(reveal);
  ImGui::PopFont();
  const FieldRef at_byte = byte ? field_at(packet.decoded, *byte) : FieldRef{};
  if (at_byte.valid() && ImGui::IsMouseClicked(0)) {
    own.pinned = own.pinned == at_byte ? FieldRef{} : at_byte;
    own.reveal_field = own.pinned.valid();
  }
  ImGui::EndChild();

  ImGui::SetCursorPos(start);
  ImGui::BeginChild("fields", room.fields, false, 0);
  const FieldRef at_field = FieldsView(packet.decoded, at_byte, own).draw();
  ImGui::EndChild();

  own.marked = at_byte.valid() ? at_byte : at_field.valid() ? at_field : own.pinned;
  if (own.marked.valid())
    bytes.mark(range_of(packet.decoded, own.marked), ImGui::GetColorU32(ImGuiCol_TextSelectedBg),
               ImGui::GetColorU32(ImGuiCol_Text));
}

}  // namespace synoptic::gui
