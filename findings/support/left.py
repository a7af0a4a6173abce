"""Clients and a server for the programs above this folder: `serve PORT FILE`, `wait PORT`, `leave PORT WORD COUNT [tls1.2|tls1.3 CERTIFICATE]`."""
import contextlib
import socket
import ssl
import sys
import threading
import time


def serve(port, name):
    log = open(name, "ab", 0)
    server = socket.create_server(("127.0.0.1", port), backlog=512)

    def answer(connection):
        received = b""
        with connection, contextlib.suppress(ConnectionError):
            while True:
                while b"\r\n\r\n" not in received:
                    part = connection.recv(65536)
                    if not part:
                        return
                    received += part
                head, received = received.split(b"\r\n\r\n", 1)
                log.write(head.split(b"\r\n")[0] + b"\n")
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n")

    while True:
        connection, _ = server.accept()
        threading.Thread(target=answer, args=(connection,), daemon=True).start()


def wait(port):
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.1)
    sys.exit(f"nobody listens on port {port}")


def leave(port, word, count, version=None, certificate=None):
    context = None
    if version:
        context = ssl.create_default_context(cafile=certificate)
        context.minimum_version = context.maximum_version = getattr(ssl.TLSVersion, version.upper().replace("TLS", "TLSv").replace(".", "_"))
    for number in range(count):
        connection = socket.create_connection(("127.0.0.1", port))
        if context:
            connection = context.wrap_socket(connection, server_hostname="localhost")
        connection.sendall(f"GET /{word}-{number} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        connection.close()


if sys.argv[1] == "serve":
    serve(int(sys.argv[2]), sys.argv[3])
elif sys.argv[1] == "wait":
    wait(int(sys.argv[2]))
else:
    leave(int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), *sys.argv[5:])
