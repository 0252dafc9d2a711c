// Characters are known by their place in the font's texture.
#include "tests/window/ink.hh"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

namespace synoptic::window::test {
namespace {

struct Known {
  ImWchar code = 0;
  ImVec2 from, to;            // in the texture
  float height = 0, ink = 0;  // of a line, and of its own ink, as built
};

// The characters of all fonts by the cell of the texture that holds their middle.
class Texture {
 public:
  Texture() {
    const ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
    width_ = static_cast<float>(atlas.TexWidth);
    height_ = static_cast<float>(atlas.TexHeight);
    for (const ImFont* font : atlas.Fonts) {
      for (const ImFontGlyph& g : font->Glyphs) {
        if (!g.Visible) continue;
        const Known known{static_cast<ImWchar>(g.Codepoint),
                          {g.U0, g.V0},
                          {g.U1, g.V1},
                          font->FontSize,
                          g.Y1 - g.Y0};
        by_row_[key(g.V0)].push_back(known);
        tallest_ = std::max(tallest_, static_cast<int>((g.V1 - g.V0) * height_) + 1);
      }
    }
    for (auto& [row, all] : by_row_)
      std::ranges::sort(all, {}, [](const Known& k) { return k.from.x; });
  }
  // The character whose picture holds this part of the texture; null where that is no character.
  const Known* find(ImVec2 from, ImVec2 to) const {
    const ImVec2 middle{(from.x + to.x) / 2, (from.y + to.y) / 2};
    const int row = key(middle.y);
    for (auto it = by_row_.upper_bound(row); it != by_row_.begin();) {
      --it;
      if (it->first < row - tallest_) break;
      const auto& all = it->second;
      auto k = std::ranges::upper_bound(all, middle.x, {}, [](const Known& x) { return x.from.x; });
      if (k == all.begin()) continue;
      --k;
      if (middle.x <= k->to.x && middle.y <= k->to.y && middle.y >= k->from.y) return &*k;
    }
    return nullptr;
  }

 private:
  int key(float v) const { return static_cast<int>(v * height_); }
  float width_ = 1, height_ = 1;
  int tallest_ = 1;
  std::map<int, std::vector<Known>> by_row_;
};

bool near(float a, float b) {
  return std::abs(a - b) < 1e-6f;
}

// Four corners drawn as two triangles, as a character and a plain rectangle are.
const ImDrawVert* quad(const ImDrawList& list, const ImDrawIdx* index, std::size_t left) {
  if (left < 6) return nullptr;
  const ImDrawIdx a = index[0];
  if (index[1] != a + 1 || index[2] != a + 2 || index[3] != a || index[4] != a + 2 ||
      index[5] != a + 3)
    return nullptr;
  return &list.VtxBuffer[a];
}

bool upright(const ImDrawVert* v) {
  return v[0].pos.x == v[3].pos.x && v[1].pos.x == v[2].pos.x && v[0].pos.y == v[1].pos.y &&
         v[2].pos.y == v[3].pos.y;
}

class Reader {
 public:
  std::vector<Glyph> read() {
    const ImDrawData& data = *ImGui::GetDrawData();
    for (int n = 0; n < data.CmdListsCount; ++n) {
      const ImDrawList& list = *data.CmdLists[n];
      for (const ImDrawCmd& cmd : list.CmdBuffer) command(list, cmd);
    }
    return std::move(glyphs_);
  }

