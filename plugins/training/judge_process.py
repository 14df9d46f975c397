"""Judging a long file in a process of its own, so that what is judged is stored meanwhile.

The process is told the file, the rules and the keys through its standard input, and knows nothing of
the record. It is started before the file is opened: both take as long.
"""

import gc
import marshal
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Self

from training import identity, reading
from training.context import Context
from training.judging import Ending, Judge, Part
from training.problems import Problem
from training.rows import parse
from training.source import Source

#: Shorter files are judged before another process would have started.
LONG_BYTES = 2 << 20
#: Room for what is judged while a part is being stored; the most that a pipe may have.
_PIPE = 1 << 20
_SIZE = 8


class JudgeFailed(ChildProcessError):
    """The process ended before the file did; nothing is known of the rest.

    An ``OSError``, as a full memory or disk is: whoever runs an import has words for those.
    """

    def __init__(self) -> None:
        super().__init__("the process that judges the file has ended")


class JudgeProcess:
    """One process for one file; leaving the context ends it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "training.judge_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # A traceback could quote a cell.
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": str(Path(__file__).parents[1])},
            pipesize=_PIPE,
        )
        if not (self._process.stdin and self._process.stdout):
            raise JudgeFailed
        self._job, self._results = self._process.stdin, self._process.stdout
        self._ending: Ending | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._results.close()
        with suppress(BrokenPipeError):
            self._job.close()

    @property
    def pid(self) -> int:
        """Its number for the system."""
        return self._process.pid

    def told(self, source: Source, context: Context, keys: identity.Keys) -> Self:
        """Say what to judge; raises :class:`JudgeFailed` as the others do."""
        try:
            pickle.dump((source, context, keys), self._job)
            self._job.close()
        except BrokenPipeError as error:
            raise JudgeFailed from error
        return self

    def parts(self) -> Iterator[Part]:
        """The file block by block, as :meth:`training.judging.Judge.parts` gives it."""
        results = self._results
        while part := _received(results):
            yield Part(*part)._replace(problems=list(map(Problem._make, part[5])))
        problems, *rest = _received(results)
        self._ending = Ending(list(map(Problem._make, problems)), *rest)

    def ending(self) -> Ending:
        """What there is to say after the last part."""
        if self._ending is None:
            raise JudgeFailed
        return self._ending


def _received(pipe: IO[bytes]) -> tuple[Any, ...]:
    size = pipe.read(_SIZE)
    content = pipe.read(int.from_bytes(size, "big"))
    if len(size) < _SIZE or len(content) < int.from_bytes(size, "big"):
        raise JudgeFailed
    received: tuple[Any, ...] = marshal.loads(content)  # noqa: S302 - our own process
    return received


def _send(pipe: IO[bytes], message: tuple[Any, ...]) -> None:
    content = marshal.dumps(message)
    pipe.write(len(content).to_bytes(_SIZE, "big"))
    pipe.write(content)
    pipe.flush()


def _plain(problems: list[Problem]) -> list[Any]:
    """Tuples without a name, as marshal takes them."""
    return [(*problem,) for problem in problems]


def main() -> None:
    """Judge the file that standard input names."""
    # Nothing that is made here refers to itself, and there is a lot of it to look through.
    gc.disable()
    source, context, keys = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own parent
    judge = Judge(parse(reading.rows(source), context), keys)
    pipe = sys.stdout.buffer
    for part in judge.parts():
        _send(pipe, tuple(part._replace(problems=_plain(part.problems))))
    _send(pipe, ())
    ending = judge.ending()
    _send(pipe, tuple(ending._replace(problems=_plain(ending.problems))))


if __name__ == "__main__":
    main()
