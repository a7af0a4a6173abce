#!/usr/bin/env bash
# HAProxy 2.6.12 drops a request over TLS 1.3 whose client closes at once, and passes the same request on over TLS 1.2.
#
# To be expected: it passes all of them on, as over plain HTTP, where it passes on 100 of 100.
# Seen: over TLS 1.2 100 of 100, over TLS 1.3 0 to 63 in several runs. With TLS 1.3 the server sends session tickets behind the handshake. A client that
# closes without reading them resets the connection, and HAProxy ends the request before it has looked at it. The same happens to Apache 2.4.71
# (0 to 54 of 100, all with `SSLOpenSSLConfCmd NumTickets 0`) and to Caddy 2.6.2 (0 of 100). `no-tls-tickets` does not help.
. "$(dirname "$0")/support/setup.bash"
version=2.6.12-1+deb12u4
fetch haproxy "$version"
# Its own library; the others belong to every Debian.
fetch liblua5.3-0 5.3.6-2
upstream
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
    -keyout key.pem -out certificate.pem 2>/dev/null
cat certificate.pem key.pem >both.pem
port=$(free_port)
cat >haproxy.cfg <<END
defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s
frontend senders
    bind 127.0.0.1:$port ssl crt $folder/both.pem
    default_backend server
backend server
    server one 127.0.0.1:$upstream
END
LD_LIBRARY_PATH=$(dirname "$(find root -name 'liblua5.3.so.0' | head -n 1)")
export LD_LIBRARY_PATH
start root/usr/sbin/haproxy -f haproxy.cfg
listens "$port"
python3 "$support/left.py" leave "$port" old 100 tls1.2 certificate.pem
python3 "$support/left.py" leave "$port" new 100 tls1.3 certificate.pem
old=$(arrived GET./old-) new=$(arrived GET./new-)
echo "HAProxy $version: of requests whose clients closed at once, $old of 100 were passed on over TLS 1.2, and $new of 100 over TLS 1.3"
((old == 100 && new < 90))
