#!/usr/bin/env bash
# Caddy 2.6.2 answers 200 with an empty body for a host that no site names, whatever the method.
#
# To be expected: 404 or 421, as for an authority that the server does not serve (RFC 9110, section 15.5.20).
# Seen: 200. A sender whose address names an old host, or the machine's number, believes its postback stored.
. "$(dirname "$0")/support/setup.bash"
version=2.6.2-5
fetch caddy "$version"
port=$(free_port)
cat >Caddyfile <<END
{
    admin off
    auto_https off
}
http://track.example.com:$port {
    bind 127.0.0.1
    respond "the right site" 404
}
END
export HOME=$folder XDG_DATA_HOME=$folder XDG_CONFIG_HOME=$folder
start root/usr/bin/caddy run --adapter caddyfile --config Caddyfile
listens "$port"
ask() { # ask HOST: the status line and the body
    python3 - "$port" "$1" <<'END'
import socket, sys
connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
connection.sendall(f"POST /postback HTTP/1.1\r\nHost: {sys.argv[2]}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}".encode())
answer = b""
while part := connection.recv(65536):
    answer += part
head, body = answer.split(b"\r\n\r\n", 1)
print(head.split(b"\r\n")[0].decode(), "with", repr(body.decode()))
END
}
known=$(ask track.example.com) unknown=$(ask other.example.com)
echo "Caddy $version: for the site's host $known; for another host $unknown"
[[ $known == "HTTP/1.1 404 Not Found with 'the right site'" && $unknown == "HTTP/1.1 200 OK with ''" ]]
