"""The state database: models, repositories, unit of work, writer, migrations."""
