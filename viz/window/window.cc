// GLFW's events become ImGui's input, frames are drawn when they are due.
#include "viz/window/window.hh"

#define GLFW_INCLUDE_NONE
#include <GL/gl.h>
#include <GLFW/glfw3.h>
#include <fmt/format.h>
#include <imgui.h>
#include <imgui/backends/imgui_impl_glfw.h>
#include <imgui/backends/imgui_impl_opengl3.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <future>
#include <optional>
#include <utility>

#include "viz/window/input.hh"

namespace synoptic::window {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto frame_time = std::chrono::microseconds(16'667);
constexpr double idle_seconds = 3600;          // nothing changes by itself
constexpr double cursor_blink_seconds = 0.25;  // but the cursor of a text field
constexpr int frames_after_input = 3;          // ImGui's windows take some to settle
constexpr auto longest_unseen = std::chrono::milliseconds(50);
constexpr auto zoom_settles = std::chrono::milliseconds(150);  // then type is made for it
constexpr model::Duration longest_tick = model::milliseconds(250);

std::string last_error() {
  const char* text = nullptr;
  glfwGetError(&text);
  return text != nullptr ? text : "no reason is given";
}

model::Error cannot_open(std::string_view what, std::string_view remedy) {
  return {fmt::format("{} ({})", what, last_error()), std::string(remedy)};
}

double sensible(float content_scale) {
  return std::clamp(static_cast<double>(content_scale), 0.5, 8.0);
}

}  // namespace

struct Window::Impl {
  std::string title;
  GLFWwindow* window = nullptr;
  ImGuiContext* imgui = nullptr;
  WindowOptions options;

  // What hands did since the last frame.
  Input input;
  std::vector<std::string> dropped;
  bool focus_lost = false;
  int frames_due = frames_after_input;
  Clock::time_point shown_at;

  // How things stand as far as ImGui was told.
  ImVec2 mouse{-1, -1};
  std::array<bool, 5> buttons{};

  // What fonts and style were made for.
  struct Made {
    double scale = 0, type_size = 0;
    bool dark = false;
    friend bool operator==(const Made&, const Made&) = default;
  };
  Made made;
  bool styled = false;
  gui::Fonts fonts;
  ImFontAtlas atlas;
  std::optional<Characters> characters;
  bool characters_came = false;  // the fonts lack some
  ZoomedType zoomed;
  double last_zoom = 1;
  Clock::time_point zoom_changed;

  ~Impl();
  std::optional<model::Error> start();
  void listen();
  double content_scale() const;
  void build(double scale, double type_size);
  void look_for_characters(const Content& content);
  double settled_zoom(double now);
  void make_style(const gui::Look& look);
  void feed(bool waits);
  void frame(const Content& content);
  void show();
  void await(bool busy, Clock::time_point began);

  static Impl& of(GLFWwindow* window) {
    return *static_cast<Impl*>(glfwGetWindowUserPointer(window));
  }
  void add(const InputEvent& event) {
    input.add(event);
    frames_due = frames_after_input;
  }
};

Window::Impl::~Impl() {
  if (imgui != nullptr) {
    ImGui::SetCurrentContext(imgui);
    if (ImGui::GetIO().BackendRendererUserData != nullptr) ImGui_ImplOpenGL3_Shutdown();
    if (ImGui::GetIO().BackendPlatformUserData != nullptr) ImGui_ImplGlfw_Shutdown();
    ImGui::DestroyContext(imgui);
  }
  if (window != nullptr) glfwDestroyWindow(window);
  // the connection to the display and the driver stay until the process ends
}

std::optional<model::Error> Window::Impl::start() {
  if (glfwInit() != GLFW_TRUE) return cannot_open("there is no display", "");
  glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
  glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 2);
  glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
  glfwWindowHint(GLFW_SCALE_TO_MONITOR, GLFW_TRUE);
  glfwWindowHintString(GLFW_X11_CLASS_NAME, "synoptic");
  glfwWindowHintString(GLFW_X11_INSTANCE_NAME, "synoptic");
  // Making the fonts takes as long as opening the window: both at once.
  float scale = 1;
  if (GLFWmonitor* monitor = glfwGetPrimaryMonitor())
    glfwGetMonitorContentScale(monitor, &scale, nullptr);
  characters.emplace(options.fonts, options.also);
  const std::future<void> built = std::async(
      std::launch::async, [this, guess = sensible(scale)] { build(guess, options.type_size); });
  window = glfwCreateWindow(options.width, options.height, "Synoptic", nullptr, nullptr);
  if (window == nullptr)
    return cannot_open("the window cannot be opened: it is drawn with OpenGL 3.2",
                       "install it: apt-get install libgl1-mesa-dri");
  glfwMakeContextCurrent(window);
  glfwSwapInterval(1);
  built.wait();
  imgui = ImGui::CreateContext(&atlas);
  ImGui::SetCurrentContext(imgui);
  ImGui::GetIO().IniFilename = nullptr;
  ImGui::GetIO().LogFilename = nullptr;
  listen();
  if (!ImGui_ImplGlfw_InitForOpenGL(window, false) || !ImGui_ImplOpenGL3_Init("#version 150"))
    return model::Error{"the window cannot be drawn: OpenGL 3.2 does not work here",
                        "install it: apt-get install libgl1-mesa-dri"};
  return std::nullopt;
}

