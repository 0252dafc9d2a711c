// Faults as text:
//   (drop|duplicate|corrupt|delay TIME|swap) [Nth] [syn|syn-ack|ack|data|fin|rst|any]
//   (client>server|server>client) [from TIME] [to TIME]
// Each mistake is told in one line that names the word and what may stand in its place.
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <span>
#include <utility>

#include "sim/net/scenario.hh"

namespace synoptic::net {

namespace {

// As the message says where a time is too large.
static_assert(model::longest_duration == model::seconds(1'000'000'000));

using wire::Saying;
using Action = Fault::Action;
using Match = Fault::Match;

constexpr std::array<std::pair<std::string_view, Action>, 5> actions{
    {{"drop", Action::drop},
     {"duplicate", Action::duplicate},
     {"corrupt", Action::corrupt},
     {"delay", Action::delay},
     {"swap", Action::swap}}};
constexpr std::array<std::pair<std::string_view, Match>, 7> kinds{{{"syn", Match::syn},
                                                                   {"syn-ack", Match::syn_ack},
                                                                   {"ack", Match::ack},
                                                                   {"data", Match::data},
                                                                   {"fin", Match::fin},
                                                                   {"rst", Match::rst},
                                                                   {"any", Match::any}}};

template <typename Value>
const Value* find(std::span<const std::pair<std::string_view, Value>> table,
                  std::string_view word) {
  for (const auto& [name, value] : table) {
    if (name == word) return &value;
  }
  return nullptr;
}

template <typename Value>
std::string_view name_of(std::span<const std::pair<std::string_view, Value>> table, Value wanted) {
  for (const auto& [name, value] : table) {
    if (value == wanted) return name;
  }
  return {};
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  constexpr std::string_view blank = " \t";
  for (auto begin = text.find_first_not_of(blank); begin != std::string_view::npos;
       begin = text.find_first_not_of(blank)) {
    text.remove_prefix(begin);
    const auto end = std::min(text.find_first_of(blank), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

// "2nd": 2. Nothing when it is no ordinal; the suffix is not held against grammar.
std::optional<int> ordinal(std::string_view word) {
  int n = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), n);
  if (error != std::errc{} || n < 1) return std::nullopt;
  const std::string_view suffix(end, word.data() + word.size());
  if (suffix != "st" && suffix != "nd" && suffix != "rd" && suffix != "th") return std::nullopt;
  return n;
}

std::string_view suffix_of(int n) {
  if (n % 100 >= 11 && n % 100 <= 13) return "th";
  constexpr std::array<std::string_view, 4> suffixes{"th", "st", "nd", "rd"};
  return n % 10 < 4 ? suffixes[static_cast<std::size_t>(n % 10)] : "th";
}

const Saying example("an example: drop 2nd data client>server");
const Saying action_words("drop, duplicate, corrupt, delay TIME or swap");
const Saying kind_words("syn, syn-ack, ack, data, fin, rst or any");
const Saying direction_words("client>server or server>client");

// One walk over the words of a fault; each step takes the words that are its own.
class FaultParser {
 public:
  explicit FaultParser(std::string_view text) : text_(text), words_(words_of(text)) {}

  model::Expected<Fault> parse() {
    if (words_.empty())
      return refuse("a fault is missing", Saying::of("begin with {}; {}", action_words, example));
    for (const auto step :
         {&FaultParser::action, &FaultParser::which, &FaultParser::direction, &FaultParser::span}) {
      if (auto done = (this->*step)(); !done) return std::unexpected(done.error());
    }
    return fault_;
  }

 private:
  using Step = model::Expected<void>;

  bool more() const { return next_ < words_.size(); }
  std::string_view word() const { return words_[next_]; }
  std::unexpected<model::Error> refuse(const Saying& what, const Saying& remedy) const {
    return std::unexpected(model::Error{Saying::of("fault '{}': {}", text_, what), remedy});
  }
  model::Expected<model::Duration> time_after(std::string_view key) {
    if (!more())
      return refuse(Saying::of("a time is missing after '{}'", key), "write one as 500ms or 2s");
    const auto time = model::parse_duration(word());
    if (!time && time.error() == model::NoDuration::too_long)
      return refuse(Saying::of("'{}' is too large", word()), "the largest time is 1000000000s");
    if (!time) return refuse(Saying::of("'{}' is no time", word()), "write one as 500ms or 2s");
    ++next_;
    return *time;
  }

  Step action() {
    const Action* const found = find<Action>(actions, word());
    if (found == nullptr) {
      return refuse(Saying::of("'{}' is no action", word()), Saying::of("use {}", action_words));
    }
    fault_.action = *found;
    ++next_;
    if (*found != Action::delay) return {};
    const auto time = time_after("delay");
    if (!time) return std::unexpected(time.error());
    fault_.delay = *time;
    return {};
  }

  Step which() {
    if (more() && word().front() >= '0' && word().front() <= '9') {
      const auto n = ordinal(word());
      if (!n)
        return refuse(Saying::of("'{}' is no ordinal", word()), "count as 1st, 2nd, 3rd, 4th");
      fault_.nth = *n;
      ++next_;
    }
    if (!more()) return {};
    if (const Match* const found = find<Match>(kinds, word())) {
      fault_.match = *found;
      ++next_;
    }
    return {};
  }

  Step direction() {
    if (!more()) return refuse("the direction is missing", Saying::of("add {}", direction_words));
    if (word() != "client>server" && word() != "server>client") {
      const bool kind_given = find<Match>(kinds, words_[next_ - 1]) != nullptr;
      return refuse(
          Saying::of("'{}' is not understood", word()),
          kind_given ? Saying::of("here stands {}", direction_words)
                     : Saying::of("here stands {}, or before it {}", direction_words, kind_words));
    }
    fault_.from_client = word() == "client>server";
    ++next_;
    return {};
  }

  Step span() {
    for (const auto& [key, place] :
         {std::pair{std::string_view("from"), &fault_.from}, {"to", &fault_.to}}) {
      if (!more() || word() != key) continue;
      ++next_;
      const auto time = time_after(key);
      if (!time) return std::unexpected(time.error());
      *place = *time;
    }
    if (more()) {
      return refuse(Saying::of("'{}' is not understood", word()),
                    "after the direction may stand: from TIME, then to TIME");
    }
    if (fault_.from && fault_.to && *fault_.to < *fault_.from) {
      return refuse("its span ends before it begins", "give 'to' a later time than 'from'");
    }
    return {};
  }

  std::string_view text_;
  std::vector<std::string_view> words_;
  std::size_t next_ = 0;
  Fault fault_;
};

std::string compact(model::Duration d) {
  for (const auto& [unit, ns] : {std::pair<std::string_view, std::int64_t>{"s", 1'000'000'000},
                                 {"ms", 1'000'000},
                                 {"us", 1'000}}) {
    if (d.ns % ns == 0) return fmt::format("{}{}", d.ns / ns, unit);
  }
  return fmt::format("{}ns", d.ns);
}

}  // namespace

model::Expected<Fault> parse_fault(std::string_view text) {
  return FaultParser(text).parse();
}

std::string format_fault(const Fault& fault) {
  std::string text(name_of<Action>(actions, fault.action));
  if (fault.action == Action::delay) text += " " + compact(fault.delay);
  if (fault.nth > 0) text += fmt::format(" {}{}", fault.nth, suffix_of(fault.nth));
  text += fmt::format(" {}", name_of<Match>(kinds, fault.match));
  text += fault.from_client ? " client>server" : " server>client";
  if (fault.from) text += " from " + compact(*fault.from);
  if (fault.to) text += " to " + compact(*fault.to);
  return text;
}

}  // namespace synoptic::net
