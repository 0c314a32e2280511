"""Asks the site on this machine whether it is ready: `python opsflux/launcher/probe.py 8000`. Exits with 1, saying why, when it is not."""
import http.client
import os
import sys
from collections.abc import Mapping
from contextlib import closing


def ask(port: int, env: Mapping[str, str], address: str = "127.0.0.1", path: str = "/health/ready/") -> tuple[int, str]:
    """Status and body of the health page (0 where nothing answers), asked for under a name the site accepts."""
    hosts = [host.strip().lstrip(".") for host in env.get("OPSFLUX_HOSTS", "").split(",")]
    host = next((host for host in hosts if host and host != "*"), "localhost")
    with closing(http.client.HTTPConnection(address, port, timeout=10)) as connection:
        try:
            connection.request("GET", path, headers={"Host": host})
            answer = connection.getresponse()
            return answer.status, answer.read(4096).decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            return 0, f"no answer: {error}"


if __name__ == "__main__":
    status, said = ask(int(sys.argv[1]), os.environ)
    sys.stdout.write(said + "\n")
    sys.exit(0 if status == 200 else 1)
