#pragma once

/// Small Python programs for the host's own interpreter: Ironic's tables and configuration can be
/// read truly only with Ironic's own libraries. All of them only read. Each answers on its last
/// line. Tried with 35.0 and 39.0.
namespace rollmill::drivers {

/// Head of the installed release's migrations.
extern const char* const kHeadProgram;
/// Words: configuration file. Row versions of every table that has a version column.
extern const char* const kHistogramProgram;
/// Words: MAJOR.MINOR. The newest version of each object that the release writes, by table.
extern const char* const kVersionsProgram;
/// Words: configuration file. The database server's version; "none" for SQLite.
extern const char* const kDatabaseProgram;

}  // namespace rollmill::drivers
