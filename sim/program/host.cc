// The calls of Host as CallOps: each fills in what model::Call says of it.
#include "sim/program/host.hh"

namespace synoptic::program {

using model::CallName;

namespace {

CallOp on_socket(Host& host, CallName name, Socket s) {
  CallOp op(host, name);
  op.fd = s.fd;
  return op;
}

}  // namespace

CallOp Host::socket(wire::Family family, SocketType type) {
  CallOp op(*this, CallName::socket);
  op.family = family;
  op.number = static_cast<std::int64_t>(type);
  return op;
}

CallOp Host::bind(Socket s, const wire::SocketAddress& address) {
  CallOp op = on_socket(*this, CallName::bind, s);
  op.address = address;
  return op;
}

CallOp Host::listen(Socket s, int backlog) {
  CallOp op = on_socket(*this, CallName::listen, s);
  op.number = backlog;
  return op;
}

CallOp Host::accept(Socket s) {
  return on_socket(*this, CallName::accept, s);
}

CallOp Host::connect(Socket s, const wire::SocketAddress& address) {
  CallOp op = on_socket(*this, CallName::connect, s);
  op.address = address;
  return op;
}

CallOp Host::send(Socket s, std::string_view bytes) {
  CallOp op = on_socket(*this, CallName::send, s);
  op.out = bytes;
  op.number = static_cast<std::int64_t>(bytes.size());
  return op;
}

CallOp Host::recv(Socket s, std::span<char> buffer) {
  CallOp op = on_socket(*this, CallName::recv, s);
  op.in = buffer;
  op.number = static_cast<std::int64_t>(buffer.size());
  return op;
}

CallOp Host::sendto(Socket s, std::string_view bytes, const wire::SocketAddress& address) {
  CallOp op = on_socket(*this, CallName::sendto, s);
  op.out = bytes;
  op.number = static_cast<std::int64_t>(bytes.size());
  op.address = address;
  return op;
}

CallOp Host::recvfrom(Socket s, std::span<char> buffer) {
  CallOp op = on_socket(*this, CallName::recvfrom, s);
  op.in = buffer;
  op.number = static_cast<std::int64_t>(buffer.size());
  return op;
}

CallOp Host::reuse_address(Socket s) {
  constexpr std::int64_t so_reuseaddr = 2;  // of Linux
  CallOp op = on_socket(*this, CallName::setsockopt, s);
  op.number = so_reuseaddr;
  op.words = "SOL_SOCKET, SO_REUSEADDR, 1";
  return op;
}

CallOp Host::shutdown(Socket s, ShutdownHow how) {
  CallOp op = on_socket(*this, CallName::shutdown, s);
  op.number = static_cast<std::int64_t>(how);
  return op;
}

CallOp Host::close(Socket s) {
  return on_socket(*this, CallName::close, s);
}

CallOp Host::sleep(model::Duration duration) {
  CallOp op(*this, CallName::sleep);
  op.number = duration.ns;
  return op;
}

CallOp Host::print(std::string_view line) {
  CallOp op(*this, CallName::print);
  op.out = line;
  return op;
}

CallOp Host::read_line(std::string_view prompt, std::string& line) {
  CallOp op(*this, CallName::read_line);
  op.out = prompt;
  op.line = &line;
  return op;
}

CallOp Host::save(std::string_view file, std::string_view bytes) {
  CallOp op(*this, CallName::save);
  op.words = file;
  op.out = bytes;
  op.number = static_cast<std::int64_t>(bytes.size());
  return op;
}

}  // namespace synoptic::program
