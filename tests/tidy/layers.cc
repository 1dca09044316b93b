#include "tidy/layers.h"

#include <iterator>
#include <map>
#include <set>
#include <sstream>

namespace rollmill::tidy {
namespace {

struct Layer {
  std::set<std::string> may_include;
  bool third_party = false;  ///< Libraries, generated code and operating-system headers.
};

// The floor plan. A layer may include itself and what is named here, nothing else.
const std::map<std::string, Layer>& floor_plan() {
  static const std::map<std::string, Layer> kPlan = {
      {"base", {{"base"}, false}},
      {"core", {{"core", "base"}, false}},
      {"ports", {{"ports", "core", "base"}, false}},
      {"controller", {{"controller", "ports", "core", "base"}, false}},
      {"agent", {{"agent", "ports", "core", "base"}, false}},
      {"codec", {{"codec", "ports", "core", "base"}, true}},
      {"store", {{"store", "codec", "ports", "core", "base"}, true}},
      {"rpc", {{"rpc", "codec", "ports", "core", "base"}, true}},
      {"http", {{"http", "codec", "ports", "core", "base"}, true}},
      {"drivers", {{"drivers", "codec", "ports", "core", "base"}, true}},
      {"config", {{"config", "codec", "ports", "core", "base"}, true}},
      {"cli", {{"cli", "codec", "ports", "core", "base"}, true}},
      {"apps",
       {{"apps", "controller", "agent", "store", "rpc", "http", "drivers", "config", "cli", "codec",
         "ports", "core", "base"},
        true}},
  };
  return kPlan;
}

// Names of the C++ standard library.
constexpr const char* kStandardHeaders =
    "algorithm any array atomic barrier bit bitset cassert cctype cerrno cfloat charconv "
    "chrono cinttypes climits clocale cmath codecvt compare complex concepts "
    "condition_variable coroutine csetjmp csignal cstdarg cstddef cstdint cstdio cstdlib "
    "cstring ctime cuchar cwchar cwctype deque exception execution filesystem forward_list "
    "fstream functional future initializer_list iomanip ios iosfwd iostream istream iterator "
    "latch limits list locale map memory memory_resource mutex new numbers numeric optional "
    "ostream queue random ranges ratio regex scoped_allocator semaphore set shared_mutex "
    "source_location span sstream stack stdexcept stop_token streambuf string string_view "
    "strstream syncstream system_error thread tuple type_traits typeindex typeinfo "
    "unordered_map unordered_set utility valarray variant vector version";

const std::set<std::string>& standard_headers() {
  static const std::set<std::string> kHeaders = [] {
    std::istringstream names(kStandardHeaders);
    return std::set<std::string>(std::istream_iterator<std::string>(names), {});
  }();
  return kHeaders;
}

std::string first_folder(std::string_view path) {
  const std::size_t slash = path.find('/');
  return slash == std::string_view::npos ? "" : std::string(path.substr(0, slash));
}

std::string forbidden_layer(const std::string& from, const Layer& layer, const std::string& to) {
  if (floor_plan().count(to) == 0) return "no layer is called '" + to + "'";
  if (layer.may_include.count(to) != 0) return "";
  return from + " may not include " + to + " (docs/ARCHITECTURE.md, the floor plan)";
}

std::string check_quoted(const std::string& from, const Layer& layer, const std::string& path) {
  if (ends_with(path, ".pb.h")) {
    return layer.third_party ? "" : from + " may not include generated code";
  }
  const std::string_view own = "rollmill/";
  const std::string to = first_folder(starts_with(path, own) ? path.substr(own.size()) : path);
  if (to.empty()) return "include by path from include/ or src/: \"" + path + "\"";
  return forbidden_layer(from, layer, to);
}

std::string check_include(const std::string& from, const Layer& layer, const Include& include) {
  if (include.quoted) return check_quoted(from, layer, include.path);
  if (starts_with(include.path, "rollmill/")) return "our own headers are included with quotes";
  if (layer.third_party || standard_headers().count(include.path) != 0) return "";
  return from + " includes only C++ standard headers and our own, not <" + include.path + ">";
}

}  // namespace

std::string layer_of(const std::string& path) {
  for (const std::string_view top : {"include/rollmill/", "src/"}) {
    if (starts_with(path, top)) return first_folder(path.substr(top.size()));
  }
  return "";
}

Findings check_layers(const SourceFile& file) {
  Findings findings;
  const std::string from = layer_of(file.path);
  if (from.empty() || !is_cpp(file)) return findings;
  const auto layer = floor_plan().find(from);
  if (layer == floor_plan().end()) return {{file.path, 0, "no layer is called '" + from + "'"}};
  for (const Include& include : includes_of(file.text)) {
    const std::string message = check_include(from, layer->second, include);
    if (!message.empty()) findings.push_back({file.path, include.line, message});
  }
  return findings;
}

}  // namespace rollmill::tidy
