"""The training programme: its rules, its record and its procedures, in plain Python on SQLite."""
