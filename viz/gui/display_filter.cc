// Words, a tree by recursive descent (|| under && under !), and its evaluation.
#include "viz/gui/display_filter.hh"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <variant>

#include "viz/gui/display_filter_fields.hh"
#include "viz/words/words.hh"

namespace synoptic::gui {

using wire::Saying;
using words::N_;

// --- the tree

namespace {

enum class Op : std::uint8_t { eq, ne, gt, ge, lt, le, contains };

struct Prefix {  // an address, or a network: the first `bits` of it count
  wire::IpAddress address;
  unsigned bits = 0;
};
struct Both {
  std::shared_ptr<const FilterNode> left, right;
};
struct All : Both {};
struct Any : Both {};
struct Not {
  std::shared_ptr<const FilterNode> of;
};
struct Has {
  const FilterField* field;
};
struct Compare {
  const FilterField* field;
  Op op;
  std::variant<std::uint64_t, Prefix, std::string> with;
};

}  // namespace

struct FilterNode {
  std::variant<All, Any, Not, Has, Compare> is;
};

namespace {

bool holds(Op op, std::uint64_t value, std::uint64_t with) {
  switch (op) {
    case Op::eq: return value == with;
    case Op::ne: return value != with;
    case Op::gt: return value > with;
    case Op::ge: return value >= with;
    case Op::lt: return value < with;
    case Op::le: return value <= with;
    case Op::contains: break;
  }
  return false;
}

bool is_in(const wire::IpAddress& address, const Prefix& prefix) {
  for (unsigned bit = 0; bit < prefix.bits; ++bit) {
    const unsigned mask = 0x80u >> bit % 8;
    if (((address.octets[bit / 8] ^ prefix.address.octets[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

bool is_found(wire::ByteSpan bytes, std::string_view text) {
  const auto same = [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); };
  return std::search(bytes.begin(), bytes.end(), text.begin(), text.end(), same) != bytes.end();
}

bool compares(const Compare& c, const FilteredPacket& p) {
  const FieldValues values = c.field->values(p);
  const auto fits = [&](std::size_t i, Op op) {
    if (const auto* number = std::get_if<std::uint64_t>(&c.with))
      return holds(op, values.numbers[i], *number);
    if (const auto* prefix = std::get_if<Prefix>(&c.with))
      return is_in(values.addresses[i], *prefix) == (op == Op::eq);
    return is_found(values.bytes, std::get<std::string>(c.with));
  };
  // Of a field with two values one is enough, but for `!=`: none may be the one that is named.
  bool any = false, all = values.count > 0;
  for (std::size_t i = 0; i < values.count; ++i) {
    const bool fit = fits(i, c.op);
    any |= fit, all &= fit;
  }
  return c.op == Op::ne ? all : any;
}

bool is_true(const FilterNode& node, const FilteredPacket& p) {
  if (const auto* all = std::get_if<All>(&node.is))
    return is_true(*all->left, p) && is_true(*all->right, p);
  if (const auto* any = std::get_if<Any>(&node.is))
    return is_true(*any->left, p) || is_true(*any->right, p);
  if (const auto* negated = std::get_if<Not>(&node.is)) return !is_true(*negated->of, p);
  if (const auto* has = std::get_if<Has>(&node.is)) return has->field->values(p).count > 0;
  return compares(std::get<Compare>(node.is), p);
}

// --- words

struct Word {
  enum class Kind : std::uint8_t { name, text, sign, end } kind = Kind::end;
  std::string text;
};

struct Failed {  // ends the parsing; never leaves this file
  Saying reason;
};

[[noreturn]] void fail(Saying reason) {
  throw Failed{std::move(reason)};
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == ':' || c == '/' || c == '-';
}

std::string quoted(std::string_view text, std::size_t& at) {
  std::string inside;
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\' && at + 1 < text.size()) ++at;
    inside += text[at];
  }
  if (at == text.size()) fail(N_("a text in quotes has no end"));
  ++at;
  return inside;
}

std::vector<Word> words_in(std::string_view text) {
  std::vector<Word> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    if (rest.front() == ' ' || rest.front() == '\t') {
      ++at;
    } else if (rest.front() == '"') {
      words.push_back({Word::Kind::text, quoted(text, at)});
    } else if (is_name_character(rest.front())) {
      const auto* const end = std::ranges::find_if_not(rest, is_name_character);
      words.push_back({Word::Kind::name, std::string(rest.begin(), end)});
      at += words.back().text.size();
    } else {
      std::size_t size = 1;
      for (const std::string_view sign : {"==", "!=", ">=", "<=", "&&", "||"})
        if (rest.starts_with(sign)) size = 2;
      if (size == 1 && std::string_view("()!<>=").find(rest.front()) == std::string_view::npos) {
        // A sign of several bytes is told as one.
        while (size < rest.size() && (rest[size] & 0xc0) == 0x80) ++size;
        fail(Saying::of(N_("'{}' means nothing here"), rest.substr(0, size)));
      }
      words.push_back({Word::Kind::sign, std::string(rest.substr(0, size))});
      at += size;
    }
  }
  words.push_back({});
  return words;
}

// --- the parser

constexpr int deepest = 64;  // parentheses and !
constexpr std::size_t longest = 2000;

std::optional<Op> operator_of(const Word& word) {
  static constexpr std::pair<std::string_view, Op> signs[] = {
      {"==", Op::eq}, {"!=", Op::ne}, {">", Op::gt}, {">=", Op::ge}, {"<", Op::lt}, {"<=", Op::le}};
  static constexpr std::pair<std::string_view, Op> names[] = {{"eq", Op::eq},
                                                              {"ne", Op::ne},
                                                              {"gt", Op::gt},
                                                              {"ge", Op::ge},
                                                              {"lt", Op::lt},
                                                              {"le", Op::le},
                                                              {"contains", Op::contains}};
  if (word.kind == Word::Kind::sign) {
    for (const auto& [sign, op] : signs)
      if (word.text == sign) return op;
  }
  if (word.kind == Word::Kind::name) {
    for (const auto& [name, op] : names)
      if (word.text == name) return op;
  }
  return std::nullopt;
}

// The fields of the protocol that `name` begins with.
std::string fields_like(std::string_view name) {
  const std::string protocol = std::string(name.substr(0, name.find('.'))) + ".";
  std::string found;
  for (const FilterField& field : all_filter_fields()) {
    if (field.name.starts_with(protocol))
      found += (found.empty() ? "" : ", ") + std::string(field.name);
  }
  return found;
}

class Parser {
 public:
  explicit Parser(std::vector<Word> words) : words_(std::move(words)) {}

  std::shared_ptr<const FilterNode> parse() {
    auto node = any();
    if (word().kind == Word::Kind::end) return node;
    if (is_sign(")")) fail(N_("a ) without its ("));
    if (is_sign("=")) fail(N_("a single = compares nothing: write =="));
    // What pcap-filter(7) knows, and fingers that know it.
    if (word().text == "port" || word().text == "host" || word().text == "src" ||
        word().text == "dst")
      fail(
          N_("that is a capture filter; a display filter says tcp.port == 9999 or "
             "ip.addr == 127.0.0.1"));
    fail(Saying::of(N_("'{}' does not belong here: between two conditions stands && or ||"),
                    word().text));
  }

  Saying hint;

 private:
  using Node = std::shared_ptr<const FilterNode>;
  template <typename Is>
  static Node make(Is is) {
    return std::make_shared<const FilterNode>(FilterNode{std::move(is)});
  }

  const Word& word() const { return words_[at_]; }
  bool is_sign(std::string_view sign) const {
    return word().kind == Word::Kind::sign && word().text == sign;
  }
  bool take(std::string_view sign, std::string_view name) {
    const bool named = word().kind == Word::Kind::name && word().text == name;
    if (!named && !is_sign(sign)) return false;
    ++at_;
    return true;
  }

  Node any() {
    Node node = all();
    while (take("||", "or")) node = make(Any{{node, all()}});
    return node;
  }
  Node all() {
    Node node = single();
    while (take("&&", "and")) node = make(All{{node, single()}});
    return node;
  }
  Node single() {
    if (++depth_ > deepest) fail(N_("too many parentheses"));
    Node node;
    if (take("!", "not")) {
      node = make(Not{single()});
    } else if (take("(", "(")) {
      node = any();
      if (!take(")", ")")) fail(N_("a ( without its )"));
    } else {
      node = condition();
    }
    --depth_;
    return node;
  }

  Node condition() {
    if (word().kind == Word::Kind::end) fail(N_("a condition is missing at the end"));
    if (word().kind != Word::Kind::name)
      fail(Saying::of(N_("a condition begins with a field, as tcp.port, not with '{}'"),
                      word().text));
    const std::string name = words_[at_++].text;
    const FilterField* const field = find_filter_field(name);
    if (field == nullptr) unknown(name);
    const auto op = operator_of(word());
    if (!op) {
      if (field->type == FieldType::flag)
        hint = Saying::of(N_("every segment has the field {}, set or not; where it is set: "
                             "{} == 1"),
                          name, name);
      return make(Has{field});
    }
    ++at_;
    return make(Compare{field, *op, value(*field, *op)});
  }

  [[noreturn]] static void unknown(const std::string& name) {
    const std::string like = fields_like(name);
    if (like.empty())
      fail(Saying::of(N_("there is no field '{}' here; there are those of frame, ip, ipv6, tcp, "
                         "udp, icmp and icmpv6"),
                      name));
    fail(Saying::of(N_("there is no field '{}' here; there are {}"), name, like));
  }

  std::variant<std::uint64_t, Prefix, std::string> value(const FilterField& field, Op op) {
    if (word().kind != Word::Kind::name && word().kind != Word::Kind::text)
      fail(Saying::of(N_("a value is missing to compare {} with"), field.name));
    const Word given = words_[at_++];
    if (field.type == FieldType::protocol || field.type == FieldType::bytes) {
      if (op != Op::contains)
        fail(Saying::of(N_("{} is no number: write {} alone, or {} contains text in quotes"),
                        field.name, field.name, field.name));
      if (given.text.empty()) fail(N_("there is nothing between the quotes"));
      return given.text;
    }
    if (op == Op::contains)
      fail(Saying::of(N_("{} is a number or an address: compare it with ==, != or the like"),
                      field.name));
    if (field.type == FieldType::ipv4 || field.type == FieldType::ipv6)
      return prefix(field, op, given.text);
    return number(field, given.text);
  }

  static Prefix prefix(const FilterField& field, Op op, std::string_view given) {
    if (op != Op::eq && op != Op::ne)
      fail(Saying::of(N_("{} is an address: compare it with == or !="), field.name));
    const auto family = field.type == FieldType::ipv6 ? wire::Family::ipv6 : wire::Family::ipv4;
    const std::size_t slash = given.find('/');
    const auto address = wire::IpAddress::parse(given.substr(0, slash));
    if (!address || address->family != family)
      fail(Saying::of(family == wire::Family::ipv4 ? N_("'{}' is no IPv4 address")
                                                   : N_("'{}' is no IPv6 address"),
                      given));
    Prefix found{*address, static_cast<unsigned>(address->size() * 8)};
    if (slash == std::string_view::npos) return found;
    const auto bits = number_in(given.substr(slash + 1));
    if (!bits || *bits > found.bits)
      fail(Saying::of(N_("'{}': behind the / stands how many bits of the address count"), given));
    found.bits = static_cast<unsigned>(*bits);
    return found;
  }

  static std::uint64_t number(const FilterField& field, std::string_view given) {
    if (field.type == FieldType::flag) {
      if (given == "1" || given == "True" || given == "TRUE") return 1;
      if (given == "0" || given == "False" || given == "FALSE") return 0;
      fail(Saying::of(N_("{} is a flag: it is 1 or 0, not '{}'"), field.name, given));
    }
    const auto found = number_in(given);
    if (!found) fail(Saying::of(N_("{} is a number, and '{}' is none"), field.name, given));
    if (*found > field.most)
      fail(Saying::of(N_("{} is too large for {}: at most {}"), given, field.name, field.most));
    return *found;
  }

  static std::optional<std::uint64_t> number_in(std::string_view text) {
    const bool hex = text.starts_with("0x") || text.starts_with("0X");
    if (hex) text.remove_prefix(2);
    std::uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number, hex ? 16 : 10);
    if (error == std::errc::result_out_of_range && stop == end) return UINT64_MAX;
    if (error != std::errc{} || stop != end) return std::nullopt;
    return number;
  }

  std::vector<Word> words_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

std::expected<DisplayFilter, WrongFilter> DisplayFilter::parse(std::string_view text) {
  try {
    if (text.size() > longest) fail(N_("that is too long for a filter"));
    Parser parser(words_in(text));
    DisplayFilter filter;
    filter.root_ = parser.parse();
    filter.hint_ = std::move(parser.hint);
    return filter;
  } catch (const Failed& failed) {
    return std::unexpected(WrongFilter{failed.reason});
  }
}

bool DisplayFilter::matches(const model::Trace& trace, const model::Event& event,
                            std::uint32_t number) const {
  const auto* const packet = std::get_if<model::Packet>(&event.body);
  if (packet == nullptr) return false;
  return is_true(*root_, {.trace = trace,
                          .event = event,
                          .packet = *packet,
                          .view = wire::view(packet->bytes, packet->link, packet->original_size,
                                             {.verify_checksums = false}),
                          .number = number});
}

std::vector<std::string_view> filter_fields() {
  std::vector<std::string_view> names;
  for (const FilterField& field : all_filter_fields()) names.push_back(field.name);
  return names;
}

}  // namespace synoptic::gui
