#!/bin/sh
# The administrator's day: participants, topics, public keys; then each node gets its own keys and nobody else's.
# Runs as often as you like: what is there stays. $LIANDONG_STATE_DIR is the administrator's state (the root's private key
# is in it), /nodes/<name> are the state directories of the others.
set -eu
admin=$LIANDONG_STATE_DIR

participant() {
    [ -e "$admin/participants/$1/manifest.yaml" ] || liandong participant new "$@"
}

participant court-su05 --kind court --name 苏州市示例中级人民法院 --jurisdiction js
participant court-su0505 --kind court --name 苏州市示例区人民法院 --jurisdiction js --superior court-su05
participant publisher-js --kind publisher --name 示例发布节点 --jurisdiction js
participant railway-js --kind agency --name 示例铁路客运 --jurisdiction js --agency-kind railway
participant hotel-js --kind agency --name 示例宾馆 --jurisdiction js --agency-kind hotel
participant registry-js --kind agency --name 示例不动产登记中心 --jurisdiction js --agency-kind real-estate-registry
participant police-js --kind agency --name 示例公安旅馆业系统 --jurisdiction js --agency-kind police-lodging
participant notary-js-1 --kind notary --name 示例见证节点 --jurisdiction js

liandong topics apply
liandong topics check
liandong participant publish --all

umask 077
# hand NODE PARTICIPANT...: the public half of the root, the matching keys, the participants' own keys
hand() {
    node=/nodes/$1
    shift
    mkdir -p "$node/root" "$node/matching" "$node/participants"
    cp "$admin/root/public.key" "$node/root/"
    cp "$admin"/matching/*.key "$node/matching/"
    # once: what a node has erased since must not come back
    for one; do [ -e "$node/participants/$one" ] || cp -R "$admin/participants/$one" "$node/participants/"; done
}

# cert NODE: the check API is reached from other machines, so it speaks TLS; made here for a trial, yours in earnest
cert() {
    tls=/nodes/$1/tls
    [ -e "$tls/certificate.pem" ] && return
    mkdir -p "$tls"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 90 -subj "/CN=$1" \
        -addext "subjectAltName=DNS:$1,DNS:localhost,IP:127.0.0.1" -keyout "$tls/key.pem" -out "$tls/new.pem" 2>/dev/null
    mv "$tls/new.pem" "$tls/certificate.pem"
}

hand court court-su05 court-su0505 publisher-js
hand monitor notary-js-1
for kind in railway hotel registry police; do
    hand "$kind" "$kind-js"
    cert "$kind"
done
echo "set up"
