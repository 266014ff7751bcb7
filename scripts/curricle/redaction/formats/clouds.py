"""Tokens of clouds, data bases, monitoring and vaults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from curricle.redaction.formats.format import formats, words

if TYPE_CHECKING:
    from curricle.redaction.formats.format import Format

CLOUD_FORMATS: Final[tuple[Format, ...]] = formats(
    ("aws-key", r"bedrock-api-key-[0-9A-Za-z+/]{24,}={0,2}"),
    ("aws-key", r"amzn\.mws\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    ("azure-secret", r"[\w~.]{3}\dQ~[\w~.-]{31,34}"),
    ("azure-key", r"[0-9A-Za-z]{52}JQQJ99[0-9A-Za-z]{24}[0-9A-Za-z]{2}"),
    ("google-key", r"AIza[\w-]{30,}"),
    ("google-secret", r"GOCSPX-[\w-]{20,}"),
    ("digitalocean-token", r"(?i:do[opr]_v1_[0-9a-f]{40,})"),
    ("heroku-key", r"HRKU-AA[\w-]{40,}"),
    ("cloudflare-key", r"v1\.0-[0-9a-f]{24}-[0-9a-f]{100,}"),
    ("planetscale-token", r"(?i:pscale_(?:tkn|oauth|pw)_[\w=.-]{24,})"),
    ("dynatrace-token", r"dt0[a-z]\d\d\.(?i:[0-9a-z]{24}\.[0-9a-z]{40,})"),
    ("openshift-token", r"sha256~[\w-]{43}"),
    ("tailscale-key", r"tskey-[a-z]+-[\w-]{16,}"),
    ("maxmind-key", r"[0-9A-Za-z]{6}_[0-9A-Za-z]{29}_mmk"),
    ("1password-token", r"ops_eyJ[0-9A-Za-z+/_-]{80,}={0,3}"),
    ("age-key", r"AGE-SECRET-KEY-1[0-9A-Z]{40,}"),
    ("softlayer-key", r"api\.softlayer\.com/soap/v3(?:\.1)?/[0-9A-Za-z]{64}"),
    ("azure-key", r"(?i:account_?key|shared_?access_?key)=[0-9A-Za-z+/]{40,}={0,2}"),
    ("azure-signature", r"SharedAccessSignature[ =][\w%&=+/.:~-]{20,}"),
) + words(
    ("aws-key", r"ABSK[0-9A-Za-z+/]{60,}={0,2}"),
    ("google-token", r"ya29\.[\w-]{20,}"),
    ("fly-token", r"fo1_[\w-]{36,}"),
    ("fly-token", r"fm[12][ar]?_[\w+/=-]{60,}(?:,[\w+/=-]{60,})*"),
    ("databricks-token", r"dapi[0-9a-f]{32}(?:-\d)?"),
    ("newrelic-key", r"NR(?:AK|II|JS|RA|IQ|SP)-[\w-]{16,}"),
    ("grafana-token", r"(?i:gl(?:c_[0-9a-z+/]{32,}={0,3}|sa_[0-9a-z]{32}_[0-9a-f]{8}))"),
    ("grafana-token", r"eyJrIjoi[0-9A-Za-z+/]{40,}={0,3}"),
    ("supabase-key", r"sb(?:p|_secret|_publishable)_[0-9A-Za-z_]{20,}"),
    ("netlify-token", r"nfp_[0-9A-Za-z]{30,}"),
    ("aiven-token", r"AVNS_[\w-]{16,}"),
    ("vault-token", r"hv[brs]\.[\w-]{20,}"),
    ("doppler-token", r"dp\.(?:pt|st|ct|sa|scim|audit)\.[\w.-]{40,}"),
    (
        "1password-key",
        r"A3-[0-9A-Z]{6}-(?:[0-9A-Z]{11}|[0-9A-Z]{6}-[0-9A-Z]{5})(?:-[0-9A-Z]{5}){3}",
    ),
    ("yandex-token", r"t1\.[\w-]+={0,2}\.[\w-]{86}={0,2}"),
    ("yandex-key", r"AQVN[\w-]{35,38}\b"),
    ("mapbox-token", r"[ps]k\.[0-9A-Za-z]{60,}\.[\w-]{22}"),
    ("aws-key", r"(?:A3T[0-9A-Z]|AKIA|ASIA|ABIA|ACCA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA)[0-9A-Z]{16}\b"),
    ("alibaba-key", r"LTAI[0-9A-Za-z]{12,24}\b"),
    ("tencent-key", r"AKID[0-9A-Za-z]{32}\b"),
    ("google-token", r"1//0[\w-]{40,}"),
    ("clickhouse-key", r"4b1d[0-9A-Za-z]{38}\b"),
    ("render-key", r"rnd_[0-9A-Za-z]{28,}"),
    ("vault-token", r"s\.(?:[A-Za-z]{0,23}[0-9][0-9A-Za-z]{1,23})\b"),
    ("yandex-key", r"YC[AMPON][\w-]{36,38}\b"),
)
