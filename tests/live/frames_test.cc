// Frames: what is written is read again, in whatever pieces it comes, and nonsense is noticed.
#include "capture/live/frames.hh"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "capture/live/file_descriptor.hh"

namespace synoptic::live {
namespace {

struct Ends {
  FileDescriptor read, write;
  Ends() {
    std::array<int, 2> fds{};
    EXPECT_EQ(pipe(fds.data()), 0);
    read = FileDescriptor(fds[0]);
    write = FileDescriptor(fds[1]);
  }
};

wire::Bytes body_of(const FrameWriter& out) {
  return wire::Bytes(out.bytes().begin() + 5, out.bytes().end());
}

LiveSpec some_spec() {
  LiveSpec spec;
  spec.roles.push_back({"server", {"/bin/x", "a b", ""}, "", model::CallName{}, true});
  spec.roles.push_back({.name = "client 2",
                        .argv = {"y"},
                        .start_after = "server",
                        .ready = model::CallName::bind,
                        .typed = true});
  spec.addresses = {wire::IpAddress::v4(10, 1, 2, 3)};
  spec.congestion = "reno";
  spec.timeout = model::milliseconds(1234);
  spec.snap_length = 99;
  return spec;
}

TEST(Frames, ASpec_ComesBackWhole) {
  FrameWriter out;
  put_spec(out, some_spec());
  const auto spec = get_spec(body_of(out));
  ASSERT_TRUE(spec);
  ASSERT_EQ(spec->roles.size(), 2u);
  EXPECT_THAT(spec->roles[0].argv, testing::ElementsAre("/bin/x", "a b", ""));
  EXPECT_TRUE(spec->roles[0].serves);
  EXPECT_EQ(spec->roles[1].name, "client 2");
  EXPECT_EQ(spec->roles[1].start_after, "server");
  EXPECT_EQ(spec->roles[1].start_after_call, model::CallName::listen);
  EXPECT_FALSE(spec->roles[1].serves);
  EXPECT_EQ(spec->roles[1].ready, model::CallName::bind);
  EXPECT_FALSE(spec->roles[0].typed);
  EXPECT_TRUE(spec->roles[1].typed);
  EXPECT_EQ(spec->addresses, some_spec().addresses);
  EXPECT_EQ(spec->congestion, "reno");
  EXPECT_EQ(spec->timeout, model::milliseconds(1234));
  EXPECT_EQ(spec->snap_length, 99u);
}

TEST(Frames, WhatIsTyped_ComesBackByteForByte) {
  FrameWriter out;
  const std::string line("\x00\xff好\n", 6);
  put_of_role(out, FrameType::typed, "client 2", line);
  const auto typed = get_of_role(body_of(out));
  ASSERT_TRUE(typed);
  EXPECT_EQ(typed->role, "client 2");
  EXPECT_EQ(typed->text, line);
  const wire::Bytes body = body_of(out);
  for (std::size_t size = 0; size < body.size(); ++size)
    EXPECT_FALSE(get_of_role(wire::ByteSpan(body).first(size))) << size;
}

TEST(Frames, AWordOfTheKernel_ComesBackWhole) {
  observe::KernelRecord record{.local = {wire::IpAddress::v4(127, 0, 0, 1), 40'000},
                               .remote = {wire::IpAddress::v4(127, 0, 0, 2), 9999},
                               .socket = 0x1234'5678'9abcULL};
  record.sample = {.before = {11},
                   .after = {12},
                   .last_before = {13},
                   .last_after = {14},
                   .gap = {3},
                   .state = model::TcpState::close_wait,
                   .info = model::KernelInfo{.cwnd = 10,
                                             .unacked = 2,
                                             .rtt = model::microseconds(41),
                                             .rto = model::milliseconds(204)}};
  for (const std::optional<std::uint32_t> ssthresh : {std::optional<std::uint32_t>(7), {}}) {
    record.sample.info->ssthresh = ssthresh;
    if (!ssthresh) record.sample.came_from = model::TcpState::established;
    FrameWriter out;
    put_kernel(out, record);
    const auto back = get_kernel(body_of(out));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->local, record.local);
    EXPECT_EQ(back->remote, record.remote);
    EXPECT_EQ(back->socket, record.socket);
    EXPECT_EQ(back->sample.before.ns, 11);
    EXPECT_EQ(back->sample.after.ns, 12);
    EXPECT_EQ(back->sample.last_before.ns, 13);
    EXPECT_EQ(back->sample.last_after.ns, 14);
    EXPECT_EQ(back->sample.gap.ns, 3);
    EXPECT_TRUE(back->sample.says_the_same(record.sample));
    wire::Bytes cut = body_of(out);
    cut.pop_back();
    EXPECT_FALSE(get_kernel(cut));
  }
}

TEST(Frames, ACall_ComesBackWhole) {
  const wire::Bytes data{1, 2, 3};
  observe::CallRecord record;
  record.role = "client";
  record.serial = 7;
  record.t = {123};
  record.local = {wire::IpAddress::v4(127, 0, 0, 1), 4321};
  record.remote = {wire::IpAddress::v4(127, 0, 0, 2), 9999};
  record.protocol = model::Protocol::udp;
  record.after = 6;
  record.call.name = model::CallName::recvfrom;
  record.call.fd = 5;
  record.call.number = 1024;
  record.call.address = record.remote;
  record.call.data = data;
  record.call.returned = true;
  record.call.returned_at = {456};
  record.call.result = 3;
  record.call.error = 11;
  FrameWriter out;
  put_call(out, record);
  const wire::Bytes body = body_of(out);
  const auto back = get_call(body);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->role, "client");
  EXPECT_EQ(back->serial, 7u);
  EXPECT_EQ(back->t, record.t);
  EXPECT_EQ(back->local, record.local);
  EXPECT_EQ(back->remote, record.remote);
  EXPECT_EQ(back->protocol, record.protocol);
  EXPECT_EQ(back->after, 6u);
  EXPECT_EQ(back->call.name, record.call.name);
  EXPECT_EQ(back->call.fd, 5);
  EXPECT_EQ(back->call.number, 1024);
  EXPECT_EQ(back->call.address, record.remote);
  EXPECT_TRUE(std::ranges::equal(back->call.data, data));
  EXPECT_TRUE(back->call.returned);
  EXPECT_EQ(back->call.returned_at, record.call.returned_at);
  EXPECT_EQ(back->call.result, 3);
  EXPECT_EQ(back->call.error, 11);
}

// Whoever shows it says it in another language: what it is made of comes, too.
TEST(Frames, AnErrorComesBack_InItsParts) {
  FrameWriter out;
  put_error(out, {wire::Saying::of("{} of {}", wire::Saying("one"), "two"), "three"});
  const auto back = get_error(body_of(out));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->str(), "one of two; three");
  EXPECT_EQ(back->what.pattern(), "{} of {}");
  ASSERT_EQ(back->what.args().size(), 2u);
  EXPECT_FALSE(back->what.args()[0].is_value());
  EXPECT_TRUE(back->what.args()[1].is_value());
}

