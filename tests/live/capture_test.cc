// Captures on this machine's interfaces, and what is said when one is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "capture/host/sockaddr.hh"
#include "capture/live/file_descriptor.hh"
#include "capture/live/live.hh"
#include "tests/live/support.hh"

namespace synoptic::live {
namespace {

using testing::HasSubstr;

// A UDP socket on the machine's loopback that sends to itself; nobody else's traffic has its port.
class Sender {
 public:
  Sender() : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    const host::KernelAddress any = host::to_kernel({wire::IpAddress::v4(127, 0, 0, 1), 0});
    EXPECT_EQ(::bind(fd_.get(), any.get(), any.size), 0);
    self_ = host::local_address(fd_.get());
  }
  void send(const std::string& text) {
    const host::KernelAddress to = host::to_kernel(self_);
    EXPECT_EQ(::sendto(fd_.get(), text.data(), text.size(), 0, to.get(), to.size),
              static_cast<ssize_t>(text.size()));
  }
  std::string filter() const { return "udp port " + std::to_string(self_.port); }

 private:
  FileDescriptor fd_;
  wire::SocketAddress self_;
};

// Root captures; anybody else is told what to type. (Run as both by OrdinaryAccount.)
bool refused_without_rights(const model::Expected<std::unique_ptr<observe::TraceSource>>& source) {
  if (source) return false;
  EXPECT_NE(::geteuid(), 0u) << source.error().str();
  EXPECT_THAT(source.error().what, HasSubstr("no right to capture on 'lo'"));
  EXPECT_THAT(source.error().remedy, HasSubstr("sudo "));
  return true;
}

TEST(Capture, SeesEveryPacket_AndEndsAtTheLimit) {
  Sender sender;
  CaptureOptions options{.interface = "lo", .filter = sender.filter(), .max_packets = 3};
  auto source = capture(options);
  if (refused_without_rights(source)) return;
  for (const char* text : {"a", "b", "c", "d"}) sender.send(text);
  ASSERT_TRUE(run_to_end(**source));
  const auto all = packets((*source)->trace());
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(as_text(all[0].payload) + as_text(all[1].payload) + as_text(all[2].payload), "abc");
  EXPECT_EQ((*source)->counters().captured, 3u);
  EXPECT_EQ((*source)->counters().kernel_dropped, 0u);
  EXPECT_FALSE((*source)->failure());
}

TEST(Capture, Stop_KeepsWhatWasSentBefore) {
  Sender sender;
  auto source = capture({.interface = "lo", .filter = sender.filter()});
  if (refused_without_rights(source)) return;
  for (int i = 0; i < 20; ++i) sender.send("x");
  (*source)->stop();
  ASSERT_TRUE(run_to_end(**source));
  EXPECT_EQ(packets((*source)->trace()).size(), 20u);
}

TEST(Capture, EndsAfterItsTime) {
  Sender sender;
  auto source =
      capture({.interface = "lo", .filter = sender.filter(), .max_time = model::milliseconds(20)});
  if (refused_without_rights(source)) return;
  sender.send("x");
  ASSERT_TRUE(run_to_end(**source));
  EXPECT_EQ(packets((*source)->trace()).size(), 1u);
}

TEST(Capture, SnapLength_CutsPackets_NotTheirSize) {
  Sender sender;
  auto source =
      capture({.interface = "lo", .filter = sender.filter(), .snap_length = 60, .max_packets = 1});
  if (refused_without_rights(source)) return;
  sender.send(std::string(1000, 'x'));
  ASSERT_TRUE(run_to_end(**source));
  const auto all = packets((*source)->trace());
  ASSERT_EQ(all.size(), 1u);
  const auto& packet = std::get<model::Packet>(all[0].event->body);
  EXPECT_LE(packet.bytes.size(), 60u);  // libpcap may round it down a little
  EXPECT_GE(packet.bytes.size(), 14u + 20 + 8);
  EXPECT_EQ(packet.original_size, 14u + 20 + 8 + 1000);
}

TEST(Capture, DroppedUnread_LeavesNoThread) {
  Sender sender;
  auto source = capture({.interface = "lo", .filter = sender.filter()});
  if (refused_without_rights(source)) return;
  sender.send("x");
  source->reset();
}

TEST(Capture, AnInterfaceThatIsNotThere_IsRefused_NamingThoseThatAre) {
  const auto source = capture({.interface = "eth77"});
  ASSERT_FALSE(source);
  EXPECT_THAT(source.error().what, HasSubstr("there is no interface 'eth77'"));
  EXPECT_THAT(source.error().remedy, HasSubstr("lo"));
}

TEST(Capture, ABadFilter_IsRefused_WithoutAnyRights) {
  const auto source = capture({.interface = "lo", .filter = "tcp prot 1"});
  ASSERT_FALSE(source);
  EXPECT_THAT(source.error().what, HasSubstr("syntax error"));
}

TEST(Doctor, SaysWhatWorks_AndForTheRestWhatToType) {
  const auto checks = doctor();
  bool private_capture = false, ipv6 = false, host = false, word = false, calls = false;
  for (const Check& check : checks) {
    EXPECT_FALSE(check.name.empty());
    EXPECT_FALSE(check.detail.empty()) << check.name;
    if (!check.works) {
      EXPECT_FALSE(check.remedy.empty()) << check.name;
    }
    if (check.name == "capture in it") private_capture = check.works;
    if (check.name == "IPv6 in it") ipv6 = check.works;
    if (check.name.starts_with("the kernel's own word")) word = check.works;
    if (check.name == "capture on this machine's interfaces") host = check.works;
    if (check.name == "socket calls of any program") calls = check.works;
  }
  EXPECT_TRUE(private_capture);
  EXPECT_TRUE(ipv6);
  EXPECT_TRUE(word);
  EXPECT_EQ(host, capture({.interface = "lo"}).has_value());
  EXPECT_EQ(calls, !find_shim().empty());
}

// A connection of this process to itself, over the machine's loopback.
TEST(Capture, TheKernelConfirmsAConnectionOfTheMachine) {
  const FileDescriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const host::KernelAddress any = host::to_kernel({wire::IpAddress::v4(127, 0, 0, 1), 0});
  ASSERT_EQ(::bind(listener.get(), any.get(), any.size), 0);
  ASSERT_EQ(::listen(listener.get(), 1), 0);
  const wire::SocketAddress at = host::local_address(listener.get());
  auto source = capture({.interface = "lo", .filter = "tcp port " + std::to_string(at.port)});
  if (refused_without_rights(source)) return;
  const FileDescriptor client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const host::KernelAddress to = host::to_kernel(at);
  ASSERT_EQ(::connect(client.get(), to.get(), to.size), 0);
  const model::Trace& trace = (*source)->trace();
  const auto confirmed = [&] {
    return std::ranges::count_if(trace.events(), [](const model::Event& e) {
      const auto* change = std::get_if<model::StateChange>(&e.body);
      return change != nullptr && change->to == model::TcpState::established &&
             change->basis == model::Basis::confirmed;
    });
  };
  for (int i = 0; i < 1000 && confirmed() < 1; ++i) {
    (*source)->wait(model::milliseconds(10));
    (*source)->poll();
  }
  EXPECT_GE(confirmed(), 1);
  (*source)->stop();
  EXPECT_TRUE(run_to_end(**source));
  EXPECT_GE(trace.kernel.size(), 2u);
}

}  // namespace
}  // namespace synoptic::live
