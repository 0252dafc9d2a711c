// Captures in files: every form, every way of being damaged, from disk and through a pipe.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pcap/pcap.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "capture/live/file_descriptor.hh"
#include "capture/live/frames.hh"
#include "capture/live/live.hh"
#include "tests/files.hh"
#include "tests/live/support.hh"

namespace synoptic::live {
namespace {

using testing::HasSubstr;

const std::string data = std::string(SYNOPTIC_SOURCE_DIR) + "/tests/data/";

class Files : public testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& bytes) {
    write_file(folder_.file(name), bytes);
    return folder_.file(name);
  }
  const TempDir folder_;
};

struct Read {
  std::optional<model::Error> refused, failure;
  std::size_t packets = 0;
  std::unique_ptr<observe::TraceSource> source;
};
Read read_capture(const std::string& path, const std::string& filter = "") {
  Read read;
  auto source = open_file(path, filter);
  if (!source) {
    read.refused = source.error();
    return read;
  }
  read.source = std::move(*source);
  EXPECT_TRUE(run_to_end(*read.source));
  read.failure = read.source->failure();
  read.packets = packets(read.source->trace()).size();
  return read;
}

class Forms : public testing::TestWithParam<std::string> {};

TEST_P(Forms, AreReadWhole) {
  const Read read = read_capture(data + GetParam());
  ASSERT_FALSE(read.refused) << read.refused->str();
  EXPECT_FALSE(read.failure);
  EXPECT_EQ(read.packets, 8u);
  EXPECT_EQ(read.source->counters().captured, 8u);
  const auto carried = streams(read.source->trace());
  ASSERT_EQ(carried.size(), 2u);
  for (const auto& [direction, bytes] : carried) {
    EXPECT_EQ(bytes, direction.first.port == 9999 ? "Welcome!" : "");
  }
}

TEST_P(Forms, KeepTheirTimes) {
  const Read read = read_capture(data + GetParam());
  ASSERT_TRUE(read.source);
  const std::int64_t first = packets(read.source->trace()).front().event->t.ns;
  const std::int64_t exact =
      packets(read_capture(data + "handshake-nsec.pcap").source->trace()).front().event->t.ns;
  EXPECT_NE(exact % 1000, 0) << "the file holds nanoseconds";
  const bool micro = GetParam() == "handshake.pcap";
  EXPECT_EQ(first, micro ? exact / 1000 * 1000 : exact);
}

TEST_P(Forms, CutOffAnywhere_KeepWhatCameBefore) {
  const std::string whole = read_file(data + GetParam());
  const TempDir folder;
  const std::string name = folder.file("cut");
  const FileDescriptor fd(::open(name.c_str(), O_CREAT | O_RDWR, 0600));
  ASSERT_TRUE(fd.open());
  std::size_t before = 0, refused = 0, failed = 0;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    if (size > 0) {
      ASSERT_EQ(::pwrite(fd.get(), &whole[size - 1], 1, static_cast<off_t>(size - 1)), 1);
    }
    const Read read = read_capture(name);
    if (read.refused) {
      EXPECT_EQ(before, 0u) << size;
      EXPECT_FALSE(read.refused->what.empty()) << size;
      ++refused;
      continue;
    }
    EXPECT_GE(read.packets, before) << size;
    EXPECT_LE(read.packets, 8u) << size;
    before = read.packets;
    if (read.failure) {
      ++failed;
      EXPECT_THAT(read.failure->what,
                  HasSubstr("cut off after packet " + std::to_string(read.packets)));
    }
  }
  EXPECT_GE(before, 7u);
  EXPECT_GE(refused, 24u);
  EXPECT_GT(failed, whole.size() / 2);
}

TEST_P(Forms, GarbageAnywhere_IsNeverACrash) {
  const std::string whole = read_file(data + GetParam());
  const TempDir folder;
  const std::string name = folder.file("garbage");
  const FileDescriptor fd(::open(name.c_str(), O_CREAT | O_RDWR, 0600));
  ASSERT_TRUE(fd.open());
  ASSERT_EQ(::write(fd.get(), whole.data(), whole.size()), static_cast<ssize_t>(whole.size()));
  for (std::size_t i = 0; i < whole.size(); ++i) {
    const char bad = static_cast<char>(whole[i] ^ 0xff);
    ASSERT_EQ(::pwrite(fd.get(), &bad, 1, static_cast<off_t>(i)), 1);
    const Read read = read_capture(name);
    if (read.refused) {
      EXPECT_FALSE(read.refused->what.empty()) << i;
    }
    ASSERT_EQ(::pwrite(fd.get(), &whole[i], 1, static_cast<off_t>(i)), 1);
  }
  EXPECT_EQ(read_file(data + GetParam()), whole);
}

INSTANTIATE_TEST_SUITE_P(CaptureFiles, Forms,
                         testing::Values("handshake.pcap", "handshake-nsec.pcap",
                                         "handshake.pcapng"),
                         [](const auto& info) {
                           return info.index == 0   ? "Microseconds"
                                  : info.index == 1 ? "Nanoseconds"
                                                    : "Pcapng";
                         });

TEST_F(Files, Filter_ChoosesPackets) {
  const Read read = read_capture(data + "handshake.pcap", "tcp[tcpflags] & tcp-syn != 0");
  EXPECT_EQ(read.packets, 2u);
  EXPECT_EQ(read.source->counters().captured, 2u);
}

