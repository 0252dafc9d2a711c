// EGL without a surface of any display, ImGui's OpenGL 3 back end, and glReadPixels.
#include "viz/window/offscreen.hh"

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GL/gl.h>
#include <fmt/format.h>
#include <imgui.h>
#include <imgui/backends/imgui_impl_opengl3.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

namespace synoptic::window {
namespace {

constexpr int largest_tile = 4096;
constexpr const char* remedy =
    "install it: apt-get install libegl1 libgl1-mesa-dri; or save as .svg, which needs neither";

model::Error no_egl(std::string_view step) {
  return model::Error{
      wire::Saying::of("a picture is drawn with OpenGL 3.2 through EGL, which does not work here "
                       "({} failed, EGL error {})",
                       step, fmt::format("0x{:04x}", eglGetError())),
      remedy};
}

// A context and a surface of `width` by `height`, current on this thread while it lives.
class Context {
 public:
  static model::Expected<std::unique_ptr<Context>> make(int width, int height) {
    std::unique_ptr<Context> context(new Context);
    if (const auto failed = context->start(width, height)) return std::unexpected(no_egl(*failed));
    return context;
  }
  ~Context() {
    if (display_ == EGL_NO_DISPLAY) return;
    eglMakeCurrent(display_, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    if (surface_ != EGL_NO_SURFACE) eglDestroySurface(display_, surface_);
    if (context_ != EGL_NO_CONTEXT) eglDestroyContext(display_, context_);
    eglReleaseThread();  // the display and its driver stay for the next picture
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  int width() const { return size(EGL_WIDTH); }
  int height() const { return size(EGL_HEIGHT); }

 private:
  Context() = default;

  // What failed, if anything did.
  std::optional<std::string_view> start(int width, int height) {
    display_ = eglGetPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, nullptr);
    if (display_ == EGL_NO_DISPLAY) display_ = eglGetDisplay(EGL_DEFAULT_DISPLAY);
    if (display_ == EGL_NO_DISPLAY) return "eglGetPlatformDisplay";
    if (!eglInitialize(display_, nullptr, nullptr)) return "eglInitialize";
    if (!eglBindAPI(EGL_OPENGL_API)) return "eglBindAPI";
    constexpr EGLint config_wanted[] = {EGL_SURFACE_TYPE,
                                        EGL_PBUFFER_BIT,
                                        EGL_RENDERABLE_TYPE,
                                        EGL_OPENGL_BIT,
                                        EGL_RED_SIZE,
                                        8,
                                        EGL_GREEN_SIZE,
                                        8,
                                        EGL_BLUE_SIZE,
                                        8,
                                        EGL_ALPHA_SIZE,
                                        8,
                                        EGL_NONE};
    EGLConfig config = nullptr;
    EGLint found = 0;
    if (!eglChooseConfig(display_, config_wanted, &config, 1, &found) || found == 0)
      return "eglChooseConfig";
    constexpr EGLint context_wanted[] = {EGL_CONTEXT_MAJOR_VERSION,
                                         3,
                                         EGL_CONTEXT_MINOR_VERSION,
                                         2,
                                         EGL_CONTEXT_OPENGL_PROFILE_MASK,
                                         EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT,
                                         EGL_NONE};
    context_ = eglCreateContext(display_, config, EGL_NO_CONTEXT, context_wanted);
    if (context_ == EGL_NO_CONTEXT) return "eglCreateContext";
    const EGLint surface_wanted[] = {EGL_WIDTH,           width,    EGL_HEIGHT, height,
                                     EGL_LARGEST_PBUFFER, EGL_TRUE, EGL_NONE};
    surface_ = eglCreatePbufferSurface(display_, config, surface_wanted);
    if (surface_ == EGL_NO_SURFACE) return "eglCreatePbufferSurface";
    if (!eglMakeCurrent(display_, surface_, surface_, context_)) return "eglMakeCurrent";
    return std::nullopt;
  }
  int size(EGLint which) const {
    EGLint value = 0;
    eglQuerySurface(display_, surface_, which, &value);
    return value;
  }

  EGLDisplay display_ = EGL_NO_DISPLAY;  // one a process, not ours to end
  EGLContext context_ = EGL_NO_CONTEXT;
  EGLSurface surface_ = EGL_NO_SURFACE;
};

// The few calls made here without ImGui, asked for by name: no second OpenGL library is linked.
struct OpenGl {
  template <typename Call>
  static Call find(const char* name) {
    return reinterpret_cast<Call>(eglGetProcAddress(name));
  }
  decltype(&glClearColor) clear_color = find<decltype(&glClearColor)>("glClearColor");
  decltype(&glClear) clear = find<decltype(&glClear)>("glClear");
  decltype(&glViewport) viewport = find<decltype(&glViewport)>("glViewport");
  decltype(&glDisable) disable = find<decltype(&glDisable)>("glDisable");
  decltype(&glPixelStorei) pixel_store = find<decltype(&glPixelStorei)>("glPixelStorei");
  decltype(&glReadPixels) read_pixels = find<decltype(&glReadPixels)>("glReadPixels");
};

// ImGui's own context with its back end; the one that was current before comes back at the end.
class Drawing {
 public:
  Drawing(const Shot& shot, const FontFiles& files)
      : before_(ImGui::GetCurrentContext()),
        shot_(shot),
        files_(files),
        characters_(files, shot.also) {
    ImGui::SetCurrentContext(own_ = ImGui::CreateContext());
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.LogFilename = nullptr;
    io.DisplaySize = {static_cast<float>(shot.width), static_cast<float>(shot.height)};
    io.DeltaTime = 1.f / 60;
    want();
    build();
    works = ImGui_ImplOpenGL3_Init("#version 150");
  }
  ~Drawing() {
    if (works) ImGui_ImplOpenGL3_Shutdown();
    ImGui::DestroyContext(own_);
    ImGui::SetCurrentContext(before_);
  }
  Drawing(const Drawing&) = delete;
  Drawing& operator=(const Drawing&) = delete;

