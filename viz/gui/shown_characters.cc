// Short texts are compared from frame to frame; long ones are looked through once for a revision.
#include "viz/gui/shown_characters.hh"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "viz/gui/model.hh"
#include "viz/gui/ui.hh"
#include "viz/ladder/cells.hh"

namespace synoptic::gui {
namespace {

void append(std::string& out, const wire::Saying& saying) {
  out += saying.pattern();
  for (const wire::Saying& arg : saying.args()) append(out, arg);
}

void append(std::string& out, const std::optional<model::Error>& error) {
  if (error) append(out, error->saying());
}

void add_details(CharacterSet& all, const Details& details) {
  for (const std::string& sentence : details.sentences) all.add(sentence);
  for (const std::string& oddity : details.oddities) all.add(oddity);
  if (details.packet) all.add(details.packet->line);
  all.add(details.heading);
  all.add(details.why.text);
  if (details.why.cause) all.add(details.why.cause->text);
  all.add(details.difference.text);
  for (const std::string& line : details.difference.also) all.add(line);
  for (const Mention& m : details.difference.counterpart) all.add(m.text);
  for (const Mention& m : details.difference.cites) all.add(m.text);
  if (!details.ends) return;
  for (const EndDetails& end : details.ends->ends) {
    all.add(end.name);
    all.add(end.tcb_moment);
  }
}

}  // namespace

void CharacterSet::add(std::string_view text) {
  constexpr char32_t first_beyond_latin = 0x250;
  for (std::size_t i = 0; i < text.size();) {
    if (static_cast<unsigned char>(text[i]) < 0x80) {
      ++i;
      continue;
    }
    std::string_view rest = text.substr(i);
    const char32_t c = ladder::take_character(rest);
    i = text.size() - rest.size();
    if (c < first_beyond_latin) continue;
    if (c >= has_.size()) has_.resize(c + 1);
    if (has_[c]) continue;
    has_[c] = true;
    all_ += c;
  }
}

std::u32string ShownCharacters::news(const Model& model, const Ui& ui) {
  now_.clear();
  for (const std::string* text :
       {&model.title, &model.filtering.text, &ui.names.text, &ui.fault.text, &ui.filter_text,
        &ui.go_text, &ui.save_name, &model.folder, &ui.isn_client.text, &ui.isn_server.text,
        &ui.pause.text, &ui.delay.text, &ui.loss.text})
    now_ += *text;
  for (const std::string& name : model.controls.program.names) now_ += name;
  for (const TypingBox& box : ui.typing.boxes) now_ += box.text;
  for (const Typist& typist : model.by_hand.typists)
    for (const std::string& line : typist.lines) now_ += line;
  for (const observe::RoleInput& role : model.by_hand.roles) now_ += role.prompt + role.why;
  if (model.file) {
    now_ += model.file->name;
    append(now_, model.file->failure);
  }
  append(now_, model.live_run.failure);
  append(now_, model.message);
  append(now_, model.filtering.wrong);
  append(now_, ui.fault.wrong);
  append(now_, ui.go_error);
  const std::size_t texts = now_.size();
  fmt::format_to(std::back_inserter(now_), " {}", model.revision);
  const auto& details = ui.details.details;
  if (details)
    fmt::format_to(std::back_inserter(now_), " {} {} {} {} {}", ui.details.revision,
                   static_cast<int>(details->focus.side), model::index(details->focus.event),
                   details->focus.at_return, static_cast<int>(ui.details.language));
  if (now_ == key_) return {};
  std::swap(key_, now_);
  CharacterSet all;
  all.add(std::string_view(key_).substr(0, texts));
  if (details) add_details(all, *details);
  return model.characters + all.all();
}

}  // namespace synoptic::gui
