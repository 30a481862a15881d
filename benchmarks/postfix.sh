#!/usr/bin/env bash
# Starts an instance of the installed Postfix for a benchmark, in the foreground and with all its processes as children: mail at
# 127.0.0.1:2525 goes to the sink at 127.0.0.1:2526, with TLS in and out. Root. Tuned: connections with TLS are used again, processes
# live for a thousand uses, and nothing limits clients or destinations on this machine.
set -euo pipefail
. "$(dirname "$0")/common.sh"
certificates
instance=$scratch/postfix
rm -rf "$instance"
mkdir -p "$instance/etc" "$instance/spool" "$instance/data"
chown postfix "$instance/data"
cat >"$instance/etc/main.cf" <<MAIN
compatibility_level = 3.6
queue_directory = $instance/spool
data_directory = $instance/data
maillog_file = /dev/stdout
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = relay.test
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
notify_classes =
mynetworks = 127.0.0.0/8
message_size_limit = 157286400
relayhost = [127.0.0.1]:2526
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtpd_peername_lookup = no
smtpd_relay_restrictions = permit_mynetworks, reject

smtpd_tls_security_level = encrypt
smtpd_tls_chain_files = $certs/relay.key, $certs/relay.pem
smtp_tls_security_level = encrypt
smtp_tls_connection_reuse = yes
smtp_tls_session_cache_database = btree:\$data_directory/sessions
tls_eecdh_auto_curves = X25519 prime256v1

max_use = 1000
default_process_limit = 200
smtpd_client_connection_count_limit = 0
smtpd_error_sleep_time = 0
in_flow_delay = 0
initial_destination_concurrency = 20
default_destination_concurrency_limit = 50
smtp_connection_cache_on_demand = yes
MAIN
cat >"$instance/etc/master.cf" <<'MASTER'
127.0.0.1:2525 inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
tlsproxy unix - - n - 0 tlsproxy
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
MASTER
exec postfix -c "$instance/etc" start-fg
