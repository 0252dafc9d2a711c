// Wording: roles and addresses as parts of sentences. Chinese has no article, no capitals and no
// blank between two sentences.
#pragma once

#include <string>
#include <string_view>

namespace synoptic::ladder {

// "the client"; "client 2" and "127.0.0.1:40000" are names already.
std::string the(std::string_view name);
// "the client's FIN", "client 2's FIN", "the FIN of 127.0.0.1:40000".
std::string of(std::string_view name, std::string_view thing);
// "the client's program"; a lane named after a program is that: "server.py".
std::string program_of(std::string_view name);
// A sentence written for roles, "the NAME sent …", with the article only where this name takes one.
std::string with_name(std::string sentence, std::string_view name);
// For the beginning of a sentence: "The client", "Client 2".
std::string capital(std::string sentence);
// One sentence, or none, and another after it.
std::string followed_by(std::string text, std::string_view next);
// Chinese with a blank wherever it meets a Latin word or a number; any other text as it is.
std::string spaced(std::string_view text);

}  // namespace synoptic::ladder
