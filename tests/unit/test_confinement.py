"""A worker shuts itself in: no network, and whatever it started ends with it."""

import multiprocessing
import socket
import subprocess
import time
from multiprocessing.connection import Connection

from ingest.confinement import end, resident_bytes, shut_in

MEGABYTE = 2**20


def _asks_the_network(connection: Connection) -> None:
    shut_in(2**33)
    answers = []
    for attempt in (
        lambda: socket.create_connection(("127.0.0.1", 9), timeout=1),
        lambda: socket.getaddrinfo("localhost", 80),
    ):
        try:
            attempt()
            answers.append("went out")
        except OSError as error:
            answers.append(type(error).__name__)
    connection.send(answers)


def _starts_a_child(connection: Connection) -> None:
    shut_in(2**35)
    block = b"x" * (150 * MEGABYTE)
    child = subprocess.Popen(["sleep", "600"])
    connection.send(child.pid)
    child.wait()
    connection.send(len(block))


def _started(target: object) -> tuple[multiprocessing.process.BaseProcess, Connection]:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=target, args=(there,), daemon=True)  # type: ignore[arg-type]
    process.start()
    return process, here


def test_no_network() -> None:
    process, connection = _started(_asks_the_network)
    assert connection.recv() == ["PermissionError", "PermissionError"]
    process.join()


def test_a_process_is_measured_and_ended_with_what_it_started() -> None:
    process, connection = _started(_starts_a_child)
    child = connection.recv()
    assert process.pid is not None
    assert 150 * MEGABYTE < resident_bytes(process.pid) < 400 * MEGABYTE
    end(process.pid)
    process.join()
    deadline = time.monotonic() + 20
    while resident_bytes(child) and time.monotonic() < deadline:
        pass
    assert resident_bytes(child) == 0