TEST(Frames, AnErrorNestedWithoutEnd_IsRefused) {
  wire::Saying deep = "one";
  for (int i = 0; i < 1000; ++i) deep = wire::Saying::from_parts("{}", false, {std::move(deep)});
  FrameWriter out;
  put_error(out, {std::move(deep), ""});
  EXPECT_FALSE(get_error(body_of(out)));
}

TEST(Frames, ABodyCutOffAnywhere_IsRefused) {
  FrameWriter spec_out, call_out, error_out;
  put_error(error_out, {wire::Saying::of("{} of {}", 1, 2), "three"});
  const wire::Bytes error = body_of(error_out);
  for (std::size_t n = 0; n < error.size(); ++n) {
    EXPECT_FALSE(get_error(wire::ByteSpan(error).first(n))) << n;
  }
  put_spec(spec_out, some_spec());
  observe::CallRecord record;
  record.role = "client";
  put_call(call_out, record);
  const wire::Bytes spec = body_of(spec_out), call = body_of(call_out);
  for (std::size_t n = 0; n < spec.size(); ++n) {
    EXPECT_FALSE(get_spec(wire::ByteSpan(spec).first(n))) << n;
  }
  for (std::size_t n = 0; n < call.size(); ++n) {
    EXPECT_FALSE(get_call(wire::ByteSpan(call).first(n))) << n;
  }
}

TEST(Frames, ComeOutWhole_HoweverTheyComeIn) {
  FrameWriter out;
  put_text(out, FrameType::warning, "one");
  put_error(out, {"two", "three"});
  put_text(out, FrameType::warning, "");
  for (std::size_t piece = 1; piece <= out.bytes().size(); ++piece) {
    Ends pipe;
    FrameBuffer in;
    std::vector<FrameType> types;
    for (std::size_t at = 0; at < out.bytes().size(); at += piece) {
      const auto part =
          wire::ByteSpan(out.bytes()).subspan(at).first(std::min(piece, out.bytes().size() - at));
      ASSERT_TRUE(write_all(pipe.write.get(), part));
      ASSERT_GT(in.read_from(pipe.read.get()), 0);
      while (const auto frame = in.next()) types.push_back(frame->type);
    }
    EXPECT_THAT(types,
                testing::ElementsAre(FrameType::warning, FrameType::error, FrameType::warning))
        << "in pieces of " << piece;
    pipe.write.reset();
    EXPECT_EQ(in.read_from(pipe.read.get()), 0);
  }
}

TEST(Frames, ASizeThatNobodyWrites_IsDamage) {
  Ends pipe;
  const std::array<std::uint8_t, 5> nonsense{0xff, 0xff, 0xff, 0xff, 0};
  ASSERT_TRUE(write_all(pipe.write.get(), nonsense));
  FrameBuffer in;
  in.read_from(pipe.read.get());
  EXPECT_FALSE(in.next());
  EXPECT_TRUE(in.damaged());
}

}  // namespace
}  // namespace synoptic::live
