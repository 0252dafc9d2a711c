// The words of a lesson in one language: a Markdown file, read into plain values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/model/error.hh"

namespace synoptic::lessons {

enum class SpanStyle : std::uint8_t { plain, strong, emphasis, code };
struct Span {
  std::string text;
  SpanStyle style = SpanStyle::plain;
  int line = 0;  // of the file, where it begins
};

struct Paragraph {
  bool item = false;  // of a list
  std::vector<Span> spans;
  std::string str() const;  // the text alone
};

// What stands below a heading "## Heading {#id}".
struct Section {
  std::string id;
  Paragraph heading;
  std::vector<Paragraph> paragraphs;
  int line = 0;
};

struct Words {
  std::string file;  // its path
  std::string title;
  std::vector<Paragraph> opening;  // between the title and the first section
  std::vector<Section> sections;

  const Section* find(std::string_view id) const;
};

// `text` is the content of `file`; the error is "FILE:LINE: reason".
model::Expected<Words> parse_words(std::string file, std::string_view text);

// "FILE:LINE: reason"
model::Error error_at(std::string_view file, int line, const wire::Saying& reason);

}  // namespace synoptic::lessons
