#include "drivers/schema/programs.h"

namespace rollmill::drivers {

const char* const kHeadProgram = R"python(
import os
from alembic.config import Config
from alembic.script import ScriptDirectory
import ironic.db.sqlalchemy as package

config = Config()
folder = os.path.join(os.path.dirname(package.__file__), "alembic")
config.set_main_option("script_location", folder)
print(ScriptDirectory.from_config(config).get_current_head())
)python";

// The drop-in folders are read as well, as by any program of the project.
const char* const kHistogramProgram = R"python(
import json
import logging
import sys

logging.disable(logging.CRITICAL)
from oslo_config import cfg
import sqlalchemy

conf = cfg.ConfigOpts()
conf.register_opts([cfg.StrOpt("connection", secret=True)], group="database")
conf(["--config-file", sys.argv[1]], project="ironic", prog="ironic-dbsync",
     validate_default_values=False)
url = conf.database.connection
engine = sqlalchemy.create_engine(
    url, connect_args={"connect_timeout": 10} if url.startswith("mysql") else {})
quote = engine.dialect.identifier_preparer.quote
result = {}
with engine.connect() as connection:
    inspector = sqlalchemy.inspect(connection)
    for table in sorted(inspector.get_table_names()):
        columns = [column["name"] for column in inspector.get_columns(table)]
        if table == "alembic_version" or "version" not in columns:
            continue
        rows = connection.execute(sqlalchemy.text(
            "SELECT version, COUNT(*) FROM %s GROUP BY version" % quote(table))).fetchall()
        result[table] = {("" if version is None else str(version)): int(count)
                         for version, count in rows}
print(json.dumps({"row_versions": result}, sort_keys=True))
)python";

// A row's class has its object's name. Node is not a direct subclass of Base: all are walked.
const char* const kVersionsProgram = R"python(
import json
import logging
import sys

logging.disable(logging.CRITICAL)
from ironic.common import release_mappings
from ironic.db.sqlalchemy import models

objects = release_mappings.RELEASE_MAPPING[sys.argv[1]]["objects"]


def descendants(model):
    for child in model.__subclasses__():
        yield child
        yield from descendants(child)


result = {}
for model in descendants(models.Base):
    listed = objects.get(model.__name__)
    if listed:
        newest = max(listed, key=lambda v: tuple(int(part) for part in v.split(".")))
        result[model.__tablename__] = newest
print(json.dumps({"versions": result}, sort_keys=True))
)python";

const char* const kDatabaseProgram = R"python(
import logging
import sys

logging.disable(logging.CRITICAL)
from oslo_config import cfg
import sqlalchemy

conf = cfg.ConfigOpts()
conf.register_opts([cfg.StrOpt("connection", secret=True)], group="database")
conf(["--config-file", sys.argv[1]], project="ironic", prog="ironic-dbsync",
     validate_default_values=False)
url = conf.database.connection
if url.startswith("sqlite"):
    print("none")
else:
    engine = sqlalchemy.create_engine(
        url, connect_args={"connect_timeout": 10} if url.startswith("mysql") else {})
    with engine.connect() as connection:
        print(connection.execute(sqlalchemy.text("SELECT VERSION()")).scalar())
)python";

}  // namespace rollmill::drivers
