"""Workbooks, read in a process of their own.

In the order data meets them: `parent` starts the `child`, which opens an `xls` or an `xlsx` file;
the latter is a `package` whose `strings` and `sheet` XML (`markup`) become `cells` with the texts
that Excel shows (`values`). `limits` says how much of each is too much.
"""
