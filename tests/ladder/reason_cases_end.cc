// Cases of late comers and early ends: SYNs that come when all is over, ends that give up, runs
// that are ended.
#include "tests/ladder/reason_cases.hh"

namespace synoptic::ladder {
namespace {

const std::string hs_sim = "0 c S 0; 20 s SA 0 1; 40 c A 1 1; ";
const std::string hs_live = "0 c S 0; 0.01 s SA 0 1; 0.02 c A 1 1; ";
// The first SYN comes when all is over; the second one did the work.
const std::string late_mid = "0 c S 0 dt=3000; 10 c S 0 again; 30 s SA 0 1; 50 c A 1 1; ";
const std::string late_sim = late_mid + "100 c FA 1 1; 120 s FA 1 2; 140 c A 2 2; ";
const std::string closed_live = hs_live + "1 c FA 1 1; 1.1 s FA 1 2; 1.2 c A 2 2";

const std::vector<ReasonCase> cases = {
    {"reset-after-close", false, "",
     hs_sim + R"(59 s close; 60 c PA 1 1 "abc"; 80 s A 1 4; 100 s R 1)",
     hs_live + R"(1 c PA 1 1 "abc"; 1.1 s A 1 4)"},
    {"reset-after-close", false, "", hs_sim + R"(59 s close; 60 c PA 1 1 "abc"; 80 s R 9)",
     hs_live + R"(1 c PA 1 1 "abc"; 1.1 s A 1 4)"},
    {"reset-after-close", false, "",
     hs_sim + R"(59 s close; 60 c PA 1 1 "abc"; 61 c A 4 1; 80 s R 1 re=4)",
     hs_live + R"(1 c PA 1 1 "abc"; 1.1 c A 4 1)"},
    {"reset-unread-data", true, "only-sim",
     hs_sim +
         R"(60 c PA 1 1 "abc" lost; 61 c PA 4 1 "de"; 81 s A 1 1; 90 c PA 1 1 "abc" again; 110 s A 1 6; 111 s recv 3; 112 s close; 112 s RA 1 6)",
     hs_live + R"(1 c PA 1 1 "abc"; 1.1 c PA 4 1 "de"; 1.2 s A 1 6)"},
    {"reset-unread-data", false, "",
     hs_sim + R"(60 c PA 1 1 "abc" lost; 61 c PA 4 1 "de"; 81 s A 1 1; 112 s close; 112 s RA 1 1)",
     hs_live + R"(1 c PA 1 1 "abc"; 1.1 c PA 4 1 "de"; 1.2 s A 1 6)"},
    {"reset-unread-data", false, "",
     hs_sim + R"(60 c PA 1 1 "abc" dt=20; 80 s close; 80 s R 1 re=3)",
     hs_live + R"(1 c PA 1 1 "abc"; 1.1 s A 1 4)"},
    {"reset-after-close", true, "only-sim",
     hs_sim + R"(60 c PA 1 1 "abc" dt=20; 80 s close; 80 s R 1 re=3)",
     hs_live + R"(1 c PA 1 1 "abc")"},
    {"ack-after-data", true, "only-sim",
     hs_sim +
         R"(60 c PA 1 1 "abc" lost; 60 s PA 1 1 "xy"; 80 c A 4 3; 260 c PA 1 3 "abc" rto; 280 s A 3 4)",
     hs_live + R"(1 c PA 1 1 "abc"; 1.1 s A 1 4; 1.2 s PA 1 4 "xy"; 1.3 c A 4 3)"},
    {"nothing-to-acknowledge", true, "only-live",
     hs_sim + R"(60 c PA 1 1 "abc"; 60 c FA 4 1 lost; 80 s PA 1 4 "de"; 100 c R 4)",
     hs_live + R"(1 c PA 1 1 "abc"; 1.1 c FA 4 1; 1.2 s A 1 5; 1.3 s PA 1 5 "de"; 1.4 c R 5)"},
    {"nothing-to-acknowledge", true, "only-live",
     hs_sim + R"(60 s PA 1 1 "a" lost; 260 s PA 1 1 "a" again lost; 300 c R 1)",
     hs_live + R"(1 s PA 1 1 "a"; 1.1 c A 1 2; 1.4 c R 1)"},
    {"nothing-to-acknowledge", true, "only-live",
     hs_sim + R"(60 c PA 1 1 "abc" lost; 60 c FA 4 1; 80 s A 1 1; 90 s PA 1 1 "d"; 110 c R 1)",
     hs_live +
         R"(1 c PA 1 1 "abc"; 1.1 s A 1 4; 1.2 c FA 4 1; 1.3 s A 1 5; 1.4 s PA 1 5 "d"; 1.5 c R 5)"},
    {"nothing-to-acknowledge", false, "",
     hs_sim + R"(60 s PA 1 1 "a" lost; 260 s PA 1 1 "a" again; 300 c R 1)",
     hs_live + R"(1 s PA 1 1 "a"; 1.1 c A 1 2; 1.4 c R 1)"},
    {"nothing-to-acknowledge", false, "", hs_sim + R"(60 c FA 1 1)",
     hs_live + R"(1 s PA 1 1 "a"; 1.1 c A 1 2; 1.3 c FA 1 2)"},
    {"reset-instead-of-ack", true, "only-sim",
     hs_sim + R"(60 s PA 1 1 "abc"; 80 c A 1 4; 90 c PA 1 4 "x")",
     hs_live + R"(1 c PA 1 1 "x"; 1.1 c close; 1.2 s PA 1 2 "abc"; 1.3 c R 2)"},
    {"reset-instead-of-ack", true, "only-sim",
     hs_sim + R"(60 s PA 1 1 "abc"; 60 s PA 4 1 "de"; 80 c A 1 4; 81 c A 1 6; 90 c PA 1 6 "x")",
     hs_live +
         R"(1 s PA 1 1 "abc"; 1.1 c A 1 4; 1.15 c PA 1 4 "x"; 1.16 c close; 1.2 s PA 4 2 "de"; 1.3 c R 2)"},
    {"reset-instead-of-ack", false, "",
     hs_sim + R"(60 s PA 1 1 "abc"; 80 c A 1 4; 90 c PA 1 4 "x")",
     hs_live + R"(1 c PA 1 1 "x"; 1.1 c close; 1.2 s PA 1 1 "abc"; 1.3 c R 2)"},
    {"reset-instead-of-ack", false, "",
     hs_sim + R"(60 s PA 1 1 "abc"; 80 c A 1 4; 90 c PA 1 4 "x")",
     hs_live + R"(1 c PA 1 1 "x"; 1.1 c close; 1.2 s PA 1 2 "abc"; 1.25 c A 2 4; 1.3 c R 2)"},
    {"answers-old-segment", true, "only-live", hs_sim + R"(60 c PA 1 1 "abc"; 80 s A 1 4)",
     hs_live + R"(1 c PA 1 1 "abc"; 1 c PA 1 1 "abc" dup; 1.2 s A 1 4; 1.3 s A 1 4)"},
    {"answers-old-segment", false, "",
     hs_sim +
         R"(60 c PA 1 1 "abc" ts=10; 80 s A 1 4 ts=20 dt=500; 260 c PA 1 1 "abc" again ts=30; 280 s A 1 4 ts=40; 580 c A 4 1 ts=50; 600 c A 3 1 ts=20; 620 s A 1 4 ts=60)",
     hs_live + R"(1 c PA 1 1 "abc"; 1.1 s A 1 4; 1.2 c A 3 1)"},
    {"late-syn", true, "only-sim", late_sim + "3000 s SA 1000 1; 3020 c A 2 2; 3040 s R 2",
     closed_live},
    {"late-syn", true, "only-sim",
     late_mid + R"(60 c PA 1 1 "abc"; 3000 s SA 5000 1; 3020 c A 4 1; 3040 s R 1)",
     hs_live + R"(1 c PA 1 1 "abc")"},
    {"late-syn", false, "", late_sim + "3000 s SA 0 1 again", closed_live},
    {"late-syn", false, "", hs_sim + "100 c FA 1 1; 120 s FA 1 2; 140 c A 2 2; 3000 s SA 1000 1",
     closed_live},
    {"challenge-ack", true, "only-sim", late_sim + "3000 s SA 1000 1; 3020 c A 2 2; 3040 s R 2",
     closed_live},
    {"challenge-ack", true, "only-sim",
     late_mid + R"(60 c PA 1 1 "abc"; 3000 s SA 5000 1; 3020 c A 4 1 re=5; 3040 s R 1)",
     hs_live + R"(1 c PA 1 1 "abc")"},
    {"challenge-ack", true, "only-sim",
     hs_sim + R"(60 c PA 1 1 "abc" lost; 61 c R 4; 81 s A 1 1 re=4)",
     hs_live + R"(1 c PA 1 1 "abc"; 1.1 c R 4)"},
    {"challenge-ack", false, "", hs_sim + R"(60 c PA 1 1 "abc" lost; 61 c R 1; 81 s A 1 1 re=4)",
     hs_live + R"(1 c PA 1 1 "abc"; 1.1 c R 4)"},
    {"lost-and-sent-again", true, "only-sim",
     hs_sim +
         R"(60 s PA 1 1 "abc" lost; 61 c PA 1 1 "xy"; 81 s A 4 3; 900 s PA 1 3 "abc" rto; 920 c A 3 4)",
     hs_live + R"(1 c PA 1 1 "xy"; 1.1 s A 1 3; 1.2 s PA 1 3 "abc"; 1.3 c A 3 4)"},
    {"lost-and-sent-again", true, "only-sim",
     hs_sim +
         R"(60 c PA 1 1 "abc" damaged; 60 s PA 1 1 "xy"; 80 c A 4 3; 900 c PA 1 3 "abc" rto; 920 s A 3 4)",
     hs_live + R"(1 s PA 1 1 "xy"; 1.1 c A 1 3; 1.2 c PA 1 3 "abc"; 1.3 s A 3 4)"},
    {"lost-and-sent-again", false, "",
     hs_sim + R"(60 s PA 1 1 "abc" lost; 61 c PA 1 1 "xy"; 81 s A 4 3; 82 c FA 3 1)",
     hs_live + R"(1 c PA 1 1 "xy"; 1.1 s A 1 3; 1.2 s PA 1 3 "abc"; 1.3 c A 3 4)"},
    {"lost-and-sent-again", false, "",
     hs_sim +
         R"(60 s PA 1 1 "abc"; 61 c PA 1 1 "xy"; 81 s A 4 3; 900 s PA 1 3 "abc" rto; 920 c A 3 4)",
     hs_live + R"(1 c PA 1 1 "xy"; 1.1 s A 1 3; 1.2 s PA 1 3 "abc"; 1.3 c A 3 4)"},
    {"challenge-ack", false, "",
     hs_sim + "100 c FA 1 1; 120 s FA 1 2; 140 c A 2 2; 3000 s A 2 2; 3020 c A 2 2", closed_live},
    {"challenge-ack", false, "", late_sim + "3000 s SA 1000 1; 3020 c A 2 2 re=5", closed_live},
    {"duplicate-ack", false, "", late_sim + "3000 s SA 1000 1; 3020 c A 2 2; 3040 s R 2",
     closed_live},
    {"reset-half-open", true, "only-sim", late_sim + "3000 s SA 1000 1; 3020 c A 2 2; 3040 s R 2",
     closed_live},
    {"reset-half-open", true, "only-sim",
     late_mid + R"(60 c PA 1 1 "abc"; 3000 s SA 5000 1; 3020 c A 4 1; 3040 s R 1 re=6)",
     hs_live + R"(1 c PA 1 1 "abc")"},
    {"reset-half-open", false, "", late_sim + "3000 s SA 0 1 again; 3020 c A 2 2; 3040 s R 2",
     closed_live},
    {"reset-half-open", false, "", late_sim + "3000 s SA 1000 1; 3020 c A 2 2; 3040 s R 7",
     closed_live},
    {"reset-no-connection", false, "", late_sim + "3000 s SA 1000 1; 3020 c A 2 2; 3040 s R 2",
     closed_live},
    {"reset-no-connection", true, "only-sim",
     late_sim + "3000 s SA 1000 1; 3020 c A 2 2; 3040 s R 2; 4000 s SA 1000 1 rto; 4020 c R 1",
     closed_live},
    {"reset-number", true, "differs",
     hs_sim + R"(60 c PA 1 1 "abc"; 80 s PA 1 3 "xy" re=3; 100 c R 3)",
     hs_live + R"(1 c PA 1 1 "abc"; 1.1 s PA 1 4 "xy"; 1.2 c R 4)"},
    {"reset-number", true, "differs", hs_sim + R"(60 s PA 1 1 "abc"; 80 c PA 1 1 "xy"; 100 s R 1)",
     hs_live + R"(1 s PA 1 1 "abc"; 1.1 c PA 1 4 "xy"; 1.2 s R 4)"},
    {"reset-number", false, "", hs_sim + R"(60 s PA 1 1 "abc"; 80 c PA 1 1 "xy"; 100 s R 9)",
     hs_live + R"(1 s PA 1 1 "abc"; 1.1 c PA 1 4 "xy"; 1.2 s R 4)"},
    {"reset-number", false, "", hs_sim + R"(60 s PA 1 1 "abc"; 80 c PA 1 4 "xy"; 100 s R 4)",
     hs_live + R"(1 s PA 1 1 "abc"; 1.1 c PA 1 4 "xy"; 1.2 s R 4)"},
    {"gave-up", true, "only-live",
     "0 c S 0 lost; 1000 c S 0 rto lost; 3000 c S 0 rto lost; 7000 c gives-up",
     hs_live + R"(1 c PA 1 1 "abc"; 1.1 s A 1 4)"},
    {"gave-up", true, "only-live",
     hs_sim + R"(60 c PA 1 1 "abc" lost; 1060 c PA 1 1 "abc" rto lost; 3060 c gives-up)",
     hs_live + R"(1 c PA 1 1 "abc"; 1.1 s A 1 4; 1.2 c FA 4 1; 1.3 s A 1 5)"},
    {"gave-up", false, "", hs_sim + R"(60 c PA 1 1 "abc" lost; 1060 c PA 1 1 "abc" rto lost)",
     hs_live + R"(1 c PA 1 1 "abc"; 1.1 s A 1 4; 1.2 c FA 4 1; 1.3 s A 1 5)"},
    {"gave-up", false, "",
     hs_sim + R"(60 c PA 1 1 "abc" lost; 1060 c PA 1 1 "abc" rto lost; 3060 c gives-up)",
     hs_live + R"(1 c PA 1 1 "abc"; 1.1 c PA 1 1 "abc" again)"},
    {"request-lost", true, "only-live", R"(0 c D "a"; 20 s D "A" damaged)",
     R"(0 c D "a"; 1 s D "A"; 2 c D "b"; 3 s D "B")"},
    {"request-lost", false, "", R"(0 c D "a"; 20 s D "A" lost; 60 c D "b")",
     R"(0 c D "a"; 1 s D "A"; 2 c D "b"; 3 s D "B"; 4 c D "c")"},
    {"run-ended", true, "only-live", "warn the run was ended after 5 events", hs_live},
    {"run-ended", true, "only-live", R"(0 c D "a"; warn client waits for ever in recv(1024): so)",
     R"(0 c D "a"; 1 s D "A")"},
    {"run-ended", false, "", hs_sim + "warn the fault 'drop 1st rst client>server' never struck",
     hs_live + R"(1 c PA 1 1 "abc")"},
};

}  // namespace

const std::vector<ReasonCase>& late_and_early_cases() {
  return cases;
}

}  // namespace synoptic::ladder
