"""A process that is pinned to a processor; it imports little, because a test starts several."""

import os
import subprocess

from autograder.execution import processor


def tell_processors(name, told, end):
    with subprocess.Popen(["sleep", "60"]) as child:
        processor.stay(name)
        told.put((os.sched_getaffinity(0), os.sched_getaffinity(child.pid)))
        end.wait(60)
        child.kill()
