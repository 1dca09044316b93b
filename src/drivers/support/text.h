#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Small pure helpers over the text that programs print. THREAD: any.
namespace rollmill::drivers {

/// Without white space at both ends.
std::string trim(std::string_view text);
/// Parts between separators, empty ones included; one empty part for empty text.
std::vector<std::string> split(std::string_view text, char separator);
/// Lines without their line ends; a last line without one counts.
std::vector<std::string> split_lines(std::string_view text);
/// Parts between white space; none is empty.
std::vector<std::string> split_words(std::string_view text);
/// The last line that is not blank, trimmed; programs of Ironic log to stdout before they answer.
std::string last_line(std::string_view text);
bool contains(std::string_view text, std::string_view part);
std::string join(const std::vector<std::string>& parts, std::string_view between);
/// At most `limit` characters, the end of the text, with "..." before it when something was cut.
std::string tail_of(std::string_view text, std::size_t limit);
/// `text` with every `{name}` replaced by `value`.
std::string fill_in(std::string text, std::string_view name, std::string_view value);
/// The same for each word of a command.
std::vector<std::string> fill_in(std::vector<std::string> words, std::string_view name,
                                 std::string_view value);
/// Letters, digits, '.', '_', '-' and '+', neither empty nor a path of dots: safe as a file name.
bool is_plain_name(std::string_view text);

}  // namespace rollmill::drivers
