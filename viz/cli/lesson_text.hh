// A lesson as text for the terminal: pages of words, each above the part of the ladder that it is
// about.
#pragma once

#include <string>
#include <vector>

#include "lessons/lesson.hh"

namespace synoptic::cli {

struct LessonText {
  const lessons::Lesson& lesson;
  lessons::Language language = lessons::Language::en;
  const model::Trace& sim;
  const model::Trace* live = nullptr;  // null: the simulated ladder alone
  int columns = 160;
};

// The title, and what the lesson is about.
std::string lesson_opening(const LessonText& shown);
// One page a step; together they hold the whole ladder, from its top to its end, each row once.
std::vector<std::string> lesson_steps(const LessonText& shown);
// What to try; empty where the lesson has nothing of the kind.
std::string lesson_closing(const LessonText& shown);

// The course: names and titles; a lesson that is broken says why.
std::string course_list(const std::vector<lessons::CourseEntry>& course,
                        lessons::Language language);

}  // namespace synoptic::cli
