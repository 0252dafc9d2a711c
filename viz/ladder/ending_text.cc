// How a connection ended, in sentences: each segment of its close, and why they were so many.
#include <fmt/format.h>

#include <algorithm>

#include "viz/ladder/ending.hh"
#include "viz/ladder/gave_up.hh"
#include "viz/ladder/role_name.hh"
#include "viz/ladder/wording.hh"
#include "viz/words/words.hh"

namespace synoptic::ladder {
namespace {

using words::N_;
using words::say;
using words::tr;

// Segments of a close that one end sent one after another and that say the same.
struct Run {
  CloseSegment what;
  bool again = false;  // a run before it said the same
  std::vector<const Fact*> facts;
};

constexpr std::size_t most_runs = 8;  // in a list that a reader still follows

std::vector<Run> runs_of(const Ending& end, bool in_order) {
  std::vector<Run> runs;
  for (const CloseSegment& s : end.close) {
    const auto sender = [&](const Run& r) {
      return r.what.fact->from_a == s.fact->from_a && r.what.fin == s.fin;
    };
    const auto before = std::ranges::find_if(runs, sender);
    if (in_order && !runs.empty() && sender(runs.back()) && runs.back().what.acks == s.acks)
      runs.back().facts.push_back(s.fact);
    else if (!in_order && before != runs.end())
      before->facts.push_back(s.fact);
    else
      runs.push_back({s, before != runs.end(), {s.fact}});
  }
  return runs;
}

// " (lost)", " (twice: the first was lost)"; empty for one that arrived.
std::string fate_text(const std::vector<const Fact*>& facts, bool fin) {
  const std::size_t n = facts.size();
  const auto count = [&](auto what) {
    return static_cast<std::size_t>(
        std::ranges::count_if(facts, [&](const Fact* f) { return f->*what; }));
  };
  const std::size_t lost = count(&Fact::lost), copies = count(&Fact::copy);
  const char* word = lost > 0 && count(&Fact::damaged) == lost ? tr("damaged") : tr("lost");
  if (n == 1) {
    if (lost > 0) return say(" ({})", word);
    return copies > 0 ? tr(" (copy made by the network)") : "";
  }
  std::string why;
  if (lost == n)
    why = say(n == 2 ? N_("both were {}") : N_("each was {}"), word);
  else if (lost == n - 1 && !facts.back()->lost)
    why = say(n == 2 ? N_("the first was {}") : N_("all but the last were {}"), word);
  else if (lost > 0)
    why = say("{} of them {}", lost, word);
  else if (copies > 0)
    why =
        copies == n - 1 ? tr("the network copied it") : tr("sent again, and copied by the network");
  else if (fin)
    why = tr("it was sent again");
  const std::string times = n == 2 ? tr("twice") : say("{} times", n);
  return why.empty() ? say(" ({})", times) : say(" ({}: {})", times, why);
}

// In a list: "client FIN", but "client 2's FIN".
std::string label(const std::string& name) {
  return the(name) == name ? say("{}'s", name) : role_name(name);
}

std::string run_text(const Conversation& c, const Run& run) {
  std::string_view what = "ACK";
  if (run.what.fin && run.what.acks)
    what = run.again ? tr("FIN again, with an ACK") : tr("FIN+ACK in one");
  else if (run.what.fin)
    what = run.again ? tr("FIN again") : "FIN";
  else if (run.again)
    what = tr("ACK again");
  return fmt::format("{} {}{}", label(c.name(run.what.fact->from_a)), what,
                     fate_text(run.facts, run.what.fin));
}

std::string list_text(const Conversation& c, const Ending& end) {
  std::vector<Run> runs = runs_of(end, true);
  const bool in_order = runs.size() <= most_runs;
  if (!in_order) runs = runs_of(end, false);
  std::string text = in_order ? tr(": ") : tr(", by kind: ");
  for (std::size_t i = 0; i < runs.size(); ++i)
    text += (i > 0 ? tr(", ") : "") + run_text(c, runs[i]);
  return text;
}

std::vector<const Fact*> fins_of(const Ending& end, int own) {
  std::vector<const Fact*> fins;
  for (const CloseSegment& s : end.close)
    if (s.fin && s.fact->from_a == (own == 0)) fins.push_back(s.fact);
  return fins;
}

bool lost(const Fact* f) {
  return f->lost;
}

// Why the end that closed second had not heard of the first FIN.
std::string unheard_text(const Conversation& c, const Ending& end) {
  if (end.simultaneous)
    return tr(
        "Neither end had heard of the other's FIN when it sent its own (a simultaneous "
        "close, state CLOSING)");
  const int first = end.first, second = 1 - first;
  std::vector<const Fact*> before = fins_of(end, first);
  const Fact& own = *end.fin[second];
  std::erase_if(before, [&](const Fact* f) { return f->t > own.t; });
  const bool here = c.trace->source() == model::Source::simulated &&
                    std::ranges::any_of(
                        before, [&](const Fact* f) { return f->arrived && *f->arrived <= own.t; });
  const std::string_view why =
      std::ranges::all_of(before, lost)
          ? (before.size() == 1 ? tr("that had been lost") : tr("each of those had been lost"))
      : here ? tr("what it had sent before that was still missing")
             : tr("that was still under way");
  return say("{} sent its own FIN without an ACK of {}: {}", capital(the(c.name(second == 0))),
             of(c.name(first == 0), "FIN"), why);
}

// Why the end that closed second could, or could not, put its FIN on the ACK of the first FIN.
std::string second_fin_text(const Conversation& c, const Ending& end) {
  const int first = end.first, second = 1 - first;
  const Fact &fin1 = *end.fin[first], &fin2 = *end.fin[second], &ack1 = *end.ack_of[first];
  const std::string name1 = c.name(first == 0), name2 = c.name(second == 0);
  // The one that this end answered: the first to arrive.
  const std::vector<const Fact*> fins = fins_of(end, first);
  const auto came = std::ranges::find_if(fins, [](const Fact* f) { return !f->lost; });
  const Fact& heard = came == fins.end() ? fin1 : **came;
  const std::string_view sent = &heard == &fin1 ? tr("was sent") : tr("was sent again");
  const model::Event* close = last_call(c, second == 0, model::CallName::close, fin2.t);
  if (&ack1 == &fin2) {
    if (close && close->t >= heard.t)
      return say(
          "{} called close() {} {} {}, before an ACK alone had left: so one segment carries "
          "ACK and FIN",
          capital(program_of(name2)), after(close->t - heard.t), of(name1, "FIN"), sent);
    return say("{} left {} {}, before an ACK alone had left: so one segment carries both",
               capital(of(name2, "FIN")), after(fin2.t - heard.t), of(name1, "FIN"));
  }
  std::string text = say("{} acknowledged first, and sent its own FIN {} that", capital(the(name2)),
                         after(fin2.t - ack1.t));
  if (close && close->t >= ack1.t)
    text += program_of(name2) == name2 ? tr(": only then did it call close()")
                                       : tr(": only then did its program call close()");
  return text;
}

std::string both_fins_text(const Conversation& c, const Ending& end) {
  const int first = end.first, second = 1 - first;
  std::string text = say("{} segments{}.", end.segments(), list_text(c, end));
  if (end.crossed) text = followed_by(std::move(text), unheard_text(c, end) + tr("."));
  for (const int own : {first, second})
    if (!end.ack_of[own] && !std::ranges::all_of(fins_of(end, own), lost))
      text = followed_by(std::move(text),
                         say("No ACK of {} is in the trace.", of(c.name(own == 0), "FIN")));
  if (!end.crossed && end.ack_of[first])
    text = followed_by(std::move(text), second_fin_text(c, end) + tr("."));
  return followed_by(std::move(text), gave_up_text(c));
}

std::string one_fin_text(const Conversation& c, const Ending& end) {
  const std::vector<const Fact*> fins = fins_of(end, end.first);
  std::string text =
      say("Only {} sent a FIN{}", the(c.name(end.first == 0)), fate_text(fins, true));
  const std::string gave_up = gave_up_text(c);
  if (!gave_up.empty()) return followed_by(text + tr("."), gave_up);
  if (std::ranges::all_of(fins, lost)) return text + tr(": the other end never heard of it.");
  return text + tr(": the connection is half closed at the end of this trace.");
}

// "and no answer came: the server's SYN,ACK was sent 3 times, and each was lost".
std::string lost_answers_text(const std::string& other, const std::vector<const Fact*>& answers) {
  const std::string answer =
      of(other, answers.back()->has(wire::RST) ? tr("answer (RST)") : tr("answer (SYN,ACK)"));
  if (answers.size() == 1) return say(", and {} was lost.", answer);
  return say(", and {} was lost each of the {} times that it was sent.", answer, answers.size());
}

// A connection is open once its SYN was answered with a SYN. This says why it was not; empty when
// it was, or when the trace does not hold its beginning.
std::string never_opened_text(const Conversation& c) {
  const Fact* syn = nullptr;
  int times = 0;
  bool refused = false, arrived = false;
  std::vector<const Fact*> lost_answers;
  for (const Fact& f : c.facts) {
    if (!f.is_segment()) continue;
    if (!syn && !f.has(wire::SYN)) return "";
    if (!syn) syn = &f;
    if (f.from_a == syn->from_a) {
      times += f.has(wire::SYN) && !f.copy ? 1 : 0;
      arrived |= !f.lost;
    } else if (f.lost) {
      lost_answers.push_back(&f);
    } else {
      if (!f.has(wire::RST)) return "";
      refused = true;
    }
  }
  if (!syn) return "";
  const std::string opener = c.name(syn->from_a), other = c.name(!syn->from_a);
  if (refused)
    return say("The connection was never opened: {} answered {} with a reset (RST).", the(other),
               of(opener, "SYN"));
  std::string text = say("The connection was never opened: {} sent {}", the(opener),
                         times == 1 ? tr("its SYN") : say("its SYN {} times", times));
  if (!lost_answers.empty()) return text + lost_answers_text(other, lost_answers);
  return text + (arrived      ? tr(", and no answer came.")
                 : times == 1 ? tr(", and it was lost.")
                              : tr(", and each was lost."));
}

std::string sentences(const Conversation& c) {
  if (!c.flow || (*c.trace)[*c.flow].protocol != model::Protocol::tcp || c.facts.empty()) return "";
  if (std::string never = never_opened_text(c); !never.empty()) return never;
  const Ending end = ending_of(c);
  if (end.reset) {
    return say(end.first < 0
                   ? N_("{} reset the connection (RST) before either end had sent a FIN.")
                   : N_("{} reset the connection (RST); what came after counts no longer."),
               capital(the(c.name(end.reset->from_a))));
  }
  if (end.first >= 0) return end.fin[1 - end.first] ? both_fins_text(c, end) : one_fin_text(c, end);
  const std::string gave_up = gave_up_text(c);
  return gave_up.empty()
             ? tr("Neither end sent a FIN: the connection is not closed within this trace.")
             : followed_by(tr("Neither end sent a FIN."), gave_up);
}

}  // namespace

std::string ending_text(const Conversation& c) {
  return spaced(sentences(c));
}

}  // namespace synoptic::ladder
