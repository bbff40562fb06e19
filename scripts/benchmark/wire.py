"""The request that every server of the benchmark gets: an authenticated `POST /v1/attempts` for one callee, as a
dialer asks: with the campaign and the number it shows."""

from __future__ import annotations

PATH = "/v1/attempts"
CAMPAIGN = "spring"
CALLER_ID = "+4526000000"  # on file as the controller's own
KEY_ID = "bench"
# Made up for the benchmark's own stores, which hold made-up people and listen on loopback alone.
KEY_SECRET = "only-ever-used-on-loopback-by-the-benchmark"  # noqa: S105
_HEAD = (
    f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer rf_{KEY_ID}.{KEY_SECRET}\r\n"
    "Content-Type: application/json\r\nContent-Length: "
)


def request_bytes(callee: str) -> bytes:
    """The whole request as it goes over the wire."""
    body = f'{{"campaign":"{CAMPAIGN}","callee":"{callee}","caller_id":"{CALLER_ID}"}}'
    return f"{_HEAD}{len(body)}\r\n\r\n{body}".encode()
