#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What instruction-gate.sh makes of counts: each claim is a function; counting itself is not done here."""

import pathlib
import sys
import tempfile
import unittest
import unittest.mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "suite"))
sys.dont_write_bytecode = True

import gate  # pylint: disable=wrong-import-position

BUILD_NOTE = "tests/bench/instruction-gate-build.txt"


class Judging(unittest.TestCase):
    def judge(self, recorded, now):
        return gate.judge({"guard": recorded}, {"guard": now})

    def test_as_recorded_passes(self):
        self.assertEqual(self.judge(59, 59), (["guard: recorded 59.00, now 59.00, +0.00%"], True))

    def test_three_percent_either_way_pass(self):
        self.assertTrue(self.judge(100, 103)[1])
        self.assertTrue(self.judge(100, 97)[1])

    def test_a_rise_of_more_fails(self):
        self.assertEqual(self.judge(100, 103.1),
                         (["guard: recorded 100.00, now 103.10, +3.10%: FAILED, more than 3% more"], False))

    def test_a_drop_of_more_fails(self):
        self.assertEqual(self.judge(100, 96.9),
                         (["guard: recorded 100.00, now 96.90, -3.10%: FAILED, more than 3% fewer"], False))

    def test_one_failure_among_paths_is_enough(self):
        self.assertFalse(gate.judge({"guard": 50, "span": 50}, {"guard": 60, "span": 50})[1])

    def test_a_path_that_the_file_lacks_fails(self):
        self.assertEqual(gate.judge({}, {"span": 1}), (["span: not in the file: FAILED"], False))

    def test_a_path_that_is_gone_fails(self):
        self.assertEqual(gate.judge({"span": 1}, {}), (["span: not counted any more: FAILED"], False))


class Files(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="allocspan-gate.")
        self.addCleanup(directory.cleanup)
        self.build = pathlib.Path(directory.name)
        (self.build / BUILD_NOTE).parent.mkdir(parents=True)

    def note(self, *lines):
        (self.build / BUILD_NOTE).write_text("\n".join(lines) + "\n", encoding="utf-8")

    def test_what_is_written_is_read(self):
        file = self.build / "counts.txt"
        counts = {"guard": 59.0, "malloc-free-packed": 715.41}
        gate.record(file, counts)
        self.assertEqual(gate.read(file), counts)

    def test_compiler_and_library_choose_the_file(self):
        self.note("gcc-4", "RelWithDebInfo", "")
        self.assertRegex(gate.file_of(self.build).name, r"^gcc-4_glibc-2\.[0-9]+_[a-z0-9_]+\.txt$")

    def test_an_unlisted_compiler_is_skipped_aloud(self):
        self.note("gcc-4", "RelWithDebInfo", "")
        with unittest.mock.patch("builtins.print") as said:
            self.assertEqual(gate.main(["--build", str(self.build), "--sessiond", "0"]), 0)
        self.assertIn("SKIPPED: nothing is recorded for gcc-4_glibc-", said.call_args.args[0])

    def test_another_build_is_refused(self):
        for lines in (("gcc-12", "Debug", ""), ("gcc-12", "RelWithDebInfo", "-O0")):
            self.note(*lines)
            with self.assertRaisesRegex(gate.GateError, "expected RelWithDebInfo, no flags"):
                gate.file_of(self.build)

    def test_every_recorded_file_lists_every_path(self):
        files = list(gate.COUNTS.glob("*.txt"))
        self.assertTrue(files)
        for file in files:
            self.assertEqual(list(gate.read(file)), list(gate.PATHS))


if __name__ == "__main__":
    unittest.main()