 private:
  void command(const ImDrawList& list, const ImDrawCmd& cmd) {
    const ImDrawIdx* index = list.IdxBuffer.Data + cmd.IdxOffset;
    for (std::size_t i = 0; i < cmd.ElemCount;) {
      const ImDrawVert* v = quad(list, index + i, cmd.ElemCount - i);
      if (v == nullptr) {
        i += 3;
        continue;
      }
      i += 6;
      v += cmd.VtxOffset;
      if (!upright(v)) continue;
      if (near(v[0].uv.x, v[2].uv.x) && near(v[0].uv.y, v[2].uv.y))
        cover(v[0].pos, v[2].pos, v[0].col >> 24, cmd.ClipRect);
      else
        glyph(list, v, cmd.ClipRect);
    }
  }
  // Something opaque hides what was drawn before.
  void cover(ImVec2 from, ImVec2 to, unsigned alpha, const ImVec4& clip) {
    if (alpha < 255) return;
    from = {std::max(from.x, clip.x), std::max(from.y, clip.y)};
    to = {std::min(to.x, clip.z), std::min(to.y, clip.w)};
    for (Glyph& g : glyphs_) {  // what sticks out above or below is still seen
      if (g.min.x < from.x || g.max.x > to.x) continue;
      if (g.min.y >= from.y) g.min.y = std::max(g.min.y, to.y);
      if (g.max.y <= to.y) g.max.y = std::min(g.max.y, from.y);
    }
    std::erase_if(glyphs_, [](const Glyph& g) { return g.min.y >= g.max.y; });
  }
  void glyph(const ImDrawList& list, const ImDrawVert* v, const ImVec4& clip) {
    const Known* known = texture_.find(v[0].uv, v[2].uv);
    if (known == nullptr || v[0].col >> 24 == 0) return;
    Glyph g{.min = v[0].pos, .max = v[2].pos, .code = known->code};
    if (g.max.x <= clip.x || g.min.x >= clip.z || g.max.y <= clip.y || g.min.y >= clip.w) return;
    const float part = (v[2].uv.y - v[0].uv.y) / (known->to.y - known->from.y);
    g.line = (g.max.y - g.min.y) / std::max(part, 0.01f) / known->ink * known->height;
    g.cut_across = !near(v[0].uv.x, known->from.x) || !near(v[2].uv.x, known->to.x) ||
                   g.min.x < clip.x - 1 || g.max.x > clip.z + 1;
    g.cut_along = !near(v[0].uv.y, known->from.y) || !near(v[2].uv.y, known->to.y) ||
                  g.min.y < clip.y - 1 || g.max.y > clip.w + 1;
    g.min = {std::max(g.min.x, clip.x), std::max(g.min.y, clip.y)};  // what is seen of it
    g.max = {std::min(g.max.x, clip.z), std::min(g.max.y, clip.w)};
    g.window = list._OwnerName != nullptr ? list._OwnerName : "";
    glyphs_.push_back(std::move(g));
  }

  Texture texture_;
  std::vector<Glyph> glyphs_;
};

}  // namespace

std::string utf8(ImWchar code) {
  char text[5] = {};
  return ImTextCharToUtf8(text, code);
}

std::vector<Glyph> read_glyphs() {
  return Reader().read();
}

std::string around(const std::vector<Glyph>& glyphs, const Glyph& glyph) {
  std::vector<const Glyph*> line;
  for (const Glyph& g : glyphs) {
    const float middle = (g.min.y + g.max.y) / 2;
    if (g.window == glyph.window &&
        std::abs(middle - (glyph.min.y + glyph.max.y) / 2) < glyph.line / 3 &&
        std::abs(g.min.x - glyph.min.x) < 12 * glyph.line)
      line.push_back(&g);
  }
  std::ranges::sort(line, {}, [](const Glyph* g) { return g->min.x; });
  std::string text;
  const Glyph* before = nullptr;
  for (const Glyph* g : line) {
    if (before != nullptr && g->min.x - before->max.x > glyph.line / 4) text += ' ';
    text += utf8(g->code);
    before = g;
  }
  return text + " (in " + glyph.window + ")";
}

std::vector<std::string> overfull_windows() {
  std::vector<std::string> names;
  for (const ImGuiWindow* window : ImGui::GetCurrentContext()->Windows) {
    if (!window->WasActive || (window->Flags & ImGuiWindowFlags_NoScrollbar) == 0) continue;
    if (window->ContentSize.y > window->InnerRect.GetHeight() + 1 ||
        window->ContentSize.x > window->InnerRect.GetWidth() + 1)
      names.emplace_back(window->Name);
  }
  return names;
}

}  // namespace synoptic::window::test
