// The other side of a drag and drop, and of a desktop's settings: what programs beside ours do, by
// Xlib. XDND: https://www.freedesktop.org/wiki/Specifications/XDND
#include <X11/Xatom.h>
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <poll.h>

#include <chrono>
#include <memory>
#include <optional>

#include "tests/cli/display.hh"

namespace synoptic::cli::test {
namespace {

using Connection = std::unique_ptr<::Display, int (*)(::Display*)>;

Connection connect(const std::string& variable) {
  return {XOpenDisplay(variable.substr(variable.find('=') + 1).c_str()), XCloseDisplay};
}

// Our window, by its title.
Window find_window(::Display* x, Window under) {
  Window root = 0, parent = 0, *children = nullptr;
  unsigned count = 0;
  Window found = 0;
  if (XQueryTree(x, under, &root, &parent, &children, &count) == 0) return 0;
  for (unsigned i = 0; i < count && found == 0; ++i) {
    char* name = nullptr;
    if (XFetchName(x, children[i], &name) != 0 && std::string_view(name).starts_with("Synoptic"))
      found = children[i];
    if (name != nullptr) XFree(name);
    if (found == 0) found = find_window(x, children[i]);
  }
  if (children != nullptr) XFree(children);
  return found;
}

class Drag {
 public:
  Drag(::Display* x, Window target) : x_(x), target_(target) {
    window_ = XCreateSimpleWindow(x, DefaultRootWindow(x), 0, 0, 1, 1, 0, 0, 0);
    XSetSelectionOwner(x, atom("XdndSelection"), window_, CurrentTime);
  }
  ~Drag() { XDestroyWindow(x_, window_); }
  Drag(const Drag&) = delete;
  Drag& operator=(const Drag&) = delete;

  bool drop(const std::string& path) {
    int left = 0, top = 0;
    Window child = 0;
    XTranslateCoordinates(x_, target_, DefaultRootWindow(x_), 50, 50, &left, &top, &child);
    const long at = static_cast<long>(left) << 16 | top;
    tell("XdndEnter", 5L << 24, static_cast<long>(atom("text/uri-list")), 0, 0);
    tell("XdndPosition", 0, at, CurrentTime, static_cast<long>(atom("XdndActionCopy")));
    const auto status = await(ClientMessage, "XdndStatus");
    if (!status || (status->xclient.data.l[1] & 1) == 0) return false;
    tell("XdndDrop", 0, CurrentTime, 0, 0);
    const auto request = await(SelectionRequest, "");
    if (!request) return false;
    answer(request->xselectionrequest, "file://" + path + "\r\n");
    return await(ClientMessage, "XdndFinished").has_value();
  }

 private:
  Atom atom(const char* name) const { return XInternAtom(x_, name, False); }
  void tell(const char* message, long b, long c, long d, long e) const {
    XEvent event{};
    event.xclient.type = ClientMessage;
    event.xclient.window = target_;
    event.xclient.message_type = atom(message);
    event.xclient.format = 32;
    const long values[] = {static_cast<long>(window_), b, c, d, e};
    std::copy(std::begin(values), std::end(values), event.xclient.data.l);
    XSendEvent(x_, target_, False, NoEventMask, &event);
    XFlush(x_);
  }
  void answer(const XSelectionRequestEvent& asked, const std::string& text) const {
    XChangeProperty(x_, asked.requestor, asked.property, asked.target, 8, PropModeReplace,
                    reinterpret_cast<const unsigned char*>(text.data()),
                    static_cast<int>(text.size()));
    XEvent event{};
    event.xselection.type = SelectionNotify;
    event.xselection.requestor = asked.requestor;
    event.xselection.selection = asked.selection;
    event.xselection.target = asked.target;
    event.xselection.property = asked.property;
    event.xselection.time = asked.time;
    XSendEvent(x_, asked.requestor, False, NoEventMask, &event);
    XFlush(x_);
  }
  // The next event of that kind; nothing when it does not come.
  std::optional<XEvent> await(int kind, const char* message) const {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (std::chrono::steady_clock::now() < deadline) {
      while (XPending(x_) > 0) {
        XEvent event{};
        XNextEvent(x_, &event);
        if (event.type != kind) continue;
        if (kind != ClientMessage || event.xclient.message_type == atom(message)) return event;
      }
      pollfd ready{ConnectionNumber(x_), POLLIN, 0};
      ::poll(&ready, 1, 100);
    }
    return std::nullopt;
  }

  ::Display* x_;
  Window target_, window_ = 0;
};

}  // namespace

bool Display::drop_file(const std::string& path) const {
  const Connection x = connect(variable_);
  if (!x) return false;
  const Window target = find_window(x.get(), DefaultRootWindow(x.get()));
  return target != 0 && Drag(x.get(), target).drop(path);
}

bool Display::set_scale(double scale) const {
  const Connection x = connect(variable_);
  if (!x) return false;
  const std::string text = "Xft.dpi:\t" + std::to_string(static_cast<int>(scale * 96)) + "\n";
  XChangeProperty(x.get(), DefaultRootWindow(x.get()), XA_RESOURCE_MANAGER, XA_STRING, 8,
                  PropModeReplace, reinterpret_cast<const unsigned char*>(text.data()),
                  static_cast<int>(text.size()));
  XFlush(x.get());
  return true;
}

}  // namespace synoptic::cli::test
