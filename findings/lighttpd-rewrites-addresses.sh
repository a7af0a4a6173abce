#!/usr/bin/env bash
# lighttpd 1.4.69 as a proxy passes on another address than it received.
#
# To be expected: a proxy passes path and query on as they came, or refuses them (RFC 9110, section 7.7, lets it change neither but
# for an empty path).
# Seen: in the query %7e becomes ~, and hexadecimal digits become capital; in the path %2F becomes a slash, and two slashes become one. A signature over the query that was sent does
# not verify behind it. `server.http-parseopts` has options for it.
. "$(dirname "$0")/support/setup.bash"
version=1.4.69-1
fetch lighttpd "$version"
upstream
port=$(free_port)
cat >lighttpd.conf <<END
server.document-root = "$folder"
server.bind = "127.0.0.1"
server.port = $port
server.errorlog = "$folder/error.log"
server.modules = ( "mod_proxy" )
proxy.server = ( "" => (( "host" => "127.0.0.1", "port" => $upstream )) )
END
start root/usr/sbin/lighttpd -D -m "$folder/root/usr/lib/lighttpd" -f lighttpd.conf
listens "$port"
python3 - "$port" <<'END'
import socket, sys
connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
connection.sendall(b"GET /a%2Fb//c?x=%7e&y=%2f&z=%c3%a9 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
while connection.recv(65536):
    pass
END
seen=$(grep -a '^GET ' received || true)
echo "lighttpd $version: 'GET /a%2Fb//c?x=%7e&y=%2f&z=%c3%a9 HTTP/1.1' was sent, and '$seen' was passed on"
[[ $seen == "GET /a/b/c?x=~&y=%2F&z=%C3%A9 HTTP/1.1" ]]
