"""A real name server on loopback, by UDP and TCP, with the few names that a test gives it."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

SILENT, FAILS, CUT, RUBBISH = "silent", "fails", "cut", "rubbish"
"""What may stand for a name instead of its records: no answer, a failure, one for TCP alone, and no DNS at all."""


@dataclass(slots=True)
class NameServer:
    """`zone` maps `"SRV _carddavs._tcp.acme.example"` to its records as a zone file has them; `asked` remembers."""

    port: int
    zone: dict[str, list[str] | str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def answer(self, packet: bytes, *, tcp: bool) -> bytes | None:
        query = dns.message.from_wire(packet)
        (question,) = query.question
        key = f"{dns.rdatatype.to_text(question.rdtype)} {question.name.to_text(omit_final_dot=True)}"
        self.asked.append(key)
        reply = dns.message.make_response(query)
        match self.zone.get(key):
            case "silent":
                return None
            case "rubbish":
                return packet[:2] + b"\xff" * 40
            case "fails":
                reply.set_rcode(dns.rcode.SERVFAIL)
            case str() if not tcp:
                reply.flags |= dns.flags.TC
            case None | str():
                known = {name.partition(" ")[2] for name in self.zone}
                reply.set_rcode(dns.rcode.NOERROR if key.partition(" ")[2] in known else dns.rcode.NXDOMAIN)
            case records:
                reply.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", question.rdtype, records))
        return reply.to_wire()


@contextlib.contextmanager
def name_server() -> Iterator[NameServer]:
    """Runs until the test is over."""
    listening = socket.create_server(("127.0.0.1", 0))
    running = NameServer(listening.getsockname()[1])
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.bind(("127.0.0.1", running.port))
    over = threading.Event()
    for one in (listening, datagrams):
        one.settimeout(0.02)

    def by_udp() -> None:
        while not over.is_set():
            with contextlib.suppress(TimeoutError):
                packet, client = datagrams.recvfrom(4096)
                if (reply := running.answer(packet, tcp=False)) is not None:
                    datagrams.sendto(reply, client)

    def by_tcp() -> None:
        while not over.is_set():
            with contextlib.suppress(TimeoutError):
                client, _ = listening.accept()
                with client:
                    client.settimeout(1)
                    (size,) = struct.unpack("!H", client.recv(2))
                    if (reply := running.answer(client.recv(size), tcp=True)) is not None:
                        client.sendall(struct.pack("!H", len(reply)) + reply)

    threads = [threading.Thread(target=serve, daemon=True) for serve in (by_udp, by_tcp)]
    for thread in threads:
        thread.start()
    try:
        yield running
    finally:
        over.set()
        for thread in threads:
            thread.join()
        listening.close()
        datagrams.close()
