#!/bin/sh
# Makes the certificates of the tests anew: an authority, what it vouches for, and what nobody does.
# They are kept, so that tests need no openssl; they hold from 2020 to 2120 whatever the clock says.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: >"$work/index"
cat >"$work/ca.cnf" <<END
[ca]
default_ca = tests
[tests]
database = $work/index
new_certs_dir = $work
rand_serial = yes
default_md = sha256
unique_subject = no
policy = any
[any]
commonName = supplied
END

signed() { # NAME START END EXTENSIONS [CA OPTIONS]
    name=$1 start=$2 end=$3
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$work/$name.key" \
        -subj "/CN=${subject:-nemochat test $name}" -out "$work/$name.csr"
    printf "subjectKeyIdentifier=hash\n$4\n" >"$work/$name.cnf"
    shift 4
    openssl ca -batch -config "$work/ca.cnf" -notext -in "$work/$name.csr" -out "$work/$name.crt" \
        -startdate "$start" -enddate "$end" -extfile "$work/$name.cnf" "$@"
}

by_authority="-cert $work/authority.crt -keyfile $work/authority.key"
of_server='authorityKeyIdentifier=keyid\nbasicConstraints=CA:FALSE\nkeyUsage=digitalSignature'
here='subjectAltName=IP:127.0.0.1,DNS:localhost'
from=20200101000000Z until=21200101000000Z

signed authority $from $until 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign' \
    -selfsign -keyfile "$work/authority.key"
# shellcheck disable=SC2086
{
    signed good $from $until "$of_server\n$here" $by_authority
    signed elsewhere $from $until "$of_server\nsubjectAltName=DNS:elsewhere.example" $by_authority
    signed expired $from 20200102000000Z "$of_server\n$here" $by_authority
}
signed alone $from $until "$here" -selfsign -keyfile "$work/alone.key"
subject=localhost
signed unnamed $from $until 'basicConstraints=CA:FALSE' -selfsign -keyfile "$work/unnamed.key"

cp "$work/authority.crt" authority.pem
for name in good elsewhere expired alone unnamed; do
    cat "$work/$name.key" "$work/$name.crt" >"$name.pem"
done