TEST_F(Files, BadFilter_IsRefusedInLibpcapsWords) {
  const Read read = read_capture(data + "handshake.pcap", "tcp prot 1");
  ASSERT_TRUE(read.refused);
  EXPECT_THAT(read.refused->what,
              testing::AllOf(HasSubstr("'tcp prot 1'"), HasSubstr("syntax error")));
}

TEST_F(Files, Missing_IsRefused) {
  const Read read = read_capture(folder_.file("not-there.pcap"));
  ASSERT_TRUE(read.refused);
  EXPECT_THAT(read.refused->what, HasSubstr("No such file"));
  EXPECT_FALSE(read.refused->remedy.empty());
}

TEST_F(Files, Folder_IsRefused) {
  const Read read = read_capture(folder_.path());
  ASSERT_TRUE(read.refused);
  EXPECT_THAT(read.refused->what, HasSubstr("is a folder"));
}

TEST_F(Files, Empty_IsRefused) {
  const Read read = read_capture(write("empty.pcap", ""));
  ASSERT_TRUE(read.refused);
  EXPECT_THAT(read.refused->what, HasSubstr("is empty"));
}

TEST_F(Files, Garbage_IsRefused) {
  const Read read = read_capture(write("text.pcap", "This is no capture at all, but a letter.\n"));
  ASSERT_TRUE(read.refused);
  EXPECT_THAT(read.refused->what, HasSubstr("is no capture file"));
}

TEST_F(Files, AStrangeLinkType_IsAWarning) {
  std::string bytes = read_file(data + "handshake.pcap");
  bytes[20] = static_cast<char>(147);  // DLT_USER0
  const Read read = read_capture(write("strange.pcap", bytes));
  ASSERT_TRUE(read.source);
  EXPECT_THAT(read.source->trace().warnings, testing::ElementsAre(HasSubstr("not understood")));
  EXPECT_EQ(read.source->trace().events().size(), 8u) << "each is kept, and shown as bytes";
  EXPECT_EQ(read.source->counters().captured, 8u);
}

TEST_F(Files, Stop_EndsReading) {
  auto source = open_file(data + "handshake.pcap", "");
  ASSERT_TRUE(source);
  (*source)->stop();
  EXPECT_TRUE(run_to_end(**source));
  EXPECT_FALSE((*source)->failure());
  EXPECT_EQ((*source)->counters().captured, 0u);
}

// A named pipe, written by a thread.
class Pipes : public Files {
 protected:
  Pipes() {
    path_ = folder_.file("pipe");
    EXPECT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  }
  std::string path_;
};

TEST_F(Pipes, AreReadWhole) {
  std::thread writer([&] {
    const FileDescriptor fd(::open(path_.c_str(), O_WRONLY));
    const std::string bytes = read_file(data + "handshake.pcap");
    write_all(fd.get(), {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  });
  const Read read = read_capture(path_);
  writer.join();
  ASSERT_FALSE(read.refused) << read.refused->str();
  EXPECT_FALSE(read.failure);
  EXPECT_EQ(read.packets, 8u);
}

TEST_F(Pipes, CutOff_KeepWhatCame) {
  std::thread writer([&] {
    const FileDescriptor fd(::open(path_.c_str(), O_WRONLY));
    const std::string bytes = read_file(data + "handshake.pcap");
    write_all(fd.get(), {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size() - 3});
  });
  const Read read = read_capture(path_);
  writer.join();
  EXPECT_EQ(read.packets, 7u);
  ASSERT_TRUE(read.failure);
  EXPECT_THAT(read.failure->what, HasSubstr("after packet 7"));
}

TEST_F(Pipes, PacketsAreThereBeforeTheWriterEnds_AndStopDoesNotWaitForIt) {
  const std::string bytes = read_file(data + "handshake.pcap");
  FileDescriptor fd;
  std::thread opener([&] {
    fd = FileDescriptor(::open(path_.c_str(), O_WRONLY));
    write_all(fd.get(), {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  });
  auto source = open_file(path_, "");
  opener.join();
  ASSERT_TRUE(source) << source.error().str();
  while (!(*source)->ended() && (*source)->counters().captured < 8) {
    (*source)->wait(model::seconds(10));
    (*source)->poll();
  }
  EXPECT_FALSE((*source)->ended());
  (*source)->stop();  // the writer still holds its end open
  EXPECT_TRUE(run_to_end(**source));
  EXPECT_FALSE((*source)->failure());
  EXPECT_EQ(packets((*source)->trace()).size(), 8u);
}

TEST_F(Pipes, AReaderThatIsDropped_LeavesNoThread) {
  const std::string bytes = read_file(data + "handshake.pcap");
  FileDescriptor fd;
  std::thread opener([&] {
    fd = FileDescriptor(::open(path_.c_str(), O_WRONLY));
    write_all(fd.get(), {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  });
  {
    ASSERT_TRUE(open_file(path_, ""));
  }
  opener.join();
}

TEST(CheckFilter, AcceptsAndRefuses) {
  EXPECT_TRUE(check_filter(""));
  EXPECT_TRUE(check_filter("tcp port 9999 and host 127.0.0.2"));
  const auto refused = check_filter("tcp.port == 9999");  // a display filter
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("'tcp.port == 9999'"));
  EXPECT_FALSE(refused.error().remedy.empty());
}

}  // namespace
}  // namespace synoptic::live
