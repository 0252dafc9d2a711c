// Markdown by md4c. What a lesson's words may be is little: a title, sections, paragraphs, lists,
// strong, emphasis, code. The rest is refused with its line, as is what looks like a slip.
#include "lessons/words.hh"

#include <md4c.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

namespace synoptic::lessons {
namespace {

// The character is written without blanks between words (Chinese, and its punctuation).
bool is_wide(std::string_view character) {
  return !character.empty() && static_cast<unsigned char>(character.front()) >= 0xe3;
}
bool ends_wide(std::string_view text) {
  std::size_t begin = text.size();
  while (begin > 0 && (static_cast<unsigned char>(text[begin - 1]) & 0xc0) == 0x80) --begin;
  return begin > 0 && is_wide(text.substr(begin - 1));
}

class Builder {
 public:
  Builder(std::string file, std::string_view text) : source_(text) {
    words_.file = std::move(file);
  }

  model::Expected<Words> parse() {
    MD_PARSER parser{};
    parser.flags = MD_FLAG_NOINDENTEDCODEBLOCKS | MD_FLAG_NOHTML;
    parser.enter_block = [](MD_BLOCKTYPE type, void* detail, void* self) {
      return static_cast<Builder*>(self)->enter(type, detail);
    };
    parser.leave_block = [](MD_BLOCKTYPE type, void*, void* self) {
      return static_cast<Builder*>(self)->leave(type);
    };
    parser.enter_span = [](MD_SPANTYPE type, void*, void* self) {
      return static_cast<Builder*>(self)->enter_span(type);
    };
    parser.leave_span = [](MD_SPANTYPE, void*, void* self) {
      static_cast<Builder*>(self)->style_ = SpanStyle::plain;
      return 0;
    };
    parser.text = [](MD_TEXTTYPE type, const MD_CHAR* text, MD_SIZE size, void* self) {
      return static_cast<Builder*>(self)->text(type, {text, size});
    };
    if (md_parse(source_.data(), static_cast<MD_SIZE>(source_.size()), &parser, this) != 0 &&
        !error_)
      fail("it cannot be read as Markdown");
    if (!error_ && words_.title.empty()) line_ = 1, fail("it has no title: begin with '# Title'");
    if (error_) return std::unexpected(*error_);
    return std::move(words_);
  }

 private:
  int fail(const wire::Saying& reason) {
    if (!error_) error_ = error_at(words_.file, line_, reason);
    return 1;
  }

  int enter(MD_BLOCKTYPE type, void* detail) {
    switch (type) {
      case MD_BLOCK_DOC:
      case MD_BLOCK_UL: return 0;
      case MD_BLOCK_LI: begin(true); return 0;
      case MD_BLOCK_P:
        // the paragraph of a loose list item is the item
        if (!open_ || !open_->spans.empty()) begin(open_ && open_->item);
        return 0;
      case MD_BLOCK_H:
        heading_ = static_cast<int>(static_cast<MD_BLOCK_H_DETAIL*>(detail)->level);
        begin(false);
        return 0;
      default:
        pending_ = wire::Saying("only headings, paragraphs and lists with '-' are understood here");
        return 0;  // its line is known with its text
    }
  }

  int leave(MD_BLOCKTYPE type) {
    if (!pending_.empty()) return ++line_, fail(pending_);
    if (type == MD_BLOCK_H) return end_heading();
    if (type == MD_BLOCK_P || type == MD_BLOCK_LI) end_paragraph();
    return 0;
  }

  int enter_span(MD_SPANTYPE type) {
    switch (type) {
      case MD_SPAN_STRONG: style_ = SpanStyle::strong; return 0;
      case MD_SPAN_EM: style_ = SpanStyle::emphasis; return 0;
      case MD_SPAN_CODE: style_ = SpanStyle::code; return 0;
      default: pending_ = wire::Saying("links and pictures are not understood here"); return 0;
    }
  }

