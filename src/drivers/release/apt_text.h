#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rollmill/base/result.h"
#include "rollmill/core/release.h"

/// What dpkg and apt print, read. Pure. THREAD: any.
namespace rollmill::drivers {

struct DebianPackage {
  std::string name;
  std::string version;
  bool configured = false;  ///< False: unpacked or half done.
};

/// Lines `NAME VERSION STATUS` of dpkg-query; packages that are not on the host are left out.
std::vector<DebianPackage> read_packages(const std::string& out);

/// Versions of each package, newest first, from `apt-cache madison`.
std::map<std::string, std::vector<std::string>> read_madison(const std::string& out);

/// The newest version of `code_package` that is of the release and that all of `packages` have.
/// The error names what there is instead.
base::Result<std::string> choose_version(
    const std::map<std::string, std::vector<std::string>>& available,
    const std::vector<std::string>& packages, const std::string& code_package,
    const core::ReleaseNumber& release);

/// The package files of a folder, as apt names them: NAME_VERSION_ARCHITECTURE.deb with an epoch's
/// colon as %3a.
struct PackageFiles {
  std::vector<std::string> named;    ///< Of these packages in this version.
  std::vector<std::string> others;   ///< What came with them: dependencies.
  std::vector<std::string> lacking;  ///< Packages that have no file of this version.
};
PackageFiles sort_package_files(const std::vector<std::string>& files,
                                const std::vector<std::string>& packages,
                                const std::string& version);

/// Is the answer of `debconf-show ironic-common` that its maintainer script migrates the database?
bool migrates_database(const std::string& debconf);

/// What was fetched for one version, as kept beside the package files.
struct StageManifest {
  std::string version;
  std::string digest;
  std::vector<std::string> pins;
};
std::string print_manifest(const StageManifest& manifest);
/// Nothing for text that is not a whole manifest.
std::optional<StageManifest> read_manifest(const std::string& text);

/// A JSON list of texts. DataLoss for anything else, and for an empty list.
base::Result<std::vector<std::string>> read_pins(const std::string& line);

/// Python for the host's interpreter; word: a package file of python3-ironic, or its
/// release_mappings.py. Prints a JSON list of the pins that this code accepts, without running it.
extern const char* const kPinsProgram;

}  // namespace rollmill::drivers
