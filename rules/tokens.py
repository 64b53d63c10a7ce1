"""Words of Slack for a token that it does not take. Pure.

Source: docs.slack.dev, errors of ``auth.test``.
"""

NEEDS_ANOTHER = frozenset(("invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "not_allowed_token_type"))
"""The token is none, or is one no more: only another one helps."""
NOT_TAKEN = NEEDS_ANOTHER | {
    "access_denied",
    "accesslimited",
    "org_login_required",
    "two_factor_setup_required",
    "team_access_not_granted",
    "enterprise_is_restricted",
    "app_access_restricted",
}
"""Slack does not let us in with it; beside those: until somebody changes a setting of the workspace, or its move is over."""
