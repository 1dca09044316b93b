#include "drivers/release/apt_text.h"

#include <algorithm>

#include "drivers/support/text.h"

namespace rollmill::drivers {
namespace {

using base::Error;
using base::ErrorCode;

bool has(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool all_have(const std::map<std::string, std::vector<std::string>>& available,
              const std::vector<std::string>& packages, const std::string& version) {
  return std::all_of(packages.begin(), packages.end(), [&](const std::string& package) {
    const auto found = available.find(package);
    return found != available.end() && has(found->second, version);
  });
}

// "version 1:39.0.0-6" -> the rest after the word.
std::string after_word(const std::string& line, const std::string& word) {
  return line.rfind(word + " ", 0) == 0 ? line.substr(word.size() + 1) : "";
}

std::string escape_epoch(std::string version) {
  const std::size_t colon = version.find(':');
  return colon == std::string::npos ? version : version.replace(colon, 1, "%3a");
}

}  // namespace

const char* const kPinsProgram = R"python(
import ast
import io
import json
import subprocess
import sys
import tarfile

MEMBER = "ironic/common/release_mappings.py"


def read_code(path):
    if not path.endswith(".deb"):
        with open(path, "rb") as file:
            return file.read()
    packed = subprocess.run(["dpkg-deb", "--fsys-tarfile", path], check=True,
                            stdout=subprocess.PIPE).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        for member in archive:
            if member.name.endswith(MEMBER):
                return archive.extractfile(member).read()
    raise SystemExit("there is no %s in %s" % (MEMBER, path))


def name_of(node):
    return node.id if isinstance(node, ast.Name) else None


keys = set()
for node in ast.parse(read_code(sys.argv[1])).body:
    if not isinstance(node, ast.Assign):
        continue
    for target in node.targets:
        if name_of(target) == "RELEASE_MAPPING" and isinstance(node.value, ast.Dict):
            keys.update(ast.literal_eval(key) for key in node.value.keys)
        elif isinstance(target, ast.Subscript) and name_of(target.value) == "RELEASE_MAPPING":
            keys.add(ast.literal_eval(target.slice))
print(json.dumps(sorted(keys - {"master"}, reverse=True)))
)python";

std::vector<DebianPackage> read_packages(const std::string& out) {
  std::vector<DebianPackage> packages;
  for (const std::string& line : split_lines(out)) {
    const std::vector<std::string> words = split_words(line);
    // Status "ii": wanted, installed; "iU", "iF", "iH": on the way; "rc", "un": not here.
    if (words.size() < 3 || words[2].size() < 2 || !contains("iUFHWt", words[2].substr(1, 1))) {
      continue;
    }
    packages.push_back({words[0], words[1], words[2].substr(1) == "i"});
  }
  return packages;
}

std::map<std::string, std::vector<std::string>> read_madison(const std::string& out) {
  std::map<std::string, std::vector<std::string>> available;
  for (const std::string& line : split_lines(out)) {
    const std::vector<std::string> parts = split(line, '|');
    if (parts.size() < 3 || contains(parts[2], "Sources")) continue;
    std::vector<std::string>& versions = available[trim(parts[0])];
    if (!has(versions, trim(parts[1]))) versions.push_back(trim(parts[1]));
  }
  return available;
}

base::Result<std::string> choose_version(
    const std::map<std::string, std::vector<std::string>>& available,
    const std::vector<std::string>& packages, const std::string& code_package,
    const core::ReleaseNumber& release) {
  const auto found = available.find(code_package);
  const std::vector<std::string> versions =
      found == available.end() ? std::vector<std::string>() : found->second;
  bool seen = false;
  for (const std::string& version : versions) {
    if (core::parse_release_number(version) != release) continue;
    seen = true;
    if (all_have(available, packages, version)) return version;
  }
  const std::string number = core::to_string(release);
  if (seen) {
    return Error{ErrorCode::FailedPrecondition,
                 "apt knows " + code_package + " of release " + number +
                     ", but not the same version of all of: " + join(packages, ", ")};
  }
  return Error{ErrorCode::NotFound,
               "apt knows no " + code_package + " of release " + number +
                   " (it knows: " + (versions.empty() ? "none" : join(versions, ", ")) +
                   "). Add the repository that has it to the host's apt sources"};
}

PackageFiles sort_package_files(const std::vector<std::string>& files,
                                const std::vector<std::string>& packages,
                                const std::string& version) {
  PackageFiles sorted;
  sorted.lacking = packages;
  for (const std::string& file : files) {
    if (file.size() < 4 || file.compare(file.size() - 4, 4, ".deb") != 0) continue;
    const auto is_of = [&](const std::string& package) {
      return file.rfind(package + "_" + escape_epoch(version) + "_", 0) == 0;
    };
    const bool named = std::erase_if(sorted.lacking, is_of) > 0;
    (named ? sorted.named : sorted.others).push_back(file);
  }
  return sorted;
}

bool migrates_database(const std::string& debconf) {
  for (const std::string& line : split_lines(debconf)) {
    if (contains(line, "ironic/configure_db:"))
      return trim(line.substr(line.rfind(':') + 1)) == "true";
  }
  return false;
}

std::string print_manifest(const StageManifest& manifest) {
  std::string text = "version " + manifest.version + "\ndigest " + manifest.digest + "\n";
  for (const std::string& pin : manifest.pins) text += "pin " + pin + "\n";
  return text + "end\n";
}

std::optional<StageManifest> read_manifest(const std::string& text) {
  StageManifest manifest;
  bool whole = false;
  for (const std::string& line : split_lines(text)) {
    whole = line == "end";
    if (const std::string word = after_word(line, "version"); !word.empty())
      manifest.version = word;
    if (const std::string word = after_word(line, "digest"); !word.empty()) manifest.digest = word;
    if (const std::string word = after_word(line, "pin"); !word.empty()) {
      manifest.pins.push_back(word);
    }
  }
  if (!whole || manifest.version.empty() || manifest.digest.empty()) return std::nullopt;
  return manifest;
}

}  // namespace rollmill::drivers
