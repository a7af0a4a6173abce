#!/usr/bin/env bash
# nginx 1.22.1 drops a request whose client has closed the connection behind it.
#
# To be expected: a GET that is on the wire whole is passed on, whether its client waits for the answer or not.
# Seen: of 100 such GETs 0 to 11 are passed on, in several runs; all 100 with `proxy_ignore_client_abort on`, so nothing is lost on the way to nginx.
# Such clients are common: WordPress with `blocking => false`, and most pixels and postbacks that are fired and forgotten.
. "$(dirname "$0")/support/setup.bash"
version=1.22.1-9+deb12u11
fetch nginx "$version"
upstream

try() { # try WORD DIRECTIVE
    local port
    port=$(free_port)
    cat >"$1.conf" <<END
daemon off; pid $folder/$1.pid; error_log $folder/error.log;
events {}
http {
    access_log off; client_body_temp_path $folder/1; proxy_temp_path $folder/2; fastcgi_temp_path $folder/3; uwsgi_temp_path $folder/4;
    scgi_temp_path $folder/5;
    server { listen 127.0.0.1:$port; location / { proxy_pass http://127.0.0.1:$upstream; $2 } }
}
END
    start root/usr/sbin/nginx -e "$folder/error.log" -c "$folder/$1.conf"
    listens "$port"
    python3 "$support/left.py" leave "$port" "$1" 100
}

try default ""
try ignoring "proxy_ignore_client_abort on;"
default=$(arrived GET./default-) ignoring=$(arrived GET./ignoring-)
echo "nginx $version: $default of 100 requests were passed on whose clients closed at once; with proxy_ignore_client_abort on: $ignoring of 100"
((default < 50 && ignoring == 100))
