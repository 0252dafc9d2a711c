// TCP's options as fields (RFC 9293 section 3.2, RFC 7323, RFC 2018), each with its parts.
#include <fmt/format.h>

#include "sim/wire/decode_layers.hh"

namespace synoptic::wire {
namespace {

Saying kind_text(std::uint8_t kind) {
  switch (kind) {
    case 2: return "Maximum Segment Size";
    case 3: return "Window Scale";
    case 4: return "SACK-Permitted";
    case 5: return "SACK";
    case 8: return "Timestamps";
    case 19: return "MD5 Signature";
    case 28: return "User Timeout";
    case 29: return "TCP-AO";
    case 30: return "Multipath TCP";
    case 34: return "Fast Open Cookie";
    default: return Saying::of("unknown kind {}", kind);
  }
}

// The length that an option of this kind must have; nothing where it may vary or is not known.
std::optional<std::uint32_t> right_size(std::uint8_t kind) {
  switch (kind) {
    case 2: return 4;
    case 3: return 3;
    case 4: return 2;
    case 8: return 10;
    default: return std::nullopt;
  }
}

bool has_right_size(std::uint8_t kind, std::uint32_t size) {
  if (kind == 5) return size >= 10 && size <= 34 && size % 8 == 2;
  return right_size(kind).value_or(size) == size;
}

Saying shift_text(std::uint32_t shift) {
  constexpr std::uint32_t most = 14;  // RFC 7323 section 2.3
  if (shift > most) return Saying::of("{} (more than 14: 14 is used)", shift);
  return Saying::of("{} (window × {})", shift, 1u << shift);
}

// What the option says, in one line.
Saying summary(const LayerWriter& layer, std::uint8_t kind, std::uint32_t offset,
               std::uint32_t size) {
  switch (kind) {
    case 2: return Saying::of("{} bytes", *layer.number({offset + 2, 2}));
    case 3: return shift_text(*layer.number({offset + 2, 1}));
    case 4: return "yes";
    case 5: {
      std::string text;
      for (std::uint32_t i = 2; i < size; i += 8) {
        fmt::format_to(std::back_inserter(text), "{}{}-{}", text.empty() ? "" : ", ",
                       *layer.number({offset + i, 4}), *layer.number({offset + i + 4, 4}));
      }
      return Saying::value(text);
    }
    case 8:
      return Saying::value(fmt::format("TSval {}, TSecr {}", *layer.number({offset + 2, 4}),
                                       *layer.number({offset + 6, 4})));
    default: return describe_bytes(layer.bytes({offset + 2, size - 2}));
  }
}

// The parts of an option behind its kind and length.
void decode_parts(LayerWriter& layer, std::uint8_t kind, std::uint32_t offset, std::uint32_t size) {
  switch (kind) {
    case 2: return layer.field("Maximum Segment Size", {offset + 2, 2}, decimal, 1);
    case 3: return layer.field("Shift Count", {offset + 2, 1}, decimal, 1);
    case 4: return;
    case 5:
      for (std::uint32_t i = 2; i < size; i += 8) {
        layer.field("Left Edge", {offset + i, 4}, decimal, 1);
        layer.field("Right Edge", {offset + i + 4, 4}, decimal, 1);
      }
      return;
    case 8:
      layer.field("TSval", {offset + 2, 4}, decimal, 1);
      layer.field("TSecr", {offset + 6, 4}, decimal, 1);
      return;
    default:
      if (size == 2) return;
      layer.text("Data", {offset + 2, size - 2},
                 describe_bytes(layer.bytes({offset + 2, size - 2})), 1);
  }
}

void decode_option(Decoding& d, LayerWriter& layer, std::uint8_t kind, std::uint32_t offset,
                   std::uint32_t size) {
  const bool right = has_right_size(kind, size);
  constexpr std::uint8_t as_bytes = 0xff;  // no kind of ours: shown as bytes
  const std::uint8_t shown = right ? kind : as_bytes;
  if (layer.writes())
    layer.text(Saying::of("Option: {}", kind_text(kind)), {offset, size},
               summary(layer, shown, offset, size));
  layer.field("Kind", {offset, 1}, decimal, 1);
  layer.field("Length", {offset + 1, 1}, decimal, 1);
  decode_parts(layer, shown, offset, size);
  if (right) return;
  d.anomaly(AnomalyCode::bad_option_length, layer.range({offset, size}),
            kind == 5
                ? Saying::of("The SACK option is {} bytes long, but one with n blocks has "
                             "2 + 8n: it is ignored.",
                             size)
                : Saying::of("The option {} is {} bytes long, but must have {}: it is ignored.",
                             kind_text(kind), size, *right_size(kind)));
}

// Behind End of Option List, up to the header's end.
void decode_padding(Decoding& d, LayerWriter& layer, Place place) {
  if (place.size == 0) return;
  const ByteSpan padding = layer.bytes(place);
  layer.text("Padding", place, describe_bytes(padding));
  if (std::ranges::all_of(padding, [](auto b) { return b == 0; })) return;
  d.anomaly(AnomalyCode::nonzero_padding, layer.range(place),
            "The padding behind the end of the options must be zero, but is not.");
}

// From an option whose end cannot be known on, nothing can be told apart.
void decode_unreadable(Decoding& d, LayerWriter& layer, Place rest, bool captured_whole) {
  layer.text(captured_whole ? "Options (unreadable)" : "Options (cut off)", rest,
             describe_bytes(layer.bytes(rest)));
  if (!captured_whole) return;
  const auto length = layer.number({rest.offset + 1, 1});
  if (rest.size >= 2 && *length < 2) {
    d.anomaly(AnomalyCode::bad_option_length, layer.range(rest),
              Saying::of("An option says it is {} bytes long, but its kind and length alone are 2: "
                         "where the next one begins cannot be known.",
                         *length));
  } else if (rest.size >= 2) {
    d.anomaly(AnomalyCode::options_cut_off, layer.range(rest),
              Saying::of("An option says it is {} bytes long, but the header ends after {}.",
                         *length, rest.size));
  } else {
    d.anomaly(AnomalyCode::options_cut_off, layer.range(rest),
              "The header ends with the kind of an option: its length is missing.");
  }
}

}  // namespace

// The options begin behind the 20 bytes of the fixed header: `size` bytes of `announced` were
// captured.
void decode_tcp_options(Decoding& d, LayerWriter& layer, std::uint32_t size,
                        std::uint32_t announced) {
  const std::uint32_t end = 20 + size;
  for (std::uint32_t offset = 20; offset < end;) {  // every turn takes at least one byte
    const auto kind = static_cast<std::uint8_t>(*layer.number({offset, 1}));
    if (kind == 0) {
      if (layer.writes())
        layer.text(Saying::of("Option: {}", Saying("End of Option List")), {offset, 1},
                   "the options end here");
      return decode_padding(d, layer, {offset + 1, end - offset - 1});
    }
    if (kind == 1) {
      if (layer.writes())
        layer.text(Saying::of("Option: {}", Saying("No-Operation")), {offset, 1},
                   "fills up one byte");
      ++offset;
      continue;
    }
    const std::uint32_t left = end - offset;
    const std::uint32_t length = left >= 2 ? *layer.number({offset + 1, 1}) : 0;
    if (length < 2 || length > left) {
      const bool illegal = left >= 2 && length < 2;
      return decode_unreadable(d, layer, {offset, left}, size == announced || illegal);
    }
    decode_option(d, layer, kind, offset, length);
    offset += length;
  }
}

}  // namespace synoptic::wire
