"""Meta's words that this platform knows. Any other is stored all the same, and counted."""

# From Meta's webhook reference as of November 2026. Its OpenAPI file spells group participants in
# the singular: both are accepted.
FIELDS = frozenset(
    {
        "account_alerts",
        "account_review_update",
        "account_settings_update",
        "account_update",
        "automatic_events",
        "business_capability_update",
        "business_status_update",
        "business_username_update",
        "calls",
        "flows",
        "group_lifecycle_update",
        "group_participant_update",
        "group_participants_update",
        "group_settings_update",
        "group_status_update",
        "history",
        "message_echoes",
        "message_template_components_update",
        "message_template_quality_update",
        "message_template_status_update",
        "messages",
        "messaging_handovers",
        "partner_solutions",
        "payment_configuration_update",
        "phone_number_name_update",
        "phone_number_quality_update",
        "security",
        "smb_app_state_sync",
        "smb_message_echoes",
        "standby",
        "template_category_update",
        "template_correct_category_detection",
        "tracking_events",
        "user_id_update",
        "user_preferences",
    }
)

MESSAGE_TYPES = frozenset(
    {
        "audio",
        "button",
        "contacts",
        "document",
        "edit",
        "image",
        "interactive",
        "location",
        "media_placeholder",
        "order",
        "reaction",
        "request_welcome",
        "revoke",
        "sticker",
        "system",
        "template",
        "text",
        "unsupported",
        "video",
        "voice",
    }
)
