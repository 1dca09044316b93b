#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rollmill/base/result.h"
#include "rollmill/ports/host.h"

/// The file format of oslo.config, as its own parser reads it. Pure. THREAD: any.
namespace rollmill::drivers {

/// All settings in the order of the file; a key that comes twice is listed twice. Values that go
/// on over several lines are joined by line ends; one pair of quotes around a value is taken off.
/// Section names are lower case, except DEFAULT. `name` is for messages, which give the line.
base::Result<std::vector<ports::Setting>> parse_oslo_ini(std::string_view text,
                                                         const std::string& name);

/// The text of a file that holds these settings, sections in order of first use, with `header`
/// as comment lines before it. InvalidArgument for a name or value that the format cannot hold.
base::Result<std::string> print_oslo_ini(const std::vector<ports::Setting>& settings,
                                         const std::vector<std::string>& header);

/// "DEFAULT" stays; other section names are compared in lower case.
std::string normal_section(const std::string& section);

}  // namespace rollmill::drivers
