//! Every field of a message of Bot API 10.3: what is content, what is a service message, what is neither.

use super::{message, plain, said};
use crate::domain::event::Content;
use serde_json::{Value, json};

/// What people post, and how it counts.
const CONTENT: [(&str, Content); 25] = [
    ("text", Content::Text),
    ("photo", Content::Photo),
    ("live_photo", Content::Photo),
    ("video", Content::Video),
    ("animation", Content::Animation),
    ("audio", Content::Audio),
    ("voice", Content::Voice),
    ("video_note", Content::VideoNote),
    ("document", Content::Document),
    ("sticker", Content::Sticker),
    ("contact", Content::Contact),
    ("location", Content::Location),
    ("venue", Content::Location),
    ("poll", Content::Poll),
    ("story", Content::Story),
    ("dice", Content::Dice),
    ("game", Content::Game),
    ("checklist", Content::Other),
    ("giveaway", Content::Other),
    ("giveaway_winners", Content::Other),
    ("invoice", Content::Other),
    ("paid_media", Content::Other),
    ("rich_message", Content::Other),
    ("a_kind_of_tomorrow", Content::Other),
    ("caption", Content::Other),
];

/// What Telegram notes by itself: nobody said anything.
const SERVICE: &str = "boost_added channel_chat_created chat_background_set chat_owner_changed chat_owner_left \
    chat_shared checklist_tasks_added checklist_tasks_done community_chat_added community_chat_joined \
    community_chat_removed connected_website delete_chat_photo direct_message_price_changed forum_topic_closed \
    forum_topic_created forum_topic_edited forum_topic_reopened general_forum_topic_hidden \
    general_forum_topic_unhidden gift gift_upgrade_sent giveaway_completed giveaway_created group_chat_created \
    left_chat_member managed_bot_created message_auto_delete_timer_changed new_chat_members new_chat_photo \
    new_chat_title paid_message_price_changed passport_data pinned_message poll_option_added poll_option_deleted \
    proximity_alert_triggered refunded_payment successful_payment suggested_post_approval_failed \
    suggested_post_approved suggested_post_declined suggested_post_paid suggested_post_refunded \
    supergroup_chat_created unique_gift users_shared video_chat_ended video_chat_participants_invited \
    video_chat_scheduled video_chat_started web_app_data write_access_allowed";

/// What comes beside the content and changes nothing about it.
const BESIDE: &str = "author_signature business_connection_id caption_entities chat date direct_messages_topic \
    edit_date effect_id entities external_reply forward_origin from guest_bot_caller_chat \
    guest_bot_caller_user guest_query_id has_media_spoiler has_protected_content is_automatic_forward \
    is_from_offline is_paid_post is_topic_message link_preview_options media_group_id message_id message_thread_id \
    paid_star_count quote receiver_user reply_markup reply_to_checklist_task_id reply_to_message \
    reply_to_poll_option_id reply_to_story sender_boost_count sender_business_bot sender_chat sender_tag \
    show_caption_above_media suggested_post_info via_bot";

/// Told as an event of its own, or as none.
const MOVES: &str = "ephemeral_message_id migrate_from_chat_id migrate_to_chat_id";

/// The fields of `Message` in Bot API 10.3, as its description lists them.
const SPEC: &str = "animation audio author_signature boost_added business_connection_id caption caption_entities \
    channel_chat_created chat chat_background_set chat_owner_changed chat_owner_left chat_shared checklist \
    checklist_tasks_added checklist_tasks_done community_chat_added community_chat_joined \
    community_chat_removed connected_website contact date delete_chat_photo dice direct_message_price_changed \
    direct_messages_topic document edit_date effect_id entities ephemeral_message_id external_reply \
    forum_topic_closed forum_topic_created forum_topic_edited forum_topic_reopened forward_origin from game \
    general_forum_topic_hidden general_forum_topic_unhidden gift gift_upgrade_sent giveaway giveaway_completed \
    giveaway_created giveaway_winners group_chat_created guest_bot_caller_chat guest_bot_caller_user \
    guest_query_id has_media_spoiler has_protected_content invoice is_automatic_forward is_from_offline \
    is_paid_post is_topic_message left_chat_member link_preview_options live_photo location \
    managed_bot_created media_group_id message_auto_delete_timer_changed message_id message_thread_id \
    migrate_from_chat_id migrate_to_chat_id new_chat_members new_chat_photo new_chat_title paid_media \
    paid_message_price_changed paid_star_count passport_data photo pinned_message poll poll_option_added \
    poll_option_deleted proximity_alert_triggered quote receiver_user refunded_payment reply_markup \
    reply_to_checklist_task_id reply_to_message reply_to_poll_option_id reply_to_story rich_message \
    sender_boost_count sender_business_bot sender_chat sender_tag show_caption_above_media sticker story \
    successful_payment suggested_post_approval_failed suggested_post_approved suggested_post_declined \
    suggested_post_info suggested_post_paid suggested_post_refunded supergroup_chat_created text unique_gift \
    users_shared venue via_bot video video_chat_ended video_chat_participants_invited video_chat_scheduled \
    video_chat_started video_note voice web_app_data write_access_allowed";

/// A value that such a field may have.
fn value(field: &str) -> Value {
    match field {
        "text" | "caption" | "media_group_id" => json!("words"),
        "document" => json!({"file_id": "F"}),
        "date" | "edit_date" | "message_id" | "message_thread_id" => json!(5),
        "is_topic_message" | "is_automatic_forward" => json!(true),
        "from" => json!({"id": 7, "first_name": "Eve"}),
        "chat" | "sender_chat" => json!({"id": -1009, "type": "channel"}),
        "forward_origin" => json!({"type": "hidden_user"}),
        "reply_to_message" => message(json!({"message_id": 3})),
        _ => json!([{"anything": [1, {"text": "no", "new_chat_title": "no"}]}]),
    }
}

#[test]
fn every_field_of_the_description_is_one_of_the_four() {
    let mut ours: Vec<&str> = CONTENT.iter().map(|it| it.0).filter(|it| *it != "a_kind_of_tomorrow").collect();
    ours.extend([SERVICE, BESIDE, MOVES].iter().flat_map(|it| it.split_whitespace()));
    ours.sort_unstable();
    let spec: Vec<&str> = SPEC.split_whitespace().collect();
    assert_eq!(spec.len(), 120);
    assert_eq!(ours, spec);
}

#[test]
fn whatever_a_person_can_post_is_said_and_named() {
    for (field, content) in CONTENT {
        let mut fields = json!({"text": null});
        fields[field] = value(field);
        let said = said(fields);
        assert_eq!((said.service, said.content), (false, content), "{field}");
        if field != "caption" && field != "text" {
            assert_eq!(said.text, None, "{field}");
        }
    }
}

#[test]
fn what_telegram_notes_by_itself_is_service() {
    for field in SERVICE.split_whitespace() {
        for value in [value(field), json!(true), json!("word")] {
            let mut fields = json!({"text": null});
            fields[field] = value;
            let said = said(fields);
            assert_eq!((said.service, said.content), (true, Content::Other), "{field}");
        }
        let mut fields = json!({});
        fields[field] = Value::Null;
        assert!(!said(fields).service, "{field}: nothing is no service message");
    }
}

#[test]
fn what_comes_beside_the_content_changes_nothing_about_it() {
    for field in BESIDE.split_whitespace() {
        let mut fields = json!({});
        fields[field] = value(field);
        let said = said(fields);
        assert_eq!((said.service, said.content, said.text), (false, Content::Text, plain().text), "{field}");
    }
}