  int text(MD_TEXTTYPE type, std::string_view text) {
    if (text.data() >= source_.data() && text.data() <= source_.data() + source_.size())
      line_ = 1 + static_cast<int>(std::count(source_.data(), text.data(), '\n'));
    if (!pending_.empty()) return fail(pending_);
    if (!open_) return fail("text stands where none is expected");
    if (type == MD_TEXT_BR || type == MD_TEXT_SOFTBR) {
      soft_break_ = true;
      return 0;
    }
    if (type == MD_TEXT_ENTITY)
      return fail(wire::Saying::of("write the character instead of {}", text));
    if (type == MD_TEXT_NORMAL && text.find("**") != std::string_view::npos)
      return fail(
          "this ** neither begins nor ends anything: put a blank outside of it, or keep "
          "punctuation out of what it encloses");
    add(text);
    return 0;
  }

  void begin(bool item) { open_ = Paragraph{.item = item, .spans = {}}, soft_break_ = false; }

  void add(std::string_view text) {
    std::vector<Span>& spans = open_->spans;
    if (soft_break_ && !spans.empty()) {
      std::string& before = spans.back().text;
      const bool joined = ends_wide(before) && is_wide(text);
      if (!joined && !before.ends_with(' ')) before += ' ';
    }
    soft_break_ = false;
    const bool same = !spans.empty() && spans.back().style == style_ && spans.back().line == line_;
    if (same) {
      spans.back().text += text;
    } else {
      spans.push_back({std::string(text), style_, line_});
    }
  }

  void end_paragraph() {
    if (!open_ || open_->spans.empty()) return open_.reset();
    auto& place = words_.sections.empty() ? words_.opening : words_.sections.back().paragraphs;
    place.push_back(std::move(*open_));
    open_.reset();
  }

  int end_heading() {
    Paragraph heading = std::move(*open_);
    open_.reset();
    if (heading.spans.empty()) return fail("a heading says nothing");
    line_ = heading.spans.front().line;
    if (heading_ == 1) return end_title(heading);
    if (heading_ > 2)
      return fail("there are two levels of headings: '# Title' and '## Step {#id}'");
    if (words_.title.empty()) return fail("the title comes first: '# Title'");
    std::string& last = heading.spans.back().text;
    const std::size_t at = last.rfind("{#");
    if (at == std::string::npos || !last.ends_with('}') || at + 3 == last.size())
      return fail("the heading does not say which step it is of: '## Heading {#id}'");
    Section section{.id = last.substr(at + 2, last.size() - at - 3), .line = line_};
    last.erase(at);
    while (last.ends_with(' ')) last.pop_back();
    if (const Section* twice = words_.find(section.id))
      return fail(
          wire::Saying::of("the section '{}' stands on line {} already", section.id, twice->line));
    section.heading = std::move(heading);
    words_.sections.push_back(std::move(section));
    return 0;
  }

  int end_title(const Paragraph& heading) {
    if (!words_.title.empty()) return fail("there is one title; a step has '## Heading {#id}'");
    words_.title = heading.str();
    if (!words_.opening.empty()) return fail("the title comes first: '# Title'");
    return 0;
  }

  std::string_view source_;
  Words words_;
  std::optional<model::Error> error_;
  std::optional<Paragraph> open_;
  wire::Saying pending_;  // why what comes now is refused
  SpanStyle style_ = SpanStyle::plain;
  int heading_ = 0, line_ = 1;
  bool soft_break_ = false;
};

}  // namespace

std::string Paragraph::str() const {
  std::string text;
  for (const Span& span : spans) text += span.text;
  return text;
}

const Section* Words::find(std::string_view id) const {
  const auto found = std::ranges::find(sections, id, &Section::id);
  return found == sections.end() ? nullptr : &*found;
}

model::Expected<Words> parse_words(std::string file, std::string_view text) {
  return Builder(std::move(file), text).parse();
}

model::Error error_at(std::string_view file, int line, const wire::Saying& reason) {
  return model::Error{wire::Saying::of("{}:{}: {}", file, line, reason), ""};
}

}  // namespace synoptic::lessons
