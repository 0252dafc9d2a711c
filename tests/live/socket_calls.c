// A program that makes socket calls, for the tests of the shim: what it does is its first argument.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

// Looking for leaks takes a /proc of the program's own process namespace, which not every machine
// lets an ordinary user mount.
const char* __asan_default_options(void);
const char* __asan_default_options(void) {
  return "detect_leaks=0";
}

static struct sockaddr_in at(int port) {
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return a;
}

static void need(int good, const char* what) {
  if (good) return;
  perror(what);
  exit(3);
}

// Port 0: whichever is free; it is then in `port`.
static int bound(int type, int* port) {
  const int s = socket(AF_INET, type, 0);
  struct sockaddr_in a = at(*port);
  socklen_t size = sizeof a;
  need(bind(s, (struct sockaddr*)&a, sizeof a) == 0, "bind");
  need(getsockname(s, (struct sockaddr*)&a, &size) == 0, "getsockname");
  *port = ntohs(a.sin_port);
  return s;
}

static int listening(int* port) {
  const int s = bound(SOCK_STREAM, port);
  need(listen(s, 7) == 0, "listen");
  return s;
}

static int connected(int port) {
  const int s = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in a = at(port);
  need(connect(s, (struct sockaddr*)&a, sizeof a) == 0, "connect");
  return s;
}

// serve PORT: one client, what it sends goes back to it.
static int serve(int port) {
  const int s = listening(&port);
  const int c = accept(s, NULL, NULL);
  char text[64];
  ssize_t n = 0;
  while ((n = read(c, text, sizeof text)) > 0) need(write(c, text, (size_t)n) == n, "write");
  close(c);
  close(s);
  return 0;
}

// Two messages in one call, and the same two in one.
static void several_over_tcp(int c, int d) {
  char text[2][8];
  struct iovec parts[2] = {{"one", 3}, {"four", 4}}, rooms[2] = {{text[0], 3}, {text[1], 8}};
  struct mmsghdr out[2] = {{.msg_hdr = {.msg_iov = &parts[0], .msg_iovlen = 1}},
                           {.msg_hdr = {.msg_iov = &parts[1], .msg_iovlen = 1}}};
  struct mmsghdr in[2] = {{.msg_hdr = {.msg_iov = &rooms[0], .msg_iovlen = 1}},
                          {.msg_hdr = {.msg_iov = &rooms[1], .msg_iovlen = 1}}};
  errno = EDOM;
  need(sendmmsg(c, out, 2, 0) == 2 && out[1].msg_len == 4 && errno == EDOM, "sendmmsg");
  need(recvmmsg(d, in, 2, 0, NULL) == 2 && in[1].msg_len == 4 && errno == EDOM, "recvmmsg");
  need(memcmp(text[0], "one", 3) == 0 && memcmp(text[1], "four", 4) == 0, "recvmmsg");
}

// The second message is longer than its room, and nobody asks from whom it is.
static void several_over_udp(int v, int u, struct sockaddr_in to) {
  char text[2][8];
  struct sockaddr_in from = {.sin_family = AF_UNSPEC};
  struct iovec parts[2] = {{"first", 5}, {"the second", 10}}, rooms[2] = {{text[0], 8}, {text[1], 4}};
  struct mmsghdr out[2] = {{.msg_hdr = {&to, sizeof to, &parts[0], 1, NULL, 0, 0}},
                           {.msg_hdr = {&to, sizeof to, &parts[1], 1, NULL, 0, 0}}};
  struct mmsghdr in[2] = {{.msg_hdr = {&from, sizeof from, &rooms[0], 1, NULL, 0, 0}},
                          {.msg_hdr = {.msg_iov = &rooms[1], .msg_iovlen = 1}}};
  need(sendmmsg(v, out, 2, 0) == 2, "sendmmsg");
  need(recvmmsg(u, in, 2, 0, NULL) == 2 && from.sin_family == AF_INET, "recvmmsg");
  need(recvmmsg(u, in, 2, MSG_DONTWAIT, NULL) == -1 && errno == EAGAIN, "recvmmsg");
}

