#!/bin/sh
# SPDX-License-Identifier: MIT
# nginx_workers.sh COMMAND...: nginx with two workers under a command, which is told to lock by
# SIGUSR1 (nginx has a handler of its own for that) between two requests. Says what the requests
# were answered, and whether the loop of a worker is in reports; ends with the command's status.
mkdir temp
cat >nginx.conf <<END
daemon off; worker_processes 2; pid $PWD/pid; error_log stderr emerg;
events { worker_connections 64; }
http {
	access_log off;
	client_body_temp_path temp; proxy_temp_path temp; fastcgi_temp_path temp;
	uwsgi_temp_path temp; scgi_temp_path temp;
	server { listen unix:$PWD/socket; location / { return 200 "answered\n"; } }
}
END

ask()
{
	curl -s --unix-socket "$PWD/socket" http://server/
}

"$@" nginx -p "$PWD/" -c nginx.conf >said 2>&1 &
command=$!
until ask; do sleep 0.05; done
kill -USR1 $command
sleep 0.3
ask
kill -QUIT "$(cat pid)"
wait $command
status=$?
grep -o "ngx_process_events_and_timers" said | uniq
tail -n 1 said
exit $status