void Window::Impl::listen() {
  glfwSetWindowUserPointer(window, this);
  glfwSetKeyCallback(window, [](GLFWwindow* w, int key, int scancode, int action, int mods) {
    if (action != GLFW_REPEAT) of(w).add(KeyChange{key, scancode, action, mods});
  });
  glfwSetCharCallback(window, [](GLFWwindow* w, unsigned c) { of(w).add(Typed{c}); });
  glfwSetCursorPosCallback(window,
                           [](GLFWwindow* w, double x, double y) { of(w).add(MouseMove{x, y}); });
  glfwSetCursorEnterCallback(window, [](GLFWwindow* w, int entered) {
    if (entered == GLFW_FALSE) of(w).add(MouseMove{-1, -1});
  });
  glfwSetMouseButtonCallback(window, [](GLFWwindow* w, int button, int action, int) {
    of(w).add(ButtonChange{button, action == GLFW_PRESS});
  });
  glfwSetScrollCallback(window, [](GLFWwindow* w, double x, double y) { of(w).add(Wheel{x, y}); });
  glfwSetDropCallback(window, [](GLFWwindow* w, int count, const char** paths) {
    of(w).dropped.assign(paths, paths + count);
    of(w).frames_due = frames_after_input;
  });
  glfwSetWindowFocusCallback(window, [](GLFWwindow* w, int focused) {
    of(w).focus_lost |= focused == GLFW_FALSE;
    of(w).frames_due = frames_after_input;
  });
  const auto redraw = [](GLFWwindow* w) { of(w).frames_due = frames_after_input; };
  glfwSetWindowRefreshCallback(window, redraw);
  glfwSetFramebufferSizeCallback(
      window, [](GLFWwindow* w, int, int) { of(w).frames_due = frames_after_input; });
  glfwSetWindowContentScaleCallback(
      window, [](GLFWwindow* w, float, float) { of(w).frames_due = frames_after_input; });
}

double Window::Impl::content_scale() const {
  float x = 1, y = 1;
  glfwGetWindowContentScale(window, &x, &y);
  return sensible(std::max(x, y));
}

void Window::Impl::build(double scale, double type_size) {
  fonts =
      build_fonts(atlas, options.fonts, font_sizes(scale, type_size), characters->also(), zoomed);
  characters_came = false;
  made.scale = scale;
  made.type_size = type_size;
}

// While it still changes, that of before.
double Window::Impl::settled_zoom(double now) {
  const Clock::time_point moment = Clock::now();
  if (std::exchange(last_zoom, now) != now) zoom_changed = moment;
  if (now == zoomed.zoom() || moment - zoom_changed >= zoom_settles) return now;
  frames_due = std::max(frames_due, 1);
  return zoomed.zoom();
}

void Window::Impl::look_for_characters(const Content& content) {
  bool came = content.characters && characters->want(content.characters());
  if (content.of_ladders)
    came |= zoomed.want(settled_zoom(content.look().zoom), content.of_ladders());
  if (!came) return;
  characters_came = true;
  frames_due = std::max(frames_due, 1);
}

void Window::Impl::make_style(const gui::Look& look) {
  const Made wanted{content_scale(), look.type_size, look.dark};
  if (styled && wanted == made && !characters_came) return;
  if (wanted.scale != made.scale || wanted.type_size != made.type_size || characters_came) {
    ImGui_ImplOpenGL3_DestroyFontsTexture();  // nothing, before the first frame
    build(wanted.scale, wanted.type_size);
    if (styled) ImGui_ImplOpenGL3_CreateFontsTexture();  // else the first frame makes it
  }
  made = wanted;
  styled = true;
  gui::apply_style(made.dark, static_cast<float>(made.scale * made.type_size));
}

