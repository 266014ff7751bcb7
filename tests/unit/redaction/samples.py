"""Samples of secrets, put together at run time: none stands in this file as a whole."""

from __future__ import annotations

import random
import string
import uuid
from typing import Final

_DRAW: Final = random.Random(20_261_121)
_SLACK: Final = "xox"
_HOOKS: Final = "https://hooks.slack.com/"
HEX: Final = "0123456789abcdef"
LOWER: Final = string.ascii_lowercase + string.digits
ALNUM: Final = string.ascii_letters + string.digits
UPPER: Final = string.ascii_uppercase + string.digits


def drawn(alphabet: str, length: int) -> str:
    """Return a random text with at least three digits where the alphabet has any."""
    while True:
        text = "".join(_DRAW.choices(alphabet, k=length))
        if sum(map(text.count, string.digits)) >= min(3, length // 8) or not set(
            string.digits
        ) & set(alphabet):
            return text


def drawn_uuid() -> str:
    """Return a random UUID."""
    return str(uuid.UUID(int=_DRAW.getrandbits(128), version=4))


TOKENS: Final[tuple[tuple[str, str], ...]] = (
    (
        "1password",
        "A3-" + "-".join((drawn(UPPER, 6), drawn(UPPER, 11), *(drawn(UPPER, 5) for _ in range(3)))),
    ),
    ("1password service", "ops_" + "eyJ" + drawn(ALNUM, 260)),
    ("adobe", "p8e-" + drawn(LOWER, 32)),
    ("age", "AGE-SECRET-" + "KEY-1" + drawn("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58)),
    ("alibaba", "LTAI" + drawn(LOWER, 20)),
    ("anthropic", "sk-" + "ant-api03-" + drawn(ALNUM, 93) + "AA"),
    ("anthropic admin", "sk-" + "ant-admin01-" + drawn(ALNUM, 93) + "AA"),
    ("artifactory", "AKC" + "p" + drawn(ALNUM, 69)),
    ("artifactory reference", "cmVm" + "d" + drawn(ALNUM, 59)),
    ("atlassian", "ATAT" + "T3" + drawn(ALNUM, 186)),
    (
        "authress",
        "sc_"
        + drawn(LOWER, 10)
        + "."
        + drawn(LOWER, 4)
        + ".acc-"
        + drawn(LOWER, 12)
        + "."
        + drawn(LOWER, 40),
    ),
    ("aws", "AK" + "IA" + drawn("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)),
    ("aws session", "AS" + "IA" + drawn("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)),
    ("bedrock", "ABSK" + drawn(ALNUM, 120) + "="),
    ("bedrock short", "bedrock-api-key-" + "YmVkcm9jay5hbWF6b25hd3MuY29t" + drawn(ALNUM, 20)),
    ("azure ad", drawn(ALNUM, 3) + "8Q" + "~" + drawn(ALNUM, 33)),
    ("clickhouse", "4b1d" + drawn(ALNUM, 38)),
    ("clojars", "CLOJARS_" + drawn(LOWER, 60)),
    ("cloudflare ca", "v1.0-" + drawn(HEX, 24) + "-" + drawn(HEX, 146)),
    ("databricks", "dapi" + drawn(HEX, 32)),
    ("digitalocean", "doo_v1_" + drawn(HEX, 64)),
    ("digitalocean pat", "dop_v1_" + drawn(HEX, 64)),
    ("digitalocean refresh", "dor_v1_" + drawn(HEX, 64)),
    ("discord bot", "MTAx" + drawn(ALNUM, 20) + "." + drawn(ALNUM, 6) + "." + drawn(ALNUM, 38)),
    ("doppler", "dp.pt." + drawn(ALNUM, 43)),
    ("dropbox short", "sl." + drawn(ALNUM, 135)),
    ("duffel", "duffel_" + "live_" + drawn(ALNUM, 43)),
    ("dynatrace", "dt0c01." + drawn(UPPER, 24) + "." + drawn(UPPER, 64)),
    ("easypost", "EZAK" + drawn(ALNUM, 54)),
    ("easypost test", "EZTK" + drawn(ALNUM, 54)),
    ("facebook page", "EAAM" + drawn(ALNUM, 120)),
    ("flutterwave", "FLWSECK_TEST-" + drawn("abcdefgh" + string.digits, 12)),
    ("flutterwave public", "FLWPUBK_TEST-" + drawn("abcdefgh" + string.digits, 32) + "-X"),
    ("fly", "fo1_" + drawn(ALNUM, 43)),
    ("fly macaroon", "fm2_" + drawn(ALNUM, 120)),
    ("frame.io", "fio-u-" + drawn(ALNUM, 64)),
    ("google", "AIza" + drawn(ALNUM, 35)),
    ("google oauth", "ya29." + drawn(ALNUM, 60)),
    ("github", "ghp_" + drawn(ALNUM, 36)),
    ("github app", "ghs_" + drawn(ALNUM, 36)),
    ("github user", "ghu_" + drawn(ALNUM, 36)),
    ("github oauth", "gho_" + drawn(ALNUM, 36)),
    ("github refresh", "ghr_" + drawn(ALNUM, 36)),
    ("github fine", "github_pat_" + drawn(ALNUM, 22) + "_" + drawn(ALNUM, 59)),
    ("gitlab", "glpat-" + drawn(ALNUM, 20)),
    ("gitlab routable", "glpat-" + drawn(ALNUM, 27) + ".0z" + drawn(LOWER, 7)),
    ("gitlab job", "glcbt-" + drawn(ALNUM, 2) + "_" + drawn(ALNUM, 20)),
    ("gitlab deploy", "gldt-" + drawn(ALNUM, 20)),
    ("gitlab flag", "glffct-" + drawn(ALNUM, 20)),
    ("gitlab feed", "glft-" + drawn(ALNUM, 20)),
    ("gitlab mail", "glimt-" + drawn(ALNUM, 25)),
    ("gitlab agent", "glagent-" + drawn(ALNUM, 50)),
    ("gitlab oauth", "gloas-" + drawn(ALNUM, 64)),
    ("gitlab trigger", "glptt-" + drawn(HEX, 40)),
    ("gitlab runner", "glrt-" + drawn(ALNUM, 20)),
    ("gitlab registration", "GR1348941" + drawn(ALNUM, 20)),
    ("gitlab scim", "glsoat-" + drawn(ALNUM, 20)),
    ("gitlab session", "_gitlab_session=" + drawn(LOWER, 32)),
    ("grafana", "eyJrIjoi" + drawn(ALNUM, 72)),
    ("grafana cloud", "glc_" + drawn(ALNUM, 40)),
    ("grafana account", "glsa_" + drawn(ALNUM, 32) + "_" + drawn(HEX, 8)),
    ("harness", "pat." + drawn(ALNUM, 22) + "." + drawn(ALNUM, 24) + "." + drawn(ALNUM, 20)),
    ("terraform", drawn(ALNUM, 14) + ".atlasv1." + drawn(ALNUM, 64)),
    ("heroku", "HRKU-AA" + drawn(ALNUM, 58)),
    ("hugging face", "hf_" + drawn(string.ascii_letters, 34)),
    ("hugging face org", "api_org_" + drawn(string.ascii_letters, 34)),
    ("infracost", "ico-" + drawn(ALNUM, 32)),
    ("intra42", "s-s4t2ud-" + drawn(HEX, 64)),
    ("jwt", "eyJ" + drawn(ALNUM, 33) + ".eyJ" + drawn(ALNUM, 60) + "." + drawn(ALNUM, 43)),
    ("jwt in base64", "ZXlK" + "aGJHY2lPaUpJVXpJMU5p" + drawn(ALNUM, 60)),
    ("linear", "lin_api_" + drawn(ALNUM, 40)),
    ("mailchimp", drawn(HEX, 32) + "-us12"),
    ("mailgun", "key-" + drawn(HEX, 32)),
    ("maxmind", drawn(ALNUM, 6) + "_" + drawn(ALNUM, 29) + "_mmk"),
    ("notion", "ntn_" + drawn(string.digits, 11) + drawn(ALNUM, 35)),
    ("npm", "npm_" + drawn(ALNUM, 36)),
    ("octopus", "API-" + drawn(UPPER, 26)),
    ("openai", "sk-" + drawn(ALNUM, 20) + "T3Blbk" + "FJ" + drawn(ALNUM, 20)),
    ("openai project", "sk-proj-" + drawn(ALNUM, 74) + "T3Blbk" + "FJ" + drawn(ALNUM, 74)),
    ("openshift", "sha256~" + drawn(ALNUM, 43)),
    ("perplexity", "pplx-" + drawn(ALNUM, 48)),
    ("plaid", "access-" + "sandbox-" + drawn_uuid()),
    ("planetscale", "pscale_tkn_" + drawn(ALNUM, 43)),
    ("planetscale oauth", "pscale_oauth_" + drawn(ALNUM, 43)),
    ("planetscale password", "pscale_pw_" + drawn(ALNUM, 43)),
    ("postman", "PMAK-" + drawn(HEX, 24) + "-" + drawn(HEX, 34)),
    ("prefect", "pnu_" + drawn(ALNUM, 36)),
    ("pulumi", "pul-" + drawn(HEX, 40)),
    ("pypi", "pypi-" + "AgEIcHlwaS5vcmc" + drawn(ALNUM, 80)),
    ("readme", "rdme_" + drawn(LOWER, 70)),
    ("rubygems", "rubygems_" + drawn(HEX, 48)),
    ("scalingo", "tk-us-" + drawn(ALNUM, 48)),
    ("sendgrid", "SG." + drawn(ALNUM, 22) + "." + drawn(ALNUM, 43)),
    ("sendinblue", "xkeysib-" + drawn(HEX, 64) + "-" + drawn(LOWER, 16)),
    ("sentry", "sntryu_" + drawn(HEX, 64)),
    ("sentry org", "sntrys_" + "eyJpYXQiO" + drawn(ALNUM, 60) + "=_" + drawn(ALNUM, 43)),
    ("settlemint", "sm_aat_" + drawn(ALNUM, 16)),
    ("shippo", "shippo_" + "live_" + drawn(HEX, 40)),
    ("shopify", "shpat_" + drawn(HEX, 32)),
    ("shopify custom", "shpca_" + drawn(HEX, 32)),
    ("shopify private", "shppa_" + drawn(HEX, 32)),
    ("shopify shared", "shpss_" + drawn(HEX, 32)),
    (
        "slack bot",
        _SLACK
        + "b-"
        + drawn(string.digits, 12)
        + "-"
        + drawn(string.digits, 12)
        + "-"
        + drawn(ALNUM, 24),
    ),
    (
        "slack user",
        _SLACK
        + "p-"
        + drawn(string.digits, 12)
        + "-"
        + drawn(string.digits, 12)
        + "-"
        + drawn(string.digits, 12)
        + "-"
        + drawn(HEX, 32),
    ),
    (
        "slack app",
        "xapp" + "-1-" + drawn(UPPER, 11) + "-" + drawn(string.digits, 13) + "-" + drawn(HEX, 64),
    ),
    ("slack config", "xoxe.xox" + "p-1-" + drawn(ALNUM, 166)),
    ("slack refresh", "xox" + "e-1-" + drawn(ALNUM, 146)),
    ("slack workspace", "xox" + "r-" + drawn(ALNUM, 40)),
    (
        "slack hook",
        _HOOKS + "services/T" + drawn(UPPER, 8) + "/B" + drawn(UPPER, 8) + "/" + drawn(ALNUM, 24),
    ),
    (
        "teams hook",
        "https://acme.webhook.office.com/webhookb2/"
        + drawn_uuid()
        + "@"
        + drawn_uuid()
        + "/IncomingWebhook/"
        + drawn(HEX, 32)
        + "/"
        + drawn_uuid(),
    ),
    ("sonar", "squ_" + drawn(ALNUM, 40)),
    ("sourcegraph", "sgp_" + drawn(HEX, 16) + "_" + drawn(HEX, 40)),
    ("sourcegraph local", "sgp_local_" + drawn(HEX, 40)),
    ("square", "EAAA" + drawn(ALNUM, 60)),
    ("square oauth", "sq0" + "csp-" + drawn(ALNUM, 43)),
    ("square access", "sq0" + "atp-" + drawn(ALNUM, 22)),
    ("stripe", "sk_" + "live_" + drawn(ALNUM, 24)),
    ("stripe test", "rk_" + "test_" + drawn(ALNUM, 24)),
    ("telegram", drawn(string.digits, 9) + ":A" + drawn(ALNUM, 34)),
    ("twilio", "SK" + drawn(HEX, 32)),
    ("twilio account", "AC" + drawn(HEX, 32)),
    ("vault", "hvs." + drawn(ALNUM, 95)),
    ("vault batch", "hvb." + drawn(ALNUM, 150)),
    ("vault old", "s." + drawn(ALNUM, 24)),
)
"""Tokens that are known by their own shape."""

ASSIGNED: Final[tuple[tuple[str, str], ...]] = (
    ("adafruit", drawn(LOWER, 32)),
    ("adobe", drawn(HEX, 32)),
    ("airtable", drawn(LOWER, 17)),
    ("algolia", drawn(LOWER, 32)),
    ("alibaba", drawn(LOWER, 30)),
    ("asana", drawn(string.digits, 16)),
    ("asana", drawn(LOWER, 32)),
    ("confluence", drawn(LOWER, 20) + drawn(HEX, 4)),
    ("beamer", "b_" + drawn(LOWER, 44)),
    ("bitbucket", drawn(LOWER, 32)),
    ("bitbucket", drawn(LOWER, 64)),
    ("bittrex", drawn(LOWER, 32)),
    ("meraki", drawn(HEX, 40)),
    ("cloudflare", drawn(LOWER, 40)),
    ("cloudflare", drawn(HEX, 37)),
    ("codecov", drawn(LOWER, 32)),
    ("cohere", drawn(ALNUM, 40)),
    ("coinbase", drawn(LOWER, 64)),
    ("confluent", drawn(LOWER, 16)),
    ("confluent", drawn(LOWER, 64)),
    ("contentful", drawn(LOWER, 43)),
    ("datadog", drawn(LOWER, 40)),
    ("dnkey", "dnkey-" + drawn(LOWER, 26) + "-" + drawn(LOWER, 52)),
    ("discord", drawn(HEX, 64)),
    ("discord", drawn(string.digits, 18)),
    ("discord", drawn(LOWER, 32)),
    ("droneci", drawn(LOWER, 32)),
    ("dropbox", drawn(LOWER, 15)),
    ("dropbox", drawn(LOWER, 11) + "A" * 10 + drawn(LOWER, 43)),
    ("etsy", drawn(LOWER, 24)),
    ("facebook", drawn(HEX, 32)),
    ("fastly", drawn(LOWER, 32)),
    ("finicity", drawn(HEX, 32)),
    ("finicity", drawn(LOWER, 20)),
    ("finnhub", drawn(LOWER, 20)),
    ("flickr", drawn(LOWER, 32)),
    ("freshbooks", drawn(LOWER, 64)),
    ("gitter", drawn(LOWER, 40)),
    ("gocardless", "live_" + drawn(LOWER, 40)),
    ("heroku", drawn_uuid()),
    ("hubspot", drawn_uuid().upper()),
    ("intercom", drawn(LOWER, 60)),
    ("artifactory", drawn(LOWER, 73)),
    ("jfrog", drawn(LOWER, 64)),
    ("kraken", drawn(ALNUM + "/+", 86)),
    ("kucoin", drawn(HEX, 24)),
    ("kucoin", drawn_uuid()),
    ("launchdarkly", drawn(LOWER, 40)),
    ("linear", drawn(HEX, 32)),
    ("linkedin", drawn(LOWER, 14)),
    ("linked_in", drawn(LOWER, 16)),
    ("lob", "live_" + drawn(HEX, 35)),
    ("lob", "test_pub_" + drawn(HEX, 31)),
    ("mailgun", "pubkey-" + drawn(HEX, 32)),
    ("mailgun", drawn(HEX, 32) + "-" + drawn(HEX, 8) + "-" + drawn(HEX, 8)),
    ("mapbox", "pk." + drawn(LOWER, 60) + "." + drawn(LOWER, 22)),
    ("mattermost", drawn(LOWER, 26)),
    ("messagebird", drawn(LOWER, 25)),
    ("messagebird", drawn_uuid()),
    ("netlify", drawn(LOWER, 43)),
    ("new_relic", "NRJS-" + drawn(HEX, 19)),
    ("new-relic", "NRII-" + drawn(LOWER, 32)),
    ("newrelic", drawn(LOWER, 64)),
    ("new-relic", "NRAK-" + drawn(UPPER, 27)),
    ("nytimes", drawn(LOWER, 32)),
    ("okta", "00" + drawn(ALNUM, 40)),
    ("plaid", drawn(LOWER, 24)),
    ("plaid", drawn(LOWER, 30)),
    ("private_ai", drawn(LOWER, 32)),
    ("rapidapi", drawn(LOWER, 50)),
    ("sendbird", drawn_uuid()),
    ("sendbird", drawn(HEX, 40)),
    ("sentry", drawn(HEX, 64)),
    ("snyk_token", drawn_uuid()),
    ("sonar_login", drawn(LOWER, 40)),
    ("sourcegraph", drawn(HEX, 40)),
    ("squarespace", drawn_uuid()),
    ("sumologic", "su" + drawn(ALNUM, 12)),
    ("sumo", drawn(LOWER, 64)),
    ("telegram", drawn(string.digits, 10) + ":A" + drawn(ALNUM, 34)),
    ("travis", drawn(ALNUM, 22)),
    ("twitch", drawn(LOWER, 30)),
    ("twitter", drawn(LOWER, 45)),
    ("twitter", drawn(string.digits, 20) + "-" + drawn(ALNUM, 30)),
    ("twitter", drawn(LOWER, 25)),
    ("twitter", drawn(LOWER, 50)),
    ("twitter", "A" * 22 + drawn(ALNUM, 90)),
    ("typeform", "tfp_" + drawn(LOWER, 59)),
    ("yandex", "t1." + drawn(ALNUM, 40) + "." + drawn(ALNUM, 86)),
    ("yandex", "AQVN" + drawn(ALNUM, 36)),
    ("yandex", "YC" + drawn(ALNUM, 38)),
    ("zendesk", drawn(LOWER, 40)),
    ("BUNDLE_GEMS__CONTRIBSYS__COM", drawn(HEX, 8) + ":" + drawn(HEX, 8)),
    ("softlayer", drawn(LOWER, 64)),
    ("ibm_iam", drawn(ALNUM, 44)),
    ("cos_hmac_secret", drawn(HEX, 48)),
    ("cloudant_password", drawn(HEX, 64)),
)
"""Names of vendors, and values that are known beside them."""
