// TypedInputs: the book is kept from the calls that the roles report.
#include "capture/live/typed_inputs.hh"

#include <algorithm>
#include <utility>

namespace synoptic::live {

TypedInputs::TypedInputs(const LiveSpec& spec) {
  for (const LiveRole& role : spec.roles) {
    if (!role.typed) continue;
    roles_.emplace_back().shown.role = role.name;
    shown_.push_back(roles_.back().shown);
  }
}

TypedInputs::Role* TypedInputs::find(std::string_view role) {
  const auto found =
      std::ranges::find_if(roles_, [&](const Role& r) { return r.shown.role == role; });
  return found == roles_.end() ? nullptr : &*found;
}

void TypedInputs::drop_first(Role& role) {
  if (role.unread.empty()) return;  // a line that was there from the beginning
  role.unread_bytes -= role.unread.front();
  role.unread.pop_front();
}

void TypedInputs::call(const observe::CallRecord& record) {
  if (record.call.name != model::CallName::read_line) return;
  Role* const role = find(record.role);
  if (role == nullptr) return;
  role->shown.asks = !record.call.returned;
  if (!record.call.returned) {
    role->shown.prompt = record.prompt;
    ++role->shown.asked;
  } else if (record.call.result > 0) {
    drop_first(*role);
  }
}

void TypedInputs::role_ended(std::string_view name, std::string why) {
  Role* const role = find(name);
  if (role == nullptr) return;
  role->shown.asks = false;
  role->shown.ended = true;
  role->shown.why = std::move(why);
}

void TypedInputs::run_ended() {
  for (Role& role : roles_) {
    role.shown.asks = false;
    role.shown.ended = true;
  }
}

bool TypedInputs::poll() {
  bool news = false;
  for (std::size_t i = 0; i < roles_.size(); ++i) {
    if (shown_[i] == roles_[i].shown) continue;
    shown_[i] = roles_[i].shown;
    news = true;
  }
  return news;
}

model::Expected<void> TypedInputs::admit(std::string_view name, std::size_t size) {
  Role* const role = find(name);
  if (role == nullptr || role->shown.ended || role->input_ended)
    return std::unexpected(model::Error{
        wire::Saying::of("nobody reads it: the input of '{}' has ended", std::string(name)), ""});
  if (role->unread.size() >= most_lines || role->unread_bytes + size > most_bytes)
    return std::unexpected(
        model::Error{wire::Saying::of("that is too much: '{}' has not read what was typed before",
                                      std::string(name)),
                     ""});
  role->unread.push_back(size);
  role->unread_bytes += size;
  return {};
}

void TypedInputs::take_back(std::string_view name) {
  Role* const role = find(name);
  if (role == nullptr || role->unread.empty()) return;
  role->unread_bytes -= role->unread.back();
  role->unread.pop_back();
}

bool TypedInputs::end(std::string_view name) {
  Role* const role = find(name);
  if (role == nullptr || role->shown.ended) return false;
  return !std::exchange(role->input_ended, true);
}

}  // namespace synoptic::live
