"""Tokens of models, messengers, mail, payment and other services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from curricle.redaction.formats.format import formats, words

if TYPE_CHECKING:
    from curricle.redaction.formats.format import Format

_UUID: Final = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"

MODEL_FORMATS: Final[tuple[Format, ...]] = formats(
    ("openai-key", r"sk-[\w-]*T3BlbkFJ[\w-]{16,}"),
    ("anthropic-key", r"sk-ant-[\w-]{16,}"),
    ("openrouter-key", r"sk-or-v1-[0-9a-f]{32,}"),
    ("huggingface-token", r"api_org_[0-9A-Za-z]{30,}"),
    ("perplexity-key", r"pplx-[0-9A-Za-z]{32,}"),
) + words(
    ("openai-key", r"sk-(?:proj|svcacct|admin|None)-[\w-]{16,}"),
    ("huggingface-token", r"hf_[0-9A-Za-z]{30,}"),
    ("groq-key", r"gsk_[0-9A-Za-z]{40,}"),
    ("replicate-token", r"r8_[0-9A-Za-z]{30,}"),
    ("xai-key", r"xai-[0-9A-Za-z]{60,}"),
    ("nvidia-key", r"nvapi-[\w-]{40,}"),
    ("langsmith-key", r"lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}"),
    ("pinecone-key", r"pcsk_[\w-]{40,}"),
    ("model-key", r"sk-[0-9A-Za-z]{20,}"),
    ("elevenlabs-key", r"sk_[0-9a-f]{48}\b"),
)

MESSAGE_FORMATS: Final[tuple[Format, ...]] = formats(
    ("slack-token", r"xox[a-z](?:\.xox[a-z])?-[0-9A-Za-z-]*[0-9][0-9A-Za-z-]{8,}"),
    ("slack-token", r"(?i:xapp-\d-[0-9a-z]+-\d+-[0-9a-z]{16,})"),
    ("webhook", r"hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/[\w+/-]{20,}"),
    ("webhook", r"discord(?:app)?\.com/api/webhooks/\d{16,20}/[\w-]{40,}"),
    ("webhook", r"[0-9a-z]+\.webhook\.office\.com/webhookb2/[\w@/-]{40,}"),
    ("webhook", r"chat\.googleapis\.com/v1/spaces/[\w-]+/messages\?[\w=&%-]{20,}"),
    ("mailchimp-key", r"[0-9a-f]{32}-us\d{1,2}"),
    ("brevo-key", r"x(?:keysib|smtpsib)-[0-9A-Fa-f]{40,}-[0-9A-Za-z]{12,}"),
) + words(
    ("discord-token", r"[MNO][\w-]{22,27}\.[\w-]{6}\.[\w-]{27,40}"),
    ("telegram-token", r"(?:bot)?\d{5,16}:A[\w-]{34}"),
    ("sendgrid-key", r"SG\.[\w-]{16,}\.[\w-]{16,}"),
    ("sendgrid-key", r"SG\.[\w.=-]{60,}"),
    ("mailgun-key", r"(?:pub)?key-[0-9a-f]{32}"),
    ("twilio-key", r"(?:SK|AC)[0-9a-z]{32}\b"),
    ("twilio-key", r"SK[0-9A-Fa-f]{32}\b"),
)

PAYMENT_FORMATS: Final[tuple[Format, ...]] = formats(
    ("stripe-key", r"[rs]k_(?:test|live|prod)_[0-9A-Za-z]{10,}"),
    ("stripe-key", r"whsec_[0-9A-Za-z+/=]{24,}"),
    ("square-token", r"sq0[a-z]{3}-[\w\\-]{22,60}"),
    ("paypal-token", r"access_token\$(?:production|sandbox)\$[0-9a-z]{13,}\$[0-9a-f]{32}"),
    ("plaid-token", rf"access-(?:sandbox|development|production)-{_UUID}"),
    ("shopify-token", r"shp(?:at|ca|pa|ss|tka|ua)_[0-9A-Fa-f]{32}"),
    ("flutterwave-key", r"FLW(?:SEC|PUB)K(?:_TEST)?-[0-9A-Za-z]{12,}(?:-X)?"),
    ("duffel-token", r"duffel_(?:test|live)_[\w=-]{40,}"),
    ("shippo-token", r"shippo_(?:test|live)_[0-9A-Fa-f]{40}"),
    ("razorpay-key", r"rzp_(?:test|live)_[0-9A-Za-z]{14,}"),
) + words(
    ("easypost-key", r"EZ[AT]K[0-9A-Za-z]{54}\b"),
    ("gocardless-token", r"(?:live|sandbox)_[\w=-]{40}\b"),
    ("lob-key", r"(?:live|test)_(?:pub_)?[0-9a-f]{31,35}\b"),
    ("freemius-key", r"sk_[^\s\"'<>\[\]]{29}[\"']"),
    ("square-token", r"EAAA[\w-]{22,60}\b"),
    ("coinbase-key", rf"organizations/{_UUID}/apiKeys/{_UUID}"),
)

OTHER_FORMATS: Final[tuple[Format, ...]] = formats(
    ("linear-key", r"lin_(?:api|oauth)_[0-9A-Za-z]{32,}"),
    ("contentful-token", r"CFPAT-[\w-]{40,}"),
    ("frameio-token", r"fio-u-[\w=-]{60,}"),
    ("intra42-secret", r"s-s4t2(?:ud|af)-[0-9A-Fa-f]{64}"),
    ("defined-key", r"dnkey-[\w=-]{20,}"),
    (
        "password-hash",
        r"\$(?:2[abxy]\$\d\d\$[\w./]{50,}|(?:[156y]|apr1)\$[\w./]{1,16}\$[\w./]{20,}|argon2[a-z]{1,2}\$[\w./+$=,]{20,})",
    ),
) + words(
    ("notion-token", r"ntn_[0-9]{11}[0-9A-Za-z]{32,}"),
    ("figma-token", r"figd_[\w-]{36,}"),
    ("airtable-token", r"pat[0-9A-Za-z]{14}\.[0-9a-f]{64}"),
    ("adobe-secret", r"p8e-[0-9A-Za-z]{32}"),
    ("typeform-token", r"tfp_[\w.=-]{50,}"),
    ("settlemint-token", r"sm_[aps]at_[0-9A-Za-z]{16,}"),
    (
        "authress-key",
        r"(?:sc|ext|scauth|authress)_(?i:[0-9a-z]{5,30}\.[0-9a-z]{4,6}\.acc[_-][0-9a-z-]{10,32}\.[\w+/=-]{30,})",
    ),
    ("dropbox-token", r"sl\.[\w=-]{100,}"),
    ("facebook-token", r"EAA[A-Z][0-9A-Za-z]{80,}"),
    ("facebook-token", r"\d{15,16}(?:\||%7[Cc])[\w-]{27,40}\b"),
    ("twitter-token", r"A{20,}[0-9A-Za-z%+/=_-]{60,}"),
    ("sidekiq-secret", r"(?i:[0-9a-f]{8}:[0-9a-f]{8}@(?:gems|enterprise)\.contribsys\.com)"),
    ("kubernetes-token", r"K10[0-9a-f]{64}::[\w:]+"),
)
