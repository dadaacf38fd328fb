# shellcheck shell=bash
# The network of jobs that may reach the internet, and the firewall in front of it. No part of the usual set-up: without it no
# job has a network.

network_name=kiln
network_bridge=kiln0
network_unit=${KILN_UNIT_FOLDER:-/etc/systemd/system}/kiln-firewall.service
firewall_rules=$KILN_HOME/network/firewall.nft

# Without IPv6, without a way from one container to another.
network_ready() {
  [ "$(docker network inspect --format '{{.Driver}} {{.EnableIPv6}} {{index .Options "com.docker.network.bridge.name"}} {{index .Options "com.docker.network.bridge.enable_icc"}}' "$network_name" 2>/dev/null)" = "bridge false $network_bridge false" ] || return 1
  echo "$network_name on $network_bridge"
}

make_network() {
  if docker network inspect "$network_name" >/dev/null 2>&1; then
    fail "Docker Engine has another network $network_name, which is not Kiln's: docker network rm $network_name, then try again."
  fi
  docker network create --driver bridge --opt "com.docker.network.bridge.name=$network_bridge" \
    --opt com.docker.network.bridge.enable_icc=false --label dev.kiln.network=true "$network_name" \
    || fail "Docker Engine could not make the network $network_name: check that its pool of addresses has one left (docker network prune), then try again."
}

# Compared with what the kernel had when they were loaded: rules that somebody changed or flushed are not taken for ours.
firewall_ready() {
  is_root || fail "The firewall in front of the network of jobs can only be looked at by root: run deploy/host/setup network as root."
  have nft || return 1
  cmp -s "$root/deploy/host/network/firewall.nft" "$firewall_rules" || return 1
  if uses_systemd && [ ! -e "$network_unit" ]; then return 1; fi
  [ "$(loaded_rules)" = "$(cat "$firewall_rules.loaded" 2>/dev/null)" ] || return 1
  echo "nftables table inet kiln"
}

loaded_rules() { # what the kernel has, without the counters and handles that change; no rules are no match
  nft --stateless list table inet kiln 2>/dev/null || echo none
}

raise_firewall() {
  if ! have nft; then
    can_install || fail "nft is not installed on this host: install it (Debian: apt-get install nftables) and try again."
    apt_install nftables
  fi
  mkdir -p "$(dirname "$firewall_rules")"
  cp "$root/deploy/host/network/firewall.nft" "$firewall_rules.new"
  mv "$firewall_rules.new" "$firewall_rules"
  # One transaction: there is no moment without rules when new ones take the place of old ones.
  nft --file "$firewall_rules" || fail "This host's kernel did not take the firewall's rules: it needs nftables with fib and reject (Linux 5.9 or newer)."
  loaded_rules >"$firewall_rules.loaded"
  if uses_systemd; then keep_firewall; fi
}

# At every start of the host before the engine's networks are there. Without systemd set-up has to be run again then.
keep_firewall() {
  cat >"$network_unit" <<UNIT
[Unit]
Description=Firewall in front of the network of Kiln's jobs
Before=docker.service
After=nftables.service
PartOf=nftables.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=$(command -v nft) --file $firewall_rules

[Install]
WantedBy=multi-user.target docker.service
UNIT
  systemctl daemon-reload
  systemctl enable --now kiln-firewall.service \
    || fail "systemctl enable kiln-firewall.service failed: see journalctl -u kiln-firewall."
}
