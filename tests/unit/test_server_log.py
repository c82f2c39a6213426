"""The model server's log: kept small, readable, followed over its renewal."""

from pathlib import Path

from serving.vllm.server_log import KEPT_FILES, ServerLog, follow, last_lines, log_path


def test_lines_are_kept_with_their_time_and_shown(tmp_path: Path) -> None:
    shown: list[str] = []
    log = ServerLog(log_path(tmp_path, 8001), shown.append)
    log.write("Loading weights")
    log.write('INFO: 127.0.0.1 - "GET /health HTTP/1.1" 200 OK')
    log.write("größer 4 °C")
    log.close()
    kept = last_lines(tmp_path / "logs" / "vllm-8001.log", 10)
    assert [line.split(" ", 2)[2] for line in kept] == shown == ["Loading weights", "größer 4 °C"]
    assert kept[0].startswith("20")
    assert log.tail() == shown


def test_it_stays_small_and_the_last_lines_are_found_in_the_file_before(tmp_path: Path) -> None:
    log = ServerLog(tmp_path / "vllm.log", lambda _: None, file_bytes=2000)
    for number in range(500):
        log.write(f"line {number}")
    log.close()
    files = sorted(tmp_path.iterdir())
    assert len(files) == 1 + KEPT_FILES
    assert all(file.stat().st_size <= 2000 for file in files)
    last = last_lines(tmp_path / "vllm.log", 60)
    assert [line.rsplit(" ", 1)[1] for line in last] == [str(number) for number in range(440, 500)]
    assert last_lines(tmp_path / "vllm.log", 0) == []


def test_a_new_file_is_followed(tmp_path: Path) -> None:
    log = ServerLog(tmp_path / "vllm.log", lambda _: None, file_bytes=200)
    log.write("before")
    waiting = iter(range(1, 31))
    lines = follow(tmp_path / "vllm.log", wait=lambda _: log.write(f"line {next(waiting)}"))
    seen = [next(lines).rsplit(" ", 1)[1] for _ in range(30)]
    assert seen == [str(number) for number in range(1, 31)]
    log.close()
