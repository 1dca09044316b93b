#pragma once

#include <string>

#include "rollmill/base/result.h"
#include "store/sqlite.h"

namespace rollmill::store {

/// Opens the journal's file, or makes it whole under another name and moves it into place, so that
/// a crash leaves either nothing or a journal. A file that is no journal, or one of a newer
/// rollmill, is refused and stays as it is. The caller holds the file's lock.
base::Result<Database> open_journal_file(const std::string& path);

/// Opens a journal that is there, only to read it. Refused as above, a newer one, too.
base::Result<Database> open_for_reading(const std::string& path);

}  // namespace rollmill::store