// Tells ImGui what happened, in terms of the pixels that it draws.
void Window::Impl::feed(bool waits) {
  ImGuiIO& io = ImGui::GetIO();
  int width = 0, height = 0, framebuffer_width = 0, framebuffer_height = 0;
  glfwGetWindowSize(window, &width, &height);
  glfwGetFramebufferSize(window, &framebuffer_width, &framebuffer_height);
  const float pixels_x = width > 0 ? static_cast<float>(framebuffer_width) / width : 1;
  const float pixels_y = height > 0 ? static_cast<float>(framebuffer_height) / height : 1;
  io.DisplaySize = {static_cast<float>(framebuffer_width), static_cast<float>(framebuffer_height)};
  io.DisplayFramebufferScale = {1, 1};
  if (std::exchange(focus_lost, false)) {
    input.clear();
    buttons = {};
    io.KeyCtrl = io.KeyShift = io.KeyAlt = io.KeySuper = false;
    std::fill(std::begin(io.KeysDown), std::end(io.KeysDown), false);
  }
  for (const InputEvent& event : waits ? std::vector<InputEvent>() : input.take()) {
    if (const auto* key = std::get_if<KeyChange>(&event)) {
      ImGui_ImplGlfw_KeyCallback(window, key->key, key->scancode, key->action, key->mods);
    } else if (const auto* typed = std::get_if<Typed>(&event)) {
      io.AddInputCharacter(typed->character);
    } else if (const auto* move = std::get_if<MouseMove>(&event)) {
      mouse = {static_cast<float>(move->x) * pixels_x, static_cast<float>(move->y) * pixels_y};
    } else if (const auto* button = std::get_if<ButtonChange>(&event)) {
      if (button->button >= 0 && button->button < static_cast<int>(buttons.size()))
        buttons[static_cast<std::size_t>(button->button)] = button->down;
    } else if (const auto* wheel = std::get_if<Wheel>(&event)) {
      io.MouseWheelH += static_cast<float>(wheel->x);
      io.MouseWheel += static_cast<float>(wheel->y);
    }
  }
  if (!input.empty()) frames_due = frames_after_input;
  const bool anywhere = mouse.x >= 0 || std::ranges::find(buttons, true) != buttons.end();
  io.MousePos = anywhere ? mouse : ImVec2(-FLT_MAX, -FLT_MAX);
  std::ranges::copy(buttons, io.MouseDown);
}

void Window::Impl::frame(const Content& content) {
  look_for_characters(content);
  make_style(content.look());
  ImGui_ImplOpenGL3_NewFrame();
  ImGui_ImplGlfw_NewFrame();
  feed(content.waits && content.waits());
  ImGui::NewFrame();
  const gui::Commands commands = content.draw(fonts);
  ImGui::Render();
  look_for_characters(content);  // what was typed, what was found for the details
  // Drawing on the processor takes longer than keys take to come: it keeps up with the last one.
  if (input.empty() || Clock::now() - shown_at >= longest_unseen) show();
  if (std::string now = content.title(); now != title) {
    title = std::move(now);
    glfwSetWindowTitle(window, title.c_str());
  }
  for (const gui::Command& command : commands) content.handle(command);
  if (!commands.empty()) frames_due = std::max(frames_due, 2);
}

void Window::Impl::show() {
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  static const auto viewport =
      reinterpret_cast<decltype(&glViewport)>(glfwGetProcAddress("glViewport"));
  viewport(0, 0, static_cast<int>(size.x), static_cast<int>(size.y));
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  glfwSwapBuffers(window);
  shown_at = Clock::now();
}

// Until an event, a frame that is due, or news.
void Window::Impl::await(bool busy, Clock::time_point began) {
  const bool key_held = std::ranges::find(ImGui::GetIO().KeysDown, true) !=
                        std::end(ImGui::GetIO().KeysDown);  // it repeats
  if (busy || key_held || frames_due > 0) {
    const std::chrono::duration<double> rest = began + frame_time - Clock::now();
    if (rest.count() > 0 && frames_due == 0) {
      glfwWaitEventsTimeout(rest.count());
    } else {
      glfwPollEvents();
    }
    if (key_held) frames_due = std::max(frames_due, 1);
  } else if (ImGui::GetIO().WantTextInput) {
    glfwWaitEventsTimeout(cursor_blink_seconds);
    frames_due = std::max(frames_due, 1);
  } else {
    glfwWaitEventsTimeout(idle_seconds);
  }
}

Window::Window(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Window::~Window() = default;

model::Expected<std::unique_ptr<Window>> Window::open(WindowOptions options) {
  auto impl = std::make_unique<Impl>();
  impl->options = std::move(options);
  if (auto error = impl->start()) return std::unexpected(std::move(*error));
  return std::unique_ptr<Window>(new Window(std::move(impl)));
}

void Window::run(const Content& content) {
  Impl& impl = *impl_;
  Clock::time_point last_tick = Clock::now();
  while (glfwWindowShouldClose(impl.window) == GLFW_FALSE) {
    for (std::string& path : std::exchange(impl.dropped, {}))
      content.handle(gui::OpenFile{std::move(path)});
    const Clock::time_point now = Clock::now();
    const model::Duration passed{
        std::chrono::duration_cast<std::chrono::nanoseconds>(now - last_tick).count()};
    last_tick = now;
    const Ticked ticked = content.tick(std::min(passed, longest_tick));
    if (ticked.changed) impl.frames_due = std::max(impl.frames_due, 1);
    const bool hidden = glfwGetWindowAttrib(impl.window, GLFW_ICONIFIED) == GLFW_TRUE;
    if (impl.frames_due > 0 && !hidden) {
      --impl.frames_due;
      impl.frame(content);
    } else if (hidden) {
      impl.frames_due = 0;
    }
    impl.await(ticked.busy, now);
  }
}

void Window::close() {
  glfwSetWindowShouldClose(impl_->window, GLFW_TRUE);
  wake();
}

std::pair<int, int> Window::size() const {
  int width = 0, height = 0;
  glfwGetWindowSize(impl_->window, &width, &height);
  const double scale = impl_->content_scale();
  return {static_cast<int>(width / scale), static_cast<int>(height / scale)};
}

void Window::wake() {
  glfwPostEmptyEvent();
}

}  // namespace synoptic::window
