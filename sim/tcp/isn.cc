// The hash is SipHash-2-4 (Aumasson and Bernstein, 2012): short input, secret key.
#include "sim/tcp/isn.hh"

#include <array>
#include <bit>

namespace synoptic::tcp {

namespace {

class SipHash {
 public:
  SipHash(std::uint64_t k0, std::uint64_t k1)
      : v_{k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261,
           k1 ^ 0x7465646279746573} {}

  void add(std::uint64_t word) {
    v_[3] ^= word;
    round();
    round();
    v_[0] ^= word;
    size_ += 8;
  }
  std::uint64_t finish() {
    add(size_ << 56);
    v_[2] ^= 0xff;
    for (int i = 0; i < 4; ++i) round();
    return v_[0] ^ v_[1] ^ v_[2] ^ v_[3];
  }

 private:
  void round() {
    v_[0] += v_[1];
    v_[1] = std::rotl(v_[1], 13) ^ v_[0];
    v_[0] = std::rotl(v_[0], 32);
    v_[2] += v_[3];
    v_[3] = std::rotl(v_[3], 16) ^ v_[2];
    v_[0] += v_[3];
    v_[3] = std::rotl(v_[3], 21) ^ v_[0];
    v_[2] += v_[1];
    v_[1] = std::rotl(v_[1], 17) ^ v_[2];
    v_[2] = std::rotl(v_[2], 32);
  }
  std::array<std::uint64_t, 4> v_;
  std::uint64_t size_ = 0;
};

void add(SipHash& hash, const wire::SocketAddress& address) {
  for (int half = 0; half < 2; ++half) {
    std::uint64_t word = 0;
    for (int i = 0; i < 8; ++i) word = word << 8 | address.ip.octets[half * 8 + i];
    hash.add(word);
  }
  hash.add(address.port);
}

}  // namespace

IsnSource round_isn(wire::SeqNum first) {
  return [next = first](model::Instant, const wire::SocketAddress&,
                        const wire::SocketAddress&) mutable {
    const wire::SeqNum isn = next;
    next += wire::SeqSize{1000};
    return isn;
  };
}

IsnSource keyed_isn(std::uint64_t seed) {
  // Two key words from one seed (the finalizer of SplitMix64).
  const auto mix = [](std::uint64_t x) {
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
  };
  return
      [k0 = mix(seed + 1), k1 = mix(seed + 2)](model::Instant now, const wire::SocketAddress& local,
                                               const wire::SocketAddress& remote) {
        SipHash hash(k0, k1);
        add(hash, local);
        add(hash, remote);
        const auto tick = static_cast<std::uint32_t>(now.ns / 4'000);
        return wire::SeqNum{tick + static_cast<std::uint32_t>(hash.finish())};
      };
}

}  // namespace synoptic::tcp
