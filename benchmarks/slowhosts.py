#!/usr/bin/env python3
"""Many slow mail hosts in one process: slowhosts.py HOSTS SECONDS PEM KEY PORT.

Listens on PORT at 127.1.0.1, 127.1.0.2 … (HOSTS of them, 250 in each third octet), offers STARTTLS, takes every message and
answers its final dot after SECONDS. Ends with its standard input, or after 20 minutes; prints how many messages it took and the
most sessions that were open at once.
"""
import asyncio
import os
import ssl
import sys

taken = opened = most = 0


def addresses(count):
    return [f"127.1.{i // 250}.{i % 250 + 1}" for i in range(count)]


async def serve(reader, writer, context, seconds):
    global taken, opened, most
    opened += 1
    most = max(most, opened)

    def say(line):
        writer.write(line.encode() + b"\r\n")

    try:
        say("220 slow.test")
        while line := await reader.readline():
            verb = line.strip().upper()
            if verb.startswith(b"EHLO"):
                say("250-slow.test\r\n250-PIPELINING\r\n250 STARTTLS")
            elif verb == b"STARTTLS":
                say("220 go on")
                await writer.drain()
                await writer.start_tls(context)
            elif verb == b"DATA":
                say("354 go on")
                while (await reader.readline()) not in (b".\r\n", b""):
                    pass
                await asyncio.sleep(seconds)
                taken += 1
                say("250 taken")
            elif verb == b"QUIT":
                say("221 bye")
                break
            else:
                say("250 fine")
            await writer.drain()
    except (OSError, ssl.SSLError, asyncio.IncompleteReadError):
        pass
    finally:
        opened -= 1
        writer.close()


async def main():
    hosts, seconds, pem, key, port = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3], sys.argv[4], int(sys.argv[5])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)
    for address in addresses(hosts):
        await asyncio.start_server(lambda r, w: serve(r, w, context, seconds), address, port, backlog=16)
    print("ready", flush=True)
    ended = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await asyncio.wait([ended], timeout=1200)
    print(f"took {taken} messages, at most {most} sessions at once", flush=True)
    os._exit(0)  # sessions are open: nobody waits for them


asyncio.run(main())