  void begin_frame() {
    const bool first = std::exchange(first_, false);
    if (!first && want()) {
      ImGui_ImplOpenGL3_DestroyFontsTexture();
      build();
      ImGui_ImplOpenGL3_CreateFontsTexture();
    }
    ImGui_ImplOpenGL3_NewFrame();
    ImGui::NewFrame();
  }

  gui::Fonts fonts;
  bool works = false;

 private:
  bool want() {
    bool came = shot_.characters && characters_.want(shot_.characters());
    if (shot_.zoom && shot_.of_ladders) came |= zoomed_.want(shot_.zoom(), shot_.of_ladders());
    return came;
  }
  void build() {
    fonts = build_fonts(*ImGui::GetIO().Fonts, files_, shot_.fonts, characters_.also(), zoomed_);
  }

  ImGuiContext* before_;
  ImGuiContext* own_;
  const Shot& shot_;
  const FontFiles& files_;
  Characters characters_;
  ZoomedType zoomed_;
  bool first_ = true;
};

void clear(const OpenGl& gl, std::uint32_t colour) {
  const ImVec4 c = ImGui::ColorConvertU32ToFloat4(colour);
  gl.disable(GL_SCISSOR_TEST);
  gl.clear_color(c.x, c.y, c.z, c.w);
  gl.clear(GL_COLOR_BUFFER_BIT);
}

// One tile of the frame that ImGui has ready, into its place in the image.
void read_tile(const OpenGl& gl, const Shot& shot, int left, int top, int width, int height,
               Image& image) {
  ImDrawData data = *ImGui::GetDrawData();
  data.DisplayPos = {static_cast<float>(left), static_cast<float>(top)};
  data.DisplaySize = {static_cast<float>(width), static_cast<float>(height)};
  clear(gl, shot.background);
  ImGui_ImplOpenGL3_RenderDrawData(&data);
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(width) * height * 4);
  gl.pixel_store(GL_PACK_ALIGNMENT, 1);
  gl.read_pixels(0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE, pixels.data());
  for (int row = 0; row < height; ++row) {  // OpenGL counts rows from the bottom
    const std::uint8_t* from =
        pixels.data() + static_cast<std::size_t>(height - 1 - row) * width * 4;
    std::uint8_t* to =
        image.rgba.data() + (static_cast<std::size_t>(top + row) * image.width + left) * 4;
    std::memcpy(to, from, static_cast<std::size_t>(width) * 4);
  }
}

model::Expected<Image> render_here(const Shot& shot, const FontFiles& files,
                                   const std::function<void(const gui::Fonts&)>& draw) {
  const auto context =
      Context::make(std::min(shot.width, largest_tile), std::min(shot.height, largest_tile));
  if (!context) return std::unexpected(context.error());
  const OpenGl gl;
  Drawing drawing(shot, files);
  if (!drawing.works) return std::unexpected(no_egl("loading OpenGL"));
  for (int i = 0; i < std::max(1, shot.frames); ++i) {
    drawing.begin_frame();
    draw(drawing.fonts);
    ImGui::Render();
  }
  Image image{shot.width, shot.height, {}};
  image.rgba.resize(static_cast<std::size_t>(shot.width) * shot.height * 4);
  const int tile_width = (*context)->width(), tile_height = (*context)->height();
  for (int top = 0; top < shot.height; top += tile_height) {
    for (int left = 0; left < shot.width; left += tile_width) {
      read_tile(gl, shot, left, top, std::min(tile_width, shot.width - left),
                std::min(tile_height, shot.height - top), image);
    }
  }
  return image;
}

}  // namespace

model::Expected<Image> render(const Shot& shot, const FontFiles& fonts,
                              const std::function<void(const gui::Fonts&)>& draw) {
  if (shot.width < 1 || shot.height < 1 || shot.width > largest_side ||
      shot.height > largest_side ||
      static_cast<std::int64_t>(shot.width) * shot.height > most_pixels) {
    return std::unexpected(model::Error{
        wire::Saying::of("a picture of {} by {} pixels is too large", shot.width, shot.height),
        "save as .svg, or show less of it"});
  }
  // A thread of its own: a window's OpenGL context on this one is not disturbed.
  model::Expected<Image> image;
  std::thread([&] { image = render_here(shot, fonts, draw); }).join();
  return image;
}

}  // namespace synoptic::window
