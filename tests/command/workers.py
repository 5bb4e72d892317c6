# SPDX-License-Identifier: MIT
"""Ends processes as Python programs do: shells of several commands, and workers, which end by
_exit().
"""
import multiprocessing
import subprocess


def double(n):
    return 2 * n


if __name__ == "__main__":
    assert (
        subprocess.run("(exit 0); true | cat; ./act lock; :", shell=True, check=True).returncode
        == 0
    )
    context = multiprocessing.get_context("fork")
    worker = context.Process(target=double, args=(1,))
    worker.start()
    worker.join()
    pool = context.Pool(2)
    assert pool.map(double, [1, 2]) == [2, 4]
    pool.close()
    pool.join()
