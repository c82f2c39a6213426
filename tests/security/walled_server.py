"""The walled desk in a process of its own, served as `manualdesk serve` does it: `walled_server.py FOLDER [hostile]`.

Says on standard output, in one line of JSON, what the attacker is told; on standard error, where it listens.
"""

import sys
from pathlib import Path

from serving.accounts.types import SignIn
from tests.security.hostile_desk import HostileDesk
from tests.security.walled_desk import WalledDesk, told_json
from ui.server import serve_parts
from ui.sign_in.setup import SignInSetup


def main() -> None:
    made = HostileDesk if "hostile" in sys.argv else WalledDesk
    desk = made(Path(sys.argv[1]))
    print(told_json(desk.fill()), flush=True)
    serve_parts(desk.parts(), port=0, setup=SignInSetup(way=SignIn.PASSWORD))


if __name__ == "__main__":
    main()