static void from_a_file(int c, int d) {
  char text[8];
  const int f = memfd_create("file", 0), g = memfd_create("other", 0);
  off_t place = 1;
  off64_t far = 2;
  need(write(f, "a file", 6) == 6, "write");
  errno = EDOM;
  need(sendfile(c, f, &place, 5) == 5 && place == 6 && errno == EDOM, "sendfile");
  need(recv(d, text, sizeof text, 0) == 5 && memcmp(text, " file", 5) == 0, "recv");
  need(sendfile64(c, f, &far, 1000) == 4 && far == 6 && errno == EDOM, "sendfile64");
  need(recv(d, text, sizeof text, 0) == 4 && memcmp(text, "file", 4) == 0, "recv");
  far = 0;
  need(sendfile(g, f, &far, 6) == 6, "sendfile");  // to another file
  close(f);
  close(g);
}

// families PORT: every call of the families that are told, within one process.
static int families(int port) {
  const int s = listening(&port), on = 1;
  const int c = connected(port);
  need(setsockopt(c, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0, "setsockopt");
  const int d = accept4(s, NULL, NULL, SOCK_CLOEXEC);
  char text[64], more[64];
  struct iovec parts[2] = {{"wri", 3}, {"tev", 3}}, rooms[2] = {{text, 2}, {more, 60}};
  struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
  errno = EDOM;
  need(send(c, "send", 4, 0) == 4 && errno == EDOM, "send");
  need(recv(d, text, sizeof text, 0) == 4 && errno == EDOM, "recv");
  need(write(c, "write", 5) == 5 && read(d, text, sizeof text) == 5, "write");
  need(writev(c, parts, 2) == 6 && readv(d, rooms, 2) == 6, "writev");
  need(sendmsg(c, &message, 0) == 6, "sendmsg");
  message.msg_iov = rooms;
  need(recvmsg(d, &message, 0) == 6 && memcmp(text, "wr", 2) == 0, "recvmsg");
  several_over_tcp(c, d);
  from_a_file(c, d);
  need(recv(d, text, sizeof text, MSG_DONTWAIT) == -1 && errno == EAGAIN, "recv");
  need(recv(d, text, sizeof text, MSG_DONTWAIT) == -1 && errno == EAGAIN, "recv");
  need(shutdown(c, SHUT_WR) == 0 && recv(d, text, sizeof text, 0) == 0, "shutdown");
  need(close(c) == 0 && close(d) == 0 && close(s) == 0, "close");

  port = 0;
  const int u = bound(SOCK_DGRAM, &port), v = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in a = at(port), from;
  socklen_t size = sizeof from;
  need(sendto(v, "datagram", 8, 0, (struct sockaddr*)&a, sizeof a) == 8, "sendto");
  need(recvfrom(u, text, sizeof text, 0, (struct sockaddr*)&from, &size) == 8, "recvfrom");
  several_over_udp(v, u, a);
  need(close(u) == 0 && close(v) == 0, "close");
  return 0;
}

// stdio PORT: what goes through streams; one of a file, too.
static int through_streams(int port) {
  const int s = listening(&port), c = connected(port), d = accept(s, NULL, NULL);
  char text[64];
  errno = EDOM;
  FILE* in = fdopen(d, "r");
  FILE* out = fdopen(c, "w");
  FILE* file = fdopen(memfd_create("file", 0), "w");
  need(in != NULL && out != NULL && file != NULL && errno == EDOM, "fdopen");
  need(fdopen(-1, "w") == NULL && errno == EBADF, "fdopen");
  need(fputs("hello\n", out) >= 0 && fflush(out) == 0, "fputs");
  need(fgets(text, sizeof text, in) != NULL && strcmp(text, "hello\n") == 0, "fgets");
  need(fclose(out) == 0 && fclose(in) == 0 && fclose(file) == 0, "fclose");
  close(s);
  return 0;
}

static void* ask(void* port) {
  const int c = connected(*(int*)port);
  char text[8];
  for (int i = 0; i < 50; ++i) need(send(c, "x", 1, 0) == 1 && recv(c, text, 1, 0) == 1, "thread");
  shutdown(c, SHUT_RDWR);  // the forked ones have it, too
  close(c);
  return NULL;
}

// threads PORT: eight that talk to a forked server each.
static int threads(int port) {
  const int s = listening(&port);
  pthread_t all[8];
  for (int i = 0; i < 8; ++i) need(pthread_create(&all[i], NULL, ask, &port) == 0, "thread");
  for (int i = 0; i < 8; ++i) {
    const int c = accept(s, NULL, NULL);
    if (fork() == 0) {
      char text[8];
      close(s);
      while (recv(c, text, 1, 0) == 1) need(send(c, text, 1, 0) == 1, "child");
      close(c);
      _exit(0);
    }
    close(c);
  }
  for (int i = 0; i < 8; ++i) pthread_join(all[i], NULL);
  while (wait(NULL) > 0) {
  }
  return 0;
}

// files: what is written to a file is no send, also where a socket was before.
static int files(int port) {
  const int s = bound(SOCK_DGRAM, &port);
  const int f = memfd_create("file", 0);
  FILE* stream = fdopen(dup(f), "w");
  need(stream != NULL && fputs("a ", stream) >= 0 && fclose(stream) == 0, "stream");
  need(write(f, "file", 4) == 4, "write");
  need(dup2(f, s) == s && write(s, "file", 4) == 4, "dup2");
  close(s);
  return 0;
}

// exec PORT PROGRAM: a socket that goes through exec, in a program that has closed all it does not
// know of.
static int exec_with(int port, const char* program) {
  const int s = listening(&port);
  dup2(s, 0);
  close_range(3, ~0u, 0);
  execl(program, program, "inherited", "0", (char*)NULL);
  return 3;
}

static int inherited(void) {
  struct sockaddr_in a;
  socklen_t size = sizeof a;
  need(getsockname(0, (struct sockaddr*)&a, &size) == 0, "getsockname");
  const int c = connected(ntohs(a.sin_port)), d = accept(0, NULL, NULL);
  close(c);
  close(d);
  return 0;
}

// killed PORT: in the middle of its calls, by itself.
static void* kill_us(void* unused) {
  (void)unused;
  raise(SIGKILL);
  return NULL;
}
static int killed(int port) {
  const int u = bound(SOCK_DGRAM, &port);
  struct sockaddr_in a = at(port);
  pthread_t thread;
  for (int i = 0;; ++i) {
    sendto(u, "x", 1, MSG_DONTWAIT, (struct sockaddr*)&a, sizeof a);
    if (i == 1000) pthread_create(&thread, NULL, kill_us, NULL);
  }
}

// echo PORT COUNT: so many round trips with itself; prints the nanoseconds of one.
static int echo(int port, int count) {
  const int s = listening(&port);
  if (fork() == 0) {
    const int c = accept(s, NULL, NULL);
    char text[64];
    ssize_t n = 0;
    while ((n = recv(c, text, sizeof text, 0)) > 0) send(c, text, (size_t)n, 0);
    _exit(0);
  }
  const int c = connected(port), on = 1;
  setsockopt(c, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  char text[64];
  struct timespec begin, end;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  for (int i = 0; i < count; ++i)
    need(send(c, "hello", 5, 0) == 5 && recv(c, text, sizeof text, 0) == 5, "echo");
  clock_gettime(CLOCK_MONOTONIC, &end);
  const long long ns =
      (end.tv_sec - begin.tv_sec) * 1000000000LL + (end.tv_nsec - begin.tv_nsec);
  printf("%lld\n", ns / count);
  return 0;
}

int main(int argc, char** argv) {
  const char* what = argc > 2 ? argv[1] : "";
  const int port = argc > 2 ? atoi(argv[2]) : 0;
  if (strcmp(what, "serve") == 0) return serve(port);
  if (strcmp(what, "families") == 0) return families(port);
  if (strcmp(what, "stdio") == 0) return through_streams(port);
  if (strcmp(what, "threads") == 0) return threads(port);
  if (strcmp(what, "files") == 0) return files(port);
  if (strcmp(what, "exec") == 0 && argc > 3) return exec_with(port, argv[3]);
  if (strcmp(what, "inherited") == 0) return inherited();
  if (strcmp(what, "killed") == 0) return killed(port);
  if (strcmp(what, "echo") == 0 && argc > 3) return echo(port, atoi(argv[3]));
  return 2;
}
